// SPDX-License-Identifier: Apache-2.0
// Host signals: trapped system calls, faults of the guest and of the kernel, kicks.
#include "internal.h"

struct host_siginfo { int32_t signo, error, code, pad; uint64_t addr; uint32_t nr, arch; uint64_t rest[12]; };
struct host_ucontext {
    uint64_t flags, link;
    uint64_t ss_sp; int32_t ss_flags, ss_pad; uint64_t ss_size;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
    uint16_t cs, gs, fs, ss;
    uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8], sigmask;
};

struct cm_fault;
// Swift: 0 go on as before, 1 the registers were changed to enter a handler (the extended state is then reset),
// 2 the thread is over, 3 the process is over.
int32_t cloister_interrupt(struct cm_regs *regs, uint64_t xstate, int32_t signal, int32_t code, uint64_t address, uint64_t trapno, uint64_t error);

static void fill(struct cm_regs *r, const struct host_ucontext *u) {
    r->r15 = u->r15; r->r14 = u->r14; r->r13 = u->r13; r->r12 = u->r12; r->rbp = u->rbp; r->rbx = u->rbx; r->r11 = u->r11;
    r->r10 = u->r10; r->r9 = u->r9; r->r8 = u->r8; r->rax = u->rax; r->rcx = u->rcx; r->rdx = u->rdx; r->rsi = u->rsi;
    r->rdi = u->rdi; r->orig_rax = ~0ull; r->rip = u->rip; r->rsp = u->rsp; r->site = 0; r->eflags = u->eflags;
}

static void put_back(const struct cm_regs *r, struct host_ucontext *u) {
    u->r15 = r->r15; u->r14 = r->r14; u->r13 = r->r13; u->r12 = r->r12; u->rbp = r->rbp; u->rbx = r->rbx; u->r11 = r->r11;
    u->r10 = r->r10; u->r9 = r->r9; u->r8 = r->r8; u->rax = r->rax; u->rcx = r->rcx; u->rdx = r->rdx; u->rsi = r->rsi;
    u->rdi = r->rdi; u->rip = r->rip; u->rsp = r->rsp; u->eflags = r->eflags;
}

static void interrupt_guest(struct host_ucontext *u, int32_t signal, const struct host_siginfo *info) {
    struct cm_regs r;
    fill(&r, u);
    int32_t entered = cloister_interrupt(&r, u->fpstate, signal, info ? info->code : 0, info ? info->addr : 0, u->trapno, u->err);
    if (entered == 2) cm_thread_exit(0);
    if (entered == 3) cm_process_exit(0);
    put_back(&r, u);
    // A handler starts with the initial extended state, as on Linux. MXCSR is loaded whatever XSTATE_BV says.
    if (entered && u->fpstate) cm_xstate_init(u->fpstate);
}

void cm_print_trap(const char *what, uint64_t rip, uint64_t rbp, uint64_t rsp, uint64_t address);

static void kernel_fault(int32_t signal, const struct host_siginfo *info, struct host_ucontext *u) {
    // The guest's single-step and alignment flags followed it into the kernel: go on without them.
    if (signal == 5 && u->trapno == 1) { u->eflags &= ~0x100ull; return; }
    if (signal == 7 && u->trapno == 17) { u->eflags &= ~0x40000ull; return; }
    if (in_range(u->rip, cm_copy_start, cm_copy_bytes)) { u->rip = (uint64_t)cm_copy_bytes; return; }
    if (in_range(u->rip, (char *)cm_fill_zero, cm_fill_bytes)) { u->rip = (uint64_t)cm_fill_bytes; return; }
    if (in_range(u->rip, cm_copy_start, cm_copy_end)) { u->rip = (uint64_t)cm_copy_fault; return; }
    if (in_range(u->rip, cm_string_start, cm_string_end)) { u->rip = (uint64_t)cm_string_fault; return; }
    if (in_range(u->rip, cm_atomic_start, cm_atomic_end)) { u->rip = (uint64_t)cm_atomic_fault; return; }
    const char *what = signal == 4 || signal == 5 ? "the kernel trapped (a failed check)" : "the kernel faulted";
    cm_print_trap(what, u->rip, u->rbp, u->rsp, info->addr);
    cm_stop_enclave(70);
}

// TF, DF, NT, AC, ID: the exits load the guest's; the kernel, to which a kick goes back from there, runs without them.
#define GUEST_FLAGS 0x244500ull

