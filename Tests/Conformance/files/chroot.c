// SPDX-License-Identifier: Apache-2.0
// chroot confines absolute paths, dots and links.
#include "check.h"

int main(void) {
    temp_dir();
    mkdir("jail", 0755);
    mkdir("jail/d", 0755);
    make_file("jail/inside", "in");
    make_file("outside", "out");
    symlink("/inside", "jail/absolute");
    symlink("../../../outside", "jail/climb");
    CHECK_ERRNO(chroot("outside"), ENOTDIR);
    CHECK_ERRNO(chroot("missing"), ENOENT);
    int top = open(".", O_RDONLY);
    CHECK_CHILD("the jail holds",
        CHECK_OK(chroot("jail"));
        CHECK(file_is("outside", "out"), "the working directory stays outside");
        char path[PATH_MAX];
        CHECK_OK(syscall(SYS_getcwd, path, sizeof path));
        CHECK(!strncmp(path, "(unreachable)", 13), "getcwd says unreachable");
        CHECK_OK(chdir("/"));
        CHECK(file_is("/inside", "in"), "absolute path");
        CHECK(file_is("/../../inside", "in"), "dots stop at the root");
        CHECK(file_is("absolute", "in"), "an absolute link starts at the new root");
        CHECK_ERRNO(access("climb", F_OK), ENOENT);
        CHECK(getcwd(path, sizeof path) && !strcmp(path, "/"), "getcwd is /");
        CHECK(chdir("d") == 0 && getcwd(path, sizeof path) && !strcmp(path, "/d"), "below the root");
        int fd = openat(top, "outside", O_RDONLY);
        CHECK(fd >= 0, "a descriptor from outside still works"));
    CHECK(file_is("outside", "out"), "the parent's root is unchanged");
    CHECK_CHILD("an ordinary user may not", CHECK_OK(setuid(1000)); CHECK_ERRNO(chroot("/"), EPERM));
    DONE();
}
