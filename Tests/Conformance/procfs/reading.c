// SPDX-License-Identifier: Apache-2.0
// Reading proc files in small pieces, at offsets, and again from the start.
#include "check.h"

int main(void) {
    const char *paths[] = {"/proc/self/maps", "/proc/self/status", "/proc/filesystems", "/proc/self/limits", "/proc/version"};
    static char whole[65536], pieces[65536];
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        int fd = open(paths[i], O_RDONLY);
        ssize_t total = 0, count;
        while ((count = read(fd, whole + total, sizeof whole - (size_t)total)) > 0) total += count;
        close(fd);
        fd = open(paths[i], O_RDONLY);
        ssize_t again = 0;
        while ((count = read(fd, pieces + again, 7)) > 0) again += count;
        // Counters within status may move between two readings: its first line is enough.
        size_t compared = i == 1 ? 12 : (size_t)total;
        CHECK(total > 20 && (i == 1 || again == total) && !memcmp(whole, pieces, compared), paths[i]);
        CHECK_EQ(lseek(fd, 3, SEEK_SET), 3);
        CHECK(read(fd, pieces, 5) == 5 && !memcmp(whole + 3, pieces, 5), "after lseek");
        CHECK(pread(fd, pieces, 4, 2) == 4 && !memcmp(whole + 2, pieces, 4), "pread");
        close(fd);
    }
    struct stat st;
    CHECK_OK(stat("/proc/self/status", &st));
    CHECK(S_ISREG(st.st_mode) && st.st_size == 0, "a proc file tells no size");
    CHECK_OK(stat("/proc/self", &st));
    CHECK(S_ISDIR(st.st_mode), "/proc/self is a directory");
    CHECK_OK(stat("/proc", &st));
    CHECK_EQ(st.st_mode, S_IFDIR | 0555);
    CHECK_ERRNO(mkdir("/proc/x", 0755), ENOENT);
    CHECK_ERRNO(rmdir("/proc/self/fd"), EPERM);
    CHECK_ERRNO(open("/proc/version", O_RDONLY | O_DIRECTORY), ENOTDIR);
    DONE();
}
