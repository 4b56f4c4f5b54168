// SPDX-License-Identifier: Apache-2.0
// Refusal, addresses in use, non-blocking connect with SO_ERROR, resets (connect(2), tcp(7)).
#include "inet.h"

int main(void) {
    int listener = bound(SOCK_STREAM), port = port_of(listener);
    struct sockaddr_in address = loopback(port);
    int other = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(bind(other, (struct sockaddr *)&address, sizeof address), EADDRINUSE);
    CHECK_ERRNO(bind(listener, (struct sockaddr *)&address, sizeof address), EINVAL);
    CHECK_ERRNO(bind(other, (struct sockaddr *)&address, 4), EINVAL);
    address.sin_addr.s_addr = htonl(0xc6336401);
    CHECK_ERRNO(bind(other, (struct sockaddr *)&address, sizeof address), EADDRNOTAVAIL);
    int quick = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK(connect_to(quick, port) == 0 || errno == EINPROGRESS, "a non-blocking connect is under way");
    struct pollfd entry = {quick, POLLOUT, 0};
    CHECK(poll(&entry, 1, 1000) == 1 && entry.revents == POLLOUT && option(quick, SOL_SOCKET, SO_ERROR) == 0,
          "then writable, no error");
    int server = accept(listener, NULL, NULL);
    struct linger hard = {1, 0};
    setsockopt(server, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(server);
    char byte;
    CHECK(readable(quick, 1000) & POLLERR, "a hard close resets the peer");
    CHECK_ERRNO(read(quick, &byte, 1), ECONNRESET);
    CHECK(read(quick, &byte, 1) == 0, "reported once");
    close(listener);
    CHECK_ERRNO(connect_to(other, port), ECONNREFUSED);
    int late = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int status = connect_to(late, port);
    int error = status == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
        entry.fd = late;
        poll(&entry, 1, 1000);
        error = option(late, SOL_SOCKET, SO_ERROR);
    }
    CHECK_EQ(error, ECONNREFUSED);
    int fresh = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(read(fresh, &byte, 1), ENOTCONN);
    CHECK_ERRNO(send(fresh, "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK_ERRNO(shutdown(fresh, SHUT_WR), ENOTCONN);
    CHECK_ERRNO(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), EPROTONOSUPPORT);
    CHECK_ERRNO(socket(999, SOCK_STREAM, 0), EAFNOSUPPORT);
    CHECK_ERRNO(bind(0x7fffff, (struct sockaddr *)&address, sizeof address), EBADF);
    int null = open("/dev/null", O_RDWR);
    CHECK_ERRNO(listen(null, 1), ENOTSOCK);
    DONE();
}
