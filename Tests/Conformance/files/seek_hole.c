// SPDX-License-Identifier: Apache-2.0
// SEEK_DATA and SEEK_HOLE find the data of a sparse file.
#include "check.h"

enum { MIB = 1 << 20 };

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    CHECK_OK(ftruncate(fd, 4 * MIB));
    CHECK_EQ(pwrite(fd, "data", 4, 2 * MIB), 4);
    long data = lseek(fd, 0, SEEK_DATA);
    CHECK(data > 0 && data <= 2 * MIB, "the first data begins after the hole");
    long hole = lseek(fd, 2 * MIB, SEEK_HOLE);
    CHECK(hole > 2 * MIB && hole <= 4 * MIB, "a hole follows the data");
    CHECK_EQ(lseek(fd, 0, SEEK_HOLE), 0);
    CHECK_EQ(lseek(fd, 2 * MIB + 1, SEEK_DATA), 2 * MIB + 1);
    CHECK_ERRNO(lseek(fd, 4 * MIB, SEEK_DATA), ENXIO);
    struct stat st;
    fstat(fd, &st);
    CHECK(st.st_blocks * 512L < MIB, "holes take no blocks");
    char byte = 1;
    CHECK_EQ(pread(fd, &byte, 1, MIB), 1);
    CHECK_EQ(byte, 0);
    DONE();
}
