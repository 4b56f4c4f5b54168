// SPDX-License-Identifier: Apache-2.0
// Code run from a shared and a private file mapping, and from a memory file.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096 };
typedef long (*function)(void);

int main(void) {
    temp_dir();
    const unsigned char code[] = {0xb8, SYS_getpid, 0, 0, 0, 0x0f, 0x05, 0xc3};
    int fd = open("code", O_RDWR | O_CREAT, 0700);
    write(fd, code, sizeof code);
    void *private = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    void *shared = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    int right = 0;
    for (int i = 0; i < 10; i++) right += ((function)private)() == getpid() && ((function)shared)() == getpid();
    CHECK_EQ(right, 10);
    unsigned char back[8];
    CHECK_EQ(pread(fd, back, 8, 0), 8);
    CHECK(!memcmp(back, code, 8), "running it leaves the file as it was");
    int memory = (int)syscall(SYS_memfd_create, "jit", 0);
    ftruncate(memory, PAGE);
    unsigned char *writable = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    void *runnable = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, memory, 0);
    CHECK(writable != MAP_FAILED && runnable != MAP_FAILED, "two views of one memory file");
    memcpy(writable, "\xb8\x07\0\0\0\xc3", 6);
    CHECK_EQ(((function)runnable)(), 7);
    writable[1] = 8;
    CHECK_EQ(((function)runnable)(), 8);
    memcpy(writable, code, sizeof code);
    CHECK(((function)runnable)() == getpid(), "a system call appears through the other view");
    writable[1] = SYS_getppid;
    CHECK(((function)runnable)() == getppid(), "and is changed through it");
    DONE();
}
