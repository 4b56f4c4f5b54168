// SPDX-License-Identifier: Apache-2.0
// Sockets that hold each other in their queues, with no descriptor left: they and what they hold are freed (unix(7)).
#include "../process/support.h"
#include <sys/socket.h>

static int pass(int through, int fd) {
    char byte = 'x', control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(through, &message, 0) == 1 ? 0 : -1;
}

// The release of any socket is when Linux looks for garbage.
static void release_one(void) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) close(pair[0]), close(pair[1]);
}

// Each end waits in the other's queue.
static int cycle(int type, int extra) {
    int pair[2];
    if (socketpair(AF_UNIX, type, 0, pair)) return -1;
    int failed = pass(pair[0], pair[0]) || pass(pair[1], pair[1]) || (extra >= 0 && pass(pair[0], extra));
    close(pair[0]), close(pair[1]);
    return failed ? -1 : 0;
}

static void held_pipe(int type, const char *what) {
    int fds[2];
    char byte;
    if (pipe(fds)) return;
    CHECK(cycle(type, fds[1]) == 0, what);
    close(fds[1]);
    release_one();
    release_one();
    alarm(15);
    CHECK(read(fds[0], &byte, 1) == 0, "the pipe it held is closed");
    alarm(0);
    close(fds[0]);
}

// A listener in the queue of a connection that nobody has accepted from it.
static void held_by_backlog(void) {
    struct sockaddr_storage name = {.ss_family = AF_UNIX};
    socklen_t size = sizeof name;
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0), fds[2];
    if (bind(listener, (struct sockaddr *)&name, sizeof(sa_family_t)) || listen(listener, 5) || pipe(fds)) return;
    getsockname(listener, (struct sockaddr *)&name, &size);
    CHECK(connect(client, (struct sockaddr *)&name, size) == 0, "a connection nobody accepts");
    CHECK(pass(client, listener) == 0 && pass(client, fds[1]) == 0, "holds its listener and a pipe");
    close(listener), close(client), close(fds[1]);
    release_one();
    release_one();
    alarm(15);
    char byte;
    CHECK(read(fds[0], &byte, 1) == 0, "the pipe is closed");
    alarm(0);
    close(fds[0]);
}

// What can still be reached stays.
static void reachable(void) {
    int outer[2], inner[2], got = -1;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, outer) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, inner) == 0, "two pairs");
    CHECK(pass(outer[0], inner[0]) == 0 && pass(inner[1], inner[1]) == 0, "one in the queue of the other, and in its own");
    close(inner[0]), close(inner[1]);
    for (int i = 0; i < 50; i++) release_one();
    char byte, control[CMSG_SPACE(sizeof got)];
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    CHECK(recvmsg(outer[1], &message, 0) == 1 && message.msg_controllen > 0, "it is received");
    memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof got);
    message.msg_controllen = sizeof control;
    CHECK(recvmsg(got, &message, MSG_DONTWAIT) == 1 && message.msg_controllen > 0, "with all it held");
    close(got), close(outer[0]), close(outer[1]);
}

int main(void) {
    held_pipe(SOCK_STREAM, "a cycle of stream sockets");
    held_pipe(SOCK_DGRAM, "a cycle of datagram sockets");
    held_pipe(SOCK_SEQPACKET, "a cycle of packet sockets");
    held_by_backlog();
    reachable();
    int made = 0;
    while (made < 40000 && cycle(SOCK_STREAM, -1) == 0) {
        if (++made % 16 == 0) release_one();
    }
    CHECK_EQ(made, 40000);
    return check_done();
}
