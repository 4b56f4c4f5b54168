// SPDX-License-Identifier: Apache-2.0
// Futex timeouts: relative, absolute by bitset, on both clocks (futex(2)).
#include "../process/support.h"

static int word;
static long futex(int op, void *timeout, unsigned bits) {
    return syscall(SYS_futex, &word, op, 0, timeout, NULL, bits);
}

int main(void) {
    struct timespec t = {0, 20000000}, now;
    long long start = now_ms();
    CHECK_ERRNO(futex(0, &t, 0), ETIMEDOUT);
    CHECK(now_ms() - start >= 19, "a relative timeout takes its time");
    clock_gettime(CLOCK_MONOTONIC, &now);
    now.tv_nsec += 20000000;
    if (now.tv_nsec >= 1000000000) now.tv_nsec -= 1000000000, now.tv_sec++;
    start = now_ms();
    CHECK_ERRNO(futex(9 | 128, &now, ~0u), ETIMEDOUT);
    CHECK(now_ms() - start >= 18, "an absolute timeout on the monotonic clock");
    CHECK_ERRNO(futex(9 | 128, &now, ~0u), ETIMEDOUT);
    clock_gettime(CLOCK_REALTIME, &now);
    now.tv_nsec += 20000000;
    if (now.tv_nsec >= 1000000000) now.tv_nsec -= 1000000000, now.tv_sec++;
    start = now_ms();
    CHECK_ERRNO(futex(9 | 128 | 256, &now, ~0u), ETIMEDOUT);
    CHECK(now_ms() - start >= 18, "and on the real-time clock");
    t.tv_nsec = 0;
    CHECK_ERRNO(futex(0, &t, 0), ETIMEDOUT);
    CHECK_ERRNO(futex(9, &now, 0), EINVAL);
    CHECK_ERRNO(futex(0, (void *)8, 0), EFAULT);
    CHECK_ERRNO(syscall(SYS_futex, &word, 10, 1, NULL, NULL, 0), EINVAL);
    DONE();
}
