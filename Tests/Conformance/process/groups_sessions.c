// SPDX-License-Identifier: Apache-2.0
// Process groups and sessions: setpgid and its errors, setsid, getsid, getpgid (setpgid(2), setsid(2)).
#include "../process/support.h"

int main(void) {
    int up[2], go[2];
    CHECK(pipe(up) == 0 && pipe(go) == 0, "pipes");
    CHECK(getpgid(0) == getpgrp() && getsid(0) == getsid(getpid()), "0 names the caller");
    CHECK_ERRNO(getpgid(INT_MAX), ESRCH);
    CHECK_ERRNO(getsid(INT_MAX), ESRCH);
    CHECK_ERRNO(setpgid(0, -1), EINVAL);
    CHECK_ERRNO(setpgid(INT_MAX, 0), ESRCH);
    pid_t child = CHILD(notify(up[1]); await(go[0]); _exit(getpgrp() == getpid() ? 0 : 1));
    await(up[0]);
    CHECK(getpgid(child) == getpgrp(), "a child starts in the parent's group");
    CHECK(setpgid(child, child) == 0 && getpgid(child) == child, "the parent makes it a group");
    CHECK_ERRNO(setpgid(child, INT_MAX), EPERM);
    pid_t second = CHILD(await(go[0]));
    CHECK(setpgid(second, child) == 0 && getpgid(second) == child, "join an existing group");
    notify(go[1]), notify(go[1]);
    CHECK(exit_code(second) == 0 && exit_code(child) == 0, "the child saw its group");
    pid_t leader = fork();
    if (leader == 0) {
        pid_t session = setsid();
        int good = session == getpid() && getsid(0) == session && getpgrp() == session;
        good = good && setsid() == -1 && errno == EPERM && setpgid(0, 0) == -1 && errno == EPERM;
        notify(up[1]);
        await(go[0]);
        _exit(good ? 0 : 1);
    }
    await(up[0]);
    CHECK(getsid(leader) == leader, "the session of another process");
    CHECK_ERRNO(setpgid(leader, getpgrp()), EPERM);
    CHECK_ERRNO(setpgid(0, leader), EPERM);
    notify(go[1]);
    CHECK(exit_code(leader) == 0, "a session leader cannot start another or change its group");
    pid_t ran = fork();
    if (ran == 0) {
        if (dup2(up[1], 1) < 0) _exit(126);
        execl("/bin/sh", "sh", "-c", "echo r; read a", NULL);
        _exit(127);
    }
    await(up[0]);
    CHECK_ERRNO(setpgid(ran, ran), EACCES);
    kill(ran, SIGKILL);
    exit_code(ran);
    CHECK_ERRNO(setpgid(ran, ran), ESRCH);
    pid_t ended = CHILD(_exit(0));
    siginfo_t info;
    CHECK(waitid(P_PID, ended, &info, WEXITED | WNOWAIT) == 0, "a zombie");
    CHECK(setpgid(ended, ended) == 0 && getpgid(ended) == ended, "a zombie can change its group");
    CHECK(waitpid(-ended, NULL, 0) == ended, "and is waited for in it");
    DONE();
}
