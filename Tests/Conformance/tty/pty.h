// SPDX-License-Identifier: Apache-2.0
// Opening a pseudo-terminal by the standard calls, and reading from it with a limit.
#ifndef CLOISTER_CONFORMANCE_PTY_H
#define CLOISTER_CONFORMANCE_PTY_H
#include "../process/support.h"
#include <termios.h>

static inline int open_pty(int *master, int *slave) {
    *master = posix_openpt(O_RDWR | O_NOCTTY);
    if (*master < 0 || grantpt(*master) || unlockpt(*master)) return -1;
    *slave = open(ptsname(*master), O_RDWR | O_NOCTTY);
    return *slave < 0 ? -1 : 0;
}

// The bytes that arrive are exactly `text`.
static inline int gives(int fd, const char *text) {
    char data[256];
    size_t have = 0, want = strlen(text);
    while (have < want && readable(fd, 1000) & POLLIN) {
        ssize_t n = read(fd, data + have, want - have);
        if (n <= 0) break;
        have += (size_t)n;
    }
    return have == want && !memcmp(data, text, want) && !(readable(fd, 0) & POLLIN);
}

static inline int put(int fd, const char *text) { return write(fd, text, strlen(text)) == (ssize_t)strlen(text); }

// Turns local flags on and off.
static inline void local_flags(int fd, tcflag_t on, tcflag_t off) {
    struct termios t;
    tcgetattr(fd, &t);
    t.c_lflag = (t.c_lflag | on) & ~off;
    tcsetattr(fd, TCSANOW, &t);
}
#endif
