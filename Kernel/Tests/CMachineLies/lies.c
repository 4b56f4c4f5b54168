// SPDX-License-Identifier: Apache-2.0
// The host calls that the machine layer's C code makes itself, answered with lies: each is survived, or refused by ending the enclave
// with a message (exit code 70, 71). Never by a fault, and never by going on without what was asked for. Every attempt runs in a
// process of its own. LyingHostTests reads the COVERS lines; a call that no attempt lied to fails the run.
#include "internal.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const int64_t lies[] = {
    1,    2,    7,     8,   32,  33,  159,   160,   4095,  4096,        4097,       65537,      1ll << 31,  1ll << 32,
    -1,   -4,   -11,   -12, -41, -133, -134, -4095, -4096, 1ll << 47,   INT64_MAX,  INT64_MIN,  0,
};
enum { LIES = sizeof lies / sizeof lies[0] };

// The script: which call is lied to, from its how-manyth on, with what, and what is written where it may write.
static struct { int64_t number, lie; int skip, repeat, fill; uint64_t only_size; } script;
static uint8_t *lied;     // by number, shared with the parent
static uint32_t *lie_count;
static void (*before_answer)(int64_t number);
void cm_boot(uint64_t *stack);
void cm_child_setup(void);

static int64_t honest(int64_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    switch (n) {
    case NR_write: return (int64_t)c;  // quiet
    case NR_exit: case NR_exit_group: _exit((int)a);
    case NR_tgkill: case NR_prctl: case NR_sigaltstack: case NR_rt_sigaction: case NR_rt_sigprocmask: case NR_futex: case NR_madvise:
        return 0;
    case 110: return cm_slot_thread(0)->host_pid;
    case NR_waitid: return 0;
    case NR_clone: return 4711;
    default: {
        long r = syscall(n, a, b, c, d, e, f);
        return r == -1 ? -errno : r;
    }
    }
}

static void fill(int64_t n, uint64_t a, uint64_t b, uint64_t c) {
    uint8_t *to = n == NR_pread64 || n == 228 ? (uint8_t *)b : n == NR_getrandom ? (uint8_t *)a : n == NR_waitid || n == 204 ? (uint8_t *)c : 0;
    uint64_t count = n == NR_pread64 ? c : n == NR_getrandom ? b : n == 204 ? b : n == 228 ? 16 : 128;
    if (!to || !script.fill) return;
    for (uint64_t i = 0; i < count; i++) to[i] = script.fill == 1 ? 0xff : (uint8_t)(i * 37 + 11);
}

static int64_t answer(int64_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    if (before_answer) before_answer(n);
    if (n == script.number && (!script.only_size || c == script.only_size) && script.skip-- <= 0 && script.repeat-- > 0) {
        lied[n] = 1;
        ++*lie_count;
        fill(n, a, b, c);
        return script.lie;
    }
    return honest(n, a, b, c, d, e, f);
}
int64_t cm_early_call(int64_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) { return answer(n, a, b, c, d, e, f); }
int64_t cm_host_call(int64_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) { return answer(n, a, b, c, d, e, f); }
int64_t cm_clone_raw(uint64_t flags, uint64_t stack, uint64_t parent, uint64_t child) { return answer(NR_clone, flags, stack, parent, child, 0, 0); }

// What the rest of the kernel would be.
void cm_heap_init(void *base, uint64_t bytes, uint64_t limit) { (void)base; (void)bytes; (void)limit; }
uint64_t cm_heap_first_page(void) { return CM_HEAP_BASE; }
void (*cm_heap_release_hook)(void *start, uint64_t length);
#define STUB(name) void name(void) { _exit(99); }
STUB(cloister_main) STUB(cloister_syscall) STUB(cloister_syscall_trapped) STUB(cloister_exit_work) STUB(cloister_interrupt)
STUB(cloister_child_start)
void cm_switch_stack(void *top, void (*f)(void)) { (void)top; (void)f; _exit(42); }

static void be(uint32_t slot) { __asm__ volatile("wrgsbase %0" : : "r"(cm_slot_thread(slot))); }

