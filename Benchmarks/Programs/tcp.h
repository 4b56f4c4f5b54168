// SPDX-License-Identifier: Apache-2.0
// A connected pair of TCP sockets over 127.0.0.1, without delays.
#pragma once
#include "measure.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static inline void tcp_pair(int pair[2]) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener, one = 1;
    CHECK(listener = socket(AF_INET, SOCK_STREAM, 0));
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address));
    CHECK(listen(listener, 1));
    CHECK(getsockname(listener, (struct sockaddr *)&address, &size));
    CHECK(pair[0] = socket(AF_INET, SOCK_STREAM, 0));
    CHECK(connect(pair[0], (struct sockaddr *)&address, sizeof address));
    CHECK(pair[1] = accept(listener, NULL, NULL));
    CHECK(close(listener));
    for (int end = 0; end < 2; end++) CHECK(setsockopt(pair[end], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
}
