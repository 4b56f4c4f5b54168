// SPDX-License-Identifier: Apache-2.0
// netdevice(7) requests and getifaddrs(3): what a program learns about interfaces is of one piece.
#include "inet.h"
#include <ifaddrs.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netdb.h>
#include <sys/ioctl.h>

static struct ifreq named(const char *name) {
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    return request;
}

static void loopback_by_requests(int fd, int is_inet) {
    struct ifreq request = named("lo");
    CHECK(ioctl(fd, SIOCGIFINDEX, &request) == 0 && request.ifr_ifindex > 0, "SIOCGIFINDEX");
    int index = request.ifr_ifindex;
    request = (struct ifreq){.ifr_ifindex = index};
    CHECK(ioctl(fd, SIOCGIFNAME, &request) == 0 && strcmp(request.ifr_name, "lo") == 0, "SIOCGIFNAME");
    request = named("lo");
    CHECK(ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & (IFF_UP | IFF_LOOPBACK)) == (IFF_UP | IFF_LOOPBACK),
          "SIOCGIFFLAGS");
    request = named("lo");
    CHECK(ioctl(fd, SIOCGIFMTU, &request) == 0 && request.ifr_mtu > 1000, "SIOCGIFMTU");
    request = named("lo");
    CHECK(ioctl(fd, SIOCGIFHWADDR, &request) == 0 && request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK, "SIOCGIFHWADDR");
    struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
    request = named("absent0");
    CHECK_ERRNO(ioctl(fd, SIOCGIFINDEX, &request), ENODEV);
    CHECK_ERRNO(ioctl(fd, SIOCGIFADDR, &request), is_inet ? ENODEV : ENOTTY);
    request = (struct ifreq){.ifr_ifindex = 0x7ffffff0};
    CHECK_ERRNO(ioctl(fd, SIOCGIFNAME, &request), ENODEV);
    CHECK_ERRNO(ioctl(fd, SIOCGIFINDEX, NULL), EFAULT);
    if (!is_inet) return;
    request = named("lo");
    CHECK(ioctl(fd, SIOCGIFADDR, &request) == 0 && address->sin_family == AF_INET && address->sin_addr.s_addr == htonl(INADDR_LOOPBACK),
          "SIOCGIFADDR");
    request = named("lo");
    CHECK(ioctl(fd, SIOCGIFNETMASK, &request) == 0 && address->sin_addr.s_addr == htonl(0xff000000), "SIOCGIFNETMASK");
}

static void table(int fd) {
    struct ifconf need = {0};
    CHECK(ioctl(fd, SIOCGIFCONF, &need) == 0 && need.ifc_len >= (int)sizeof(struct ifreq) && need.ifc_len % sizeof(struct ifreq) == 0,
          "SIOCGIFCONF without a buffer says how much it needs");
    struct ifreq entries[64];
    struct ifconf conf = {.ifc_len = sizeof entries, .ifc_req = entries};
    CHECK(ioctl(fd, SIOCGIFCONF, &conf) == 0 && conf.ifc_len == need.ifc_len, "SIOCGIFCONF");
    int found = 0;
    for (int i = 0; i < conf.ifc_len / (int)sizeof entries[0]; i++) {
        struct sockaddr_in *address = (struct sockaddr_in *)&entries[i].ifr_addr;
        found += strcmp(entries[i].ifr_name, "lo") == 0 && address->sin_addr.s_addr == htonl(INADDR_LOOPBACK);
    }
    CHECK_EQ(found, 1);
    conf = (struct ifconf){.ifc_len = sizeof(struct ifreq) - 1, .ifc_req = entries};
    CHECK(ioctl(fd, SIOCGIFCONF, &conf) == 0 && conf.ifc_len == 0, "too little room gives nothing");
}

static void by_library(void) {
    struct ifaddrs *list;
    CHECK(getifaddrs(&list) == 0, "getifaddrs");
    int loopbacks = 0, others_bindable = 1, unnamed = 0;
    for (struct ifaddrs *one = list; one; one = one->ifa_next) {
        unnamed += !one->ifa_name || !one->ifa_name[0] || if_nametoindex(one->ifa_name) == 0;
        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET) continue;
        struct sockaddr_in address = *(struct sockaddr_in *)one->ifa_addr;
        if (address.sin_addr.s_addr == htonl(INADDR_LOOPBACK)) loopbacks += !!(one->ifa_flags & IFF_LOOPBACK);
        // What is shown as ours can be bound to.
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        address.sin_port = 0;
        others_bindable &= bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
        close(fd);
    }
    CHECK_EQ(loopbacks, 1);
    CHECK_EQ(unnamed, 0);
    CHECK(others_bindable, "every IPv4 address that is listed can be bound to");
    freeifaddrs(list);
}

int main(void) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0), local = socket(AF_UNIX, SOCK_STREAM, 0);
    loopback_by_requests(fd, 1);
    loopback_by_requests(local, 0);
    table(fd);
    by_library();
    return check_done();
}
