// SPDX-License-Identifier: Apache-2.0
// Which operations move atime, mtime and ctime.
#include "check.h"

static struct stat before, after;

static void set_old(const char *path) {
    struct timespec old[2] = {{1000, 0}, {2000, 0}};
    utimensat(AT_FDCWD, path, old, 0);
    struct timespec pause = {0, 12000000};
    stat(path, &before);
    nanosleep(&pause, NULL);
}

static bool later(struct timespec a, struct timespec b) {
    return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

#define MODIFIED (stat("f", &after), later(after.st_mtim, before.st_mtim))
#define CHANGED (stat("f", &after), later(after.st_ctim, before.st_ctim))

int main(void) {
    temp_dir();
    make_file("f", "hello");
    int fd = open("f", O_RDWR);
    set_old("f");
    write(fd, "H", 1);
    CHECK(MODIFIED && CHANGED, "write moves mtime and ctime");
    set_old("f");
    ftruncate(fd, 3);
    CHECK(MODIFIED && CHANGED, "ftruncate moves both");
    set_old("f");
    close(open("f", O_WRONLY | O_TRUNC));
    CHECK(MODIFIED && CHANGED, "O_TRUNC moves both");
    set_old("f");
    chmod("f", 0600);
    CHECK(!MODIFIED && CHANGED, "chmod moves ctime only");
    set_old("f");
    link("f", "g");
    CHECK(!MODIFIED && CHANGED, "link moves ctime only");
    set_old("f");
    unlink("g");
    CHECK(!MODIFIED && CHANGED, "unlink of another name moves ctime only");
    set_old("f");
    chown("f", 1, 1);
    CHECK(!MODIFIED && CHANGED, "chown moves ctime only");
    set_old("f");
    char byte;
    pread(fd, &byte, 1, 0);
    CHECK(!MODIFIED && !CHANGED, "read moves neither");
    set_old("f");
    write(fd, "x", 0);
    CHECK(!MODIFIED, "an empty write moves nothing");
    mkdir("d", 0755);
    set_old("d");
    make_file("d/x", "");
    stat("d", &after);
    CHECK(later(after.st_mtim, before.st_mtim), "a new entry moves the directory's mtime");
    set_old("d");
    make_file("d/x", "more");
    stat("d", &after);
    CHECK(!later(after.st_mtim, before.st_mtim), "writing an entry does not");
    rename("d/x", "d/y");
    stat("d", &after);
    CHECK(later(after.st_mtim, before.st_mtim), "renaming does");
    set_old("d");
    unlink("d/y");
    stat("d", &after);
    CHECK(later(after.st_mtim, before.st_mtim), "removing does");
    DONE();
}
