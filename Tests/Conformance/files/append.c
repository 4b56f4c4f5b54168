// SPDX-License-Identifier: Apache-2.0
// O_APPEND: each write lands at the end, whole, from several processes.
#include "check.h"

enum { WRITERS = 4, RECORDS = 200, LENGTH = 16 };

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT | O_APPEND, 0600);
    write(fd, "abc", 3);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(write(fd, "def", 3), 3);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 6);
    CHECK(file_is("f", "abcdef"), "a write ignores the offset");
    CHECK_EQ(pwrite(fd, "ghi", 3, 0), 3);
    CHECK(file_is("f", "abcdefghi"), "Linux appends on pwrite, too");
    CHECK_OK(fcntl(fd, F_SETFL, 0));
    lseek(fd, 0, SEEK_SET);
    CHECK_EQ(write(fd, "A", 1), 1);
    CHECK(file_is("f", "Abcdefghi"), "F_SETFL clears O_APPEND");
    close(fd);
    pid_t child[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        child[w] = fork();
        if (child[w]) continue;
        int mine = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
        char record[LENGTH];
        memset(record, 'a' + w, sizeof record);
        for (int r = 0; r < RECORDS; r++)
            if (write(mine, record, sizeof record) != LENGTH) _exit(1);
        _exit(0);
    }
    for (int w = 0; w < WRITERS; w++) CHECK_EQ(check_wait(child[w]), 0);
    int torn = 0, count[WRITERS] = {0};
    fd = open("log", O_RDONLY);
    char record[LENGTH];
    while (read(fd, record, LENGTH) == LENGTH) {
        for (int i = 1; i < LENGTH; i++) torn += record[i] != record[0];
        if (record[0] >= 'a' && record[0] < 'a' + WRITERS) count[record[0] - 'a']++;
    }
    CHECK_EQ(torn, 0);
    for (int w = 0; w < WRITERS; w++) CHECK_EQ(count[w], RECORDS);
    DONE();
}
