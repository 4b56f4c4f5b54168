// SPDX-License-Identifier: Apache-2.0
// Many processes, one after another (`turns N`) or at once (`at-once N`), and many descriptors (`descriptors N`).
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what) {
    perror(what);
    return 1;
}

static int turns(int count) {
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        int status;
        if (child < 0) return fail("fork");
        if (child == 0) _exit(i & 0x7f);
        if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != (i & 0x7f)) return fail("waitpid");
    }
    return 0;
}

static int at_once(int count) {
    int ends[2], reaped = 0, status;
    if (pipe(ends)) return fail("pipe");
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        if (child < 0) return fail("fork");
        if (child == 0) {
            char byte;
            close(ends[1]);
            _exit(read(ends[0], &byte, 1) == 0 ? 3 : 4);
        }
    }
    close(ends[1]);
    while (wait(&status) > 0) reaped += WEXITSTATUS(status) == 3;
    printf("%d processes at once\n", reaped);
    return reaped != count;
}

static int descriptors(int count) {
    struct rlimit limit = {(rlim_t)count + 10, (rlim_t)count + 10};
    if (setrlimit(RLIMIT_NOFILE, &limit)) return fail("setrlimit");
    for (int i = 3; i < count; i++)
        if (open("/dev/null", O_RDONLY) != i) return fail("open");
    if (close_range(3, ~0u, 0)) return fail("close_range");
    return open("/dev/null", O_RDONLY) != 3;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int count = atoi(argv[2]);
    if (!strcmp(argv[1], "turns")) return turns(count);
    if (!strcmp(argv[1], "at-once")) return at_once(count);
    return descriptors(count);
}
