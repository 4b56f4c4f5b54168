// SPDX-License-Identifier: Apache-2.0
// The default action of each signal: terminate, terminate with core, ignore, stop, continue (signal(7)).
#include "../process/support.h"

static const char *outcome(int sig) {
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        raise(sig);
        _exit(55);
    }
    int status;
    waitpid(pid, &status, WUNTRACED);
    if (WIFSTOPPED(status)) {
        int stop = WSTOPSIG(status);
        kill(pid, SIGKILL);
        exit_code(pid);
        return stop == sig ? "stop" : "stop by another";
    }
    if (WIFSIGNALED(status)) return WTERMSIG(status) == sig ? "end" : "end by another";
    return WEXITSTATUS(status) == 55 ? "ignore" : "?";
}

int main(void) {
    prctl(PR_SET_DUMPABLE, 0);
    for (int sig = 1; sig <= 64; sig++) {
        if (sig >= 32 && sig < SIGRTMIN) continue;
        if (sig >= 40 && sig < 62) continue;
        const char *expected = "end";
        switch (sig) {
        case SIGCHLD:
        case SIGURG:
        case SIGWINCH:
        case SIGCONT: expected = "ignore"; break;
        case SIGSTOP:
        case SIGTSTP:
        case SIGTTIN:
        case SIGTTOU: expected = "stop"; break;
        default: break;
        }
        if (sig > 31 && sig < 40) continue;
        char line[40];
        snprintf(line, sizeof line, "signal %d: %s", sig, expected);
        CHECK(!strcmp(outcome(sig), expected), line);
    }
    CHECK(!strcmp(outcome(SIGRTMIN), "end"), "the first real-time signal: end");
    DONE();
}
