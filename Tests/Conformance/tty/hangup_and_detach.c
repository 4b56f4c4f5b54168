// SPDX-License-Identifier: Apache-2.0
// A session leader's exit hangs up the foreground group; TIOCNOTTY detaches; ttyname (tty_ioctl(4), credentials(7)).
#include "pty.h"

int main(void) {
    int m = -1, s = -1, up[2];
    CHECK(open_pty(&m, &s) == 0 && pipe(up) == 0, "a pseudo-terminal and a pipe");
    char *name = ttyname(s), path[64] = "";
    if (name) snprintf(path, sizeof path, "%s", name);
    CHECK(!strncmp(path, "/dev/pts/", 9) && !strcmp(path, ptsname(m)), "ttyname and ptsname agree");
    pid_t leader = fork();
    if (leader == 0) {
        setsid();
        if (ioctl(s, TIOCSCTTY, 0)) _exit(1);
        int ready[2];
        if (pipe(ready)) _exit(2);
        CHILD(handle(SIGHUP, ignore_nothing, 0); block(SIGHUP); notify(ready[1]); sigset_t set = set_of(SIGHUP);
              if (sigwaitinfo(&set, NULL) == SIGHUP) notify(up[1]));
        await(ready[0]);
        _exit(7);
    }
    CHECK(exit_code(leader) == 7, "the leader ends");
    close(up[1]);
    CHECK(await(up[0]), "the foreground group gets SIGHUP");
    close(m), close(s);
    CHECK(open_pty(&m, &s) == 0, "another one");
    leader = CHILD(setsid(); signal(SIGHUP, SIG_IGN); signal(SIGCONT, SIG_IGN); if (ioctl(s, TIOCSCTTY, 0)) _exit(1);
                   int tty = open("/dev/tty", O_RDWR); if (tty < 0) _exit(2); if (ioctl(tty, TIOCNOTTY)) _exit(3);
                   _exit(open("/dev/tty", O_RDWR) == -1 && errno == ENXIO ? 0 : 4));
    CHECK_EQ(exit_code(leader), 0);
    leader = CHILD(setsid(); int again = open(ptsname(m), O_RDWR); if (again < 0) _exit(1);
                   _exit(open("/dev/tty", O_RDWR) >= 0 ? 0 : 2));
    CHECK(exit_code(leader) == 0, "a leader's open without O_NOCTTY takes the terminal");
    DONE();
}
