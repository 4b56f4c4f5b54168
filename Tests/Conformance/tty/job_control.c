// SPDX-License-Identifier: Apache-2.0
// Controlling terminal: TIOCSCTTY, foreground groups, SIGTTIN, SIGTTOU, keyboard signals, winsize, hangup (tty_ioctl(4)).
#include "pty.h"

static volatile sig_atomic_t winch;
static void on_winch(int sig) {
    (void)sig;
    winch++;
}

static int session(int m, int s) {
    char byte;
    int status;
    setsid();
    if (open("/dev/tty", O_RDWR) != -1 || errno != ENXIO) return 1;
    if (ioctl(s, TIOCSCTTY, 0) || tcgetpgrp(s) != getpid() || tcgetsid(s) != getpid()) return 2;
    int tty = open("/dev/tty", O_RDWR);
    if (tty < 0 || !isatty(tty)) return 3;
    pid_t job = CHILD(setpgid(0, 0); read(s, &byte, 1); _exit(9));
    waitpid(job, &status, WUNTRACED);
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTTIN) return 4;
    signal(SIGTTOU, SIG_IGN);
    if (tcsetpgrp(s, job) || tcgetpgrp(s) != job) return 5;
    kill(job, SIGCONT);
    sleep_ms(5);
    if (!put(m, "\003") || exit_code(job) != -SIGINT) return 6;
    if (tcsetpgrp(s, getpgrp())) return 7;
    local_flags(s, TOSTOP, 0);
    job = CHILD(signal(SIGTTOU, SIG_DFL); setpgid(0, 0); put(s, "x"); _exit(9));
    waitpid(job, &status, WUNTRACED);
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTTOU) return 8;
    kill(job, SIGKILL);
    exit_code(job);
    job = CHILD(setpgid(0, 0); signal(SIGTTIN, SIG_IGN); _exit(read(s, &byte, 1) == -1 && errno == EIO ? 3 : 4));
    if (exit_code(job) != 3) return 9;
    handle(SIGWINCH, on_winch, 0);
    struct winsize size = {40, 100, 0, 0}, got;
    if (ioctl(m, TIOCSWINSZ, &size) || ioctl(s, TIOCGWINSZ, &got) || got.ws_row != 40 || got.ws_col != 100) return 10;
    for (int i = 0; i < 500 && !winch; i++) sleep_ms(1);
    if (winch != 1 || ioctl(m, TIOCSWINSZ, &size) || winch != 1) return 11;
    block(SIGHUP);
    close(m);
    sigset_t set = set_of(SIGHUP);
    if (sigwaitinfo(&set, NULL) != SIGHUP) return 12;
    if (read(s, &byte, 1) != 0 || write(s, "x", 1) != -1 || errno != EIO) return 13;
    return 0;
}

int main(void) {
    int m = -1, s = -1;
    CHECK(open_pty(&m, &s) == 0, "a pseudo-terminal");
    CHECK_ERRNO(tcgetpgrp(s), ENOTTY);
    pid_t pid = fork();
    if (pid == 0) _exit(session(m, s));
    close(m), close(s);
    CHECK_EQ(exit_code(pid), 0);
    CHECK(open_pty(&m, &s) == 0 && close(s) == 0, "a terminal whose slave is closed");
    char byte;
    CHECK_ERRNO(read(m, &byte, 1), EIO);
    DONE();
}
