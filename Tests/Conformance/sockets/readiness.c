// SPDX-License-Identifier: Apache-2.0
// poll and epoll over TCP and pipes together: readiness, RDHUP, listener, edge (epoll(7)).
#include "inet.h"

static int events(int fd) {
    struct pollfd entry = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    poll(&entry, 1, 0);
    return entry.revents;
}

int main(void) {
    int s[2] = {-1, -1}, p[2], epoll = epoll_create1(0);
    char byte;
    CHECK(tcp_pair(s) == 0 && pipe(p) == 0, "a TCP pair and a pipe");
    CHECK_EQ(events(s[0]), POLLOUT);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.u32 = 1}, got[4];
    epoll_ctl(epoll, EPOLL_CTL_ADD, s[0], &event);
    event.data.u32 = 2;
    epoll_ctl(epoll, EPOLL_CTL_ADD, p[0], &event);
    CHECK_EQ(epoll_wait(epoll, got, 4, 0), 0);
    notify(p[1]);
    CHECK(epoll_wait(epoll, got, 4, 1000) == 1 && got[0].data.u32 == 2, "the pipe is ready");
    notify(s[1]);
    CHECK(readable(s[0], 1000) == POLLIN && epoll_wait(epoll, got, 4, 1000) == 2, "both are ready");
    await(p[0]), await(s[0]);
    pid_t pid = CHILD(sleep_ms(5); notify(s[1]));
    CHECK(epoll_wait(epoll, got, 4, 2000) == 1 && got[0].data.u32 == 1 && exit_code(pid) == 0,
          "a wait is ended by TCP data");
    await(s[0]);
    pid = CHILD(sleep_ms(5); notify(p[1]));
    CHECK(epoll_wait(epoll, got, 4, 2000) == 1 && got[0].data.u32 == 2 && exit_code(pid) == 0, "and by pipe data");
    shutdown(s[1], SHUT_WR);
    CHECK(epoll_wait(epoll, got, 4, 1000) >= 1 && (readable(s[0], 1000) & POLLIN), "a half close is readable");
    CHECK_EQ(events(s[0]), POLLIN | POLLOUT | POLLRDHUP);
    CHECK(read(s[0], &byte, 1) == 0, "as end of file");
    shutdown(s[0], SHUT_WR);
    CHECK(events(s[0]) & POLLHUP, "both halves closed: POLLHUP");
    int fresh = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(events(fresh), POLLOUT | POLLHUP);
    DONE();
}
