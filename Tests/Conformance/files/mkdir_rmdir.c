// SPDX-License-Identifier: Apache-2.0
// mkdir and rmdir, link counts and errors.
#include "check.h"

int main(void) {
    temp_dir();
    make_file("f", "x");
    CHECK_OK(mkdir("d", 0755));
    CHECK_ERRNO(mkdir("d", 0755), EEXIST);
    CHECK_ERRNO(mkdir("f", 0755), EEXIST);
    CHECK_ERRNO(mkdir("a/b", 0755), ENOENT);
    CHECK_ERRNO(mkdir("f/b", 0755), ENOTDIR);
    CHECK_ERRNO(mkdir(".", 0755), EEXIST);
    CHECK_ERRNO(mkdir("/", 0755), EEXIST);
    symlink("nowhere", "l");
    CHECK_ERRNO(mkdir("l", 0755), EEXIST);
    struct stat st;
    stat("d", &st);
    CHECK_EQ(st.st_nlink, 2);
    CHECK_OK(mkdir("d/e", 0755));
    stat("d", &st);
    CHECK_EQ(st.st_nlink, 3);
    make_file("d/e/f", "x");
    CHECK_ERRNO(rmdir("d"), ENOTEMPTY);
    CHECK_ERRNO(rmdir("d/e/f"), ENOTDIR);
    CHECK_ERRNO(rmdir("missing"), ENOENT);
    CHECK_ERRNO(rmdir("."), EINVAL);
    CHECK_ERRNO(rmdir("/"), EBUSY);
    CHECK_OK(unlink("d/e/f"));
    CHECK_OK(rmdir("d/e"));
    stat("d", &st);
    CHECK_EQ(st.st_nlink, 2);
    int fd = open("d", O_RDONLY);
    CHECK_OK(rmdir("d"));
    CHECK_ERRNO(stat("d", &st), ENOENT);
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_nlink, 0);
    CHECK_ERRNO(openat(fd, "x", O_RDWR | O_CREAT, 0600), ENOENT);
    CHECK_ERRNO(mkdirat(fd, "x", 0755), ENOENT);
    CHECK_OK(mkdir("s", 02755));
    chown("s", 0, 50);
    chmod("s", 02755);
    CHECK_OK(mkdir("s/t", 0755));
    stat("s/t", &st);
    CHECK_EQ(st.st_gid, 50);
    CHECK_EQ(st.st_mode & 07777, 02755);
    make_file("s/g", "");
    stat("s/g", &st);
    CHECK_EQ(st.st_gid, 50);
    DONE();
}
