// SPDX-License-Identifier: Apache-2.0
// O_TMPFILE and naming the file later with linkat.
#include "check.h"

int main(void) {
    temp_dir();
    int fd = open(".", O_TMPFILE | O_RDWR, 0640);
    CHECK(fd >= 0, "O_TMPFILE");
    struct stat st;
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_nlink, 0);
    CHECK_EQ(st.st_mode, S_IFREG | 0640);
    CHECK_EQ(write(fd, "anonymous", 9), 9);
    char proc[64];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    CHECK_OK(linkat(AT_FDCWD, proc, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    CHECK(file_is("named", "anonymous"), "it has a name now");
    fstat(fd, &st);
    CHECK_EQ(st.st_nlink, 1);
    CHECK_ERRNO(linkat(AT_FDCWD, proc, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), EEXIST);
    int second = open(".", O_TMPFILE | O_WRONLY, 0600);
    CHECK_OK(linkat(second, "", AT_FDCWD, "second", 0x1000 /* AT_EMPTY_PATH */));
    CHECK(access("second", F_OK) == 0, "AT_EMPTY_PATH names it, too");
    int excl = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
    CHECK_ERRNO(linkat(excl, "", AT_FDCWD, "third", 0x1000), ENOENT);
    CHECK_ERRNO(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL);
    CHECK_ERRNO(open("missing", O_TMPFILE | O_RDWR, 0600), ENOENT);
    CHECK_ERRNO(open("named", O_TMPFILE | O_RDWR, 0600), ENOTDIR);
    DIR *directory = opendir(".");
    int names = 0;
    while (readdir(directory)) names++;
    closedir(directory);
    CHECK_EQ(names, 4);
    DONE();
}
