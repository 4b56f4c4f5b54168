// SPDX-License-Identifier: Apache-2.0
// Trailing slashes, dots, long names, empty paths.
#include "check.h"

int main(void) {
    temp_dir();
    make_file("f", "x");
    mkdir("d", 0755);
    symlink("d", "dl");
    symlink("f", "fl");
    struct stat st;
    CHECK_OK(stat("d/", &st));
    CHECK_OK(stat("d//////.", &st));
    CHECK_OK(stat(".//d/./../d", &st));
    CHECK_OK(lstat("dl/", &st));
    CHECK(S_ISDIR(st.st_mode), "a trailing slash follows the link");
    CHECK_ERRNO(stat("f/", &st), ENOTDIR);
    CHECK_ERRNO(stat("f/.", &st), ENOTDIR);
    CHECK_ERRNO(stat("f/..", &st), ENOTDIR);
    CHECK_ERRNO(stat("fl/", &st), ENOTDIR);
    CHECK_ERRNO(open("new/", O_RDWR | O_CREAT, 0600), EISDIR);
    CHECK_ERRNO(unlink("f/"), ENOTDIR);
    CHECK_ERRNO(unlink("d/"), EISDIR);
    CHECK_ERRNO(unlink("d"), EISDIR);
    CHECK_ERRNO(rmdir("dl"), ENOTDIR);
    CHECK_ERRNO(rmdir("dl/"), ENOTDIR);
    CHECK_ERRNO(rmdir("d/."), EINVAL);
    CHECK_ERRNO(rmdir("d/.."), ENOTEMPTY);
    CHECK_OK(mkdir("e/", 0755));
    CHECK_ERRNO(rename("f", "g/"), ENOTDIR);
    CHECK_ERRNO(rename("d/.", "x"), EBUSY);
    CHECK_ERRNO(open("", O_RDONLY), ENOENT);
    CHECK_ERRNO(chdir(""), ENOENT);
    CHECK_ERRNO(mkdir("", 0755), ENOENT);
    CHECK_OK(stat("/..", &st));
    CHECK_OK(stat("/../../..//", &st));
    char name[300];
    memset(name, 'n', sizeof name);
    name[255] = 0;
    CHECK(make_file(name, "long"), "a name of 255 bytes");
    CHECK(file_is(name, "long"), "which opens again");
    name[255] = 'n';
    name[256] = 0;
    CHECK_ERRNO(open(name, O_RDWR | O_CREAT, 0600), ENAMETOOLONG);
    CHECK_ERRNO(stat(name, &st), ENAMETOOLONG);
    CHECK_ERRNO(mkdir(name, 0755), ENAMETOOLONG);
    CHECK_ERRNO(rename("f", name), ENAMETOOLONG);
    static char path[PATH_MAX + 8];
    for (int i = 0; i < PATH_MAX; i += 2) memcpy(path + i, "./", 2);
    path[PATH_MAX - 1] = 0;
    CHECK_OK(stat(path, &st));
    memcpy(path + PATH_MAX - 2, "//", 3);
    CHECK_ERRNO(stat(path, &st), ENAMETOOLONG);
    CHECK(make_file("a\nb\xff\x01", "odd"), "any byte but slash and zero is a name");
    CHECK(file_is("a\nb\xff\x01", "odd"), "and it opens again");
    DONE();
}
