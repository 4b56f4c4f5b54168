// SPDX-License-Identifier: Apache-2.0
// Options of multicast groups and rarer ones of internet sockets; control messages that these sockets do not know (ip(7), ipv6(7)).
#include "inet.h"
#include <net/if.h>

static void groups(void) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ip_mreqn any = {.imr_address.s_addr = htonl(INADDR_LOOPBACK)};
    any.imr_multiaddr.s_addr = inet_addr("239.1.2.3");
    CHECK_EQ(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &any, sizeof any), 0);
    CHECK_ERRNO(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &any, sizeof any), EADDRINUSE);
    CHECK_EQ(setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &any, sizeof any), 0);
    CHECK_ERRNO(setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &any, sizeof any), EADDRNOTAVAIL);
    CHECK_EQ(option(fd, IPPROTO_IP, 49), 1);
    CHECK_EQ(set_option(fd, IPPROTO_IP, 49, 0), 0);
    CHECK_EQ(option(fd, IPPROTO_IP, 49), 0);

    struct group_req group = {.gr_interface = if_nametoindex("lo")};
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = inet_addr("239.1.2.4");
    memcpy(&group.gr_group, &address, sizeof address);
    CHECK_EQ(setsockopt(fd, IPPROTO_IP, MCAST_JOIN_GROUP, &group, sizeof group), 0);
    CHECK_EQ(setsockopt(fd, IPPROTO_IP, MCAST_LEAVE_GROUP, &group, sizeof group), 0);
    struct ip_mreq_source source = {0};
    source.imr_multiaddr.s_addr = inet_addr("239.1.2.5");
    source.imr_interface.s_addr = source.imr_sourceaddr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_EQ(setsockopt(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &source, sizeof source), 0);
    CHECK_EQ(setsockopt(fd, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, &source, sizeof source), 0);
    close(fd);

    fd = socket(AF_INET6, SOCK_DGRAM, 0);
    struct ipv6_mreq group6 = {.ipv6mr_interface = if_nametoindex("lo")};
    inet_pton(AF_INET6, "ff02::1234", &group6.ipv6mr_multiaddr);
    CHECK_EQ(setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group6, sizeof group6), 0);
    CHECK_EQ(setsockopt(fd, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &group6, sizeof group6), 0);
    CHECK_EQ(set_option(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1), 0);
    CHECK_EQ(option(fd, IPPROTO_IPV6, IPV6_DONTFRAG), 1);
    close(fd);
}

static void rarer(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQ(set_option(fd, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1), 0);
    CHECK_EQ(option(fd, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS), 1);
    CHECK_EQ(set_option(udp, IPPROTO_IP, IP_RECVOPTS, 1), 0);
    CHECK_EQ(option(udp, IPPROTO_IP, IP_RECVOPTS), 1);
    CHECK_EQ(set_option(udp, IPPROTO_IP, IP_MINTTL, 5), 0);
    CHECK_EQ(option(udp, IPPROTO_IP, IP_MINTTL), 5);
    uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    CHECK(getsockopt(fd, SOL_SOCKET, 57, &cookie, &size) == 0 && size == 8 && cookie != 0, "SO_COOKIE");
    CHECK_ERRNO(option(fd, 99, 1) == -1 ? -1 : 0, EOPNOTSUPP);
    CHECK_ERRNO(set_option(fd, 99, 1, 1), ENOPROTOOPT);
    close(fd), close(udp);
}

static int send_with(int fd, struct sockaddr_in *to, int level, int type) {
    char byte = 'x', control[CMSG_SPACE(12)] = {0};
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_name = to, .msg_namelen = sizeof *to, .msg_iov = &vector, .msg_iovlen = 1};
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(12), .cmsg_level = level, .cmsg_type = type};
    return (int)sendmsg(fd, &message, 0);
}

static void messages(void) {
    int receiver = bound(SOCK_DGRAM), sender = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = loopback(port_of(receiver));
    CHECK_EQ(send_with(sender, &to, SOL_SOCKET, SCM_RIGHTS), 1);
    CHECK_EQ(send_with(sender, &to, SOL_SOCKET, 2), 1);
    CHECK_EQ(send_with(sender, &to, 77, 1), 1);
    CHECK_ERRNO(send_with(sender, &to, SOL_SOCKET, 55), EINVAL);
    char bytes[4];
    for (int i = 0; i < 3; i++) CHECK_EQ(recv(receiver, bytes, sizeof bytes, MSG_DONTWAIT), 1);
    close(receiver), close(sender);
}

int main(void) {
    groups();
    rarer();
    messages();
    return check_done();
}