static void prepare(void) {
    uint64_t bytes = 8ull * CM_SLOT_BYTES;
    if (mmap((void *)CM_SLOT_BASE, bytes, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) abort();
    for (uint32_t i = 0; i < 8; i++) {
        cm_slot_prepare(i);
        cm_slot_thread(i)->host_pid = cm_slot_thread(i)->host_tid = 1000 + i;
    }
    cm_facts.self_fd = -1;
    be(1);
}

// MARK: the attempts. Each ends with 42 when the kernel goes on.

static void randomness(void) {
    uint8_t bytes[100];
    uint64_t left = cm_random_to((uint64_t)bytes, sizeof bytes);
    _exit(left ? 98 : 42);
}

static int futexes;
static void release_lock(int64_t n) {
    if (n != NR_futex || ++futexes != 20) return;
    struct cm_thread *me = cm_current();
    be(1);
    before_answer = 0;
    cm_unlock();
    __asm__ volatile("wrgsbase %0" : : "r"(me));
}
static void contend(uint32_t slot) {
    cm_lock();
    before_answer = release_lock;
    be(slot);
    cm_lock();
    if (!cm_current()->locked) _exit(98);
    cm_unlock();
    _exit(42);
}
static void lock(void) { contend(2); }
static void lock_as_supervisor(void) { contend(0); }

static void set_wake(int64_t n) {
    if (n == NR_futex && ++futexes == 5) cm_current()->wake = 1;
}
static void park(void) {
    cm_lock();
    before_answer = set_wake;
    int32_t r = cm_park(script.skip ? 1 : -1, 1);
    if ((r != 0 && r != 1) || !cm_current()->locked) _exit(98);
    _exit(42);
}
static void wake(void) {
    cm_lock();
    for (int i = 0; i < 3; i++) cm_slot_thread(2 + (uint32_t)i)->parked = 1 + i % 2;
    for (int i = 0; i < 3; i++) cm_wake(cm_slot_thread(2 + (uint32_t)i));
    cm_unlock();
    cm_kick(cm_slot_thread(5));
    _exit(42);
}
static void child(void) {
    cm_child_setup();
    _exit(42);
}
static void spawn_thread(void) {
    int64_t r = cm_spawn(0x100, 3);
    _exit(script.number == NR_mmap ? (r == -11 ? 42 : 98) : (r == script.lie ? 42 : 98));
}
static void panic(void) {
    cm_facts.self_fd = (int32_t)syscall(SYS_open, "/proc/self/exe", 0);
    cm_facts.text_start = 0x400000;
    cm_facts.text_end = 0x500000;
    cm_panic("a lie");
}
static void thread_exit(void) { cm_thread_exit(42); }
static void process_exit(void) { cm_process_exit(42); }
static void clock_(void) {
    int64_t s, n;
    cm_clock_gettime(2, &s, &n);
    cm_clock_gettime(-6, &s, &n);
    cm_monotonic_ns();
    _exit(42);
}

static char segment[8192] __attribute__((aligned(4096)));
// What boot takes for the kernel's text and moves to a huge page: nothing runs from it here.
static char text[0x200000] __attribute__((aligned(0x200000)));
static void boot(void) {
    static uint64_t header[14];
    ((uint32_t *)header)[0] = 1;
    ((uint32_t *)header)[1] = 6;
    header[2] = (uint64_t)segment;
    header[4] = header[5] = sizeof segment;
    ((uint32_t *)header)[14] = 1;
    ((uint32_t *)header)[15] = 5;
    header[9] = (uint64_t)text;
    header[11] = header[12] = 4096;
    uint64_t stack[] = {0, 0, 0, 3, (uint64_t)header, 5, 2, 26, 2, 0, 0};
    segment[5000] = 77;
    cm_boot(stack);
}

// The host returns from rt_sigreturn: the kernel must not run on into what follows.
static void return_from_sigreturn(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 15, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {4, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) _exit(97);
    lied[15] = 1;
    ((void (*)(void))cm_restore_rt)();
    _exit(98);
}

// MARK: running them

static int failures;

// One attempt; returns the exit code, or 256 and the signal.
static int run(void (*body)(void)) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(20);
        prepare();
        body();
        _exit(96);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid) abort();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

#define REFUSES 1  // a lie must end the enclave
#define GOES_ON 2  // it must not matter
#define EITHER 3
static void attempt(const char *name, void (*body)(void), int64_t number, int skip, int repeat, int64_t right, int outcome, int refusal) {
    uint32_t before = *lie_count;
    for (int filled = 0; filled < 3; filled++) {
        for (int i = 0; i < LIES; i++) {
            if (lies[i] == right) continue;
            script.number = number;
            script.lie = lies[i];
            script.skip = skip;
            script.repeat = repeat;
            script.fill = filled;
            int code = run(body);
            int ok = (code == refusal && outcome & REFUSES) || (code == 42 && outcome & GOES_ON);
            if (ok) continue;
            printf("%s: call %ld answered with %ld, filled %d: ended with %d\n", name, (long)number, (long)lies[i], filled, code);
            failures++;
        }
    }
    if (*lie_count - before >= LIES - 1) return;
    printf("%s: call %ld is hardly made at all\n", name, (long)number);
    failures++;
}

#define COVERS(n) n
static const int covered[] = {
    COVERS(1),   COVERS(9),   COVERS(15),  COVERS(17),  COVERS(28),  COVERS(39),  COVERS(56),  COVERS(60),  COVERS(110),
    COVERS(131), COVERS(157), COVERS(202), COVERS(228), COVERS(231), COVERS(234), COVERS(247), COVERS(318),
};

