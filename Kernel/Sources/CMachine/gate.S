// SPDX-License-Identifier: Apache-2.0
// The gate: every system call of a guest enters and leaves here.
//
// On entry: RAX = number, RCX = return address, RSP = guest stack, arguments as in the Linux ABI. Nothing of the guest's stack is
// touched (red zone). The frame always lies at the top of the thread's kernel stack, so that a kick that arrives between the
// check of `work` and the jump to the guest can rewind to cm_gate_exit from any point in between.
#include "cm_layout.h"

        .text
        .globl  cm_gate, cm_gate_trapped, cm_gate_exit, cm_gate_window_end, cm_full_exit_start, cm_full_exit_end

        .macro  SAVE_FRAME site
        movq    %rsp, %gs:CM_T_USER_RSP
        movq    %gs:CM_T_KSTACK, %rsp
        pushfq
        leaq    -(CM_F_BYTES - 8)(%rsp), %rsp
        movups  %xmm0, 0(%rsp)
        movups  %xmm1, 16(%rsp)
        movups  %xmm2, 32(%rsp)
        movups  %xmm3, 48(%rsp)
        movups  %xmm4, 64(%rsp)
        movups  %xmm5, 80(%rsp)
        movups  %xmm6, 96(%rsp)
        movups  %xmm7, 112(%rsp)
        movups  %xmm8, 128(%rsp)
        movups  %xmm9, 144(%rsp)
        movups  %xmm10, 160(%rsp)
        movups  %xmm11, 176(%rsp)
        movups  %xmm12, 192(%rsp)
        movups  %xmm13, 208(%rsp)
        movups  %xmm14, 224(%rsp)
        movups  %xmm15, 240(%rsp)
        stmxcsr CM_F_MXCSR(%rsp)
        movq    %r15, (CM_F_REGS + CM_R_R15)(%rsp)
        movq    %r14, (CM_F_REGS + CM_R_R14)(%rsp)
        movq    %r13, (CM_F_REGS + CM_R_R13)(%rsp)
        movq    %r12, (CM_F_REGS + CM_R_R12)(%rsp)
        movq    %rbp, (CM_F_REGS + CM_R_RBP)(%rsp)
        movq    %rbx, (CM_F_REGS + CM_R_RBX)(%rsp)
        movq    %r10, (CM_F_REGS + CM_R_R10)(%rsp)
        movq    %r9, (CM_F_REGS + CM_R_R9)(%rsp)
        movq    %r8, (CM_F_REGS + CM_R_R8)(%rsp)
        movq    %rax, (CM_F_REGS + CM_R_RAX)(%rsp)
        movq    %rcx, (CM_F_REGS + CM_R_RCX)(%rsp)
        movq    %rdx, (CM_F_REGS + CM_R_RDX)(%rsp)
        movq    %rsi, (CM_F_REGS + CM_R_RSI)(%rsp)
        movq    %rdi, (CM_F_REGS + CM_R_RDI)(%rsp)
        movq    %rax, (CM_F_REGS + CM_R_ORIG_RAX)(%rsp)
        movq    %rcx, (CM_F_REGS + CM_R_RIP)(%rsp)
        movq    %gs:CM_T_USER_RSP, %rax
        movq    %rax, (CM_F_REGS + CM_R_RSP)(%rsp)
        movq    $\site, (CM_F_REGS + CM_R_SITE)(%rsp)
        movl    $0, %gs:CM_T_FULL_EXIT
        incq    %gs:CM_T_SYSCALLS
        // The kernel runs without the guest's NT, with which iretq faults, AC and ID; the frame keeps them.
        testl   $0x244000, (CM_F_REGS + CM_R_EFLAGS)(%rsp)
        jz      1f
        pushq   $0x202
        popfq
1:      cld
        xorl    %ebp, %ebp
        leaq    CM_F_REGS(%rsp), %rdi
        .endm

        .p2align 6
cm_gate:
        SAVE_FRAME 0
        call    cloister_syscall
        movq    %rax, (CM_F_REGS + CM_R_RAX)(%rsp)
        jmp     cm_gate_exit

// Calls that only read the thread block, entered from a stub that knows the number (which it has loaded into EAX). Two
// instructions that touch no flag; a kick at the first goes to cm_gate instead, one at the second is past it.
        .globl  cm_plain_start, cm_plain_end, cm_gate_getpid, cm_gate_gettid, cm_gate_getppid
        .macro  PLAIN name, field
        .p2align 4
\name:  movl    %gs:\field, %eax
        jmp     *%rcx
        .endm
cm_plain_start:
        PLAIN   cm_gate_getpid, CM_T_GUEST_PID
        PLAIN   cm_gate_gettid, CM_T_GUEST_TID
        PLAIN   cm_gate_getppid, CM_T_GUEST_PPID
cm_plain_end:

        .p2align 4
