// SPDX-License-Identifier: Apache-2.0
// eventfd: counter, semaphore mode, overflow, blocking, readiness, errors (eventfd(2)).
#include "../process/support.h"
#include <sys/eventfd.h>

int main(void) {
    uint64_t value = 0, add = 5;
    int fd = eventfd(3, EFD_NONBLOCK);
    CHECK(read(fd, &value, 8) == 8 && value == 3, "the initial value");
    CHECK_ERRNO(read(fd, &value, 8), EAGAIN);
    CHECK(write(fd, &add, 8) == 8 && write(fd, &add, 8) == 8 && readable(fd, 0) && read(fd, &value, 8) == 8
              && value == 10,
          "writes add up");
    CHECK_ERRNO(read(fd, &value, 7), EINVAL);
    CHECK_ERRNO(write(fd, &value, 4), EINVAL);
    add = UINT64_MAX;
    CHECK_ERRNO(write(fd, &add, 8), EINVAL);
    add = UINT64_MAX - 1;
    CHECK_EQ(write(fd, &add, 8), 8);
    add = 1;
    CHECK_ERRNO(write(fd, &add, 8), EAGAIN);
    struct pollfd entry = {fd, POLLIN | POLLOUT, 0};
    CHECK(poll(&entry, 1, 0) == 1 && entry.revents == POLLIN, "full: readable, not writable");
    int sem = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
    CHECK(fcntl(sem, F_GETFD) == FD_CLOEXEC, "EFD_CLOEXEC");
    CHECK(read(sem, &value, 8) == 8 && value == 1 && read(sem, &value, 8) == 8 && value == 1, "semaphore mode");
    CHECK_ERRNO(read(sem, &value, 8), EAGAIN);
    CHECK_ERRNO(eventfd(0, 0x1234), EINVAL);
    int slow = eventfd(0, 0);
    pid_t pid = CHILD(read(slow, &value, 8); _exit((int)value));
    add = 41;
    CHECK(write(slow, &add, 8) == 8 && exit_code(pid) == 41, "a write wakes a reader in another process");
    DONE();
}
