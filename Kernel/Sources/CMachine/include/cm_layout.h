// SPDX-License-Identifier: Apache-2.0
// Fixed addresses and offsets shared by assembly, C and Swift. See docs/design/machine.md.
#ifndef CM_LAYOUT_H
#define CM_LAYOUT_H

#define CM_USER_START 0x0000000000010000
#define CM_USER_END 0x0000100000000000
#define CM_IMAGE_BASE 0x0000100000000000
#define CM_HEAP_BASE 0x0000110000000000
#define CM_HEAP_BYTES 0x0000001000000000
#define CM_SLOT_BASE 0x0000120000000000
#define CM_SLOT_COUNT 65536
#define CM_PAGES_BASE 0x0000200000000000
#define CM_PAGES_BYTES 0x0000100000000000

// One slot per host thread: guards, signal stack, kernel stack, thread block, extended state.
#define CM_SLOT_BYTES 0x20000
#define CM_SLOT_ALT 0x1000
#define CM_SLOT_ALT_END 0xe000
#define CM_SLOT_STACK 0xf000
#define CM_SLOT_BLOCK 0x1b000
#define CM_SLOT_XSTATE 0x1c000
#define CM_SLOT_XSTATE_BYTES 0x3000

// struct cm_thread
#define CM_T_SELF 0
#define CM_T_KSTACK 8
#define CM_T_USER_RSP 16
#define CM_T_WORK 24
#define CM_T_LOCKED 28
#define CM_T_OBJECT 32
#define CM_T_WAKE 40
#define CM_T_PARKED 44
#define CM_T_HOST_TID 48
#define CM_T_HOST_PID 52
#define CM_T_FULL_EXIT 56
#define CM_T_GUEST_PID 60
#define CM_T_GUEST_TID 64
#define CM_T_GUEST_PPID 68
#define CM_T_XSTATE 72
#define CM_T_SYSCALLS 80
#define CM_T_FULL_REGS 256

// struct cm_regs, within the gate's frame
#define CM_R_R15 0
#define CM_R_R14 8
#define CM_R_R13 16
#define CM_R_R12 24
#define CM_R_RBP 32
#define CM_R_RBX 40
#define CM_R_R11 48
#define CM_R_R10 56
#define CM_R_R9 64
#define CM_R_R8 72
#define CM_R_RAX 80
#define CM_R_RCX 88
#define CM_R_RDX 96
#define CM_R_RSI 104
#define CM_R_RDI 112
#define CM_R_ORIG_RAX 120
#define CM_R_RIP 128
#define CM_R_RSP 136
#define CM_R_SITE 144
#define CM_R_EFLAGS 152
#define CM_R_BYTES 160

// The gate's frame: xmm0-15, mxcsr, registers. It always ends at the kernel stack's top.
#define CM_F_MXCSR 256
#define CM_F_REGS 272
#define CM_F_BYTES 432

#define CM_KICK_SIGNAL 63

#endif
