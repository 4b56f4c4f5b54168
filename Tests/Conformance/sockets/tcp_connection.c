// SPDX-License-Identifier: Apache-2.0
// TCP over 127.0.0.1: connect, accept4, names on both sides, data both ways, end of file (tcp(7)).
#include "inet.h"

int main(void) {
    int listener = bound(SOCK_STREAM), client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in peer, own;
    socklen_t size = sizeof peer;
    char data[16];
    CHECK(listener >= 0 && port_of(listener) > 0, "a listener on a free port");
    CHECK_ERRNO(getpeername(client, (struct sockaddr *)&peer, &size), ENOTCONN);
    CHECK(connect_to(client, port_of(listener)) == 0, "connect");
    CHECK(readable(listener, 1000) == POLLIN, "the listener becomes readable");
    size = sizeof peer;
    int server = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    CHECK(server >= 0 && size == sizeof peer && fcntl(server, F_GETFD) == FD_CLOEXEC
              && (fcntl(server, F_GETFL) & O_NONBLOCK),
          "accept4 with flags");
    CHECK(peer.sin_family == AF_INET && ntohs(peer.sin_port) == port_of(client)
              && ntohl(peer.sin_addr.s_addr) == INADDR_LOOPBACK,
          "the peer's address");
    size = sizeof own;
    CHECK(getpeername(client, (struct sockaddr *)&own, &size) == 0 && ntohs(own.sin_port) == port_of(listener),
          "getpeername");
    CHECK_ERRNO(connect_to(client, port_of(listener)), EISCONN);
    CHECK_ERRNO(read(server, data, 1), EAGAIN);
    CHECK(write(client, "ping", 4) == 4 && readable(server, 1000) == POLLIN && read(server, data, 16) == 4
              && !memcmp(data, "ping", 4),
          "to the server");
    CHECK(write(server, "pong!", 5) == 5 && read(client, data, 5) == 5, "and back");
    CHECK_ERRNO(syscall(SYS_accept4, listener, NULL, NULL, 0x1234), EINVAL);
    CHECK_ERRNO(accept(server, NULL, NULL), EINVAL);
    CHECK(close(client) == 0 && readable(server, 1000) == POLLIN && read(server, data, 1) == 0, "end of file");
    DONE();
}
