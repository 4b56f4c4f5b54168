// SPDX-License-Identifier: Apache-2.0
// Processes read and write through one open file description: each byte once.
#include "check.h"

enum { WORKERS = 4, RECORDS = 250, LENGTH = 32 };

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    pid_t child[WORKERS];
    for (int w = 0; w < WORKERS; w++) {
        child[w] = fork();
        if (child[w]) continue;
        char record[LENGTH];
        memset(record, 'a' + w, LENGTH);
        for (int r = 0; r < RECORDS; r++)
            if (write(fd, record, LENGTH) != LENGTH) _exit(1);
        _exit(0);
    }
    for (int w = 0; w < WORKERS; w++) CHECK_EQ(check_wait(child[w]), 0);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), WORKERS * RECORDS * LENGTH);
    lseek(fd, 0, SEEK_SET);
    int ends[2];
    pipe(ends);
    for (int w = 0; w < WORKERS; w++) {
        child[w] = fork();
        if (child[w]) continue;
        char record[LENGTH];
        int torn = 0;
        while (read(fd, record, LENGTH) == LENGTH) {
            for (int i = 1; i < LENGTH; i++) torn += record[i] != record[0];
            if (write(ends[1], record, 1) != 1) _exit(2);
        }
        _exit(torn ? 1 : 0);
    }
    for (int w = 0; w < WORKERS; w++) CHECK_EQ(check_wait(child[w]), 0);
    close(ends[1]);
    int count[WORKERS] = {0};
    char byte;
    while (read(ends[0], &byte, 1) == 1)
        if (byte >= 'a' && byte < 'a' + WORKERS) count[byte - 'a']++;
    for (int w = 0; w < WORKERS; w++) CHECK_EQ(count[w], RECORDS);
    DONE();
}
