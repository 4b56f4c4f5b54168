// SPDX-License-Identifier: Apache-2.0
// truncate and ftruncate shrink, grow and refuse.
#include "check.h"

int main(void) {
    temp_dir();
    make_file("f", "0123456789");
    CHECK_OK(truncate("f", 4));
    CHECK(file_is("f", "0123"), "truncate shrinks");
    CHECK_OK(truncate("f", 8));
    struct stat st;
    stat("f", &st);
    CHECK_EQ(st.st_size, 8);
    int fd = open("f", O_RDWR);
    char buffer[8];
    CHECK_EQ(read(fd, buffer, 8), 8);
    CHECK(!memcmp(buffer, "0123\0\0\0\0", 8), "what a shrink cut off comes back as zeros");
    CHECK_OK(ftruncate(fd, 2));
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 8);
    CHECK_EQ(read(fd, buffer, 8), 0);
    CHECK_EQ(write(fd, "Z", 1), 1);
    fstat(fd, &st);
    CHECK_EQ(st.st_size, 9);
    CHECK_ERRNO(ftruncate(fd, -1), EINVAL);
    CHECK_ERRNO(truncate("f", -1), EINVAL);
    close(fd);
    fd = open("f", O_RDONLY);
    CHECK_ERRNO(ftruncate(fd, 0), EINVAL);
    CHECK_ERRNO(ftruncate(-1, 0), EBADF);
    CHECK_ERRNO(truncate("missing", 0), ENOENT);
    CHECK_ERRNO(truncate(".", 0), EISDIR);
    CHECK_ERRNO(truncate("f/x", 0), ENOTDIR);
    int ends[2];
    CHECK_OK(pipe(ends));
    CHECK_ERRNO(ftruncate(ends[1], 0), EINVAL);
    CHECK_OK(truncate("f", 3L << 30));
    stat("f", &st);
    CHECK_EQ(st.st_size, 3L << 30);
    CHECK_OK(truncate("f", 0));
    DONE();
}
