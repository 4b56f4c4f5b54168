// SPDX-License-Identifier: Apache-2.0
// execveat: descriptors, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, memory files.
#include "check.h"

enum { EMPTY = 0x1000 };

static int run(int fd, const char *path, int flags, char *mode) {
    pid_t child = fork();
    if (child == 0) {
        char *argv[] = {"x", mode, NULL}, *none[] = {NULL};
        syscall(SYS_execveat, fd, path, argv, none, flags);
        _exit(errno);
    }
    return check_wait(child);
}

int main(int argc, char **argv) {
    if (argc > 1) return 40 + atoi(argv[1]);
    char self[PATH_MAX] = "";
    CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0, "its own path");
    temp_dir();
    symlink(self, "link");
    int fd = open(self, O_RDONLY | O_CLOEXEC), here = open(".", O_PATH), path = open(self, O_PATH);
    CHECK_EQ(run(fd, "", EMPTY, "1"), 41);
    CHECK_EQ(run(path, "", EMPTY, "2"), 42);
    CHECK_EQ(run(here, "link", 0, "3"), 43);
    CHECK_EQ(run(AT_FDCWD, "link", 0, "4"), 44);
    CHECK_EQ(run(here, "link", AT_SYMLINK_NOFOLLOW, "5"), ELOOP);
    CHECK_EQ(run(fd, "", 0, "6"), ENOENT);
    CHECK_EQ(run(-1, "", EMPTY, "7"), EBADF);
    CHECK_EQ(run(-1, self, 0, "8"), 48);
    CHECK_EQ(run(here, "link", 0x40000000, "9"), EINVAL);
    CHECK_EQ(run(here, "", EMPTY, "9"), EACCES);
    int memory = (int)syscall(SYS_memfd_create, "program", 0);
    char buffer[65536];
    ssize_t count;
    while ((count = read(fd, buffer, sizeof buffer)) > 0)
        if (write(memory, buffer, (size_t)count) != count) break;
    CHECK_EQ(run(memory, "", EMPTY, "10"), 50);
    make_file("script", "#!/bin/sh\nexit 12\n");
    chmod("script", 0755);
    int script = open("script", O_RDONLY);
    CHECK_EQ(run(script, "", EMPTY, "1"), 12);
    int closing = open("script", O_RDONLY | O_CLOEXEC);
    CHECK_EQ(run(closing, "", EMPTY, "1"), ENOENT);
    pid_t child = fork();
    if (child == 0) {
        char *arguments[] = {"x", "11", NULL}, *none[] = {NULL};
        fexecve(fd, arguments, none);
        _exit(9);
    }
    CHECK_EQ(check_wait(child), 51);
    DONE();
}
