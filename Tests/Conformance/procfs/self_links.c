// SPDX-License-Identifier: Apache-2.0
// /proc/self, exe, cwd, root and fd links.
#include "check.h"

static char text[PATH_MAX];

static const char *link_of(const char *path) {
    ssize_t length = readlink(path, text, sizeof text - 1);
    text[length < 0 ? 0 : length] = 0;
    return text;
}

int main(int argc, char **argv) {
    (void)argc;
    char own[64], path[PATH_MAX], expected[PATH_MAX];
    snprintf(own, sizeof own, "%d", getpid());
    CHECK(!strcmp(link_of("/proc/self"), own), "/proc/self names this process");
    snprintf(expected, sizeof expected, "%d/task/%ld", getpid(), (long)syscall(SYS_gettid));
    CHECK(!strcmp(link_of("/proc/thread-self"), expected), "/proc/thread-self");
    CHECK(realpath(argv[0], expected) && !strcmp(link_of("/proc/self/exe"), expected), "exe is the program's path");
    const char *top = temp_dir();
    CHECK(!strcmp(link_of("/proc/self/cwd"), top), "cwd");
    CHECK(!strcmp(link_of("/proc/self/root"), "/"), "root");
    make_file("f", "12345");
    int fd = open("f", O_RDONLY);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    snprintf(expected, sizeof expected, "%s/f", top);
    CHECK(!strcmp(link_of(path), expected), "fd names the file");
    struct stat a, b;
    CHECK(stat(path, &a) == 0 && fstat(fd, &b) == 0 && a.st_ino == b.st_ino, "following it reaches the file");
    CHECK(lstat(path, &a) == 0 && S_ISLNK(a.st_mode) && (a.st_mode & 0777) == 0500, "a link of mode 0500 for a reader");
    rename("f", "g");
    snprintf(expected, sizeof expected, "%s/g", top);
    CHECK(!strcmp(link_of(path), expected), "the name follows a rename");
    unlink("g");
    snprintf(expected, sizeof expected, "%s/g (deleted)", top);
    CHECK(!strcmp(link_of(path), expected), "and says when it is gone");
    int ends[2];
    pipe(ends);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    CHECK(!strncmp(link_of(path), "pipe:[", 6), "a pipe");
    CHECK_ERRNO(readlink("/proc/self/fd/999", text, 10), ENOENT);
    CHECK_ERRNO(readlink("/proc/self/fd/x", text, 10), ENOENT);
    CHECK_ERRNO(open("/proc/self/nothing", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("/proc/self/new", O_RDWR | O_CREAT, 0600), ENOENT);
    CHECK_ERRNO(unlink("/proc/self/exe"), EPERM);
    mkdir("d", 0755);
    chdir("d");
    rmdir("../d");
    snprintf(expected, sizeof expected, "%s/d (deleted)", top);
    CHECK(!strcmp(link_of("/proc/self/cwd"), expected), "a removed working directory");
    chdir("/");
    DONE();
}
