// SPDX-License-Identifier: Apache-2.0
// Boundary values at every argument of every system call: each call returns, is interrupted or ends its own process, and the system
// goes on. Usage: boundary_arguments [ROUNDS [FIRST [LAST [privileged]]]]; by default as an unprivileged user, so that it is safe on
// the machine itself; "privileged" is for enclaves only.
#include "check.h"
#include <grp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

enum { CALLS = 463, STALL_MILLISECONDS = 15, STACK = 1 << 16 };

// Where the child is; shared with the parent, which goes on after it when the child is lost.
static volatile struct { long index, number, arguments[6]; } *place;
static char *good, *guard;
static long values[48];
static int value_count;
static unsigned long seed;

static unsigned long next_random(void) {
    seed = seed * 6364136223846793005ul + 1442695040888963407ul;
    return seed >> 33;
}

static int is_skipped(long number) {
    // No calls have these numbers but uretprobe, which is for the kernel's own use.
    if (number >= 335 && number <= 423) return 1;
    switch (number) {
    case SYS_pause: case SYS_exit: case SYS_exit_group: case SYS_vfork: case SYS_reboot: case SYS_kexec_load: case SYS_kexec_file_load:
    case SYS_sync: case SYS_syncfs: case SYS_vhangup: case SYS_swapon: case SYS_swapoff: case SYS_settimeofday:
    case SYS_clock_settime: case SYS_adjtimex: case SYS_clock_adjtime: case SYS_init_module: case SYS_finit_module:
    case SYS_delete_module: case SYS_syslog: case SYS_pivot_root:
        return 1;
    }
    return 0;
}

// These may hit other processes by number: only 0 (oneself) and numbers that cannot exist.
static int names_process(long number) {
    switch (number) {
    case SYS_kill: case SYS_tkill: case SYS_tgkill: case SYS_rt_sigqueueinfo: case SYS_rt_tgsigqueueinfo: case SYS_prlimit64:
    case SYS_ptrace: case SYS_process_vm_writev: case SYS_setpriority: case SYS_sched_setaffinity: case SYS_sched_setscheduler:
    case SYS_sched_setparam: case SYS_sched_setattr: case SYS_setpgid: case SYS_ioprio_set: case SYS_migrate_pages:
    case SYS_move_pages: case SYS_pidfd_open: case SYS_pidfd_send_signal: case SYS_process_madvise:
        return 1;
    }
    return 0;
}

static void add(long value) { values[value_count++] = value; }

static void fill_values(void) {
    const long plain[] = {0, 1, -1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 63, 64, 65, 4095, 4096, 0x1000000, INT32_MAX, INT32_MIN,
        0x80000000l, 0xffffffffl, 0x100000000l, INT64_MAX, INT64_MIN, INT64_MIN + 1, INT64_MAX - 4095, -4096, -4097, -100,
        0x7ffffffff000l, 0x800000000000l, (long)0xffffffff81000000ul, 0x100000000000l, 0x1000000001l};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) add(plain[i]);
    add((long)good);
    add((long)good + 1);
    add((long)good + 4096);
    add((long)guard);
    add((long)guard - 4);
    add((long)"name");
    add((long)"/proc/self/exe");
}

// Descriptors 0 to 11, one of each kind.
static void open_descriptors(void) {
    int ends[2], pair[2], null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++) dup2(null, i);
    syscall(SYS_close_range, 3, ~0u, 0);
    int file = open("file", O_RDWR | O_CREAT, 0600);
    if (write(file, "0123456789", 10) < 0) _exit(1);
    if (pipe2(ends, O_NONBLOCK) != 0) _exit(1);
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
    epoll_create1(0);
    syscall(SYS_timerfd_create, CLOCK_MONOTONIC, O_NONBLOCK);
    open(".", O_RDONLY);
    syscall(SYS_memfd_create, "memory", 0);
    dup2(file, 0);
    dup2(ends[1], 1);
    dup2(pair[1], 2);
}

