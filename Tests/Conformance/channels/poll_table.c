// SPDX-License-Identifier: Apache-2.0
// What poll reports for pipes, sockets, files, directories and bad descriptors in each state (poll(2)).
#include "../process/support.h"

static int events(int fd) {
    struct pollfd entry = {fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0};
    poll(&entry, 1, 0);
    return entry.revents;
}

int main(void) {
    int p[2], s[2];
    char byte;
    static char data[65536];
    CHECK(pipe(p) == 0, "a pipe");
    CHECK(events(p[0]) == 0 && events(p[1]) == POLLOUT, "an empty pipe");
    CHECK(write(p[1], data, 65536) == 65536 && events(p[0]) == POLLIN && events(p[1]) == 0, "a full pipe");
    close(p[1]);
    CHECK_EQ(events(p[0]), POLLIN | POLLHUP);
    CHECK(read(p[0], data, 65536) == 65536 && events(p[0]) == POLLHUP, "no writer, no data");
    close(p[0]);
    CHECK(pipe(p) == 0 && close(p[0]) == 0, "a pipe without reader");
    CHECK_EQ(events(p[1]), POLLOUT | POLLERR);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && events(s[0]) == POLLOUT, "a fresh socket pair");
    CHECK(write(s[1], "x", 1) == 1 && events(s[0]) == (POLLIN | POLLOUT) && read(s[0], &byte, 1) == 1, "with data");
    shutdown(s[1], SHUT_WR);
    CHECK_EQ(events(s[0]), POLLIN | POLLOUT | POLLRDHUP);
    CHECK_EQ(events(s[1]), POLLOUT);
    close(s[1]);
    CHECK_EQ(events(s[0]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
    int fresh = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQ(events(fresh), POLLOUT | POLLHUP);
    int directory = open("/", O_RDONLY), null = open("/dev/null", O_RDWR);
    FILE *file = tmpfile();
    CHECK_EQ(events(fileno(file)), POLLIN | POLLOUT);
    CHECK_EQ(events(directory), POLLIN | POLLOUT);
    CHECK_EQ(events(null), POLLIN | POLLOUT);
    CHECK_EQ(events(9999), POLLNVAL);
    CHECK_EQ(events(-1), 0);
    struct pollfd entries[3] = {{-1, POLLIN, 0}, {null, POLLIN, 0}, {null, 0, 0}};
    CHECK(poll(entries, 3, 0) == 1 && entries[1].revents == POLLIN && entries[2].revents == 0,
          "poll counts ready entries");
    CHECK_ERRNO(syscall(SYS_poll, 8L, 1, 0), EFAULT);
    long long start = now_ms();
    CHECK(poll(NULL, 0, 20) == 0 && now_ms() - start >= 19, "a timeout");
    DONE();
}
