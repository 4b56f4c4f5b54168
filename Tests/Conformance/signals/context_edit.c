// SPDX-License-Identifier: Apache-2.0
// A handler may change the registers it returns to: RIP, RAX, and the signal mask in ucontext (sigaction(2)).
#include "../process/support.h"
#include <ucontext.h>

static void skip_ud2(int sig, siginfo_t *info, void *context) {
    ucontext_t *user = context;
    (void)sig, (void)info;
    user->uc_mcontext.gregs[REG_RIP] += 2;
    user->uc_mcontext.gregs[REG_RAX] = 0x1234;
}

static void set_mask(int sig, siginfo_t *info, void *context) {
    ucontext_t *user = context;
    (void)sig, (void)info;
    sigaddset(&user->uc_sigmask, SIGUSR2);
}

static volatile long seen_rbx, seen_rdi;
static void read_registers(int sig, siginfo_t *info, void *context) {
    ucontext_t *user = context;
    (void)sig, (void)info;
    seen_rbx = user->uc_mcontext.gregs[REG_RBX];
    seen_rdi = user->uc_mcontext.gregs[REG_RDI];
    user->uc_mcontext.gregs[REG_R12] = 99;
    user->uc_mcontext.gregs[REG_EFL] |= 1;
    user->uc_mcontext.gregs[REG_RIP] += 2;
}

int main(void) {
    handle_info(SIGILL, skip_ud2, 0);
    long value;
    __asm__ volatile("xor %%eax, %%eax; ud2" : "=a"(value) : : "memory");
    CHECK(value == 0x1234, "execution goes on after the instruction, with the new RAX");
    handle_info(SIGUSR1, set_mask, 0);
    raise(SIGUSR1);
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK(sigismember(&mask, SIGUSR2) && !sigismember(&mask, SIGUSR1), "the mask in the context is restored");
    handle_info(SIGILL, read_registers, 0);
    long r12 = 0;
    unsigned char carry = 0;
    __asm__ volatile("mov $0x55aa, %%rbx; mov $0x7777, %%rdi; xor %%r12, %%r12; clc; ud2; setc %1; mov %%r12, %0"
                     : "=r"(r12), "=m"(carry)
                     :
                     : "rbx", "rdi", "r12", "cc", "memory");
    CHECK(seen_rbx == 0x55aa && seen_rdi == 0x7777, "the handler sees the registers at the fault");
    CHECK(r12 == 99 && carry == 1, "changed registers and flags come back");
    DONE();
}
