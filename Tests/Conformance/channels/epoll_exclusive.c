// SPDX-License-Identifier: Apache-2.0
// EPOLLEXCLUSIVE: of several sets that watch one object, one waiter is told (epoll_ctl(2)). A hang-up is for all.
#include "../sockets/inet.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <poll.h>
#include <sys/un.h>

enum { WAITERS = 4 };
static pid_t children[WAITERS];
static int reports[2];

static char state_of(pid_t pid) {
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1) state = 0;
    fclose(file);
    return state;
}

// Each waits in a set of its own, says when it is woken, and leaves what it was woken for.
static void start(int fd, unsigned events) {
    int ready[2];
    if (pipe(ready) || pipe(reports)) _exit(1);
    for (int i = 0; i < WAITERS; i++) {
        children[i] = fork();
        if (children[i]) continue;
        int set = epoll_create1(0);
        struct epoll_event event = {.events = events};
        if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &event)) _exit(1);
        if (write(ready[1], "r", 1) != 1) _exit(1);
        if (epoll_wait(set, &event, 1, -1) == 1 && write(reports[1], "w", 1) != 1) _exit(1);
        for (;;) pause();
    }
    char byte;
    for (int i = 0; i < WAITERS; i++)
        if (read(ready[0], &byte, 1) != 1) _exit(1);
    // Twice in a row, so that none is on its way.
    for (int i = 0; i < WAITERS; i++)
        for (int seen = 0; seen < 3; usleep(1000)) seen = state_of(children[i]) == 'S' ? seen + 1 : 0;
    close(ready[0]), close(ready[1]);
}

// How many were told: waits for the first, then a while for those that should not come.
static int told(int at_least) {
    int count = 0;
    struct pollfd report = {reports[0], POLLIN, 0};
    for (int i = 0; i < 10000 && count < at_least; i++) {
        poll(&report, 1, 1);
        ioctl(reports[0], FIONREAD, &count);
    }
    usleep(100000);
    ioctl(reports[0], FIONREAD, &count);
    return count;
}

static void stop(void) {
    for (int i = 0; i < WAITERS; i++) kill(children[i], SIGKILL), waitpid(children[i], NULL, 0);
    close(reports[0]), close(reports[1]);
}

static void pipes(void) {
    int fds[2];
    CHECK(pipe(fds) == 0, "a pipe");
    start(fds[0], EPOLLIN | EPOLLEXCLUSIVE);
    CHECK(write(fds[1], "x", 1) == 1, "one byte");
    CHECK_EQ(told(1), 1);
    stop();
    start(fds[0], EPOLLIN | EPOLLEXCLUSIVE);
    CHECK(told(WAITERS) == WAITERS, "what was there before they asked is for all");
    stop();
    close(fds[0]), close(fds[1]);
}

static void others(void) {
    int fd = eventfd(0, EFD_NONBLOCK);
    uint64_t one = 1;
    start(fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLET);
    CHECK(write(fd, &one, 8) == 8, "an eventfd");
    CHECK_EQ(told(1), 1);
    stop();
    close(fd);

    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
    start(pair[0], EPOLLIN | EPOLLEXCLUSIVE);
    CHECK(shutdown(pair[1], SHUT_RDWR) == 0, "is shut down");
    CHECK_EQ(told(WAITERS), WAITERS);
    stop();
    close(pair[0]), close(pair[1]);
}

static void listeners(void) {
    int listener = bound(SOCK_STREAM), port = port_of(listener);
    start(listener, EPOLLIN | EPOLLEXCLUSIVE);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect_to(client, port) == 0, "a connection by TCP");
    CHECK_EQ(told(1), 1);
    stop();
    close(client), close(listener);

    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    CHECK(bind(listener, (struct sockaddr *)&name, sizeof(sa_family_t)) == 0 && listen(listener, 5) == 0, "a local listener");
    socklen_t size = sizeof name;
    getsockname(listener, (struct sockaddr *)&name, &size);
    start(listener, EPOLLIN | EPOLLEXCLUSIVE);
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(connect(client, (struct sockaddr *)&name, size) == 0, "a local connection");
    CHECK_EQ(told(1), 1);
    stop();
    close(client), close(listener);
}

static void refusals(void) {
    int fds[2], set = epoll_create1(0), inner = epoll_create1(0);
    CHECK(pipe(fds) == 0, "a pipe");
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT};
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, fds[0], &event), EINVAL);
    event.events = EPOLLIN | EPOLLEXCLUSIVE;
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, inner, &event), EINVAL);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, fds[0], &event), 0);
    event.events = EPOLLIN;
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_MOD, fds[0], &event), EINVAL);
    event.events = EPOLLIN | EPOLLEXCLUSIVE;
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_MOD, fds[0], &event), EINVAL);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_DEL, fds[0], NULL), 0);
}

int main(void) {
    pipes();
    others();
    listeners();
    refusals();
    return check_done();
}
