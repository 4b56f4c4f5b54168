// SPDX-License-Identifier: Apache-2.0
// /dev/null, zero, full, random, urandom.
#include "check.h"

int main(void) {
    char a[64], b[64];
    memset(a, 'a', sizeof a);
    int fd = open("/dev/null", O_RDWR);
    CHECK_EQ(write(fd, a, 64), 64);
    CHECK_EQ(read(fd, b, 64), 0);
    CHECK_EQ(lseek(fd, 100, SEEK_SET), 0);
    CHECK_ERRNO(ftruncate(fd, 0), EINVAL);
    close(open("/dev/null", O_WRONLY | O_TRUNC | O_CREAT, 0600));
    fd = open("/dev/zero", O_RDWR);
    CHECK_EQ(read(fd, a, 64), 64);
    memset(b, 0, sizeof b);
    CHECK(!memcmp(a, b, 64), "/dev/zero reads zeros");
    CHECK_EQ(write(fd, a, 64), 64);
    CHECK_EQ(pread(fd, a, 10, 1L << 40), 10);
    fd = open("/dev/full", O_RDWR);
    CHECK_ERRNO(write(fd, a, 1), ENOSPC);
    CHECK_EQ(read(fd, a, 64), 64);
    CHECK(!memcmp(a, b, 64), "/dev/full reads zeros");
    const char *random[] = {"/dev/random", "/dev/urandom"};
    for (int i = 0; i < 2; i++) {
        fd = open(random[i], O_RDWR);
        CHECK_EQ(read(fd, a, 64), 64);
        CHECK_EQ(read(fd, b, 64), 64);
        CHECK(memcmp(a, b, 64) != 0, "two reads differ");
        CHECK_EQ(write(fd, a, 8), 8);
    }
    CHECK_EQ(syscall(SYS_getrandom, a, 64, 0), 64);
    CHECK_EQ(syscall(SYS_getrandom, b, 64, 1 /* GRND_NONBLOCK */), 64);
    CHECK(memcmp(a, b, 64) != 0, "getrandom differs");
    CHECK_EQ(syscall(SYS_getrandom, a, 0, 0), 0);
    CHECK_ERRNO(syscall(SYS_getrandom, a, 64, 0x100), EINVAL);
    struct stat st;
    const struct { const char *path; unsigned device; } nodes[] = {
        {"/dev/null", 0x103}, {"/dev/zero", 0x105}, {"/dev/full", 0x107}, {"/dev/random", 0x108},
        {"/dev/urandom", 0x109}, {"/dev/tty", 0x500}};
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        bool same = stat(nodes[i].path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == nodes[i].device;
        CHECK(same && (st.st_mode & 0666) == 0666, nodes[i].path);
    }
    DONE();
}
