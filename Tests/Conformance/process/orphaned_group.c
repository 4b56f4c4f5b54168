// SPDX-License-Identifier: Apache-2.0
// A stopped process group that becomes orphaned gets SIGHUP and then SIGCONT (POSIX exit, setpgid(2)).
#include "../process/support.h"

static int up;

static void on_signal(int sig) {
    char mark = sig == SIGHUP ? 'H' : 'C';
    if (write(up, &mark, 1) != 1) _exit(9);
}

int main(void) {
    int ends[2];
    CHECK(pipe(ends) == 0, "a pipe");
    pid_t middle = fork();
    if (middle == 0) {
        setsid();
        pid_t leader = fork();
        if (leader == 0) {
            setpgid(0, 0);
            up = ends[1];
            handle(SIGHUP, on_signal, 0);
            handle(SIGCONT, on_signal, 0);
            raise(SIGSTOP);
            _exit(0);
        }
        setpgid(leader, leader);
        int status;
        waitpid(leader, &status, WUNTRACED);
        _exit(WIFSTOPPED(status) ? 0 : 1);
    }
    CHECK(exit_code(middle) == 0, "the parent saw the stop and ended");
    close(ends[1]);
    char marks[4] = "";
    size_t have = 0;
    ssize_t n;
    while (have < sizeof marks - 1 && (n = read(ends[0], marks + have, sizeof marks - 1 - have)) > 0) have += (size_t)n;
    CHECK(have == 2 && strchr(marks, 'H') && strchr(marks, 'C'), "SIGHUP and SIGCONT both arrive");
    middle = fork();
    if (middle == 0) {
        setsid();
        handle(SIGTSTP, SIG_DFL, 0);
        pid_t orphan = fork();
        if (orphan == 0) {
            setpgid(0, 0);
            raise(SIGTTIN);
            _exit(5);
        }
        setpgid(orphan, orphan);
        int status;
        waitpid(orphan, &status, WUNTRACED);
        kill(orphan, SIGKILL);
        _exit(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN ? 0 : 1);
    }
    CHECK(exit_code(middle) == 0, "a group with a parent in the session stops on SIGTTIN");
    pid_t lonely = CHILD(setsid(); raise(SIGTSTP); raise(SIGTTIN); raise(SIGTTOU); _exit(6));
    CHECK(exit_code(lonely) == 6, "an orphaned group ignores SIGTSTP, SIGTTIN and SIGTTOU");
    DONE();
}
