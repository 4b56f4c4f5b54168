// SPDX-License-Identifier: Apache-2.0
// clock_gettime and clock_getres for every clock, monotonic where promised.
#include "check.h"

static long long now(clockid_t id) {
    struct timespec t;
    return clock_gettime(id, &t) == 0 ? t.tv_sec * 1000000000ll + t.tv_nsec : -1;
}

int main(void) {
    const struct { clockid_t id; const char *name; } clocks[] = {
        {CLOCK_REALTIME, "CLOCK_REALTIME"}, {CLOCK_MONOTONIC, "CLOCK_MONOTONIC"},
        {CLOCK_PROCESS_CPUTIME_ID, "CLOCK_PROCESS_CPUTIME_ID"}, {CLOCK_THREAD_CPUTIME_ID, "CLOCK_THREAD_CPUTIME_ID"},
        {CLOCK_MONOTONIC_RAW, "CLOCK_MONOTONIC_RAW"}, {CLOCK_REALTIME_COARSE, "CLOCK_REALTIME_COARSE"},
        {CLOCK_MONOTONIC_COARSE, "CLOCK_MONOTONIC_COARSE"}, {CLOCK_BOOTTIME, "CLOCK_BOOTTIME"}, {CLOCK_TAI, "CLOCK_TAI"}};
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        struct timespec resolution = {-1, -1};
        bool good = clock_getres(clocks[i].id, &resolution) == 0 && resolution.tv_sec == 0 && resolution.tv_nsec > 0;
        CHECK(good && now(clocks[i].id) >= 0, clocks[i].name);
        struct timespec raw;
        CHECK(syscall(SYS_clock_gettime, clocks[i].id, &raw) == 0 && raw.tv_nsec >= 0 && raw.tv_nsec < 1000000000,
              "as a system call");
    }
    long long last = now(CLOCK_MONOTONIC);
    int backwards = 0;
    for (int i = 0; i < 20000; i++) {
        long long next = now(CLOCK_MONOTONIC);
        backwards += next < last;
        last = next;
    }
    CHECK_EQ(backwards, 0);
    long long coarse = now(CLOCK_MONOTONIC_COARSE), fine = now(CLOCK_MONOTONIC);
    CHECK(coarse <= fine && fine - coarse < 100000000, "the coarse clock is close behind");
    CHECK(now(CLOCK_REALTIME) / 1000000000 > 1600000000, "after 2020");
    CHECK(llabs(now(CLOCK_REALTIME) / 1000000000 - (long long)time(NULL)) <= 1, "time agrees");
    CHECK(now(CLOCK_BOOTTIME) >= now(CLOCK_MONOTONIC) - 1000000000, "boot time counts sleep, too");
    CHECK_ERRNO(syscall(SYS_clock_gettime, 99, &last), EINVAL);
    CHECK_ERRNO(syscall(SYS_clock_getres, 99, &last), EINVAL);
    CHECK_OK(syscall(SYS_clock_getres, CLOCK_MONOTONIC, NULL));
    clockid_t mine;
    CHECK_EQ(clock_getcpuclockid(0, &mine), 0);
    CHECK(now(mine) > 0, "the process's clock by id");
    struct timespec zero = {0, 2000000000};
    CHECK_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, &zero), EINVAL);
    CHECK_ERRNO(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &zero), EINVAL);
    DONE();
}
