// SPDX-License-Identifier: Apache-2.0
// statfs and fstatfs: plausible figures, known magic numbers, errors.
#include "check.h"
#include <sys/statvfs.h>
#include <sys/vfs.h>

int main(void) {
    temp_dir();
    make_file("f", "x");
    struct statfs a, b;
    CHECK_OK(statfs(".", &a));
    CHECK(a.f_bsize >= 512 && a.f_blocks >= a.f_bfree && a.f_bfree >= a.f_bavail, "block counts are ordered");
    CHECK(a.f_files >= a.f_ffree, "inode counts are ordered");
    CHECK_EQ(a.f_namelen, 255);
    int fd = open("f", O_RDONLY);
    CHECK_OK(fstatfs(fd, &b));
    CHECK(a.f_type == b.f_type && a.f_bsize == b.f_bsize, "fstatfs agrees");
    CHECK_OK(statfs("/proc", &a));
    CHECK_EQ(a.f_type, 0x9fa0);
    int ends[2];
    pipe(ends);
    CHECK_OK(fstatfs(ends[0], &a));
    CHECK_EQ(a.f_type, 0x50495045);
    CHECK_ERRNO(statfs("missing", &a), ENOENT);
    CHECK_ERRNO(statfs("f/x", &a), ENOTDIR);
    CHECK_ERRNO(fstatfs(-1, &a), EBADF);
    struct statvfs v;
    CHECK_EQ(statvfs("/", &v), 0);
    CHECK_EQ(v.f_namemax, 255);
    DONE();
}
