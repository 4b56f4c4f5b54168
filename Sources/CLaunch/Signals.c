// SPDX-License-Identifier: Apache-2.0
// Signals of the command itself, read from a descriptor.
#define _GNU_SOURCE
#include "CLaunch.h"
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int claunch_signal_queue(const int *signals, unsigned count) {
    sigset_t set;
    sigemptyset(&set);
    for (unsigned i = 0; i < count; i++)
        sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int claunch_signal_next(int queue) {
    struct signalfd_siginfo info;
    ssize_t got = read(queue, &info, sizeof info);
    if (got == (ssize_t)sizeof info)
        return (int)info.ssi_signo;
    return got < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}
