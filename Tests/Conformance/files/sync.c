// SPDX-License-Identifier: Apache-2.0
// The fsync family and its errors.
#include "check.h"

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    CHECK_EQ(write(fd, "data", 4), 4);
    CHECK_OK(fsync(fd));
    CHECK_OK(fdatasync(fd));
    CHECK_OK(syscall(SYS_sync_file_range, fd, 0L, 0L, 7));
    CHECK_ERRNO(syscall(SYS_sync_file_range, fd, 0L, 0L, 64), EINVAL);
    CHECK_ERRNO(syscall(SYS_sync_file_range, fd, -1L, 0L, 0), EINVAL);
    int directory = open(".", O_RDONLY);
    CHECK_OK(fsync(directory));
    int ro = open("f", O_RDONLY);
    CHECK_OK(fsync(ro));
    int ends[2];
    pipe(ends);
    CHECK_ERRNO(fsync(ends[0]), EINVAL);
    CHECK_ERRNO(fdatasync(ends[1]), EINVAL);
    CHECK_ERRNO(fsync(-1), EBADF);
    CHECK_ERRNO(fdatasync(999), EBADF);
    CHECK_ERRNO(syscall(SYS_syncfs, -1), EBADF);
    int path = open("f", O_PATH);
    CHECK_ERRNO(fsync(path), EBADF);
    CHECK(file_is("f", "data"), "the data is there");
    DONE();
}
