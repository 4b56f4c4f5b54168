// SPDX-License-Identifier: Apache-2.0
// Code generated at run time: executed, changed, with raw system calls in it.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096 };
typedef long (*function)(void);

static void put_return(unsigned char *code, int value) {
    code[0] = 0xb8;
    memcpy(code + 1, &value, 4);
    code[5] = 0xc3;
}

int main(void) {
    unsigned char *code = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(code != MAP_FAILED, "a writable and executable mapping");
    function call = (function)(void *)code;
    put_return(code, 42);
    CHECK_EQ(call(), 42);
    put_return(code, 43);
    CHECK_EQ(call(), 43);
    // mov $SYS_getpid, %eax; syscall; ret: the shape of a site with its number in front.
    const unsigned char with_number[] = {0xb8, SYS_getpid, 0, 0, 0, 0x0f, 0x05, 0xc3};
    memcpy(code, with_number, sizeof with_number);
    int right = 0;
    for (int i = 0; i < 50; i++) right += call() == getpid();
    CHECK_EQ(right, 50);
    put_return(code, 44);
    CHECK_EQ(call(), 44);
    memcpy(code, with_number, sizeof with_number);
    code[1] = SYS_getppid;
    CHECK(call() == getppid(), "the site is changed to another call");
    // mov $022, %edi; push $SYS_umask; pop %rax; syscall; ret: the number comes by another way.
    const unsigned char bare[] = {0xbf, 022, 0, 0, 0, 0x6a, SYS_umask, 0x58, 0x0f, 0x05, 0xc3};
    memcpy(code + 64, bare, sizeof bare);
    function bare_call = (function)(void *)(code + 64);
    for (int i = right = 0; i < 20; i++) right += bare_call() == 022;
    CHECK_EQ(right, 20);
    // A syscall that straddles two pages.
    unsigned char *split = code + PAGE - 6;
    memcpy(split, with_number, sizeof with_number);
    function split_call = (function)(void *)split;
    for (int i = right = 0; i < 20; i++) right += split_call() == getpid();
    CHECK_EQ(right, 20);
    CHECK_CHILD("a child runs the generated code", CHECK(split_call() == getpid(), "and is itself"));
    unsigned char *fresh = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(fresh, with_number, sizeof with_number);
    CHECK_OK(mprotect(fresh, PAGE, PROT_READ | PROT_EXEC));
    function later = (function)(void *)fresh;
    CHECK(later() == getpid(), "written first, executable afterwards");
    CHECK_OK(mprotect(fresh, PAGE, PROT_READ | PROT_WRITE));
    put_return(fresh, 45);
    CHECK_OK(mprotect(fresh, PAGE, PROT_READ | PROT_EXEC));
    CHECK_EQ(later(), 45);
    pid_t child = fork();
    if (child == 0) {
        mprotect(fresh, PAGE, PROT_READ);
        _exit((int)later());
    }
    CHECK_EQ(check_wait(child), 128 + SIGSEGV);
    DONE();
}
