// SPDX-License-Identifier: Apache-2.0
// times, getrusage and clock: processor time of itself and of its children.
#include "check.h"
#include <sys/resource.h>
#include <sys/times.h>

static volatile unsigned long sink;

static long long cpu(int who) {
    struct rusage usage;
    getrusage(who, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void burn(long long microseconds) {
    long long start = cpu(RUSAGE_SELF);
    while (cpu(RUSAGE_SELF) - start < microseconds)
        for (int i = 0; i < 100000; i++) sink += (unsigned long)i;
}

int main(void) {
    struct tms before, after;
    CHECK(times(&before) != -1, "times");
    CHECK_EQ(sysconf(_SC_CLK_TCK), 100);
    burn(60000);
    CHECK_OK(times(&after));
    CHECK(after.tms_utime + after.tms_stime > before.tms_utime + before.tms_stime, "own time grows");
    CHECK_EQ(after.tms_cutime + after.tms_cstime, 0);
    CHECK_EQ(cpu(RUSAGE_CHILDREN), 0);
    pid_t child = fork();
    if (child == 0) {
        burn(50000);
        _exit(0);
    }
    CHECK_EQ(cpu(RUSAGE_CHILDREN), 0);
    CHECK_EQ(check_wait(child), 0);
    CHECK(cpu(RUSAGE_CHILDREN) >= 40000, "a child's time counts when it was waited for");
    struct rusage usage;
    CHECK_OK(getrusage(RUSAGE_SELF, &usage));
    CHECK(usage.ru_maxrss > 100, "a resident size");
    CHECK_OK(getrusage(1 /* RUSAGE_THREAD */, &usage));
    CHECK_ERRNO(getrusage(7, &usage), EINVAL);
    child = fork();
    if (child == 0) {
        burn(20000);
        _exit(3);
    }
    int status;
    CHECK(wait4(child, &status, 0, &usage) == child && WEXITSTATUS(status) == 3, "wait4");
    CHECK(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec >= 15000, "tells that child's usage");
    struct timespec a;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    CHECK(a.tv_sec * 1000000ll + a.tv_nsec / 1000 >= 60000, "the processor clock agrees");
    child = fork();
    if (child == 0) _exit(cpu(RUSAGE_SELF) < 50000 ? 0 : 1);
    CHECK_EQ(check_wait(child), 0);
    DONE();
}
