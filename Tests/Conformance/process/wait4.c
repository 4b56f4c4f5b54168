// SPDX-License-Identifier: Apache-2.0
// wait4 and waitpid: selection, options, statuses, rusage, and errors (wait(2)).
#include "../process/support.h"

int main(void) {
    CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
    CHECK_ERRNO(waitpid(1, NULL, WNOHANG), ECHILD);
    int go[2], status;
    CHECK(pipe(go) == 0, "a pipe");
    pid_t slow = CHILD(await(go[0]); _exit(7));
    CHECK_EQ(waitpid(slow, &status, WNOHANG), 0);
    CHECK_EQ(waitpid(-1, &status, WNOHANG), 0);
    CHECK_ERRNO(waitpid(slow, &status, 0x10000), EINVAL);
    pid_t quick = CHILD(_exit(300));
    CHECK(waitpid(-1, &status, 0) == quick && WIFEXITED(status) && WEXITSTATUS(status) == 44,
          "the low eight bits are the status");
    notify(go[1]);
    struct rusage usage;
    memset(&usage, 0xff, sizeof usage);
    CHECK(wait4(slow, &status, 0, &usage) == slow && WEXITSTATUS(status) == 7, "wait4 by pid");
    CHECK(usage.ru_utime.tv_sec == 0 && usage.ru_maxrss >= 0, "and its usage");
    pid_t stopped = CHILD(raise(SIGSTOP); await(go[0]); _exit(1));
    CHECK(waitpid(stopped, &status, WUNTRACED) == stopped && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP,
          "WUNTRACED");
    CHECK_EQ(waitpid(stopped, &status, WUNTRACED | WNOHANG), 0);
    kill(stopped, SIGCONT);
    CHECK(waitpid(stopped, &status, WCONTINUED) == stopped && WIFCONTINUED(status), "WCONTINUED");
    // Only now may it end: a wait that came after the end would report that instead, here and on Linux.
    notify(go[1]);
    CHECK(waitpid(stopped, &status, 0) == stopped && WEXITSTATUS(status) == 1, "then the exit");
    pid_t group = CHILD(setpgid(0, 0); await(go[0]); _exit(2));
    setpgid(group, group);
    pid_t other = CHILD(_exit(3));
    CHECK_EQ(waitpid(-group, &status, WNOHANG), 0);
    CHECK(waitpid(0, &status, 0) == other && WEXITSTATUS(status) == 3, "0 waits for the own group");
    notify(go[1]);
    CHECK(waitpid(-group, &status, 0) == group && WEXITSTATUS(status) == 2, "minus pgid waits for that group");
    pid_t killed = CHILD(for (;;) pause());
    kill(killed, SIGKILL);
    CHECK(waitpid(killed, &status, 0) == killed && status == SIGKILL, "a raw status is the signal");
    CHECK_ERRNO(waitpid(killed, &status, 0), ECHILD);
    pid_t faulty = CHILD(_exit(0));
    CHECK_ERRNO(waitpid(faulty, (int *)8, 0), EFAULT);
    DONE();
}
