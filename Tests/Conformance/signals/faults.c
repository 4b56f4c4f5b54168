// SPDX-License-Identifier: Apache-2.0
// Faults of guest code become signals with the right code and address: SEGV, FPE, ILL, TRAP, BUS (sigaction(2)).
#include "../process/support.h"
#include <setjmp.h>

static siginfo_t last;
static sigjmp_buf jump;
static void on_fault(int sig, siginfo_t *info, void *context) {
    (void)sig, (void)context;
    last = *info;
    siglongjmp(jump, 1);
}
static void keep(int sig, siginfo_t *info, void *context) {
    (void)sig, (void)context;
    last = *info;
}

#define FAULT(...)                                \
    ({                                            \
        memset(&last, 0, sizeof last);            \
        if (!sigsetjmp(jump, 1)) { __VA_ARGS__; } \
        last.si_signo;                            \
    })

int main(void) {
    int faults[] = {SIGSEGV, SIGFPE, SIGILL, SIGBUS};
    for (int i = 0; i < 4; i++) handle_info(faults[i], on_fault, 0);
    handle_info(SIGTRAP, keep, 0);
    CHECK(FAULT(*(volatile int *)16 = 1) == SIGSEGV && last.si_code == SEGV_MAPERR && last.si_addr == (void *)16,
          "a near-null write");
    CHECK(FAULT((void)*(volatile int *)0x4000000000) == SIGSEGV && last.si_code == SEGV_MAPERR,
          "a read of an unmapped address");
    CHECK(FAULT((void)*(volatile int *)0xdead000000000000) == SIGSEGV && last.si_code == SI_KERNEL,
          "a non-canonical address");
    char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(FAULT((void)*(volatile char *)(page + 5)) == SIGSEGV && last.si_code == SEGV_ACCERR
              && last.si_addr == page + 5,
          "PROT_NONE");
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
    page[0] = (char)0xc3;
    CHECK(FAULT(((void (*)(void))(uintptr_t)page)()) == SIGSEGV && last.si_code == SEGV_ACCERR && last.si_addr == page,
          "execution of data");
    int zero = 0;
    CHECK(FAULT(__asm__ volatile("cltd; idivl %0" : : "m"(zero), "a"(1) : "edx", "cc")) == SIGFPE
              && last.si_code == FPE_INTDIV,
          "division by zero");
    CHECK(FAULT(__asm__ volatile("ud2")) == SIGILL && last.si_code == ILL_ILLOPN, "ud2");
    CHECK(FAULT(__asm__ volatile("hlt")) == SIGSEGV && last.si_code == SI_KERNEL, "a privileged instruction");
    __asm__ volatile("int3");
    CHECK(last.si_signo == SIGTRAP && last.si_code == SI_KERNEL, "int3 is a trap, execution goes on");
    uint32_t unmasked = 0x1f80 & ~0x200u;
    CHECK(FAULT(__asm__ volatile(
              "ldmxcsr %0; xorps %%xmm1, %%xmm1; movss %1, %%xmm0; divss %%xmm1, %%xmm0" : : "m"(unmasked),
              "m"((float){1}) : "xmm0", "xmm1"))
                  == SIGFPE
              && last.si_code == FPE_FLTDIV,
          "an unmasked floating-point exception");
    __asm__ volatile("ldmxcsr %0" : : "m"((uint32_t){0x1f80}));
    temp_dir();
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    if (ftruncate(fd, 4096) != 0) return 1;
    char *file = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    file[4095] = 1;
    CHECK(FAULT((void)*(volatile char *)(file + 4096)) == SIGBUS && last.si_code == BUS_ADRERR
              && last.si_addr == file + 4096,
          "past the end of a mapped file");
    CHECK(ftruncate(fd, 0) == 0 && FAULT(file[0] = 1) == SIGBUS, "after truncation");
    prctl(PR_SET_DUMPABLE, 0);
    CHECK(exit_code(CHILD(signal(SIGSEGV, SIG_DFL); *(volatile int *)16 = 1)) == -SIGSEGV,
          "the default action ends the process");
    CHECK(exit_code(CHILD(signal(SIGSEGV, SIG_IGN); *(volatile int *)16 = 1)) == -SIGSEGV, "a fault cannot be ignored");
    CHECK(exit_code(CHILD(block(SIGSEGV); *(volatile int *)16 = 1)) == -SIGSEGV, "nor blocked");
    CHECK(exit_code(
              CHILD(signal(SIGFPE, SIG_DFL); __asm__ volatile("cltd; idivl %0" : : "m"(zero), "a"(1) : "edx", "cc")))
              == -SIGFPE,
          "SIGFPE ends it");
    CHECK(exit_code(CHILD(signal(SIGTRAP, SIG_DFL); __asm__ volatile("int3"))) == -SIGTRAP, "SIGTRAP ends it");
    DONE();
}
