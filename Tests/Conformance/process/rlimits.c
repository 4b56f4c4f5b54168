// SPDX-License-Identifier: Apache-2.0
// getrlimit, setrlimit, prlimit: values, inheritance, errors, and the effect of NOFILE, FSIZE and NPROC's value (getrlimit(2)).
#include "../process/support.h"

static int raw_prlimit(pid_t pid, int resource, const uint64_t *set, uint64_t *get) {
    return (int)syscall(SYS_prlimit64, pid, resource, set, get);
}

int main(void) {
    struct rlimit limit;
    for (int i = 0; i < 16; i++) {
        if (getrlimit(i, &limit) != 0 || limit.rlim_cur > limit.rlim_max) CHECK(0, "every resource has ordered limits");
    }
    CHECK_ERRNO(raw_prlimit(0, 16, NULL, (uint64_t[2]){0}), EINVAL);
    CHECK_ERRNO(raw_prlimit(INT_MAX, 0, NULL, (uint64_t[2]){0}), ESRCH);
    CHECK_ERRNO(raw_prlimit(0, 0, NULL, (uint64_t *)8), EFAULT);
    CHECK_ERRNO(raw_prlimit(0, RLIMIT_CPU, (uint64_t[2]){5, 4}, NULL), EINVAL);
    int go[2];
    CHECK(pipe(go) == 0, "a pipe");
    uint64_t old[2], now[2], wanted[2] = {40, 60};
    pid_t child = CHILD(await(go[0]); getrlimit(RLIMIT_NOFILE, &limit);
                        _exit(limit.rlim_cur == 40 && limit.rlim_max == 60 ? 0 : 1));
    CHECK(raw_prlimit(child, RLIMIT_NOFILE, wanted, old) == 0, "set another process's limit");
    CHECK(raw_prlimit(child, RLIMIT_NOFILE, NULL, now) == 0 && now[0] == 40 && now[1] == 60, "and read it back");
    notify(go[1]);
    CHECK(exit_code(child) == 0, "the other process sees it");
    child = fork();
    if (child == 0) {
        limit.rlim_cur = limit.rlim_max = 20;
        setrlimit(RLIMIT_NOFILE, &limit);
        int last = 0, fd;
        while ((fd = open("/dev/null", O_RDONLY)) >= 0) last = fd;
        int good =
            errno == EMFILE && last == 19 && dup(0) == -1 && errno == EMFILE && dup2(0, 20) == -1 && errno == EBADF;
        good = good && fcntl(0, F_DUPFD, 20) == -1 && errno == EINVAL && pipe(go) == -1 && errno == EMFILE;
        pid_t inner = CHILD(getrlimit(RLIMIT_NOFILE, &limit); _exit(limit.rlim_cur == 20 ? 0 : 1));
        _exit(good && exit_code(inner) == 0 ? 0 : 1);
    }
    CHECK(exit_code(child) == 0, "RLIMIT_NOFILE stops open, dup, pipe, and is inherited");
    FILE *file = tmpfile();
    int fd = fileno(file);
    child = fork();
    if (child == 0) {
        limit.rlim_cur = 10, limit.rlim_max = 100;
        setrlimit(RLIMIT_FSIZE, &limit);
        signal(SIGXFSZ, SIG_IGN);
        int good =
            write(fd, "0123456", 7) == 7 && write(fd, "0123456", 7) == 3 && write(fd, "0", 1) == -1 && errno == EFBIG;
        good = good && ftruncate(fd, 11) == -1 && errno == EFBIG;
        signal(SIGXFSZ, SIG_DFL);
        if (good && write(fd, "0", 1) == -1) _exit(1);
        _exit(2);
    }
    CHECK(exit_code(child) == -SIGXFSZ, "RLIMIT_FSIZE cuts, then EFBIG or SIGXFSZ");
    child = CHILD(if (setgid(65534) || setuid(65534)) _exit(3); limit.rlim_cur = 5; limit.rlim_max = 10;
                  setrlimit(RLIMIT_NOFILE, &limit); limit.rlim_max = 11;
                  _exit(setrlimit(RLIMIT_NOFILE, &limit) == -1 && errno == EPERM ? 0 : 1));
    CHECK(exit_code(child) == 0, "only uid 0 raises a hard limit");
    DONE();
}
