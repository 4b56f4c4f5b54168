// SPDX-License-Identifier: Apache-2.0
// A file of 24 MB: written, read back by different block sizes, overwritten at random places.
#include "check.h"

enum { SIZE = 24 << 20 };

static unsigned char expected(unsigned at) { return (unsigned char)(at * 2654435761u >> 21); }

int main(void) {
    temp_dir();
    unsigned char *data = malloc(SIZE), *back = calloc(1, SIZE);
    for (unsigned i = 0; i < SIZE; i++) data[i] = expected(i);
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    size_t done = 0, step = 1;
    while (done < SIZE) {
        size_t length = SIZE - done < step ? SIZE - done : step;
        if (write(fd, data + done, length) != (ssize_t)length) break;
        done += length;
        step = step * 3 % 300007 + 1;
    }
    CHECK_EQ(done, SIZE);
    CHECK_EQ(pread(fd, back, SIZE, 0), SIZE);
    CHECK(!memcmp(data, back, SIZE), "one large read returns every byte");
    unsigned seed = 1;
    for (int i = 0; i < 500; i++) {
        seed = seed * 1664525 + 1013904223;
        unsigned at = seed % (SIZE - 5000), length = seed % 4999 + 1;
        memset(data + at, i, length);
        if (pwrite(fd, data + at, length, at) != (ssize_t)length) break;
    }
    lseek(fd, 0, SEEK_SET);
    for (done = 0; done < SIZE; done += 65537)
        if (read(fd, back + done, 65537) <= 0) break;
    CHECK(!memcmp(data, back, SIZE), "after random writes, reads of an odd size return every byte");
    struct stat st;
    fstat(fd, &st);
    CHECK_EQ(st.st_size, SIZE);
    CHECK(st.st_blocks >= SIZE / 512, "the blocks are counted");
    free(data);
    free(back);
    DONE();
}
