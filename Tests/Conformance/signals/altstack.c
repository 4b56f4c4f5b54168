// SPDX-License-Identifier: Apache-2.0
// sigaltstack: use, SS_ONSTACK, errors, and survival of a stack overflow (sigaltstack(2)).
#include "../process/support.h"
#include <setjmp.h>

static char memory[65536] __attribute__((aligned(16)));
static volatile int inside, flags_inside, change_refused, code;
static sigjmp_buf jump;

static void on_signal(int sig) {
    char here;
    (void)sig;
    uintptr_t at = (uintptr_t)&here;
    inside = at >= (uintptr_t)memory && at < (uintptr_t)memory + sizeof memory;
    stack_t now, other = {.ss_sp = memory, .ss_size = sizeof memory};
    sigaltstack(NULL, &now);
    flags_inside = now.ss_flags;
    change_refused = sigaltstack(&other, NULL) == -1 && errno == EPERM;
}

static void on_overflow(int sig, siginfo_t *info, void *context) {
    (void)sig, (void)context;
    code = info->si_code;
    on_signal(sig);
    siglongjmp(jump, 1);
}

static volatile int no_more;

static int recurse(volatile char *above) {
    volatile char block_of[4096];
    if (no_more) return 0;
    block_of[0] = above ? above[0] : 0;
    return recurse(block_of) + block_of[0];
}

int main(void) {
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory}, old;
    CHECK(sigaltstack(NULL, &old) == 0 && (old.ss_flags & SS_DISABLE), "no alternate stack at first");
    stack.ss_size = 1024;
    CHECK_ERRNO(sigaltstack(&stack, NULL), ENOMEM);
    stack.ss_size = sizeof memory, stack.ss_flags = 0x40;
    CHECK_ERRNO(sigaltstack(&stack, NULL), EINVAL);
    stack.ss_flags = 0;
    CHECK(sigaltstack(&stack, NULL) == 0 && sigaltstack(NULL, &old) == 0 && old.ss_sp == memory && old.ss_flags == 0,
          "set and get");
    handle(SIGUSR1, on_signal, 0);
    raise(SIGUSR1);
    CHECK(!inside && flags_inside == 0, "without SA_ONSTACK it is not used");
    handle(SIGUSR1, on_signal, SA_ONSTACK);
    raise(SIGUSR1);
    CHECK(inside && flags_inside == SS_ONSTACK, "with SA_ONSTACK it is");
    CHECK(change_refused, "and cannot be changed in use");
    CHECK(exit_code(CHILD(sigaltstack(NULL, &old); _exit(old.ss_sp == memory ? 0 : 1))) == 0, "fork keeps it");
    struct rlimit limit = {1 << 20, RLIM_INFINITY};
    getrlimit(RLIMIT_STACK, &limit);
    limit.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_STACK, &limit);
    handle_info(SIGSEGV, on_overflow, SA_ONSTACK);
    for (int i = 0; i < 2; i++) {
        inside = 0;
        if (!sigsetjmp(jump, 1)) recurse(NULL);
        CHECK(inside, "a stack overflow is handled on the alternate stack");
    }
    CHECK(code == SEGV_MAPERR || code == SEGV_ACCERR, "as a segmentation fault");
    stack.ss_flags = SS_DISABLE;
    CHECK(sigaltstack(&stack, NULL) == 0, "disable");
    prctl(PR_SET_DUMPABLE, 0);
    CHECK(exit_code(CHILD(recurse(NULL))) == -SIGSEGV, "without it the overflow is fatal");
    DONE();
}
