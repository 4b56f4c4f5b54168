// SPDX-License-Identifier: Apache-2.0
// What an image's measured manifest says about a run, as the kernel reads it: the launcher is not asked.
//
// The host tools write the manifest (Sources/Image/Manifest/RuntimeSettings.swift) and the kernel reads it; the launcher, which
// is part of the host, may choose what `choices` and `passedVariables` leave to it and nothing else.

public struct MeasuredSettings: Sendable, Equatable {
    /// Nil: the launcher names the program.
    public var entryPoint: [UInt8]?
    public var arguments: [[UInt8]] = []
    public var workingDirectory: [UInt8] = [0x2F]
    public var userID: UInt32 = 0
    public var groupID: UInt32 = 0
    public var hostname: [UInt8] = []
    public var trusted: [Variable] = []
    public var passedVariables: [[UInt8]] = []
    /// `insecure_host_environment`
    public var passesWholeEnvironment = false
    /// Temporary file systems, then `insecure_host_mounts`.
    public var mounts: [BootConfig.Mount] = []
    public var limits = BootConfig.Limits()
    public var choices: Choices = []
    /// `insecure_trace`: the host may have a log of every system call.
    public var allowsTrace = false
    /// Which product of the signer this is, and how far its security fixes go (`product_id`, `security_version`).
    public var productID: UInt16 = 0
    public var securityVersion: UInt16 = 0
    /// `insecure_host_loopback`: programs reach the host's own services over the loopback.
    public var allowsHostLoopback = false
    /// Ports that are reached through the shield only.
    public var shield: ShieldRules?

    public init() {}

    public struct Variable: Sendable, Equatable {
        public var name: [UInt8]
        public var value: [UInt8]

        public init(name: [UInt8], value: [UInt8]) {
            self.name = name
            self.value = value
        }

        var entry: [UInt8] { name + [0x3D] + value }
    }

    /// `passed_through`: what else the launcher may choose.
    public struct Choices: OptionSet, Sendable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Any program with any arguments, also by exec.
        public static let command = Choices(rawValue: 1)
        /// Further arguments after those of the manifest.
        public static let arguments = Choices(rawValue: 2)
        public static let workingDirectory = Choices(rawValue: 4)
        public static let user = Choices(rawValue: 8)
        /// Temporary file systems anywhere. They hide what the image has there.
        public static let mounts = Choices(rawValue: 16)

        /// Each choice by its word in a manifest.
        public static var words: [(word: String, choice: Choices)] {
            [
                ("command", .command), ("arguments", .arguments), ("working_directory", .workingDirectory),
                ("user", .user), ("mounts", .mounts),
            ]
        }
    }
}
