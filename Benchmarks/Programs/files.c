// SPDX-License-Identifier: Apache-2.0
// Names and file contents on the in-memory layer, and the same look-ups on the root file system.
#include "measure.h"

#include <dirent.h>
#include <fcntl.h>

enum {
    DIRECTORY_ENTRIES = 200,
    FILE_BYTES = 16 << 20,
    SEQUENTIAL_BLOCK = 64 << 10,
    RANDOM_BLOCK = 4 << 10,
};

static const char root_file[] = "/usr/bin/env";
static char *present_path, *missing_path, *fresh_path, *directory_path;
static int descriptor = -1;
static char buffer[SEQUENTIAL_BLOCK];
static off_t position;

static void create_present(void) {
    present_path = scratch_path("present");
    missing_path = scratch_path("missing");
    fresh_path = scratch_path("fresh");
    int file;
    CHECK(file = open(present_path, O_CREAT | O_WRONLY, 0600));
    CHECK(close(file));
}

static void stat_path(const char *path, long n) {
    struct stat status;
    for (long i = 0; i < n; i++) CHECK(stat(path, &status));
}

static void open_path(const char *path, long n) {
    for (long i = 0; i < n; i++) {
        int file;
        CHECK(file = open(path, O_RDONLY));
        CHECK(close(file));
    }
}

static void stat_present(long n) { stat_path(present_path, n); }
static void stat_root(long n) { stat_path(root_file, n); }
static void open_close(long n) { open_path(present_path, n); }
static void open_root(long n) { open_path(root_file, n); }

static void stat_absent(const char *path, long n) {
    struct stat status;
    for (long i = 0; i < n; i++)
        if (stat(path, &status) == 0 || errno != ENOENT) fail("stat of a missing file");
}

static void stat_missing(long n) { stat_absent(missing_path, n); }
static void stat_missing_root(long n) { stat_absent("/usr/bin/no-such-program", n); }

static void create_unlink(long n) {
    for (long i = 0; i < n; i++) {
        int file;
        CHECK(file = open(fresh_path, O_CREAT | O_EXCL | O_WRONLY, 0600));
        CHECK(close(file));
        CHECK(unlink(fresh_path));
    }
}

static void fill_directory(void) {
    directory_path = scratch_path("directory");
    if (mkdir(directory_path, 0700) < 0 && errno != EEXIST) fail("mkdir directory");
    for (int i = 0; i < DIRECTORY_ENTRIES; i++) {
        char leaf[64];
        snprintf(leaf, sizeof leaf, "directory/entry-%04d", i);
        char *path = scratch_path(leaf);
        int file;
        CHECK(file = open(path, O_CREAT | O_WRONLY, 0600));
        CHECK(close(file));
        free(path);
    }
}

static void read_directory(long n) {
    for (long i = 0; i < n; i++) {
        DIR *directory = opendir(directory_path);
        if (!directory) fail("opendir");
        int entries = 0;
        while (readdir(directory)) entries++;
        closedir(directory);
        if (entries != DIRECTORY_ENTRIES + 2) fail("readdir lost entries");
    }
}

static void fill_file(void) {
    char *path = scratch_path("contents");
    CHECK(descriptor = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600));
    memset(buffer, 'c', sizeof buffer);
    for (off_t written = 0; written < FILE_BYTES; written += SEQUENTIAL_BLOCK)
        if (write(descriptor, buffer, sizeof buffer) != (ssize_t)sizeof buffer) fail("write contents");
    CHECK(unlink(path));
    CHECK(lseek(descriptor, 0, SEEK_SET));
}

static void read_sequential(long n) {
    for (long i = 0; i < n; i++) {
        if (read(descriptor, buffer, sizeof buffer) != (ssize_t)sizeof buffer) fail("read");
        position += SEQUENTIAL_BLOCK;
        if (position == FILE_BYTES) {
            CHECK(lseek(descriptor, 0, SEEK_SET));
            position = 0;
        }
    }
}

static void read_random(long n) {
    static uint32_t state = 12345;
    for (long i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        off_t block = (state >> 8) % (FILE_BYTES / RANDOM_BLOCK);
        if (pread(descriptor, buffer, RANDOM_BLOCK, block * RANDOM_BLOCK) != RANDOM_BLOCK) fail("pread");
    }
}

/// Bytes per nanosecond times a thousand is megabytes (10^6) per second.
static int report_throughput(void (*batch)(long), double bytes) {
    fill_file();
    report(bytes / measure(batch) * 1e3, "MB/s");
    return 0;
}

int main(int argc, char **argv) {
    static const struct benchmark table[] = {
        {"stat-present", create_present, stat_present},
        {"stat-missing", create_present, stat_missing},
        {"stat-present-root", NULL, stat_root},
        {"stat-missing-root", NULL, stat_missing_root},
        {"open-close", create_present, open_close},
        {"open-close-root", NULL, open_root},
        {"create-unlink", create_present, create_unlink},
        {"readdir", fill_directory, read_directory},
        {NULL, NULL, NULL},
    };
    parse_arguments(argc, argv);
    if (!strcmp(benchmark_name, "read-sequential")) return report_throughput(read_sequential, SEQUENTIAL_BLOCK);
    if (!strcmp(benchmark_name, "read-random")) return report_throughput(read_random, RANDOM_BLOCK);
    return run_named(table);
}
