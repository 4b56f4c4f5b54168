// SPDX-License-Identifier: Apache-2.0
// What decides how an image runs. It is part of the image, and so of its measurement.

public struct RuntimeSettings: Codable, Sendable, Equatable {
    public var name = ""
    /// Absolute path of the program; nil when a command must be given at start.
    public var entryPoint: String?
    public var arguments: [String] = []
    public var workingDirectory = "/root"
    public var userID: UInt32 = 0
    public var groupID: UInt32 = 0
    public var hostname = "enclave"
    public var environment = EnvironmentSettings()
    public var mounts: [TemporaryMount] = []
    public var limits = LimitSettings()
    public var insecureHostMounts: [HostMount] = []
    /// Pass the caller's whole environment.
    public var insecureHostEnvironment = false
    /// Let the host have a log of every system call, with what is in the arguments.
    public var insecureTrace = false
    /// Let programs reach the host's own services over the loopback. Nil stands for no, and leaves images as they were.
    public var insecureHostLoopback: Bool?
    /// What else the caller, who is the host, may choose: words of `Formats.MeasuredSettings.Choices`.
    public var passedThrough: [String] = []
    /// Which product of its signer this is, and how far its security fixes go: sealing keys by signer depend on both.
    public var productID: UInt16 = 0
    public var securityVersion: UInt16 = 0
    /// Ports that are wrapped in attested TLS. Nil where there are none, which leaves images as they were.
    public var shield: ShieldPorts?

    public init() {}

    /// Names of the weakening options in use, as the manifest spells them: shown at each start.
    public var insecureOptions: [String] {
        (insecureHostMounts.isEmpty ? [] : ["insecure_host_mounts"])
            + (insecureHostEnvironment ? ["insecure_host_environment"] : [])
            + (insecureTrace ? ["insecure_trace"] : [])
            + (insecureHostLoopback == true ? ["insecure_host_loopback"] : [])
    }
}

public struct EnvironmentSettings: Codable, Sendable, Equatable {
    /// Measured values: nobody can change them at start.
    public var trusted: [String: String] = ["PATH": Self.defaultPath]
    /// Names whose values come from the caller, who is the host and may choose them freely.
    public var passedThrough: [String] = []

    public static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    public init() {}
}

public struct TemporaryMount: Codable, Sendable, Equatable {
    public var target: String
    public var isReadOnly: Bool
}

public struct HostMount: Codable, Sendable, Equatable {
    public var source: String
    public var target: String
    public var isReadOnly: Bool
}

/// Zero means no limit.
public struct LimitSettings: Codable, Sendable, Equatable {
    public var memoryBytes: UInt64 = 0
    public var processes: UInt32 = 0
    public var descriptors: UInt32 = 0

    public init() {}
}

extension RuntimeSettings {
    /// The environment a program starts with, as sorted `NAME=value` entries. Measured values win over passed ones.
    public func environmentEntries(from caller: [String: String]) -> [String] {
        var values: [String: String] = [:]
        if insecureHostEnvironment { values = caller }
        for name in environment.passedThrough { values[name] = caller[name] }
        values.merge(environment.trusted) { _, trusted in trusted }
        return values.map { "\($0.key)=\($0.value)" }.sorted()
    }
}
