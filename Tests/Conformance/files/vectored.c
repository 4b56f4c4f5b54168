// SPDX-License-Identifier: Apache-2.0
// readv, writev, preadv, pwritev, preadv2 and pwritev2.
#include "check.h"
#include <sys/uio.h>

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    char a[4] = "abc", b[8] = "defgh", c[8] = "";
    struct iovec out[3] = {{a, 3}, {c, 0}, {b, 5}};
    CHECK_EQ(writev(fd, out, 3), 8);
    CHECK(file_is("f", "abcdefgh"), "writev joins its parts");
    char x[3], y[8];
    struct iovec in[2] = {{x, 3}, {y, 8}};
    CHECK_EQ(readv(fd, in, 2), 0);
    lseek(fd, 1, SEEK_SET);
    CHECK_EQ(readv(fd, in, 2), 7);
    CHECK(!memcmp(x, "bcd", 3) && !memcmp(y, "efgh", 4), "readv fills the parts in order");
    CHECK_EQ(preadv(fd, in, 2, 4), 4);
    CHECK(!memcmp(x, "efg", 3) && y[0] == 'h', "preadv reads at its offset");
    CHECK_EQ(pwritev(fd, out, 3, 2), 8);
    CHECK(file_is("f", "ababcdefgh"), "pwritev writes at its offset");
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 8);
    CHECK_ERRNO(readv(fd, in, -1), EINVAL);
    CHECK_EQ(readv(fd, in, 0), 0);
    CHECK_ERRNO(syscall(SYS_readv, fd, in, 1025), EINVAL);
    struct iovec huge[2] = {{x, 1}, {y, (size_t)-1}};
    CHECK_ERRNO(syscall(SYS_readv, fd, huge, 2), EINVAL);
    CHECK_ERRNO(preadv(fd, in, 1, -2), EINVAL);
    lseek(fd, 3, SEEK_SET);
    CHECK_EQ(syscall(SYS_preadv2, fd, in, 1, -1L, 0L, 0), 3);
    CHECK(!memcmp(x, "bcd", 3), "preadv2 at offset -1 uses the file's offset");
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 6);
    CHECK_EQ(syscall(SYS_pwritev2, fd, out, 1, 0L, 0L, 0x10 /* RWF_APPEND */), 3);
    CHECK(file_is("f", "ababcdefghabc"), "RWF_APPEND appends");
    CHECK_ERRNO(syscall(SYS_preadv2, fd, in, 1, 0L, 0L, 0x40000000), EOPNOTSUPP);
    struct iovec bad[2] = {{x, 2}, {(void *)16, 4}};
    CHECK_EQ(pread(fd, x, 2, 0), 2);
    lseek(fd, 0, SEEK_SET);
    long count = syscall(SYS_readv, fd, bad, 2);
    CHECK(count == 2 || (count == -1 && errno == EFAULT), "a bad second part ends the read early");
    DONE();
}
