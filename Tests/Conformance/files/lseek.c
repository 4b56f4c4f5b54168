// SPDX-License-Identifier: Apache-2.0
// Seeking, also past the end, and its errors.
#include "check.h"

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    write(fd, "0123456789", 10);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(lseek(fd, 4, SEEK_CUR), 4);
    CHECK_EQ(lseek(fd, -2, SEEK_CUR), 2);
    CHECK_EQ(lseek(fd, -3, SEEK_END), 7);
    CHECK_EQ(lseek(fd, 100, SEEK_END), 110);
    struct stat st;
    fstat(fd, &st);
    CHECK_EQ(st.st_size, 10);
    CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
    CHECK_ERRNO(lseek(fd, -11, SEEK_END), EINVAL);
    CHECK_ERRNO(lseek(fd, 0, 99), EINVAL);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 110);
    CHECK_ERRNO(lseek(-1, 0, SEEK_SET), EBADF);
    int copy = dup(fd);
    CHECK_EQ(lseek(copy, 5, SEEK_SET), 5);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 5);
    int other = open("f", O_RDONLY);
    CHECK_EQ(lseek(other, 0, SEEK_CUR), 0);
    CHECK_CHILD("a child moves the shared offset", lseek(fd, 8, SEEK_SET));
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 8);
    CHECK_EQ(lseek(fd, 0, SEEK_DATA), 0);
    CHECK_EQ(lseek(fd, 0, SEEK_HOLE), 10);
    CHECK_ERRNO(lseek(fd, 10, SEEK_DATA), ENXIO);
    CHECK_ERRNO(lseek(fd, 10, SEEK_HOLE), ENXIO);
    CHECK_ERRNO(lseek(fd, -1, SEEK_DATA), ENXIO);
    DONE();
}
