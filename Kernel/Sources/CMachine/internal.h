// SPDX-License-Identifier: Apache-2.0
// Shared by the C files of the machine layer only.
#ifndef CM_INTERNAL_H
#define CM_INTERNAL_H
#include "cm.h"

#define NULL_ ((void *)0)
int64_t cm_early_call(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f);

// x86-64 host call numbers.
enum {
    NR_read = 0, NR_write = 1, NR_mmap = 9, NR_mprotect = 10, NR_munmap = 11, NR_rt_sigaction = 13, NR_rt_sigprocmask = 14,
    NR_pread64 = 17, NR_sched_yield = 24, NR_mremap = 25, NR_madvise = 28, NR_getpid = 39, NR_clone = 56, NR_exit = 60, NR_wait4 = 61, NR_kill = 62, NR_ftruncate = 77,
    NR_sigaltstack = 131, NR_prctl = 157, NR_gettid = 186, NR_futex = 202, NR_sched_getaffinity = 204, NR_exit_group = 231, NR_waitid = 247,
    NR_tgkill = 234, NR_openat = 257, NR_getrandom = 318, NR_memfd_create = 319, NR_seccomp = 317,
};

extern char cm_gate[], cm_gate_trapped[], cm_gate_exit[], cm_gate_window_end[], cm_full_exit_start[], cm_full_exit_end[];
extern char cm_plain_start[], cm_plain_end[], cm_gate_getpid[], cm_gate_gettid[], cm_gate_getppid[];
extern char cm_copy_start[], cm_copy_bytes[], cm_fill_bytes[], cm_copy_end[], cm_copy_fault[], cm_string_start[], cm_string_end[], cm_string_fault[];
extern char cm_atomic_start[], cm_atomic_end[], cm_atomic_fault[];
extern char cm_interrupt_start[], cm_interrupt_end[], cm_interrupt_eintr[];
extern char cm_restore_rt[];

extern struct cm_boot_facts cm_facts;
void cm_install_handlers(void);
void cm_set_altstack(struct cm_thread *t);
void cm_arm_dispatch(void);
void cm_parse_vdso(uint64_t base);
// Bytes of the instruction at `p`, 0 when there is none; `opcode` is where its opcode starts, after the prefixes.
uint64_t cm_instruction_length(const uint8_t *p, uint64_t left, uint64_t *opcode);

static inline int in_range(uint64_t rip, const char *start, const char *end) {
    return rip >= (uint64_t)start && rip < (uint64_t)end;
}
#endif
