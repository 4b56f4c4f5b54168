// SPDX-License-Identifier: Apache-2.0
// /proc/sys: kernel, fs and vm values that libraries read.
#include "check.h"
#include <sys/utsname.h>

static char buffer[4096];

static const char *slurp(const char *path) {
    int fd = open(path, O_RDONLY);
    ssize_t count = fd >= 0 ? read(fd, buffer, sizeof buffer - 1) : 0;
    if (fd >= 0) close(fd);
    buffer[count < 0 ? 0 : count] = 0;
    return buffer;
}

static long number(const char *path) { return *slurp(path) ? strtol(buffer, NULL, 10) : -1; }

static bool line_equals(const char *path, const char *text) {
    slurp(path);
    size_t length = strlen(text);
    return !strncmp(buffer, text, length) && !strcmp(buffer + length, "\n");
}

int main(void) {
    struct utsname name;
    uname(&name);
    CHECK(line_equals("/proc/sys/kernel/ostype", "Linux"), "ostype");
    CHECK(line_equals("/proc/sys/kernel/osrelease", name.release), "osrelease agrees with uname");
    CHECK(line_equals("/proc/sys/kernel/version", name.version), "version agrees with uname");
    CHECK(line_equals("/proc/sys/kernel/hostname", name.nodename), "hostname agrees with uname");
    CHECK(!strcmp(name.machine, "x86_64") && !strcmp(name.sysname, "Linux"), "uname's machine");
    CHECK(number("/proc/sys/kernel/pid_max") >= 32768, "pid_max");
    CHECK(number("/proc/sys/kernel/threads-max") > 0, "threads-max");
    CHECK(number("/proc/sys/kernel/ngroups_max") == 65536, "ngroups_max");
    CHECK(number("/proc/sys/kernel/cap_last_cap") >= 36, "cap_last_cap");
    CHECK(number("/proc/sys/kernel/randomize_va_space") == 2, "randomize_va_space");
    CHECK(number("/proc/sys/fs/file-max") > 0, "file-max");
    CHECK(number("/proc/sys/fs/nr_open") >= 1024, "nr_open");
    CHECK(number("/proc/sys/fs/pipe-max-size") >= 65536, "pipe-max-size");
    CHECK(number("/proc/sys/vm/overcommit_memory") >= 0, "overcommit_memory");
    CHECK(number("/proc/sys/vm/max_map_count") > 1000, "max_map_count");
    CHECK(number("/proc/sys/net/core/somaxconn") >= 128, "somaxconn");
    char first[64];
    snprintf(first, sizeof first, "%.60s", slurp("/proc/sys/kernel/random/boot_id"));
    CHECK(strlen(first) == 37 && first[8] == '-', "boot_id is a UUID");
    CHECK(!strcmp(first, slurp("/proc/sys/kernel/random/boot_id")), "boot_id stays");
    snprintf(first, sizeof first, "%.60s", slurp("/proc/sys/kernel/random/uuid"));
    CHECK(strlen(first) == 37 && strcmp(first, slurp("/proc/sys/kernel/random/uuid")), "uuid is new at each reading");
    CHECK_ERRNO(open("/proc/sys/kernel/ostype", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    CHECK_ERRNO(open("/proc/sys/kernel/no-such-value", O_RDONLY), ENOENT);
    DONE();
}
