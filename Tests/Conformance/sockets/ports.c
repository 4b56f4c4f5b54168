// SPDX-License-Identifier: Apache-2.0
// Who may be bound beside whom: wildcard and loopback, SO_REUSEADDR, SO_REUSEPORT, port 0, ports of connections (bind(2), socket(7)).
#include "inet.h"

static int try_bind(int type, in_addr_t address, int port, int reuse, int fd_out[1]) {
    struct sockaddr_in name = loopback(port);
    name.sin_addr.s_addr = htonl(address);
    int fd = socket(AF_INET, type, 0);
    if (reuse & 1) set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (reuse & 2) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    int result = bind(fd, (struct sockaddr *)&name, sizeof name) == 0 ? 0 : errno;
    if (fd_out) fd_out[0] = fd;
    else close(fd);
    return result;
}

static void streams(void) {
    int plain = bound(SOCK_STREAM), port = port_of(plain), fd[1];
    CHECK(port >= 32768 && port <= 60999, "a port of the ephemeral range");
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 0, NULL), EADDRINUSE);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 1, NULL), EADDRINUSE);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_ANY, port, 0, NULL), EADDRINUSE);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK + 1, port, 0, NULL), 0);
    CHECK_EQ(try_bind(SOCK_DGRAM, INADDR_LOOPBACK, port, 0, NULL), 0);
    close(plain);

    CHECK(try_bind(SOCK_STREAM, INADDR_ANY, 0, 0, fd) == 0 && listen(fd[0], 4) == 0, "a listener at the wildcard");
    port = port_of(fd[0]);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 0, NULL), EADDRINUSE);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK + 7, port, 1, NULL), EADDRINUSE);
    // Its connections keep the port when it is gone; SO_REUSEADDR on both sides shares it.
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect_to(client, port) == 0, "connected");
    int server = accept(fd[0], NULL, NULL);
    close(fd[0]);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 0, NULL), EADDRINUSE);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 1, NULL), EADDRINUSE);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port_of(client), 0, NULL), EADDRINUSE);
    close(server), close(client);

    CHECK(try_bind(SOCK_STREAM, INADDR_LOOPBACK, 0, 1, fd) == 0 && listen(fd[0], 4) == 0, "one with SO_REUSEADDR");
    port = port_of(fd[0]);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 1, NULL), EADDRINUSE);
    client = socket(AF_INET, SOCK_STREAM, 0);
    connect_to(client, port);
    server = accept(fd[0], NULL, NULL);
    close(fd[0]);
    CHECK(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 1, fd) == 0 && listen(fd[0], 1) == 0, "starts anew beside its old connection");
    close(fd[0]), close(server), close(client);

    // Both bound, one listens.
    int first[1], second[1];
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, 0, 1, first), 0);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port_of(first[0]), 1, second), 0);
    CHECK_EQ(listen(first[0], 1), 0);
    CHECK_ERRNO(listen(second[0], 1), EADDRINUSE);
    close(first[0]), close(second[0]);
}

static void shared(void) {
    int one[1], two[1];
    CHECK(try_bind(SOCK_STREAM, INADDR_LOOPBACK, 0, 2, one) == 0 && listen(one[0], 32) == 0, "SO_REUSEPORT");
    int port = port_of(one[0]);
    CHECK(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 2, two) == 0 && listen(two[0], 32) == 0, "twice");
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 0, NULL), EADDRINUSE);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 1, NULL), EADDRINUSE);
    int clients[32], accepted[2] = {0, 0}, good = 1;
    for (int i = 0; i < 32; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM, 0);
        good &= connect_to(clients[i], port) == 0;
    }
    for (int i = 0; i < 2; i++) {
        int listener = i ? two[0] : one[0];
        fcntl(listener, F_SETFL, O_NONBLOCK);
        while (accept(listener, NULL, NULL) >= 0) accepted[i]++;
    }
    CHECK(good && accepted[0] + accepted[1] == 32 && accepted[0] > 0 && accepted[1] > 0, "both get connections");
}

static void datagrams(void) {
    int one[1];
    CHECK_EQ(try_bind(SOCK_DGRAM, INADDR_LOOPBACK, 0, 0, one), 0);
    int port = port_of(one[0]);
    CHECK_EQ(try_bind(SOCK_DGRAM, INADDR_LOOPBACK, port, 1, NULL), EADDRINUSE);
    CHECK_EQ(try_bind(SOCK_DGRAM, INADDR_ANY, port, 0, NULL), EADDRINUSE);
    close(one[0]);
    CHECK_EQ(try_bind(SOCK_DGRAM, INADDR_LOOPBACK, port, 1, one), 0);
    CHECK_EQ(try_bind(SOCK_DGRAM, INADDR_LOOPBACK, port, 1, NULL), 0);
    CHECK_EQ(try_bind(SOCK_DGRAM, INADDR_LOOPBACK, port, 2, NULL), EADDRINUSE);
    close(one[0]);
}

static void families(void) {
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    int six = socket(AF_INET6, SOCK_STREAM, 0), only = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK(bind(six, (struct sockaddr *)&any, sizeof any) == 0 && listen(six, 1) == 0, "a dual listener");
    struct sockaddr_in6 name;
    socklen_t size = sizeof name;
    getsockname(six, (struct sockaddr *)&name, &size);
    int port = ntohs(name.sin6_port);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 0, NULL), EADDRINUSE);
    close(six);
    set_option(only, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    any.sin6_port = htons((uint16_t)port);
    CHECK(bind(only, (struct sockaddr *)&any, sizeof any) == 0 && listen(only, 1) == 0, "one for IPv6 only");
    CHECK_ERRNO(set_option(only, IPPROTO_IPV6, IPV6_V6ONLY, 0), EINVAL);
    CHECK_EQ(try_bind(SOCK_STREAM, INADDR_LOOPBACK, port, 0, NULL), 0);
    int four = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect_to(four, port), ECONNREFUSED);
    close(only), close(four);
    CHECK_ERRNO(try_bind(SOCK_STREAM, 0xc6336401, 0, 0, NULL) == EADDRNOTAVAIL ? (errno = EADDRNOTAVAIL, -1) : 0, EADDRNOTAVAIL);
}

static void rights(void) {
    CHECK_EQ(exit_code(CHILD(if (setuid(65534)) _exit(1); _exit(try_bind(SOCK_STREAM, INADDR_LOOPBACK, 1023, 0, NULL) == EACCES ? 0 : 2))), 0);
}

int main(void) {
    streams();
    shared();
    datagrams();
    families();
    rights();
    DONE();
}
