// SPDX-License-Identifier: Apache-2.0
// Messages between `cloister exec|ps|stop` clients and a resident enclave's kernel.
//
// Transport: AF_UNIX SOCK_SEQPACKET, one message per packet, the first byte is the kind. An `exec` packet
// carries three descriptors (SCM_RIGHTS): the client's standard input, output and error.

public enum ControlProtocol {
    /// Fits the default socket buffer of Linux with room to spare.
    public static let maximumPacketSize = 128 << 10
    static let maximumStrings = 16_384
}

/// What a client asks.
public enum ControlRequest: Sendable, Equatable {
    case exec(ExecRequest)
    /// A Linux signal number for the process started on this connection.
    case signal(UInt8)
    case windowSize(TerminalSize)
    case processList
    /// Stop the enclave: SIGTERM to all, SIGKILL after the grace time.
    case stop(graceSeconds: UInt32)
    /// Evidence with a nonce of at most 32 bytes, after which the report data says that it was asked for from outside. Without a
    /// format: the machine's own.
    case attest(format: EvidenceFormat?, nonce: [UInt8])
}

public struct ExecRequest: Sendable, Equatable {
    public var arguments: [[UInt8]]
    public var environment: [[UInt8]]
    /// Empty: the enclave's own working directory.
    public var workingDirectory: [UInt8]
    /// Present when the client's descriptor 0 is a terminal in raw mode.
    public var terminal: TerminalSize?

    public init(
        arguments: [[UInt8]], environment: [[UInt8]] = [], workingDirectory: [UInt8] = [],
        terminal: TerminalSize? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.terminal = terminal
    }
}

/// What the kernel answers.
public enum ControlReply: Sendable, Equatable {
    case started(pid: UInt32)
    case exited(code: UInt8)
    case killed(signal: UInt8)
    /// A Linux errno and a message for people.
    case failure(errno: UInt32, message: [UInt8])
    case process(ProcessRow)
    /// Answers `attest`; with the `LaunchDocument`, which is empty where it is too long.
    case evidence(PlatformEvidence, launch: [UInt8])
    /// Closes a list of `process` replies, and answers `stop`.
    case end
}

/// One line of `cloister ps`.
public struct ProcessRow: Sendable, Equatable {
    public var pid: UInt32
    public var parent: UInt32
    public var group: UInt32
    public var userID: UInt32
    /// The state letter of proc(5): R, S, D, T, Z.
    public var state: UInt8
    public var threads: UInt32
    public var cpuMilliseconds: UInt64
    public var residentKilobytes: UInt64
    public var command: [UInt8]

    public init(
        pid: UInt32, parent: UInt32, group: UInt32, userID: UInt32, state: UInt8, threads: UInt32,
        cpuMilliseconds: UInt64, residentKilobytes: UInt64, command: [UInt8]
    ) {
        self.pid = pid
        self.parent = parent
        self.group = group
        self.userID = userID
        self.state = state
        self.threads = threads
        self.cpuMilliseconds = cpuMilliseconds
        self.residentKilobytes = residentKilobytes
        self.command = command
    }
}
