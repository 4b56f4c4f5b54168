// SPDX-License-Identifier: Apache-2.0
// alarm, setitimer (real, virtual, prof), POSIX timers with overrun, SIGEV_NONE and SIGEV_THREAD_ID (timer_create(2)).
#include "../process/support.h"

static volatile sig_atomic_t hits, last_overrun = -1;
static timer_t timer;
static void hit(int sig) {
    (void)sig;
    hits++;
}

static void until_hits(int which) {
    struct itimerval soon = {{0, 0}, {0, 10000}};
    hits = 0;
    setitimer(which, &soon, NULL);
    while (!hits) __asm__ volatile("pause");
}

int main(void) {
    struct itimerval value;
    CHECK(alarm(100) == 0 && alarm(0) >= 99, "alarm returns what was left");
    handle(SIGALRM, hit, 0), handle(SIGVTALRM, hit, 0), handle(SIGPROF, hit, 0);
    until_hits(ITIMER_REAL);
    CHECK(hits == 1 && getitimer(ITIMER_REAL, &value) == 0 && value.it_value.tv_usec == 0, "ITIMER_REAL");
    until_hits(ITIMER_VIRTUAL);
    CHECK(hits == 1, "ITIMER_VIRTUAL counts the busy time");
    until_hits(ITIMER_PROF);
    CHECK(hits == 1, "ITIMER_PROF");
    CHECK_ERRNO(setitimer((__typeof__(ITIMER_REAL))9, &value, NULL), EINVAL);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    block(SIGRTMIN);
    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
    struct itimerspec every = {{0, 2000000}, {0, 2000000}}, never = {{0, 0}, {0, 0}}, got;
    timer_settime(timer, 0, &every, NULL);
    sleep_ms(30);
    sigset_t set = set_of(SIGRTMIN);
    siginfo_t info;
    CHECK(sigwaitinfo(&set, &info) == SIGRTMIN && info.si_code == SI_TIMER && info.si_overrun >= 5,
          "overruns are counted");
    CHECK(timer_getoverrun(timer) >= 5, "timer_getoverrun");
    CHECK(timer_gettime(timer, &got) == 0 && got.it_interval.tv_nsec == 2000000, "timer_gettime");
    CHECK(timer_settime(timer, 0, &never, NULL) == 0 && timer_delete(timer) == 0, "disarm and delete");
    event.sigev_notify = SIGEV_NONE;
    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 && timer_settime(timer, 0, &every, NULL) == 0
              && timer_gettime(timer, &got) == 0 && got.it_value.tv_nsec > 0,
          "SIGEV_NONE");
    CHECK(exit_code(CHILD(_exit(timer_gettime(timer, &got) == -1 && errno == EINVAL ? 0 : 1))) == 0,
          "fork does not copy timers");
    DONE();
}
