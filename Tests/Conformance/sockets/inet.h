// SPDX-License-Identifier: Apache-2.0
// Loopback addresses and connected pairs for the socket programs. Ports are chosen by the kernel.
#ifndef CLOISTER_CONFORMANCE_INET_H
#define CLOISTER_CONFORMANCE_INET_H
#include "../process/support.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

static inline struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static inline int port_of(int fd) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &size) == 0 ? ntohs(address.sin_port) : -1;
}

// A socket of the type, bound to a free loopback port; a stream socket listens.
static inline int bound(int type) {
    struct sockaddr_in address = loopback(0);
    int fd = socket(AF_INET, type, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    if (type == SOCK_STREAM && listen(fd, 8) != 0) return -1;
    return fd;
}

static inline int connect_to(int fd, int port) {
    struct sockaddr_in address = loopback(port);
    return connect(fd, (struct sockaddr *)&address, sizeof address);
}

// A connected TCP pair.
static inline int tcp_pair(int pair[2]) {
    int listener = bound(SOCK_STREAM);
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || connect_to(pair[0], port_of(listener)) != 0) return -1;
    pair[1] = accept(listener, NULL, NULL);
    close(listener);
    return pair[1] < 0 ? -1 : 0;
}

static inline int option(int fd, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

static inline int set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value);
}
#endif
