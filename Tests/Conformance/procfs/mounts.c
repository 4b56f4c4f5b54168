// SPDX-License-Identifier: Apache-2.0
// mounts, mountinfo and limits.
#include "check.h"
#include <mntent.h>
#include <sys/resource.h>

int main(void) {
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    CHECK(mounts != NULL, "/proc/self/mounts");
    struct mntent *entry;
    int root = 0, proc = 0, fields = 0;
    while (mounts && (entry = getmntent(mounts))) {
        root += !strcmp(entry->mnt_dir, "/");
        proc += !strcmp(entry->mnt_dir, "/proc") && !strcmp(entry->mnt_type, "proc");
        fields += entry->mnt_opts[0] == 'r' && (entry->mnt_opts[1] == 'w' || entry->mnt_opts[1] == 'o');
    }
    if (mounts) endmntent(mounts);
    CHECK(root >= 1, "a root");
    CHECK(proc >= 1, "/proc");
    CHECK(fields >= 2, "options begin with rw or ro");
    char text[64] = "";
    CHECK(readlink("/proc/mounts", text, sizeof text) == 11 && !strcmp(text, "self/mounts"), "/proc/mounts is a link");
    FILE *info = fopen("/proc/self/mountinfo", "r");
    char line[4096];
    int lines = 0, good = 0, at_root = 0;
    while (info && fgets(line, sizeof line, info)) {
        int id, parent, used = 0;
        unsigned major_number, minor_number;
        char inside[1024], where[1024];
        lines++;
        good += sscanf(line, "%d %d %u:%u %1023s %1023s %n", &id, &parent, &major_number, &minor_number, inside, where, &used) == 6 &&
                strstr(line + used, " - ") != NULL;
        at_root += !strcmp(where, "/");
    }
    if (info) fclose(info);
    CHECK(lines > 0 && good == lines, "each line of mountinfo has its fields");
    CHECK(at_root >= 1, "mountinfo has the root");
    struct rlimit limit = {123, 456};
    CHECK_OK(setrlimit(RLIMIT_NOFILE, &limit));
    FILE *limits = fopen("/proc/self/limits", "r");
    int found = 0, heading = 0;
    while (limits && fgets(line, sizeof line, limits)) {
        unsigned long soft, hard;
        found += sscanf(line, "Max open files %lu %lu files", &soft, &hard) == 2 && soft == 123 && hard == 456;
        heading += !strncmp(line, "Limit                     Soft Limit ", 36);
    }
    if (limits) fclose(limits);
    CHECK_EQ(heading, 1);
    CHECK_EQ(found, 1);
    DONE();
}
