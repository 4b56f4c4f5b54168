// SPDX-License-Identifier: Apache-2.0
// link and linkat: counts, errors, data shared.
#include "check.h"

static unsigned long links(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 ? st.st_nlink : 0;
}

int main(void) {
    temp_dir();
    make_file("a", "one");
    CHECK_OK(link("a", "b"));
    CHECK_EQ(links("a"), 2);
    make_file("b", "two!");
    CHECK(file_is("a", "two!"), "both names are one file");
    CHECK_ERRNO(link("a", "b"), EEXIST);
    CHECK_ERRNO(link("missing", "c"), ENOENT);
    CHECK_ERRNO(link("a", "no/c"), ENOENT);
    CHECK_ERRNO(link("a", "b/c"), ENOTDIR);
    mkdir("d", 0755);
    CHECK_ERRNO(link("d", "e"), EPERM);
    CHECK_ERRNO(link("a", "/dev/null/x"), ENOTDIR);
    CHECK_ERRNO(link("/proc/version", "x"), EXDEV);
    symlink("a", "s");
    CHECK_OK(link("s", "t"));
    struct stat st;
    lstat("t", &st);
    CHECK(S_ISLNK(st.st_mode), "link does not follow a symbolic link");
    CHECK_OK(linkat(AT_FDCWD, "s", AT_FDCWD, "u", AT_SYMLINK_FOLLOW));
    lstat("u", &st);
    CHECK(S_ISREG(st.st_mode), "AT_SYMLINK_FOLLOW follows it");
    CHECK_EQ(links("a"), 3);
    CHECK_ERRNO(linkat(AT_FDCWD, "a", AT_FDCWD, "v", 0x40000000), EINVAL);
    CHECK_OK(unlink("a"));
    CHECK_EQ(links("b"), 2);
    CHECK(file_is("u", "two!"), "the file outlives one name");
    CHECK_ERRNO(link("b", "w/"), ENOENT);
    CHECK_EQ(links("d"), 2 - (links("d") == 1));
    DONE();
}
