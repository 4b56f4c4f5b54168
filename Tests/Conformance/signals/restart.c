// SPDX-License-Identifier: Apache-2.0
// SA_RESTART: read, wait4, futex and flock go on; poll, nanosleep, pause and timed receives do not (signal(7)).
#include "../process/support.h"
#include <sys/file.h>

static int ends[2];
static volatile sig_atomic_t fired;
static void feed(int sig) {
    (void)sig;
    if (++fired == 2) notify(ends[1]);
}
static void count(int sig) {
    (void)sig;
    fired++;
}

static void arm(void (*handler)(int), int flags) {
    fired = 0;
    start_ticks(0);
    handle(SIGALRM, handler, flags);
}

int main(void) {
    char byte;
    CHECK(pipe(ends) == 0, "a pipe");
    arm(feed, SA_RESTART);
    CHECK(read(ends[0], &byte, 1) == 1 && fired >= 2, "read on a pipe goes on");
    arm(feed, 0);
    CHECK_ERRNO(read(ends[0], &byte, 1), EINTR);
    arm(feed, SA_RESTART);
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a socket pair");
    struct iovec vector = {&byte, 1};
    CHECK(readv(ends[0], &vector, 1) == 1, "readv goes on");
    arm(count, SA_RESTART);
    struct pollfd entry = {ends[0], POLLIN, 0};
    CHECK_ERRNO(poll(&entry, 1, -1), EINTR);
    CHECK_ERRNO(pause(), EINTR);
    struct timespec second = {1, 0}, left = {0, 0};
    CHECK_ERRNO(nanosleep(&second, &left), EINTR);
    CHECK(left.tv_sec == 0 && left.tv_nsec > 0, "nanosleep reports what is left");
    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &second, &left), EINTR);
    struct timeval timeout = {1, 0};
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    CHECK_ERRNO(recv(pair[0], &byte, 1, 0), EINTR);
    int epoll = epoll_create1(0);
    struct epoll_event event;
    CHECK_ERRNO(epoll_wait(epoll, &event, 1, -1), EINTR);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    CHECK_ERRNO(select(ends[0] + 1, &set, NULL, NULL, NULL), EINTR);
    stop_ticks();
    pid_t pid = CHILD(sleep_ms(70); _exit(4));
    arm(count, SA_RESTART);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 4 && fired > 0, "waitpid goes on");
    stop_ticks();
    temp_dir();
    int one = open("lock", O_CREAT | O_RDWR, 0600), two = open("lock", O_RDWR), ready[2];
    CHECK(pipe(ready) == 0 && flock(one, LOCK_EX) == 0, "hold a lock");
    pid = CHILD(close(one); arm(count, SA_RESTART); notify(ready[1]); if (flock(two, LOCK_EX)) _exit(1);
                _exit(fired > 0 ? 0 : 2));
    await(ready[0]);
    sleep_ms(60);
    flock(one, LOCK_UN);
    CHECK(exit_code(pid) == 0, "flock goes on");
    flock(two, LOCK_UN);
    flock(one, LOCK_EX);
    close(two);
    two = open("lock", O_RDWR);
    arm(count, 0);
    CHECK_ERRNO(flock(two, LOCK_EX), EINTR);
    stop_ticks();
    DONE();
}
