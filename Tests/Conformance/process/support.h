// SPDX-License-Identifier: Apache-2.0
// Headers and small helpers shared by the programs about processes, signals, threads and channels.
// Waiting is by pipes, wait calls and repeating timers, so that results do not depend on the machine's speed.
#ifndef CLOISTER_CONFORMANCE_SUPPORT_H
#define CLOISTER_CONFORMANCE_SUPPORT_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../check.h"

// Forks; the child runs the statements and exits with 0 unless they exit themselves. Yields the pid.
#define CHILD(...)             \
    ({                         \
        pid_t child_ = fork(); \
        if (child_ == 0) {     \
            __VA_ARGS__;       \
            _exit(0);          \
        }                      \
        child_;                \
    })

// The raw wait status of a child, or -1.
static inline int status_of(pid_t pid) {
    int status = -1;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    return status;
}

// The exit code of a child, or minus the signal that ended it.
static inline int exit_code(pid_t pid) {
    int status = status_of(pid);
    if (status != -1 && WIFSIGNALED(status)) return -WTERMSIG(status);
    return status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

// One byte through a pipe or socket, as a signal between processes.
static inline void notify(int fd) {
    while (write(fd, "x", 1) < 0 && errno == EINTR) {}
}

// Waits for that byte; 1 when it came, 0 at end of file.
static inline int await(int fd) {
    char byte;
    ssize_t n;
    while ((n = read(fd, &byte, 1)) < 0 && errno == EINTR) {}
    return n == 1;
}

static inline void handle(int sig, void (*handler)(int), int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(sig, &action, NULL);
}

static inline void handle_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = flags | SA_SIGINFO;
    sigaction(sig, &action, NULL);
}

static inline void ignore_nothing(int sig) { (void)sig; }

static inline sigset_t set_of(int sig) {
    sigset_t set;
    sigemptyset(&set);
    if (sig) sigaddset(&set, sig);
    return set;
}

static inline void block(int sig) {
    sigset_t set = set_of(sig);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static inline void unblock(int sig) {
    sigset_t set = set_of(sig);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static inline int is_pending(int sig) {
    sigset_t set;
    return sigpending(&set) == 0 && sigismember(&set, sig);
}

// A repeating SIGALRM interrupts a blocking call even when the first one comes before it blocks.
static inline void start_ticks(int flags) {
    handle(SIGALRM, ignore_nothing, flags);
    struct itimerval every = {{0, 20000}, {0, 20000}};
    setitimer(ITIMER_REAL, &every, NULL);
}

static inline void stop_ticks(void) {
    struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
}

static inline long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static inline void sleep_ms(int ms) {
    struct timespec left = {ms / 1000, (ms % 1000) * 1000000L};
    while (nanosleep(&left, &left) < 0 && errno == EINTR) {}
}

static inline pid_t thread_id(void) { return (pid_t)syscall(SYS_gettid); }

static inline int readable(int fd, int timeout_ms) {
    struct pollfd entry = {fd, POLLIN, 0};
    return poll(&entry, 1, timeout_ms) == 1 ? entry.revents : 0;
}
#endif
