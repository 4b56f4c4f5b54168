// SPDX-License-Identifier: Apache-2.0
// A buffer that ends at an unmapped page: regular files move every byte before it, read(2), write(2).
#include "../process/support.h"

int main(void) {
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED && munmap(page + 4096, 4096) == 0, "a page with nothing behind it");
    int fd = memfd_create("partial", 0);
    CHECK(fd >= 0, "memfd");
    for (size_t i = 0; i < 4096; i++) page[i] = (char)(i * 7 + i / 256);
    static const size_t counts[] = {1, 5, 8, 13, 31, 32, 33, 47, 255, 257, 1023, 1025, 4095};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        size_t count = counts[i];
        char *start = page + 4096 - count, back[4096];
        CHECK_EQ(pwrite(fd, start, count + 200, 0), (ssize_t)count);
        CHECK(pread(fd, back, count, 0) == (ssize_t)count && memcmp(back, start, count) == 0, "and they are the right ones");
        memset(back, 'x', sizeof back);
        CHECK(pwrite(fd, back, sizeof back, 0) == (ssize_t)sizeof back, "other bytes");
        ssize_t n = pread(fd, start, count + 200, 0);
        CHECK_EQ(n, (ssize_t)count);
        int same = 1;
        for (size_t j = 0; j < count; j++) same &= start[j] == 'x';
        CHECK(same, "all of them");
        for (size_t j = 0; j < 4096; j++) page[j] = (char)(j * 7 + j / 256);
        CHECK(ftruncate(fd, 0) == 0, "empty again");
    }
    DONE();
}
