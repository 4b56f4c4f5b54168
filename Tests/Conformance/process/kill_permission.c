// SPDX-License-Identifier: Apache-2.0
// kill: targets, errors, and the uid rule; SIGCONT within a session (kill(2)).
#include "../process/support.h"

static int as_nobody(pid_t target, int sig) {
    pid_t pid = fork();
    if (pid == 0) {
        if (setgid(65534) || setuid(65534)) _exit(99);
        _exit(kill(target, sig) == 0 ? 0 : errno);
    }
    return exit_code(pid);
}

int main(void) {
    CHECK(kill(getpid(), 0) == 0, "probe oneself");
    CHECK_ERRNO(kill(INT_MAX, 0), ESRCH);
    CHECK_ERRNO(kill(-INT_MAX, 0), ESRCH);
    CHECK_ERRNO(kill(getpid(), 65), EINVAL);
    CHECK_ERRNO(kill(getpid(), -1), EINVAL);
    int ready[2];
    CHECK(pipe(ready) == 0, "a pipe");
    pid_t target = CHILD(notify(ready[1]); for (;;) pause());
    await(ready[0]);
    CHECK_EQ(as_nobody(target, SIGTERM), EPERM);
    CHECK_EQ(as_nobody(target, 0), EPERM);
    CHECK_EQ(as_nobody(target, SIGCONT), 0);
    kill(target, SIGKILL);
    CHECK(exit_code(target) == -SIGKILL, "uid 0 may");
    target = CHILD(setsid(); notify(ready[1]); for (;;) pause());
    await(ready[0]);
    CHECK_EQ(as_nobody(target, SIGCONT), EPERM);
    kill(target, SIGKILL);
    exit_code(target);
    target = CHILD(if (setuid(65534)) _exit(1); notify(ready[1]); for (;;) pause());
    await(ready[0]);
    CHECK_EQ(as_nobody(target, SIGTERM), 0);
    CHECK(exit_code(target) == -SIGTERM, "the same uid may");
    pid_t leader = CHILD(setpgid(0, 0); notify(ready[1]); for (;;) pause());
    await(ready[0]);
    pid_t member = CHILD(setpgid(0, leader); notify(ready[1]); for (;;) pause());
    await(ready[0]);
    CHECK(kill(-leader, SIGUSR2) == 0, "kill a group");
    CHECK(exit_code(leader) == -SIGUSR2 && exit_code(member) == -SIGUSR2, "every member gets it");
    CHECK_ERRNO(kill(-leader, SIGUSR2), ESRCH);
    pid_t own = CHILD(setpgid(0, 0); pid_t inner = CHILD(for (;;) pause()); signal(SIGUSR1, SIG_IGN); kill(0, SIGUSR1);
                      _exit(exit_code(inner) == -SIGUSR1 ? 0 : 1));
    CHECK(exit_code(own) == 0, "kill(0) reaches the own group");
    DONE();
}
