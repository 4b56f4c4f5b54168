// SPDX-License-Identifier: Apache-2.0
// RLIMIT_FSIZE: SIGXFSZ and EFBIG.
#include "check.h"
#include <sys/resource.h>

static volatile sig_atomic_t caught;
static void on_limit(int signal) { caught = signal; }

int main(void) {
    temp_dir();
    signal(SIGXFSZ, on_limit);
    struct rlimit old, limit;
    getrlimit(RLIMIT_FSIZE, &old);
    limit = (struct rlimit){100, old.rlim_max};
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    char data[200];
    memset(data, 'd', sizeof data);
    CHECK_OK(setrlimit(RLIMIT_FSIZE, &limit));
    ssize_t count = write(fd, data, 200);
    ssize_t again = write(fd, data, 1);
    int error = errno;
    int after_write = caught;
    caught = 0;
    int grown = ftruncate(fd, 150);
    int grow_error = errno;
    int after_grow = caught;
    int shrunk = ftruncate(fd, 50);
    setrlimit(RLIMIT_FSIZE, &old);
    CHECK_EQ(count, 100);
    CHECK_EQ(again, -1);
    CHECK_EQ(error, EFBIG);
    CHECK_EQ(after_write, SIGXFSZ);
    CHECK_EQ(grown, -1);
    CHECK_EQ(grow_error, EFBIG);
    CHECK_EQ(after_grow, SIGXFSZ);
    CHECK_EQ(shrunk, 0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_DFL);
        setrlimit(RLIMIT_FSIZE, &limit);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        pwrite(fd, data, 10, 100);
        _exit(0);
    }
    CHECK_EQ(check_wait(child), 128 + SIGXFSZ);
    DONE();
}
