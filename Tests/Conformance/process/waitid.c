// SPDX-License-Identifier: Apache-2.0
// waitid: siginfo contents, WNOWAIT, P_PGID, P_ALL, P_PIDFD and argument errors (waitid(2)).
#include "../process/support.h"

static int is(const siginfo_t *info, pid_t pid, int code, int status) {
    return info->si_signo == SIGCHLD && info->si_pid == pid && info->si_code == code && info->si_status == status
           && info->si_uid == getuid();
}

int main(void) {
    siginfo_t info;
    CHECK_ERRNO(waitid(P_ALL, 0, &info, WEXITED), ECHILD);
    CHECK_ERRNO(waitid(P_ALL, 0, &info, 0), EINVAL);
    CHECK_ERRNO(waitid((idtype_t)9, 0, &info, WEXITED), EINVAL);
    pid_t pid = CHILD(_exit(21));
    CHECK(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0 && is(&info, pid, CLD_EXITED, 21),
          "WNOWAIT leaves the child");
    CHECK(waitid(P_ALL, 0, &info, WEXITED) == 0 && is(&info, pid, CLD_EXITED, 21), "P_ALL reaps it");
    int go[2];
    CHECK(pipe(go) == 0, "a pipe");
    pid = CHILD(await(go[0]); for (;;) pause());
    setpgid(pid, pid);
    memset(&info, 0xff, sizeof info);
    CHECK(waitid(P_PGID, pid, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0 && info.si_signo == 0,
          "WNOHANG with nothing clears the result");
    kill(pid, SIGSTOP);
    CHECK(waitid(P_PGID, pid, &info, WSTOPPED) == 0 && is(&info, pid, CLD_STOPPED, SIGSTOP), "stopped");
    kill(pid, SIGCONT);
    CHECK(waitid(P_PID, pid, &info, WCONTINUED) == 0 && is(&info, pid, CLD_CONTINUED, SIGCONT), "continued");
    kill(pid, SIGKILL);
    CHECK(waitid(P_PID, pid, &info, WEXITED) == 0 && is(&info, pid, CLD_KILLED, SIGKILL), "killed");
    pid = CHILD(_exit(1));
    int fd = (int)syscall(434, pid, 0);
    CHECK(fd >= 0 && waitid((idtype_t)3, fd, &info, WEXITED) == 0 && is(&info, pid, CLD_EXITED, 1), "P_PIDFD");
    pid = CHILD(_exit(2));
    CHECK(syscall(SYS_waitid, P_PID, pid, NULL, WEXITED, NULL) == 0, "a null siginfo");
    DONE();
}
