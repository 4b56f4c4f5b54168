// SPDX-License-Identifier: Apache-2.0
// The backlog of a listener, connects that do not wait, and what a refused one leaves (listen(2), connect(2)).
#include "inet.h"

static int events(int fd) {
    struct pollfd entry = {fd, POLLIN | POLLOUT, 0};
    poll(&entry, 1, 0);
    return entry.revents;
}
static int quick(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int result = connect_to(fd, port);
    if (result == 0 || errno != EINPROGRESS) return -1;
    return fd;
}
static int writable(int fd) {
    struct pollfd entry = {fd, POLLOUT, 0};
    return poll(&entry, 1, 5000) == 1 && entry.revents == POLLOUT;
}

int main(void) {
    struct sockaddr_in address = loopback(0), peer;
    socklen_t size = sizeof peer;
    int listener = socket(AF_INET, SOCK_STREAM, 0), clients[4];
    char byte;
    bind(listener, (struct sockaddr *)&address, sizeof address);
    CHECK_EQ(listen(listener, 1), 0);
    int port = port_of(listener);
    for (int i = 0; i < 4; i++) clients[i] = quick(port);
    CHECK(clients[0] >= 0 && clients[1] >= 0 && clients[2] >= 0 && clients[3] >= 0, "each is EINPROGRESS");
    CHECK(writable(clients[0]) && writable(clients[1]), "two fit");
    CHECK_EQ(events(clients[2]), 0);
    CHECK_ERRNO(connect_to(clients[2], port), EALREADY);
    CHECK_ERRNO(getpeername(clients[2], (struct sockaddr *)&peer, &size), ENOTCONN);
    CHECK_ERRNO(send(clients[2], "x", 1, MSG_NOSIGNAL), EAGAIN);
    CHECK_ERRNO(recv(clients[2], &byte, 1, 0), EAGAIN);
    CHECK(connect_to(clients[0], port) == 0, "asked again: done");
    CHECK_ERRNO(connect_to(clients[0], port), EISCONN);
    int one = accept(listener, NULL, NULL), two = accept(listener, NULL, NULL);
    CHECK(one >= 0 && two >= 0, "two are accepted");
    CHECK(writable(clients[2]) && writable(clients[3]), "then the others come in");
    int three = accept(listener, NULL, NULL), four = accept(listener, NULL, NULL);
    struct pollfd both[2] = {{three, POLLIN, 0}, {four, POLLIN, 0}};
    CHECK(three >= 0 && four >= 0 && write(clients[3], "x", 1) == 1 && poll(both, 2, 1000) == 1, "and are served");
    fcntl(listener, F_SETFL, O_NONBLOCK);
    CHECK_ERRNO(accept(listener, NULL, NULL), EAGAIN);
    close(listener);

    // Nobody listens any more.
    int late = quick(port);
    struct pollfd entry = {late, POLLIN | POLLOUT | POLLRDHUP, 0};
    CHECK(late >= 0 && poll(&entry, 1, 5000) == 1 && entry.revents == (POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP), "refused");
    CHECK_ERRNO(connect_to(late, port), ECONNREFUSED);
    CHECK_EQ(events(late), POLLOUT | POLLHUP);
    CHECK(connect_to(late, port) == -1 && errno == EINPROGRESS, "and may try again");
    entry.fd = late;
    poll(&entry, 1, 5000);
    CHECK_EQ(option(late, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
    CHECK_EQ(option(late, SOL_SOCKET, SO_ERROR), 0);
    CHECK_ERRNO(connect_to(late, port), ECONNABORTED);
    int second = bound(SOCK_STREAM), again = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect_to(again, port), ECONNREFUSED);
    CHECK(connect_to(again, port_of(second)) == 0, "the same socket connects elsewhere");

    // A connect that waits is ended by the time limit, and by a signal.
    int full = socket(AF_INET, SOCK_STREAM, 0), waiting = socket(AF_INET, SOCK_STREAM, 0);
    bind(full, (struct sockaddr *)&address, sizeof address);
    listen(full, 0);
    int first = quick(port_of(full));
    CHECK(writable(first), "a backlog of 0 takes one");
    struct timeval limit = {0, 50000};
    setsockopt(waiting, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    CHECK_ERRNO(connect_to(waiting, port_of(full)), EINPROGRESS);
    waiting = socket(AF_INET, SOCK_STREAM, 0);
    start_ticks(0);
    CHECK_ERRNO(connect_to(waiting, port_of(full)), EINTR);
    stop_ticks();
    setsockopt(full, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    CHECK(accept(full, NULL, NULL) >= 0, "one is there to be accepted");
    DONE();
}
