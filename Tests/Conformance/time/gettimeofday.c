// SPDX-License-Identifier: Apache-2.0
// gettimeofday, time and their agreement with clock_gettime.
#include "check.h"
#include <sys/time.h>

int main(void) {
    struct timeval tv;
    struct timespec before, after;
    int right = 0;
    for (int i = 0; i < 500; i++) {
        clock_gettime(CLOCK_REALTIME, &before);
        gettimeofday(&tv, NULL);
        clock_gettime(CLOCK_REALTIME, &after);
        long long middle = tv.tv_sec * 1000000ll + tv.tv_usec;
        right += before.tv_sec * 1000000ll + before.tv_nsec / 1000 <= middle &&
                 middle <= after.tv_sec * 1000000ll + after.tv_nsec / 1000;
    }
    CHECK(right >= 499, "gettimeofday lies between two readings of the clock");
    CHECK_OK(syscall(SYS_gettimeofday, &tv, NULL));
    CHECK(tv.tv_usec >= 0 && tv.tv_usec < 1000000, "microseconds in range");
    struct timezone zone = {99, 99};
    CHECK_OK(syscall(SYS_gettimeofday, NULL, &zone));
    CHECK_EQ(zone.tz_dsttime, 0);
    time_t a = 0, b = syscall(SYS_time, &a);
    CHECK(a == b && b > 1600000000, "time returns and stores the same");
    CHECK(llabs((long long)b - tv.tv_sec) <= 1, "and agrees");
    CHECK(syscall(SYS_time, NULL) >= b, "time(NULL)");
    struct tm parts;
    time_t moment = 1000000000;
    CHECK(gmtime_r(&moment, &parts) && parts.tm_year == 101 && parts.tm_mon == 8 && parts.tm_mday == 9, "calendar");
    DONE();
}
