// SPDX-License-Identifier: Apache-2.0
// /proc/self/status and stat: names, ids, state, counts.
#include "check.h"

static char buffer[16384];

static const char *slurp(const char *path) {
    int fd = open(path, O_RDONLY);
    ssize_t total = 0, count;
    while (fd >= 0 && (count = read(fd, buffer + total, sizeof buffer - 1 - (size_t)total)) > 0) total += count;
    if (fd >= 0) close(fd);
    buffer[total] = 0;
    return buffer;
}

static bool line_is(const char *key, const char *value) {
    char line[256];
    snprintf(line, sizeof line, "\n%s:\t%s\n", key, value);
    return strstr(buffer, line) != NULL;
}

int main(void) {
    char number[64];
    CHECK(!strncmp(slurp("/proc/self/status"), "Name:\tstatus\n", 13), "the name");
    snprintf(number, sizeof number, "%d", getpid());
    CHECK(line_is("Pid", number) && line_is("Tgid", number), "Pid and Tgid");
    snprintf(number, sizeof number, "%d", getppid());
    CHECK(line_is("PPid", number), "PPid");
    CHECK(line_is("Uid", "0\t0\t0\t0") && line_is("Gid", "0\t0\t0\t0"), "Uid and Gid");
    CHECK(line_is("State", "R (running)"), "State");
    CHECK(line_is("Threads", "1"), "Threads");
    CHECK(line_is("Umask", "0022"), "Umask");
    CHECK(strstr(buffer, "\nVmRSS:\t") && strstr(buffer, "\nVmSize:\t") && strstr(buffer, "\nVmPeak:\t"), "sizes");
    signal(SIGUSR1, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR2);
    slurp("/proc/self/status");
    CHECK(line_is("SigBlk", "0000000000000800"), "blocked signals");
    // glibc's posix_spawn, by which make starts its commands, leaves its own signals 32 and 33 ignored, and they are inherited.
    unsigned long long ignored = 0;
    char *line = strstr(buffer, "\nSigIgn:\t");
    CHECK(line && sscanf(line, "\nSigIgn:\t%16llx\n", &ignored) == 1 && (ignored & ~0x180000000ULL) == 0x200, "ignored signals");
    CHECK(strstr(buffer, "\nSigPnd:\t0000000000000800\n") || strstr(buffer, "\nShdPnd:\t0000000000000800\n"),
          "pending signals");
    CHECK_CHILD("changed ids",
        setresgid(7, 8, 9);
        setresuid(4, 5, 6);
        slurp("/proc/self/status");
        CHECK(line_is("Uid", "4\t5\t6\t5"), "Uid");
        CHECK(line_is("Gid", "7\t8\t9\t8"), "Gid"));
    int pid, parent, group, session;
    char name[64], state;
    CHECK_EQ(sscanf(slurp("/proc/self/stat"),
             "%d (%63[^)]) %c %d %d %d", &pid, name, &state, &parent, &group, &session), 6);
    CHECK(pid == getpid() && parent == getppid(), "stat: pid and parent");
    CHECK(group == getpgrp() && session == getsid(0), "stat: group and session");
    CHECK(state == 'R' && !strcmp(name, "status"), "stat: state and name");
    int fields = 1;
    for (const char *at = strchr(buffer, ')'); at && *at; at++) fields += *at == ' ';
    CHECK_EQ(fields, 51);
    long pages[7];
    CHECK_EQ(sscanf(slurp("/proc/self/statm"), "%ld %ld %ld %ld %ld %ld %ld", pages, pages + 1, pages + 2, pages + 3,
             pages + 4, pages + 5, pages + 6), 7);
    CHECK(pages[0] >= pages[1] && pages[1] > 0, "statm: size and resident pages");
    DONE();
}
