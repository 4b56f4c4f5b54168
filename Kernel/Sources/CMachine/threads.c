// SPDX-License-Identifier: Apache-2.0
// Slots, host threads and host processes.
#include "internal.h"

#define PR_SET_SYSCALL_USER_DISPATCH 59

int64_t cm_clone_raw(uint64_t flags, uint64_t stack, uint64_t parent_tid, uint64_t child_tid);

struct cm_thread *cm_slot_thread(uint32_t slot) {
    return (struct cm_thread *)(CM_SLOT_BASE + (uint64_t)slot * CM_SLOT_BYTES + CM_SLOT_BLOCK);
}

// Fills the thread block of a free slot. The stacks keep what their last user left.
void cm_slot_prepare(uint32_t slot) {
    struct cm_thread *t = cm_slot_thread(slot);
    __builtin_memset(t, 0, sizeof *t);
    t->self = (uint64_t)t;
    t->kstack_top = (uint64_t)t;
    t->slot = slot;
    t->xstate = (void *)(CM_SLOT_BASE + (uint64_t)slot * CM_SLOT_BYTES + CM_SLOT_XSTATE);
    t->waker_processor = UINT32_MAX;
}

struct cm_regs *cm_thread_regs(struct cm_thread *t) {
    return (struct cm_regs *)(t->kstack_top - CM_F_BYTES + CM_F_REGS);
}

// Copies the caller's gate frame (registers and xmm) to another slot.
void cm_copy_frame(struct cm_thread *to) {
    const char *from = (const char *)(cm_current()->kstack_top - CM_F_BYTES);
    __builtin_memcpy((char *)(to->kstack_top - CM_F_BYTES), from, CM_F_BYTES);
}

void cm_clear_vector_frame(struct cm_thread *t) {
    char *frame = (char *)(t->kstack_top - CM_F_BYTES);
    __builtin_memset(frame, 0, CM_F_REGS);
    *(uint32_t *)(frame + CM_F_MXCSR) = 0x1f80;
}

void cm_reset_fpu(void) { __asm__ volatile("fninit"); }

void cm_set_altstack(struct cm_thread *t) {
    struct { uint64_t sp; int32_t flags, pad; uint64_t size; } ss;
    uint64_t base = CM_SLOT_BASE + (uint64_t)t->slot * CM_SLOT_BYTES;
    ss.sp = base + CM_SLOT_ALT;
    ss.flags = 0;
    ss.pad = 0;
    ss.size = CM_SLOT_ALT_END - CM_SLOT_ALT;
    // Without it the host would put signal frames on the guest's stack, or on the kernel's.
    if (cm_early_call(NR_sigaltstack, (uint64_t)&ss, 0, 0, 0, 0, 0) != 0) cm_panic("the host refuses a signal stack");
}

static uint8_t dispatch_off;

void cm_arm_dispatch(void) {
    // Every call from outside the kernel's text raises SIGSYS: the selector always says "block".
    dispatch_off = 1;
    int64_t r = cm_early_call(NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, 1, cm_facts.text_start,
                              cm_facts.text_end - cm_facts.text_start, (uint64_t)&dispatch_off, 0);
    if (r != 0) cm_panic("the host refuses system-call dispatch");
}

// Guard pages are only ever needed in the process whose thread runs on the slot. 0, or -1 where the host has no room for one.
static int32_t guard(struct cm_thread *t) {
    uint64_t at = CM_SLOT_BASE + (uint64_t)t->slot * CM_SLOT_BYTES + CM_SLOT_ALT_END;
    int64_t r = cm_early_call(NR_mmap, at, CM_SLOT_STACK - CM_SLOT_ALT_END, 0, 0x32 | 0x4000, (uint64_t)-1, 0);
    if (r >= 0 && r != (int64_t)at) cm_panic("the host mapped a guard page at a wrong address");
    return r == (int64_t)at ? 0 : -1;
}

// First code of a new host thread, on its own slot's kernel stack.
__attribute__((used)) void cm_child_setup(void) {
    struct cm_thread *t = cm_current();
    uint64_t base = CM_SLOT_BASE + (uint64_t)t->slot * CM_SLOT_BYTES;
    cm_early_call(NR_madvise, base + CM_SLOT_BLOCK - 0x2000, 0x3000, 23 /* MADV_POPULATE_WRITE */, 0, 0, 0);
    cm_set_altstack(t);
    if (!t->guarded && guard(t) != 0) cm_panic("the host refuses a guard page");
    // A process (not a thread of one) must not outlive the supervisor, which is its parent.
    if (t->host_pid == 0 || t->host_pid == t->host_tid) {
        cm_early_call(NR_prctl, 1 /* PR_SET_PDEATHSIG */, 9, 0, 0, 0, 0);
        if (cm_early_call(110 /* getppid */, 0, 0, 0, 0, 0, 0) != (int64_t)cm_slot_thread(0)->host_pid) cm_process_exit(0);
    }
    cm_arm_dispatch();
}

// Starts a host thread or process on a prepared slot; returns its host tid or -errno.
int64_t cm_spawn(uint64_t flags, uint32_t slot) {
    struct cm_thread *t = cm_slot_thread(slot);
    cm_current()->host_calls++;
    // Where the memory is the caller's the guard is made here, since the new thread could not be refused any more.
    if (flags & 0x100 /* CLONE_VM */) {
        if (guard(t) != 0) return -11;
        t->guarded = 1;
    }
    return cm_clone_raw(flags, t->kstack_top - CM_F_BYTES, 0, (uint64_t)&t->host_tid);
}

void cm_thread_exit(int32_t code) {
    for (;;) cm_early_call(NR_exit, (uint64_t)code, 0, 0, 0, 0, 0);
}

void cm_process_exit(int32_t code) {
    for (;;) cm_early_call(NR_exit_group, (uint64_t)code, 0, 0, 0, 0, 0);
}
