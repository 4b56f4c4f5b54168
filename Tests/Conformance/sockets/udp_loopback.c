// SPDX-License-Identifier: Apache-2.0
// UDP between sockets of one system: source addresses, connected and not, refusals, peeking, limits, control messages (udp(7), ip(7)).
#include "inet.h"

static int events(int fd) {
    struct pollfd entry = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    poll(&entry, 1, 0);
    return entry.revents;
}
static int send_to(int fd, int port, const char *text) {
    struct sockaddr_in to = loopback(port);
    return (int)sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to);
}
static int at_wildcard(void) {
    struct sockaddr_in name = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return bind(fd, (struct sockaddr *)&name, sizeof name) == 0 ? fd : -1;
}

static void names(void) {
    int server = bound(SOCK_DGRAM), client = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in own, from;
    socklen_t size = sizeof own;
    char data[32];
    CHECK_EQ(events(client), POLLOUT);
    CHECK(send_to(client, port_of(server), "hi") == 2 && port_of(client) > 0, "the first send gives a port");
    getsockname(client, (struct sockaddr *)&own, &size);
    CHECK(own.sin_addr.s_addr == htonl(INADDR_ANY), "at the wildcard");
    size = sizeof from;
    CHECK(recvfrom(server, data, 32, 0, (struct sockaddr *)&from, &size) == 2 && from.sin_port == own.sin_port
              && from.sin_addr.s_addr == htonl(INADDR_LOOPBACK),
          "which the receiver sees, at 127.0.0.1");
    CHECK(sendto(server, "back", 4, 0, (struct sockaddr *)&from, size) == 4 && recv(client, data, 32, 0) == 4, "and answers to");
    CHECK_ERRNO(getpeername(client, (struct sockaddr *)&from, &size), ENOTCONN);
    CHECK_EQ(connect_to(client, port_of(server)), 0);
    size = sizeof own;
    getsockname(client, (struct sockaddr *)&own, &size);
    CHECK(own.sin_addr.s_addr == htonl(INADDR_LOOPBACK), "connected it has an address");
    struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    CHECK_EQ(connect(client, &unspecified, sizeof unspecified), 0);
    CHECK_ERRNO(send(client, "x", 1, 0), EDESTADDRREQ);
    struct sockaddr_in to = loopback(0);
    CHECK_ERRNO(sendto(client, "x", 1, 0, (struct sockaddr *)&to, sizeof to), EINVAL);
    // 0.0.0.0 means this system.
    to = loopback(port_of(server));
    to.sin_addr.s_addr = htonl(INADDR_ANY);
    CHECK(sendto(client, "any", 3, 0, (struct sockaddr *)&to, sizeof to) == 3 && recv(server, data, 32, 0) == 3, "to 0.0.0.0");
    close(client), close(server);
}

static void wildcard(void) {
    int server = at_wildcard(), client = socket(AF_INET, SOCK_DGRAM, 0), epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN}, got[2];
    epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event);
    char data[32];
    CHECK_EQ(epoll_wait(epoll, got, 2, 0), 0);
    pid_t pid = CHILD(sleep_ms(5); send_to(client, port_of(server), "one"));
    CHECK(epoll_wait(epoll, got, 2, 2000) == 1 && exit_code(pid) == 0, "a wait is ended by a datagram");
    CHECK(recv(server, data, 32, 0) == 3 && epoll_wait(epoll, got, 2, 0) == 0, "one datagram, one event");
    pid = CHILD(sleep_ms(5); send_to(client, port_of(server), "two"));
    CHECK(recv(server, data, 32, 0) == 3 && exit_code(pid) == 0, "a read too");
    pid = CHILD(sleep_ms(5); send_to(client, port_of(server), "three"));
    CHECK(readable(server, 2000) == POLLIN && exit_code(pid) == 0, "and poll");
    CHECK_EQ(recv(server, data, 32, 0), 5);
    struct timeval limit = {0, 20000};
    setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    CHECK_ERRNO(recv(server, data, 32, 0), EAGAIN);
    start_ticks(0);
    limit.tv_usec = 0;
    setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    CHECK_ERRNO(recv(server, data, 32, 0), EINTR);
    stop_ticks();
    close(server), close(client), close(epoll);
}

