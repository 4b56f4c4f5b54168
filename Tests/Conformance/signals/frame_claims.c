// SPDX-License-Identifier: Apache-2.0
// A signal frame that claims to be smaller than its extended state: every component still comes from the frame, and none from what
// the thread's area held before.
#include "check.h"
#include <signal.h>
#include <ucontext.h>

static void on_signal(int number, siginfo_t *info, void *raw) {
    (void)number;
    (void)info;
    ucontext_t *context = raw;
    uint32_t *state = (uint32_t *)context->uc_mcontext.fpregs;
    // sw_reserved: magic1, extended size, features (64 bits), state size. The second mark goes where the smaller state ends.
    state[464 / 4 + 4] = 576;
    state[464 / 4 + 1] = 580;
    state[576 / 4] = 0x46505845;
    for (int i = 1; i < 4; i++) state[576 / 4 + i] = 0x1000 + (uint32_t)i;
    // The upper half of ymm0 is in use from here on.
    *(uint64_t *)(state + 512 / 4) |= 4;
}

__attribute__((target("avx"))) static void upper_half(uint32_t out[4]) {
    __asm__ volatile("vextractf128 $1, %%ymm0, %0" : "=m"(*(uint32_t(*)[4])out));
}
__attribute__((target("avx"))) static void raise_with(const uint32_t in[8], uint32_t out[4]) {
    int pid = getpid();
    long result;
    __asm__ volatile("vmovups %2, %%ymm0\n\tsyscall\n\tvextractf128 $1, %%ymm0, %1"
                     : "=a"(result), "=m"(*(uint32_t(*)[4])out)
                     : "m"(*(const uint32_t(*)[8])in), "a"(62L), "D"((long)pid), "S"((long)SIGUSR1)
                     : "rcx", "r11", "memory", "xmm0");
    CHECK_EQ(result, 0);
}

int main(void) {
    if (!__builtin_cpu_supports("avx")) {
        CHECK(1, "no AVX here: nothing to check");
        DONE();
    }
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    CHECK_OK(sigaction(SIGUSR1, &action, NULL));
    const uint32_t before[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    uint32_t after[4] = {0};
    upper_half(after);
    raise_with(before, after);
    CHECK_EQ(after[0], 0x46505845);
    for (uint32_t i = 1; i < 4; i++) CHECK_EQ(after[i], 0x1000 + i);
    DONE();
}
