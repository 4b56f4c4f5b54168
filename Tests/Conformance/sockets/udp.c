// SPDX-License-Identifier: Apache-2.0
// UDP on loopback: boundaries, truncation, source addresses, connect, refusal, empty datagrams (udp(7)).
#include "inet.h"

int main(void) {
    int one = bound(SOCK_DGRAM), two = bound(SOCK_DGRAM);
    struct sockaddr_in to = loopback(port_of(two)), from;
    socklen_t size = sizeof from;
    char data[16];
    CHECK_ERRNO(send(one, "x", 1, 0), EDESTADDRREQ);
    CHECK(sendto(one, "hello", 5, 0, (struct sockaddr *)&to, sizeof to) == 5 && readable(two, 1000) == POLLIN,
          "sendto");
    CHECK(recvfrom(two, data, 16, 0, (struct sockaddr *)&from, &size) == 5 && ntohs(from.sin_port) == port_of(one),
          "recvfrom gives the source");
    sendto(one, "", 0, 0, (struct sockaddr *)&to, sizeof to);
    CHECK(readable(two, 1000) == POLLIN && recv(two, data, 16, 0) == 0, "an empty datagram");
    sendto(one, "truncated", 9, 0, (struct sockaddr *)&to, sizeof to);
    CHECK(readable(two, 1000) == POLLIN && recv(two, data, 3, MSG_PEEK | MSG_TRUNC) == 9, "MSG_TRUNC gives the length");
    struct iovec vector = {data, 3};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    CHECK(recvmsg(two, &message, 0) == 3 && (message.msg_flags & MSG_TRUNC), "truncation is flagged");
    CHECK_ERRNO(recv(two, data, 1, MSG_DONTWAIT), EAGAIN);
    CHECK(connect_to(one, port_of(two)) == 0 && send(one, "c", 1, 0) == 1 && recv(two, data, 1, 0) == 1, "connected");
    int three = bound(SOCK_DGRAM);
    struct sockaddr_in back = loopback(port_of(one));
    sendto(three, "x", 1, 0, (struct sockaddr *)&back, sizeof back);
    CHECK_ERRNO(recv(one, data, 1, MSG_DONTWAIT), EAGAIN);
    int gone = port_of(three);
    close(three);
    CHECK(connect_to(one, gone) == 0 && send(one, "x", 1, 0) == 1 && (readable(one, 1000) & POLLERR), "a closed port");
    CHECK_ERRNO(recv(one, data, 1, 0), ECONNREFUSED);
    CHECK_ERRNO(listen(one, 1), EOPNOTSUPP);
    static char big[70000];
    CHECK_ERRNO(sendto(two, big, sizeof big, 0, (struct sockaddr *)&back, sizeof back), EMSGSIZE);
    DONE();
}
