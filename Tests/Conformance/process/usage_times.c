// SPDX-License-Identifier: Apache-2.0
// getrusage, times and clock(): own use, that of reaped children, and of threads (getrusage(2), times(2)).
#include "../process/support.h"
#include <sys/times.h>

static long long microseconds(struct timeval t) { return t.tv_sec * 1000000LL + t.tv_usec; }

static void burn(int ms) {
    struct timespec now, start;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    do clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < ms);
}

int main(void) {
    struct rusage before, after, children;
    struct tms times_before, times_after;
    CHECK(getrusage(RUSAGE_SELF, &before) == 0 && getrusage(RUSAGE_CHILDREN, &children) == 0, "getrusage");
    CHECK(microseconds(children.ru_utime) == 0 && microseconds(children.ru_stime) == 0, "no children yet");
    clock_t ticks = times(&times_before);
    burn(60);
    CHECK(times(&times_after) >= ticks && times_after.tms_utime + times_after.tms_stime >= times_before.tms_utime,
          "times goes forward");
    getrusage(RUSAGE_SELF, &after);
    CHECK(microseconds(after.ru_utime) + microseconds(after.ru_stime)
              >= microseconds(before.ru_utime) + microseconds(before.ru_stime) + 40000,
          "work is counted");
    CHECK(exit_code(CHILD(burn(60))) == 0, "a child works");
    getrusage(RUSAGE_CHILDREN, &children);
    CHECK(microseconds(children.ru_utime) + microseconds(children.ru_stime) >= 40000, "and is counted once reaped");
    times(&times_after);
    CHECK(times_after.tms_cutime + times_after.tms_cstime >= 3, "also by times");
    CHECK(exit_code(CHILD(getrusage(RUSAGE_CHILDREN, &after); _exit(microseconds(after.ru_utime) != 0))) == 0,
          "a new child starts at zero");
    CHECK(getrusage(RUSAGE_THREAD, &after) == 0 && microseconds(after.ru_utime) >= 0, "RUSAGE_THREAD");
    CHECK_ERRNO(getrusage(7, &after), EINVAL);
    CHECK_ERRNO(syscall(SYS_getrusage, RUSAGE_SELF, 8L), EFAULT);
    struct timespec clock;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &clock) == 0 && clock.tv_sec * 1000 + clock.tv_nsec / 1000000 >= 40,
          "process clock");
    DONE();
}
