// SPDX-License-Identifier: Apache-2.0
// inotify: creation, change, move, removal, and a non-blocking read.
#include "check.h"
#include <poll.h>
#include <sys/inotify.h>

static int queue;

/// The next event, as mask, checked against a name.
static unsigned next(const char *name) {
    static _Alignas(8) char buffer[4096];
    static ssize_t length, at;
    if (at >= length) {
        at = 0;
        length = read(queue, buffer, sizeof buffer);
        if (length <= 0) return 0;
    }
    struct inotify_event *event = (struct inotify_event *)(buffer + at);
    at += (ssize_t)(sizeof *event + event->len);
    return strcmp(event->len ? event->name : "", name) == 0 ? event->mask : 0xffffffffu;
}

int main(void) {
    temp_dir();
    mkdir("d", 0755);
    queue = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    CHECK(queue >= 0, "inotify_init1");
    int watch = inotify_add_watch(queue, "d", IN_CREATE | IN_DELETE | IN_MOVE | IN_CLOSE_WRITE | IN_MODIFY);
    CHECK_EQ(watch, 1);
    char byte[64];
    CHECK_ERRNO(read(queue, byte, sizeof byte), EAGAIN);
    make_file("d/f", "x");
    struct pollfd ready = {queue, POLLIN, 0};
    CHECK_EQ(poll(&ready, 1, 1000), 1);
    CHECK_EQ(next("f"), IN_CREATE);
    CHECK_EQ(next("f"), IN_MODIFY);
    CHECK_EQ(next("f"), IN_CLOSE_WRITE);
    rename("d/f", "d/g");
    CHECK_EQ(next("f"), IN_MOVED_FROM);
    CHECK_EQ(next("g"), IN_MOVED_TO);
    mkdir("d/e", 0755);
    CHECK_EQ(next("e"), IN_CREATE | IN_ISDIR);
    unlink("d/g");
    CHECK_EQ(next("g"), IN_DELETE);
    CHECK_OK(inotify_rm_watch(queue, watch));
    CHECK_EQ(next(""), IN_IGNORED);
    CHECK_ERRNO(inotify_rm_watch(queue, watch), EINVAL);
    CHECK_ERRNO(inotify_add_watch(queue, "missing", IN_CREATE), ENOENT);
    CHECK_ERRNO(inotify_add_watch(queue, "d", 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_inotify_init1, 1), EINVAL);
    DONE();
}
