// SPDX-License-Identifier: Apache-2.0
// epoll: level, edge, one-shot; add, modify, delete; data; errors (epoll(7)).
#include "../process/support.h"

static int fd, p[2];
static struct epoll_event got[8];
static int control(int op, int target, unsigned events) {
    struct epoll_event event = {.events = events, .data.u64 = 0x1122334400000000ull | (unsigned)target};
    return epoll_ctl(fd, op, target, &event);
}
static int ready(void) { return epoll_wait(fd, got, 8, 0); }

int main(void) {
    fd = epoll_create1(EPOLL_CLOEXEC);
    CHECK(fd >= 0 && pipe2(p, O_NONBLOCK) == 0, "set up");
    CHECK_ERRNO(epoll_create1(5), EINVAL);
    CHECK_ERRNO(syscall(SYS_epoll_create, 0), EINVAL);
    CHECK(control(EPOLL_CTL_ADD, p[0], EPOLLIN) == 0 && ready() == 0, "level: nothing");
    CHECK_ERRNO(control(EPOLL_CTL_ADD, p[0], EPOLLIN), EEXIST);
    CHECK_ERRNO(control(EPOLL_CTL_MOD, p[1], EPOLLIN), ENOENT);
    CHECK_ERRNO(control(EPOLL_CTL_DEL, p[1], 0), ENOENT);
    CHECK_ERRNO(control(EPOLL_CTL_ADD, 9999, EPOLLIN), EBADF);
    CHECK_ERRNO(control(EPOLL_CTL_ADD, fd, EPOLLIN), EINVAL);
    CHECK_ERRNO(control(77, p[0], EPOLLIN), EINVAL);
    int directory = open("/", O_RDONLY);
    CHECK_ERRNO(control(EPOLL_CTL_ADD, directory, EPOLLIN), EPERM);
    CHECK_ERRNO(epoll_wait(fd, got, 0, 0), EINVAL);
    CHECK_ERRNO(epoll_wait(p[0], got, 1, 0), EINVAL);
    notify(p[1]);
    CHECK(ready() == 1 && got[0].events == EPOLLIN && got[0].data.u64 == (0x1122334400000000ull | (unsigned)p[0]),
          "level: reported with its data");
    CHECK(ready() == 1, "and again");
    CHECK(control(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET) == 0 && ready() == 1 && ready() == 0, "edge: once");
    notify(p[1]);
    CHECK(ready() == 1 && ready() == 0, "edge: again after more data");
    CHECK(control(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT) == 0 && ready() == 1, "one-shot: once");
    notify(p[1]);
    CHECK(ready() == 0, "one-shot: disabled after");
    CHECK(control(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT) == 0 && ready() == 1, "one-shot: armed again");
    CHECK(control(EPOLL_CTL_MOD, p[0], 0) == 0 && ready() == 0, "no events asked");
    close(p[1]);
    CHECK(ready() == 1 && got[0].events == EPOLLHUP, "EPOLLHUP always comes");
    CHECK(control(EPOLL_CTL_DEL, p[0], 0) == 0 && ready() == 0, "deleted");
    int many[5][2], sum = 0;
    for (int i = 0; i < 5; i++) sum += pipe(many[i]) == 0 && control(EPOLL_CTL_ADD, many[i][1], EPOLLOUT) == 0;
    CHECK(sum == 5 && epoll_wait(fd, got, 3, 0) == 3 && epoll_wait(fd, got, 8, 0) == 5, "at most as many as asked");
    CHECK(control(EPOLL_CTL_ADD, many[0][0], EPOLLIN | EPOLLEXCLUSIVE) == 0, "EPOLLEXCLUSIVE");
    CHECK_ERRNO(control(EPOLL_CTL_MOD, many[0][0], EPOLLIN), EINVAL);
    DONE();
}
