// SPDX-License-Identifier: Apache-2.0
// Directory descriptors with the whole *at family.
#include "check.h"

int main(void) {
    temp_dir();
    mkdir("one", 0755);
    mkdir("two", 0755);
    int one = open("one", O_RDONLY | O_DIRECTORY), two = open("two", O_PATH);
    int fd = openat(one, "f", O_RDWR | O_CREAT, 0600);
    CHECK(fd >= 0 && access("one/f", F_OK) == 0, "openat");
    CHECK_OK(mkdirat(two, "d", 0700));
    CHECK_OK(renameat(one, "f", two, "d/g"));
    CHECK(access("two/d/g", F_OK) == 0, "renameat between directories");
    CHECK_OK(linkat(two, "d/g", one, "h", 0));
    CHECK_OK(symlinkat("h", one, "s"));
    char text[8] = "";
    CHECK_EQ(readlinkat(one, "s", text, sizeof text), 1);
    CHECK_OK(fchmodat(one, "s", 0644, 0));
    CHECK_OK(fchownat(one, "h", 3, 4, 0));
    struct stat st;
    CHECK_OK(fstatat(two, "d/g", &st, 0));
    CHECK_EQ(st.st_mode & 0777, 0644);
    CHECK_EQ(st.st_gid, 4);
    CHECK_EQ(st.st_nlink, 2);
    CHECK_OK(mknodat(one, "p", S_IFIFO | 0600, 0));
    CHECK_OK(faccessat(one, "p", R_OK, 0));
    CHECK_ERRNO(unlinkat(two, "d", 0), EISDIR);
    CHECK_ERRNO(unlinkat(two, "d", AT_REMOVEDIR), ENOTEMPTY);
    CHECK_ERRNO(unlinkat(one, "h", AT_REMOVEDIR), ENOTDIR);
    CHECK_ERRNO(unlinkat(one, "h", 0x400), EINVAL);
    CHECK_OK(unlinkat(two, "d/g", 0));
    CHECK_OK(unlinkat(two, "d", AT_REMOVEDIR));
    CHECK_ERRNO(openat(fd, "x", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(openat(-1, "x", O_RDONLY), EBADF);
    CHECK_ERRNO(mkdirat(999, "x", 0700), EBADF);
    CHECK(openat(999, "/dev/null", O_RDONLY) >= 0, "an absolute path ignores the descriptor");
    rename("one", "two/one");
    CHECK_OK(faccessat(one, "h", F_OK, 0));
    CHECK_OK(faccessat(one, "../one/h", F_OK, 0));
    DONE();
}
