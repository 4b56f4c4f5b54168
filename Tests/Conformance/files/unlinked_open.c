// SPDX-License-Identifier: Apache-2.0
// A file without a name lives as long as it is open.
#include "check.h"
#include <sys/mman.h>

int main(void) {
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    write(fd, "still here", 10);
    CHECK_OK(unlink("f"));
    struct stat st;
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_nlink, 0);
    char buffer[16] = "";
    CHECK_EQ(pread(fd, buffer, 16, 0), 10);
    CHECK_EQ(pwrite(fd, "STILL", 5, 0), 5);
    CHECK_OK(ftruncate(fd, 5));
    char link_text[PATH_MAX], proc[64];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(proc, link_text, sizeof link_text - 1);
    CHECK(length > 10 && !memcmp(link_text + length - 12, "/f (deleted)", 12), "/proc/self/fd says (deleted)");
    int again = open(proc, O_RDONLY);
    CHECK(again >= 0 && read(again, buffer, 5) == 5 && !memcmp(buffer, "STILL", 5), "and opens it again");
    make_file("f", "other");
    CHECK_EQ(pread(fd, buffer, 16, 0), 5);
    CHECK(!memcmp(buffer, "STILL", 5), "a new file of the old name is another one");
    char *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    close(again);
    CHECK(map != MAP_FAILED && !memcmp(map, "STILL", 5), "a mapping keeps it, too");
    CHECK_CHILD("a child sees the mapping", CHECK(!memcmp(map, "STILL", 5), "same bytes"));
    DONE();
}
