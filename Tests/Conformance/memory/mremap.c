// SPDX-License-Identifier: Apache-2.0
// mremap: grow, move, shrink, DONTUNMAP, errors.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096, DONTUNMAP = 4 };

static char *fresh(size_t pages) {
    char *map = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(map, 'm', pages * PAGE);
    return map;
}

static bool mapped(void *page) {
    unsigned char vector;
    return mincore(page, PAGE, &vector) == 0;
}

#define REFUSED(call, error) CHECK((errno = 0, (call) == MAP_FAILED && errno == error), #call ": " #error)

int main(void) {
    char *base = fresh(16);
    munmap(base + 8 * PAGE, 8 * PAGE);
    CHECK(mremap(base, 8 * PAGE, 4 * PAGE, 0) == base && !mapped(base + 4 * PAGE), "shrinks in place");
    CHECK(mremap(base, 4 * PAGE, 8 * PAGE, 0) == base && base[4 * PAGE] == 0, "grows in place into free room");
    CHECK_EQ(base[4 * PAGE - 1], 'm');
    char *block = mmap(base + 8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(block != MAP_FAILED, "the room behind is taken");
    REFUSED(mremap(base, 8 * PAGE, 9 * PAGE, 0), ENOMEM);
    char *moved = mremap(base, 8 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED && moved != base, "moves where it cannot grow");
    CHECK(!mapped(base) && moved[0] == 'm' && moved[63 * PAGE] == 0, "the old place is free, the bytes moved along");
    char *target = fresh(4), *small = fresh(2);
    CHECK(mremap(small, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE) == target + PAGE,
          "MREMAP_FIXED places");
    CHECK(!mapped(small) && target[PAGE] == 'm' && target[3 * PAGE] == 'm', "over what was there");
    char *kept = fresh(2);
    char *copy = (char *)syscall(SYS_mremap, kept, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | DONTUNMAP, 0);
    CHECK(copy != MAP_FAILED && copy[0] == 'm', "DONTUNMAP moves the pages");
    CHECK(mapped(kept) && kept[0] == 0, "and leaves an empty mapping");
    REFUSED((void *)syscall(SYS_mremap, kept, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | DONTUNMAP, 0), EINVAL);
    REFUSED(mremap(kept + 1, PAGE, PAGE, 0), EINVAL);
    REFUSED(mremap(kept, PAGE, 0, 0), EINVAL);
    REFUSED(mremap(kept, PAGE, PAGE, 64), EINVAL);
    REFUSED(mremap(kept, PAGE, PAGE, MREMAP_FIXED, target), EINVAL);
    REFUSED(mremap(target, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE), EINVAL);
    munmap(kept, PAGE);
    REFUSED(mremap(kept, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
    temp_dir();
    make_file("f", "file");
    int fd = open("f", O_RDWR);
    char *file = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    file = mremap(file, PAGE, 4 * PAGE, MREMAP_MAYMOVE);
    CHECK(file != MAP_FAILED && !memcmp(file, "file", 4), "a file mapping moves");
    file[0] = 'F';
    CHECK(file_is("f", "File"), "and is still the file");
    // The file was empty when it was mapped, and nothing of it was touched since it grew.
    int grown = open("g", O_RDWR | O_CREAT, 0600);
    char *empty = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, grown, 0);
    CHECK_OK(ftruncate(grown, 2 * PAGE));
    char *place = fresh(4);
    CHECK(mremap(empty, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place, "an untouched mapping moves");
    CHECK(place[0] == 0 && place[PAGE] == 0, "and shows what the file has now");
    DONE();
}
