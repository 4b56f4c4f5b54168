// SPDX-License-Identifier: Apache-2.0
// statx: mask, fields that agree with stat, flags and errors.
#include "check.h"
#include <sys/sysmacros.h>

struct statx_time { int64_t seconds; uint32_t nanoseconds; int32_t reserved; };
struct statx_result {
    uint32_t mask, blksize; uint64_t attributes; uint32_t nlink, uid, gid; uint16_t mode, spare; uint64_t ino, size,
        blocks, attributes_mask; struct statx_time atime, btime, ctime, mtime; uint32_t rdev_major, rdev_minor,
        dev_major, dev_minor; uint64_t more[14];
};
enum { BASIC = 0x7ff, AT_EMPTY = 0x1000, AT_NOFOLLOW = 0x100, FORCE_SYNC = 0x2000, DONT_SYNC = 0x4000 };

static struct statx_result result;

static long query(int fd, const char *path, int flags, unsigned mask) {
    memset(&result, 0, sizeof result);
    return syscall(SYS_statx, fd, path, flags, mask, &result);
}

int main(void) {
    temp_dir();
    make_file("f", "hello");
    symlink("f", "l");
    struct stat st;
    stat("f", &st);
    CHECK_EQ(sizeof result, 256);
    CHECK_EQ(query(AT_FDCWD, "f", 0, BASIC), 0);
    CHECK_EQ(result.mask & BASIC, BASIC);
    CHECK_EQ(result.size, 5);
    CHECK_EQ(result.mode, S_IFREG | 0644);
    CHECK_EQ(result.nlink, 1);
    CHECK_EQ(result.uid, 0);
    CHECK_EQ(result.gid, 0);
    CHECK(result.ino == st.st_ino && result.blksize == (uint32_t)st.st_blksize, "inode and block size as in stat");
    CHECK(makedev(result.dev_major, result.dev_minor) == st.st_dev, "device as in stat");
    CHECK(result.mtime.seconds == st.st_mtim.tv_sec && result.mtime.nanoseconds == (uint32_t)st.st_mtim.tv_nsec,
          "time of modification as in stat");
    CHECK(result.blocks == (uint64_t)st.st_blocks, "blocks as in stat");
    CHECK_EQ(query(AT_FDCWD, "l", AT_NOFOLLOW, BASIC), 0);
    CHECK(S_ISLNK(result.mode), "AT_SYMLINK_NOFOLLOW");
    int fd = open("f", O_RDONLY);
    CHECK_EQ(query(fd, "", AT_EMPTY, BASIC), 0);
    CHECK_EQ(result.size, 5);
    CHECK_ERRNO(query(fd, "", 0, BASIC), ENOENT);
    CHECK_EQ(query(AT_FDCWD, "/dev/zero", 0, BASIC), 0);
    CHECK(result.rdev_major == 1 && result.rdev_minor == 5, "device numbers of /dev/zero");
    CHECK_EQ(query(AT_FDCWD, "f", FORCE_SYNC, BASIC), 0);
    CHECK_EQ(query(AT_FDCWD, "f", DONT_SYNC, 0), 0);
    CHECK_ERRNO(query(AT_FDCWD, "f", FORCE_SYNC | DONT_SYNC, BASIC), EINVAL);
    CHECK_ERRNO(query(AT_FDCWD, "f", 0x40000, BASIC), EINVAL);
    CHECK_ERRNO(query(AT_FDCWD, "f", 0, 0x80000000u), EINVAL);
    CHECK_ERRNO(query(AT_FDCWD, "missing", 0, BASIC), ENOENT);
    CHECK_ERRNO(query(-5, "f", 0, BASIC), EBADF);
    CHECK_ERRNO(query(fd, "x", 0, BASIC), ENOTDIR);
    DONE();
}