static void refusals(void) {
    int gone = bound(SOCK_DGRAM), port = port_of(gone), fd = socket(AF_INET, SOCK_DGRAM, 0);
    close(gone);
    CHECK(send_to(fd, port, "x") == 1 && send_to(fd, port, "x") == 1 && events(fd) == POLLOUT, "an unconnected sender learns nothing");
    CHECK_EQ(connect_to(fd, port), 0);
    CHECK_EQ(send(fd, "x", 1, 0), 1);
    CHECK(readable(fd, 1000) & POLLERR, "a connected one does");
    CHECK_EQ(option(fd, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
    CHECK_EQ(events(fd), POLLOUT);
    send(fd, "x", 1, 0);
    CHECK_ERRNO(send(fd, "x", 1, 0), ECONNREFUSED);
    close(fd);
    // Of two sockets at one port the connected one gets what its peer sends.
    int one = bound(SOCK_DGRAM), peer = bound(SOCK_DGRAM), other = bound(SOCK_DGRAM);
    char data[8];
    CHECK_EQ(connect_to(one, port_of(peer)), 0);
    CHECK(send_to(other, port_of(one), "no") == 2 && send_to(peer, port_of(one), "yes") == 3, "two send");
    CHECK(recv(one, data, 8, 0) == 3, "the peer's is received");
    CHECK_ERRNO(recv(one, data, 8, MSG_DONTWAIT), EAGAIN);
    CHECK_EQ(shutdown(one, SHUT_RDWR), 0);
    CHECK_EQ(recv(one, data, 8, 0), 0);
    CHECK_ERRNO(send(one, "x", 1, MSG_NOSIGNAL), EPIPE);
    close(one), close(peer), close(other);
}

static void sizes(void) {
    int receiver = bound(SOCK_DGRAM), sender = socket(AF_INET, SOCK_DGRAM, 0), value = -1;
    static char big[65600];
    struct sockaddr_in to = loopback(port_of(receiver));
    char data[16];
    CHECK_EQ(ioctl(receiver, FIONREAD, &value) == 0 ? value : -1, 0);
    CHECK(send_to(sender, port_of(receiver), "12345") == 5 && send_to(sender, port_of(receiver), "678") == 3, "two datagrams");
    CHECK(ioctl(receiver, FIONREAD, &value) == 0 && value == 5, "FIONREAD: the first");
    CHECK(recv(receiver, data, 16, MSG_PEEK) == 5 && recv(receiver, data, 2, MSG_TRUNC) == 5, "peeked, then cut");
    CHECK(recv(receiver, data, 16, 0) == 3 && !memcmp(data, "678", 3), "the rest of it is lost");
    CHECK_EQ(sendto(sender, big, 65507, 0, (struct sockaddr *)&to, sizeof to), 65507);
    CHECK_EQ(recv(receiver, big, sizeof big, 0), 65507);
    CHECK_ERRNO(sendto(sender, big, 65508, 0, (struct sockaddr *)&to, sizeof to), EMSGSIZE);
    // A full queue loses what comes, and the sender never waits.
    set_option(receiver, SOL_SOCKET, SO_RCVBUF, 8192);
    int sent = 0, got = 0;
    for (int i = 0; i < 1000; i++) sent += sendto(sender, big, 1000, 0, (struct sockaddr *)&to, sizeof to) == 1000;
    while (recv(receiver, big, sizeof big, MSG_DONTWAIT) == 1000) got++;
    CHECK(sent == 1000 && got >= 2 && got < 100, "a thousand are sent, a few arrive");
    CHECK(send_to(sender, port_of(receiver), "x") == 1 && recv(receiver, data, 16, 0) == 1, "and then it goes on");
    CHECK_ERRNO(sendto(sender, (void *)8, 100, 0, (struct sockaddr *)&to, sizeof to), EFAULT);
    CHECK_ERRNO(recv(receiver, data, 16, MSG_DONTWAIT), EAGAIN);
    struct mmsghdr messages[3] = {0};
    struct iovec vectors[3] = {{"a", 1}, {"bc", 2}, {"def", 3}};
    for (int i = 0; i < 3; i++) {
        messages[i].msg_hdr.msg_iov = &vectors[i], messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &to, messages[i].msg_hdr.msg_namelen = sizeof to;
    }
    CHECK_EQ(sendmmsg(sender, messages, 3, 0), 3);
    char in[3][8];
    for (int i = 0; i < 3; i++) {
        vectors[i] = (struct iovec){in[i], 8};
        messages[i].msg_hdr.msg_name = NULL, messages[i].msg_hdr.msg_namelen = 0;
    }
    CHECK(recvmmsg(receiver, messages, 3, 0, NULL) == 3 && messages[2].msg_len == 3 && !memcmp(in[2], "def", 3), "recvmmsg");
    close(receiver), close(sender);
}

static void controls(void) {
    int receiver = at_wildcard(), sender = socket(AF_INET, SOCK_DGRAM, 0);
    set_option(receiver, IPPROTO_IP, IP_PKTINFO, 1);
    set_option(receiver, IPPROTO_IP, IP_RECVTTL, 1);
    struct sockaddr_in to = loopback(port_of(receiver));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 8);
    CHECK_EQ(sendto(sender, "x", 1, 0, (struct sockaddr *)&to, sizeof to), 1);
    char data[8], control[256];
    struct iovec vector = {data, sizeof data};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    CHECK_EQ(recvmsg(receiver, &message, 0), 1);
    int info = 0, ttl = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != IPPROTO_IP) continue;
        if (c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo *p = (struct in_pktinfo *)CMSG_DATA(c);
            info = p->ipi_addr.s_addr == to.sin_addr.s_addr && p->ipi_spec_dst.s_addr == to.sin_addr.s_addr && p->ipi_ifindex > 0;
        }
        if (c->cmsg_type == IP_TTL) ttl = *(int *)CMSG_DATA(c);
    }
    CHECK(info, "IP_PKTINFO says where it went");
    CHECK_EQ(ttl, 64);
    // One send, several datagrams.
    enum { udp_segment = 103 };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    set_option(receiver, IPPROTO_IP, IP_PKTINFO, 0), set_option(receiver, IPPROTO_IP, IP_RECVTTL, 0);
    CHECK(set_option(sender, IPPROTO_UDP, udp_segment, 3) == 0 && option(sender, IPPROTO_UDP, udp_segment) == 3, "UDP_SEGMENT");
    CHECK(sendto(sender, "abcdefgh", 8, 0, (struct sockaddr *)&to, sizeof to) == 8, "eight bytes");
    CHECK(recv(receiver, data, 8, 0) == 3 && recv(receiver, data, 8, 0) == 3 && recv(receiver, data, 8, 0) == 2 && data[1] == 'h', "in three");
    CHECK_EQ(set_option(sender, IPPROTO_UDP, udp_segment, 0), 0);
    // A sender chooses its source.
    struct in_pktinfo source = {.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK + 4)};
    struct sockaddr_in from;
    memset(control, 0, sizeof control);
    message = (struct msghdr){.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control};
    message.msg_controllen = CMSG_SPACE(sizeof source);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof source), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
    memcpy(CMSG_DATA(header), &source, sizeof source);
    vector.iov_len = 1;
    socklen_t size = sizeof from;
    CHECK(sendmsg(sender, &message, 0) == 1 && recvfrom(receiver, data, 8, 0, (struct sockaddr *)&from, &size) == 1
              && from.sin_addr.s_addr == source.ipi_spec_dst.s_addr,
          "with IP_PKTINFO");
    close(receiver), close(sender);
}

