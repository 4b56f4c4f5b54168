// SPDX-License-Identifier: Apache-2.0
// SCM_RIGHTS: pass pipes, files and sockets; shared offsets; close in flight; truncation; SCM_CREDENTIALS (unix(7)).
#include "../process/support.h"

static int pass(int socket, const int *fds, int count) {
    char control[256] = "", byte = 'f';
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count)};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
    memcpy(CMSG_DATA(head), fds, sizeof(int) * (size_t)count);
    return (int)sendmsg(socket, &message, 0);
}
static int take(int socket, int *fds, int room, int flags, int *result_flags) {
    char control[256] = "", byte;
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = CMSG_LEN(sizeof(int) * (size_t)room)};
    if (recvmsg(socket, &message, flags) != 1) return -1;
    *result_flags = message.msg_flags;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (!head) return 0;
    int count = (int)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(fds, CMSG_DATA(head), sizeof(int) * (size_t)count);
    return count;
}

int main(void) {
    int s[2], p[2], fds[4], flags = 0;
    char data[8];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && pipe(p) == 0, "set up");
    CHECK(pass(s[0], &p[1], 1) == 1 && close(p[1]) == 0, "send a descriptor and close it in flight");
    CHECK(readable(p[0], 0) == 0, "the pipe has no end of file while one is in flight");
    CHECK(take(s[1], fds, 1, MSG_CMSG_CLOEXEC, &flags) == 1 && fcntl(fds[0], F_GETFD) == FD_CLOEXEC,
          "receive it, close on exec");
    CHECK(write(fds[0], "via", 3) == 3 && read(p[0], data, 8) == 3, "it works");
    CHECK(pass(s[0], &fds[0], 1) == 1 && close(fds[0]) == 0 && close(s[0]) == 0 && close(s[1]) == 0
              && read(p[0], data, 1) == 0,
          "closing the sockets closes what was in flight");
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s) == 0, "a new pair");
    FILE *file = tmpfile();
    int fd = fileno(file), pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pass(s[0], (int[]){fd, pair[0], pair[1]}, 3) == 1,
          "send a file and two sockets");
    CHECK(take(s[1], fds, 3, 0, &flags) == 3 && fcntl(fds[0], F_GETFD) == 0, "receive three");
    CHECK(write(fds[0], "12345", 5) == 5 && lseek(fd, 0, SEEK_CUR) == 5, "the file offset is shared");
    CHECK(write(fds[1], "s", 1) == 1 && read(pair[1], data, 1) == 1, "the sockets are the same");
    CHECK(pass(s[0], (int[]){fd, fd}, 2) == 1 && take(s[1], fds, 1, 0, &flags) == 1 && (flags & MSG_CTRUNC),
          "too little room: MSG_CTRUNC");
    CHECK_ERRNO(pass(s[0], (int[]){9999}, 1), EBADF);
    pid_t pid = CHILD(if (take(s[1], fds, 1, 0, &flags) != 1) _exit(1); write(fds[0], "y", 1));
    CHECK(pipe(p) == 0 && pass(s[0], &p[1], 1) == 1 && exit_code(pid) == 0 && read(p[0], data, 1) == 1,
          "into another process");
    int one = 1;
    CHECK(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one) == 0, "SO_PASSCRED");
    pid = CHILD(write(s[0], "c", 1));
    char control[256];
    struct iovec vector = {data, 1};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    CHECK(recvmsg(s[1], &message, 0) == 1, "a message with credentials");
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    struct ucred credentials = {0, 1, 1};
    if (head) memcpy(&credentials, CMSG_DATA(head), sizeof credentials);
    CHECK(head && head->cmsg_type == SCM_CREDENTIALS && credentials.pid == pid && credentials.uid == 0,
          "name the sender");
    CHECK(exit_code(pid) == 0, "reap");
    DONE();
}
