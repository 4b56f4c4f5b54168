// SPDX-License-Identifier: Apache-2.0
//
// Sending signals (kill(2), signal(7)): who gets it, what it discards, whom it wakes. All of it runs under the kernel lock and
// never sleeps.

import LinuxABI
import Machine

public enum Signals {
    /// Sends to a process: any thread that does not block the signal takes it.
    public static func send(_ info: Siginfo, _ signal: Int32, to process: Process) {
        _ = post(info, signal, process, nil)
    }

    public static func send(_ info: Siginfo, _ signal: Int32, toThread thread: Thread) {
        _ = post(info, signal, thread.process, thread)
    }

    /// A signal of the kernel's own (SI_KERNEL).
    public static func send(_ signal: Int32, to process: Process) {
        _ = post(Siginfo(si_signo: signal, si_code: SignalCode.SI_KERNEL), signal, process, nil)
    }

    /// Sends to every process of a group; how many there were.
    @discardableResult
    public static func send(_ info: Siginfo, _ signal: Int32, toGroup group: Int32) -> Int {
        let members = kernel.processes.inGroup(group)
        for member in members { send(info, signal, to: member) }
        return members.count
    }

    /// Terminals and orphaned groups.
    public static func sendFromKernel(_ signal: Int32, toGroup group: Int32) {
        send(Siginfo(si_signo: signal, si_code: SignalCode.SI_KERNEL), signal, toGroup: group)
    }

    /// A signal that the running thread caused and cannot put off: what it blocked or ignored becomes the default action.
    public static func force(_ info: Siginfo, _ signal: Int32, on thread: Thread) {
        guard Signal.isValid(signal) else { return }
        let actions = thread.process.actions
        let blocked = thread.mask.contains(signal)
        if blocked || actions[signal].sa_handler == Signal.SIG_IGN {
            actions[signal].sa_handler = Signal.SIG_DFL
            thread.mask.remove(signal)
        }
        // A forced signal replaces a pending one of its number: its information belongs to this fault.
        thread.pending.remove(SignalSet(signal))
        _ = thread.pending.insert(info, signal, room: true)
        thread.interrupt()
    }

    /// A forced signal whose default action comes whatever the disposition is.
    static func forceFatal(_ signal: Int32, on thread: Thread) {
        thread.process.actions[signal].sa_handler = Signal.SIG_DFL
        force(Siginfo(si_signo: signal, si_code: SignalCode.SI_KERNEL), signal, on: thread)
    }

    /// A fault of guest code, with what the processor said (for the signal frame).
    public static func fault(
        _ signal: Int32, code: Int32, address: UInt64, trap: UInt64, error: UInt64, pageFaultAddress: UInt64, on thread: Thread
    ) {
        thread.faultTrap = trap
        thread.faultError = error
        thread.faultAddress = pageFaultAddress
        force(Siginfo.fault(signal: signal, code: code, address: address), signal, on: thread)
    }

    // MARK: how it works

    /// False when the queue is full and the sender must be told (sigqueue).
    static func post(_ info: Siginfo, _ signal: Int32, _ process: Process, _ thread: Thread?) -> Bool {
        guard Signal.isValid(signal), process.state == .running else { return true }
        if let thread, thread.isDead { return true }
        prepare(signal, process)
        guard let target = thread ?? process.mainThread, !isIgnored(signal, process, target) else { return true }
        let isQueued = info.si_code != SignalCode.SI_USER && signal >= Signal.SIGRTMIN
        let room = signal < Signal.SIGRTMIN || hasRoom(process)
        if !room && isQueued && info.si_code != SignalCode.SI_KERNEL && info.si_code != SignalCode.SI_TIMER { return false }
        let insertion: PendingSignals.Insertion
        if let thread {
            insertion = thread.pending.insert(info, signal, room: room)
        } else {
            insertion = process.pending.insert(info, signal, room: room)
        }
        switch insertion {
        case .merged: return true
        case .added, .withoutInfo: break
        }
        announce(signal, process, thread)
        return true
    }

