// SPDX-License-Identifier: Apache-2.0
//
// A guest process (thread group): what its threads share.

import LinuxABI
import Machine

public final class Process {
    public let pid: Int32
    public internal(set) var parent: Process?
    public internal(set) var children: [Process] = []
    public internal(set) var threads: [Thread] = []

    // MARK: groups and sessions
    public var group: Int32
    public var session: Int32
    public var terminal: Terminal?
    /// The foreground group of a terminal that was hung up under this session leader.
    public var lostForeground: Int32 = 0
    public var hasExeced = false

    // MARK: what clone may share
    public var memory: AddressSpace
    public var files: FileTable
    public var fileSystem: FileSystemContext
    public var actions: SignalActions
    public var credentials = Credentials()
    public var limits = ResourceLimits()

    // MARK: signals
    public var pending = PendingSignals()
    public var stop = StopState()
    public var timers = ProcessTimers()
    /// Notified when a signal becomes pending (signalfd).
    public let signalQueue = WaitQueue()

    // MARK: end
    public var state = State.running
    public var exitStatus: Int32 = 0
    /// The signal sent to the parent at the end; SIGCHLD, or 0 for none.
    public var exitSignal: Int32 = Signal.SIGCHLD
    /// Parents waiting in wait4 and waitid sleep here.
    public let childQueue = WaitQueue()
    public let exitQueue = WaitQueue()
    /// Told at the end of a program that a client waits for.
    var endWatcher: Waiter? {
        didSet { if let endWatcher { exitQueue.add(endWatcher) } }
    }
    /// Notified when a thread ended (exec waits for the others).
    public let threadQueue = WaitQueue()
    public var isExiting = false
    public var parentDeathSignal: Int32 = 0
    public var isSubreaper = false
    public var usage = Usage()
    public var childUsage = Usage()
    public var commandLine: [UInt8] = []
    public var environment: [UInt8] = []
    public var executable: Inode? {
        didSet {
            oldValue?.writeDenials -= 1
            executable?.writeDenials += 1
        }
    }
    public var executablePath: [UInt8] = []
    public var executableLocation: Location?
    public var auxiliaryVector: [UInt8] = []
    public var startTime: Int64
    public var noNewPrivileges = false
    public var isDumpable = true
    public var personality: UInt32 = 0
    public var hostProcess: UInt32 = 0
    /// What prctl sets; inherited by fork as a whole.
    public var control = ControlState()
    public var oomScoreAdjust: Int32 = 0
    public var attestation = AttestationState()

    public enum State {
        case running
        case zombie
        case dead
    }

    public init(
        pid: Int32, parent: Process?, memory: AddressSpace, files: FileTable, fileSystem: FileSystemContext, actions: SignalActions
    ) {
        self.pid = pid
        self.parent = parent
        self.memory = memory
        self.files = files
        self.fileSystem = fileSystem
        self.actions = actions
        group = parent?.group ?? pid
        session = parent?.session ?? pid
        startTime = Machine.monotonicNanoseconds
    }

    public var mainThread: Thread? { threads.first }
    public var parentPid: Int32 { parent?.pid ?? 0 }
}

/// CPU time and faults, in nanoseconds and counts.
public struct Usage {
    public var user: Int64 = 0
    public var system: Int64 = 0
    public var maxResidentKilobytes: Int64 = 0
    public var minorFaults: Int64 = 0
    public init() {}
    public mutating func add(_ other: Usage) {
        user &+= other.user
        system &+= other.system
        maxResidentKilobytes = max(maxResidentKilobytes, other.maxResidentKilobytes)
        minorFaults &+= other.minorFaults
    }
}

/// What CLONE_FS shares.
public final class FileSystemContext {
    public var root: Location
    public var workingDirectory: Location
    public var umask: UInt32 = 0o022
    public init(root: Location, workingDirectory: Location) {
        self.root = root
        self.workingDirectory = workingDirectory
    }
    public func copy() -> FileSystemContext {
        let new = FileSystemContext(root: root, workingDirectory: workingDirectory)
        new.umask = umask
        return new
    }
}
