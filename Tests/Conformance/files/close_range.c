// SPDX-License-Identifier: Apache-2.0
// close_range: ranges, CLOSE_RANGE_CLOEXEC, errors.
#include "check.h"

static long range(unsigned first, unsigned last, unsigned flags) { return syscall(436, first, last, flags); }

static bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

int main(void) {
    for (int fd = 20; fd < 30; fd++) dup2(1, fd);
    CHECK_OK(range(22, 24, 0));
    CHECK(is_open(21) && !is_open(22) && !is_open(23) && !is_open(24) && is_open(25), "closes just the range");
    CHECK_OK(range(22, 24, 0));
    CHECK_OK(range(26, 27, 4 /* CLOSE_RANGE_CLOEXEC */));
    CHECK_EQ(fcntl(26, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(25, F_GETFD), 0);
    CHECK_ERRNO(range(5, 4, 0), EINVAL);
    CHECK_ERRNO(range(20, 21, 0x100), EINVAL);
    CHECK_CHILD("CLOSE_RANGE_UNSHARE", CHECK_OK(range(20, 25, 2)); CHECK(!is_open(20), "closed here"));
    CHECK(is_open(20), "a child's close is its own");
    CHECK_OK(range(3, ~0u, 0));
    bool any = false;
    for (int fd = 3; fd < 64; fd++) any |= is_open(fd);
    CHECK(!any, "to the end of all descriptors");
    CHECK(is_open(0) && is_open(1) && is_open(2), "the standard ones stay");
    DONE();
}
