// SPDX-License-Identifier: Apache-2.0
// epoll with closed and duplicated descriptors, across fork, nested, and with loops (epoll(7)).
#include "../process/support.h"

static int add(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(void) {
    struct epoll_event got[4];
    int epoll = epoll_create1(0), p[2];
    CHECK(pipe(p) == 0 && add(epoll, p[0]) == 0, "set up");
    notify(p[1]);
    int copy = dup(p[0]), number = p[0];
    close(p[0]);
    CHECK(epoll_wait(epoll, got, 4, 0) == 1 && got[0].data.fd == number, "a duplicate keeps the entry alive");
    CHECK_ERRNO(epoll_ctl(epoll, EPOLL_CTL_DEL, number, NULL), EBADF);
    close(copy);
    CHECK(epoll_wait(epoll, got, 4, 0) == 0, "the last close removes it");
    close(p[1]);
    CHECK(pipe(p) == 0 && add(epoll, p[0]) == 0, "a new pipe under the same number can be added");
    copy = dup(p[0]);
    CHECK(add(epoll, copy) == 0, "a duplicate is an entry of its own");
    notify(p[1]);
    CHECK_EQ(epoll_wait(epoll, got, 4, 0), 2);
    pid_t pid =
        CHILD(_exit(epoll_wait(epoll, got, 4, 0) == 2 && epoll_ctl(epoll, EPOLL_CTL_DEL, copy, NULL) == 0 ? 3 : 4));
    CHECK(exit_code(pid) == 3 && epoll_wait(epoll, got, 4, 0) == 1, "a forked child shares the set");
    int outer = epoll_create1(0);
    CHECK(add(outer, epoll) == 0 && epoll_wait(outer, got, 4, 0) == 1 && got[0].data.fd == epoll, "nested");
    await(p[0]);
    CHECK(epoll_wait(outer, got, 4, 0) == 0 && readable(epoll, 0) == 0, "the inner one is quiet");
    CHECK_ERRNO(add(epoll, outer), ELOOP);
    pid = CHILD(sleep_ms(5); notify(p[1]));
    CHECK(epoll_wait(outer, got, 4, 2000) == 1 && exit_code(pid) == 0, "a wake through two levels");
    int chain[7], good = 1;
    for (int i = 0; i < 7; i++) chain[i] = epoll_create1(0);
    for (int i = 0; i < 4; i++) good &= add(chain[i + 1], chain[i]) == 0;
    CHECK(good, "a chain of five");
    CHECK(add(chain[5], chain[4]) == 0 || errno == ELOOP || errno == EINVAL, "the depth has a limit");
    CHECK_EQ(fcntl(epoll, F_GETFD), 0);
    CHECK_ERRNO(read(epoll, got, 4), EINVAL);
    DONE();
}
