// SPDX-License-Identifier: Apache-2.0
//
// Dispositions, masks, waiting for signals, alternate stacks.

import LinuxABI
import Machine

enum SignalCalls {
    static func entries() -> [SyscallEntry] {
        [
            SyscallEntry(SyscallNumber.rt_sigaction, .full) { call throws(Errno) in try action(call) },
            SyscallEntry(SyscallNumber.rt_sigprocmask, .full) { call throws(Errno) in try changeMask(call) },
            SyscallEntry(SyscallNumber.rt_sigpending, .full) { call throws(Errno) in try pending(call) },
            SyscallEntry(SyscallNumber.rt_sigsuspend, .full) { call throws(Errno) in try suspend(call) },
            SyscallEntry(SyscallNumber.rt_sigtimedwait, .full) { call throws(Errno) in try timedWait(call) },
            SyscallEntry(SyscallNumber.rt_sigreturn, .full) { call throws(Errno) in try Signals.sigreturn(call) },
            SyscallEntry(SyscallNumber.sigaltstack, .full) { call throws(Errno) in try alternateStack(call) },
            SyscallEntry(SyscallNumber.pause, .full) { call throws(Errno) in try pause(call) },
            SyscallEntry(SyscallNumber.signalfd, .full) { call throws(Errno) in try signalFile(call, flags: 0) },
            SyscallEntry(SyscallNumber.signalfd4, .full) { call throws(Errno) in try signalFile(call, flags: call.i3) },
        ]
    }

    private static let knownFlags =
        Signal.SA_NOCLDSTOP | Signal.SA_NOCLDWAIT | Signal.SA_SIGINFO | Signal.SA_ONSTACK | Signal.SA_RESTART | Signal.SA_NODEFER
        | Signal.SA_RESETHAND | Signal.SA_EXPOSE_TAGBITS | Signal.SA_RESTORER

    private static func action(_ call: Call) throws(Errno) -> Int {
        guard call.a3 == Signal.sigsetSize else { throw .EINVAL }
        let signal = call.i0
        var new: KernelSigaction?
        if call.a1 != 0 { new = try UserMemory.read(call.a1, KernelSigaction.self) }
        guard Signal.isValid(signal) else { throw .EINVAL }
        let process = call.process
        let old = process.actions[signal]
        if var new {
            guard !SignalSet.unblockable.contains(signal) else { throw .EINVAL }
            new.sa_flags &= knownFlags
            new.sa_mask &= ~SignalSet.unblockable.bits
            process.actions[signal] = new
            // POSIX 3.3.1.3: ignoring a signal discards it when pending.
            if Signals.isDisregarded(signal, process) { Signals.discard(SignalSet(signal), process) }
        }
        if call.a2 != 0 { try UserMemory.write(old, to: call.a2) }
        return 0
    }

    private static func changeMask(_ call: Call) throws(Errno) -> Int {
        guard call.a3 == Signal.sigsetSize else { throw .EINVAL }
        let thread = call.thread
        let old = thread.mask
        if call.a1 != 0 {
            let set = SignalSet(bits: try UserMemory.read(call.a1, UInt64.self))
            switch call.i0 {
            case Signal.SIG_BLOCK: Signals.setMask(thread, old.union(set))
            case Signal.SIG_UNBLOCK: Signals.setMask(thread, old.subtracting(set))
            case Signal.SIG_SETMASK: Signals.setMask(thread, set)
            default: throw .EINVAL
            }
        }
        if call.a2 != 0 { try UserMemory.write(old.bits, to: call.a2) }
        return 0
    }

    private static func pending(_ call: Call) throws(Errno) -> Int {
        guard call.a1 <= Signal.sigsetSize else { throw .EINVAL }
        let thread = call.thread
        let set = thread.pending.set.union(thread.process.pending.set).intersection(thread.mask).bits
        if call.a1 == Signal.sigsetSize {
            try UserMemory.write(set, to: call.a0)
        } else if call.a1 > 0 {
            var bytes: [UInt8] = []
            bytes.append(littleEndian: set)
            try UserMemory.writeBytes(bytes, from: 0, Int(call.a1), to: call.a0)
        }
        return 0
    }

    private static func suspend(_ call: Call) throws(Errno) -> Int {
        let set = try Signals.readSet(call.a0, size: call.a1)
        Signals.beginTemporaryMask(call.thread, set)
        defer { Signals.endTemporaryMask(call.thread, interrupted: true) }
        return try pause(call)
    }

    private static func pause(_ call: Call) throws(Errno) -> Int {
        let thread = call.thread
        while !thread.isInterrupted {
            thread.block.clearWake()
            _ = thread.sleep()
        }
        throw thread.interrupted(.withoutHandler)
    }

    private static func timedWait(_ call: Call) throws(Errno) -> Int {
        let set = try Signals.readSet(call.a0, size: call.a3).subtracting(.unblockable)
        var deadline: Deadline?
        if call.a2 != 0 { deadline = try PollTimeout.read(call.a2) }
        let thread = call.thread
        if let taken = Signals.take(thread, set) { return try tell(taken.0, taken.1, call.a1) }
        thread.waitingSignals = set
        defer { thread.waitingSignals = .empty }
        while true {
            thread.block.clearWake()
            let result = thread.sleep(until: deadline)
            if let taken = Signals.take(thread, set) { return try tell(taken.0, taken.1, call.a1) }
            switch result {
            case .woken: continue
            case .timedOut: throw .EAGAIN
            case .interrupted: throw .EINTR
            }
        }
    }

    private static func tell(_ signal: Int32, _ info: Siginfo, _ address: UInt64) throws(Errno) -> Int {
        if address != 0 { try UserMemory.write(info, to: address) }
        return Int(signal)
    }

    private static func alternateStack(_ call: Call) throws(Errno) -> Int {
        let thread = call.thread
        let old = thread.alternateStack
        let stackPointer = call.registers.rsp
        if call.a0 != 0 {
            try Signals.setAlternateStack(thread, try UserMemory.read(call.a0, StackT.self), stackPointer)
        }
        if call.a1 != 0 {
            var flags = old.ss_flags & Signal.SS_AUTODISARM
            if old.ss_size == 0 {
                flags |= Signal.SS_DISABLE
            } else if Signals.isOn(old, stackPointer) {
                flags |= Signal.SS_ONSTACK
            }
            try UserMemory.write(StackT(ss_sp: old.ss_sp, ss_flags: flags, ss_size: old.ss_size), to: call.a1)
        }
        return 0
    }

    private static func signalFile(_ call: Call, flags: Int32) throws(Errno) -> Int {
        guard flags & ~(Open.O_CLOEXEC | Open.O_NONBLOCK) == 0 else { throw .EINVAL }
        let set = try Signals.readSet(call.a1, size: call.a2).subtracting(.unblockable)
        if call.i0 == -1 {
            let file = SignalFile(set, flags: flags, call.process)
            let closes = flags & Open.O_CLOEXEC != 0
            return Int(try call.files.add(file, closeOnExec: closes, limit: call.process.limits.openFiles))
        }
        guard let file = try call.files.real(call.i0) as? SignalFile else { throw .EINVAL }
        file.set = set
        call.process.signalQueue.notifyAll()
        return Int(call.i0)
    }
}
