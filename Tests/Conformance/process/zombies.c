// SPDX-License-Identifier: Apache-2.0
// Zombies: they stay until reaped, accept signals, hold their pid; ignored SIGCHLD and SA_NOCLDWAIT leave none.
#include "../process/support.h"

int main(void) {
    siginfo_t info;
    pid_t pid = CHILD(_exit(1));
    CHECK(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0, "the child is a zombie");
    CHECK(kill(pid, 0) == 0 && kill(pid, SIGKILL) == 0, "signals to a zombie succeed");
    CHECK(getpgid(pid) == getpgrp(), "its group is still known");
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    char *state = strrchr(text, ')');
    CHECK(n > 0 && state && state[2] == 'Z', "/proc shows state Z");
    CHECK(exit_code(pid) == 1, "the status is unchanged");
    CHECK_ERRNO(kill(pid, 0), ESRCH);
    int ends[2];
    CHECK(pipe(ends) == 0, "a pipe");
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 3; i++) CHILD(close(ends[0]));
    CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
    signal(SIGCHLD, SIG_DFL);
    handle(SIGCHLD, ignore_nothing, SA_NOCLDWAIT);
    pid = CHILD(_exit(2));
    CHECK(waitpid(pid, NULL, 0) == -1 && (errno == ECHILD || errno == EINTR), "SA_NOCLDWAIT reaps by itself");
    CHECK_ERRNO(waitpid(pid, NULL, 0), ECHILD);
    signal(SIGCHLD, SIG_DFL);
    CHECK(exit_code(CHILD(_exit(4))) == 4, "the default keeps the status");
    DONE();
}
