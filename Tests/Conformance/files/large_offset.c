// SPDX-License-Identifier: Apache-2.0
// Offsets beyond 4 GiB and at the ends of the range.
#include "check.h"

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    const off_t far = (5L << 30) + 123;
    CHECK_EQ(pwrite(fd, "far", 3, far), 3);
    struct stat st;
    fstat(fd, &st);
    CHECK_EQ(st.st_size, far + 3);
    char buffer[8] = "";
    CHECK_EQ(pread(fd, buffer, 8, far), 3);
    CHECK(!memcmp(buffer, "far", 3), "data beyond 4 GiB reads back");
    CHECK_EQ(pread(fd, buffer, 3, 123), 3);
    CHECK(!memcmp(buffer, "\0\0\0", 3), "the same offset modulo 4 GiB is a hole");
    CHECK_EQ(lseek(fd, far, SEEK_SET), far);
    CHECK_EQ(read(fd, buffer, 1), 1);
    CHECK_ERRNO(lseek(fd, LONG_MAX, SEEK_CUR), EINVAL);
    CHECK_ERRNO(lseek(fd, LONG_MIN, SEEK_SET), EINVAL);
    CHECK_ERRNO(pread(fd, buffer, 8, LONG_MAX), EINVAL);
    long past = pwrite(fd, "x", 1, LONG_MAX);
    CHECK(past == -1 && (errno == EFBIG || errno == EINVAL), "a write at the last offset is refused");
    fstat(fd, &st);
    CHECK_EQ(st.st_size, far + 3);
    DONE();
}
