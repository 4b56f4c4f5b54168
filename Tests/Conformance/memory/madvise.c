// SPDX-License-Identifier: Apache-2.0
// madvise, mincore and msync.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096 };

int main(void) {
    temp_dir();
    char *map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(map, 'x', 4 * PAGE);
    CHECK_OK(madvise(map + PAGE, PAGE, MADV_DONTNEED));
    CHECK(map[PAGE] == 0 && map[0] == 'x' && map[2 * PAGE] == 'x', "DONTNEED empties exactly its pages");
    CHECK_OK(madvise(map, PAGE, 8 /* MADV_FREE */));
    CHECK(map[0] == 'x' || map[0] == 0, "FREE keeps or empties");
    map[0] = 'y';
    CHECK_EQ(map[0], 'y');
    CHECK_OK(madvise(map, 4 * PAGE, MADV_WILLNEED));
    CHECK_OK(madvise(map, 4 * PAGE, MADV_SEQUENTIAL));
    CHECK_OK(madvise(map, 4 * PAGE, MADV_RANDOM));
    CHECK_OK(madvise(map, 4 * PAGE, MADV_NORMAL));
    CHECK_OK(madvise(map, 4 * PAGE, 16 /* MADV_DONTDUMP */));
    CHECK_OK(madvise(map, 0, MADV_DONTNEED));
    CHECK_ERRNO(madvise(map + 1, PAGE, MADV_DONTNEED), EINVAL);
    CHECK_ERRNO(madvise(map, PAGE, 12345), EINVAL);
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 4 * PAGE);
    char *shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    shared[0] = 's';
    CHECK_OK(madvise(shared, PAGE, MADV_DONTNEED));
    CHECK_EQ(shared[0], 's');
    char *private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    private[0] = 'p';
    CHECK_OK(madvise(private, PAGE, MADV_DONTNEED));
    CHECK_EQ(private[0], 's');
    unsigned char vector[4];
    CHECK_OK(mincore(map, 4 * PAGE, vector));
    CHECK(vector[2] & 1, "a touched page is resident");
    CHECK_ERRNO(mincore(map + 1, PAGE, vector), EINVAL);
    CHECK_ERRNO(mincore(map, PAGE, (unsigned char *)16), EFAULT);
    CHECK_OK(msync(shared, PAGE, MS_ASYNC));
    CHECK_OK(msync(shared, PAGE, MS_SYNC | MS_INVALIDATE));
    CHECK_ERRNO(msync(shared + 1, PAGE, MS_SYNC), EINVAL);
    CHECK_ERRNO(msync(shared, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
    CHECK_ERRNO(msync(shared, PAGE, 64), EINVAL);
    munmap(map + 2 * PAGE, PAGE);
    CHECK_ERRNO(madvise(map, 4 * PAGE, MADV_DONTNEED), ENOMEM);
    CHECK_EQ(map[3 * PAGE], 0);
    CHECK_ERRNO(mincore(map, 4 * PAGE, vector), ENOMEM);
    CHECK_ERRNO(msync(map, 4 * PAGE, MS_SYNC), ENOMEM);
    DONE();
}
