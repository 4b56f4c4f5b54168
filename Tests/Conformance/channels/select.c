// SPDX-License-Identifier: Apache-2.0
// select and pselect: sets, counts, timeouts, errors, the time that is left (select(2)).
// Where the remaining time matters the call is raw: musl keeps it from the caller.
#include "../process/support.h"

int main(void) {
    int p[2];
    CHECK(pipe(p) == 0, "a pipe");
    fd_set in, out, except;
    int top = (p[0] > p[1] ? p[0] : p[1]) + 1;
#define FILL()                 \
    do {                       \
        FD_ZERO(&in);          \
        FD_ZERO(&out);         \
        FD_ZERO(&except);      \
        FD_SET(p[0], &in);     \
        FD_SET(p[1], &out);    \
        FD_SET(p[0], &except); \
    } while (0)
    FILL();
    struct timeval zero = {0, 0}, some = {0, 20000}, bad = {0, -1};
    CHECK(select(top, &in, &out, &except, &zero) == 1 && !FD_ISSET(p[0], &in) && FD_ISSET(p[1], &out)
              && !FD_ISSET(p[0], &except),
          "only the write end is ready");
    notify(p[1]);
    FILL();
    CHECK(select(top, &in, &out, NULL, NULL) == 2, "two bits count two");
    await(p[0]);
    FILL();
    CHECK(syscall(SYS_select, top, &in, NULL, NULL, &some) == 0 && some.tv_usec == 0 && !FD_ISSET(p[0], &in),
          "a timeout clears sets and time");
    FILL();
    CHECK_ERRNO(select(top, &in, NULL, NULL, &bad), EINVAL);
    CHECK_ERRNO(select(-1, NULL, NULL, NULL, &zero), EINVAL);
    FD_SET(60, &in);
    CHECK_ERRNO(select(61, &in, NULL, NULL, &zero), EBADF);
    struct timeval second = {1, 0};
    FILL();
    pid_t pid = CHILD(sleep_ms(10); notify(p[1]));
    CHECK(syscall(SYS_select, top, &in, NULL, NULL, &second) == 1 && second.tv_sec == 0 && second.tv_usec > 0,
          "the time that is left");
    exit_code(pid), await(p[0]);
    close(p[1]);
    FILL();
    CHECK(select(p[0] + 1, &in, NULL, NULL, &zero) == 1 && FD_ISSET(p[0], &in), "end of file is readable");
    struct timespec nothing = {0, 0};
    FILL();
    CHECK(pselect(p[0] + 1, &in, NULL, NULL, &nothing, NULL) == 1, "pselect");
    DONE();
}
