// SPDX-License-Identifier: Apache-2.0
// Close-on-exec, kept descriptors and offsets over exec.
#include "check.h"

int main(int argc, char **argv) {
    if (argc > 2) {
        int kept = atoi(argv[1]), closed = atoi(argv[2]);
        CHECK_EQ(lseek(kept, 0, SEEK_CUR), 3);
        CHECK_EQ(fcntl(kept, F_GETFD), 0);
        CHECK(fcntl(kept, F_GETFL) & O_APPEND, "status flags stay");
        CHECK_ERRNO(fcntl(closed, F_GETFD), EBADF);
        char here[PATH_MAX];
        CHECK(getcwd(here, sizeof here) && strstr(here, "/conformance."), "the working directory stays");
        DONE();
    }
    temp_dir();
    make_file("f", "0123456789");
    int kept = open("f", O_RDWR | O_APPEND), closed = open("f", O_RDWR | O_CLOEXEC);
    lseek(kept, 3, SEEK_SET);
    char a[16], b[16];
    snprintf(a, sizeof a, "%d", kept);
    snprintf(b, sizeof b, "%d", closed);
    umask(0123);
    CHECK_CHILD("over exec", execl("/proc/self/exe", "x", a, b, NULL); _exit(9));
    CHECK_OK(fcntl(closed, F_GETFD));
    CHECK_CHILD("the umask stays", execl("/bin/sh", "sh", "-c", "test $(umask) = 0123", NULL); _exit(9));
    int ends[2];
    pipe2(ends, O_CLOEXEC);
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/true", "true", NULL);
        _exit(9);
    }
    close(ends[1]);
    char byte;
    CHECK_EQ(read(ends[0], &byte, 1), 0);
    CHECK_EQ(check_wait(child), 0);
    DONE();
}
