// SPDX-License-Identifier: Apache-2.0
// fcntl record locks: conflicts, ranges, close, fork, deadlock.
#include "check.h"

static int lock(int fd, int command, short type, off_t start, off_t length) {
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    return fcntl(fd, command, &range);
}

static struct flock query(int fd, off_t start, off_t length) {
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    fcntl(fd, F_GETLK, &range);
    return range;
}

int main(void) {
    temp_dir();
    make_file("f", "0123456789");
    int fd = open("f", O_RDWR);
    CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 10, 20));
    CHECK_EQ(query(fd, 0, 0).l_type, F_UNLCK);
    pid_t parent = getpid();
    CHECK_CHILD("a child does not inherit locks",
        struct flock seen = query(fd, 0, 0);
        CHECK_EQ(seen.l_type, F_WRLCK);
        CHECK_EQ(seen.l_start, 10);
        CHECK_EQ(seen.l_len, 20);
        CHECK_EQ(seen.l_whence, SEEK_SET);
        CHECK(seen.l_pid == parent, "the owner is the parent");
        CHECK_ERRNO(lock(fd, F_SETLK, F_RDLCK, 29, 1), EAGAIN);
        CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 30, 5));
        CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 0, 10)));
    CHECK_OK(lock(fd, F_SETLK, F_UNLCK, 15, 5));
    CHECK_CHILD("unlocking a middle part splits the lock",
        CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 15, 5));
        CHECK_ERRNO(lock(fd, F_SETLK, F_WRLCK, 14, 1), EAGAIN);
        CHECK_ERRNO(lock(fd, F_SETLK, F_WRLCK, 20, 1), EAGAIN));
    CHECK_OK(lock(fd, F_SETLK, F_RDLCK, 0, 0));
    CHECK_CHILD("read locks are shared, length 0 reaches the end of all offsets",
        CHECK_OK(lock(fd, F_SETLK, F_RDLCK, 5, 5));
        CHECK_ERRNO(lock(fd, F_SETLK, F_WRLCK, 1L << 40, 1), EAGAIN));
    close(open("f", O_RDONLY));
    CHECK_CHILD("closing any descriptor of the file drops the process's locks",
        CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 0, 0)));
    int ro = open("f", O_RDONLY);
    CHECK_ERRNO(lock(ro, F_SETLK, F_WRLCK, 0, 1), EBADF);
    CHECK_ERRNO(lock(fd, F_SETLK, 77, 0, 1), EINVAL);
    CHECK_ERRNO(lock(fd, F_SETLK, F_RDLCK, -1, 1), EINVAL);
    CHECK_ERRNO(lock(-1, F_SETLK, F_RDLCK, 0, 1), EBADF);
    int to_child[2], to_parent[2];
    pipe(to_child);
    pipe(to_parent);
    CHECK_OK(lock(fd, F_SETLK, F_WRLCK, 0, 1));
    pid_t child = fork();
    char byte = 0;
    if (child == 0) {
        bool good = lock(fd, F_SETLK, F_WRLCK, 1, 1) == 0;
        write(to_parent[1], "r", 1);
        good = good && lock(fd, F_SETLKW, F_WRLCK, 0, 1) == 0;
        _exit(good ? 5 : 1);
    }
    read(to_parent[0], &byte, 1);
    usleep(20000);
    CHECK_ERRNO(lock(fd, F_SETLKW, F_WRLCK, 1, 1), EDEADLK);
    CHECK_OK(lock(fd, F_SETLK, F_UNLCK, 0, 1));
    CHECK_EQ(check_wait(child), 5);
    CHECK_OK(lock(fd, F_SETLKW, F_WRLCK, 0, 10));
    DONE();
}
