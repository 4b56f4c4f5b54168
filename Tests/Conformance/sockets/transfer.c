// SPDX-License-Identifier: Apache-2.0
// TCP transfer: vectors, MSG_PEEK, WAITALL, DONTWAIT, NOSIGNAL, half close, and a megabyte through small buffers (recv(2)).
#include "inet.h"

int main(void) {
    int s[2] = {-1, -1};
    char a[4] = "", b[8] = "";
    CHECK(tcp_pair(s) == 0, "a connected pair");
    struct iovec out[3] = {{"one", 3}, {"", 0}, {"two", 3}}, in[2] = {{a, 2}, {b, 8}};
    CHECK(writev(s[0], out, 3) == 6, "writev");
    CHECK(recv(s[1], b, 6, MSG_PEEK | MSG_WAITALL) == 6 && !memcmp(b, "onetwo", 6), "MSG_PEEK");
    struct msghdr message = {.msg_iov = in, .msg_iovlen = 2};
    CHECK(recvmsg(s[1], &message, 0) == 6 && !memcmp(a, "on", 2) && !memcmp(b, "etwo", 4), "recvmsg scatters");
    CHECK_ERRNO(recv(s[1], a, 1, MSG_DONTWAIT), EAGAIN);
    pid_t pid = CHILD(send(s[0], "123", 3, 0); sleep_ms(5); send(s[0], "4567", 4, 0));
    CHECK(recv(s[1], b, 7, MSG_WAITALL) == 7 && exit_code(pid) == 0, "MSG_WAITALL");
    pid = CHILD(close(s[1]); static char data[1 << 16]; for (int i = 0; i < 16; i++) {
        memset(data, i, sizeof data);
        for (size_t d = 0; d < sizeof data;) {
            ssize_t n = write(s[0], data + d, sizeof data - d);
            if (n <= 0) _exit(1);
            d += (size_t)n;
        }
    });
    static char chunk[10000];
    long long total = 0;
    int good = 1;
    while (total < 1 << 20) {
        ssize_t n = read(s[1], chunk, sizeof chunk);
        if (n <= 0) break;
        for (ssize_t i = 0; i < n; i++) good &= chunk[i] == (char)((total + i) >> 16);
        total += n;
    }
    CHECK(good && total == 1 << 20 && exit_code(pid) == 0, "a megabyte in order");
    CHECK(shutdown(s[0], SHUT_WR) == 0 && read(s[1], a, 1) == 0, "half close: end of file");
    CHECK(write(s[1], "back", 4) == 4 && recv(s[0], b, 4, MSG_WAITALL) == 4, "the other half still works");
    CHECK_ERRNO(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK(exit_code(CHILD(send(s[0], "x", 1, 0))) == -SIGPIPE, "SIGPIPE");
    CHECK(shutdown(s[1], SHUT_RDWR) == 0 && read(s[0], a, 1) == 0, "shut down both");
    CHECK_ERRNO(shutdown(s[0], 9), EINVAL);
    DONE();
}
