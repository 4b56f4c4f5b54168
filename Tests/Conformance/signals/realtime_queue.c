// SPDX-License-Identifier: Apache-2.0
// Real-time signals queue, keep their order and their values; standard ones merge; lower numbers come first (signal(7)).
#include "../process/support.h"

static volatile int order[32], values[32], taken;
static void record(int sig, siginfo_t *info, void *context) {
    (void)context;
    if (taken < 32) order[taken] = sig, values[taken++] = info->si_value.sival_int;
}

int main(void) {
    int low = SIGRTMIN + 1, high = SIGRTMIN + 3;
    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, low), sigaddset(&set, high), sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &old);
    handle_info(low, record, 0), handle_info(high, record, 0), handle_info(SIGUSR1, record, 0);
    for (int i = 0; i < 3; i++) sigqueue(getpid(), high, (union sigval){.sival_int = 10 + i});
    for (int i = 0; i < 3; i++) sigqueue(getpid(), low, (union sigval){.sival_int = 20 + i});
    for (int i = 0; i < 3; i++) sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 30 + i});
    CHECK(is_pending(high) && is_pending(low) && is_pending(SIGUSR1), "all are pending");
    siginfo_t info;
    struct timespec zero = {0, 0};
    sigset_t only = set_of(high);
    CHECK(sigtimedwait(&only, &info, &zero) == high && info.si_value.sival_int == 10, "the oldest value first");
    CHECK(info.si_code == SI_QUEUE && info.si_pid == getpid() && info.si_uid == 0, "siginfo of sigqueue");
    sigset_t all;
    sigfillset(&all);
    int expect[][2] = {{SIGUSR1, 30}, {low, 20}, {low, 21}, {low, 22}, {high, 11}, {high, 12}};
    int good = 1;
    for (int i = 0; i < 6; i++)
        good &= sigtimedwait(&set, &info, &zero) == expect[i][0] && info.si_value.sival_int == expect[i][1];
    CHECK(good, "numbers ascend, order within one number, one SIGUSR1");
    CHECK_ERRNO(sigtimedwait(&set, &info, &zero), EAGAIN);
    for (int i = 0; i < 4; i++) sigqueue(getpid(), low, (union sigval){.sival_int = i});
    sigprocmask(SIG_SETMASK, &old, NULL);
    CHECK(taken == 4 && values[0] == 0 && values[1] == 1 && values[2] == 2 && values[3] == 3,
          "handlers see them in order");
    taken = 0;
    sigprocmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), low), kill(getpid(), low);
    sigprocmask(SIG_SETMASK, &old, NULL);
    CHECK(taken == 2, "kill queues real-time signals too");
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit = {4, 4};
        setrlimit(RLIMIT_SIGPENDING, &limit);
        if (setuid(65533)) _exit(9);
        sigprocmask(SIG_BLOCK, &set, NULL);
        int sent = 0;
        while (sent < 100 && sigqueue(getpid(), low, (union sigval){.sival_int = sent}) == 0) sent++;
        _exit(errno == EAGAIN && sent == 4 ? 0 : 1);
    }
    CHECK(exit_code(pid) == 0, "RLIMIT_SIGPENDING ends the queue with EAGAIN");
    CHECK_ERRNO(sigqueue(INT_MAX, low, (union sigval){.sival_int = 0}), ESRCH);
    CHECK_ERRNO(sigqueue(getpid(), 70, (union sigval){.sival_int = 0}), EINVAL);
    DONE();
}
