// SPDX-License-Identifier: Apache-2.0
// pidfd_open, poll on it, pidfd_send_signal, and errors (pidfd_open(2)).
#include "../process/support.h"

enum { open_nr = 434, send_nr = 424 };

int main(void) {
    int go[2];
    CHECK(pipe(go) == 0, "a pipe");
    pid_t pid = CHILD(await(go[0]); _exit(5));
    int fd = (int)syscall(open_nr, pid, 0);
    CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "pidfd_open closes on exec");
    CHECK(readable(fd, 0) == 0, "not readable while the process lives");
    CHECK(syscall(send_nr, fd, 0, NULL, 0) == 0, "signal 0 probes");
    notify(go[1]);
    CHECK(readable(fd, 2000) & POLLIN, "readable once it is a zombie");
    CHECK(exit_code(pid) == 5, "reap it");
    CHECK_ERRNO(syscall(send_nr, fd, SIGTERM, NULL, 0), ESRCH);
    close(fd);
    CHECK_ERRNO(syscall(open_nr, pid, 0), ESRCH);
    CHECK_ERRNO(syscall(open_nr, -1, 0), EINVAL);
    CHECK_ERRNO(syscall(open_nr, getpid(), 1), EINVAL);
    CHECK_ERRNO(syscall(send_nr, go[0], 0, NULL, 0), EBADF);
    pid = CHILD(for (;;) pause());
    fd = (int)syscall(open_nr, pid, 0);
    CHECK(syscall(send_nr, fd, SIGTERM, NULL, 0) == 0 && exit_code(pid) == -SIGTERM, "pidfd_send_signal delivers");
    int epoll = epoll_create1(0);
    pid = CHILD(await(go[0]));
    fd = (int)syscall(open_nr, pid, 0);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = 9};
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll takes a pidfd");
    notify(go[1]);
    CHECK(epoll_wait(epoll, &event, 1, 2000) == 1 && event.data.u32 == 9, "and reports the end");
    CHECK(exit_code(pid) == 0, "reap");
    DONE();
}
