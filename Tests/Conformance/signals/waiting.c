// SPDX-License-Identifier: Apache-2.0
// sigwaitinfo, sigtimedwait, sigsuspend, signalfd, and the atomic masks of ppoll, pselect and epoll_pwait (signal(7)).
#include "../process/support.h"
#include <sys/signalfd.h>

static volatile sig_atomic_t hits;
static void hit(int sig) {
    (void)sig;
    hits++;
}

int main(void) {
    sigset_t usr1 = set_of(SIGUSR1), none = set_of(0), both = set_of(SIGUSR1);
    siginfo_t info;
    struct timespec shortly = {0, 10000000};
    sigaddset(&both, SIGUSR2);
    handle(SIGUSR1, hit, 0);
    block(SIGUSR1), block(SIGUSR2);
    CHECK_ERRNO(sigtimedwait(&usr1, &info, &shortly), EAGAIN);
    raise(SIGUSR1);
    CHECK(sigwaitinfo(&usr1, &info) == SIGUSR1 && info.si_signo == SIGUSR1 && hits == 0,
          "sigwaitinfo takes without a handler");
    raise(SIGUSR1);
    CHECK_ERRNO(sigsuspend(&none), EINTR);
    CHECK(hits == 1, "sigsuspend runs the handler");
    int fd = signalfd(-1, &both, SFD_NONBLOCK | SFD_CLOEXEC);
    struct signalfd_siginfo got[4];
    CHECK_ERRNO(read(fd, got, sizeof got), EAGAIN);
    raise(SIGUSR2), raise(SIGUSR1);
    CHECK(readable(fd, 0) == POLLIN && read(fd, got, sizeof got) == 2 * (ssize_t)sizeof got[0], "signalfd gives both");
    CHECK(got[0].ssi_signo == SIGUSR1 && got[1].ssi_signo == SIGUSR2 && got[0].ssi_pid == (uint32_t)getpid(),
          "in order");
    CHECK_ERRNO(read(fd, got, 10), EINVAL);
    struct pollfd entry = {-1, 0, 0};
    struct timespec long_time = {5, 0};
    raise(SIGUSR1);
    CHECK_ERRNO(ppoll(&entry, 1, &long_time, &none), EINTR);
    raise(SIGUSR1);
    CHECK_ERRNO(pselect(0, NULL, NULL, NULL, &long_time, &none), EINTR);
    raise(SIGUSR1);
    struct epoll_event event;
    CHECK_ERRNO(epoll_pwait(epoll_create1(0), &event, 1, 5000, &none), EINTR);
    CHECK_EQ(hits, 4);
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    CHECK(sigismember(&now, SIGUSR1) && sigismember(&now, SIGUSR2), "the mask is back");
    DONE();
}
