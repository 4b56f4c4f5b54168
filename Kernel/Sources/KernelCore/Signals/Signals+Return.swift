// SPDX-License-Identifier: Apache-2.0
//
// rt_sigreturn(2): everything comes from the frame, which the guest may have changed in any way.

import LinuxABI
import Machine

extension Signals {
    /// Continues with what the frame says. The result is what the restored RAX holds (or the repeated call's result).
    static func sigreturn(_ call: Call) throws(Errno) -> Int {
        let thread = call.thread
        let frame = call.registers.rsp &- 8
        let context: UContext
        do { context = try UserMemory.read(frame &+ contextOffset, UContext.self) } catch { return bad(thread) }
        let saved = context.uc_mcontext
        // A nested handler of a temporary mask has nothing left to restore.
        thread.savedMask = nil
        setMask(thread, SignalSet(bits: context.uc_sigmask))

        if saved.fpstate == 0 {
            Machine.initializeExtendedState()
        } else if !Machine.readFrameState(from: saved.fpstate) {
            return bad(thread)
        }
        var set = registers(from: saved, over: call.registers.all)
        var repeats = false
        // Where the handler left the instruction pointer alone.
        if saved.reserved1[0] == returnMagic, saved.reserved1[1] == set.rip {
            set.rip = saved.reserved1[3]
            repeats = saved.reserved1[2] == set.rax && set.rax != .max
        }
        let block = thread.block
        block.fullRegisters = set
        block.leaveFully()
        restoreAlternateStack(thread, context.uc_stack, set.rsp)
        // The host's vDSO lies above the guest's memory; its clocks are guest code as well.
        if set.rip >= Machine.userEnd && !Machine.isInVdso(set.rip) {
            force(Siginfo(si_signo: Signal.SIGSEGV, si_code: SignalCode.SI_KERNEL), Signal.SIGSEGV, on: thread)
            return Int(truncatingIfNeeded: set.rax)
        }
        if repeats {
            // Delivery at the exit must look at the call's result again.
            block.setWork(true)
            return runAgain(thread, call.registers, set)
        }
        return Int(truncatingIfNeeded: set.rax)
    }

    /// The call that the handler interrupted, from the beginning.
    private static func runAgain(_ thread: Thread, _ registers: Registers, _ set: RegisterSet) -> Int {
        let number = set.rax
        guard number != UInt64(SyscallNumber.rt_sigreturn) else { return bad(thread) }
        var arguments = set
        arguments.orig_rax = number
        registers.all = arguments
        let result = Dispatcher.dispatch(Call(thread: thread, registers: registers), number: number)
        finish(thread, registers, result)
        // Looking after the memory for another process may have ended all work.
        if thread.block.leavesFully { thread.block.leaveFully() }
        return Int(result)
    }

    private static func registers(from saved: SigContext, over old: RegisterSet) -> RegisterSet {
        var set = old
        set.r8 = saved.r8
        set.r9 = saved.r9
        set.r10 = saved.r10
        set.r11 = saved.r11
        set.r12 = saved.r12
        set.r13 = saved.r13
        set.r14 = saved.r14
        set.r15 = saved.r15
        set.rdi = saved.di
        set.rsi = saved.si
        set.rbp = saved.bp
        set.rbx = saved.bx
        set.rdx = saved.dx
        set.rax = saved.ax
        set.rcx = saved.cx
        set.rsp = saved.sp
        set.rip = saved.ip
        // AC OF DF TF SF ZF AF PF CF RF may be chosen; the others stay as they are, the interrupt flag is always on.
        set.eflags = saved.flags & 0x50dd5 | old.eflags & ~0x50dd5 | 0x202
        set.orig_rax = .max
        return set
    }

    /// Errors are ignored, as on Linux: the stack pointer decides whether the stack may change.
    private static func restoreAlternateStack(_ thread: Thread, _ stack: StackT, _ stackPointer: UInt64) {
        do { try setAlternateStack(thread, stack, stackPointer) } catch {}
    }

    static func setAlternateStack(_ thread: Thread, _ stack: StackT, _ stackPointer: UInt64) throws(Errno) {
        guard !isOn(thread.alternateStack, stackPointer) else { throw .EPERM }
        let mode = stack.ss_flags & ~Signal.SS_AUTODISARM
        guard mode == 0 || mode == Signal.SS_DISABLE || mode == Signal.SS_ONSTACK else { throw .EINVAL }
        if mode == Signal.SS_DISABLE {
            thread.alternateStack = StackT(ss_flags: stack.ss_flags)
            return
        }
        guard stack.ss_size >= Signal.MINSIGSTKSZ else { throw .ENOMEM }
        thread.alternateStack = StackT(ss_sp: stack.ss_sp, ss_flags: stack.ss_flags, ss_size: stack.ss_size)
    }

    private static func bad(_ thread: Thread) -> Int {
        force(Siginfo(si_signo: Signal.SIGSEGV, si_code: SignalCode.SI_KERNEL), Signal.SIGSEGV, on: thread)
        return 0
    }
}
