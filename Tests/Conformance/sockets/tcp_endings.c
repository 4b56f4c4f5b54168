// SPDX-License-Identifier: Apache-2.0
// How TCP connections end: halves, resets, what is unread, what poll says of each (tcp(7), shutdown(2)).
#include "inet.h"

static int events(int fd) {
    struct pollfd entry = {fd, 0x3fff, 0};
    poll(&entry, 1, 0);
    return entry.revents & (POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
}

// Waits until the events are those, for what a real network does a moment later.
static int becomes(int fd, int wanted) {
    for (int i = 0; i < 1000 && events(fd) != wanted; i++) sleep_ms(1);
    return events(fd) == wanted;
}

static int peer_error(int fd) {
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    return getpeername(fd, (struct sockaddr *)&peer, &size) == 0 ? 0 : errno;
}

enum { all = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP, over = POLLIN | POLLOUT | POLLHUP | POLLRDHUP };

static void orderly(void) {
    int s[2] = {-1, -1};
    char data[8];
    CHECK(tcp_pair(s) == 0, "a pair");
    CHECK_EQ(events(s[0]), POLLOUT);
    close(s[1]);
    CHECK(becomes(s[0], POLLIN | POLLOUT | POLLRDHUP), "the peer is closed: readable, RDHUP");
    CHECK_EQ(read(s[0], data, 1), 0);
    CHECK(send(s[0], "x", 1, MSG_NOSIGNAL) == 1, "a first send still goes out");
    CHECK(becomes(s[0], all), "and is answered by a reset");
    CHECK_EQ(read(s[0], data, 1), 0);
    CHECK_EQ(option(s[0], SOL_SOCKET, SO_ERROR), EPIPE);
    CHECK_ERRNO(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK_EQ(peer_error(s[0]), ENOTCONN);
    CHECK_ERRNO(shutdown(s[0], SHUT_WR), ENOTCONN);
    CHECK_EQ(events(s[0]), over);
    close(s[0]);
}

static void unread(void) {
    int s[2] = {-1, -1};
    char data[8];
    CHECK(tcp_pair(s) == 0, "a pair");
    send(s[0], "abc", 3, 0);
    CHECK(readable(s[1], 1000) == POLLIN, "data arrives");
    close(s[1]);
    CHECK(becomes(s[0], all), "a close with data unread resets");
    CHECK_ERRNO(send(s[0], "x", 1, MSG_NOSIGNAL), ECONNRESET);
    CHECK_ERRNO(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK_EQ(read(s[0], data, 1), 0);
    close(s[0]);

    CHECK(tcp_pair(s) == 0, "a pair");
    struct linger hard = {1, 0};
    send(s[1], "data", 4, 0);
    setsockopt(s[1], SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(s[1]);
    CHECK(becomes(s[0], all), "so does SO_LINGER with 0");
    CHECK(read(s[0], data, 2) == 2 && read(s[0], data, 8) == 2, "what came before can be read");
    CHECK_ERRNO(read(s[0], data, 1), ECONNRESET);
    CHECK_EQ(read(s[0], data, 1), 0);
    close(s[0]);
}

static void halves(void) {
    int s[2] = {-1, -1};
    char data[8];
    CHECK(tcp_pair(s) == 0, "a pair");
    CHECK_EQ(shutdown(s[1], SHUT_WR), 0);
    CHECK(becomes(s[0], POLLIN | POLLOUT | POLLRDHUP), "the peer sends no more");
    CHECK_EQ(events(s[1]), POLLOUT);
    CHECK(send(s[0], "abc", 3, 0) == 3 && recv(s[1], data, 8, 0) == 3, "the other half lives");
    CHECK_EQ(peer_error(s[0]), 0);
    CHECK_EQ(shutdown(s[0], SHUT_WR), 0);
    CHECK(becomes(s[0], over) && becomes(s[1], over), "both closed");
    CHECK_EQ(peer_error(s[0]), ENOTCONN);
    CHECK_EQ(peer_error(s[1]), ENOTCONN);
    CHECK_EQ(read(s[1], data, 1), 0);
    CHECK_ERRNO(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    close(s[0]), close(s[1]);

    CHECK(tcp_pair(s) == 0, "a pair");
    CHECK_EQ(shutdown(s[1], SHUT_RD), 0);
    CHECK_EQ(events(s[1]), POLLIN | POLLOUT | POLLRDHUP);
    CHECK_EQ(events(s[0]), POLLOUT);
    CHECK_EQ(read(s[1], data, 1), 0);
    CHECK(send(s[0], "abc", 3, 0) == 3, "a peer may send all the same");
    sleep_ms(20);
    CHECK(recv(s[1], data, 8, 0) == 3 && recv(s[1], data, 8, 0) == 0, "and it can be read");
    CHECK(send(s[1], "q", 1, 0) == 1 && recv(s[0], data, 8, 0) == 1, "the other way too");
    close(s[0]), close(s[1]);

    CHECK(tcp_pair(s) == 0, "a pair");
    CHECK_EQ(shutdown(s[1], SHUT_RDWR), 0);
    CHECK_EQ(events(s[1]), over);
    CHECK(becomes(s[0], POLLIN | POLLOUT | POLLRDHUP), "the peer sees the end");
    CHECK(send(s[0], "abc", 3, 0) == 3, "and sends to nobody");
    CHECK(becomes(s[0], all) && becomes(s[1], all), "which resets both");
    CHECK_ERRNO(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK_EQ(option(s[1], SOL_SOCKET, SO_ERROR), ECONNRESET);
    close(s[0]), close(s[1]);
}

static void never_connected(void) {
    int fresh = socket(AF_INET, SOCK_STREAM, 0);
    char byte;
    CHECK_EQ(events(fresh), POLLOUT | POLLHUP);
    CHECK_ERRNO(recv(fresh, &byte, 1, 0), ENOTCONN);
    CHECK_EQ(exit_code(CHILD(send(fresh, "x", 1, 0))), -SIGPIPE);
    CHECK(listen(fresh, 1) == 0 && port_of(fresh) > 0, "listen chooses a port");
    CHECK_EQ(events(fresh), 0);
    CHECK_ERRNO(connect_to(fresh, 1), EISCONN);
    CHECK_ERRNO(recv(fresh, &byte, 1, 0), ENOTCONN);
    CHECK_ERRNO(send(fresh, "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK_EQ(shutdown(fresh, SHUT_WR), 0);
    CHECK_EQ(events(fresh), 0);
    CHECK_EQ(shutdown(fresh, SHUT_RD), 0);
    CHECK_ERRNO(accept(fresh, NULL, NULL), EINVAL);
    CHECK_EQ(listen(fresh, 1), 0);
    close(fresh);
}

// A listener that is closed resets those that nobody accepted.
static void forgotten(void) {
    int listener = bound(SOCK_STREAM), client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect_to(client, port_of(listener)) == 0, "connected");
    close(listener);
    CHECK(becomes(client, all), "the listener is closed: reset");
    CHECK_EQ(option(client, SOL_SOCKET, SO_ERROR), ECONNRESET);
    close(client);
}

int main(void) {
    orderly();
    unread();
    halves();
    never_connected();
    forgotten();
    DONE();
}
