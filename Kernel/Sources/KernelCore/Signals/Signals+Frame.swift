// SPDX-License-Identifier: Apache-2.0
//
// Entering a handler: the frame on the guest's stack, exactly as arch/x86/kernel/signal_64.c lays it out.

import LinuxABI
import Machine

extension Signals {
    /// Builds the frame and points the registers at the handler. False when the stack is bad; SIGSEGV is then forced.
    static func enter(
        _ thread: Thread, _ signal: Int32, _ info: Siginfo, _ action: KernelSigaction, _ registers: Registers, _ origin: SignalOrigin,
        restartable: Bool
    ) -> Bool {
        let block = thread.block
        var fromHost = false
        if case .host = origin { fromHost = true }
        let usesFullRegisters = !fromHost && block.leavesFully
        var set = usesFullRegisters ? block.fullRegisters : registers.all
        if !fromHost && !usesFullRegisters {
            // What the gate does not keep, a system call has destroyed.
            set.rcx = set.rip
            set.r11 = set.eflags
        }
        var restartNumber: UInt64?
        if restartable && !fromHost && set.rax == interruptedResult {
            let mayRestart = thread.restart == .ifHandlerAllows && action.sa_flags & Signal.SA_RESTART != 0
            if mayRestart || thread.restart == .always {
                restartNumber = registers.number
                set.rax = registers.number
            }
        }
        thread.restart = .never

        let oldMask = thread.savedMask ?? thread.mask
        guard let place = framePlace(thread, set.rsp, action), action.sa_handler < Machine.userEnd,
            writeState(thread, place.state, origin, isSaved: usesFullRegisters),
            writeFrame(thread, place, info, action, set, oldMask, restartNumber)
        else {
            badFrame(thread, signal)
            return false
        }
        if thread.alternateStack.ss_flags & Signal.SS_AUTODISARM != 0 { thread.alternateStack = StackT(ss_flags: Signal.SS_DISABLE) }

        set.rdi = UInt64(UInt32(bitPattern: signal))
        set.rsi = place.frame &+ infoOffset
        set.rdx = place.frame &+ contextOffset
        set.rax = 0
        set.rip = action.sa_handler
        set.rsp = place.frame
        set.rcx = set.rip
        set.eflags &= ~(0x400 | 0x100 | 0x10000)
        registers.all = set
        if !fromHost {
            block.leavesFully = false
            block.clearVectorFrame()
            // saveExtendedState has done this otherwise.
            if usesFullRegisters { Machine.resetMathState() }
        }

        thread.savedMask = nil
        var mask = thread.mask.union(SignalSet(bits: action.sa_mask))
        if action.sa_flags & Signal.SA_NODEFER == 0 { mask.insert(signal) }
        setMask(thread, mask)
        return true
    }

    static let infoOffset = UInt64(MemoryLayout<RtSigframe>.size - MemoryLayout<Siginfo>.size)
    static let contextOffset: UInt64 = 8

    /// Where frame and extended state go.
    struct FramePlace {
        var frame: UInt64
        var state: UInt64
    }

    private static func framePlace(_ thread: Thread, _ stackPointer: UInt64, _ action: KernelSigaction) -> FramePlace? {
        let alternate = thread.alternateStack
        let isNested = isOn(alternate, stackPointer)
        var top = stackPointer &- SignalFrameFlag.redZone
        var isEntering = false
        if action.sa_flags & Signal.SA_ONSTACK != 0 && alternate.ss_size != 0 && !isOn(alternate, top) {
            top = alternate.ss_sp &+ alternate.ss_size
            isEntering = true
        }
        let state = (top &- Machine.frameStateBytes) & ~63
        let frame = ((state &- UInt64(MemoryLayout<RtSigframe>.size)) & ~15) &- 8
        // An alternate stack that would overflow is fatal rather than silently overrun.
        if isNested || isEntering {
            guard frame > alternate.ss_sp && frame &- alternate.ss_sp <= alternate.ss_size else { return nil }
        }
        guard frame < Machine.userEnd, state < Machine.userEnd else { return nil }
        return FramePlace(frame: frame, state: state)
    }

    /// sigaltstack(2): with SS_AUTODISARM the stack never counts as in use.
    static func isOn(_ stack: StackT, _ stackPointer: UInt64) -> Bool {
        if stack.ss_flags & Signal.SS_AUTODISARM != 0 || stack.ss_size == 0 { return false }
        return stackPointer > stack.ss_sp && stackPointer &- stack.ss_sp <= stack.ss_size
    }

    private static func writeState(_ thread: Thread, _ address: UInt64, _ origin: SignalOrigin, isSaved: Bool) -> Bool {
        switch origin {
        case .host(let extendedState):
            return Machine.writeFrameState(fromHostFrame: extendedState, to: address)
        case .gate:
            if !isSaved { Machine.saveExtendedState() }
            return Machine.writeFrameState(to: address)
        }
    }

    private static func writeFrame(
        _ thread: Thread, _ place: FramePlace, _ info: Siginfo, _ action: KernelSigaction, _ set: RegisterSet, _ mask: SignalSet,
        _ restartNumber: UInt64?
    ) -> Bool {
        guard action.sa_flags & Signal.SA_RESTORER != 0 else { return false }
        var context = SigContext(
            r8: set.r8, r9: set.r9, r10: set.r10, r11: set.r11, r12: set.r12, r13: set.r13, r14: set.r14, r15: set.r15,
            di: set.rdi, si: set.rsi, bp: set.rbp, bx: set.rbx, dx: set.rdx, ax: set.rax, cx: set.rcx, sp: set.rsp, ip: set.rip,
            flags: set.eflags, cs: SignalFrameFlag.userCodeSelector, ss: SignalFrameFlag.userStackSelector,
            err: thread.faultError, trapno: thread.faultTrap, oldmask: mask.bits, cr2: thread.faultAddress, fpstate: place.state)
        // The program sees its own code, and a call to be repeated at its instruction, as on Linux; C libraries look for that to tell
        // whether a thread is in a cancellation point.
        context.ip = thread.process.memory.originalAddress(of: set.rip)
        if restartNumber != nil { context.ip &-= 2 }
        if context.ip != set.rip {
            context.reserved1[0] = returnMagic
            context.reserved1[1] = context.ip
            context.reserved1[2] = restartNumber ?? .max
            context.reserved1[3] = set.rip
        }
        let frame = RtSigframe(
            pretcode: action.sa_restorer,
            uc: UContext(
                uc_flags: SignalFrameFlag.UC_FP_XSTATE | SignalFrameFlag.UC_SIGCONTEXT_SS | SignalFrameFlag.UC_STRICT_RESTORE_SS,
                uc_stack: thread.alternateStack, uc_mcontext: context, uc_sigmask: mask.bits),
            info: info)
        do { try UserMemory.write(frame, to: place.frame) } catch { return false }
        return true
    }

    /// The frame cannot be written: SIGSEGV instead, and death when it was SIGSEGV's own frame.
    private static func badFrame(_ thread: Thread, _ signal: Int32) {
        if signal == Signal.SIGSEGV {
            forceFatal(signal, on: thread)
        } else {
            force(Siginfo(si_signo: Signal.SIGSEGV, si_code: SignalCode.SI_KERNEL), Signal.SIGSEGV, on: thread)
        }
    }

    /// Marks a context whose instruction pointer is not where rt_sigreturn continues: in a stub, or behind a call to be repeated.
    static let returnMagic: UInt64 = 0x7274_7365_7220_6c63
}
