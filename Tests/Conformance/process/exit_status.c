// SPDX-License-Identifier: Apache-2.0
// Statuses for each way to end: exit, return, signals, abort, and the core flag under RLIMIT_CORE (wait(2), core(5)).
#include "../process/support.h"

static void at_exit(void) { _exit(11); }

int main(void) {
    struct rlimit none = {0, 0}, big = {RLIM_INFINITY, RLIM_INFINITY}, old;
    getrlimit(RLIMIT_CORE, &old);
    CHECK(exit_code(CHILD(exit(5))) == 5, "exit");
    CHECK(exit_code(CHILD(_exit(-1))) == 255, "a negative status");
    CHECK(exit_code(CHILD(atexit(at_exit); exit(1))) == 11, "an exit handler may change it");
    CHECK(exit_code(CHILD(syscall(SYS_exit, 6))) == 6, "exit of the only thread");
    CHECK(exit_code(CHILD(syscall(SYS_exit_group, 7))) == 7, "exit_group");
    prctl(PR_SET_DUMPABLE, 0);
    int status = status_of(CHILD(setrlimit(RLIMIT_CORE, &none); abort()));
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && !WCOREDUMP(status), "abort without a core");
    prctl(PR_SET_DUMPABLE, 1);
    char directory[] = "/tmp/coreXXXXXX", command[64];
    CHECK(mkdtemp(directory) != NULL, "a directory for a core");
    status = status_of(CHILD(if (chdir(directory) || setrlimit(RLIMIT_CORE, &big)) _exit(1); abort()));
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && WCOREDUMP(status), "abort with the core flag");
    snprintf(command, sizeof command, "rm -rf %s", directory);
    CHECK(system(command) == 0, "clean up");
    status = status_of(CHILD(setrlimit(RLIMIT_CORE, &big); raise(SIGTERM)));
    CHECK(status == SIGTERM, "a terminating signal has no core flag");
    CHECK(WEXITSTATUS(system("exit 42")) == 42, "system");
    CHECK(exit_code(CHILD(signal(SIGABRT, SIG_IGN); abort())) == -SIGABRT, "abort with SIGABRT ignored");
    DONE();
}
