// SPDX-License-Identifier: Apache-2.0
// openat2: resolution limits and strict flags.
#include "check.h"

struct how { uint64_t flags, mode, resolve; };
enum { NO_XDEV = 1, NO_MAGICLINKS = 2, NO_SYMLINKS = 4, BENEATH = 8, IN_ROOT = 16 };

static long open2(int fd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct how how = {flags, mode, resolve};
    return syscall(437, fd, path, &how, sizeof how);
}

int main(void) {
    temp_dir();
    mkdir("d", 0755);
    make_file("f", "x");
    make_file("d/g", "x");
    symlink("g", "d/l");
    symlink("../f", "d/out");
    symlink("/g", "d/root");
    int d = open("d", O_RDONLY);
    CHECK_OK(open2(d, "g", O_RDONLY, 0, 0));
    CHECK_OK(open2(d, "new", O_RDWR | O_CREAT, 0600, 0));
    CHECK_ERRNO(open2(d, "g", O_RDONLY, 0600, 0), EINVAL);
    CHECK_ERRNO(open2(d, "g", 1ull << 40, 0, 0), EINVAL);
    CHECK_ERRNO(open2(d, "g", O_RDONLY, 0, 1 << 20), EINVAL);
    CHECK_OK(open2(d, "l", O_RDONLY, 0, 0));
    CHECK_ERRNO(open2(d, "l", O_RDONLY, 0, NO_SYMLINKS), ELOOP);
    CHECK_OK(open2(d, "out", O_RDONLY, 0, 0));
    CHECK_ERRNO(open2(d, "out", O_RDONLY, 0, BENEATH), EXDEV);
    CHECK_ERRNO(open2(d, "..", O_RDONLY, 0, BENEATH), EXDEV);
    CHECK_ERRNO(open2(d, "/dev/null", O_RDONLY, 0, BENEATH), EXDEV);
    CHECK_OK(open2(d, "root", O_RDONLY, 0, IN_ROOT));
    CHECK_OK(open2(d, "../../g", O_RDONLY, 0, IN_ROOT));
    CHECK_ERRNO(open2(AT_FDCWD, "/proc/version", O_RDONLY, 0, NO_XDEV), EXDEV);
    CHECK_ERRNO(open2(AT_FDCWD, "/proc/self/fd/1", O_WRONLY, 0, NO_MAGICLINKS), ELOOP);
    struct { struct how how; uint64_t more; } longer = {{O_RDONLY, 0, 0}, 0};
    CHECK_OK(syscall(437, d, "g", &longer, sizeof longer));
    longer.more = 1;
    CHECK_ERRNO(syscall(437, d, "g", &longer, sizeof longer), E2BIG);
    CHECK_ERRNO(syscall(437, d, "g", &longer, 8), EINVAL);
    DONE();
}