cm_gate_trapped:
        SAVE_FRAME 1
        call    cloister_syscall_trapped
        movq    %rax, (CM_F_REGS + CM_R_RAX)(%rsp)

        .p2align 4
cm_gate_exit:
        cmpl    $0, %gs:CM_T_WORK
        jne     cm_gate_slow
        movups  0(%rsp), %xmm0
        movups  16(%rsp), %xmm1
        movups  32(%rsp), %xmm2
        movups  48(%rsp), %xmm3
        movups  64(%rsp), %xmm4
        movups  80(%rsp), %xmm5
        movups  96(%rsp), %xmm6
        movups  112(%rsp), %xmm7
        movups  128(%rsp), %xmm8
        movups  144(%rsp), %xmm9
        movups  160(%rsp), %xmm10
        movups  176(%rsp), %xmm11
        movups  192(%rsp), %xmm12
        movups  208(%rsp), %xmm13
        movups  224(%rsp), %xmm14
        movups  240(%rsp), %xmm15
        ldmxcsr CM_F_MXCSR(%rsp)
        movq    (CM_F_REGS + CM_R_R15)(%rsp), %r15
        movq    (CM_F_REGS + CM_R_R14)(%rsp), %r14
        movq    (CM_F_REGS + CM_R_R13)(%rsp), %r13
        movq    (CM_F_REGS + CM_R_R12)(%rsp), %r12
        movq    (CM_F_REGS + CM_R_RBP)(%rsp), %rbp
        movq    (CM_F_REGS + CM_R_RBX)(%rsp), %rbx
        movq    (CM_F_REGS + CM_R_R10)(%rsp), %r10
        movq    (CM_F_REGS + CM_R_R9)(%rsp), %r9
        movq    (CM_F_REGS + CM_R_R8)(%rsp), %r8
        movq    (CM_F_REGS + CM_R_RIP)(%rsp), %rcx
        movq    (CM_F_REGS + CM_R_RDX)(%rsp), %rdx
        movq    (CM_F_REGS + CM_R_RSI)(%rsp), %rsi
        movq    (CM_F_REGS + CM_R_RDI)(%rsp), %rdi
        movq    (CM_F_REGS + CM_R_EFLAGS)(%rsp), %r11
        // popfq is slow: where only the arithmetic flags may be set, addb and sahf make them.
        movl    %r11d, %eax
        andl    $~0x8d5, %eax
        cmpl    $0x202, %eax
        jne     4f
        movl    %r11d, %eax
        shll    $8, %eax
        movb    CM_F_REGS + CM_R_EFLAGS + 1(%rsp), %al
        shrb    $3, %al
        andb    $1, %al
        addb    $0x7f, %al
        sahf
2:      movq    (CM_F_REGS + CM_R_RAX)(%rsp), %rax
        movq    (CM_F_REGS + CM_R_RSP)(%rsp), %rsp
        jmp     *%rcx
4:      pushq   %r11
        popfq
        jmp     2b
cm_gate_window_end:

cm_gate_slow:
        // 2: nothing but a full exit. Others may set 1 at any time.
        movl    $2, %eax
        xorl    %ecx, %ecx
        lock cmpxchgl %ecx, %gs:CM_T_WORK
        je      cm_full_exit_start
        leaq    CM_F_REGS(%rsp), %rdi
        call    cloister_exit_work
        testl   %eax, %eax
        jnz     cm_leave
        cmpl    $0, %gs:CM_T_FULL_EXIT
        je      cm_gate_exit
        jmp     cm_full_exit_start

// The thread is over: 1 ends the host thread, 2 the host process. All Swift frames have been left.
        .globl  cm_leave
cm_leave:
        xorl    %edi, %edi
        cmpl    $1, %eax
        je      1f
        call    cm_process_exit
1:      call    cm_thread_exit
        ud2

// Leaving with every register and the whole extended state taken from the thread block (rt_sigreturn).
        .p2align 4
