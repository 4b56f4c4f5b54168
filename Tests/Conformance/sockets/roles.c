// SPDX-License-Identifier: Apache-2.0
// Epoll sets that watched a socket before it listened, connected or was bound; edges, one-shots and exclusive waits of each (epoll(7)).
#include "inet.h"

static void watch(int epoll, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}
// The events of `fd` within a second, after those that came before were taken.
static int events_of(int epoll, int fd, int timeout) {
    struct epoll_event got[8];
    int n = epoll_wait(epoll, got, 8, timeout), found = 0;
    for (int i = 0; i < n; i++) if (got[i].data.fd == fd) found |= (int)got[i].events;
    return found;
}
static int wildcard(int type) {
    struct sockaddr_in name = {.sin_family = AF_INET};
    int fd = socket(AF_INET, type, 0);
    return bind(fd, (struct sockaddr *)&name, sizeof name) == 0 ? fd : -1;
}

// Watched while it is nothing, then a listener at the wildcard and one at the loopback.
static void listeners(void) {
    for (int way = 0; way < 2; way++) {
        int epoll = epoll_create1(0), listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
        watch(epoll, listener, EPOLLIN);
        CHECK_EQ(events_of(epoll, listener, 0), EPOLLHUP);
        struct sockaddr_in name = loopback(0);
        if (way == 0) name.sin_addr.s_addr = htonl(INADDR_ANY);
        CHECK(bind(listener, (struct sockaddr *)&name, sizeof name) == 0 && listen(listener, 8) == 0, way ? "at 127.0.0.1" : "at 0.0.0.0");
        CHECK_EQ(events_of(epoll, listener, 0), 0);
        pid_t pid = CHILD(sleep_ms(5); connect_to(client, port_of(listener)));
        CHECK_EQ(events_of(epoll, listener, 2000), EPOLLIN);
        CHECK_EQ(events_of(epoll, listener, 0), EPOLLIN);
        int server = accept(listener, NULL, NULL);
        CHECK(server >= 0 && events_of(epoll, listener, 0) == 0 && exit_code(pid) == 0, "accepted: quiet");
        struct pollfd entry = {listener, POLLIN, 0};
        CHECK_EQ(poll(&entry, 1, 0), 0);
        fd_set set;
        FD_ZERO(&set);
        FD_SET(listener, &set);
        struct timeval soon = {2, 0};
        pid = CHILD(sleep_ms(5); int other = socket(AF_INET, SOCK_STREAM, 0); connect_to(other, port_of(listener)));
        CHECK(select(listener + 1, &set, NULL, NULL, &soon) == 1 && FD_ISSET(listener, &set) && exit_code(pid) == 0, "select");
        close(server), close(listener), close(client), close(epoll);
    }
}

static void edges(void) {
    int epoll = epoll_create1(0), listener = wildcard(SOCK_STREAM), first, second;
    listen(listener, 8);
    watch(epoll, listener, EPOLLIN | EPOLLET);
    connect_to(first = socket(AF_INET, SOCK_STREAM, 0), port_of(listener));
    CHECK_EQ(events_of(epoll, listener, 1000), EPOLLIN);
    CHECK_EQ(events_of(epoll, listener, 0), 0);
    connect_to(second = socket(AF_INET, SOCK_STREAM, 0), port_of(listener));
    CHECK_EQ(events_of(epoll, listener, 1000), EPOLLIN);
    int server = accept(listener, NULL, NULL);
    watch(epoll, server, EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP);
    CHECK_EQ(events_of(epoll, server, 1000), EPOLLOUT);
    CHECK_EQ(events_of(epoll, server, 0), 0);
    write(first, "x", 1);
    CHECK_EQ(events_of(epoll, server, 1000), EPOLLIN | EPOLLOUT);
    CHECK_EQ(events_of(epoll, server, 0), 0);
    write(first, "y", 1);
    CHECK_EQ(events_of(epoll, server, 1000), EPOLLIN | EPOLLOUT);
    close(first);
    CHECK_EQ(events_of(epoll, server, 1000), EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    struct epoll_event once = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = listener};
    CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_MOD, listener, &once), 0);
    CHECK_EQ(events_of(epoll, listener, 1000), EPOLLIN);
    CHECK_EQ(events_of(epoll, listener, 0), 0);
    CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_MOD, listener, &once), 0);
    CHECK_EQ(events_of(epoll, listener, 1000), EPOLLIN);
    close(server), close(second), close(listener), close(epoll);
}

