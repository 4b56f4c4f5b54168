// SPDX-License-Identifier: Apache-2.0
// netlink(7), rtnetlink(7): what programs ask to learn about interfaces, addresses and routes; refusals of all else.
// build musl-static: -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
#include "inet.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

struct request {
    struct nlmsghdr header;
    union {
        struct rtgenmsg any;
        struct ifinfomsg link;
        struct ifaddrmsg address;
    };
    char attributes[64];
};

static char buffer[32768];

static int ask(int fd, struct request *request, unsigned short type, unsigned short flags, unsigned body) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    request->header.nlmsg_type = type;
    request->header.nlmsg_flags = NLM_F_REQUEST | flags;
    if (!request->header.nlmsg_len) request->header.nlmsg_len = NLMSG_LENGTH(body);
    return sendto(fd, request, request->header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) ==
           (ssize_t)request->header.nlmsg_len;
}

// The error of the answer, 0 for an acknowledgement, 1 for anything else.
static int error_of(int fd) {
    ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    struct nlmsghdr *header = (struct nlmsghdr *)buffer;
    if (got < (ssize_t)sizeof *header || header->nlmsg_type != NLMSG_ERROR) return 1;
    return ((struct nlmsgerr *)NLMSG_DATA(header))->error;
}

// Walks a whole dump; counts its messages of `type` and looks at each.
static int dump(int fd, unsigned sequence, unsigned short type, void (*look)(struct nlmsghdr *)) {
    int count = 0;
    for (int round = 0; round < 1000; round++) {
        struct sockaddr_nl from = {0};
        struct iovec vector = {buffer, sizeof buffer};
        struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &vector, .msg_iovlen = 1};
        ssize_t got = recvmsg(fd, &message, 0);
        if (got <= 0 || from.nl_family != AF_NETLINK || from.nl_pid != 0 || message.msg_flags & MSG_TRUNC) return -1;
        for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, got); header = NLMSG_NEXT(header, got)) {
            if (header->nlmsg_seq != sequence) return -2;
            if (header->nlmsg_type == NLMSG_DONE) return count;
            if (header->nlmsg_type != type || !(header->nlmsg_flags & NLM_F_MULTI)) return -3;
            count++;
            if (look) look(header);
        }
    }
    return -4;
}

static int loopbacks, loopback_index, loopback_mtu_known, loopback_address, has_default, route_links;

static void look_at_link(struct nlmsghdr *header) {
    struct ifinfomsg *link = NLMSG_DATA(header);
    int room = IFLA_PAYLOAD(header);
    if (!(link->ifi_flags & IFF_LOOPBACK)) return;
    for (struct rtattr *a = IFLA_RTA(link); RTA_OK(a, room); a = RTA_NEXT(a, room)) {
        if (a->rta_type == IFLA_IFNAME && strcmp(RTA_DATA(a), "lo") == 0) {
            loopbacks++;
            loopback_index = link->ifi_index;
        }
        if (a->rta_type == IFLA_MTU && *(unsigned *)RTA_DATA(a) > 1000) loopback_mtu_known = 1;
    }
}

static void look_at_address(struct nlmsghdr *header) {
    struct ifaddrmsg *address = NLMSG_DATA(header);
    int room = IFA_PAYLOAD(header);
    for (struct rtattr *a = IFA_RTA(address); RTA_OK(a, room); a = RTA_NEXT(a, room))
        if (address->ifa_family == AF_INET && a->rta_type == IFA_LOCAL && *(in_addr_t *)RTA_DATA(a) == htonl(INADDR_LOOPBACK))
            loopback_address = address->ifa_prefixlen == 8 && (int)address->ifa_index == loopback_index;
}

static void look_at_route(struct nlmsghdr *header) {
    struct rtmsg *route = NLMSG_DATA(header);
    int room = RTM_PAYLOAD(header);
    if (route->rtm_table != RT_TABLE_MAIN) return;
    for (struct rtattr *a = RTM_RTA(route); RTA_OK(a, room); a = RTA_NEXT(a, room))
        if (a->rta_type == RTA_OIF) route_links++;
    has_default |= route->rtm_dst_len == 0;
}

