// SPDX-License-Identifier: Apache-2.0
// socketpair: stream, datagram and seqpacket semantics; MSG_PEEK, WAITALL, DONTWAIT, TRUNC; shutdown (unix(7)).
#include "../process/support.h"

int main(void) {
    int s[2], n = 0;
    char data[64];
    CHECK_ERRNO(socketpair(AF_UNIX, SOCK_RDM, 0, s), ESOCKTNOSUPPORT);
    CHECK_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 9, s), EPROTONOSUPPORT);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0, "stream");
    CHECK(write(s[0], "abc", 3) == 3 && write(s[0], "def", 3) == 3, "two writes");
    CHECK(recv(s[1], data, 4, MSG_PEEK) == 4 && !memcmp(data, "abcd", 4), "MSG_PEEK leaves the data");
    CHECK(ioctl(s[1], FIONREAD, &n) == 0 && n == 6, "FIONREAD");
    CHECK(recv(s[1], data, 64, 0) == 6, "a stream has no boundaries");
    CHECK_ERRNO(recv(s[1], data, 1, MSG_DONTWAIT), EAGAIN);
    pid_t pid = CHILD(write(s[0], "12", 2); sleep_ms(5); write(s[0], "345", 3));
    CHECK(recv(s[1], data, 5, MSG_WAITALL) == 5 && exit_code(pid) == 0, "MSG_WAITALL waits for all");
    CHECK(shutdown(s[0], SHUT_WR) == 0 && read(s[1], data, 1) == 0 && write(s[1], "x", 1) == 1
              && read(s[0], data, 1) == 1,
          "half close");
    CHECK_ERRNO(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK(exit_code(CHILD(write(s[0], "x", 1))) == -SIGPIPE, "without MSG_NOSIGNAL, SIGPIPE");
    close(s[0]), close(s[1]);
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, s) == 0, "datagram");
    CHECK(send(s[0], "first", 5, 0) == 5 && send(s[0], "", 0, 0) == 0 && send(s[0], "3", 1, 0) == 1,
          "three datagrams, one empty");
    CHECK(recv(s[1], data, 2, MSG_TRUNC) == 5 && recv(s[1], data, 64, 0) == 0 && recv(s[1], data, 64, 0) == 1,
          "boundaries; MSG_TRUNC gives the true length");
    CHECK_ERRNO(recv(s[1], data, 1, 0), EAGAIN);
    close(s[0]);
    CHECK_ERRNO(send(s[1], "x", 1, 0), ECONNREFUSED);
    close(s[1]);
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s) == 0, "seqpacket");
    CHECK(send(s[0], "first", 5, 0) == 5 && send(s[0], "2", 1, 0) == 1, "two records");
    struct iovec vector = {data, 3};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    CHECK(recvmsg(s[1], &message, 0) == 3 && (message.msg_flags & MSG_TRUNC), "a short read sets MSG_TRUNC");
    CHECK(read(s[1], data, 64) == 1, "and drops the rest");
    close(s[0]);
    CHECK(read(s[1], data, 64) == 0, "end of file");
    CHECK_ERRNO(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    DONE();
}
