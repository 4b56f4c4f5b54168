// SPDX-License-Identifier: Apache-2.0
// munmap: splitting, holes, errors.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096 };

static bool mapped(void *page) {
    unsigned char vector;
    return mincore(page, PAGE, &vector) == 0;
}

int main(void) {
    char *base = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 8; i++) base[i * PAGE] = (char)('a' + i);
    CHECK_OK(munmap(base + 2 * PAGE, PAGE));
    CHECK(mapped(base + PAGE) && !mapped(base + 2 * PAGE) && mapped(base + 3 * PAGE), "a hole in the middle");
    CHECK(base[PAGE] == 'b' && base[3 * PAGE] == 'd', "the neighbours keep their bytes");
    CHECK_OK(munmap(base + 2 * PAGE, PAGE));
    CHECK_OK(munmap(base, PAGE));
    CHECK_OK(munmap(base + 7 * PAGE, PAGE));
    CHECK(!mapped(base) && !mapped(base + 7 * PAGE), "both ends");
    CHECK_OK(munmap(base + 5 * PAGE, 1));
    CHECK(!mapped(base + 5 * PAGE), "a length is rounded up to pages");
    CHECK_OK(munmap(base, 8 * PAGE));
    bool any = false;
    for (int i = 0; i < 8; i++) any |= mapped(base + i * PAGE);
    CHECK(!any, "one call over several pieces and holes");
    CHECK_ERRNO(munmap(base + 1, PAGE), EINVAL);
    CHECK_ERRNO(munmap(base, 0), EINVAL);
    CHECK_ERRNO(munmap((void *)-PAGE, PAGE), EINVAL);
    CHECK_ERRNO(munmap(base, (size_t)-PAGE), EINVAL);
    DONE();
}
