// SPDX-License-Identifier: Apache-2.0
// Options of sockets that are bound and connected on the loopback: what is inherited, what is refused, TCP_INFO, sizes (tcp(7), ip(7)).
#include "inet.h"

static int failure(int fd, int level, int name, int value) { return set_option(fd, level, name, value) == 0 ? 0 : errno; }

int main(void) {
    int listener = bound(SOCK_STREAM), client = socket(AF_INET, SOCK_STREAM, 0);
    set_option(listener, SOL_SOCKET, SO_KEEPALIVE, 1), set_option(listener, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(listener, IPPROTO_TCP, TCP_KEEPIDLE, 33), set_option(listener, SOL_SOCKET, SO_OOBINLINE, 1);
    CHECK(option(listener, SOL_SOCKET, SO_ACCEPTCONN) == 1 && option(client, SOL_SOCKET, SO_ACCEPTCONN) == 0, "SO_ACCEPTCONN");
    CHECK(option(client, SOL_SOCKET, SO_SNDBUF) == 16384 && option(client, SOL_SOCKET, SO_RCVBUF) == 131072, "sizes at first");
    CHECK_EQ(option(client, IPPROTO_TCP, TCP_MAXSEG), 536);
    CHECK(connect_to(client, port_of(listener)) == 0, "connected");
    int server = accept(listener, NULL, NULL);
    CHECK(option(server, SOL_SOCKET, SO_KEEPALIVE) == 1 && option(server, IPPROTO_TCP, TCP_NODELAY) == 1
              && option(server, IPPROTO_TCP, TCP_KEEPIDLE) == 33 && option(server, SOL_SOCKET, SO_OOBINLINE) == 1,
          "a connection has its listener's");
    CHECK(option(client, SOL_SOCKET, SO_KEEPALIVE) == 0 && option(client, IPPROTO_TCP, TCP_KEEPIDLE) == 7200, "not the client");
    CHECK(option(client, IPPROTO_IP, IP_MTU) >= 65535, "IP_MTU");
    CHECK(option(client, SOL_SOCKET, SO_SNDBUF) > 1 << 20 && option(client, IPPROTO_TCP, TCP_MAXSEG) > 1000, "grown");

    struct tcp_info info;
    socklen_t size = sizeof info;
    CHECK(getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && size > 100 && info.tcpi_state == 1, "TCP_INFO: established");
    CHECK(info.tcpi_snd_mss > 0 && info.tcpi_rto > 0 && info.tcpi_unacked == 0, "plausible");
    size = 1;
    CHECK(getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && size == 1 && info.tcpi_state == 10, "a listener, one byte");
    shutdown(client, SHUT_WR);
    CHECK(readable(server, 1000) == POLLIN, "the end arrives");
    size = sizeof info;
    CHECK(getsockopt(server, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == 8, "close-wait");
    for (int i = 0; i < 1000 && info.tcpi_state != 5; i++) {
        sleep_ms(1);
        getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &size);
    }
    CHECK(info.tcpi_state == 5, "fin-wait-2");

    struct {
        const char *name;
        int level, option, least, most;
    } ranges[] = {{"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 1, 32767}, {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 1, 32767},
                  {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 1, 127},     {"TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT, 1, 127},
                  {"IP_TTL", IPPROTO_IP, IP_TTL, 1, 255}};
    for (int i = 0; i < 5; i++) {
        CHECK(failure(client, ranges[i].level, ranges[i].option, 0) == EINVAL
                  && failure(client, ranges[i].level, ranges[i].option, ranges[i].most + 1) == EINVAL
                  && failure(client, ranges[i].level, ranges[i].option, ranges[i].most) == 0
                  && option(client, ranges[i].level, ranges[i].option) == ranges[i].most,
              ranges[i].name);
    }
    CHECK(failure(client, IPPROTO_TCP, TCP_USER_TIMEOUT, -1) == EINVAL && failure(client, IPPROTO_TCP, TCP_USER_TIMEOUT, 5) == 0, "TCP_USER_TIMEOUT");
    CHECK(option(client, IPPROTO_IP, IP_TOS) == 0 && failure(client, IPPROTO_IP, IP_TOS, 0x10) == 0 && option(client, IPPROTO_IP, IP_TOS) == 0x10, "IP_TOS");
    char congestion[16] = "";
    size = sizeof congestion;
    CHECK(getsockopt(client, IPPROTO_TCP, TCP_CONGESTION, congestion, &size) == 0 && congestion[0] != 0, "TCP_CONGESTION");
    uint64_t cookies[2];
    size = 8;
    CHECK(getsockopt(client, SOL_SOCKET, 57, &cookies[0], &size) == 0 && getsockopt(server, SOL_SOCKET, 57, &cookies[1], &size) == 0
              && cookies[0] && cookies[0] != cookies[1],
          "SO_COOKIE");
    struct {
        pid_t pid;
        uid_t uid;
        gid_t gid;
    } peer = {1, 1, 1};
    size = sizeof peer;
    CHECK(getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == 0 && peer.uid == (uid_t)-1, "no SO_PEERCRED");
    CHECK_ERRNO(option(client, IPPROTO_IPV6, IPV6_UNICAST_HOPS) == -1 ? -1 : 0, EOPNOTSUPP);
    CHECK(failure(client, SOL_SOCKET, 9999, 1) == ENOPROTOOPT && failure(client, IPPROTO_IPV6, IPV6_V6ONLY, 1) == ENOPROTOOPT, "unknown ones");

    int udp = bound(SOCK_DGRAM);
    CHECK(option(udp, SOL_SOCKET, SO_SNDBUF) == option(udp, SOL_SOCKET, SO_RCVBUF), "UDP sizes");
    CHECK(set_option(udp, SOL_SOCKET, SO_RCVBUF, 1) == 0 && option(udp, SOL_SOCKET, SO_RCVBUF) == 2304, "the least SO_RCVBUF");
    CHECK(set_option(udp, SOL_SOCKET, SO_SNDBUF, 1) == 0 && option(udp, SOL_SOCKET, SO_SNDBUF) == 4608, "the least SO_SNDBUF");
    CHECK_ERRNO(option(udp, IPPROTO_IP, IP_MTU) == -1 ? -1 : 0, ENOTCONN);
    CHECK_ERRNO(option(udp, IPPROTO_TCP, TCP_NODELAY) == -1 ? -1 : 0, EOPNOTSUPP);
    unsigned char byte = 9;
    CHECK(setsockopt(udp, IPPROTO_IP, IP_TTL, &byte, 1) == 0 && option(udp, IPPROTO_IP, IP_TTL) == 9, "a byte for IP_TTL");
    CHECK(option(udp, IPPROTO_IP, IP_MULTICAST_TTL) == 1 && option(udp, IPPROTO_IP, IP_MULTICAST_LOOP) == 1, "multicast at first");
    DONE();
}
