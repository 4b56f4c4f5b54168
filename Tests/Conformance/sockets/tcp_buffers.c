// SPDX-License-Identifier: Apache-2.0
// Full and emptied buffers, partial sends, low-water marks, time limits, sendfile and splice over TCP on the loopback (socket(7), sendfile(2)).
#include "inet.h"
#include <sys/sendfile.h>

static int events(int fd) {
    struct pollfd entry = {fd, POLLIN | POLLOUT, 0};
    poll(&entry, 1, 0);
    return entry.revents;
}

static void filling(void) {
    int s[2] = {-1, -1};
    static char data[1 << 16];
    CHECK(tcp_pair(s) == 0, "a pair");
    fcntl(s[0], F_SETFL, O_NONBLOCK);
    long long sent = 0, got = 0;
    ssize_t n;
    // What is under way settles a moment later on a real network.
    for (int quiet = 0; quiet < 5; quiet++) {
        while ((n = write(s[0], data, sizeof data)) > 0) sent += n, quiet = 0;
        sleep_ms(5);
    }
    CHECK(n == -1 && errno == EAGAIN && sent > 1 << 20, "more than a megabyte fits, then EAGAIN");
    CHECK_EQ(events(s[0]), 0);
    struct timeval limit = {0, 30000};
    setsockopt(s[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    fcntl(s[0], F_SETFL, 0);
    while ((n = write(s[0], data, 100)) > 0) sent += n;
    CHECK(n == -1 && errno == EAGAIN, "SO_SNDTIMEO");
    int waiting = -1;
    CHECK(ioctl(s[1], FIONREAD, &waiting) == 0 && waiting > 0, "FIONREAD");
    CHECK(ioctl(s[0], TIOCOUTQ, &waiting) == 0 && waiting > 0 && waiting < sent, "SIOCOUTQ");
    struct pollfd entry = {s[0], POLLOUT, 0};
    while (got < sent && (n = recv(s[1], data, sizeof data, 0)) > 0) got += n;
    CHECK(got == sent, "all of it arrives");
    CHECK(poll(&entry, 1, 2000) == 1, "and there is room again");
    CHECK_EQ(events(s[1]), POLLOUT);
    limit.tv_usec = 0;
    setsockopt(s[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    // A sender that waits goes on as there is room, and a signal cuts it short.
    pid_t pid = CHILD(close(s[1]); for (long long left = 16 << 20; left > 0;) {
        ssize_t m = write(s[0], data, left < (1 << 16) ? (size_t)left : sizeof data);
        if (m <= 0) _exit(1);
        left -= m;
    });
    for (got = 0; got < 16 << 20 && (n = recv(s[1], data, 5000, 0)) > 0;) got += n;
    CHECK(got == 16 << 20 && exit_code(pid) == 0, "sixteen megabytes");
    start_ticks(0);
    static char much[32 << 20];
    n = write(s[0], much, sizeof much);
    CHECK(n > 0 && n < (ssize_t)sizeof much, "a signal ends a long write early");
    CHECK_ERRNO(write(s[0], much, 1 << 20), EINTR);
    stop_ticks();
    close(s[0]), close(s[1]);
}

static void marks(void) {
    int s[2] = {-1, -1};
    char data[16];
    CHECK(tcp_pair(s) == 0 && set_option(s[1], SOL_SOCKET, SO_RCVLOWAT, 5) == 0, "SO_RCVLOWAT");
    CHECK_EQ(option(s[1], SOL_SOCKET, SO_RCVLOWAT), 5);
    write(s[0], "abc", 3);
    sleep_ms(20);
    CHECK_EQ(events(s[1]), POLLOUT);
    pid_t pid = CHILD(sleep_ms(5); write(s[0], "def", 3));
    CHECK(readable(s[1], 2000) == POLLIN && exit_code(pid) == 0, "readable from five on");
    CHECK_EQ(recv(s[1], data, 16, 0), 6);
    write(s[0], "abc", 3);
    sleep_ms(20);
    CHECK_EQ(recv(s[1], data, 16, MSG_DONTWAIT), 3);
    write(s[0], "abcdef", 6);
    sleep_ms(20);
    CHECK(recv(s[1], NULL, 4, MSG_TRUNC) == 4 && recv(s[1], data, 16, MSG_DONTWAIT) == 2 && data[0] == 'e', "MSG_TRUNC drops");
    CHECK_ERRNO(recv(s[1], data, 16, MSG_ERRQUEUE), EAGAIN);
    struct timeval limit = {0, 30000};
    setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    CHECK_ERRNO(recv(s[1], data, 16, 0), EAGAIN);
    write(s[0], "ab", 2);
    CHECK_EQ(recv(s[1], data, 16, MSG_WAITALL), 2);
    write(s[0], "abcd", 4);
    sleep_ms(20);
    CHECK(recv(s[1], data, 2, MSG_PEEK) == 2 && recv(s[1], data, 4, MSG_PEEK) == 4 && recv(s[1], data, 16, MSG_DONTWAIT) == 4, "peeking takes nothing");
    CHECK_ERRNO(send(s[0], (void *)8, 4, 0), EFAULT);
    write(s[0], "z", 1);
    CHECK(readable(s[1], 20) == 0, "one byte is less than five");
    CHECK_ERRNO(recv(s[1], (void *)8, 1, 0), EFAULT);
    CHECK(recv(s[1], data, 1, 0) == 1 && data[0] == 'z', "a bad address loses nothing");
    close(s[0]), close(s[1]);
}

static void moving(void) {
    int s[2] = {-1, -1}, p[2], file = memfd_create("data", 0);
    static char data[300000], back[300000];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (char)(i * 7 >> 3);
    CHECK(tcp_pair(s) == 0 && pipe(p) == 0 && write(file, data, sizeof data) == (ssize_t)sizeof data, "a file");
    off_t offset = 0;
    pid_t pid = CHILD(close(s[1]); while (offset < (off_t)sizeof data) if (sendfile(s[0], file, &offset, sizeof data) <= 0) _exit(1));
    CHECK(recv(s[1], back, sizeof back, MSG_WAITALL) == (ssize_t)sizeof back && !memcmp(data, back, sizeof back) && exit_code(pid) == 0, "sendfile");
    CHECK(write(p[1], data, 40000) == 40000 && splice(p[0], NULL, s[0], NULL, 40000, 0) == 40000, "splice into the socket");
    sleep_ms(20);
    CHECK(splice(s[1], NULL, p[1], NULL, 40000, 0) > 0 && read(p[0], back, 100) == 100 && !memcmp(data, back, 100), "and out of it");
    close(s[0]), close(s[1]), close(p[0]), close(p[1]), close(file);
}

int main(void) {
    filling();
    marks();
    moving();
    DONE();
}