static void clients(void) {
    int epoll = epoll_create1(0), listener = wildcard(SOCK_STREAM), client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    listen(listener, 8);
    watch(epoll, client, EPOLLIN | EPOLLOUT);
    CHECK_EQ(events_of(epoll, client, 0), EPOLLOUT | EPOLLHUP);
    CHECK(connect_to(client, port_of(listener)) == -1 && errno == EINPROGRESS, "connecting");
    int found = 0;
    for (int i = 0; i < 1000 && found != EPOLLOUT; i++) found = events_of(epoll, client, 1000);
    CHECK_EQ(found, EPOLLOUT);
    int server = accept(listener, NULL, NULL);
    write(server, "x", 1);
    for (int i = 0; i < 1000 && found != (EPOLLIN | EPOLLOUT); i++) found = events_of(epoll, client, 1000);
    CHECK_EQ(found, EPOLLIN | EPOLLOUT);
    // A bound one that connects from the wildcard.
    int chosen = wildcard(SOCK_STREAM), port = port_of(chosen);
    watch(epoll, chosen, EPOLLIN);
    CHECK(connect_to(chosen, port_of(listener)) == 0 && port_of(chosen) == port, "keeps its port");
    int other = accept(listener, NULL, NULL);
    CHECK_EQ(events_of(epoll, chosen, 0), 0);
    write(other, "x", 1);
    CHECK_EQ(events_of(epoll, chosen, 1000), EPOLLIN);
    close(client), close(server), close(chosen), close(other), close(listener), close(epoll);
}

static void datagrams(void) {
    int epoll = epoll_create1(0), fd = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
    watch(epoll, fd, EPOLLIN | EPOLLOUT | EPOLLET);
    CHECK_EQ(events_of(epoll, fd, 1000), EPOLLOUT);
    struct sockaddr_in name = {.sin_family = AF_INET}, to;
    bind(fd, (struct sockaddr *)&name, sizeof name);
    while (events_of(epoll, fd, 0)) {}
    to = loopback(port_of(fd));
    char data[8];
    for (int i = 0; i < 2; i++) {
        sendto(sender, "x", 1, 0, (struct sockaddr *)&to, sizeof to);
        CHECK(events_of(epoll, fd, 1000) & EPOLLIN, "a datagram is an edge");
        CHECK(!(events_of(epoll, fd, 0) & EPOLLIN), "one");
    }
    CHECK(recv(fd, data, 8, 0) == 1 && recv(fd, data, 8, 0) == 1, "both are there");
    // Connected: the wildcard's part is quiet, the peer is heard.
    CHECK_EQ(connect_to(fd, port_of(sender)), 0);
    sendto(sender, "y", 1, 0, (struct sockaddr *)&to, sizeof to);
    CHECK(events_of(epoll, fd, 1000) & EPOLLIN && recv(fd, data, 8, 0) == 1, "connected");
    close(fd), close(sender), close(epoll);
}

// Of two sets that watch exclusively, one process is woken for each connection, and none is forgotten.
static void exclusive(void) {
    int listener = wildcard(SOCK_STREAM);
    listen(listener, 64);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    int done[2];
    pipe(done);
    pid_t workers[2];
    for (int i = 0; i < 2; i++) {
        workers[i] = CHILD(int epoll = epoll_create1(0); watch(epoll, listener, EPOLLIN | EPOLLEXCLUSIVE); for (;;) {
            struct epoll_event got;
            if (epoll_wait(epoll, &got, 1, 5000) != 1) _exit(1);
            int fd;
            while ((fd = accept(listener, NULL, NULL)) >= 0) {
                char byte;
                if (read(fd, &byte, 1) != 1) _exit(2);
                if (byte == 'q') _exit(0);
                write(fd, &byte, 1), close(fd), notify(done[1]);
            }
        });
    }
    int good = 1;
    for (int i = 0; i < 20; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        good &= connect_to(fd, port_of(listener)) == 0 && write(fd, "x", 1) == 1 && await(fd) && await(done[0]);
        close(fd);
    }
    CHECK(good, "twenty are served");
    for (int i = 0; i < 2; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        connect_to(fd, port_of(listener)), write(fd, "q", 1);
        await(fd);
        close(fd);
    }
    CHECK(exit_code(workers[0]) == 0 && exit_code(workers[1]) == 0, "and both workers end");
    close(listener), close(done[0]), close(done[1]);
}

int main(void) {
    listeners();
    edges();
    clients();
    datagrams();
    exclusive();
    DONE();
}
