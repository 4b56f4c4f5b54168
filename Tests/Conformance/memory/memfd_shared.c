// SPDX-License-Identifier: Apache-2.0
// A memory file shared between processes by mapping and by descriptor.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096 };

int main(void) {
    int fd = (int)syscall(SYS_memfd_create, "shared", 0);
    CHECK_OK(ftruncate(fd, 4 * PAGE));
    char *map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(map != MAP_FAILED, "maps");
    CHECK_CHILD("a child writes by mapping, by descriptor and by /proc",
        map[0] = '1';
        CHECK_EQ(pwrite(fd, "2", 1, PAGE), 1);
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int again = open(path, O_RDWR);
        CHECK(again >= 0, "opens again");
        char *other = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0);
        CHECK(other != MAP_FAILED && other != map, "a second view");
        other[2 * PAGE] = '3');
    CHECK_EQ(map[0], '1');
    CHECK_EQ(map[PAGE], '2');
    CHECK_EQ(map[2 * PAGE], '3');
    close(fd);
    CHECK_EQ(map[0], '1');
    CHECK_OK(munmap(map, 4 * PAGE));
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    map[0] = 5;
    char *moved = mremap(map, PAGE, 3 * PAGE, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED && moved[0] == 5, "a shared anonymous mapping moves with its bytes");
    DONE();
}
