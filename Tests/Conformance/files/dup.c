// SPDX-License-Identifier: Apache-2.0
// dup, dup2, dup3 and F_DUPFD: numbers, flags, sharing.
#include "check.h"

int main(void) {
    temp_dir();
    make_file("f", "hello");
    int fd = open("f", O_RDWR | O_CLOEXEC);
    int copy = dup(fd);
    CHECK_EQ(copy, fd + 1);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(copy, F_GETFD), 0);
    CHECK_EQ(dup2(fd, 50), 50);
    CHECK_EQ(dup2(fd, fd), fd);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_ERRNO(dup2(49, 49), EBADF);
    CHECK_ERRNO(dup2(fd, -1), EBADF);
    CHECK_ERRNO(dup2(fd, 1 << 30), EBADF);
    CHECK_ERRNO(dup(-1), EBADF);
    CHECK_ERRNO(dup3(fd, fd, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_dup3, fd, 51, O_APPEND), EINVAL);
    CHECK_EQ(dup3(fd, 51, O_CLOEXEC), 51);
    CHECK_EQ(fcntl(51, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(fd, F_DUPFD, 100), 100);
    CHECK_EQ(fcntl(fd, F_DUPFD, 100), 101);
    CHECK_EQ(fcntl(fd, F_DUPFD_CLOEXEC, 100), 102);
    CHECK_EQ(fcntl(102, F_GETFD), FD_CLOEXEC);
    CHECK_ERRNO(fcntl(fd, F_DUPFD, -1), EINVAL);
    CHECK_ERRNO(fcntl(fd, F_DUPFD, 1 << 30), EINVAL);
    lseek(copy, 3, SEEK_SET);
    CHECK_EQ(lseek(50, 0, SEEK_CUR), 3);
    fcntl(copy, F_SETFL, O_APPEND | O_NONBLOCK);
    CHECK((fcntl(50, F_GETFL) & (O_APPEND | O_NONBLOCK)) == (O_APPEND | O_NONBLOCK), "status flags are shared");
    fcntl(copy, F_SETFL, O_RDONLY);
    CHECK_EQ(fcntl(50, F_GETFL) & O_ACCMODE, O_RDWR);
    close(copy);
    CHECK_EQ(dup(fd), copy);
    CHECK_ERRNO(close(1234), EBADF);
    CHECK_ERRNO(fcntl(1234, F_GETFD), EBADF);
    CHECK_ERRNO(fcntl(fd, 9999), EINVAL);
    int other = open("/dev/null", O_RDONLY);
    CHECK_EQ(dup2(fd, other), other);
    CHECK_EQ(lseek(other, 0, SEEK_CUR), 3);
    DONE();
}
