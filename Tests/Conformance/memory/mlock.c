// SPDX-License-Identifier: Apache-2.0
// The mlock family.
#include "check.h"
#include <sys/mman.h>
#include <sys/resource.h>

enum { PAGE = 4096 };

int main(void) {
    char *map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_OK(mlock(map, 2 * PAGE));
    CHECK_OK(mlock(map + 1, 10));
    CHECK_OK(munlock(map, 4 * PAGE));
    CHECK_OK(syscall(SYS_mlock2, map, PAGE, 0));
    CHECK_OK(syscall(SYS_mlock2, map, PAGE, 1));
    CHECK_ERRNO(syscall(SYS_mlock2, map, PAGE, 2), EINVAL);
    CHECK_OK(mlockall(MCL_CURRENT));
    CHECK_OK(munlockall());
    CHECK_ERRNO(mlockall(0), EINVAL);
    CHECK_ERRNO(mlockall(64), EINVAL);
    munmap(map + PAGE, PAGE);
    CHECK_ERRNO(mlock(map, 4 * PAGE), ENOMEM);
    CHECK_ERRNO(munlock(map, 4 * PAGE), ENOMEM);
    CHECK_CHILD("an ordinary user has a limit",
        struct rlimit limit = {PAGE, PAGE};
        CHECK_OK(setrlimit(RLIMIT_MEMLOCK, &limit));
        CHECK_OK(munlock(map, PAGE));
        CHECK_OK(setuid(1000));
        CHECK_ERRNO(mlock(map + 2 * PAGE, 2 * PAGE), ENOMEM);
        CHECK_OK(mlock(map, PAGE)));
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) != MAP_FAILED, "MAP_LOCKED");
    DONE();
}
