// SPDX-License-Identifier: Apache-2.0
// Urgent data: MSG_OOB, the mark, SO_OOBINLINE, POLLPRI, SIGURG, FIONREAD (tcp(7), send(2)).
#include "inet.h"

static int events(int fd) {
    struct pollfd entry = {fd, POLLIN | POLLPRI, 0};
    poll(&entry, 1, 0);
    return entry.revents;
}
static int number(int fd, unsigned long request) {
    int value = -1;
    ioctl(fd, request, &value);
    return value;
}
static int urgent_arrives(int fd) {
    struct pollfd entry = {fd, POLLPRI, 0};
    return poll(&entry, 1, 2000) == 1;
}

static volatile sig_atomic_t signals;
static void count(int sig) { (void)sig, signals++; }

int main(void) {
    int s[2] = {-1, -1};
    char data[16] = "";
    CHECK(tcp_pair(s) == 0, "a pair");
    CHECK_ERRNO(recv(s[1], data, 1, MSG_OOB), EINVAL);
    handle(SIGURG, count, 0);
    CHECK_EQ(fcntl(s[1], F_SETOWN, getpid()), 0);
    send(s[0], "ab", 2, 0), send(s[0], "XY", 2, MSG_OOB), send(s[0], "cd", 2, 0);
    CHECK(urgent_arrives(s[1]), "POLLPRI");
    for (int i = 0; i < 1000 && !signals; i++) sleep_ms(1);
    CHECK(signals >= 1, "SIGURG");
    CHECK_EQ(number(s[1], FIONREAD), 3);
    CHECK_EQ(number(s[1], SIOCATMARK), 0);
    CHECK(recv(s[1], data, 10, 0) == 3 && !memcmp(data, "abX", 3), "a read ends before the urgent byte");
    CHECK_EQ(number(s[1], SIOCATMARK), 1);
    CHECK_EQ(number(s[1], FIONREAD), 0);
    sleep_ms(20);
    CHECK_EQ(events(s[1]), POLLIN | POLLPRI);
    CHECK(recv(s[1], data, 1, MSG_OOB | MSG_PEEK) == 1 && data[0] == 'Y', "the urgent byte, looked at");
    CHECK(recv(s[1], data, 1, MSG_OOB) == 1 && data[0] == 'Y', "and taken");
    CHECK_ERRNO(recv(s[1], data, 1, MSG_OOB), EINVAL);
    CHECK_EQ(events(s[1]), POLLIN);
    CHECK(recv(s[1], data, 10, 0) == 2 && !memcmp(data, "cd", 2), "plain reads leave it out");
    CHECK_EQ(number(s[1], SIOCATMARK), 0);

    send(s[0], "X", 1, MSG_OOB);
    CHECK(urgent_arrives(s[1]), "an urgent byte alone");
    CHECK_EQ(events(s[1]), POLLPRI);
    CHECK(recv(s[1], data, 1, MSG_OOB) == 1 && data[0] == 'X' && events(s[1]) == 0, "is all there is");
    CHECK_ERRNO(recv(s[1], data, 1, MSG_DONTWAIT), EAGAIN);

    send(s[0], "abcX", 4, MSG_OOB);
    CHECK(urgent_arrives(s[1]), "at the end of four");
    CHECK(recv(s[1], data, 10, MSG_PEEK) == 3 && recv(s[1], data, 10, 0) == 3, "three are plain");
    CHECK_ERRNO(recv(s[1], data, 10, MSG_DONTWAIT), EAGAIN);
    CHECK_ERRNO(recv(s[1], data, 1, MSG_OOB), EINVAL);

    CHECK(set_option(s[1], SOL_SOCKET, SO_OOBINLINE, 1) == 0, "SO_OOBINLINE");
    send(s[0], "ab", 2, 0), send(s[0], "X", 1, MSG_OOB), send(s[0], "cd", 2, 0);
    CHECK(urgent_arrives(s[1]), "POLLPRI in line");
    sleep_ms(20);
    CHECK_ERRNO(recv(s[1], data, 1, MSG_OOB), EINVAL);
    CHECK(recv(s[1], data, 10, 0) == 2 && number(s[1], SIOCATMARK) == 1, "up to the mark");
    CHECK(recv(s[1], data, 10, 0) == 3 && !memcmp(data, "Xcd", 3), "and from it");
    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = loopback(9);
    CHECK_ERRNO(sendto(udp, "x", 1, MSG_OOB, (struct sockaddr *)&to, sizeof to), EOPNOTSUPP);
    DONE();
}
