// SPDX-License-Identifier: Apache-2.0
// Signals end waits on pipes, sets and internet sockets; waits over both kinds at once; masks for the time of a call (signal(7)).
#include "../process/support.h"
#include <netinet/in.h>
#include <sys/time.h>

static int handled;
static void count(int signal) { (void)signal, handled++; }
static void arm(int flags) {
    struct sigaction action = {.sa_handler = count, .sa_flags = flags};
    struct itimerval timer = {{0, 0}, {0, 20000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

int main(void) {
    int p[2], set = epoll_create1(0), udp = socket(AF_INET, SOCK_DGRAM, 0);
    char byte;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK(pipe(p) == 0 && bind(udp, (struct sockaddr *)&any, sizeof any) == 0, "a pipe and a socket");
    struct pollfd both[2] = {{p[0], POLLIN, 0}, {udp, POLLIN, 0}};
    struct epoll_event event = {.events = EPOLLIN, .data.fd = p[0]};
    epoll_ctl(set, EPOLL_CTL_ADD, p[0], &event);
    arm(0);
    CHECK_ERRNO(read(p[0], &byte, 1), EINTR);
    arm(SA_RESTART);
    CHECK_ERRNO(poll(both, 1, 2000), EINTR);
    arm(SA_RESTART);
    CHECK_ERRNO(epoll_wait(set, &event, 1, 2000), EINTR);
    arm(0);
    CHECK_ERRNO(recv(udp, &byte, 1, 0), EINTR);
    event.events = EPOLLIN, event.data.fd = udp;
    epoll_ctl(set, EPOLL_CTL_ADD, udp, &event);
    arm(0);
    CHECK_ERRNO(epoll_wait(set, &event, 1, 2000), EINTR);
    arm(0);
    CHECK_ERRNO(poll(both, 2, 2000), EINTR);
    CHECK_EQ(handled, 6);
    pid_t pid = CHILD(sleep_ms(10); notify(p[1]));
    CHECK(poll(both, 2, 2000) == 1 && both[0].revents == POLLIN && both[1].revents == 0,
          "the pipe ends a poll over both");
    CHECK(exit_code(pid) == 0 && read(p[0], &byte, 1) == 1, "reap");
    pid = CHILD(sleep_ms(10); notify(p[1]));
    CHECK(epoll_wait(set, &event, 1, 2000) == 1 && event.data.fd == p[0], "and an epoll over both");
    CHECK(exit_code(pid) == 0 && read(p[0], &byte, 1) == 1, "reap again");
    socklen_t size = sizeof any;
    getsockname(udp, (struct sockaddr *)&any, &size);
    pid = CHILD(sleep_ms(10); sendto(udp, "u", 1, 0, (struct sockaddr *)&any, sizeof any));
    CHECK(epoll_wait(set, &event, 1, 2000) == 1 && event.data.fd == udp && poll(both, 2, 0) == 1, "the socket ends them, too");
    CHECK(exit_code(pid) == 0 && recv(udp, &byte, 1, 0) == 1, "and once more");
    sigset_t blocked, none, now;
    sigemptyset(&none), sigemptyset(&blocked), sigaddset(&blocked, SIGALRM);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    arm(0);
    sleep_ms(40);
    CHECK_ERRNO(ppoll(both, 2, NULL, &none), EINTR);
    CHECK(handled == 7 && sigprocmask(SIG_SETMASK, NULL, &now) == 0 && sigismember(&now, SIGALRM),
          "ppoll swaps the mask and puts it back");
    DONE();
}
