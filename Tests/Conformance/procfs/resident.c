// SPDX-License-Identifier: Apache-2.0
// What /proc tells of a process's resident memory follows what it touches, its own and another's (proc(5), status and statm).
#include "check.h"
#include <sys/mman.h>

#define MEGABYTE 1024L
#define BYTES (48 << 20)

static long field(const char *path, const char *name) {
    char text[8192];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0) return -1;
    text[n] = 0;
    if (name) {
        char *at = strstr(text, name);
        return at ? atol(at + strlen(name)) : -1;
    }
    long size, resident;
    return sscanf(text, "%ld %ld", &size, &resident) == 2 ? resident * 4 : -1;
}

static void watch(const char *directory) {
    char status[64], statm[64];
    snprintf(status, sizeof status, "%s/status", directory);
    snprintf(statm, sizeof statm, "%s/statm", directory);
    long resident = field(status, "\nVmRSS:\t"), anonymous = field(status, "\nRssAnon:\t"), pages = field(statm, NULL);
    CHECK(resident >= 48 * MEGABYTE && resident < 80 * MEGABYTE, "VmRSS holds what was touched");
    CHECK(anonymous >= 48 * MEGABYTE && anonymous <= resident, "RssAnon is a part of it");
    CHECK(pages >= 48 * MEGABYTE && pages < 80 * MEGABYTE, "statm says the same");
}

int main(void) {
    long before = field("/proc/self/status", "\nVmRSS:\t");
    CHECK(before > 0 && before < 32 * MEGABYTE, "a small program is small");
    char *block = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(field("/proc/self/status", "\nVmRSS:\t") < before + 8 * MEGABYTE, "what is only mapped is not resident");
    CHECK(field("/proc/self/status", "\nVmSize:\t") > 48 * MEGABYTE, "but has a size");
    memset(block, 1, BYTES);
    watch("/proc/self");
    int ends[2];
    char byte = 0;
    CHECK(pipe(ends) == 0, "a pipe");
    pid_t child = fork();
    if (child == 0) {
        // Both have their own copy.
        memset(block, 2, BYTES);
        if (write(ends[1], &byte, 1) != 1) _exit(1);
        for (;;) pause();
    }
    CHECK(read(ends[0], &byte, 1) == 1, "the child is ready");
    char path[64];
    snprintf(path, sizeof path, "/proc/%d", child);
    watch(path);
    kill(child, SIGKILL);
    CHECK_EQ(check_wait(child), 128 + SIGKILL);
    CHECK(munmap(block, BYTES) == 0, "the memory is given back");
    CHECK(field("/proc/self/status", "\nVmRSS:\t") < before + 8 * MEGABYTE, "VmRSS goes down");
    DONE();
}
