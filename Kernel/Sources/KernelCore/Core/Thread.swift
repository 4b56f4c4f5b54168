// SPDX-License-Identifier: Apache-2.0
//
// A guest thread: one host thread on one slot.

import LinuxABI
import Machine

public final class Thread {
    /// Becomes the process's number when a thread execs.
    public internal(set) var tid: Int32
    public let process: Process
    /// Changes only when an exec moves the thread to a fresh host process.
    public internal(set) var block: ThreadBlock
    public internal(set) var threadWaiter: ThreadWaiter

    // MARK: signals (Signals/)
    public var mask = SignalSet.empty
    public var pending = PendingSignals()
    public var alternateStack = StackT(ss_flags: Signal.SS_DISABLE)
    /// The mask to put back once a handler ran or none did (sigsuspend, ppoll, …).
    public var savedMask: SignalSet?
    public var restart = RestartPolicy.never
    public var restartDeadline: Deadline?
    /// Set while an interrupted call runs again with `restartDeadline`.
    public var isRestarting = false
    /// What rt_sigtimedwait waits for.
    public var waitingSignals = SignalSet.empty
    /// The last fault of guest code: trap number, error code, address (CR2), as a signal frame reports them.
    public var faultTrap: UInt64 = 0
    public var faultError: UInt64 = 0
    public var faultAddress: UInt64 = 0

    // MARK: life
    /// The thread must end as soon as it leaves the kernel (exit_group, exec by another thread, fatal signal).
    public var mustExit = false
    public var isDead = false
    /// Its work is only to look after its memory (Memory/RemoteMemory.swift).
    var isDisturbed = false
    public var startAction = StartAction.resume
    /// Set for the child of vfork until it execs or exits: its parent waits here.
    public var vforkDone: VforkCompletion?
    public var clearChildTid: UInt64 = 0
    /// Where the new thread writes its number (CLONE_CHILD_SETTID).
    var setChildTid: UInt64 = 0
    public var robustList: UInt64 = 0
    public var name: [UInt8]
    public var userTime: Int64 = 0
    public var affinity: [UInt64] = []
    /// Reused by path handlers, so that they need not allocate.
    public var pathBuffer: [UInt8] = []
    public var pathBuffer2: [UInt8] = []
    /// What the thread sleeps in, for /proc and ps.
    public var isSleeping = false
    public var futexWaiter: FutexWaiter?
    public var scheduling = SchedulingState()

    public init(tid: Int32, process: Process, block: ThreadBlock, name: [UInt8]) {
        self.tid = tid
        self.process = process
        self.block = block
        self.name = name
        threadWaiter = ThreadWaiter(block)
    }

    /// Whether a blocking call must give up: a deliverable signal, an exit or a stop is pending.
    @inline(__always) public var isInterrupted: Bool { block.hasWork && isInterruptedIndeed() }

    public var isMain: Bool { tid == process.pid }

    /// Makes the thread look at its pending work now, wherever it is.
    public func interrupt() {
        block.setWork(true)
        block.wake()
        if block != ThreadBlock.current { block.kick() }
    }

    /// Moves the thread to another slot (exec into a fresh host process).
    func move(to block: ThreadBlock) {
        self.block = block
        threadWaiter = ThreadWaiter(block)
    }
}

/// What a new host thread does first.
public enum StartAction {
    /// Returns to the guest with the registers in its frame.
    case resume
    /// Sets FS first (CLONE_SETTLS).
    case resumeWithFS(UInt64)
    /// Completes an exec in this fresh host process.
    case exec(ExecImage)
}

public final class VforkCompletion {
    public var isDone = false
    public let queue = WaitQueue()
    public init() {}
    public func complete() {
        isDone = true
        queue.notifyAll()
    }
}

/// sched_setscheduler(2) and friends: remembered, not acted on.
public struct SchedulingState {
    public var policy: Int32 = 0
    public var priority: Int32 = 0
    public var nice: Int32 = 0
    public var resetsOnFork = false
    public var ioPriority: Int32 = 0
    /// SCHED_DEADLINE.
    public var runtime: UInt64 = 0
    public var deadline: UInt64 = 0
    public var period: UInt64 = 0
    public init() {}

    /// What a child gets (SCHED_RESET_ON_FORK).
    public var forked: SchedulingState {
        guard resetsOnFork else { return self }
        var new = SchedulingState()
        if policy == 0 || policy == 3 { new.nice = max(nice, 0) }
        return new
    }
}
