// SPDX-License-Identifier: Apache-2.0
// A long chain of sockets, each the only holder of the next in flight: closing the first closes them all.
#include "check.h"
#include <sys/socket.h>
#include <sys/uio.h>

enum { LENGTH = 3000 };

static int send_descriptor(int socket, int descriptor) {
    char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    return (int)sendmsg(socket, &message, MSG_DONTWAIT);
}

int main(void) {
    int watched[2], previous, made = 0;
    CHECK_OK(pipe(watched));
    previous = watched[1];
    for (; made < LENGTH; made++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || send_descriptor(pair[0], previous) != 1) break;
        close(previous);
        close(pair[0]);
        previous = pair[1];
    }
    CHECK_EQ(made, LENGTH);
    CHECK_OK(close(previous));
    char byte;
    // The innermost was the pipe's only writer. Linux collects such chains a little later.
    CHECK_EQ(read(watched[0], &byte, 1), 0);
    DONE();
}
