// SPDX-License-Identifier: Apache-2.0
// Raw mode whose restoration does not depend on the Swift side running: exit and fatal signals restore it too.
#define _GNU_SOURCE
#include "CLaunch.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static volatile sig_atomic_t raw_fd = -1;
static const int fatal[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};

int claunch_is_terminal(int fd) {
    return isatty(fd);
}

int claunch_window_size(int fd) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0)
        return -errno;
    return (size.ws_row & 0x7fff) << 16 | size.ws_col;
}

void claunch_terminal_restore(void) {
    int fd = raw_fd;
    raw_fd = -1;
    if (fd < 0)
        return;
    // A background process that sets its terminal is stopped unless it blocks SIGTTOU.
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    sigprocmask(SIG_BLOCK, &set, &before);
    tcsetattr(fd, TCSADRAIN, &saved);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void restore_and_die(int number) {
    claunch_terminal_restore();
    signal(number, SIG_DFL);
    raise(number);
}

int claunch_terminal_raw(int fd) {
    static int registered;
    if (tcgetattr(fd, &saved) < 0)
        return -errno;
    if (!registered) {
        registered = 1;
        atexit(claunch_terminal_restore);
        struct sigaction action = {.sa_handler = restore_and_die};
        for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++)
            sigaction(fatal[i], &action, NULL);
    }
    struct termios raw = saved;
    cfmakeraw(&raw);
    raw_fd = fd;
    if (tcsetattr(fd, TCSADRAIN, &raw) < 0) {
        int error = errno;
        raw_fd = -1;
        return -error;
    }
    return 0;
}

int claunch_stop_self(void) {
    int fd = raw_fd;
    claunch_terminal_restore();
    if (kill(getpid(), SIGSTOP) < 0)
        return -errno;
    return fd < 0 ? 0 : claunch_terminal_raw(fd);
}