cm_full_exit_start:
        cmpl    $0, %gs:CM_T_WORK
        jne     cm_gate_slow
        movq    %gs:CM_T_XSTATE, %rdi
        movl    $-1, %eax
        movl    $-1, %edx
        xrstor64 (%rdi)
        // iretq is slow: where only the arithmetic flags may be set, addb and sahf make them, and no register is needed for the jump.
        movl    %gs:(CM_T_FULL_REGS + CM_R_EFLAGS), %ecx
        movl    %ecx, %eax
        andl    $~0x8d5, %eax
        cmpl    $0x202, %eax
        jne     1f
        movl    %ecx, %eax
        shll    $8, %eax
        movb    %gs:(CM_T_FULL_REGS + CM_R_EFLAGS + 1), %al
        shrb    $3, %al
        andb    $1, %al
        addb    $0x7f, %al
        sahf
        movq    %gs:(CM_T_FULL_REGS + CM_R_R15), %r15
        movq    %gs:(CM_T_FULL_REGS + CM_R_R14), %r14
        movq    %gs:(CM_T_FULL_REGS + CM_R_R13), %r13
        movq    %gs:(CM_T_FULL_REGS + CM_R_R12), %r12
        movq    %gs:(CM_T_FULL_REGS + CM_R_RBP), %rbp
        movq    %gs:(CM_T_FULL_REGS + CM_R_RBX), %rbx
        movq    %gs:(CM_T_FULL_REGS + CM_R_R11), %r11
        movq    %gs:(CM_T_FULL_REGS + CM_R_R10), %r10
        movq    %gs:(CM_T_FULL_REGS + CM_R_R9), %r9
        movq    %gs:(CM_T_FULL_REGS + CM_R_R8), %r8
        movq    %gs:(CM_T_FULL_REGS + CM_R_RAX), %rax
        movq    %gs:(CM_T_FULL_REGS + CM_R_RCX), %rcx
        movq    %gs:(CM_T_FULL_REGS + CM_R_RDX), %rdx
        movq    %gs:(CM_T_FULL_REGS + CM_R_RSI), %rsi
        movq    %gs:(CM_T_FULL_REGS + CM_R_RDI), %rdi
        movq    %gs:(CM_T_FULL_REGS + CM_R_RSP), %rsp
        jmp     *%gs:(CM_T_FULL_REGS + CM_R_RIP)
1:      movq    %gs:CM_T_SELF, %rdi
        leaq    CM_T_FULL_REGS(%rdi), %rdi
        // iretq frame on the kernel stack: ss, rsp, rflags, cs, rip
        pushq   $0x2b
        pushq   CM_R_RSP(%rdi)
        pushq   CM_R_EFLAGS(%rdi)
        pushq   $0x33
        pushq   CM_R_RIP(%rdi)
        movq    CM_R_R15(%rdi), %r15
        movq    CM_R_R14(%rdi), %r14
        movq    CM_R_R13(%rdi), %r13
        movq    CM_R_R12(%rdi), %r12
        movq    CM_R_RBP(%rdi), %rbp
        movq    CM_R_RBX(%rdi), %rbx
        movq    CM_R_R11(%rdi), %r11
        movq    CM_R_R10(%rdi), %r10
        movq    CM_R_R9(%rdi), %r9
        movq    CM_R_R8(%rdi), %r8
        movq    CM_R_RAX(%rdi), %rax
        movq    CM_R_RCX(%rdi), %rcx
        movq    CM_R_RDX(%rdi), %rdx
        movq    CM_R_RSI(%rdi), %rsi
        movq    CM_R_RDI(%rdi), %rdi
        // The next kick must find full_exit cleared only once the guest runs: the flag is cleared by the next entry's slow path.
        iretq
cm_full_exit_end:

// void cm_enter_user(void): leave for the guest with the frame at the kernel stack's top.
        .globl  cm_enter_user
cm_enter_user:
        movq    %gs:CM_T_KSTACK, %rsp
        leaq    -CM_F_BYTES(%rsp), %rsp
        cmpl    $0, %gs:CM_T_FULL_EXIT
        jne     cm_full_exit_start
        jmp     cm_gate_exit

// void cm_save_xstate(void *to): the guest's whole extended state as at the gate.
        .globl  cm_save_xstate
cm_save_xstate:
        movq    %gs:CM_T_KSTACK, %rcx
        leaq    -CM_F_BYTES(%rcx), %rcx
        movups  0(%rcx), %xmm0
        movups  16(%rcx), %xmm1
        movups  32(%rcx), %xmm2
        movups  48(%rcx), %xmm3
        movups  64(%rcx), %xmm4
        movups  80(%rcx), %xmm5
        movups  96(%rcx), %xmm6
        movups  112(%rcx), %xmm7
        movups  128(%rcx), %xmm8
        movups  144(%rcx), %xmm9
        movups  160(%rcx), %xmm10
        movups  176(%rcx), %xmm11
        movups  192(%rcx), %xmm12
        movups  208(%rcx), %xmm13
        movups  224(%rcx), %xmm14
        movups  240(%rcx), %xmm15
        ldmxcsr CM_F_MXCSR(%rcx)
        movl    $-1, %eax
        movl    $-1, %edx
        xsave64 (%rdi)
        movl    $0x1f80, CM_F_MXCSR(%rcx)
        ldmxcsr CM_F_MXCSR(%rcx)
        // fninit is slow; most programs leave the x87 unit in its initial state (control word 0x37f, all else zero).
        cmpq    $0x37f, 0(%rdi)
        jne     1f
        movq    8(%rdi), %rax
        orq     16(%rdi), %rax
        jz      2f
1:      fninit
2:      ret

        .section .note.GNU-stack,"",@progbits
