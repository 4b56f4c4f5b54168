// SPDX-License-Identifier: Apache-2.0
// Processes create, rename and remove names in one directory at once; each name has one winner.
#include "check.h"

enum { WORKERS = 4, ROUNDS = 150 };

int main(void) {
    temp_dir();
    mkdir("d", 0755);
    pid_t child[WORKERS];
    int wins[2];
    pipe(wins);
    for (int w = 0; w < WORKERS; w++) {
        child[w] = fork();
        if (child[w]) continue;
        char name[64], other[64];
        for (int r = 0; r < ROUNDS; r++) {
            snprintf(name, sizeof name, "d/common-%d", r);
            int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
            if (fd >= 0) {
                if (write(wins[1], "w", 1) != 1) _exit(2);
                close(fd);
            } else if (errno != EEXIST) {
                _exit(3);
            }
            snprintf(name, sizeof name, "d/own-%d-%d", w, r);
            snprintf(other, sizeof other, "d/moved-%d-%d", w, r);
            if (!make_file(name, name) || rename(name, other) != 0 || !file_is(other, name)) _exit(4);
            if (r % 3 && unlink(other) != 0) _exit(5);
            if (mkdir("d/contested", 0755) != 0 && errno != EEXIST) _exit(6);
            if (rmdir("d/contested") != 0 && errno != ENOENT) _exit(7);
        }
        _exit(0);
    }
    for (int w = 0; w < WORKERS; w++) CHECK_EQ(check_wait(child[w]), 0);
    close(wins[1]);
    char byte;
    int total = 0;
    while (read(wins[0], &byte, 1) == 1) total++;
    CHECK_EQ(total, ROUNDS);
    DIR *directory = opendir("d");
    int entries = 0;
    while (readdir(directory)) entries++;
    closedir(directory);
    CHECK_EQ(entries, 2 + ROUNDS + WORKERS * ROUNDS / 3);
    struct stat st;
    stat("d", &st);
    CHECK_EQ(st.st_nlink, 2);
    DONE();
}
