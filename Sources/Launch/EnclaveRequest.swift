// SPDX-License-Identifier: Apache-2.0
// What to start: a root, a program in it and how it is confined. Becomes the kernel's BootConfig.
package import Formats

/// Where an enclave's root file system comes from.
package enum EnclaveRoot: Sendable {
    case image(CheckedImage)
    /// The host's own files, unverified: for a quick try.
    case insecureHost
}

package struct EnclaveRequest: Sendable {
    package var root: EnclaveRoot
    /// Empty: a resident enclave without a main program.
    package var arguments: [ByteText] = []
    /// NAME=value, in order; a later entry replaces an earlier one.
    package var environment: [ByteText] = []
    package var workingDirectory = "/"
    package var userID: UInt32 = 0
    package var groupID: UInt32 = 0
    package var hostname = "cloister"
    package var mounts: [BootConfig.Mount] = []
    package var limits = BootConfig.Limits()
    /// On the host's own root; an image's manifest decides it itself.
    package var reachesHostLoopback = false

    package init(root: EnclaveRoot) {
        self.root = root
    }

    /// Every option in use that weakens security, by the name the manifest uses.
    package var insecureOptions: [String] {
        var names: [String] = []
        switch root {
        case .insecureHost: names.append("insecure_host_root")
        case .image(let image): names += image.insecureOptions
        }
        if mounts.contains(where: { $0.kind == .host }) { names.append("insecure_host_mounts") }
        if reachesHostLoopback { names.append("insecure_host_loopback") }
        return names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The configuration, all but the descriptors and the terminal, which the launcher adds.
    var bootConfig: BootConfig {
        var config = BootConfig()
        config.arguments = arguments.map(\.bytes)
        config.environment = Self.lastOfEachName(environment).map(\.bytes)
        config.workingDirectory = Array(workingDirectory.utf8)
        config.userID = userID
        config.groupID = groupID
        config.hostname = Array(hostname.utf8)
        config.mounts = mounts
        config.limits = limits
        if case .insecureHost = root { config.insecureHostRoot = true }
        config.insecureHostLoopback = reachesHostLoopback
        return config
    }

    /// Drops entries that a later one of the same name replaces; keeps the order of the rest.
    static func lastOfEachName(_ entries: [ByteText]) -> [ByteText] {
        var seen: Set<ArraySlice<UInt8>> = []
        let kept = entries.reversed().filter { seen.insert($0.variableName).inserted }
        return kept.reversed()
    }
}
