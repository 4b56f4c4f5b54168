// SPDX-License-Identifier: Apache-2.0
// cmdline, environ, comm and auxv of itself and of a child.
#include "check.h"
#include <elf.h>
#include <sys/prctl.h>

static char buffer[65536];

static ssize_t slurp(const char *path) {
    int fd = open(path, O_RDONLY);
    ssize_t total = 0, count = 0;
    while (fd >= 0 && (count = read(fd, buffer + total, sizeof buffer - 1 - (size_t)total)) > 0) total += count;
    if (fd >= 0) close(fd);
    buffer[total] = 0;
    return fd < 0 || count < 0 ? -1 : total;
}

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "show")) {
        CHECK_EQ(slurp("/proc/self/cmdline"), 18);
        CHECK(!memcmp(buffer, "name\0show\0a b\0\0cc\0", 18), "arguments end in zeros");
        CHECK_EQ(slurp("/proc/self/environ"), 8);
        CHECK(!memcmp(buffer, "A=1\0B=2\0", 8), "the environment");
        CHECK_EQ(slurp("/proc/self/comm"), 4);
        CHECK(!strcmp(buffer, "exe\n") , "comm is the last part of the path");
        DONE();
    }
    CHECK_CHILD("after exec",
        char *arguments[] = {"name", "show", "a b", "", "cc", NULL};
        char *environment[] = {"A=1", "B=2", NULL};
        execve("/proc/self/exe", arguments, environment);
        _exit(9));
    CHECK(slurp("/proc/self/cmdline") > 0 && !strcmp(buffer, argv[0]), "its own first argument");
    slurp("/proc/self/comm");
    CHECK(!strcmp(buffer, "cmdline\n"), "comm");
    CHECK_OK(prctl(PR_SET_NAME, "a-very-long-thread-name"));
    slurp("/proc/self/comm");
    CHECK(!strcmp(buffer, "a-very-long-thr\n"), "PR_SET_NAME cuts at fifteen bytes");
    int fd = open("/proc/self/comm", O_WRONLY);
    CHECK_EQ(write(fd, "renamed", 7), 7);
    char name[16] = "";
    CHECK_OK(prctl(PR_GET_NAME, name));
    CHECK(!strcmp(name, "renamed"), "writing comm renames");
    ssize_t size = slurp("/proc/self/auxv");
    CHECK(size > 0 && size % 16 == 0, "auxv is made of pairs");
    bool page = false;
    Elf64_auxv_t pair;
    for (ssize_t at = 0; at + 16 <= size; at += 16) {
        memcpy(&pair, buffer + at, 16);
        page |= pair.a_type == AT_PAGESZ && pair.a_un.a_val == 4096;
    }
    CHECK(page, "auxv holds AT_PAGESZ");
    int ends[2];
    pipe(ends);
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        read(ends[0], name, 1);
        _exit(0);
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/cmdline", child);
    CHECK(slurp(path) > 0 && !strcmp(buffer, argv[0]), "a child's arguments");
    snprintf(path, sizeof path, "/proc/%d/comm", child);
    slurp(path);
    CHECK(!strcmp(buffer, "renamed\n"), "a child inherits the name");
    close(ends[1]);
    check_wait(child);
    CHECK_EQ(slurp(path), -1);
    CHECK_EQ(errno, ENOENT);
    DONE();
}
