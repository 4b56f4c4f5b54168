// SPDX-License-Identifier: Apache-2.0
// Times whole commands from inside the system under test, so that the system's own start is not counted:
// `timed NAME BUDGET SCRATCH DATA_BYTES COMMAND ARG...` creates SCRATCH/data when DATA_BYTES is not 0, runs the command
// once to warm up, then until the budget is spent (at least once), and reports the median in milliseconds.
#include "measure.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

/// Words in a repeatable pseudo-random order: compressible as text is.
static void write_data(long bytes) {
    static const char *words[] = {"enclave ", "kernel ", "the ", "of ", "process\n", "seal ", "42 ", "page ", "x=", "\t"};
    char *path = scratch_path("data");
    FILE *file = fopen(path, "w");
    if (!file) fail("create data");
    uint32_t state = 7;
    for (long written = 0; written < bytes;) {
        state = state * 1664525u + 1013904223u;
        int printed = fprintf(file, "%s%x", words[(state >> 24) % 10], (state >> 12) & 0xff);
        if (printed < 0) fail("write data");
        written += printed;
    }
    if (fclose(file)) fail("close data");
    free(path);
}

static double run_once(char **command) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t child;
    int status;
    double start = now_ns();
    errno = posix_spawnp(&child, command[0], &actions, NULL, command, environ);
    if (errno) fail(command[0]);
    CHECK(waitpid(child, &status, 0));
    double elapsed = now_ns() - start;
    posix_spawn_file_actions_destroy(&actions);
    if (status != 0) {
        fprintf(stderr, "%s: %s ended with status 0x%x\n", benchmark_name, command[0], status);
        exit(1);
    }
    return elapsed / 1e6;
}

int main(int argc, char **argv) {
    enum { MAXIMUM_SAMPLES = 31 };
    parse_arguments(argc, argv);
    if (argc < 6) fail("usage: DATA_BYTES COMMAND");
    long bytes = atol(argv[4]);
    if (bytes > 0) write_data(bytes);
    (void)run_once(argv + 5);
    double samples[MAXIMUM_SAMPLES];
    int count = 0;
    double end = now_ns() + budget_ns;
    do samples[count++] = run_once(argv + 5);
    while (count < MAXIMUM_SAMPLES && now_ns() < end);
    qsort(samples, (size_t)count, sizeof samples[0], compare_doubles);
    report(samples[count / 2], "ms");
    return 0;
}
