// SPDX-License-Identifier: Apache-2.0
// Access beyond the end of a mapped file raises SIGBUS.
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
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    temp_dir();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, PAGE + 10);
    char *map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK_EQ(try_read(map + PAGE + 4000), 0);
    CHECK_EQ(try_read(map + 2 * PAGE), SIGBUS);
    CHECK_EQ(seen.si_code, BUS_ADRERR);
    CHECK(seen.si_addr == map + 2 * PAGE, "si_addr");
    CHECK_EQ(try_write(private + 3 * PAGE + 1), SIGBUS);
    CHECK_OK(ftruncate(fd, 3 * PAGE));
    CHECK_EQ(try_read(map + 2 * PAGE), 0);
    CHECK_EQ(try_write(map + 2 * PAGE), 0);
    CHECK_EQ(map[PAGE + 4000], 0);
    CHECK_OK(ftruncate(fd, 0));
    CHECK_EQ(try_read(map), SIGBUS);
    CHECK_EQ(try_read(private), SIGBUS);
    CHECK_ERRNO(write(1, map, 1), EFAULT);
    int null = open("/dev/zero", O_RDONLY);
    CHECK_ERRNO(read(null, map, 1), EFAULT);
    CHECK_OK(ftruncate(fd, PAGE));
    CHECK_EQ(try_read(map), 0);
    CHECK_EQ(map[0], 0);
    DONE();
}