int main(void) {
    lied = mmap(0, 4096, 3, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    lie_count = (uint32_t *)(lied + 2048);
    attempt("randomness", randomness, NR_getrandom, 0, 3, 32, EITHER, 70);
    attempt("lock", lock, NR_futex, 0, 1000, -1000, GOES_ON, 0);
    attempt("supervisor's lock", lock_as_supervisor, NR_futex, 0, 1000, -1000, GOES_ON, 0);
    attempt("a holder said to be dead", lock_as_supervisor, NR_waitid, 0, 1000, -1000, EITHER, 71);
    attempt("park", park, NR_futex, 0, 1000, -1000, GOES_ON, 0);
    attempt("park until", park, NR_futex, 1, 1000, -1000, GOES_ON, 0);
    attempt("wake", wake, NR_futex, 0, 1000, -1000, GOES_ON, 0);
    attempt("kick", wake, NR_tgkill, 0, 1000, -1000, GOES_ON, 0);
    attempt("signal stack", child, NR_sigaltstack, 0, 1, 0, REFUSES, 70);
    attempt("guard page", child, NR_mmap, 0, 1, -1000, REFUSES, 70);
    attempt("prefault", child, NR_madvise, 0, 1, -1000, GOES_ON, 0);
    attempt("parent's death", child, NR_prctl, 0, 1, -1000, GOES_ON, 0);
    attempt("dispatch", child, NR_prctl, 1, 1, 0, REFUSES, 70);
    attempt("parent", child, 110, 0, 1, 1000, REFUSES, 0);
    attempt("clone", spawn_thread, NR_clone, 0, 1, -1000, GOES_ON, 0);
    attempt("guard page of a thread", spawn_thread, NR_mmap, 0, 1, -1000, EITHER, 70);
    for (int skip = 0; skip < 6; skip++) attempt("backtrace", panic, NR_pread64, skip, 1, -1000, REFUSES, 70);
    attempt("backtrace", panic, NR_pread64, 0, 100000, -1000, REFUSES, 70);
    script.only_size = 159;
    attempt("name in a backtrace", panic, NR_pread64, 0, 1, -1000, REFUSES, 70);
    script.only_size = 0;
    attempt("who stops", panic, NR_getpid, 0, 1, -1000, REFUSES, 70);
    attempt("message", panic, NR_write, 0, 1000, -1000, REFUSES, 70);
    attempt("exit", thread_exit, NR_exit, 0, 3, -1000, GOES_ON, 0);
    attempt("exit_group", process_exit, NR_exit_group, 0, 3, -1000, GOES_ON, 0);
    attempt("clock", clock_, 228, 0, 100, -1000, GOES_ON, 0);
    attempt("boot: memory file", boot, NR_memfd_create, 0, 1, -1000, EITHER, 70);
    attempt("boot: its size", boot, NR_ftruncate, 0, 1, 0, REFUSES, 70);
    for (int skip = 0; skip < 4; skip++) attempt("boot: mappings", boot, NR_mmap, skip, 1, -1000, REFUSES, 70);
    attempt("boot: room for the text", boot, NR_mmap, 4, 1, -1000, GOES_ON, 0);
    attempt("boot: its protection", boot, NR_mprotect, 0, 1, -1000, GOES_ON, 0);
    attempt("boot: its place", boot, NR_mremap, 0, 1, -1000, GOES_ON, 0);
    attempt("boot: huge pages", boot, NR_madvise, 0, 3, -1000, GOES_ON, 0);
    attempt("boot: data", boot, 18, 0, 3, sizeof segment, EITHER, 70);
    attempt("boot: descriptors", boot, 72, 0, 2, -1000, EITHER, 70);
    attempt("boot: own file", boot, NR_openat, 0, 1, -1000, GOES_ON, 70);
    attempt("boot: processors", boot, NR_sched_getaffinity, 0, 1, -1000, GOES_ON, 70);
    attempt("boot: own number", boot, NR_getpid, 0, 1, -1000, EITHER, 70);
    for (int skip = 61; skip < 68; skip++) attempt("boot: handlers", boot, NR_rt_sigaction, skip, 1, 0, REFUSES, 70);
    attempt("boot: mask", boot, NR_rt_sigprocmask, 0, 1, 0, REFUSES, 70);
    attempt("boot: signal stack", boot, NR_sigaltstack, 0, 1, 0, REFUSES, 70);
    script.number = -1;
    int honest_boot = run(boot), returned = run(return_from_sigreturn);
    if (honest_boot != 42) failures++, printf("boot on an honest host: ended with %d\n", honest_boot);
    if (returned != 256 + 4) failures++, printf("a host that returns from rt_sigreturn: ended with %d\n", returned);
    for (unsigned i = 0; i < sizeof covered / sizeof covered[0]; i++) {
        if (lied[covered[i]]) continue;
        printf("call %d is not lied to\n", covered[i]);
        failures++;
    }
    printf("machine layer on a lying host: %s\n", failures ? "FAILED" : "ok");
    return failures != 0;
}
