// SPDX-License-Identifier: Apache-2.0
// prctl: names, parent-death signal, dumpable, keepcaps, no_new_privs, timer slack, and unknown options (prctl(2)).
#include "../process/support.h"

int main(void) {
    char name[17] = "";
    CHECK(prctl(PR_SET_NAME, "a-name-longer-than-fifteen") == 0 && prctl(PR_GET_NAME, name) == 0,
          "set and get the name");
    CHECK(!strcmp(name, "a-name-longer-t"), "cut to fifteen bytes");
    char text[64] = "";
    int fd = open("/proc/self/comm", O_RDONLY);
    CHECK(read(fd, text, sizeof text) == 16 && !memcmp(text, "a-name-longer-t\n", 16), "/proc/self/comm");
    close(fd);
    CHECK(exit_code(CHILD(prctl(PR_GET_NAME, name); _exit(strcmp(name, "a-name-longer-t") != 0))) == 0,
          "inherited by fork");
    CHECK(prctl(PR_GET_DUMPABLE) == 1 && prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0, "dumpable");
    CHECK_ERRNO(prctl(PR_SET_DUMPABLE, 2), EINVAL);
    prctl(PR_SET_DUMPABLE, 1);
    CHECK(prctl(PR_GET_KEEPCAPS) == 0 && prctl(PR_SET_KEEPCAPS, 1) == 0 && prctl(PR_GET_KEEPCAPS) == 1, "keepcaps");
    CHECK_ERRNO(prctl(PR_SET_KEEPCAPS, 2), EINVAL);
    CHECK(prctl(PR_SET_TIMERSLACK, 70000) == 0 && prctl(PR_GET_TIMERSLACK) == 70000, "timer slack");
    int sig = -1;
    CHECK(prctl(PR_GET_PDEATHSIG, &sig) == 0 && sig == 0, "no parent-death signal at first");
    CHECK(prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0 && prctl(PR_GET_PDEATHSIG, &sig) == 0 && sig == SIGUSR1, "set it");
    CHECK_ERRNO(prctl(PR_SET_PDEATHSIG, 65), EINVAL);
    CHECK(exit_code(CHILD(prctl(PR_GET_PDEATHSIG, &sig); _exit(sig))) == 0, "fork clears it");
    int ends[2], ready[2];
    CHECK(pipe(ends) == 0 && pipe(ready) == 0, "pipes");
    block(SIGUSR1);
    pid_t middle = fork();
    if (middle == 0) {
        pid_t leaf = fork();
        if (leaf == 0) {
            prctl(PR_SET_PDEATHSIG, SIGUSR1);
            notify(ready[1]);
            sigset_t set = set_of(SIGUSR1);
            if (sigwaitinfo(&set, NULL) == SIGUSR1) notify(ends[1]);
            _exit(0);
        }
        await(ready[0]);
        _exit(0);
    }
    exit_code(middle);
    close(ends[1]);
    CHECK(await(ends[0]), "the signal comes when the parent dies");
    CHECK_ERRNO(prctl(-1, 0, 0, 0, 0), EINVAL);
    CHECK_ERRNO(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
    CHECK(exit_code(CHILD(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); _exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)))) == 1,
          "no_new_privs");
    DONE();
}
