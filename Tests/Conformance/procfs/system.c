// SPDX-License-Identifier: Apache-2.0
// System-wide files: meminfo, cpuinfo, uptime, stat, loadavg, version, filesystems.
#include "check.h"
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static char buffer[1 << 20];

static ssize_t slurp(const char *path) {
    int fd = open(path, O_RDONLY);
    ssize_t total = 0, count = -1;
    while (fd >= 0 && (count = read(fd, buffer + total, sizeof buffer - 1 - (size_t)total)) > 0) total += count;
    if (fd >= 0) close(fd);
    buffer[total] = 0;
    return total;
}

static long value(const char *key) {
    const char *at = strstr(buffer, key);
    return at ? strtol(at + strlen(key), NULL, 10) : -1;
}

static int occurrences(const char *what) {
    int count = 0;
    for (const char *at = buffer; (at = strstr(at, what)); at++) count++;
    return count;
}

int main(void) {
    struct sysinfo info;
    CHECK_OK(sysinfo(&info));
    CHECK(slurp("/proc/meminfo") > 0 && !strncmp(buffer, "MemTotal:", 9), "meminfo begins with MemTotal");
    long total = value("MemTotal:"), available = value("MemAvailable:"), unused = value("MemFree:");
    CHECK(total > 0 && available > 0 && available <= total && unused <= total, "meminfo is plausible");
    CHECK(labs((long)(info.totalram * info.mem_unit / 1024) - total) < 1024, "sysinfo agrees");
    CHECK(value("SwapTotal:") >= 0 && value("Cached:") >= 0 && value("Buffers:") >= 0, "more of meminfo");
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    CHECK(slurp("/proc/cpuinfo") > 0, "cpuinfo");
    CHECK_EQ(occurrences("processor\t: ") - online, 0);
    CHECK(strstr(buffer, "model name\t: ") && strstr(buffer, "flags\t\t: ") && strstr(buffer, " sse2 "),
          "cpuinfo's keys");
    double up, idle;
    slurp("/proc/uptime");
    CHECK(sscanf(buffer, "%lf %lf", &up, &idle) == 2 && up > 0 && idle >= 0, "uptime");
    CHECK(llabs((long long)up - (long long)info.uptime) <= 2, "sysinfo's uptime agrees");
    CHECK(slurp("/proc/stat") > 0 && !strncmp(buffer, "cpu  ", 5), "stat begins with cpu");
    CHECK(value("\nbtime ") > 1500000000 && value("\nctxt ") >= 0 && value("\nprocesses ") > 0, "stat's keys");
    CHECK(strstr(buffer, "\ncpu0 ") != NULL, "cpu0");
    float a, b, c;
    int running, all, last;
    slurp("/proc/loadavg");
    CHECK_EQ(sscanf(buffer, "%f %f %f %d/%d %d", &a, &b, &c, &running, &all, &last), 6);
    struct utsname name;
    uname(&name);
    char begin[256];
    snprintf(begin, sizeof begin, "Linux version %s ", name.release);
    CHECK(slurp("/proc/version") > 0 && !strncmp(buffer, begin, strlen(begin)), "version agrees with uname");
    CHECK(slurp("/proc/filesystems") > 0 && strstr(buffer, "nodev\tproc\n") && strstr(buffer, "nodev\ttmpfs\n"),
          "filesystems");
    CHECK(slurp("/proc/cmdline") >= 0, "cmdline");
    DIR *proc = opendir("/proc");
    int named = 0;
    struct dirent *entry;
    const char *wanted[] = {"self", "meminfo", "cpuinfo", "uptime", "stat", "sys", "mounts", "version"};
    while ((entry = readdir(proc)))
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) named += !strcmp(entry->d_name, wanted[i]);
    closedir(proc);
    CHECK_EQ(named, 8);
    DONE();
}
