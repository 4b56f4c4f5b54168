// SPDX-License-Identifier: Apache-2.0
// seekdir and telldir return to a place; descriptors of one directory are independent.
#include "check.h"

int main(void) {
    temp_dir();
    mkdir("d", 0755);
    char name[32];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "d/entry%d", i);
        make_file(name, "");
    }
    DIR *a = opendir("d"), *b = opendir("d");
    for (int i = 0; i < 10; i++) readdir(a);
    long place = telldir(a);
    char at[256] = "";
    struct dirent *entry = readdir(a);
    CHECK(entry != NULL, "an eleventh entry");
    if (entry) snprintf(at, sizeof at, "%s", entry->d_name);
    int rest = 1;
    while (readdir(a)) rest++;
    CHECK_EQ(rest, 32);
    seekdir(a, place);
    entry = readdir(a);
    CHECK(entry && !strcmp(entry->d_name, at), "seekdir returns to the entry");
    int all = 0;
    while (readdir(b)) all++;
    CHECK_EQ(all, 42);
    closedir(a);
    closedir(b);
    CHECK(opendir("missing") == NULL && errno == ENOENT, "opendir of nothing");
    CHECK(opendir("d/entry1") == NULL && errno == ENOTDIR, "opendir of a file");
    a = opendir("d");
    CHECK(fcntl(dirfd(a), F_GETFD) == FD_CLOEXEC, "opendir closes on exec");
    closedir(a);
    DONE();
}
