// SPDX-License-Identifier: Apache-2.0
// The cost of single system calls that need little or no work: what the gate and the dispatcher cost.
// Built static and dynamic; in the dynamic build the call sites lie in the C library's own pages.
#include "measure.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

static int descriptor = -1;
static volatile sig_atomic_t signals_seen;

static void null_libc(long n) {
    for (long i = 0; i < n; i++) (void)getppid();
}

static void null_syscall(long n) {
    for (long i = 0; i < n; i++) (void)syscall(SYS_getppid);
}

/// A site of the program's own, of the shape `mov $nr, %eax; syscall`, as Go and static musl programs have.
static void null_raw(long n) {
    for (long i = 0; i < n; i++) {
        long result;
        __asm__ volatile("movl %1, %%eax\n\tsyscall"
                         : "=a"(result) : "i"(SYS_getppid) : "rcx", "r11", "memory");
    }
}

static void open_zero(void) { CHECK(descriptor = open("/dev/zero", O_RDONLY)); }
static void open_null(void) { CHECK(descriptor = open("/dev/null", O_WRONLY)); }

static void read_zero(long n) {
    char byte;
    for (long i = 0; i < n; i++)
        if (read(descriptor, &byte, 1) != 1) fail("read /dev/zero");
}

static void write_null(long n) {
    for (long i = 0; i < n; i++)
        if (write(descriptor, "x", 1) != 1) fail("write /dev/null");
}

static void open_plain_file(void) {
    char *path = scratch_path("fstat");
    CHECK(descriptor = open(path, O_CREAT | O_RDWR, 0600));
    CHECK(unlink(path));
}

static void fstat_open(long n) {
    struct stat status;
    for (long i = 0; i < n; i++) CHECK(fstat(descriptor, &status));
}

static void change_mask(long n) {
    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    for (long i = 0; i < n; i++) CHECK(sigprocmask(i & 1 ? SIG_UNBLOCK : SIG_BLOCK, &set, &old));
}

/// As a real call, past the vDSO.
static void clock_call(long n) {
    struct timespec t;
    for (long i = 0; i < n; i++) CHECK(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t));
}

static void count_signal(int number) {
    (void)number;
    signals_seen++;
}

static void install_handler(void) {
    struct sigaction action = {.sa_handler = count_signal};
    CHECK(sigaction(SIGUSR1, &action, NULL));
}

static void signal_self(long n) {
    pid_t self = getpid();
    sig_atomic_t before = signals_seen;
    for (long i = 0; i < n; i++) CHECK(kill(self, SIGUSR1));
    if (signals_seen - before != n) {
        errno = EINTR;
        fail("a signal to self was lost");
    }
}

int main(int argc, char **argv) {
    static const struct benchmark table[] = {
        {"null-libc", NULL, null_libc},
        {"null-libc-static", NULL, null_libc},
        {"null-syscall", NULL, null_syscall},
        {"null-raw", NULL, null_raw},
        {"null-musl", NULL, null_libc},
        {"read-zero", open_zero, read_zero},
        {"write-null", open_null, write_null},
        {"fstat", open_plain_file, fstat_open},
        {"sigprocmask", NULL, change_mask},
        {"clock-call", NULL, clock_call},
        {"signal-self", install_handler, signal_self},
        {NULL, NULL, NULL},
    };
    parse_arguments(argc, argv);
    return run_named(table);
}
