// SPDX-License-Identifier: Apache-2.0
// Job control from the parent: stop and continue, SIGCHLD codes, a stopped process keeps signals pending but SIGKILL (signal(7)).
#include "../process/support.h"

static volatile sig_atomic_t code, count;
static void on_child(int sig, siginfo_t *info, void *context) {
    (void)sig, (void)context;
    code = info->si_code;
    count++;
}

int main(void) {
    int up[2], go[2], status;
    CHECK(pipe(up) == 0 && pipe(go) == 0, "pipes");
    handle_info(SIGCHLD, on_child, SA_RESTART);
    pid_t pid = CHILD(setpgid(0, 0); signal(SIGCHLD, SIG_DFL); handle(SIGUSR1, ignore_nothing, SA_RESTART); for (;;) {
        await(go[0]);
        notify(up[1]);
    });
    notify(go[1]);
    await(up[0]);
    kill(pid, SIGSTOP);
    CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "stopped");
    for (int i = 0; i < 500 && count < 1; i++) sleep_ms(1);
    CHECK(code == CLD_STOPPED && count == 1, "SIGCHLD with CLD_STOPPED");
    notify(go[1]);
    kill(pid, SIGUSR1);
    CHECK(readable(up[0], 30) == 0, "a stopped process does nothing");
    kill(pid, SIGCONT);
    CHECK(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status), "continued");
    for (int i = 0; i < 500 && count < 2; i++) sleep_ms(1);
    CHECK(code == CLD_CONTINUED && count == 2, "SIGCHLD with CLD_CONTINUED");
    CHECK(await(up[0]), "and works again");
    kill(pid, SIGTSTP);
    CHECK(waitpid(pid, &status, WUNTRACED) == pid && WSTOPSIG(status) == SIGTSTP, "SIGTSTP stops as well");
    kill(pid, SIGTERM);
    CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
    kill(pid, SIGKILL);
    CHECK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL, "SIGKILL ends a stopped process");
    handle_info(SIGCHLD, on_child, SA_RESTART | SA_NOCLDSTOP);
    count = 0;
    pid = CHILD(raise(SIGSTOP); await(go[0]); _exit(3));
    waitpid(pid, &status, WUNTRACED);
    kill(pid, SIGCONT);
    waitpid(pid, &status, WCONTINUED);
    notify(go[1]);
    CHECK(waitpid(pid, &status, 0) == pid && count == 1 && code == CLD_EXITED, "SA_NOCLDSTOP leaves only the exit");
    pid = CHILD(block(SIGTSTP); raise(SIGTSTP); kill(getpid(), SIGCONT); _exit(is_pending(SIGTSTP) ? 1 : 4));
    CHECK(exit_code(pid) == 4, "SIGCONT removes a pending stop");
    pid = CHILD(block(SIGCONT); handle(SIGCONT, ignore_nothing, 0); raise(SIGSTOP); _exit(is_pending(SIGCONT) ? 5 : 1));
    waitpid(pid, &status, WUNTRACED);
    kill(pid, SIGCONT);
    CHECK(exit_code(pid) == 5, "a blocked SIGCONT still continues");
    DONE();
}
