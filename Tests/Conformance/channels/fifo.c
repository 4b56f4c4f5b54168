// SPDX-License-Identifier: Apache-2.0
// FIFOs: opening blocks for the other side, ENXIO, O_RDWR, end of file and reopening (fifo(7)).
#include "../process/support.h"

int main(void) {
    temp_dir();
    CHECK(mkfifo("f", 0600) == 0, "mkfifo");
    CHECK_ERRNO(mkfifo("f", 0600), EEXIST);
    CHECK_ERRNO(open("f", O_WRONLY | O_NONBLOCK), ENXIO);
    int r = open("f", O_RDONLY | O_NONBLOCK);
    char byte;
    CHECK(r >= 0 && read(r, &byte, 1) == 0, "a non-blocking reader opens at once and sees end of file");
    int w = open("f", O_WRONLY | O_NONBLOCK);
    CHECK(w >= 0, "now a writer may open");
    CHECK_ERRNO(read(r, &byte, 1), EAGAIN);
    CHECK(write(w, "ab", 2) == 2 && close(w) == 0 && read(r, &byte, 1) == 1 && read(r, &byte, 1) == 1
              && read(r, &byte, 1) == 0,
          "data, then end of file");
    close(r);
    pid_t pid = CHILD(int fd = open("f", O_WRONLY); _exit(write(fd, "q", 1) == 1 ? 3 : 4));
    r = open("f", O_RDONLY);
    CHECK(read(r, &byte, 1) == 1 && byte == 'q' && exit_code(pid) == 3, "blocking opens meet");
    close(r);
    int both = open("f", O_RDWR);
    CHECK(both >= 0 && write(both, "z", 1) == 1 && read(both, &byte, 1) == 1, "O_RDWR does not block");
    CHECK(unlink("f") == 0 && write(both, "y", 1) == 1 && read(both, &byte, 1) == 1 && byte == 'y',
          "it lives on after unlink");
    DONE();
}
