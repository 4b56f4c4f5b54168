// SPDX-License-Identifier: Apache-2.0
// The small test harness of the conformance programs.
//
// A program prints one line per check, `ok N what` or `FAIL N what (file:line, errno NAME)`, and exits 0 exactly when
// all are ok. The same program must print the same bytes natively and in an enclave, so nothing that varies between two
// runs (process ids, addresses, times, inode numbers) belongs in a line.
//
// Lines are written with write(2) at once: a fork never duplicates buffered output, and a crash loses nothing.
#ifndef CLOISTER_CHECK_H
#define CLOISTER_CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK_UNUSED __attribute__((unused))

/// A check of a condition. `what` says in a few words what Linux promises.
#define CHECK(cond, what) check_report((cond) ? 1 : 0, (what), __FILE__, __LINE__)

/// Both sides, taken as integers, are equal. The line shows the two expressions, a failure also their values.
#define CHECK_EQ(a, b) check_equal((long long)(a), (long long)(b), #a " == " #b, __FILE__, __LINE__)

/// The expression yields -1 and sets errno to `expected`.
#define CHECK_ERRNO(expr, expected) \
    (errno = 0, check_errno((long long)(expr), (expected), #expr, __FILE__, __LINE__))

/// The expression yields anything but -1. Its value (a long long) is the macro's value.
#define CHECK_OK(expr) (errno = 0, check_ok((long long)(expr), #expr, __FILE__, __LINE__))

/// Ends main: removes the temporary directory and yields the exit status.
#define DONE() return check_done()

/// Runs `block` in a forked child, waits for it, and checks that it ended with status 0. Checks inside count: the
/// child exits 1 when one of them failed.
#define CHECK_CHILD(what, ...)                                     \
    do {                                                           \
        pid_t check_child_pid = fork();                            \
        if (check_child_pid == 0) {                                \
            check_failed = 0;                                      \
            { __VA_ARGS__; }                                       \
            _exit(check_failed ? 1 : 0);                           \
        }                                                          \
        CHECK(check_wait(check_child_pid) == 0, what);             \
    } while (0)

static int check_number CHECK_UNUSED;
static int check_failed CHECK_UNUSED;
static char check_directory[PATH_MAX] CHECK_UNUSED;
static pid_t check_owner CHECK_UNUSED;

static CHECK_UNUSED const char *check_errno_name(int number) {
#define CHECK_NAME(name) case name: return #name;
    switch (number) {
    case 0: return "0";
    CHECK_NAME(EPERM) CHECK_NAME(ENOENT) CHECK_NAME(ESRCH) CHECK_NAME(EINTR) CHECK_NAME(EIO) CHECK_NAME(ENXIO)
    CHECK_NAME(E2BIG) CHECK_NAME(ENOEXEC) CHECK_NAME(EBADF) CHECK_NAME(ECHILD) CHECK_NAME(EAGAIN) CHECK_NAME(ENOMEM)
    CHECK_NAME(EACCES) CHECK_NAME(EFAULT) CHECK_NAME(ENOTBLK) CHECK_NAME(EBUSY) CHECK_NAME(EEXIST) CHECK_NAME(EXDEV)
    CHECK_NAME(ENODEV) CHECK_NAME(ENOTDIR) CHECK_NAME(EISDIR) CHECK_NAME(EINVAL) CHECK_NAME(ENFILE) CHECK_NAME(EMFILE)
    CHECK_NAME(ENOTTY) CHECK_NAME(ETXTBSY) CHECK_NAME(EFBIG) CHECK_NAME(ENOSPC) CHECK_NAME(ESPIPE) CHECK_NAME(EROFS)
    CHECK_NAME(EMLINK) CHECK_NAME(EPIPE) CHECK_NAME(EDOM) CHECK_NAME(ERANGE) CHECK_NAME(EDEADLK)
    CHECK_NAME(ENAMETOOLONG) CHECK_NAME(ENOLCK) CHECK_NAME(ENOSYS) CHECK_NAME(ENOTEMPTY) CHECK_NAME(ELOOP)
    CHECK_NAME(ENODATA) CHECK_NAME(ETIME) CHECK_NAME(EPROTO) CHECK_NAME(EBADMSG) CHECK_NAME(EOVERFLOW)
    CHECK_NAME(ENOTSOCK) CHECK_NAME(EDESTADDRREQ) CHECK_NAME(EMSGSIZE) CHECK_NAME(EPROTOTYPE)
    CHECK_NAME(ENOPROTOOPT) CHECK_NAME(EPROTONOSUPPORT) CHECK_NAME(ESOCKTNOSUPPORT) CHECK_NAME(EOPNOTSUPP)
    CHECK_NAME(EAFNOSUPPORT) CHECK_NAME(EADDRINUSE) CHECK_NAME(EADDRNOTAVAIL) CHECK_NAME(ENETDOWN)
    CHECK_NAME(ENETUNREACH) CHECK_NAME(ECONNABORTED) CHECK_NAME(ECONNRESET) CHECK_NAME(ENOBUFS) CHECK_NAME(EISCONN)
    CHECK_NAME(ENOTCONN) CHECK_NAME(ESHUTDOWN) CHECK_NAME(ETIMEDOUT) CHECK_NAME(ECONNREFUSED)
    CHECK_NAME(EHOSTUNREACH) CHECK_NAME(EALREADY) CHECK_NAME(EINPROGRESS) CHECK_NAME(ESTALE) CHECK_NAME(ECANCELED)
    CHECK_NAME(EOWNERDEAD) CHECK_NAME(ENOTRECOVERABLE)
    default: return "other";
    }
#undef CHECK_NAME
}

/// printf to standard output in one write(2).
static CHECK_UNUSED __attribute__((format(printf, 1, 2))) void say(const char *format, ...) {
    char line[1024];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (length > (int)sizeof line - 1) length = (int)sizeof line - 1;
    for (int done = 0; done < length;) {
        ssize_t count = write(STDOUT_FILENO, line + done, (size_t)(length - done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) _exit(99);
        done += (int)count;
    }
}

static CHECK_UNUSED const char *check_base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static CHECK_UNUSED bool check_report(int good, const char *what, const char *file, int line) {
    int error = errno;
    check_number++;
    if (good) {
        say("ok %d %s\n", check_number, what);
    } else {
        check_failed++;
        say("FAIL %d %s (%s:%d, errno %s)\n", check_number, what, check_base(file), line, check_errno_name(error));
    }
    errno = error;
    return good;
}

static CHECK_UNUSED bool check_equal(long long a, long long b, const char *what, const char *file, int line) {
    if (a == b) return check_report(1, what, file, line);
    char text[600];
    snprintf(text, sizeof text, "%s: %lld, %lld", what, a, b);
    return check_report(0, text, file, line);
}

static CHECK_UNUSED bool check_errno(long long value, int expected, const char *what, const char *file, int line) {
    char text[600];
    snprintf(text, sizeof text, "%s: %s", what, check_errno_name(expected));
    return check_report(value == -1 && errno == expected, text, file, line);
}

static CHECK_UNUSED long long check_ok(long long value, const char *what, const char *file, int line) {
    check_report(value != -1, what, file, line);
    return value;
}

/// Waits for a child: its exit status, 128 + signal where one ended it, or -1.
static CHECK_UNUSED int check_wait(pid_t pid) {
    int status = 0;
    pid_t got;
    do got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    if (got != pid) return -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static CHECK_UNUSED void check_remove_tree(const char *path) {
    struct stat status;
    if (lstat(path, &status) != 0) return;
    if (!S_ISDIR(status.st_mode)) {
        unlink(path);
        return;
    }
    chmod(path, 0700);
    DIR *directory = opendir(path);
    if (directory) {
        struct dirent *entry;
        while ((entry = readdir(directory))) {
            if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
            char *child = malloc(strlen(path) + strlen(entry->d_name) + 2);
            if (!child) break;
            sprintf(child, "%s/%s", path, entry->d_name);
            check_remove_tree(child);
            free(child);
        }
        closedir(directory);
    }
    rmdir(path);
}

/// Makes a fresh directory under $TMPDIR or /tmp, enters it, and returns its path. DONE() removes it. The mode is 0755,
/// so that a program which gives up uid 0 still reaches it.
static CHECK_UNUSED const char *temp_dir(void) {
    const char *parent = getenv("TMPDIR");
    char made[PATH_MAX];
    snprintf(made, sizeof made, "%s/conformance.XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(made) || chmod(made, 0755) != 0 || chdir(made) != 0 ||
        !getcwd(check_directory, sizeof check_directory)) {
        say("FAIL 0 no temporary directory (errno %s)\n", check_errno_name(errno));
        exit(98);
    }
    check_owner = getpid();
    return check_directory;
}

static CHECK_UNUSED int check_done(void) {
    if (check_directory[0] && check_owner == getpid()) {
        if (chdir("/") != 0) say("FAIL cannot leave the temporary directory\n");
        check_remove_tree(check_directory);
    }
    return check_failed ? 1 : 0;
}

/// Makes (or replaces the content of) a file with the given text.
static CHECK_UNUSED bool make_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return false;
    size_t length = strlen(text);
    bool good = write(fd, text, length) == (ssize_t)length;
    return close(fd) == 0 && good;
}

/// The file at `path` holds exactly `text` (at most 4095 bytes).
static CHECK_UNUSED bool file_is(const char *path, const char *text) {
    char buffer[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t count = 0, total = 0;
    while (total < (ssize_t)sizeof buffer && (count = read(fd, buffer + total, sizeof buffer - (size_t)total)) > 0)
        total += count;
    close(fd);
    return count >= 0 && total == (ssize_t)strlen(text) && memcmp(buffer, text, (size_t)total) == 0;
}

/// A clean start, whatever the caller left: mask of file modes 022, no signal blocked, SIGPIPE at its default.
static __attribute__((constructor)) void check_begin(void) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    umask(022);
}

#endif
