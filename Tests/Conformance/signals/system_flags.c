// SPDX-License-Identifier: Apache-2.0
// The flags that a program may set and the kernel must not run with, NT, AC, ID and DF: around handlers of calls and of faults,
// set in a handler, at an exec.
#include "../process/support.h"
#include <ucontext.h>

#define DF 0x400ul
#define NT 0x4000ul
#define AC 0x40000ul
#define ID 0x200000ul
#define ALL (DF | NT | AC | ID)

static inline unsigned long flags(void) {
    unsigned long f;
    __asm__ volatile("pushfq\n pop %0" : "=r"(f)::"memory");
    return f;
}
static inline void set_flags(unsigned long f) { __asm__ volatile("push %0\n popfq" ::"r"(f) : "memory", "cc"); }

static volatile unsigned long seen, to_set;
static void on_signal(int number) {
    (void)number;
    seen = flags();
    if (to_set) set_flags(flags() | to_set);
}
static void on_fault(int number, siginfo_t *info, void *context) {
    (void)number, (void)info;
    seen = flags();
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
}

/// The call with these flags set; the flags after it.
static unsigned long call_with(unsigned long set, long number, long a, long b, long c) {
    unsigned long before = flags(), after;
    __asm__ volatile("push %5\n popfq\n syscall\n pushfq\n pop %0\n push %6\n popfq"
                     : "=&r"(after), "+a"(number)
                     : "D"(a), "S"(b), "d"(c), "r"(before | set), "r"(before)
                     : "rcx", "r11", "memory", "cc");
    return after & ALL;
}

int main(int argc, char **argv) {
    if (argc > 1) {
        CHECK_EQ(flags() & ALL, 0);
        DONE();
    }
    signal(SIGUSR1, on_signal);
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &action, NULL);
    static const unsigned long sets[] = {0, DF, NT, AC, ID, NT | DF, NT | AC, AC | DF, ALL};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        unsigned long set = sets[i], before = flags(), after;
        CHECK_EQ(call_with(set, SYS_getuid, 0, 0, 0), set);
        CHECK_EQ(call_with(set, SYS_kill, getpid(), SIGUSR1, 0), set);
        CHECK_EQ(seen & DF, 0);
        __asm__ volatile("push %1\n popfq\n ud2\n pushfq\n pop %0\n push %2\n popfq"
                         : "=&r"(after) : "r"(before | set), "r"(before) : "memory", "cc");
        CHECK_EQ(after & ALL, set);
        CHECK_EQ(seen & ALL, set & ~DF);
        // sigreturn takes DF and AC from the frame and leaves the others as they are.
        to_set = set;
        raise(SIGUSR1);
        after = flags();
        set_flags(before);
        to_set = 0;
        CHECK_EQ(after & ALL, set & (NT | ID));
        char *words[] = {argv[0], "again", NULL}, *none[] = {NULL};
        pid_t child = fork();
        if (child == 0) {
            call_with(set, SYS_execve, (long)argv[0], (long)words, (long)none);
            _exit(99);
        }
        CHECK_EQ(check_wait(child), 0);
    }
    DONE();
}
