// SPDX-License-Identifier: Apache-2.0
// clone3: the size of the structure, exit signal, tid pointers, CLONE_PIDFD, and its errors (clone(2)).
#include "../process/support.h"

struct arguments {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

static pid_t raw_clone3(struct arguments *args, size_t size) { return (pid_t)syscall(435, args, size); }

int main(void) {
    struct arguments args;
    memset(&args, 0, sizeof args);
    args.exit_signal = SIGCHLD;
    pid_t pid = raw_clone3(&args, 64);
    if (pid == 0) _exit(4);
    CHECK(pid > 0 && exit_code(pid) == 4, "the first version of the structure");
    int parent_tid = 0, pidfd = -1;
    args.flags = CLONE_PARENT_SETTID | CLONE_PIDFD;
    args.parent_tid = (uint64_t)(uintptr_t)&parent_tid;
    args.pidfd = (uint64_t)(uintptr_t)&pidfd;
    pid = raw_clone3(&args, sizeof args);
    if (pid == 0) _exit(6);
    CHECK(pid > 0 && parent_tid == pid, "CLONE_PARENT_SETTID");
    CHECK(pidfd >= 0 && fcntl(pidfd, F_GETFD) == FD_CLOEXEC, "the pidfd closes on exec");
    CHECK(readable(pidfd, 1000) & POLLIN, "the pidfd is readable when the child ends");
    CHECK(exit_code(pid) == 6, "and the child is reaped as usual");
    close(pidfd);
    memset(&args, 0, sizeof args);
    CHECK_ERRNO(raw_clone3(&args, 56), EINVAL);
    CHECK_ERRNO(raw_clone3((struct arguments *)8, 64), EFAULT);
    args.exit_signal = 65;
    CHECK_ERRNO(raw_clone3(&args, 64), EINVAL);
    args.exit_signal = SIGCHLD;
    args.flags = CLONE_THREAD;
    CHECK_ERRNO(raw_clone3(&args, 64), EINVAL);
    args.flags = 0;
    args.stack_size = 4096;
    CHECK_ERRNO(raw_clone3(&args, 64), EINVAL);
    args.stack_size = 0;
    args.flags = 1u << 30 | CLONE_DETACHED;
    CHECK_ERRNO(raw_clone3(&args, 64), EINVAL);
    DONE();
}
