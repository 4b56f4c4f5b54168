// SPDX-License-Identifier: Apache-2.0
// /proc/self/mem reads and writes the process's own memory; process_vm_readv and writev reach a child's.
#include "check.h"
#include <sys/mman.h>
#include <sys/uio.h>

static volatile int value = 1234;

int main(void) {
    int fd = open("/proc/self/mem", O_RDWR);
    CHECK(fd >= 0, "opens");
    int copy = 0;
    CHECK_EQ(pread(fd, &copy, sizeof copy, (off_t)(uintptr_t)&value), sizeof copy);
    CHECK_EQ(copy, 1234);
    copy = 5678;
    CHECK_EQ(pwrite(fd, &copy, sizeof copy, (off_t)(uintptr_t)&value), sizeof copy);
    CHECK_EQ(value, 5678);
    CHECK_ERRNO(pread(fd, &copy, sizeof copy, 16), EIO);
    struct iovec mine = {&copy, sizeof copy}, other = {(void *)(uintptr_t)&value, sizeof value};
    CHECK_EQ(syscall(SYS_process_vm_readv, getpid(), &mine, 1L, &other, 1L, 0L), sizeof copy);
    CHECK_EQ(copy, 5678);
    value = 1;
    pid_t child = fork();
    if (child == 0) {
        for (;;) pause();
    }
    copy = 77;
    CHECK_EQ(syscall(SYS_process_vm_writev, child, &mine, 1L, &other, 1L, 0L), sizeof copy);
    CHECK_EQ(value, 1);
    copy = 0;
    CHECK_EQ(syscall(SYS_process_vm_readv, child, &mine, 1L, &other, 1L, 0L), sizeof copy);
    CHECK_EQ(copy, 77);
    kill(child, SIGKILL);
    check_wait(child);
    CHECK_ERRNO(syscall(SYS_process_vm_readv, child, &mine, 1L, &other, 1L, 0L), ESRCH);
    other.iov_base = (void *)16;
    CHECK_ERRNO(syscall(SYS_process_vm_readv, getpid(), &mine, 1L, &other, 1L, 0L), EFAULT);
    DONE();
}
