// SPDX-License-Identifier: Apache-2.0
// access, faccessat and faccessat2, with real and effective ids.
#include "check.h"

static long access2(const char *path, int mode, int flags) {
    return syscall(439, AT_FDCWD, path, mode, flags);
}

int main(void) {
    temp_dir();
    make_file("f", "x");
    chmod("f", 0);
    CHECK_OK(access("f", F_OK));
    CHECK_OK(access("f", R_OK | W_OK));
    CHECK_ERRNO(access("f", X_OK), EACCES);
    chmod("f", 0001);
    CHECK_OK(access("f", X_OK));
    CHECK_ERRNO(access("missing", F_OK), ENOENT);
    CHECK_ERRNO(access("f", 8), EINVAL);
    CHECK_ERRNO(access("f/x", F_OK), ENOTDIR);
    chmod("f", 0600);
    symlink("missing", "l");
    CHECK_ERRNO(access("l", F_OK), ENOENT);
    CHECK_OK(access2("l", F_OK, AT_SYMLINK_NOFOLLOW));
    CHECK_OK(access2("f", R_OK, AT_EACCESS));
    CHECK_ERRNO(access2("f", R_OK, 0x40000), EINVAL);
    int fd = open("f", O_RDONLY);
    CHECK_OK(syscall(439, fd, "", R_OK, 0x1000 /* AT_EMPTY_PATH */));
    CHECK_CHILD("access asks with the real user, AT_EACCESS with the effective one",
        CHECK_OK(setresuid(1000, 0, 0));
        CHECK_ERRNO(access2("f", R_OK, 0), EACCES);
        CHECK_OK(access2("f", R_OK, AT_EACCESS)));
    CHECK_CHILD("a group member",
        chown("f", 0, 500);
        chmod("f", 0640);
        CHECK_OK(setgid(500));
        CHECK_OK(setuid(1000));
        CHECK_OK(access("f", R_OK));
        CHECK_ERRNO(access("f", W_OK), EACCES));
    DONE();
}
