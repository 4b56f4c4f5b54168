// SPDX-License-Identifier: Apache-2.0
// siglongjmp out of handlers, nested handlers of different signals, and masks restored by both (sigsetjmp(3)).
#include "../process/support.h"
#include <setjmp.h>

static sigjmp_buf jump;
static volatile int trail[8], steps;
static void inner(int sig) {
    (void)sig;
    trail[steps++] = 2;
}
static void outer(int sig) {
    (void)sig;
    trail[steps++] = 1;
    raise(SIGUSR2);
    trail[steps++] = 3;
}
static void leave(int sig) { siglongjmp(jump, sig); }

int main(void) {
    handle(SIGUSR1, outer, 0), handle(SIGUSR2, inner, 0);
    raise(SIGUSR1);
    CHECK(steps == 3 && trail[0] == 1 && trail[1] == 2 && trail[2] == 3, "handlers nest");
    handle(SIGUSR1, leave, 0);
    volatile int rounds = 0;
    for (volatile int i = 0; i < 100; i++) {
        if (sigsetjmp(jump, 1) == 0)
            raise(SIGUSR1);
        else
            rounds++;
    }
    CHECK(rounds == 100, "a hundred jumps out of a handler");
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK(!sigismember(&mask, SIGUSR1), "the saved mask is restored");
    if (sigsetjmp(jump, 0) == 0) raise(SIGUSR1);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK(sigismember(&mask, SIGUSR1), "without saving, the signal stays blocked");
    DONE();
}
