// SPDX-License-Identifier: Apache-2.0
// flock: shared, exclusive, per open file description.
#include "check.h"
#include <sys/file.h>

int main(void) {
    temp_dir();
    make_file("f", "x");
    int a = open("f", O_RDWR), b = open("f", O_RDWR), copy = dup(a);
    CHECK_OK(flock(a, LOCK_EX));
    CHECK_ERRNO(flock(b, LOCK_EX | LOCK_NB), EAGAIN);
    CHECK_ERRNO(flock(b, LOCK_SH | LOCK_NB), EAGAIN);
    CHECK_OK(flock(copy, LOCK_EX | LOCK_NB));
    CHECK_OK(flock(copy, LOCK_SH));
    CHECK_OK(flock(b, LOCK_SH | LOCK_NB));
    CHECK_ERRNO(flock(a, LOCK_EX | LOCK_NB), EAGAIN);
    CHECK_OK(flock(b, LOCK_UN));
    CHECK_OK(flock(a, LOCK_EX | LOCK_NB));
    close(a);
    CHECK_ERRNO(flock(b, LOCK_SH | LOCK_NB), EAGAIN);
    CHECK_CHILD("a child unlocks the description it inherited", CHECK_OK(flock(copy, LOCK_UN)));
    CHECK_OK(flock(b, LOCK_EX | LOCK_NB));
    CHECK_OK(flock(b, LOCK_UN));
    CHECK_OK(flock(copy, LOCK_EX));
    close(copy);
    CHECK_OK(flock(b, LOCK_EX | LOCK_NB));
    CHECK_ERRNO(flock(b, 0), EINVAL);
    CHECK_ERRNO(flock(-1, LOCK_SH), EBADF);
    int ready[2];
    pipe(ready);
    pid_t child = fork();
    if (child == 0) {
        int mine = open("f", O_RDONLY);
        write(ready[1], "r", 1);
        _exit(flock(mine, LOCK_SH) == 0 ? 7 : 1);
    }
    char byte;
    read(ready[0], &byte, 1);
    usleep(20000);
    CHECK_EQ(waitpid(child, NULL, WNOHANG), 0);
    CHECK_OK(flock(b, LOCK_UN));
    CHECK_EQ(check_wait(child), 7);
    CHECK_OK(flock(b, LOCK_EX | LOCK_NB));
    DONE();
}