static void refusals(void) {
    CHECK_ERRNO(socket(AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE), ESOCKTNOSUPPORT);
    CHECK_ERRNO(socket(AF_NETLINK, SOCK_RAW, 31), EPROTONOSUPPORT);
    CHECK_ERRNO(socket(AF_NETLINK, SOCK_RAW, -1), EPROTONOSUPPORT);
    CHECK_ERRNO(socket(AF_NETLINK, SOCK_RAW, 32), EPROTONOSUPPORT);
    int pair[2];
    CHECK_ERRNO(socketpair(AF_NETLINK, SOCK_RAW, 0, pair), EOPNOTSUPP);
}

int main(void) {
    refusals();
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    CHECK(fd >= 0, "a route socket");
    struct sockaddr_nl name = {.nl_family = AF_NETLINK};
    socklen_t size = sizeof name;
    CHECK_ERRNO(bind(fd, (struct sockaddr *)&name, 8), EINVAL);
    CHECK(bind(fd, (struct sockaddr *)&name, sizeof name) == 0, "bind to a number of the kernel's choice");
    CHECK(getsockname(fd, (struct sockaddr *)&name, &size) == 0 && size == sizeof name && name.nl_pid == (unsigned)getpid(),
          "the first socket of a process has its number");
    int second = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE);
    CHECK_ERRNO(bind(second, (struct sockaddr *)&name, sizeof name), EADDRINUSE);
    CHECK_EQ(option(fd, SOL_SOCKET, SO_DOMAIN), AF_NETLINK);
    CHECK_EQ(option(fd, SOL_SOCKET, SO_TYPE), SOCK_RAW);
    CHECK_EQ(option(fd, SOL_SOCKET, SO_PROTOCOL), NETLINK_ROUTE);
    CHECK(set_option(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1) == 0, "NETLINK_EXT_ACK");
    CHECK_EQ(option(fd, SOL_NETLINK, NETLINK_EXT_ACK), 1);
    CHECK(set_option(fd, SOL_NETLINK, NETLINK_EXT_ACK, 0) == 0, "and off");
    CHECK_ERRNO(set_option(fd, SOL_NETLINK, 200, 1), ENOPROTOOPT);

    CHECK_ERRNO(recv(fd, buffer, sizeof buffer, MSG_DONTWAIT), EAGAIN);
    struct pollfd ready = {fd, POLLIN | POLLOUT, 0};
    CHECK(poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT, "nothing to read before a request");

    struct request links = {.header.nlmsg_seq = 7, .any.rtgen_family = AF_UNSPEC};
    CHECK(ask(fd, &links, RTM_GETLINK, NLM_F_DUMP, sizeof links.any), "ask for all links by the shortest request");
    CHECK(poll(&ready, 1, 1000) == 1 && ready.revents == (POLLIN | POLLOUT), "an answer to read");
    char one[1];
    CHECK(recv(fd, one, 1, MSG_PEEK | MSG_TRUNC) > 32, "MSG_PEEK with MSG_TRUNC tells the length");
    CHECK(dump(fd, 7, RTM_NEWLINK, look_at_link) >= 1, "links until NLMSG_DONE");
    CHECK(loopbacks == 1 && loopback_mtu_known, "one loopback, with a name and an MTU");

    struct request addresses = {.header.nlmsg_seq = 8, .any.rtgen_family = AF_INET};
    CHECK(ask(fd, &addresses, RTM_GETADDR, NLM_F_DUMP, sizeof addresses.any), "ask for IPv4 addresses");
    CHECK(dump(fd, 8, RTM_NEWADDR, look_at_address) >= 1, "addresses");
    CHECK(loopback_address, "127.0.0.1/8 on the loopback");

    struct request routes = {.header.nlmsg_seq = 9, .any.rtgen_family = AF_INET};
    CHECK(ask(fd, &routes, RTM_GETROUTE, NLM_F_DUMP, sizeof(struct rtmsg)), "ask for routes");
    int found = dump(fd, 9, RTM_NEWROUTE, look_at_route);
    CHECK(found >= 0 && (found == 0 || route_links > 0 || !has_default), "routes of the main table name a link");

    struct request single = {.header.nlmsg_seq = 10, .link = {.ifi_index = loopback_index}};
    CHECK(ask(fd, &single, RTM_GETLINK, 0, sizeof single.link), "ask for one link");
    CHECK(recv(fd, buffer, sizeof buffer, 0) > 0 && ((struct nlmsghdr *)buffer)->nlmsg_type == RTM_NEWLINK &&
              ((struct nlmsghdr *)buffer)->nlmsg_seq == 10 && !(((struct nlmsghdr *)buffer)->nlmsg_flags & NLM_F_MULTI),
          "one message, not a dump");
    struct request named = {.header.nlmsg_seq = 11, .header.nlmsg_len = NLMSG_LENGTH(sizeof named.link) + 8};
    struct rtattr *attribute = (struct rtattr *)((char *)&named + NLMSG_LENGTH(sizeof named.link));
    *attribute = (struct rtattr){.rta_len = 7, .rta_type = IFLA_IFNAME};
    memcpy(RTA_DATA(attribute), "lo", 3);
    CHECK(ask(fd, &named, RTM_GETLINK, NLM_F_ACK, 0), "ask for one by its name, with an acknowledgement");
    CHECK(recv(fd, buffer, sizeof buffer, 0) > 0 && ((struct nlmsghdr *)buffer)->nlmsg_type == RTM_NEWLINK, "the link");
    CHECK_EQ(error_of(fd), 0);
    struct request absent = {.header.nlmsg_seq = 12, .link = {.ifi_index = 0x7ffffff0}};
    CHECK(ask(fd, &absent, RTM_GETLINK, 0, sizeof absent.link), "ask for a link that is not there");
    CHECK_EQ(error_of(fd), -ENODEV);

    struct request unknown = {.header.nlmsg_seq = 13};
    CHECK(ask(fd, &unknown, 1000, 0, sizeof unknown.any), "an unknown type");
    CHECK_EQ(error_of(fd), -EOPNOTSUPP);
    struct request empty = {.header.nlmsg_seq = 14};
    CHECK(ask(fd, &empty, NLMSG_NOOP, NLM_F_ACK, 0), "NLMSG_NOOP");
    CHECK_EQ(error_of(fd), 0);
    CHECK(send(fd, "short", 5, 0) == 5 && recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) == -1 && errno == EAGAIN,
          "what is no message is dropped");

    struct request twice[2] = {{.header.nlmsg_seq = 15}, {.header.nlmsg_seq = 16}};
    char both[2 * 20];
    for (int i = 0; i < 2; i++) {
        twice[i].header.nlmsg_len = 20;
        twice[i].header.nlmsg_type = RTM_GETADDR;
        twice[i].header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        memcpy(both + 20 * i, &twice[i], 20);
    }
    CHECK_EQ(send(fd, both, sizeof both, 0), 40);
    int busy = 0, done = 0;
    while (!busy || !done) {
        ssize_t length = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (length <= 0) break;
        for (struct nlmsghdr *h = (struct nlmsghdr *)buffer; NLMSG_OK(h, length); h = NLMSG_NEXT(h, length)) {
            done |= h->nlmsg_type == NLMSG_DONE && h->nlmsg_seq == 15;
            busy |= h->nlmsg_type == NLMSG_ERROR && h->nlmsg_seq == 16 && ((struct nlmsgerr *)NLMSG_DATA(h))->error == -EBUSY;
        }
    }
    CHECK(done && busy, "of two dumps asked for at once the first is served, the second is EBUSY");

    close(fd);
    close(second);
    CHECK(if_nametoindex("lo") == (unsigned)loopback_index, "if_nametoindex agrees");
    struct if_nameindex *names = if_nameindex();
    int listed = 0;
    for (int i = 0; names && names[i].if_index; i++) listed += strcmp(names[i].if_name, "lo") == 0;
    CHECK_EQ(listed, 1);
    if_freenameindex(names);
    return check_done();
}
