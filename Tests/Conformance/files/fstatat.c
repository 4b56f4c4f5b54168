// SPDX-License-Identifier: Apache-2.0
// fstatat: directory descriptors, AT_EMPTY_PATH and AT_SYMLINK_NOFOLLOW.
#include "check.h"

enum { EMPTY = 0x1000 };

int main(void) {
    temp_dir();
    mkdir("d", 0755);
    make_file("d/f", "abc");
    symlink("f", "d/l");
    int directory = open("d", O_RDONLY | O_DIRECTORY), file = open("d/f", O_RDONLY);
    struct stat st;
    CHECK_OK(fstatat(directory, "f", &st, 0));
    CHECK_EQ(st.st_size, 3);
    CHECK_OK(fstatat(directory, "l", &st, 0));
    CHECK(S_ISREG(st.st_mode), "follows a link");
    CHECK_OK(fstatat(directory, "l", &st, AT_SYMLINK_NOFOLLOW));
    CHECK(S_ISLNK(st.st_mode), "AT_SYMLINK_NOFOLLOW stays on the link");
    CHECK_OK(fstatat(file, "", &st, EMPTY));
    CHECK_EQ(st.st_size, 3);
    CHECK_OK(fstatat(AT_FDCWD, "", &st, EMPTY));
    CHECK(S_ISDIR(st.st_mode), "AT_FDCWD with an empty path is the working directory");
    CHECK_ERRNO(fstatat(file, "", &st, 0), ENOENT);
    CHECK_ERRNO(fstatat(file, "x", &st, 0), ENOTDIR);
    CHECK_ERRNO(fstatat(-7, "x", &st, 0), EBADF);
    CHECK_OK(fstatat(-7, "/", &st, 0));
    CHECK_ERRNO(syscall(SYS_newfstatat, directory, "f", &st, 0x40000000), EINVAL);
    int ends[2];
    CHECK_OK(pipe(ends));
    CHECK_OK(fstatat(ends[0], "", &st, EMPTY));
    CHECK(S_ISFIFO(st.st_mode), "AT_EMPTY_PATH on a pipe");
    CHECK_OK(fstatat(directory, "..", &st, 0));
    CHECK(S_ISDIR(st.st_mode), "the parent");
    DONE();
}
