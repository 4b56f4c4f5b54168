// SPDX-License-Identifier: Apache-2.0
// setitimer and alarm: expiry, interval, remaining time, the processor's timers.
#include "check.h"
#include <sys/time.h>

static volatile sig_atomic_t alarms, virtual_alarms, profiles;
static void on_signal(int signal) {
    if (signal == SIGALRM) alarms++;
    if (signal == SIGVTALRM) virtual_alarms++;
    if (signal == SIGPROF) profiles++;
}

int main(void) {
    signal(SIGALRM, on_signal);
    signal(SIGVTALRM, on_signal);
    signal(SIGPROF, on_signal);
    struct itimerval every = {{0, 10000}, {0, 10000}}, off = {{0, 0}, {0, 0}}, now;
    CHECK_OK(setitimer(ITIMER_REAL, &every, NULL));
    while (alarms < 4) pause();
    CHECK_OK(getitimer(ITIMER_REAL, &now));
    CHECK(now.it_interval.tv_usec == 10000 && now.it_value.tv_sec == 0 && now.it_value.tv_usec <= 10000,
          "the rest is told");
    CHECK_CHILD("a child has no timer", CHECK_OK(getitimer(ITIMER_REAL, &now)); CHECK_EQ(now.it_value.tv_usec, 0));
    CHECK_OK(setitimer(ITIMER_REAL, &off, &now));
    CHECK_EQ(now.it_interval.tv_usec, 10000);
    int seen = alarms;
    usleep(30000);
    CHECK_EQ(alarms - seen, 0);
    CHECK_EQ(alarm(100), 0);
    CHECK_EQ(alarm(0), 100);
    CHECK_OK(setitimer(ITIMER_VIRTUAL, &every, NULL));
    while (virtual_alarms < 2) {}
    setitimer(ITIMER_VIRTUAL, &off, NULL);
    CHECK_OK(setitimer(ITIMER_PROF, &every, NULL));
    while (profiles < 2) {}
    setitimer(ITIMER_PROF, &off, NULL);
    CHECK(virtual_alarms >= 2 && profiles >= 2, "timers of processor time");
    every.it_value.tv_usec = 1000000;
    CHECK_ERRNO(setitimer(ITIMER_REAL, &every, NULL), EINVAL);
    CHECK_ERRNO(setitimer(9, &off, NULL), EINVAL);
    CHECK_ERRNO(getitimer(9, &now), EINVAL);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {0, 10000}}, NULL);
        execl("/bin/sleep", "sleep", "5", NULL);
        _exit(9);
    }
    CHECK_EQ(check_wait(child), 128 + SIGALRM);
    DONE();
}
