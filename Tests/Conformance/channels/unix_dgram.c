// SPDX-License-Identifier: Apache-2.0
// AF_UNIX datagrams with names: sendto, sender's address, connect, message size, mmsg calls, SO_RCVTIMEO (unix(7)).
#include "../process/support.h"

int main(void) {
    temp_dir();
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "a"}, b = {.sun_family = AF_UNIX, .sun_path = "b"}, got;
    int one = socket(AF_UNIX, SOCK_DGRAM, 0), two = socket(AF_UNIX, SOCK_DGRAM, 0);
    char data[32];
    CHECK(bind(one, (struct sockaddr *)&a, sizeof a) == 0 && bind(two, (struct sockaddr *)&b, sizeof b) == 0,
          "two bound sockets");
    CHECK_ERRNO(send(one, "x", 1, 0), ENOTCONN);
    CHECK(sendto(one, "hello", 5, 0, (struct sockaddr *)&b, sizeof b) == 5, "sendto");
    socklen_t size = sizeof got;
    CHECK(recvfrom(two, data, sizeof data, 0, (struct sockaddr *)&got, &size) == 5 && !strcmp(got.sun_path, "a"),
          "recvfrom names the sender");
    CHECK(connect(one, (struct sockaddr *)&b, sizeof b) == 0 && send(one, "1", 1, 0) == 1, "connect, then send");
    CHECK(recv(two, data, sizeof data, 0) == 1, "arrives");
    CHECK(connect(two, (struct sockaddr *)&b, sizeof b) == 0, "connect the second to itself");
    CHECK_ERRNO(sendto(one, "x", 1, 0, (struct sockaddr *)&b, sizeof b), EPERM);
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    CHECK(connect(two, &none, sizeof none) == 0 && send(one, "2", 1, 0) == 1 && recv(two, data, 1, 0) == 1,
          "AF_UNSPEC disconnects");
    struct timeval limit = {0, 20000};
    CHECK(setsockopt(two, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0, "a receive timeout");
    CHECK_ERRNO(recv(two, data, 1, 0), EAGAIN);
    struct iovec parts[4] = {{"aa", 2}, {"b", 1}, {data, 8}, {data + 8, 8}};
    struct mmsghdr messages[2] = {{{.msg_iov = parts, .msg_iovlen = 1}, 0},
                                  {{.msg_iov = parts + 1, .msg_iovlen = 1}, 0}};
    CHECK(sendmmsg(one, messages, 2, 0) == 2 && messages[0].msg_len == 2 && messages[1].msg_len == 1, "sendmmsg");
    messages[0].msg_hdr.msg_iov = parts + 2, messages[1].msg_hdr.msg_iov = parts + 3;
    CHECK(recvmmsg(two, messages, 2, MSG_DONTWAIT, NULL) == 2 && messages[0].msg_len == 2 && messages[1].msg_len == 1
              && data[8] == 'b',
          "recvmmsg");
    int stream = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(stream, (struct sockaddr *)&b, sizeof b), EPROTOTYPE);
    close(two);
    CHECK_ERRNO(send(one, "x", 1, 0), ECONNREFUSED);
    DONE();
}
