// SPDX-License-Identifier: Apache-2.0
// MAP_FIXED replaces, MAP_FIXED_NOREPLACE refuses.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096, NOREPLACE = 0x100000 };

static char *map_at(void *where, size_t length, int flags) {
    return mmap(where, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

int main(void) {
    char *base = map_at(NULL, 5 * PAGE, 0);
    memset(base, 'x', 5 * PAGE);
    CHECK(map_at(base + PAGE, 2 * PAGE, MAP_FIXED) == base + PAGE, "MAP_FIXED places");
    CHECK(base[0] == 'x' && base[PAGE] == 0 && base[3 * PAGE - 1] == 0 && base[3 * PAGE] == 'x',
          "and replaces exactly its range");
    CHECK(map_at(base + PAGE, PAGE, NOREPLACE) == MAP_FAILED && errno == EEXIST, "NOREPLACE refuses a taken range");
    CHECK(map_at(base + 4 * PAGE, 2 * PAGE, NOREPLACE) == MAP_FAILED && errno == EEXIST, "also a partly taken one");
    CHECK_EQ(base[4 * PAGE], 'x');
    CHECK_OK(munmap(base + 2 * PAGE, PAGE));
    CHECK(map_at(base + 2 * PAGE, PAGE, NOREPLACE) == base + 2 * PAGE, "NOREPLACE takes a free range");
    CHECK(map_at((void *)-PAGE, PAGE, MAP_FIXED) == MAP_FAILED && errno == ENOMEM, "beyond the user's address space");
    CHECK_OK(munmap(base, 5 * PAGE));
    CHECK(map_at(base + PAGE, PAGE, 0) == base + PAGE, "a free hint is honoured");
    DONE();
}
