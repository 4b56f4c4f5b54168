// SPDX-License-Identifier: Apache-2.0
// Fields of stat, lstat and fstat by kind of file.
#include "check.h"

int main(void) {
    temp_dir();
    make_file("f", "hello");
    mkdir("d", 0700);
    symlink("somewhere", "l");
    mkfifo("p", 0600);
    struct stat a, b;
    CHECK_OK(stat("f", &a));
    CHECK(S_ISREG(a.st_mode), "regular file");
    CHECK_EQ(a.st_mode & 07777, 0644);
    CHECK_EQ(a.st_size, 5);
    CHECK_EQ(a.st_nlink, 1);
    CHECK_EQ(a.st_uid, 0);
    CHECK_EQ(a.st_gid, 0);
    CHECK_EQ(a.st_rdev, 0);
    CHECK(a.st_ino != 0, "an inode number");
    CHECK(a.st_blksize >= 512, "a block size");
    CHECK(a.st_mtim.tv_nsec >= 0 && a.st_mtim.tv_nsec < 1000000000L, "nanoseconds in range");
    CHECK(llabs((long long)a.st_mtim.tv_sec - time(NULL)) <= 2, "the time of change is now");
    int fd = open("f", O_RDONLY);
    CHECK_OK(fstat(fd, &b));
    CHECK(a.st_ino == b.st_ino && a.st_dev == b.st_dev, "stat and fstat name the same file");
    CHECK_OK(stat("d", &b));
    CHECK(S_ISDIR(b.st_mode), "directory");
    CHECK(b.st_dev == a.st_dev && b.st_ino != a.st_ino, "same device, another inode");
    CHECK_OK(lstat("l", &b));
    CHECK(S_ISLNK(b.st_mode), "symbolic link");
    CHECK_EQ(b.st_size, 9);
    CHECK_ERRNO(stat("l", &b), ENOENT);
    CHECK_OK(stat("p", &b));
    CHECK(S_ISFIFO(b.st_mode), "fifo");
    CHECK_OK(stat("/dev/null", &b));
    CHECK(S_ISCHR(b.st_mode) && b.st_rdev == 0x103, "/dev/null is character device 1:3");
    int ends[2];
    CHECK_OK(pipe(ends));
    CHECK_OK(fstat(ends[0], &b));
    CHECK(S_ISFIFO(b.st_mode), "a pipe is a fifo");
    CHECK_ERRNO(fstat(-1, &b), EBADF);
    CHECK_ERRNO(stat("missing", &b), ENOENT);
    CHECK_ERRNO(stat("", &b), ENOENT);
    CHECK_OK(stat("d/../f", &b));
    CHECK_EQ(b.st_ino == a.st_ino, 1);
    DONE();
}
