// SPDX-License-Identifier: Apache-2.0
// File mappings are coherent with read, write and each other.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096 };

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    char page[PAGE];
    memset(page, 'o', PAGE);
    write(fd, page, PAGE);
    write(fd, page, PAGE);
    char *a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *b = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
    char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(a != MAP_FAILED && b != MAP_FAILED && p != MAP_FAILED, "three mappings of one file");
    a[PAGE] = 'A';
    CHECK_EQ(b[0], 'A');
    CHECK_EQ(p[PAGE], 'A');
    char byte;
    CHECK_EQ(pread(fd, &byte, 1, PAGE), 1);
    CHECK_EQ(byte, 'A');
    pwrite(fd, "W", 1, 10);
    CHECK_EQ(a[10], 'W');
    CHECK_EQ(p[10], 'W');
    p[20] = 'P';
    CHECK_EQ(a[20], 'o');
    pread(fd, &byte, 1, 20);
    CHECK_EQ(byte, 'o');
    pwrite(fd, "Z", 1, 30);
    CHECK_EQ(a[30], 'Z');
    CHECK_CHILD("a child writes through the inherited shared mapping", a[40] = 'C'; p[41] = 'C');
    CHECK_EQ(a[40], 'C');
    CHECK(p[41] == 'o', "but its private page is its own");
    pid_t child = fork();
    if (child == 0) {
        int mine = open("f", O_RDWR);
        char *m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, mine, 0);
        m[50] = 'M';
        _exit(m[10] == 'W' ? 0 : 1);
    }
    CHECK_EQ(check_wait(child), 0);
    CHECK_EQ(a[50], 'M');
    CHECK_OK(msync(a, 2 * PAGE, MS_SYNC));
    munmap(a, 2 * PAGE);
    close(fd);
    b[1] = 'B';
    fd = open("f", O_RDONLY);
    pread(fd, &byte, 1, PAGE + 1);
    CHECK_EQ(byte, 'B');
    CHECK_CHILD("a read into a mapping of the same file",
        int rw = open("f", O_RDWR);
        CHECK_EQ(pread(rw, b, 100, 0), 100);
        CHECK_EQ(b[10], 'W'));
    DONE();
}
