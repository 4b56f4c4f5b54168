// SPDX-License-Identifier: Apache-2.0
// Transfers that run into an unmapped page stop there or fail, and nothing else happens.
#include "check.h"
#include <sys/mman.h>
#include <sys/uio.h>

enum { PAGE = 4096 };

int main(void) {
    temp_dir();
    char *map = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(map, 'm', PAGE);
    munmap(map + PAGE, PAGE);
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    char *edge = map + PAGE - 8;
    ssize_t count = write(fd, edge, 16);
    CHECK(count == 8 || (count == -1 && errno == EFAULT), "write across the edge");
    ftruncate(fd, 0);
    pwrite(fd, "0123456789abcdef", 16, 0);
    count = pread(fd, edge, 16, 0);
    CHECK(count == 8 || (count == -1 && errno == EFAULT), "read across the edge");
    CHECK_EQ(pread(fd, edge, 8, 0), 8);
    CHECK(!memcmp(edge, "01234567", 8), "exactly up to the edge");
    CHECK_EQ(pread(fd, edge, 100, 8), 8);
    memcpy(map + PAGE - 5, "name", 5);
    CHECK_ERRNO(access(map + PAGE - 5, F_OK), ENOENT);
    memcpy(map + PAGE - 4, "name", 4);
    CHECK_ERRNO(access(map + PAGE - 4, F_OK), EFAULT);
    struct iovec one = {map, 4};
    memcpy(map + PAGE - sizeof one, &one, sizeof one);
    CHECK_EQ(syscall(SYS_writev, fd, map + PAGE - sizeof one, 1), 4);
    CHECK_ERRNO(syscall(SYS_writev, fd, map + PAGE - sizeof one, 2), EFAULT);
    CHECK_ERRNO(syscall(SYS_fstat, fd, map + PAGE - 100), EFAULT);
    CHECK_OK(syscall(SYS_fstat, fd, map + PAGE - sizeof(struct stat)));
    char *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_ERRNO(pread(fd, readonly, 8, 0), EFAULT);
    CHECK_ERRNO(syscall(SYS_fstat, fd, readonly), EFAULT);
    CHECK_EQ(pwrite(fd, readonly, 8, 0), 8);
    int null = open("/dev/null", O_WRONLY);
    CHECK_EQ(write(null, (void *)16, 10), 10);
    CHECK_EQ(read(fd, (void *)16, 0), 0);
    DONE();
}
