// SPDX-License-Identifier: Apache-2.0
//
// Masks for the time of one call (sigsuspend, ppoll, pselect, epoll_pwait), and what fork, clone and exec do with signal state.

import LinuxABI
import Machine

extension Signals {
    /// Reads a sigset_t argument. `size` must be 8.
    public static func readSet(_ address: UInt64, size: UInt64) throws(Errno) -> SignalSet {
        guard size == Signal.sigsetSize else { throw .EINVAL }
        return SignalSet(bits: try UserMemory.read(address, UInt64.self))
    }

    public static func setMask(_ thread: Thread, _ mask: SignalSet) {
        let old = thread.mask
        thread.mask = mask.subtracting(.unblockable)
        maskChanged(thread, from: old)
    }

    /// Puts `mask` in force until `endTemporaryMask`.
    public static func beginTemporaryMask(_ thread: Thread, _ mask: SignalSet) {
        if thread.savedMask == nil { thread.savedMask = thread.mask }
        setMask(thread, mask)
    }

    /// The call is over. When a signal interrupted it, the old mask comes back only after the signal's handler was set up, so that
    /// the handler runs under the temporary mask and returns to the old one.
    public static func endTemporaryMask(_ thread: Thread, interrupted: Bool) {
        guard let saved = thread.savedMask else { return }
        if interrupted {
            thread.block.setWork(true)
            return
        }
        thread.savedMask = nil
        setMask(thread, saved)
    }

    // MARK: fork, clone, exec

    /// What a new thread or process has of its creator's signal state. Dispositions: `actionsForClone`.
    public static func inheritForFork(from parent: Thread, to child: Thread, flags: UInt64) {
        child.mask = parent.savedMask ?? parent.mask
        child.pending = PendingSignals()
        // sigaltstack(2): a thread that shares memory without vfork starts without one.
        if flags & Clone.CLONE_VM != 0 && flags & Clone.CLONE_VFORK == 0 {
            child.alternateStack = StackT(ss_flags: Signal.SS_DISABLE)
        } else {
            child.alternateStack = parent.alternateStack
        }
    }

    /// The dispositions of a new process.
    public static func actionsForClone(_ parent: Process, flags: UInt64) -> SignalActions {
        if flags & Clone.CLONE_SIGHAND != 0 { return parent.actions }
        let new = parent.actions.copy()
        if flags & Clone.CLONE_CLEAR_SIGHAND != 0 { setDefaults(new) }
        return new
    }

    /// execve(2): handlers become default, ignored signals stay ignored; mask and pending signals stay.
    public static func resetForExec(_ thread: Thread) {
        let process = thread.process
        let actions = process.actions.copy()
        setDefaults(actions)
        process.actions = actions
        thread.alternateStack = StackT()
        thread.savedMask = nil
        thread.restart = .never
        thread.isRestarting = false
        deletePosixTimers(process)
    }

    private static func setDefaults(_ actions: SignalActions) {
        for signal in 1...64 {
            let ignored = actions.table[signal].sa_handler == Signal.SIG_IGN
            actions.table[signal] = KernelSigaction(sa_handler: ignored ? Signal.SIG_IGN : Signal.SIG_DFL)
        }
    }

    static func deletePosixTimers(_ process: Process) {
        for timer in process.timers.posix { kernel.timers.cancel(timer) }
        process.timers.posix = []
    }

    /// The process ended: nothing may fire for it any more.
    public static func processExited(_ process: Process) {
        deletePosixTimers(process)
        for timer in process.timers.intervals { if let timer { kernel.timers.cancel(timer) } }
        process.timers.intervals = [nil, nil, nil]
        if let timer = process.timers.processorTime { kernel.timers.cancel(timer) }
        process.timers.processorTime = nil
        process.pending = PendingSignals()
    }
}
