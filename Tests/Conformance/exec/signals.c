// SPDX-License-Identifier: Apache-2.0
// What becomes of signals over exec: ignored stay ignored, caught become default, mask and pending stay.
#include "check.h"

static void handler(int signal) { (void)signal; }

static bool is_ignored(int number) {
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static bool is_default(int number) {
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_DFL;
}

// Before check.h's own start, which clears the mask: what exec handed over.
static sigset_t inherited_mask;
static __attribute__((constructor(101))) void remember(void) { sigprocmask(SIG_BLOCK, NULL, &inherited_mask); }

int main(int argc, char **argv) {
    (void)argv;
    if (argc > 1) {
        CHECK(is_ignored(SIGUSR1), "an ignored signal stays ignored");
        CHECK(is_default(SIGUSR2), "a caught signal is at its default");
        CHECK(sigismember(&inherited_mask, SIGTERM) && sigismember(&inherited_mask, SIGUSR2), "the mask stays");
        CHECK(!sigismember(&inherited_mask, SIGINT), "no more than the mask");
        stack_t stack;
        sigaltstack(NULL, &stack);
        CHECK_EQ(stack.ss_flags, SS_DISABLE);
        DONE();
    }
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, handler);
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&stack, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR2);
    CHECK_CHILD("over exec", sigprocmask(SIG_SETMASK, &set, NULL); execl("/proc/self/exe", "x", "y", NULL); _exit(9));
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &set, NULL);
        kill(getpid(), SIGTERM);
        // The new image unblocks at its start (check.h) and dies of the signal that was pending.
        execl("/proc/self/exe", "x", "y", NULL);
        _exit(9);
    }
    CHECK_EQ(check_wait(child), 128 + SIGTERM);
    free(stack.ss_sp);
    DONE();
}
