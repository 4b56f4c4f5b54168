// SPDX-License-Identifier: Apache-2.0
// mmap: kinds, alignment, errors.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096 };
#define REFUSED(call, error) CHECK((errno = 0, (call) == MAP_FAILED && errno == error), #call ": " #error)

int main(void) {
    temp_dir();
    make_file("f", "hello");
    int rw = open("f", O_RDWR), ro = open("f", O_RDONLY), wo = open("f", O_WRONLY), dir = open(".", O_RDONLY);
    char *map = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(map != MAP_FAILED && (uintptr_t)map % PAGE == 0, "an anonymous mapping is page aligned");
    int sum = 0;
    for (int i = 0; i < 3 * PAGE; i++) sum |= map[i];
    CHECK_EQ(sum, 0);
    map[0] = map[3 * PAGE - 1] = 1;
    CHECK_OK(munmap(map, 3 * PAGE));
    char *odd = mmap(NULL, 5, PROT_READ, MAP_PRIVATE, ro, 0);
    CHECK(odd != MAP_FAILED && !memcmp(odd, "hello\0\0", 7), "the page's rest beyond the file is zero");
    REFUSED(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EINVAL);
    REFUSED(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
    REFUSED(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
    REFUSED(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, wo, 0), EACCES);
    REFUSED(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0), EACCES);
    REFUSED(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, dir, 0), ENODEV);
    REFUSED((void *)syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE, ro, 1), EINVAL);
    REFUSED((void *)syscall(SYS_mmap, (void *)(16 * PAGE + 1), PAGE, PROT_READ,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), EINVAL);
    REFUSED(mmap(NULL, (size_t)1 << 60, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
    REFUSED((void *)syscall(SYS_mmap, NULL, (size_t)-1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
    CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0) != MAP_FAILED,
          "a private writable mapping of a read-only file");
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0) != MAP_FAILED,
          "a shared readable mapping of a read-only file");
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, rw, 16 * PAGE) != MAP_FAILED, "a mapping beyond the end of the file");
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_NORESERVE, -1, 0);
    CHECK(map != MAP_FAILED, "MAP_POPULATE and MAP_NORESERVE");
    close(rw);
    char *again = mmap(map, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(again != MAP_FAILED && again != map, "a taken hint is only a hint");
    char *low = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | 0x40 /* MAP_32BIT */, -1, 0);
    CHECK(low != MAP_FAILED && (uintptr_t)low < 1ull << 32, "MAP_32BIT lies low");
    DONE();
}
