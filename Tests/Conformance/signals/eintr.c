// SPDX-License-Identifier: Apache-2.0
// Every blocking call that a handler without SA_RESTART interrupts says EINTR (signal(7)).
#include "../process/support.h"
#include <mqueue.h>
#include <netinet/in.h>
#include <sys/signalfd.h>

int main(void) {
    int ends[2], pair[2];
    char byte, block_of[65536] = "";
    CHECK(pipe(ends) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pipe and a socket pair");
    start_ticks(0);
    CHECK_ERRNO(read(ends[0], &byte, 1), EINTR);
    while (write(ends[1], block_of, sizeof block_of) == sizeof block_of) {}
    CHECK(errno == EINTR || errno == 0, "write to a full pipe is interrupted");
    CHECK_ERRNO(recv(pair[0], &byte, 1, 0), EINTR);
    struct msghdr message = {0};
    CHECK_ERRNO(recvmsg(pair[0], &message, MSG_WAITALL), EINTR);
    struct pollfd entry = {pair[0], POLLIN, 0};
    CHECK_ERRNO(poll(&entry, 1, -1), EINTR);
    CHECK_ERRNO(ppoll(&entry, 1, NULL, NULL), EINTR);
    CHECK_ERRNO(poll(NULL, 0, -1), EINTR);
    CHECK_ERRNO(select(0, NULL, NULL, NULL, NULL), EINTR);
    CHECK_ERRNO(pselect(0, NULL, NULL, NULL, NULL, NULL), EINTR);
    struct epoll_event event;
    int epoll = epoll_create1(0);
    CHECK_ERRNO(epoll_wait(epoll, &event, 1, -1), EINTR);
    CHECK_ERRNO(epoll_pwait(epoll, &event, 1, 5000, NULL), EINTR);
    int word = 0;
    CHECK_ERRNO(syscall(SYS_futex, &word, 0 | 128, 0, NULL, NULL, 0), EINTR);
    struct timespec long_time = {10, 0};
    CHECK_ERRNO(nanosleep(&long_time, NULL), EINTR);
    CHECK_EQ(clock_nanosleep(CLOCK_REALTIME, 0, &long_time, NULL), EINTR);
    sigset_t none = set_of(0), usr1 = set_of(SIGUSR1);
    CHECK_ERRNO(sigsuspend(&none), EINTR);
    CHECK_ERRNO(pause(), EINTR);
    CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, &usr1, NULL, NULL, 8), EINTR);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    CHECK(bind(listener, (struct sockaddr *)&name, sizeof(sa_family_t)) == 0 && listen(listener, 1) == 0,
          "a listening socket");
    CHECK_ERRNO(accept(listener, NULL, NULL), EINTR);
    int fd = signalfd(-1, &usr1, 0);
    CHECK_ERRNO(read(fd, block_of, 128), EINTR);
    int inet = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET};
    CHECK(bind(inet, (struct sockaddr *)&any, sizeof any) == 0, "a UDP socket");
    CHECK_ERRNO(recv(inet, &byte, 1, 0), EINTR);
    pid_t pid = CHILD(for (;;) pause());
    CHECK_ERRNO(waitpid(pid, NULL, 0), EINTR);
    siginfo_t info;
    CHECK_ERRNO(waitid(P_PID, pid, &info, WEXITED), EINTR);
    kill(pid, SIGKILL);
    stop_ticks();
    CHECK(exit_code(pid) == -SIGKILL, "clean up");
    temp_dir();
    CHECK(mkfifo("fifo", 0600) == 0, "a FIFO");
    start_ticks(0);
    CHECK_ERRNO(open("fifo", O_RDONLY), EINTR);
    CHECK_ERRNO(open("fifo", O_WRONLY), EINTR);
    stop_ticks();
    DONE();
}
