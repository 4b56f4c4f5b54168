// SPDX-License-Identifier: Apache-2.0
// Control sockets: one message a packet, descriptors attached by SCM_RIGHTS.
#define _GNU_SOURCE
#include "CLaunch.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAX_PASSED = 8, MAX_POLLED = 16 };

int64_t claunch_socket_pair(void) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    return (int64_t)ends[1] << 32 | ends[0];
}

// The address goes through /proc/self/fd, so that the folder's path may be longer than sun_path.
static int with_address(const char *directory, const char *name, int listening) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int error = 0, folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -errno;
    int length = snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, name);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        error = errno;
    else if (length < 0 || (size_t)length >= sizeof address.sun_path)
        error = ENAMETOOLONG;
    else if (listening) {
        if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 128) < 0)
            error = errno;
    } else if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        error = errno;
    close(folder);
    if (error && fd >= 0)
        close(fd);
    return error ? -error : fd;
}

int claunch_listen(const char *directory, const char *name) {
    return with_address(directory, name, 1);
}

int claunch_connect(const char *directory, const char *name) {
    return with_address(directory, name, 0);
}

int claunch_send(int socket, const void *bytes, size_t count, const int *fds, unsigned fd_count) {
    union {
        char space[CMSG_SPACE(MAX_PASSED * sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count > MAX_PASSED)
        return -EINVAL;
    if (fd_count > 0) {
        message.msg_control = control.space;
        message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
    }
    ssize_t sent;
    while ((sent = sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) {
    }
    if (sent < 0)
        return -errno;
    return (size_t)sent == count ? 0 : -EMSGSIZE;
}

int64_t claunch_receive(int socket, void *buffer, size_t capacity) {
    struct iovec part = {.iov_base = buffer, .iov_len = capacity};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t got;
    while ((got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (got < 0)
        return -errno;
    return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : got;
}

int claunch_wait_readable(const int *fds, unsigned count, int timeout_ms) {
    struct pollfd entries[MAX_POLLED];
    if (count > MAX_POLLED)
        return -EINVAL;
    for (unsigned i = 0; i < count; i++)
        entries[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    int ready;
    while ((ready = poll(entries, count, timeout_ms)) < 0 && errno == EINTR) {
    }
    if (ready < 0)
        return -errno;
    int set = 0;
    for (unsigned i = 0; i < count; i++)
        if (entries[i].revents)
            set |= 1 << i;
    return set;
}
