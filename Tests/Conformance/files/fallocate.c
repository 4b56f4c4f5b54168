// SPDX-License-Identifier: Apache-2.0
// fallocate: growing, KEEP_SIZE, punching holes, zeroing, errors.
#include "check.h"

enum { KEEP = 1, PUNCH = 2, ZERO = 0x10, PAGE = 4096 };

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    struct stat st;
    CHECK_OK(fallocate(fd, 0, 0, 10000));
    fstat(fd, &st);
    CHECK_EQ(st.st_size, 10000);
    CHECK(st.st_blocks >= 10000 / 512, "blocks are reserved");
    CHECK_OK(fallocate(fd, KEEP, 0, 100000));
    fstat(fd, &st);
    CHECK_EQ(st.st_size, 10000);
    static char data[4 * PAGE], back[4 * PAGE];
    memset(data, 'd', sizeof data);
    pwrite(fd, data, sizeof data, 0);
    CHECK_OK(fallocate(fd, PUNCH | KEEP, PAGE, PAGE));
    memset(data + PAGE, 0, PAGE);
    CHECK_EQ(pread(fd, back, sizeof back, 0), sizeof back);
    CHECK(!memcmp(back, data, sizeof data), "a punched page reads as zeros, its neighbours stay");
    CHECK_OK(fallocate(fd, PUNCH | KEEP, 2 * PAGE + 100, 50));
    memset(data + 2 * PAGE + 100, 0, 50);
    pread(fd, back, sizeof back, 0);
    CHECK(!memcmp(back, data, sizeof data), "a hole smaller than a page");
    fstat(fd, &st);
    CHECK_EQ(st.st_size, 4 * PAGE);
    CHECK_OK(fallocate(fd, PUNCH | KEEP, 8 * PAGE, PAGE));
    CHECK_ERRNO(fallocate(fd, PUNCH, 0, PAGE), EOPNOTSUPP);
    CHECK_ERRNO(fallocate(fd, 0, -1, 10), EINVAL);
    CHECK_ERRNO(fallocate(fd, 0, 0, 0), EINVAL);
    CHECK_ERRNO(fallocate(fd, 0, LONG_MAX, 10), EFBIG);
    CHECK_ERRNO(fallocate(fd, 0x4000, 0, 10), EOPNOTSUPP);
    int ro = open("f", O_RDONLY);
    CHECK_ERRNO(fallocate(ro, 0, 0, 10), EBADF);
    int ends[2];
    pipe(ends);
    CHECK_ERRNO(fallocate(ends[1], 0, 0, 10), ESPIPE);
    CHECK_EQ(posix_fallocate(fd, 0, 20000), 0);
    fstat(fd, &st);
    CHECK_EQ(st.st_size, 20000);
    CHECK_EQ(posix_fallocate(fd, 0, 100), 0);
    fstat(fd, &st);
    CHECK_EQ(st.st_size, 20000);
    CHECK_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    CHECK_EQ(posix_fadvise(fd, 0, 0, 99), EINVAL);
    CHECK_EQ(posix_fadvise(ends[0], 0, 0, 0), ESPIPE);
    CHECK_OK(readahead(fd, 0, 4096));
    DONE();
}
