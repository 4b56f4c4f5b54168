// SPDX-License-Identifier: Apache-2.0
// memfd_create and seals.
#include "check.h"
#include <sys/mman.h>

enum { CLOEXEC = 1, ALLOW_SEALING = 2, ADD_SEALS = 1033, GET_SEALS = 1034 };
enum { SEAL = 1, SHRINK = 2, GROW = 4, WRITE = 8 };

static int make(const char *name, unsigned flags) { return (int)syscall(SYS_memfd_create, name, flags); }

int main(void) {
    int fd = make("notes", CLOEXEC | ALLOW_SEALING);
    CHECK(fd >= 0, "memfd_create");
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    struct stat st;
    fstat(fd, &st);
    CHECK(S_ISREG(st.st_mode) && st.st_nlink == 0 && st.st_size == 0, "a regular file without a name");
    CHECK_EQ(write(fd, "hello", 5), 5);
    char text[64] = "", proc[64];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    CHECK(readlink(proc, text, sizeof text) > 0 && !strcmp(text, "/memfd:notes (deleted)"), "its name in /proc");
    CHECK_EQ(fcntl(fd, GET_SEALS), 0);
    CHECK_OK(fcntl(fd, ADD_SEALS, SHRINK));
    CHECK_ERRNO(ftruncate(fd, 2), EPERM);
    CHECK_OK(ftruncate(fd, 100));
    CHECK_OK(fcntl(fd, ADD_SEALS, GROW));
    CHECK_ERRNO(ftruncate(fd, 200), EPERM);
    CHECK_ERRNO(pwrite(fd, "x", 1, 100), EPERM);
    CHECK_EQ(pwrite(fd, "x", 1, 99), 1);
    char *map = mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(map != MAP_FAILED && map[99] == 'x', "maps");
    CHECK_ERRNO(fcntl(fd, ADD_SEALS, WRITE), EBUSY);
    munmap(map, 100);
    CHECK_OK(fcntl(fd, ADD_SEALS, WRITE));
    CHECK_ERRNO(pwrite(fd, "x", 1, 0), EPERM);
    CHECK(mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EPERM,
          "no writable shared mapping of a sealed file");
    CHECK_OK(fcntl(fd, ADD_SEALS, SEAL));
    CHECK_ERRNO(fcntl(fd, ADD_SEALS, SHRINK), EPERM);
    CHECK_EQ(fcntl(fd, GET_SEALS), SEAL | SHRINK | GROW | WRITE);
    int plain = make("", 0);
    CHECK_EQ(fcntl(plain, GET_SEALS), SEAL);
    CHECK_ERRNO(fcntl(plain, ADD_SEALS, WRITE), EPERM);
    CHECK_ERRNO(make("x", 0x1000), EINVAL);
    char name[300];
    memset(name, 'n', sizeof name);
    name[250] = 0;
    CHECK_ERRNO(make(name, 0), EINVAL);
    int null = open("/dev/null", O_RDWR);
    CHECK_ERRNO(fcntl(null, GET_SEALS), EINVAL);
    DONE();
}
