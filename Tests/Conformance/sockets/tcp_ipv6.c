// SPDX-License-Identifier: Apache-2.0
// TCP and UDP over ::1, and what IPV6_V6ONLY does (ipv6(7)).
#include "inet.h"

int main(void) {
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}, got;
    socklen_t size = sizeof got;
    int listener = socket(AF_INET6, SOCK_STREAM, 0), client = socket(AF_INET6, SOCK_STREAM, 0);
    char data[8];
    CHECK(bind(listener, (struct sockaddr *)&any, sizeof any) == 0 && listen(listener, 2) == 0, "a listener on ::1");
    CHECK(getsockname(listener, (struct sockaddr *)&got, &size) == 0 && size == sizeof got && got.sin6_port != 0,
          "its port");
    CHECK(connect(client, (struct sockaddr *)&got, sizeof got) == 0, "connect");
    size = sizeof got;
    int server = accept(listener, (struct sockaddr *)&got, &size);
    CHECK(server >= 0 && IN6_IS_ADDR_LOOPBACK(&got.sin6_addr), "the peer is ::1");
    CHECK(write(client, "six", 3) == 3 && read(server, data, 8) == 3, "data");
    int one = socket(AF_INET6, SOCK_DGRAM, 0), two = socket(AF_INET6, SOCK_DGRAM, 0);
    size = sizeof got;
    CHECK(bind(one, (struct sockaddr *)&any, sizeof any) == 0 && getsockname(one, (struct sockaddr *)&got, &size) == 0,
          "a UDP socket");
    CHECK(sendto(two, "u", 1, 0, (struct sockaddr *)&got, sizeof got) == 1 && readable(one, 1000) == POLLIN
              && recv(one, data, 8, 0) == 1,
          "a datagram");
    int dual = socket(AF_INET6, SOCK_STREAM, 0), four = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in6 wild = {.sin6_family = AF_INET6};
    CHECK(set_option(dual, IPPROTO_IPV6, IPV6_V6ONLY, 0) == 0 && option(dual, IPPROTO_IPV6, IPV6_V6ONLY) == 0,
          "a dual socket");
    CHECK(bind(dual, (struct sockaddr *)&wild, sizeof wild) == 0 && listen(dual, 2) == 0, "listens on all");
    size = sizeof got;
    getsockname(dual, (struct sockaddr *)&got, &size);
    CHECK(connect_to(four, ntohs(got.sin6_port)) == 0, "takes an IPv4 connection");
    size = sizeof got;
    CHECK(accept(dual, (struct sockaddr *)&got, &size) >= 0 && IN6_IS_ADDR_V4MAPPED(&got.sin6_addr),
          "from a mapped address");
    DONE();
}