    /// RLIMIT_SIGPENDING, counted for each process.
    private static func hasRoom(_ process: Process) -> Bool {
        var count = process.pending.count
        for thread in process.threads { count += thread.pending.count }
        return Headroom.isThere && UInt64(count) < min(process.limits.current(Resource.RLIMIT_SIGPENDING), 1 << 20)
    }

    /// Stops and SIGCONT cancel each other at the moment they are sent.
    private static func prepare(_ signal: Int32, _ process: Process) {
        if SignalSet.stops.contains(signal) {
            discard(SignalSet(Signal.SIGCONT), process)
        } else if signal == Signal.SIGCONT {
            discard(.stops, process)
            continueProcess(process)
        }
    }

    static func discard(_ signals: SignalSet, _ process: Process) {
        process.pending.remove(signals)
        for thread in process.threads { thread.pending.remove(signals) }
    }

    /// An ignored signal is dropped when sent, unless it is blocked: its disposition may change before it is unblocked.
    private static func isIgnored(_ signal: Int32, _ process: Process, _ thread: Thread) -> Bool {
        if thread.mask.contains(signal) || thread.waitingSignals.contains(signal) { return false }
        return isDisregarded(signal, process)
    }
    static func isDisregarded(_ signal: Int32, _ process: Process) -> Bool {
        let handler = process.actions[signal].sa_handler
        if handler == Signal.SIG_IGN { return true }
        return handler == Signal.SIG_DFL && SignalSet.ignoredByDefault.contains(signal)
    }

    /// Wakes whoever should look at a newly pending signal.
    private static func announce(_ signal: Int32, _ process: Process, _ thread: Thread?) {
        process.signalQueue.notifyAll()
        if let thread {
            alert(thread, signal)
            return
        }
        // One thread is enough. The first thread comes first, as on Linux; one without work before a busy one.
        var busy: Thread?
        for candidate in process.threads where wants(candidate, signal) {
            if !candidate.block.hasWork || candidate.isSoleThread {
                alert(candidate, signal)
                return
            }
            if busy == nil { busy = candidate }
        }
        if let busy { alert(busy, signal) }
    }

    private static func wants(_ thread: Thread, _ signal: Int32) -> Bool {
        if thread.isDead || thread.mustExit { return false }
        return !thread.mask.contains(signal) || thread.waitingSignals.contains(signal)
    }

    private static func alert(_ thread: Thread, _ signal: Int32) {
        if thread.mask.contains(signal) {
            if thread.waitingSignals.contains(signal) { thread.block.wake() }
            return
        }
        thread.interrupt()
    }

    /// Whether the thread has something to do with signals on its way out of the kernel.
    public static func hasDeliverable(_ thread: Thread) -> Bool {
        !thread.pending.set.union(thread.process.pending.set).subtracting(thread.mask).isEmpty
    }

    /// To be called after a thread's mask changed from `old`.
    @inline(__always)
    static func maskChanged(_ thread: Thread, from old: SignalSet) {
        let process = thread.process
        if process.pending.isEmpty && thread.pending.isEmpty { return }
        if hasDeliverable(thread) { thread.block.setWork(true) }
        retarget(process.pending.set.intersection(thread.mask.subtracting(old)), leaving: thread)
    }

    /// Signals of the process that `thread` may have been told of and no longer takes go to others.
    static func retarget(_ signals: SignalSet, leaving thread: Thread) {
        if signals.isEmpty || thread.isSoleThread { return }
        let process = thread.process
        for other in process.threads where other !== thread && !other.isDead && !other.mustExit {
            if !signals.subtracting(other.mask).isEmpty { other.interrupt() }
        }
    }

    /// A thread ends: others take what it was told of.
    public static func threadExited(_ thread: Thread) {
        retarget(thread.process.pending.set, leaving: thread)
        thread.pending = PendingSignals()
    }
}

extension Thread {
    /// Whether no other thread shares the process.
    @inline(__always) var isSoleThread: Bool { process.threads.count <= 1 }
}
