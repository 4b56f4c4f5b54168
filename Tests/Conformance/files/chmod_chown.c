// SPDX-License-Identifier: Apache-2.0
// chmod and chown: modes, owners, clearing of set-id bits.
#include "check.h"

static unsigned mode_of(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 ? st.st_mode & 07777 : 077777;
}

int main(void) {
    temp_dir();
    make_file("f", "x");
    CHECK_OK(chmod("f", 07777));
    CHECK_EQ(mode_of("f"), 07777);
    CHECK_OK(chown("f", 1000, 1001));
    struct stat st;
    stat("f", &st);
    CHECK_EQ(st.st_uid, 1000);
    CHECK_EQ(st.st_gid, 1001);
    CHECK_EQ(mode_of("f"), 01777);
    CHECK_OK(chown("f", -1, 7));
    stat("f", &st);
    CHECK_EQ(st.st_uid, 1000);
    CHECK_EQ(st.st_gid, 7);
    CHECK_OK(chmod("f", 02745));
    CHECK_OK(chown("f", -1, 8));
    CHECK_EQ(mode_of("f"), 02745);
    mkdir("d", 0755);
    chmod("d", 06755);
    CHECK_OK(chown("d", 5, 5));
    CHECK_EQ(mode_of("d"), 06755);
    int fd = open("f", O_RDONLY);
    CHECK_OK(fchmod(fd, 0604));
    CHECK_EQ(mode_of("f"), 0604);
    CHECK_OK(fchown(fd, 0, 0));
    stat("f", &st);
    CHECK_EQ(st.st_uid, 0);
    CHECK_ERRNO(fchmod(-1, 0), EBADF);
    CHECK_ERRNO(chmod("missing", 0), ENOENT);
    CHECK_ERRNO(chmod("f/x", 0), ENOTDIR);
    symlink("f", "l");
    CHECK_OK(chmod("l", 0600));
    CHECK_EQ(mode_of("f"), 0600);
    CHECK_OK(fchownat(AT_FDCWD, "l", 42, 42, AT_SYMLINK_NOFOLLOW));
    lstat("l", &st);
    CHECK_EQ(st.st_uid, 42);
    stat("f", &st);
    CHECK_EQ(st.st_uid, 0);
    make_file("s", "x");
    chmod("s", 06755);
    CHECK_CHILD("a write by another user clears set-id bits",
        chmod("s", 06777);
        CHECK_OK(setuid(1000));
        int w = open("s", O_WRONLY);
        CHECK_EQ(write(w, "y", 1), 1);
        CHECK_EQ(mode_of("s"), 0777));
    CHECK_CHILD("an ordinary user owns only his own",
        CHECK_OK(setgid(1000));
        CHECK_OK(setuid(1000));
        CHECK_ERRNO(chmod("f", 0777), EPERM);
        CHECK_ERRNO(chown("f", 1000, -1), EPERM));
    DONE();
}
