// SPDX-License-Identifier: Apache-2.0
// Programs that take all they can get: processes, memory, files, shared memory, what the kernel keeps for a program. Each prints what
// stopped it. `hold` variants keep what they have until they are killed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *name(int error) {
    return error == EAGAIN ? "EAGAIN" : error == ENOMEM ? "ENOMEM" : error == ENOSPC ? "ENOSPC" : strerror(error);
}
static int stopped(const char *what, long count) {
    printf("%s: %s after %ld\n", what, name(errno), count);
    fflush(stdout);
    return 0;
}

// Every process goes on forking, whatever happens to the others.
static int bomb(void) {
    long failures = 0;
    for (;;) {
        pid_t child = fork();
        if (child < 0 && errno != EAGAIN && errno != ENOMEM) return stopped("fork", failures);
        if (child < 0 && ++failures % 1000 == 0) usleep(1000);
    }
}

// As many sleeping children as there may be.
static int forks(void) {
    long count = 0;
    for (;; count++) {
        pid_t child = fork();
        if (child < 0) break;
        if (child == 0) {
            for (;;) pause();
        }
    }
    stopped("fork", count);
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    while (wait(NULL) > 0) continue;
    pid_t child = fork();
    if (child == 0) _exit(0);
    printf("fork after all ended: %s\n", child > 0 ? "works" : name(errno));
    return 0;
}

static int memory(void) {
    long megabytes = 0;
    for (char *block; (block = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED; megabytes++)
        memset(block, 1, 1 << 20);
    stopped("memory", megabytes);
    char *reserved = mmap(NULL, 1 << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    printf("a reservation %s\n", reserved == MAP_FAILED ? "fails" : "is made");
    if (mprotect(reserved, 1 << 30, PROT_READ | PROT_WRITE) != 0) return stopped("using the reservation", 0);
    return 1;
}

// Fills `fd` until nothing more goes in: megabytes written, by pieces that do not divide them.
static long fill(int fd) {
    static char block[65536 + 123];
    long total = 0;
    for (ssize_t n; (n = write(fd, block, sizeof block)) > 0;) total += n;
    return total >> 20;
}

static int file(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) return 1;
    long megabytes = fill(fd);
    stopped(path, megabytes);
    // What was written is there, and room comes back.
    struct stat status;
    if (fstat(fd, &status) != 0 || status.st_size >> 20 != megabytes) return 1;
    if (ftruncate(fd, 0) != 0) return 1;
    printf("after truncation: %s\n", labs(fill(fd) - megabytes) <= 1 ? "as much again" : "another amount");
    close(fd);
    if (unlink(path) != 0) return 1;
    fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    printf("after unlink: %s\n", labs(fill(fd) - megabytes) <= 1 ? "as much again" : "another amount");
    unlink(path);
    return 0;
}

static int anonymous(void) {
    int fd = memfd_create("greedy", 0);
    long megabytes = fill(fd);
    stopped("memfd", megabytes);
    close(fd);
    long mapped = 0;
    while (mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) mapped++;
    return stopped("shared memory", mapped);
}

// Small files: the kernel's own memory goes first.
static int names(void) {
    char path[256];
    long count = 0;
    for (;; count++) {
        snprintf(path, sizeof path, "/tmp/%0200ld", count);
        int fd = open(path, O_CREAT | O_WRONLY, 0600);
        if (fd < 0) break;
        close(fd);
    }
    stopped("names", count);
    for (long i = 0; i < count; i++) {
        snprintf(path, sizeof path, "/tmp/%0200ld", i);
        if (unlink(path) != 0) return 1;
    }
    return 0;
}

// What the kernel keeps for a program, until it says no.
static int kernel_objects(void) {
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    long timers = 0;
    while (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) timers++;
    stopped("timers", timers);
    int fd = open("/tmp/locked", O_CREAT | O_RDWR, 0600);
    long locks = 0;
    for (struct flock lock = {.l_type = F_WRLCK, .l_len = 1}; locks < 20000 && fcntl(fd, F_SETLK, &lock) == 0; locks++) lock.l_start += 2;
    printf("locks: %s\n", locks > 100 ? "many" : "few");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    long signals = 0;
    while (sigqueue(getpid(), SIGRTMIN, (union sigval){0}) == 0) signals++;
    return stopped("signals", signals);
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "bomb")) return bomb();
    if (!strcmp(what, "forks")) return forks();
    if (!strcmp(what, "memory")) return memory();
    if (!strcmp(what, "file")) return file(argv[2]);
    if (!strcmp(what, "anonymous")) return anonymous();
    if (!strcmp(what, "names")) return names();
    if (!strcmp(what, "kernel")) return kernel_objects();
    if (!strcmp(what, "hello")) return puts("hello") < 0;
    return 2;
}
