// SPDX-License-Identifier: Apache-2.0
// Abstract names and autobind: no file, freed with the socket, length counts (unix(7)).
#include "../process/support.h"

int main(void) {
    struct sockaddr_un name = {.sun_family = AF_UNIX}, got;
    snprintf(name.sun_path, sizeof name.sun_path, "%ccloister-%d", 0, getpid());
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name.sun_path + 1)),
              length = sizeof got;
    struct sockaddr *address = (struct sockaddr *)&name;
    int one = socket(AF_UNIX, SOCK_STREAM, 0), two = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(one, address, size) == 0 && listen(one, 5) == 0, "bind an abstract name");
    CHECK_ERRNO(bind(two, address, size), EADDRINUSE);
    CHECK_ERRNO(connect(two, address, size + 1), ECONNREFUSED);
    CHECK(connect(two, address, size) == 0, "connect");
    CHECK(getpeername(two, (struct sockaddr *)&got, &length) == 0 && length == size && !memcmp(&got, &name, size),
          "the name has its exact length");
    close(one);
    int three = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(three, address, size), ECONNREFUSED);
    CHECK(bind(three, address, size) == 0, "the name is free again");
    int four = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct sockaddr_un empty = {.sun_family = AF_UNIX};
    length = sizeof got;
    CHECK(bind(four, (struct sockaddr *)&empty, sizeof(sa_family_t)) == 0
              && getsockname(four, (struct sockaddr *)&got, &length) == 0,
          "autobind");
    CHECK(length == sizeof(sa_family_t) + 6 && got.sun_path[0] == 0, "gives a five-digit abstract name");
    CHECK_ERRNO(bind(four, address, size), EINVAL);
    DONE();
}
