// SPDX-License-Identifier: Apache-2.0
// read, write, pread, pwrite: offsets, end of file, zero counts.
#include "check.h"

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    char buffer[32];
    CHECK_EQ(read(fd, buffer, sizeof buffer), 0);
    CHECK_EQ(write(fd, "0123456789", 10), 10);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10);
    CHECK_EQ(read(fd, buffer, sizeof buffer), 0);
    CHECK_EQ(pread(fd, buffer, 4, 3), 4);
    CHECK(!memcmp(buffer, "3456", 4), "pread reads at its offset");
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10);
    CHECK_EQ(pwrite(fd, "AB", 2, 1), 2);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10);
    CHECK_EQ(pread(fd, buffer, 32, 8), 2);
    CHECK_EQ(pread(fd, buffer, 32, 10), 0);
    CHECK_EQ(pread(fd, buffer, 32, 1000), 0);
    CHECK_ERRNO(pread(fd, buffer, 1, -1), EINVAL);
    CHECK_ERRNO(pwrite(fd, buffer, 1, -1), EINVAL);
    CHECK_EQ(write(fd, buffer, 0), 0);
    CHECK_EQ(read(fd, buffer, 0), 0);
    CHECK_EQ(pwrite(fd, "Z", 1, 14), 1);
    CHECK_EQ(lseek(fd, 0, SEEK_END), 15);
    CHECK_EQ(pread(fd, buffer, 32, 0), 15);
    CHECK(!memcmp(buffer, "0AB3456789\0\0\0\0Z", 15), "a gap reads as zeros");
    CHECK_ERRNO(read(-1, buffer, 1), EBADF);
    CHECK_ERRNO(write(12345, buffer, 1), EBADF);
    int directory = open(".", O_RDONLY);
    CHECK_ERRNO(read(directory, buffer, 1), EISDIR);
    CHECK_ERRNO(pread(directory, buffer, 1, 0), EISDIR);
    CHECK_ERRNO(write(directory, buffer, 1), EBADF);
    int ends[2];
    CHECK_OK(pipe(ends));
    CHECK_ERRNO(pread(ends[0], buffer, 1, 0), ESPIPE);
    CHECK_ERRNO(pwrite(ends[1], buffer, 1, 0), ESPIPE);
    CHECK_ERRNO(lseek(ends[0], 0, SEEK_CUR), ESPIPE);
    DONE();
}
