// SPDX-License-Identifier: Apache-2.0
// What every benchmark program shares: its arguments, the clock, calibrated batches, and the one output format.
//
// A program is called as `PROGRAM NAME BUDGET_MS SCRATCH [ARG...]` (arguments, not environment: an enclave does not
// pass the environment on by default) and prints `NAME VALUE UNIT`. Exit status 77 means "cannot be measured here".
#ifndef MEASURE_H
#define MEASURE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_SKIPPED = 77, BATCHES = 5 };

static const char *benchmark_name;
static double budget_ns;
static const char *scratch_directory;

/// Ends the program with the failed operation's name and errno, which the driver shows beside "failed".
__attribute__((noreturn)) static inline void fail(const char *what) {
    fprintf(stderr, "%s: %s: %s\n", benchmark_name ? benchmark_name : "?", what, strerror(errno));
    exit(1);
}

#define CHECK(expression) ((expression) >= 0 ? (void)0 : fail(#expression))

static inline double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline void report(double value, const char *unit) {
    printf("%s %.6g %s\n", benchmark_name, value, unit);
}

static inline void parse_arguments(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: %s NAME BUDGET_MS SCRATCH [ARG...]\n", argv[0]);
        exit(2);
    }
    benchmark_name = argv[1];
    budget_ns = atof(argv[2]) * 1e6;
    scratch_directory = argv[3];
    if (mkdir(scratch_directory, 0700) < 0 && errno != EEXIST) fail("mkdir scratch");
}

/// A path inside the scratch directory; the caller owns the string.
static inline char *scratch_path(const char *leaf) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", scratch_directory, leaf) < 0) fail("asprintf");
    return path;
}

static inline int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/// Nanoseconds per iteration: calibrates a batch to a fifth of the budget, then takes the median of five batches.
/// A system so slow that one calibration batch uses the whole budget is judged by that batch, so time stays bounded.
static inline double measure(void (*batch)(long iterations)) {
    long iterations = 1;
    double elapsed;
    for (;;) {
        double start = now_ns();
        batch(iterations);
        elapsed = now_ns() - start;
        if (elapsed >= budget_ns) return elapsed / (double)iterations;
        if (elapsed >= budget_ns / 20) break;
        iterations *= elapsed < budget_ns / 200 ? 8 : 2;
    }
    double wanted = (double)iterations * (budget_ns / BATCHES) / elapsed;
    iterations = wanted < 1 ? 1 : (long)wanted;
    double samples[BATCHES];
    for (int i = 0; i < BATCHES; i++) {
        double start = now_ns();
        batch(iterations);
        samples[i] = (now_ns() - start) / (double)iterations;
    }
    qsort(samples, BATCHES, sizeof samples[0], compare_doubles);
    return samples[BATCHES / 2];
}

/// One benchmark of a program that holds several.
struct benchmark {
    const char *name;
    void (*prepare)(void);
    void (*batch)(long iterations);
};

/// Runs the benchmark that the arguments name and reports nanoseconds per iteration; a table ends with a null name.
static inline int run_named(const struct benchmark *table) {
    for (const struct benchmark *entry = table; entry->name; entry++) {
        if (strcmp(entry->name, benchmark_name) != 0) continue;
        if (entry->prepare) entry->prepare();
        report(measure(entry->batch), "ns");
        return 0;
    }
    fprintf(stderr, "no benchmark is named %s\n", benchmark_name);
    return 2;
}

#endif
