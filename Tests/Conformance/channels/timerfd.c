// SPDX-License-Identifier: Apache-2.0
// timerfd: one-shot and periodic, absolute time, gettime, disarm, readiness, errors (timerfd_create(2)).
#include "../process/support.h"
#include <sys/timerfd.h>

int main(void) {
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    uint64_t count = 0;
    CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "create");
    CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
    struct itimerspec soon = {{0, 0}, {0, 10000000}}, old, every = {{0, 5000000}, {0, 5000000}},
                      never = {{0, 0}, {0, 0}}, bad = {{0, 0}, {0, 1000000000}};
    CHECK(timerfd_settime(fd, 0, &soon, NULL) == 0 && timerfd_gettime(fd, &old) == 0 && old.it_value.tv_nsec > 0
              && old.it_interval.tv_nsec == 0,
          "armed");
    CHECK(readable(fd, 1000) == POLLIN && read(fd, &count, 8) == 8 && count == 1, "expires once");
    CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
    CHECK(timerfd_settime(fd, 0, &every, NULL) == 0, "periodic");
    sleep_ms(32);
    CHECK(read(fd, &count, 8) == 8 && count >= 3, "expirations are counted");
    CHECK(timerfd_settime(fd, 0, &never, &old) == 0 && old.it_interval.tv_nsec == 5000000,
          "disarm gives the old setting");
    sleep_ms(10);
    CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
    struct itimerspec past = {{0, 0}, {1, 0}};
    CHECK(timerfd_settime(fd, TFD_TIMER_ABSTIME, &past, NULL) == 0 && readable(fd, 500) == POLLIN,
          "an absolute time in the past expires at once");
    CHECK_ERRNO(timerfd_settime(fd, 0, &bad, NULL), EINVAL);
    CHECK_ERRNO(read(fd, &count, 4), EINVAL);
    CHECK_ERRNO(write(fd, &count, 8), EINVAL);
    CHECK_ERRNO(timerfd_create(77, 0), EINVAL);
    CHECK_ERRNO(timerfd_settime(0x7ffffff, 0, &soon, NULL), EBADF);
    int slow = timerfd_create(CLOCK_REALTIME, 0);
    timerfd_settime(slow, 0, &soon, NULL);
    CHECK(read(slow, &count, 8) == 8 && count == 1, "a blocking read waits");
    DONE();
}
