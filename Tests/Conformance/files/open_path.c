// SPDX-License-Identifier: Apache-2.0
// What a descriptor opened with O_PATH can and cannot do.
#include "check.h"

int main(void) {
    temp_dir();
    make_file("f", "hello");
    mkdir("d", 0755);
    make_file("d/g", "inner");
    symlink("f", "link");
    int fd = open("f", O_PATH);
    CHECK(fd >= 0, "O_PATH opens");
    char byte;
    CHECK_ERRNO(read(fd, &byte, 1), EBADF);
    CHECK_ERRNO(write(fd, "x", 1), EBADF);
    CHECK_ERRNO(lseek(fd, 0, SEEK_SET), EBADF);
    CHECK_ERRNO(ftruncate(fd, 0), EBADF);
    CHECK_ERRNO(syscall(SYS_fchmod, fd, 0600), EBADF);
    CHECK_ERRNO(syscall(SYS_fchown, fd, 0, 0), EBADF);
    struct stat st;
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_size, 5);
    CHECK(fcntl(fd, F_GETFL) & O_PATH, "F_GETFL shows O_PATH");
    CHECK_OK(fcntl(fd, F_SETFD, FD_CLOEXEC));
    int copy = dup(fd);
    CHECK(copy >= 0, "dup works");
    close(copy);
    char proc[64];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    int again = open(proc, O_RDONLY);
    CHECK(again >= 0 && read(again, &byte, 1) == 1 && byte == 'h', "/proc/self/fd opens it for reading");
    close(again);
    close(fd);
    fd = open("link", O_PATH | O_NOFOLLOW);
    CHECK(fd >= 0 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode), "O_PATH|O_NOFOLLOW opens the link itself");
    char text[16];
    CHECK_EQ(readlinkat(fd, "", text, sizeof text), 1);
    close(fd);
    fd = open("d", O_PATH | O_DIRECTORY);
    CHECK(fd >= 0, "a directory opens with O_PATH");
    again = openat(fd, "g", O_RDONLY);
    CHECK(again >= 0, "openat below an O_PATH directory");
    close(again);
    CHECK_OK(fchdir(fd));
    CHECK(file_is("g", "inner"), "fchdir to an O_PATH directory");
    DONE();
}
