// SPDX-License-Identifier: Apache-2.0
// Names on both sides of connections over the loopback: other addresses of 127/8, the wildcard as destination, mapped ones (ip(7), ipv6(7)).
#include "inet.h"

static void name_of(int fd, int peer, char *text) {
    struct sockaddr_storage name;
    socklen_t size = sizeof name;
    int result = peer ? getpeername(fd, (struct sockaddr *)&name, &size) : getsockname(fd, (struct sockaddr *)&name, &size);
    if (result != 0) {
        strcpy(text, "none");
    } else if (name.ss_family == AF_INET) {
        inet_ntop(AF_INET, &((struct sockaddr_in *)&name)->sin_addr, text, 64);
    } else {
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&name)->sin6_addr, text, 64);
    }
}

static int make(int domain, int type, const char *to, int port, struct sockaddr_storage *name, socklen_t *size) {
    memset(name, 0, sizeof *name);
    if (domain == AF_INET) {
        struct sockaddr_in *four = (struct sockaddr_in *)name;
        four->sin_family = AF_INET, four->sin_port = htons((uint16_t)port);
        inet_pton(AF_INET, to, &four->sin_addr);
        *size = sizeof *four;
    } else {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)name;
        six->sin6_family = AF_INET6, six->sin6_port = htons((uint16_t)port);
        inet_pton(AF_INET6, to, &six->sin6_addr);
        *size = sizeof *six;
    }
    return socket(domain, type, 0);
}

static void meet(int listener, int port, int domain, const char *to) {
    struct sockaddr_storage name;
    socklen_t size;
    char own[64], peer[64], server_own[64], server_peer[64], text[400];
    int client = make(domain, SOCK_STREAM, to, port, &name, &size);
    int result = connect(client, (struct sockaddr *)&name, size);
    int server = result == 0 ? accept(listener, NULL, NULL) : -1;
    name_of(client, 0, own), name_of(client, 1, peer), name_of(server, 0, server_own), name_of(server, 1, server_peer);
    snprintf(text, sizeof text, "to %s: %s -> %s, %s <- %s", to, own, peer, server_own, server_peer);
    CHECK(result == 0 && server >= 0, text);
    close(client), close(server);
}

static int refused(int domain, const char *own, const char *to, int port) {
    struct sockaddr_storage name;
    socklen_t size;
    int fd = make(domain, SOCK_STREAM, own, 0, &name, &size);
    if (strcmp(own, "only") == 0) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    else if (bind(fd, (struct sockaddr *)&name, size) != 0) return -1;
    close(make(domain, SOCK_STREAM, to, port, &name, &size));
    int result = connect(fd, (struct sockaddr *)&name, size) == 0 ? 0 : errno;
    close(fd);
    return result;
}

int main(void) {
    struct sockaddr_storage name;
    socklen_t size;
    int dual = make(AF_INET6, SOCK_STREAM, "::", 0, &name, &size);
    CHECK(bind(dual, (struct sockaddr *)&name, size) == 0 && listen(dual, 8) == 0, "a dual listener");
    int port = port_of(dual);
    const char *six[] = {"::", "::1", "::ffff:127.0.0.1", "::ffff:127.0.0.9", "::ffff:0.0.0.0"};
    for (int i = 0; i < 5; i++) meet(dual, port, AF_INET6, six[i]);
    const char *four[] = {"127.0.0.1", "0.0.0.0", "127.0.0.5", "127.255.255.254"};
    for (int i = 0; i < 4; i++) meet(dual, port, AF_INET, four[i]);
    CHECK_EQ(refused(AF_INET6, "::1", "::ffff:127.0.0.1", port), ENETUNREACH);
    CHECK_EQ(refused(AF_INET6, "::ffff:127.0.0.1", "::1", port), EAFNOSUPPORT);
    CHECK_EQ(refused(AF_INET6, "only", "::ffff:127.0.0.1", port), ENETUNREACH);
    CHECK_EQ(refused(AF_INET, "127.0.0.1", "198.51.100.1", port), EINVAL);

    int far = make(AF_INET, SOCK_STREAM, "127.0.0.77", 0, &name, &size);
    CHECK(bind(far, (struct sockaddr *)&name, size) == 0 && listen(far, 4) == 0, "a listener at 127.0.0.77");
    meet(far, port_of(far), AF_INET, "127.0.0.77");
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect_to(client, port_of(far)), ECONNREFUSED);
    struct sockaddr_in wrong = loopback(port);
    CHECK_ERRNO(connect(client, (struct sockaddr *)&wrong, 8), EINVAL);
    wrong.sin_family = AF_INET6;
    CHECK_ERRNO(connect(client, (struct sockaddr *)&wrong, sizeof wrong), EAFNOSUPPORT);
    wrong.sin_family = AF_UNSPEC;
    CHECK_EQ(connect(client, (struct sockaddr *)&wrong, sizeof wrong), 0);

    // A client at an address and port of its choice.
    int chosen = make(AF_INET, SOCK_STREAM, "127.0.0.3", 0, &name, &size);
    CHECK_EQ(bind(chosen, (struct sockaddr *)&name, size), 0);
    int own = port_of(chosen);
    CHECK(connect_to(chosen, port) == 0 && port_of(chosen) == own, "keeps its port");
    struct sockaddr_in6 from;
    size = sizeof from;
    int server = accept(dual, (struct sockaddr *)&from, &size);
    CHECK(server >= 0 && ntohs(from.sin6_port) == own && from.sin6_addr.s6_addr[15] == 3, "and is seen by it");
    DONE();
}
