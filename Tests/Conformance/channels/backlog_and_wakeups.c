// SPDX-License-Identifier: Apache-2.0
// Blocking transfers between processes: a full socket wakes its writer, a reader gets every byte, close wakes both sides.
#include "../process/support.h"

int main(void) {
    int s[2], p[2];
    static char data[100000];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && pipe(p) == 0, "a socket pair and a pipe");
    pid_t pid = CHILD(close(s[0]); for (int i = 0; i < 20; i++) {
        size_t d = 0;
        while (d < sizeof data) {
            ssize_t n = write(s[1], data + d, sizeof data - d);
            if (n <= 0) _exit(1);
            d += (size_t)n;
        }
    });
    close(s[1]);
    long long total = 0;
    ssize_t n;
    while ((n = read(s[0], data, 7777)) > 0) total += n;
    CHECK(n == 0 && total == 2000000 && exit_code(pid) == 0, "two million bytes through a socket");
    pid = CHILD(close(p[0]); for (int i = 0; i < 20; i++) if (write(p[1], data, sizeof data) != sizeof data) _exit(1));
    close(p[1]);
    total = 0;
    while ((n = read(p[0], data, 7777)) > 0) total += n;
    CHECK(n == 0 && total == 2000000 && exit_code(pid) == 0, "and through a pipe");
    CHECK(pipe(p) == 0, "a new pipe");
    pid = CHILD(close(p[0]); signal(SIGPIPE, SIG_IGN);
                while (write(p[1], data, sizeof data) > 0) {} _exit(errno == EPIPE ? 3 : 4));
    sleep_ms(5);
    close(p[0]);
    CHECK(exit_code(pid) == 3, "closing the read end wakes a blocked writer");
    DONE();
}
