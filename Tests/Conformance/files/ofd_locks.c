// SPDX-License-Identifier: Apache-2.0
// Locks of open file descriptions.
#include "check.h"
#ifndef F_OFD_GETLK
enum { F_OFD_GETLK = 36, F_OFD_SETLK = 37, F_OFD_SETLKW = 38 };
#endif

static int lock(int fd, int command, short type, off_t start, off_t length) {
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    return fcntl(fd, command, &range);
}

int main(void) {
    temp_dir();
    make_file("f", "0123456789");
    int a = open("f", O_RDWR), b = open("f", O_RDWR), copy = dup(a);
    CHECK_OK(lock(a, F_OFD_SETLK, F_WRLCK, 0, 5));
    CHECK_ERRNO(lock(b, F_OFD_SETLK, F_WRLCK, 4, 1), EAGAIN);
    CHECK_OK(lock(b, F_OFD_SETLK, F_WRLCK, 5, 1));
    CHECK_OK(lock(copy, F_OFD_SETLK, F_WRLCK, 0, 5));
    struct flock seen = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
    CHECK_OK(fcntl(b, F_OFD_GETLK, &seen));
    CHECK_EQ(seen.l_type, F_WRLCK);
    CHECK_EQ(seen.l_pid, -1);
    CHECK_EQ(seen.l_len, 5);
    CHECK_ERRNO(lock(b, F_SETLK, F_WRLCK, 0, 1), EAGAIN);
    close(open("f", O_RDONLY));
    CHECK_ERRNO(lock(b, F_OFD_SETLK, F_WRLCK, 0, 1), EAGAIN);
    CHECK_CHILD("a child shares the description's locks", CHECK_OK(lock(a, F_OFD_SETLK, F_RDLCK, 0, 5)));
    CHECK_OK(lock(b, F_OFD_SETLK, F_RDLCK, 0, 5));
    close(a);
    CHECK_ERRNO(lock(b, F_OFD_SETLK, F_WRLCK, 0, 5), EAGAIN);
    close(copy);
    CHECK_OK(lock(b, F_OFD_SETLK, F_WRLCK, 0, 5));
    seen = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_pid = 1};
    CHECK_ERRNO(fcntl(b, F_OFD_SETLK, &seen), EINVAL);
    DONE();
}
