// SPDX-License-Identifier: Apache-2.0
// sigaction: SA_SIGINFO, SA_NODEFER, SA_RESETHAND, sa_mask, old values, and errors (sigaction(2)).
#include "../process/support.h"

static volatile sig_atomic_t depth, deepest, runs, blocked_in_handler;

static void nest(int sig) {
    depth++;
    if (depth > deepest) deepest = depth;
    sigset_t set;
    sigprocmask(SIG_BLOCK, NULL, &set);
    blocked_in_handler = sigismember(&set, sig) | sigismember(&set, SIGUSR2) << 1;
    if (runs++ < 2) raise(sig);
    depth--;
}

int main(void) {
    struct sigaction action = {0}, old;
    action.sa_handler = nest;
    CHECK(sigaction(SIGUSR1, &action, &old) == 0 && old.sa_handler == SIG_DFL, "install; the default was there");
    CHECK(sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler == nest, "read back");
    raise(SIGUSR1);
    CHECK(deepest == 1 && (blocked_in_handler & 1), "a signal is blocked in its own handler");
    CHECK(!is_pending(SIGUSR1), "and unblocked after");
    action.sa_flags = SA_NODEFER;
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &action, NULL);
    deepest = runs = 0;
    raise(SIGUSR1);
    CHECK(deepest == 3 && blocked_in_handler == 2, "SA_NODEFER nests; sa_mask blocks others");
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGUSR1, &action, NULL);
    depth = 10;
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    CHECK(old.sa_handler == SIG_DFL, "SA_RESETHAND resets to the default");
    CHECK_ERRNO(sigaction(SIGKILL, &action, NULL), EINVAL);
    CHECK_ERRNO(sigaction(SIGSTOP, &action, NULL), EINVAL);
    CHECK_ERRNO(sigaction(65, &action, NULL), EINVAL);
    CHECK_ERRNO(sigaction(0, &action, NULL), EINVAL);
    CHECK(sigaction(SIGKILL, NULL, &old) == 0 && old.sa_handler == SIG_DFL, "reading SIGKILL's action is allowed");
    CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, 8L, NULL, 8), EFAULT);
    block(SIGUSR2);
    raise(SIGUSR2);
    signal(SIGUSR2, SIG_IGN);
    CHECK(!is_pending(SIGUSR2), "ignoring drops a pending signal");
    sigset_t everything;
    sigfillset(&everything);
    sigprocmask(SIG_SETMASK, &everything, NULL);
    sigprocmask(SIG_BLOCK, NULL, &everything);
    CHECK(!sigismember(&everything, SIGKILL) && !sigismember(&everything, SIGSTOP),
          "SIGKILL and SIGSTOP cannot be blocked");
    CHECK_ERRNO(syscall(SYS_rt_sigprocmask, 9, &everything, NULL, 8), EINVAL);
    DONE();
}