// The memory good points to reads as zeros, as boundary values or as small numbers.
static void fill_memory(long index) {
    long *words = (long *)good;
    for (int i = 0; i < 512; i++)
        words[i] = index % 3 == 0 ? 0 : index % 3 == 1 ? values[(index + i) % value_count] : (long)(next_random() % 12);
}

static void choose(long number, long index, long rounds, long *arguments) {
    seed = (unsigned long)(number * 1000003 + index);
    next_random();
    long one_each = 6l * value_count;
    for (int i = 0; i < 6; i++)
        arguments[i] = index < one_each ? (long)good : values[next_random() % (unsigned long)value_count];
    if (index < one_each) arguments[index / value_count] = values[index % value_count];
    else if (index < one_each + rounds && index % 2) arguments[0] = (long)(next_random() % 12);
    // A sibling's end could send the parent any signal.
    if (number == SYS_clone) arguments[0] &= ~CLONE_PARENT;
    if (!names_process(number)) return;
    for (int i = 0; i < 2; i++)
        if (arguments[i] == -1 || (int)arguments[i] == -1 || ((int)arguments[i] > 0 && (int)arguments[i] < 100000)
            || ((int)arguments[i] < 0 && (int)arguments[i] > -100000)) arguments[i] = i == 0 ? 0 : arguments[i];
}

static void run_child(long number, long rounds) {
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    open_descriptors();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    pid_t self = getpid();
    long total = 6l * value_count + rounds;
    while (place->index < total) {
        long index = place->index, a[6];
        place->index = index + 1;
        choose(number, index, rounds, a);
        fill_memory(index);
        if (number == SYS_clone3) *(long *)good &= ~CLONE_PARENT;
        place->number = number;
        for (int i = 0; i < 6; i++) place->arguments[i] = a[i];
        syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
        if (syscall(SYS_getpid) != self) syscall(SYS_exit_group, 0);
    }
    syscall(SYS_exit_group, 0);
}

// Waits for the child while it makes progress.
static void watch(pid_t child) {
    long seen = -1;
    int stalled = 0, status;
    for (;;) {
        struct timespec wait = {0, 1000000};
        if (waitpid(child, &status, WNOHANG) == child) break;
        nanosleep(&wait, NULL);
        stalled = place->index == seen ? stalled + 1 : 0;
        seen = place->index;
        if (stalled < STALL_MILLISECONDS) continue;
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        break;
    }
    kill(-child, SIGKILL);
    while (waitpid(-1, &status, WNOHANG) > 0) {}
}

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 12, first = argc > 2 ? atol(argv[2]) : 0, last = argc > 3 ? atol(argv[3]) : CALLS - 1;
    int privileged = argc > 4;
    if (!privileged && geteuid() == 0) {
        setgroups(0, NULL);
        if (setgid(65534) != 0 || setuid(65534) != 0) return 1;
    }
    // The directory of the tests may be closed to others.
    unsetenv("TMPDIR");
    temp_dir();
    place = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    good = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    guard = good + 2 * 4096;
    mprotect(guard, 4096, PROT_NONE);
    fill_values();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (!privileged) {
        struct rlimit size = {1 << 20, 1 << 20}, memory = {1ul << 32, 1ul << 32};
        setrlimit(RLIMIT_FSIZE, &size);
        setrlimit(RLIMIT_AS, &memory);
    }
    for (long number = first; number <= last; number++) {
        if (is_skipped(number)) continue;
        place->index = 0;
        int children = 0;
        while (place->index < 6l * value_count + rounds && children++ < (privileged ? 600 : 4)) {
            if (privileged) fprintf(stderr, "call %ld from %ld\n", number, (long)place->index);
            pid_t child = fork();
            if (child == 0) run_child(number, rounds);
            if (child < 0) {
                CHECK(child > 0, "fork works");
                DONE();
            }
            watch(child);
        }
    }
    CHECK(1, "every call returned, was interrupted or ended its own process");
    DONE();
}
