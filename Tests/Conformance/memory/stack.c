// SPDX-License-Identifier: Apache-2.0
// The stack grows on demand, up to its limit; an alternate stack catches the overflow.
#include "check.h"
#include <setjmp.h>
#include <sys/resource.h>

static sigjmp_buf back;
static volatile bool on_alternate;
static char *alternate;
enum { ALTERNATE = 65536 };

static void on_fault(int signal) {
    char here;
    on_alternate = &here >= alternate && &here < alternate + ALTERNATE;
    siglongjmp(back, signal);
}

static int deep(int levels) {
    volatile char frame[1024];
    frame[0] = (char)levels;
    frame[1023] = 1;
    return levels == 0 ? frame[1023] : deep(levels - 1) + frame[1023];
}

static __attribute__((noinline)) int large_frame(void) {
    volatile char large[3 << 20];
    large[0] = 1;
    large[sizeof large - 1] = 2;
    return large[0] + large[sizeof large - 1];
}

int main(void) {
    CHECK_EQ(deep(4000), 4001);
    CHECK_EQ(large_frame(), 3);
    CHECK_CHILD("a child has the grown stack", CHECK_EQ(deep(4000), 4001));
    CHECK_CHILD("an endless recursion ends in SIGSEGV on the alternate stack",
        setrlimit(RLIMIT_STACK, &(struct rlimit){4 << 20, RLIM_INFINITY});
        alternate = malloc(ALTERNATE);
        stack_t stack = {.ss_sp = alternate, .ss_size = ALTERNATE};
        CHECK_OK(sigaltstack(&stack, NULL));
        struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK};
        sigaction(SIGSEGV, &action, NULL);
        volatile int depth = 100000000;
        int got = sigsetjmp(back, 1);
        if (got == 0) deep(depth);
        CHECK_EQ(got, SIGSEGV);
        CHECK(on_alternate, "the handler ran on the alternate stack");
        CHECK_EQ(deep(1000), 1001));
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        volatile int depth = 100000000;
        _exit(deep(depth) & 1);
    }
    CHECK_EQ(check_wait(child), 128 + SIGSEGV);
    DONE();
}
