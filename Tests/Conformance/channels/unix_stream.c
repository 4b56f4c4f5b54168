// SPDX-License-Identifier: Apache-2.0
// AF_UNIX stream sockets with path names: bind, listen, connect, accept, names, credentials, errors (unix(7)).
#include "../process/support.h"

static struct sockaddr_un named(const char *path) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    strcpy(name.sun_path, path);
    return name;
}

int main(void) {
    temp_dir();
    struct sockaddr_un name = named("sock"), got;
    struct sockaddr *address = (struct sockaddr *)&name;
    socklen_t size = sizeof got;
    int listener = socket(AF_UNIX, SOCK_STREAM, 0),
        client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CHECK((fcntl(client, F_GETFL) & O_NONBLOCK) && fcntl(client, F_GETFD) == FD_CLOEXEC, "flags in the type");
    CHECK_ERRNO(connect(client, address, sizeof name), ENOENT);
    CHECK_ERRNO(listen(listener, 1), EINVAL);
    CHECK(bind(listener, address, sizeof name) == 0, "bind makes the file");
    struct stat st;
    CHECK(stat("sock", &st) == 0 && S_ISSOCK(st.st_mode), "of type socket");
    CHECK_ERRNO(connect(client, address, sizeof name), ECONNREFUSED);
    CHECK_ERRNO(bind(client, address, sizeof name), EADDRINUSE);
    CHECK_ERRNO(open("sock", O_RDWR), ENXIO);
    CHECK_ERRNO(accept(listener, NULL, NULL), EINVAL);
    CHECK(listen(listener, 1) == 0, "listen");
    CHECK(connect(client, address, sizeof name) == 0, "connect does not wait for accept");
    CHECK_ERRNO(connect(client, address, sizeof name), EISCONN);
    CHECK(readable(listener, 0) == POLLIN, "the listener is readable");
    int second = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
        third = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK(connect(second, address, sizeof name) == 0, "one more fits in the backlog");
    CHECK_ERRNO(connect(third, address, sizeof name), EAGAIN);
    int server = accept4(listener, (struct sockaddr *)&got, &size, SOCK_CLOEXEC);
    CHECK(server >= 0 && size == sizeof(sa_family_t) && got.sun_family == AF_UNIX, "an unnamed peer");
    size = sizeof got;
    CHECK(getpeername(client, (struct sockaddr *)&got, &size) == 0 && !strcmp(got.sun_path, "sock"), "getpeername");
    size = sizeof got;
    CHECK(getsockname(server, (struct sockaddr *)&got, &size) == 0 && !strcmp(got.sun_path, "sock"),
          "the accepted socket has the listener's name");
    struct ucred peer;
    size = sizeof peer;
    CHECK(getsockopt(server, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == getpid() && peer.uid == 0
              && peer.gid == 0,
          "SO_PEERCRED");
    int value = 0;
    size = sizeof value;
    CHECK(getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value == 1, "SO_ACCEPTCONN");
    char byte;
    CHECK(write(client, "c", 1) == 1 && read(server, &byte, 1) == 1 && byte == 'c', "data");
    CHECK(unlink("sock") == 0 && write(server, "s", 1) == 1 && read(client, &byte, 1) == 1,
          "unlink leaves connections");
    CHECK_ERRNO(connect(third, address, sizeof name), ENOENT);
    close(listener);
    CHECK_ERRNO(read(second, &byte, 1), ECONNRESET);
    CHECK_ERRNO(read(third, &byte, 1), EINVAL);
    CHECK_ERRNO(write(third, "x", 1), ENOTCONN);
    DONE();
}
