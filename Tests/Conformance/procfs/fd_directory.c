// SPDX-License-Identifier: Apache-2.0
// Listing /proc/self/fd and /dev/fd; fdinfo.
#include "check.h"

static int count(const char *path, int *lowest_missing) {
    bool seen[64] = {false};
    int found = 0;
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        if (entry->d_name[0] == '.') continue;
        int fd = atoi(entry->d_name);
        if (fd == dirfd(directory)) continue;
        if (fd < 64) seen[fd] = true;
        found++;
    }
    if (directory) closedir(directory);
    for (*lowest_missing = 0; seen[*lowest_missing]; ++*lowest_missing) {}
    return found;
}

int main(void) {
    temp_dir();
    syscall(436, 3, ~0u, 0);
    int missing;
    CHECK_EQ(count("/proc/self/fd", &missing), 3);
    CHECK_EQ(missing, 3);
    make_file("f", "0123456789");
    int fd = open("f", O_RDWR | O_APPEND);
    CHECK_EQ(count("/proc/self/fd", &missing), 4);
    dup2(fd, 20);
    CHECK_EQ(count("/dev/fd", &missing), 5);
    CHECK_EQ(missing, 4);
    lseek(fd, 7, SEEK_SET);
    FILE *info = fopen("/proc/self/fdinfo/3", "r");
    CHECK(info != NULL, "fdinfo");
    long position = -1;
    unsigned flags = 0;
    char line[256];
    while (info && fgets(line, sizeof line, info)) {
        sscanf(line, "pos: %ld", &position);
        sscanf(line, "flags: %o", &flags);
    }
    if (info) fclose(info);
    CHECK_EQ(position, 7);
    CHECK_EQ(flags & (O_ACCMODE | O_APPEND), O_RDWR | O_APPEND);
    int again = open("/dev/fd/3", O_RDONLY);
    char byte = 0;
    CHECK(again >= 0 && read(again, &byte, 1) == 1 && byte == '0', "/dev/fd opens with an offset of its own");
    char text[64] = "";
    CHECK(readlink("/dev/fd", text, sizeof text) == 13 && !strcmp(text, "/proc/self/fd"), "/dev/fd");
    CHECK(readlink("/dev/stdin", text, sizeof text) == 15, "/dev/stdin");
    int ends[2];
    pipe(ends);
    snprintf(text, sizeof text, "/proc/self/fd/%d", ends[1]);
    int writer = open(text, O_WRONLY);
    CHECK(writer >= 0 && write(writer, "p", 1) == 1, "a pipe opens again");
    CHECK(read(ends[0], &byte, 1) == 1 && byte == 'p', "and is the same pipe");
    DONE();
}
