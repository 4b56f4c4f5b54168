// SPDX-License-Identifier: Apache-2.0
// Starting, watching and ending the kernel's process.
#define _GNU_SOURCE
#include "CLaunch.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_FDS = 32 };

// Runs in the child: only async-signal-safe calls.
static int prepare_child(const int *fds, unsigned count, int dies_with_parent, int parent) {
    int high[MAX_FDS];
    setsid();
    if (dies_with_parent) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            return ESRCH;
    }
    for (unsigned i = 0; i < count; i++) {
        high[i] = fcntl(fds[i], F_DUPFD, MAX_FDS);
        if (high[i] < 0)
            return errno;
    }
    for (unsigned i = 0; i < count; i++)
        if (dup2(high[i], (int)i) < 0)
            return errno;
    return 0;
}

static void reset_signals(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &standard, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void claunch_hold_standard_streams(void) {
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/", O_PATH) != fd)
            _exit(125);
}

int claunch_spawn(const char *path, const int *fds, unsigned count, int dies_with_parent) {
    char *argv[] = {(char *)"cloister-kernel", NULL};
    char *envp[] = {NULL};
    int report[2], failure = 0;
    if (count > MAX_FDS - 1)
        return -EINVAL;
    if (pipe2(report, O_CLOEXEC) < 0)
        return -errno;
    int parent = getpid();
    int pid = fork();
    if (pid < 0) {
        int error = errno;
        close(report[0]);
        close(report[1]);
        return -error;
    }
    if (pid == 0) {
        // The report pipe must outlive the move of the descriptors and close on exec.
        int out = fcntl(report[1], F_DUPFD_CLOEXEC, 2 * MAX_FDS);
        failure = out < 0 ? errno : prepare_child(fds, count, dies_with_parent, parent);
        if (failure == 0) {
            reset_signals();
            for (unsigned low = count; low < (unsigned)out; low++)
                close((int)low);
            syscall(SYS_close_range, (unsigned)out + 1, ~0U, 0);
            execve(path, argv, envp);
            failure = errno;
        }
        ssize_t ignored = write(out < 0 ? report[1] : out, &failure, sizeof failure);
        (void)ignored;
        _exit(127);
    }
    close(report[1]);
    ssize_t got;
    while ((got = read(report[0], &failure, sizeof failure)) < 0 && errno == EINTR) {
    }
    close(report[0]);
    if (got == (ssize_t)sizeof failure) {
        waitpid(pid, NULL, 0);
        return -failure;
    }
    return pid;
}

// Runs in the child: only async-signal-safe calls. The few pages it touches are all that a service costs that is never asked.
static void wait_and_serve(const char *path, const char *kind, int socket, int errors) {
    char *argv[] = {(char *)"cloister-platform", (char *)"serve", (char *)kind, NULL};
    setsid();
    reset_signals();
    int null = open("/dev/null", O_RDWR);
    int high = fcntl(socket, F_DUPFD, MAX_FDS), error_end = fcntl(errors < 0 ? null : errors, F_DUPFD, MAX_FDS);
    if (null < 0 || high < 0 || error_end < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(error_end, 2) < 0 ||
        dup2(high, 3) < 0)
        _exit(127);
    syscall(SYS_close_range, 4U, ~0U, 0);
    prctl(PR_SET_NAME, "cloister-platf");
    struct pollfd wait = {.fd = 3, .events = POLLIN};
    while (poll(&wait, 1, -1) < 0)
        if (errno != EINTR)
            _exit(127);
    if (wait.revents & POLLIN)
        execve(path, argv, environ);
    _exit(wait.revents & POLLIN ? 127 : 0);
}

int claunch_spawn_service(const char *path, const char *kind, int socket, int errors) {
    int pid = fork();
    if (pid == 0)
        wait_and_serve(path, kind, socket, errors);
    return pid < 0 ? -errno : pid;
}

int claunch_exec(char *const argv[]) {
    execvp(argv[0], argv);
    return -errno;
}

int claunch_pidfd(int pid) {
    long fd = syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : (int)fd;
}

int claunch_reap(int pid) {
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

int claunch_kill_group(int pid, int signal) {
    return pid > 1 && kill(-pid, signal) == 0 ? 0 : -errno;
}

int claunch_kill(int pid, int signal) {
    return pid > 0 && kill(pid, signal) == 0 ? 0 : -errno;
}
