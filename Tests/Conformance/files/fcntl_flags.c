// SPDX-License-Identifier: Apache-2.0
// F_GETFD, F_SETFD, F_GETFL, F_SETFL, FIONREAD, FIOCLEX, FIONBIO.
#include "check.h"
#include <sys/ioctl.h>

int main(void) {
    temp_dir();
    make_file("f", "12345");
    int fd = open("f", O_RDWR);
    CHECK_EQ(fcntl(fd, F_GETFD), 0);
    CHECK_OK(fcntl(fd, F_SETFD, FD_CLOEXEC | 0xf0));
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_OK(ioctl(fd, FIONCLEX));
    CHECK_EQ(fcntl(fd, F_GETFD), 0);
    CHECK_OK(ioctl(fd, FIOCLEX));
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_OK(fcntl(fd, F_SETFL, O_WRONLY | O_TRUNC | O_NONBLOCK));
    CHECK_EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_TRUNC), O_RDWR | O_NONBLOCK);
    int off = 0, count = -1;
    CHECK_OK(ioctl(fd, FIONBIO, &off));
    CHECK_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    lseek(fd, 2, SEEK_SET);
    CHECK_OK(ioctl(fd, FIONREAD, &count));
    CHECK_EQ(count, 3);
    CHECK_ERRNO(ioctl(fd, TIOCGWINSZ, &count), ENOTTY);
    CHECK_ERRNO(ioctl(-1, FIONREAD, &count), EBADF);
    CHECK_ERRNO(ioctl(fd, 0xdeadbeef, 0), ENOTTY);
    CHECK(!isatty(fd) && errno == ENOTTY, "a file is no terminal");
    int ends[2];
    CHECK_OK(pipe2(ends, O_NONBLOCK | O_CLOEXEC));
    CHECK_EQ(fcntl(ends[0], F_GETFL), O_RDONLY | O_NONBLOCK);
    CHECK_EQ(fcntl(ends[1], F_GETFL), O_WRONLY | O_NONBLOCK);
    DONE();
}
