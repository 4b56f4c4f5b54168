// SPDX-License-Identifier: Apache-2.0
// /proc/net/tcp and its kind list sockets by address, port, state and inode (proc_net(5)).
#include "inet.h"

// The state of the line for `local` and `remote` ports, or -1; checks its inode where a descriptor is given.
static int state_of(const char *table, int local, int remote, int fd) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/net/%s", table);
    FILE *file = fopen(path, "r");
    int found = -1;
    if (!file || !fgets(line, sizeof line, file)) return -2;
    while (fgets(line, sizeof line, file)) {
        unsigned own, other, state, inode;
        if (sscanf(line, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%x %x %*x:%*x %*x:%*x %*x %*u %*u %u", &own, &other, &state, &inode) != 4) continue;
        if ((int)own != local || (int)other != remote) continue;
        struct stat status;
        if (fd >= 0 && (fstat(fd, &status) != 0 || status.st_ino != inode)) continue;
        found = (int)state;
    }
    fclose(file);
    return found;
}

enum { established = 1, close_wait = 8, listening = 10, unconnected = 7, fin_wait2 = 5 };

int main(void) {
    int listener = bound(SOCK_STREAM), port = port_of(listener);
    CHECK_EQ(state_of("tcp", port, 0, listener), listening);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect_to(client, port) == 0, "connected");
    int own = port_of(client), server = accept(listener, NULL, NULL);
    CHECK_EQ(state_of("tcp", own, port, client), established);
    CHECK_EQ(state_of("tcp", port, own, server), established);
    shutdown(client, SHUT_WR);
    CHECK(readable(server, 1000) == POLLIN, "the end arrives");
    for (int i = 0; i < 1000 && state_of("tcp", own, port, client) != fin_wait2; i++) sleep_ms(1);
    CHECK_EQ(state_of("tcp", own, port, client), fin_wait2);
    CHECK_EQ(state_of("tcp", port, own, server), close_wait);
    CHECK_EQ(state_of("tcp6", port, 0, -1), -1);
    close(listener);
    CHECK_EQ(state_of("tcp", port, 0, -1), -1);
    int udp = bound(SOCK_DGRAM);
    CHECK_EQ(state_of("udp", port_of(udp), 0, udp), unconnected);
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int datagrams = socket(AF_INET6, SOCK_DGRAM, 0), streams = socket(AF_INET6, SOCK_STREAM, 0);
    bind(datagrams, (struct sockaddr *)&six, sizeof six), bind(streams, (struct sockaddr *)&six, sizeof six);
    listen(streams, 1);
    CHECK_EQ(state_of("udp6", port_of(datagrams), 0, datagrams), unconnected);
    CHECK_EQ(state_of("tcp6", port_of(streams), 0, streams), listening);
    char line[512] = "";
    FILE *file = fopen("/proc/net/tcp", "r");
    CHECK(file && fgets(line, sizeof line, file) && fgets(line, sizeof line, file), "a line");
    CHECK_EQ(strlen(line), 150);
    DONE();
}