static void kick(struct host_ucontext *u, struct cm_thread *t) {
    uint64_t rip = u->rip;
    if (!in_range(rip, (char *)cm_facts.text_start, (char *)cm_facts.text_end)) {
        // The kernel itself, in the host's vDSO: its exit will look.
        if (t->locked) return;
        if (t->work) interrupt_guest(u, 0, 0);
        return;
    }
    if (in_range(rip, cm_plain_start, cm_plain_end)) {
        if (rip == (uint64_t)cm_gate_getpid || rip == (uint64_t)cm_gate_gettid || rip == (uint64_t)cm_gate_getppid) {
            u->rip = (uint64_t)cm_gate;
        } else {
            u->rip = u->rcx;
            if (t->work) interrupt_guest(u, 0, 0);
        }
    } else if (in_range(rip, cm_gate_exit, cm_gate_window_end)) {
        u->rip = (uint64_t)cm_gate_exit;
        u->rsp = t->kstack_top - CM_F_BYTES;
        u->eflags &= ~GUEST_FLAGS;
    } else if (in_range(rip, cm_full_exit_start, cm_full_exit_end)) {
        u->rip = (uint64_t)cm_full_exit_start;
        u->rsp = t->kstack_top - CM_F_BYTES;
        u->eflags &= ~GUEST_FLAGS;
    } else if (in_range(rip, cm_interrupt_start, cm_interrupt_end)) {
        u->rip = (uint64_t)cm_interrupt_eintr;
    }
}

__attribute__((used)) static void handler(int32_t signal, struct host_siginfo *info, struct host_ucontext *u) {
    struct cm_thread *t = cm_current();
    if (signal == CM_KICK_SIGNAL) {
        kick(u, t);
        return;
    }
    if (signal == 31) {
        // Only the register context changes: the trapped and the rewritten call are one path from here.
        t->traps++;
        if (info->arch != 0xc000003e) { u->rax = (uint64_t)-38; return; }
        u->rcx = u->rip;
        u->r11 = u->eflags;
        u->rip = (uint64_t)cm_gate_trapped;
        return;
    }
    // A fault at iretq or at the jump to the guest belongs to the guest's new RIP.
    if (in_range(u->rip, (char *)cm_facts.text_start, (char *)cm_facts.text_end)) kernel_fault(signal, info, u);
    else interrupt_guest(u, signal, info);
}

struct host_sigaction { void *handler; uint64_t flags; void *restorer; uint64_t mask; };

void cm_install_handlers(void) {
    struct host_sigaction a;
    static const uint8_t faults[] = {4, 5, 7, 8, 11};
    const uint64_t kick_and_sys = (1ull << (CM_KICK_SIGNAL - 1)) | (1ull << 30);
    a.restorer = (void *)cm_restore_rt;
    for (uint64_t s = 1; s <= 64; s++) {
        if (s == 9 || s == 19 || s == 17) continue;
        a.handler = (void *)1;
        a.flags = 0x04000000;
        a.mask = 0;
        cm_early_call(NR_rt_sigaction, s, (uint64_t)&a, 0, 8, 0, 0);
    }
    a.handler = (void *)handler;
    a.flags = 0x04000000 | 4 | 0x08000000 | 0x40000000;  // RESTORER, SIGINFO, ONSTACK, NODEFER
    a.mask = kick_and_sys;
    int64_t refused = 0;
    for (uint64_t i = 0; i < sizeof faults; i++) refused |= cm_early_call(NR_rt_sigaction, faults[i], (uint64_t)&a, 0, 8, 0, 0);
    refused |= cm_early_call(NR_rt_sigaction, 31, (uint64_t)&a, 0, 8, 0, 0);
    refused |= cm_early_call(NR_rt_sigaction, CM_KICK_SIGNAL, (uint64_t)&a, 0, 8, 0, 0);
    uint64_t none = 0;
    refused |= cm_early_call(NR_rt_sigprocmask, 2, (uint64_t)&none, 0, 8, 0, 0);
    if (refused != 0) cm_panic("the host refuses the kernel's signal handlers");
}

// xrstor faults on reserved bits: keep only what this processor has.
void cm_sanitize_xstate(void *xstate) {
    uint64_t *header = (uint64_t *)((char *)xstate + 512);
    header[0] &= cm_facts.xstate_mask;
    for (int i = 1; i < 8; i++) header[i] = 0;
    uint32_t *mxcsr = (uint32_t *)((char *)xstate + 24);
    *mxcsr &= 0xffff;
}
