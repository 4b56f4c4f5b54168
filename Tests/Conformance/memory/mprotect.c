// SPDX-License-Identifier: Apache-2.0
// mprotect: rights, splitting, and the siginfo of a violation.
#include "check.h"
#include <setjmp.h>
#include <sys/mman.h>

enum { PAGE = 4096 };
static sigjmp_buf back;
static siginfo_t seen;

static void on_fault(int signal, siginfo_t *info, void *context) {
    (void)context;
    seen = *info;
    siglongjmp(back, signal);
}

static int try_read(volatile char *at) { return sigsetjmp(back, 1) ?: ((void)*at, 0); }
static int try_write(volatile char *at) { return sigsetjmp(back, 1) ?: (*at = 'w', 0); }

int main(void) {
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, NULL);
    char *base = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(base, 'x', 5 * PAGE);
    CHECK_OK(mprotect(base + 2 * PAGE, PAGE, PROT_READ));
    CHECK_EQ(try_read(base + 2 * PAGE), 0);
    CHECK_EQ(try_write(base + 2 * PAGE + 5), SIGSEGV);
    CHECK_EQ(seen.si_signo, SIGSEGV);
    CHECK_EQ(seen.si_code, SEGV_ACCERR);
    CHECK(seen.si_addr == base + 2 * PAGE + 5, "si_addr is the address");
    CHECK_EQ(try_write(base + PAGE), 0);
    CHECK_EQ(try_write(base + 3 * PAGE), 0);
    CHECK_OK(mprotect(base, 5 * PAGE, PROT_NONE));
    CHECK_EQ(try_read(base + 4 * PAGE), SIGSEGV);
    CHECK_EQ(seen.si_code, SEGV_ACCERR);
    CHECK_OK(mprotect(base + PAGE, 1, PROT_READ | PROT_WRITE));
    CHECK_EQ(try_write(base + PAGE + 100), 0);
    CHECK_EQ(base[PAGE + 101], 'x');
    CHECK_EQ(try_read(base + 2 * PAGE), SIGSEGV);
    munmap(base + 3 * PAGE, PAGE);
    CHECK_EQ(try_read(base + 3 * PAGE), SIGSEGV);
    CHECK_EQ(seen.si_code, SEGV_MAPERR);
    CHECK(seen.si_addr == base + 3 * PAGE, "si_addr of a missing page");
    CHECK_ERRNO(mprotect(base, 5 * PAGE, PROT_READ), ENOMEM);
    CHECK_EQ(try_read(base), 0);
    CHECK_ERRNO(syscall(SYS_mprotect, base + 1, PAGE, PROT_READ), EINVAL);
    CHECK_ERRNO(mprotect(base, PAGE, 0x1000), EINVAL);
    CHECK_OK(mprotect(base, 0, PROT_READ));
    CHECK_EQ(try_read((char *)8), SIGSEGV);
    CHECK(seen.si_code == SEGV_MAPERR && seen.si_addr == (void *)8, "a null pointer's neighbour");
    CHECK_EQ(try_read((char *)0x8000000000000000ull), SIGSEGV);
    CHECK_EQ(seen.si_code, SI_KERNEL);
    temp_dir();
    make_file("f", "text");
    int ro = open("f", O_RDONLY);
    char *file = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
    CHECK_ERRNO(mprotect(file, PAGE, PROT_READ | PROT_WRITE), EACCES);
    CHECK_EQ(try_write(file), SIGSEGV);
    DONE();
}
