// SPDX-License-Identifier: Apache-2.0
// rename: replacing, directories, the same file, errors.
#include "check.h"

int main(void) {
    temp_dir();
    make_file("a", "A");
    make_file("b", "B");
    struct stat before, after;
    stat("a", &before);
    CHECK_OK(rename("a", "b"));
    stat("b", &after);
    CHECK(before.st_ino == after.st_ino && file_is("b", "A"), "the source takes the place of the target");
    CHECK_ERRNO(rename("a", "c"), ENOENT);
    CHECK_OK(rename("b", "b"));
    link("b", "c");
    CHECK_OK(rename("b", "c"));
    CHECK(access("b", F_OK) == 0 && access("c", F_OK) == 0, "two names of one file: nothing happens");
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    mkdir("empty", 0755);
    CHECK_ERRNO(rename("b", "d"), EISDIR);
    CHECK_ERRNO(rename("d", "b"), ENOTDIR);
    CHECK_ERRNO(rename("empty", "d"), ENOTEMPTY);
    CHECK_OK(rename("d", "empty"));
    CHECK(access("empty/e", F_OK) == 0 && access("d", F_OK) != 0, "a directory replaces an empty one");
    CHECK_ERRNO(rename("empty", "empty/e/x"), EINVAL);
    CHECK_ERRNO(rename("empty/e", "empty"), ENOTEMPTY);
    CHECK_ERRNO(rename("b", "no/x"), ENOENT);
    CHECK_ERRNO(rename("b", "c/x"), ENOTDIR);
    CHECK_ERRNO(rename("b", "/proc/x"), EXDEV);
    symlink("b", "s");
    CHECK_OK(rename("s", "t"));
    lstat("t", &after);
    CHECK(S_ISLNK(after.st_mode), "a link moves as itself");
    int fd = open("c", O_RDONLY);
    make_file("n", "new");
    CHECK_OK(rename("n", "c"));
    char byte;
    CHECK(read(fd, &byte, 1) == 1 && byte == 'A', "an open file survives being replaced");
    CHECK(file_is("c", "new"), "its name shows the new one");
    int directory = open("empty/e", O_RDONLY);
    CHECK_OK(rename("empty/e", "moved"));
    CHECK_OK(fstatat(directory, "../c", &after, 0));
    stat("empty", &after);
    CHECK_EQ(after.st_nlink, 2);
    DONE();
}
