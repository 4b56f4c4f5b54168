// SPDX-License-Identifier: Apache-2.0
// chdir, fchdir, getcwd, and a working directory that was removed.
#include "check.h"

int main(void) {
    const char *top = temp_dir();
    char path[PATH_MAX], expected[PATH_MAX + 8];
    mkdir("a", 0755);
    mkdir("a/b", 0755);
    symlink("a/b", "l");
    make_file("f", "x");
    snprintf(expected, sizeof expected, "%s/a/b", top);
    CHECK_OK(chdir("l"));
    CHECK(getcwd(path, sizeof path) && !strcmp(path, expected), "getcwd shows the real path");
    CHECK_EQ(syscall(SYS_getcwd, path, sizeof path), strlen(expected) + 1);
    CHECK_ERRNO(syscall(SYS_getcwd, path, 3), ERANGE);
    CHECK_OK(chdir("../.."));
    CHECK(getcwd(path, sizeof path) && !strcmp(path, top), "dots climb the real path");
    CHECK_ERRNO(chdir("f"), ENOTDIR);
    CHECK_ERRNO(chdir("missing"), ENOENT);
    int fd = open("a", O_RDONLY), file = open("f", O_RDONLY);
    CHECK_ERRNO(fchdir(file), ENOTDIR);
    CHECK_ERRNO(fchdir(-1), EBADF);
    CHECK_OK(fchdir(fd));
    CHECK(access("b", F_OK) == 0, "fchdir moves");
    CHECK_CHILD("a child's chdir is its own", CHECK_OK(chdir("/")));
    CHECK(access("b", F_OK) == 0, "the parent stays");
    snprintf(expected, sizeof expected, "%s/moved", top);
    CHECK_OK(rename("../a", "../moved"));
    CHECK(getcwd(path, sizeof path) && !strcmp(path, expected), "getcwd follows a rename");
    CHECK_OK(chdir("b"));
    CHECK_OK(rmdir("../b"));
    CHECK_ERRNO(syscall(SYS_getcwd, path, sizeof path), ENOENT);
    CHECK_ERRNO(open("x", O_RDWR | O_CREAT, 0600), ENOENT);
    CHECK_OK(access(".", F_OK));
    CHECK_OK(chdir(".."));
    CHECK(getcwd(path, sizeof path) && !strcmp(path, expected), ".. still leads out of a removed directory");
    CHECK_OK(chdir("/"));
    CHECK(getcwd(path, sizeof path) && !strcmp(path, "/"), "the root");
    DONE();
}
