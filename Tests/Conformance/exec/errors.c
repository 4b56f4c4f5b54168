// SPDX-License-Identifier: Apache-2.0
// What execve refuses, and that the caller goes on unharmed.
#include "check.h"

static int attempt(const char *path) {
    char *argv[] = {"x", NULL};
    errno = 0;
    return execve(path, argv, argv + 1);
}

int main(void) {
    temp_dir();
    CHECK_ERRNO(attempt("missing"), ENOENT);
    CHECK_ERRNO(attempt(""), ENOENT);
    CHECK_ERRNO(attempt("."), EACCES);
    CHECK_ERRNO(attempt("/dev/null"), EACCES);
    make_file("f", "#!/bin/sh\n");
    CHECK_ERRNO(attempt("f"), EACCES);
    CHECK_ERRNO(attempt("f/x"), ENOTDIR);
    symlink("loop", "loop");
    CHECK_ERRNO(attempt("loop"), ELOOP);
    char name[300];
    memset(name, 'n', 299);
    name[299] = 0;
    CHECK_ERRNO(attempt(name), ENAMETOOLONG);
    make_file("busy", "#!/bin/sh\n");
    chmod("busy", 0755);
    int fd = open("busy", O_WRONLY);
    CHECK_ERRNO(attempt("busy"), ETXTBSY);
    close(fd);
    mkfifo("p", 0755);
    CHECK_ERRNO(attempt("p"), EACCES);
    make_file("garbage", "\x7f" "ELF but not really");
    chmod("garbage", 0755);
    CHECK_ERRNO(attempt("garbage"), ENOEXEC);
    CHECK_CHILD("an ordinary user needs x",
        chmod("garbage", 0700);
        CHECK_OK(setuid(1000));
        CHECK_ERRNO(attempt("garbage"), EACCES));
    mkdir("closed", 0700);
    make_file("closed/x", "#!/bin/sh\n");
    chmod("closed/x", 0755);
    CHECK_CHILD("and a way there", setuid(1000); CHECK_ERRNO(attempt("closed/x"), EACCES));
    CHECK_ERRNO(open("/proc/self/exe", O_WRONLY), ETXTBSY);
    DONE();
}
