// SPDX-License-Identifier: Apache-2.0
// A server that forks for every connection, as inetd does; the parent closes its copy; clients run in parallel.
#include "inet.h"

enum { clients = 8 };

static void serve(int fd) {
    char data[64];
    ssize_t n;
    while ((n = read(fd, data, sizeof data)) > 0) {
        for (ssize_t i = 0; i < n; i++) data[i] = (char)(data[i] - 32);
        if (write(fd, data, (size_t)n) != n) _exit(1);
    }
    _exit(0);
}

int main(void) {
    int listener = bound(SOCK_STREAM), good = 1;
    pid_t pids[clients];
    for (int i = 0; i < clients; i++) {
        pids[i] = CHILD(int fd = socket(AF_INET, SOCK_STREAM, 0); char data[6];
                        if (connect_to(fd, port_of(listener))) _exit(1); close(listener);
                        if (write(fd, "abcdef", 6) != 6 || shutdown(fd, SHUT_WR)) _exit(2);
                        if (recv(fd, data, 6, MSG_WAITALL) != 6 || memcmp(data, "ABCDEF", 6)) _exit(3);
                        _exit(read(fd, data, 1) == 0 ? 0 : 4));
    }
    for (int i = 0; i < clients; i++) {
        int fd = accept(listener, NULL, NULL);
        good &= fd >= 0 && CHILD(close(listener); serve(fd)) > 0;
        close(fd);
    }
    CHECK(good, "eight connections, each in its process");
    for (int i = 0; i < clients; i++) good &= exit_code(pids[i]) == 0;
    CHECK(good, "every client is served and sees end of file");
    int status, served = 0;
    while (wait(&status) > 0) served += status == 0;
    CHECK_EQ(served, clients);
    DONE();
}
