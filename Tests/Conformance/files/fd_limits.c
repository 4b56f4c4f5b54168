// SPDX-License-Identifier: Apache-2.0
// RLIMIT_NOFILE: EMFILE, lowest free number.
#include "check.h"
#include <sys/resource.h>

int main(void) {
    struct rlimit old, limit;
    CHECK_OK(getrlimit(RLIMIT_NOFILE, &old));
    syscall(436, 3, ~0u, 0);
    limit = (struct rlimit){16, old.rlim_max};
    CHECK_OK(setrlimit(RLIMIT_NOFILE, &limit));
    int opened = 0;
    while (open("/dev/null", O_RDONLY) >= 0) opened++;
    CHECK_EQ(errno, EMFILE);
    CHECK_EQ(opened, 13);
    CHECK_ERRNO(dup(0), EMFILE);
    int ends[2] = {-1, -1};
    CHECK_ERRNO(pipe(ends), EMFILE);
    CHECK_ERRNO(dup2(0, 16), EBADF);
    CHECK_ERRNO(fcntl(0, F_DUPFD, 16), EINVAL);
    CHECK_ERRNO(fcntl(0, F_DUPFD, 15), EMFILE);
    close(9);
    close(5);
    CHECK_EQ(dup(0), 5);
    CHECK_ERRNO(pipe(ends), EMFILE);
    CHECK_EQ(open("/dev/null", O_RDONLY), 9);
    limit.rlim_cur = 8;
    CHECK_OK(setrlimit(RLIMIT_NOFILE, &limit));
    CHECK(fcntl(12, F_GETFD) >= 0, "descriptors above a lowered limit stay open");
    CHECK_ERRNO(dup(12), EMFILE);
    CHECK_OK(setrlimit(RLIMIT_NOFILE, &old));
    CHECK_EQ(dup(0), 16);
    limit = (struct rlimit){20, 10};
    CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &limit), EINVAL);
    CHECK_CHILD("only root raises the hard limit",
        struct rlimit low = {10, 20};
        CHECK_OK(setrlimit(RLIMIT_NOFILE, &low));
        CHECK_OK(setuid(1000));
        low.rlim_max = 21;
        CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &low), EPERM));
    DONE();
}
