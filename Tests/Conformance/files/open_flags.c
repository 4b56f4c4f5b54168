// SPDX-License-Identifier: Apache-2.0
// The access modes and creation flags of open(2).
#include "check.h"

int main(void) {
    temp_dir();
    CHECK(make_file("f", "hello"), "a file is made");
    int fd = open("f", O_RDONLY);
    CHECK_ERRNO(write(fd, "x", 1), EBADF);
    CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    close(fd);
    fd = open("f", O_WRONLY);
    char byte;
    CHECK_ERRNO(read(fd, &byte, 1), EBADF);
    CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
    close(fd);
    fd = open("f", O_RDWR);
    CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    CHECK_EQ(read(fd, &byte, 1), 1);
    CHECK_EQ(write(fd, "E", 1), 1);
    close(fd);
    CHECK(file_is("f", "hEllo"), "read then write share one offset");
    CHECK_ERRNO(open("f", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    CHECK_ERRNO(open("missing", O_RDWR), ENOENT);
    CHECK_ERRNO(open("missing/x", O_RDWR | O_CREAT, 0600), ENOENT);
    CHECK_ERRNO(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
    CHECK_ERRNO(open(".", O_RDWR), EISDIR);
    CHECK_ERRNO(open(".", O_RDONLY | O_CREAT, 0600), EISDIR);
    CHECK_ERRNO(open(".", O_WRONLY | O_DIRECTORY), EISDIR);
    CHECK_OK(symlink("f", "link"));
    CHECK_ERRNO(open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
    CHECK_ERRNO(open("link", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    CHECK_OK(symlink("target", "dangling"));
    CHECK_ERRNO(open("dangling", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("dangling", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    fd = open("dangling", O_WRONLY | O_CREAT, 0600);
    CHECK(fd >= 0 && access("target", F_OK) == 0, "O_CREAT through a dangling link makes the target");
    close(fd);
    fd = open("f", O_WRONLY | O_TRUNC);
    close(fd);
    CHECK(file_is("f", ""), "O_TRUNC empties the file");
    fd = open("f", O_RDONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC);
    CHECK((fcntl(fd, F_GETFL) & (O_NONBLOCK | O_APPEND)) == (O_NONBLOCK | O_APPEND), "status flags are kept");
    CHECK_EQ(fcntl(fd, F_GETFL) & (O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC), 0);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
    fd = open("f", O_RDWR | O_SYNC);
    CHECK((fcntl(fd, F_GETFL) & O_SYNC) == O_SYNC, "O_SYNC is kept");
    close(fd);
    fd = open("f", O_RDWR | O_DSYNC);
    CHECK((fcntl(fd, F_GETFL) & O_SYNC) == O_DSYNC, "O_DSYNC is kept apart from O_SYNC");
    close(fd);
    fd = open("f", O_RDONLY | O_NOATIME);
    CHECK(fd >= 0 && (fcntl(fd, F_GETFL) & O_NOATIME), "O_NOATIME is kept");
    close(fd);
    DONE();
}
