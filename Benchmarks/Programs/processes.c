// SPDX-License-Identifier: Apache-2.0
// Making and ending processes and threads. `spawn-*` takes the path of the program to start as its argument.
#include "measure.h"

#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;
static char *child_program;

static void reap(pid_t child) {
    int status;
    if (waitpid(child, &status, 0) != child) fail("waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "%s: the child ended with status 0x%x\n", benchmark_name, status);
        exit(1);
    }
}

static void fork_exit(long n) {
    for (long i = 0; i < n; i++) {
        pid_t child;
        CHECK(child = fork());
        if (child == 0) _exit(0);
        reap(child);
    }
}

static void spawn(long n) {
    char *arguments[] = {child_program, NULL};
    for (long i = 0; i < n; i++) {
        pid_t child;
        errno = posix_spawn(&child, child_program, NULL, NULL, arguments, environ);
        if (errno) fail("posix_spawn");
        reap(child);
    }
}

static void *do_nothing(void *argument) { return argument; }

static void thread_create(long n) {
    for (long i = 0; i < n; i++) {
        pthread_t thread;
        errno = pthread_create(&thread, NULL, do_nothing, NULL);
        if (errno) fail("pthread_create");
        errno = pthread_join(thread, NULL);
        if (errno) fail("pthread_join");
    }
}

int main(int argc, char **argv) {
    static const struct benchmark table[] = {
        {"fork-exit", NULL, fork_exit},
        {"spawn-static", NULL, spawn},
        {"spawn-dynamic", NULL, spawn},
        {"thread-create", NULL, thread_create},
        {NULL, NULL, NULL},
    };
    parse_arguments(argc, argv);
    child_program = argc > 4 ? argv[4] : "/bin/true";
    return run_named(table);
}
