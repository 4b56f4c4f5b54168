// SPDX-License-Identifier: Apache-2.0
// sendfile and copy_file_range.
#include "check.h"
#include <sys/sendfile.h>

int main(void) {
    temp_dir();
    make_file("from", "0123456789");
    int from = open("from", O_RDONLY), to = open("to", O_RDWR | O_CREAT, 0600);
    CHECK_EQ(sendfile(to, from, NULL, 4), 4);
    CHECK_EQ(lseek(from, 0, SEEK_CUR), 4);
    off_t offset = 8;
    CHECK_EQ(sendfile(to, from, &offset, 100), 2);
    CHECK_EQ(offset, 10);
    CHECK_EQ(lseek(from, 0, SEEK_CUR), 4);
    CHECK_EQ(sendfile(to, from, &offset, 100), 0);
    CHECK(file_is("to", "012389"), "sendfile writes at the target's offset");
    int ends[2];
    pipe(ends);
    offset = 2;
    CHECK_EQ(sendfile(ends[1], from, &offset, 3), 3);
    char buffer[8];
    CHECK(read(ends[0], buffer, 8) == 3 && !memcmp(buffer, "234", 3), "sendfile to a pipe");
    CHECK_ERRNO(sendfile(to, -1, NULL, 1), EBADF);
    int wo = open("to", O_WRONLY), append = open("to", O_WRONLY | O_APPEND);
    CHECK_ERRNO(sendfile(to, wo, NULL, 1), EBADF);
    CHECK_ERRNO(sendfile(append, from, NULL, 1), EINVAL);
    ftruncate(to, 0);
    lseek(to, 0, SEEK_SET);
    loff_t in = 1, out = 3;
    CHECK_EQ(copy_file_range(from, &in, to, &out, 5, 0), 5);
    CHECK_EQ(in, 6);
    CHECK_EQ(out, 8);
    CHECK_EQ(lseek(to, 0, SEEK_CUR), 0);
    CHECK_EQ(pread(to, buffer, 8, 0), 8);
    CHECK(!memcmp(buffer, "\0\0\0" "12345", 8), "copy_file_range copies");
    lseek(from, 7, SEEK_SET);
    CHECK_EQ(copy_file_range(from, NULL, to, NULL, 100, 0), 3);
    CHECK_EQ(copy_file_range(from, NULL, to, NULL, 100, 0), 0);
    CHECK_EQ(lseek(to, 0, SEEK_CUR), 3);
    CHECK_ERRNO(copy_file_range(from, NULL, to, NULL, 1, 1), EINVAL);
    CHECK_ERRNO(copy_file_range(from, NULL, append, NULL, 1, 0), EBADF);
    CHECK_ERRNO(copy_file_range(from, NULL, ends[1], NULL, 1, 0), EINVAL);
    int directory = open(".", O_RDONLY);
    CHECK_ERRNO(copy_file_range(directory, NULL, to, NULL, 1, 0), EISDIR);
    in = 0;
    out = 2;
    int both = open("to", O_RDWR);
    CHECK_ERRNO(copy_file_range(both, &in, both, &out, 5, 0), EINVAL);
    DONE();
}
