// SPDX-License-Identifier: Apache-2.0
// First instruction, host calls, thread start, user-memory copies.
#include "cm_layout.h"

        .text
        .globl  _start
_start:
        xorl    %ebp, %ebp
        movq    %rsp, %rdi
        andq    $-16, %rsp
        call    cm_boot
        ud2

// void cm_switch_stack(void *top, void (*f)(void))
        .globl  cm_switch_stack
cm_switch_stack:
        movq    %rdi, %rsp
        xorl    %ebp, %ebp
        call    *%rsi
        ud2

// int64_t cm_host_call(nr, a, b, c, d, e, f)
        .globl  cm_host_call
cm_host_call:
        incq    %gs:(CM_T_SYSCALLS + 8)
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        movq    %rcx, %rdx
        movq    %r8, %r10
        movq    %r9, %r8
        movq    8(%rsp), %r9
        syscall
        ret

// The same before GS is set up.
        .globl  cm_early_call
cm_early_call:
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        movq    %rcx, %rdx
        movq    %r8, %r10
        movq    %r9, %r8
        movq    8(%rsp), %r9
        syscall
        ret

// The window [start, end): a kick here rewinds to cm_interrupt_eintr.
        .globl  cm_host_call_interruptible, cm_interrupt_start, cm_interrupt_end, cm_interrupt_eintr
cm_host_call_interruptible:
        incq    %gs:(CM_T_SYSCALLS + 8)
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        movq    %rcx, %rdx
        movq    %r8, %r10
        movq    %r9, %r8
        movq    8(%rsp), %r9
cm_interrupt_start:
        cmpl    $0, %gs:CM_T_WORK
        jne     cm_interrupt_eintr
        cmpl    $0, %gs:CM_T_WAKE
        jne     cm_interrupt_eintr
        syscall
cm_interrupt_end:
        ret
cm_interrupt_eintr:
        movq    $-4, %rax
        ret

// int64_t cm_clone_raw(flags, stack_top, parent_tid, child_tid): the child starts at cm_child_start on its slot's frame; RSP carries the slot.
        .globl  cm_clone_raw
cm_clone_raw:
        movq    %rcx, %r10
        movl    $56, %eax
        syscall
        testq   %rax, %rax
        jz      1f
        ret
1:      xorl    %ebp, %ebp
        // RSP = kernel stack top of the new slot minus the frame; find the block from it.
        leaq    CM_F_BYTES(%rsp), %rdi
        wrgsbase %rdi
        call    cm_child_setup
        leaq    CM_F_REGS(%rsp), %rdi
        call    cloister_child_start
        jmp     cm_enter_user

        .globl  cm_read_fs, cm_write_fs
cm_read_fs:
        rdfsbase %rax
        ret
cm_write_fs:
        wrfsbase %rdi
        ret

// uint64_t cm_copy(to, from, count): bytes not copied; uint64_t cm_fill_zero(to, count). RCX = bytes left at every instruction. A fault
// in a wide step goes on byte by byte, so that the count is exact; one after that lands on cm_copy_fault.
        .globl  cm_copy, cm_copy_start, cm_copy_bytes, cm_fill_zero, cm_fill_bytes, cm_copy_end, cm_copy_fault
        .p2align 4
cm_copy:
        movq    %rdx, %rcx
cm_copy_start:
        cmpq    $32, %rcx
        jb      2f
        cmpq    $1024, %rcx
        jae     4f
1:      movups  (%rsi), %xmm0
        movups  16(%rsi), %xmm1
        movups  %xmm0, (%rdi)
        movups  %xmm1, 16(%rdi)
        addq    $32, %rsi
        addq    $32, %rdi
        subq    $32, %rcx
        cmpq    $32, %rcx
        jae     1b
2:      cmpq    $8, %rcx
        jb      cm_copy_bytes
3:      movq    (%rsi), %rax
        movq    %rax, (%rdi)
        addq    $8, %rsi
        addq    $8, %rdi
        subq    $8, %rcx
        cmpq    $8, %rcx
        jae     3b
cm_copy_bytes:
        testq   %rcx, %rcx
        jz      6f
5:      movb    (%rsi), %al
        movb    %al, (%rdi)
        incq    %rsi
        incq    %rdi
        decq    %rcx
        jnz     5b
6:      xorl    %eax, %eax
        ret
4:      rep movsb
        xorl    %eax, %eax
        ret
cm_fill_zero:
        movq    %rsi, %rcx
        xorl    %eax, %eax
        cmpq    $32, %rcx
        jb      2f
        cmpq    $1024, %rcx
        jae     4f
        xorps   %xmm0, %xmm0
1:      movups  %xmm0, (%rdi)
        movups  %xmm0, 16(%rdi)
        addq    $32, %rdi
        subq    $32, %rcx
        cmpq    $32, %rcx
        jae     1b
2:      cmpq    $8, %rcx
        jb      cm_fill_bytes
3:      movq    %rax, (%rdi)
        addq    $8, %rdi
        subq    $8, %rcx
        cmpq    $8, %rcx
        jae     3b
cm_fill_bytes:
        testq   %rcx, %rcx
        jz      5f
        movb    $0, (%rdi)
        incq    %rdi
        decq    %rcx
        jmp     cm_fill_bytes
4:      rep stosb
5:      xorl    %eax, %eax
        ret
cm_copy_end:
cm_copy_fault:
        movq    %rcx, %rax
        ret

// int64_t cm_string_length(from, limit)
        .globl  cm_string_length, cm_string_start, cm_string_end, cm_string_fault
cm_string_length:
        xorl    %eax, %eax
cm_string_start:
1:      cmpq    %rsi, %rax
        jae     2f
        cmpb    $0, (%rdi,%rax)
        je      3f
        incq    %rax
        jmp     1b
2:      movq    $-1, %rax
3:      ret
cm_string_end:
cm_string_fault:
        movq    $-14, %rax
        ret

// uint32_t cm_user_load32(at, fault*), cm_user_cmpxchg32(at, expected, desired, fault*)
        .globl  cm_user_load32, cm_user_cmpxchg32, cm_atomic_start, cm_atomic_end, cm_atomic_fault
cm_user_load32:
        movq    %rsi, %rcx
cm_atomic_start:
        movl    (%rdi), %eax
        ret
cm_user_cmpxchg32:
        movl    %esi, %eax
        lock cmpxchgl %edx, (%rdi)
        ret
cm_atomic_end:
cm_atomic_fault:
        movl    $1, (%rcx)
        xorl    %eax, %eax
        ret

        .globl  cm_restore_rt
cm_restore_rt:
        movl    $15, %eax
        syscall
        ud2

        .section .note.GNU-stack,"",@progbits
