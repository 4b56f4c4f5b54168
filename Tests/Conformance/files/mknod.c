// SPDX-License-Identifier: Apache-2.0
// mknod: fifos, devices, regular files.
#include "check.h"

int main(void) {
    temp_dir();
    struct stat st;
    CHECK_OK(mknod("r", S_IFREG | 0640, 0));
    stat("r", &st);
    CHECK_EQ(st.st_mode, S_IFREG | 0640);
    CHECK_OK(mknod("r0", 0600, 0));
    stat("r0", &st);
    CHECK_EQ(st.st_mode, S_IFREG | 0600);
    CHECK_OK(mknod("p", S_IFIFO | 0600, 0));
    CHECK_OK(mknod("c", S_IFCHR | 0666, 0x105));
    stat("c", &st);
    CHECK(S_ISCHR(st.st_mode), "a character device");
    CHECK_EQ(st.st_rdev, 0x105);
    CHECK_OK(mknod("b", S_IFBLK | 0600, 0x700));
    CHECK_ERRNO(mknod("r", S_IFREG | 0600, 0), EEXIST);
    CHECK_ERRNO(mknod("d", S_IFDIR | 0700, 0), EPERM);
    CHECK_ERRNO(mknod("l", S_IFLNK | 0700, 0), EINVAL);
    CHECK_ERRNO(mknod("no/x", S_IFREG | 0600, 0), ENOENT);
    CHECK_OK(mknodat(AT_FDCWD, "s", S_IFSOCK | 0600, 0));
    CHECK_ERRNO(open("s", O_RDWR), ENXIO);
    CHECK_ERRNO(open("p", O_WRONLY | O_NONBLOCK), ENXIO);
    int reader = open("p", O_RDONLY | O_NONBLOCK);
    CHECK(reader >= 0, "a reader opens without a writer");
    int writer = open("p", O_WRONLY | O_NONBLOCK);
    char byte = 0;
    CHECK_EQ(write(writer, "z", 1), 1);
    CHECK_EQ(read(reader, &byte, 1), 1);
    CHECK_EQ(byte, 'z');
    close(writer);
    CHECK_EQ(read(reader, &byte, 1), 0);
    DONE();
}
