// SPDX-License-Identifier: Apache-2.0
// Socket options: what is set is read back; types, domains, sizes; errors (socket(7), tcp(7)).
#include "inet.h"

int main(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM && option(udp, SOL_SOCKET, SO_TYPE) == SOCK_DGRAM, "SO_TYPE");
    CHECK(option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET && option(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP,
          "SO_DOMAIN and SO_PROTOCOL");
    CHECK(option(fd, SOL_SOCKET, SO_ERROR) == 0 && option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0,
          "SO_ERROR and SO_ACCEPTCONN");
    struct {
        const char *name;
        int level, option;
    } flags[] = {{"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR}, {"SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT},
                 {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE}, {"SO_BROADCAST", SOL_SOCKET, SO_BROADCAST},
                 {"SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE}, {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY}};
    for (int i = 0; i < 6; i++) {
        CHECK(option(fd, flags[i].level, flags[i].option) == 0
                  && set_option(fd, flags[i].level, flags[i].option, 1) == 0
                  && option(fd, flags[i].level, flags[i].option) == 1,
              flags[i].name);
    }
    CHECK(set_option(fd, SOL_SOCKET, SO_RCVBUF, 20000) == 0 && option(fd, SOL_SOCKET, SO_RCVBUF) == 40000,
          "SO_RCVBUF is doubled");
    CHECK(set_option(fd, SOL_SOCKET, SO_SNDBUF, 30000) == 0 && option(fd, SOL_SOCKET, SO_SNDBUF) == 60000,
          "SO_SNDBUF is doubled");
    CHECK(set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 77) == 0 && option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 77,
          "TCP_KEEPIDLE");
    struct linger linger = {1, 7}, got = {0, 0};
    socklen_t size = sizeof got;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0
              && getsockopt(fd, SOL_SOCKET, SO_LINGER, &got, &size) == 0 && got.l_onoff == 1 && got.l_linger == 7,
          "SO_LINGER");
    struct timeval limit = {1, 500000}, back;
    size = sizeof back;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0
              && getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &back, &size) == 0 && back.tv_sec == 1
              && back.tv_usec == 500000,
          "SO_RCVTIMEO");
    char small;
    size = 1;
    CHECK(getsockopt(fd, SOL_SOCKET, SO_TYPE, &small, &size) == 0 && size == 1 && small == SOCK_STREAM,
          "a short buffer gets a short value");
    int value = 1;
    CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, 1), EINVAL);
    CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, 9999, &value, sizeof value), ENOPROTOOPT);
    CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, sizeof value), ENOPROTOOPT);
    CHECK_ERRNO(getsockopt(0x7fffff, SOL_SOCKET, SO_TYPE, &value, &size), EBADF);
    DONE();
}
