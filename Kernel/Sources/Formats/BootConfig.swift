// SPDX-License-Identifier: Apache-2.0
// What the launcher tells the kernel at start, through the memory file on descriptor 3.
//
// The launcher is the host: the kernel treats every field as untrusted input. The encoding (see
// BootConfig+Coding.swift) is strict, so one configuration has exactly one encoding.

/// Everything the kernel needs to know to start an enclave.
public struct BootConfig: Sendable, Equatable {
    /// Program arguments; may be empty only for a resident enclave without a main program.
    public var arguments: [[UInt8]] = []
    /// `NAME=value` entries, in order.
    public var environment: [[UInt8]] = []
    public var workingDirectory: [UInt8] = [0x2F]
    public var userID: UInt32 = 0
    public var groupID: UInt32 = 0
    public var hostname: [UInt8] = []
    /// Absent only together with `insecureHostRoot`.
    public var image: ImageReference?
    /// The host's own file system is the root. Nothing is verified.
    public var insecureHostRoot = false
    /// Programs may reach the host's own services over the loopback.
    public var insecureHostLoopback = false
    public var mounts: [Mount] = []
    public var limits = Limits()
    /// Present when descriptor 0 is the user's terminal, already in raw mode.
    public var terminal: TerminalSize?
    /// Serve `exec` clients on descriptor 4.
    public var isResident = false
    /// Where the system-call log goes; absent means no log.
    public var traceDescriptor: Int32?
    /// Where one line of JSON with counts goes at exit.
    public var statisticsDescriptor: Int32?
    /// Where the platform's service is asked for evidence and keys (PlatformProtocol); absent means that there is none.
    public var platform: PlatformReference?

    public init() {}
}

extension BootConfig {
    public struct PlatformReference: Sendable, Equatable {
        public var descriptor: Int32
        public var kind: PlatformKind

        public init(descriptor: Int32, kind: PlatformKind) {
            self.descriptor = descriptor
            self.kind = kind
        }
    }

    /// The image file and who it must be.
    public struct ImageReference: Sendable, Equatable {
        public var descriptor: Int32
        public var rootHash: Digest256
        /// 48 bytes (SHA-384).
        public var measurement: [UInt8]
        public var signer: Digest256

        public init(descriptor: Int32, rootHash: Digest256, measurement: [UInt8], signer: Digest256) {
            self.descriptor = descriptor
            self.rootHash = rootHash
            self.measurement = measurement
            self.signer = signer
        }
    }

    public struct Mount: Sendable, Equatable {
        public enum Kind: UInt8, Sendable {
            case temporary = 1
            /// A directory of the host: `insecure_host_mounts`.
            case host = 2
        }

        public var kind: Kind
        /// A host path, or empty for a temporary file system.
        public var source: [UInt8]
        public var target: [UInt8]
        public var isReadOnly: Bool

        public init(kind: Kind, source: [UInt8], target: [UInt8], isReadOnly: Bool) {
            self.kind = kind
            self.source = source
            self.target = target
            self.isReadOnly = isReadOnly
        }
    }

    /// Zero means no limit.
    public struct Limits: Sendable, Equatable {
        public var memoryBytes: UInt64 = 0
        public var processes: UInt32 = 0
        public var descriptors: UInt32 = 0

        public init(memoryBytes: UInt64 = 0, processes: UInt32 = 0, descriptors: UInt32 = 0) {
            self.memoryBytes = memoryBytes
            self.processes = processes
            self.descriptors = descriptors
        }
    }
}

/// Rows and columns of a terminal.
public struct TerminalSize: Sendable, Equatable {
    public var rows: UInt16
    public var columns: UInt16

    public init(rows: UInt16, columns: UInt16) {
        self.rows = rows
        self.columns = columns
    }
}