static void six(void) {
    struct sockaddr_in6 any = {.sin6_family = AF_INET6}, from;
    int dual = socket(AF_INET6, SOCK_DGRAM, 0), four = socket(AF_INET, SOCK_DGRAM, 0), other = socket(AF_INET6, SOCK_DGRAM, 0);
    char data[8];
    CHECK_EQ(bind(dual, (struct sockaddr *)&any, sizeof any), 0);
    socklen_t size = sizeof from;
    getsockname(dual, (struct sockaddr *)&from, &size);
    int port = ntohs(from.sin6_port);
    CHECK(send_to(four, port, "four") == 4 && recvfrom(dual, data, 8, 0, (struct sockaddr *)&from, &size) == 4
              && IN6_IS_ADDR_V4MAPPED(&from.sin6_addr),
          "from IPv4, mapped");
    CHECK(sendto(dual, "back", 4, 0, (struct sockaddr *)&from, size) == 4 && recv(four, data, 8, 0) == 4, "and back");
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    CHECK(sendto(other, "six", 3, 0, (struct sockaddr *)&to, sizeof to) == 3
              && recvfrom(dual, data, 8, 0, (struct sockaddr *)&from, &size) == 3 && IN6_IS_ADDR_LOOPBACK(&from.sin6_addr),
          "from ::1");
    CHECK(connect(other, (struct sockaddr *)&to, sizeof to) == 0 && send(other, "c", 1, 0) == 1 && recv(dual, data, 8, 0) == 1, "connected");
    close(dual), close(four), close(other);
}

int main(void) {
    names();
    wildcard();
    refusals();
    sizes();
    controls();
    six();
    DONE();
}
