// SPDX-License-Identifier: Apache-2.0
//
// What a thread does about signals before it goes on in the guest: end, stop, run again what was interrupted, or enter a handler
// (signal(7); Linux: get_signal, handle_signal).

import LinuxABI
import Machine

/// Where the guest was interrupted.
public enum SignalOrigin {
    /// At the gate, after a system call: the registers are the gate's frame (or `fullRegisters` when the call was rt_sigreturn).
    case gate
    /// In guest code, by a host signal: the host's frame holds the extended state at this address.
    case host(extendedState: UInt64)
}

extension Signals {
    /// The exit work of the gate and of host signals. Called with the kernel lock; returns with it. May sleep (stops, restarted
    /// calls). Returns early when the thread must exit, which the caller sees in `mustExit`. True when a handler was entered.
    @discardableResult
    public static func deliver(_ thread: Thread, registers: Registers, origin: SignalOrigin) -> Bool {
        let block = thread.block
        let process = thread.process
        var entered = false
        while true {
            block.setWork(false)
            // Another process may have asked for a copy, also while a call ran again below.
            thread.isDisturbed = false
            process.memory.lookAfter()
            // The caller takes the thread apart and leaves.
            if thread.mustExit { return entered }
            if process.stop.isStopped && !isKilled(thread) {
                waitWhileStopped(thread)
                continue
            }
            if let (signal, info) = take(thread, SignalSet.full.subtracting(thread.mask)) {
                if act(thread, signal, info, registers, origin, restartable: !entered) { entered = true }
                continue
            }
            if let saved = thread.savedMask {
                thread.savedMask = nil
                setMask(thread, saved)
                if block.hasWork { continue }
            }
            if !entered, case .gate = origin, restartCall(thread, registers) { continue }
            thread.restart = .never
            if !block.hasWork { return entered }
        }
    }

    /// Takes the next signal of `allowed`, the thread's own before the process's.
    static func take(_ thread: Thread, _ allowed: SignalSet) -> (Int32, Siginfo)? {
        let process = thread.process
        if let signal = thread.pending.next(allowed) { return (signal, timed(thread.pending.take(signal), process)) }
        if let signal = process.pending.next(allowed) { return (signal, timed(process.pending.take(signal), process)) }
        return nil
    }

    private static func isKilled(_ thread: Thread) -> Bool {
        thread.pending.set.union(thread.process.pending.set).contains(Signal.SIGKILL)
    }

    /// Whether the thread's process ends as soon as the thread leaves the kernel; what no other signal ends, this does (killable
    /// waits of Linux).
    static func isDying(_ thread: Thread) -> Bool {
        if thread.mustExit || isKilled(thread) { return true }
        let signals = thread.pending.set.union(thread.process.pending.set).subtracting(thread.mask)
        if signals.isEmpty { return false }
        let harmless = SignalSet.ignoredByDefault.union(.stops).union(.dumping)
        for signal: Int32 in 1...64 where signals.contains(signal) && !harmless.contains(signal) {
            if thread.process.actions[signal].sa_handler == Signal.SIG_DFL { return true }
        }
        return false
    }

    private static func waitWhileStopped(_ thread: Thread) {
        let process = thread.process
        while process.stop.isStopped && !thread.mustExit && !isKilled(thread) {
            thread.block.setWork(false)
            _ = thread.sleep(on: process.stop.queue)
        }
    }

    /// Carries out one signal. True when a handler was entered.
    private static func act(
        _ thread: Thread, _ signal: Int32, _ info: Siginfo, _ registers: Registers, _ origin: SignalOrigin, restartable: Bool
    ) -> Bool {
        let process = thread.process
        let action = process.actions[signal]
        if action.sa_handler == Signal.SIG_IGN { return false }
        if action.sa_handler != Signal.SIG_DFL {
            if action.sa_flags & Signal.SA_RESETHAND != 0 { process.actions[signal].sa_handler = Signal.SIG_DFL }
            return enter(thread, signal, info, action, registers, origin, restartable: restartable)
        }
        if SignalSet.ignoredByDefault.contains(signal) { return false }
        if SignalSet.stops.contains(signal) {
            // Only SIGSTOP stops a group that nobody would continue.
            if signal == Signal.SIGSTOP || !isOrphaned(group: process.group) { stop(process, by: signal) }
            return false
        }
        let dumps = SignalSet.dumping.contains(signal) && process.limits.current(Resource.RLIMIT_CORE) > 0
        ProcessLife.exitGroup(process, signal: signal, core: dumps)
        // The group's end reaches this thread like every other.
        thread.mustExit = true
        return false
    }

    // MARK: restarting (signal(7), "Interruption of system calls")

    /// Runs the interrupted call again when no handler ran. True when it did.
    private static func restartCall(_ thread: Thread, _ registers: Registers) -> Bool {
        let policy = thread.restart
        guard policy != .never, registers.rax == interruptedResult else { return false }
        thread.restart = .never
        thread.isRestarting = policy == .withDeadline
        let result = Dispatcher.dispatch(Call(thread: thread, registers: registers), number: registers.number)
        thread.isRestarting = false
        finish(thread, registers, result)
        return true
    }

    /// Puts a repeated call's result where the guest finds it.
    static func finish(_ thread: Thread, _ registers: Registers, _ result: Int64) {
        registers.rax = UInt64(bitPattern: result)
        if thread.block.leavesFully {
            var full = thread.block.fullRegisters
            full.rax = UInt64(bitPattern: result)
            thread.block.fullRegisters = full
        }
    }

    static let interruptedResult = UInt64(bitPattern: -4)
}
