// SPDX-License-Identifier: Apache-2.0
// RLIMIT_AS and RLIMIT_DATA bound what a program maps.
#include "check.h"
#include <sys/mman.h>
#include <sys/resource.h>

enum { MIB = 1 << 20 };

static void *map(size_t size, int protection) {
    return mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int main(void) {
    CHECK_CHILD("RLIMIT_AS",
        struct rlimit limit = {256 * MIB, 256 * MIB};
        CHECK_OK(setrlimit(RLIMIT_AS, &limit));
        CHECK(map(300l * MIB, PROT_NONE) == MAP_FAILED && errno == ENOMEM, "more than the limit");
        void *part = map(100l * MIB, PROT_READ);
        CHECK(part != MAP_FAILED, "less than the limit");
        CHECK(map(200l * MIB, PROT_READ) == MAP_FAILED && errno == ENOMEM, "too much together");
        CHECK(mremap(part, 100l * MIB, 300l * MIB, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM, "mremap too");
        munmap(part, 100l * MIB);
        CHECK(map(150l * MIB, PROT_READ) != MAP_FAILED, "what is freed counts no more");
        CHECK(malloc(300l * MIB) == NULL && errno == ENOMEM, "malloc fails"));
    CHECK_CHILD("RLIMIT_DATA",
        struct rlimit limit = {64 * MIB, 64 * MIB};
        CHECK_OK(setrlimit(RLIMIT_DATA, &limit));
        CHECK(map(100l * MIB, PROT_READ | PROT_WRITE) == MAP_FAILED && errno == ENOMEM, "private writable memory");
        CHECK(map(100l * MIB, PROT_READ) != MAP_FAILED, "read-only memory is not data");
        char *now = (char *)syscall(SYS_brk, 0);
        CHECK((char *)syscall(SYS_brk, now + 100l * MIB) == now, "the break stays"));
    struct rlimit limit;
    CHECK_OK(getrlimit(RLIMIT_AS, &limit));
    CHECK_EQ(limit.rlim_cur == RLIM_INFINITY, 1);
    CHECK_ERRNO(getrlimit(99, &limit), EINVAL);
    CHECK_CHILD("inherited", 
        struct rlimit small = {200 * MIB, 200 * MIB};
        setrlimit(RLIMIT_AS, &small);
        CHECK_CHILD("by a grandchild", CHECK(map(210l * MIB, PROT_READ) == MAP_FAILED, "bound, too")));
    DONE();
}
