// SPDX-License-Identifier: Apache-2.0
// Holds what the launcher asks for against what was measured.

/// The launcher asked for something that the image's manifest does not leave to it.
public struct RunRefusal: Error, Sendable, Equatable {
    public enum Field: Sendable, Equatable {
        case program, environment, workingDirectory, user, group, hostname, mounts, limits, trace, hostLoopback
    }

    public let field: Field
    /// The variable or the mount's target, where the field has several.
    public let detail: [UInt8]

    init(_ field: Field, _ detail: [UInt8] = []) {
        self.field = field
        self.detail = detail
    }

    /// One line: what was asked for, and where a manifest decides it.
    public var text: [UInt8] {
        what + Array("; the image's manifest decides it (".utf8) + Array(keys.utf8) + Array(")".utf8)
    }

    public var what: [UInt8] {
        let text = Array("the caller may not choose ".utf8) + Array(words.name.utf8)
        return detail.isEmpty ? text : text + [0x20] + detail
    }

    /// The keys of cloister.yaml that decide.
    public var keys: String { words.remedy }

    private var words: (name: String, remedy: String) {
        switch field {
        case .program: ("the program or its arguments", "entry_point, args, passed_through: [command]")
        case .environment: ("the variable", "environment")
        case .workingDirectory: ("the working directory", "working_directory, passed_through: [working_directory]")
        case .user: ("the user", "user, passed_through: [user]")
        case .group: ("the group", "group, passed_through: [user]")
        case .hostname: ("the hostname", "hostname")
        case .mounts: ("the mounts", "mounts, insecure_host_mounts, passed_through: [mounts]")
        case .limits: ("the limits", "limits")
        case .trace: ("the system-call log", "insecure_trace")
        case .hostLoopback: ("the host's loopback", "insecure_host_loopback")
        }
    }
}

extension MeasuredSettings {
    /// The configuration to run with: the launcher's, where it asks for nothing that was not left to it.
    public func applied(to asked: BootConfig) throws(RunRefusal) -> BootConfig {
        var config = asked
        try checkProgram(asked.arguments, isOptional: asked.isResident)
        config.environment = try environment(from: asked.environment, hasTerminal: asked.terminal != nil)
        try checkWorkingDirectory(asked.workingDirectory)
        if !choices.contains(.user) {
            guard asked.userID == userID else { throw RunRefusal(.user) }
            guard asked.groupID == groupID else { throw RunRefusal(.group) }
        }
        guard asked.hostname == hostname else { throw RunRefusal(.hostname) }
        try checkMounts(asked.mounts)
        guard asked.limits == limits else { throw RunRefusal(.limits) }
        guard allowsTrace || asked.traceDescriptor == nil else { throw RunRefusal(.trace) }
        guard allowsHostLoopback || !asked.insecureHostLoopback else { throw RunRefusal(.hostLoopback) }
        config.insecureHostLoopback = allowsHostLoopback
        return config
    }

    /// Whether this program may run, at the start or by exec.
    public func checkProgram(_ words: [[UInt8]], isOptional: Bool = false) throws(RunRefusal) {
        guard let entryPoint, !choices.contains(.command) else { return }
        if isOptional && words.isEmpty { return }
        let own = [entryPoint] + arguments
        if words == own || choices.contains(.arguments) && words.starts(with: own) { return }
        throw RunRefusal(.program)
    }

    public func checkWorkingDirectory(_ path: [UInt8]) throws(RunRefusal) {
        guard path == workingDirectory || choices.contains(.workingDirectory) else {
            throw RunRefusal(.workingDirectory)
        }
    }

    /// The environment of a program: `entries` that the launcher may choose, and every measured variable.
    public func environment(from entries: [[UInt8]], hasTerminal: Bool) throws(RunRefusal) -> [[UInt8]] {
        var passed: [[UInt8]] = []
        var names: [[UInt8]] = []
        for entry in entries {
            let name = Array(entry.prefix { $0 != 0x3D })
            if let variable = trusted.first(where: { $0.name == name }) {
                guard variable.entry == entry else { throw RunRefusal(.environment, name) }
                continue
            }
            // Which of two a program takes is its own business: a second one is not what anybody meant.
            guard !names.contains(name), mayPass(entry, named: name, hasTerminal) else {
                throw RunRefusal(.environment, name)
            }
            names.append(name)
            passed.append(entry)
        }
        return passed + trusted.map { $0.entry }
    }

    private func mayPass(_ entry: [UInt8], named name: [UInt8], _ hasTerminal: Bool) -> Bool {
        if passesWholeEnvironment || passedVariables.contains(name) { return true }
        guard hasTerminal, name.elementsEqual("TERM".utf8) else { return false }
        // A terminal's kind is the caller's to say, and a word: no path to a description of its own.
        let kind = entry.dropFirst(name.count + 1)
        return kind.count <= 32 && kind.allSatisfy(isPartOfTerminalName)
    }

    private func isPartOfTerminalName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == 0x2D || byte == 0x2E || byte == 0x2B || byte == 0x5F
    }

    private func checkMounts(_ asked: [BootConfig.Mount]) throws(RunRefusal) {
        for (index, mount) in mounts.enumerated() {
            guard index < asked.count, asked[index] == mount else { throw RunRefusal(.mounts, mount.target) }
        }
        for mount in asked.dropFirst(mounts.count) {
            guard mount.kind == .temporary, choices.contains(.mounts) else { throw RunRefusal(.mounts, mount.target) }
        }
    }
}
