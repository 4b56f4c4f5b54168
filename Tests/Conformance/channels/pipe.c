// SPDX-License-Identifier: Apache-2.0
// Pipes: end of file, EPIPE and SIGPIPE, O_NONBLOCK, capacity, FIONREAD, F_SETPIPE_SZ, wrong ends (pipe(7)).
#include "../process/support.h"

int main(void) {
    int p[2];
    static char data[1 << 17];
    CHECK_ERRNO(pipe2(p, 0x80000000), EINVAL);
    CHECK_ERRNO(syscall(SYS_pipe, 8L), EFAULT);
    CHECK(pipe2(p, O_NONBLOCK | O_CLOEXEC) == 0 && fcntl(p[0], F_GETFD) == FD_CLOEXEC
              && (fcntl(p[1], F_GETFL) & O_NONBLOCK),
          "flags of pipe2");
    CHECK_ERRNO(read(p[0], data, 1), EAGAIN);
    CHECK_ERRNO(read(p[1], data, 1), EBADF);
    CHECK_ERRNO(write(p[0], data, 1), EBADF);
    CHECK_ERRNO(lseek(p[0], 0, SEEK_CUR), ESPIPE);
    CHECK_ERRNO(pread(p[0], data, 1, 0), ESPIPE);
    CHECK_EQ(fcntl(p[0], F_GETPIPE_SZ), 65536);
    CHECK_EQ(write(p[1], data, sizeof data), 65536);
    CHECK_ERRNO(write(p[1], data, 1), EAGAIN);
    int n = 0;
    CHECK(ioctl(p[0], FIONREAD, &n) == 0 && n == 65536, "FIONREAD");
    CHECK_ERRNO(fcntl(p[0], F_SETPIPE_SZ, 4096), EBUSY);
    CHECK(read(p[0], data, sizeof data) == 65536, "read all");
    CHECK(fcntl(p[0], F_SETPIPE_SZ, 5000) == 8192 && fcntl(p[1], F_GETPIPE_SZ) == 8192, "the capacity is rounded up");
    CHECK_EQ(write(p[1], data, sizeof data), 8192);
    CHECK_EQ(read(p[0], data, sizeof data), 8192);
    CHECK_EQ(read(p[0], data, 0), 0);
    CHECK_EQ(write(p[1], "abc", 3), 3);
    close(p[1]);
    CHECK(read(p[0], data, 2) == 2 && read(p[0], data, 9) == 1 && read(p[0], data, 9) == 0,
          "the rest, then end of file");
    close(p[0]);
    CHECK(pipe(p) == 0 && close(p[0]) == 0, "a pipe without a reader");
    CHECK(exit_code(CHILD(write(p[1], "x", 1); _exit(1))) == -SIGPIPE, "SIGPIPE ends the writer");
    signal(SIGPIPE, SIG_IGN);
    CHECK_ERRNO(write(p[1], "x", 1), EPIPE);
    struct stat st;
    CHECK(fstat(p[1], &st) == 0 && S_ISFIFO(st.st_mode), "fstat says FIFO");
    DONE();
}
