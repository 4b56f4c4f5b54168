// SPDX-License-Identifier: Apache-2.0
// nanosleep and clock_nanosleep: length, remainder on a signal, absolute times, errors.
#include "check.h"
#include <sys/time.h>

static void on_alarm(int signal) { (void)signal; }

static long long now(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void alarm_in(long microseconds) {
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {0, microseconds}}, NULL);
}

int main(void) {
    struct timespec pause = {0, 20000000}, rest = {0, 0};
    long long began = now(CLOCK_MONOTONIC);
    CHECK_OK(nanosleep(&pause, NULL));
    CHECK(now(CLOCK_MONOTONIC) - began >= 20000000, "never too short");
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    pause = (struct timespec){1, 0};
    alarm_in(30000);
    CHECK_ERRNO(nanosleep(&pause, &rest), EINTR);
    CHECK(rest.tv_sec == 0 && rest.tv_nsec > 500000000, "what remains is told");
    alarm_in(30000);
    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, &rest), EINTR);
    CHECK(rest.tv_sec == 0 && rest.tv_nsec > 500000000, "also by clock_nanosleep");
    long long target = now(CLOCK_MONOTONIC) + 25000000;
    struct timespec absolute = {target / 1000000000, target % 1000000000};
    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &absolute, NULL), 0);
    CHECK(now(CLOCK_MONOTONIC) >= target, "an absolute time is reached");
    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &absolute, NULL), 0);
    target = now(CLOCK_REALTIME) + 25000000;
    absolute = (struct timespec){target / 1000000000, target % 1000000000};
    CHECK_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &absolute, NULL), 0);
    CHECK(now(CLOCK_REALTIME) >= target - 1000000, "also on the real-time clock");
    absolute.tv_sec += 100;
    rest = (struct timespec){42, 42};
    alarm_in(30000);
    CHECK_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &absolute, &rest), EINTR);
    CHECK(rest.tv_sec == 42 && rest.tv_nsec == 42, "no remainder of an absolute sleep");
    CHECK_EQ(clock_nanosleep(99, 0, &pause, NULL), EINVAL);
    CHECK_EQ(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &pause, NULL), EINVAL);
    pause = (struct timespec){0, 1000000000};
    CHECK_ERRNO(nanosleep(&pause, NULL), EINVAL);
    pause = (struct timespec){-1, 0};
    CHECK_ERRNO(nanosleep(&pause, NULL), EINVAL);
    pause = (struct timespec){0, 0};
    CHECK_OK(nanosleep(&pause, NULL));
    CHECK_EQ(usleep(1000), 0);
    alarm_in(20000);
    CHECK_EQ(sleep(3) >= 2, 1);
    DONE();
}
