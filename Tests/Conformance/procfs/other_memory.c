// SPDX-License-Identifier: Apache-2.0
// Memory of another process by process_vm_readv, process_vm_writev and /proc/PID/mem: whatever the other one is doing, over
// page boundaries and holes, by whose right, and after its end.
#include "check.h"
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#define PAGE 4096L
#define BIG (3 << 20)

static long vm(int number, pid_t pid, struct iovec *mine, long count, struct iovec *other, long others) {
    return syscall(number, pid, mine, count, other, others, 0L);
}
static long get(pid_t pid, void *at, void *to, size_t count) {
    struct iovec mine = {to, count}, other = {at, count};
    return vm(SYS_process_vm_readv, pid, &mine, 1, &other, 1);
}
static long put(pid_t pid, void *at, void *from, size_t count) {
    struct iovec mine = {from, count}, other = {at, count};
    return vm(SYS_process_vm_writev, pid, &mine, 1, &other, 1);
}

static int ready[2];
static volatile int word;

static void reached(void) {
    char byte = 1;
    if (write(ready[1], &byte, 1) != 1) _exit(9);
}
static void await(void) {
    char byte;
    CHECK(read(ready[0], &byte, 1) == 1, "the child is where it should be");
}

static void on_alarm(int signal) { (void)signal; }

// What the child does while it is looked at.
static void spin(void) {
    reached();
    while (word != 99) continue;
    _exit(5);
}
static void pauses(void) {
    reached();
    for (;;) pause();
}
static void reads_pipe(void) {
    int ends[2];
    char byte;
    if (pipe(ends)) _exit(9);
    reached();
    // Looking at a process must not end its calls.
    _exit(read(ends[0], &byte, 1) < 0 ? 6 : 7);
}
static void sleeps(void) {
    struct timespec t = {100, 0};
    reached();
    _exit(nanosleep(&t, NULL) ? 6 : 7);
}
static void waits_for_vfork(void) {
    pid_t child = vfork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        reached();
        while (word != 99) pause();
        _exit(0);
    }
    _exit(8);
}
static void stops(void) {
    raise(SIGSTOP);
    _exit(6);
}

static void look_at(const char *what, void (*does)(void), bool isStopped) {
    word = 11;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        does();
    }
    int status;
    if (isStopped) CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status), "the child stopped");
    else await();
    int value = 0, good = 1;
    for (int i = 12; i < 40; i++) {
        good &= put(child, (void *)&word, &i, sizeof i) == sizeof i;
        good &= get(child, (void *)&word, &value, sizeof value) == sizeof value && value == i;
    }
    CHECK(good, what);
    CHECK(word == 11, "the own memory is another");
    CHECK(waitpid(child, &status, WNOHANG) == 0, "it goes on");
    kill(child, SIGKILL);
    CHECK_EQ(check_wait(child), 128 + SIGKILL);
}

// Epoll ends early with EINTR on anything that looks like a signal; the child tells whether it did.
static void undisturbed(void) {
    pid_t child = fork();
    if (child == 0) {
        int ends[2];
        sigset_t set;
        siginfo_t info;
        struct timespec t = {1, 0};
        if (pipe(ends)) _exit(9);
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        sigprocmask(SIG_BLOCK, &set, NULL);
        reached();
        int r = sigtimedwait(&set, &info, &t);
        _exit(r == -1 && errno == EAGAIN ? 3 : 4);
    }
    await();
    int value, good = 1;
    for (int i = 0; i < 200; i++) good &= get(child, (void *)&word, &value, sizeof value) == sizeof value;
    CHECK(good, "a waiting process is read many times");
    CHECK_EQ(check_wait(child), 3);
}

static void shapes(void) {
    char *area = mmap(NULL, BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < BIG; i++) area[i] = (char)(i * 7 + i / 4096);
    pid_t child = fork();
    if (child == 0) {
        mprotect(area + PAGE, PAGE, PROT_NONE);
        mprotect(area + 4 * PAGE, PAGE, PROT_READ);
        munmap(area + 8 * PAGE, PAGE);
        for (int i = 16 * PAGE; i < BIG; i++) area[i]++;
        pauses();
    }
    await();
    char *copy = malloc(BIG);
    CHECK_EQ(get(child, area + 16 * PAGE, copy, BIG - 16 * PAGE), BIG - 16 * PAGE);
    int good = 1;
    for (int i = 16 * PAGE; i < BIG; i++) good &= copy[i - 16 * PAGE] == (char)(i * 7 + i / 4096 + 1);
    CHECK(good, "a large copy is right");
    CHECK_EQ(get(child, area, copy, 3 * PAGE), PAGE);
    CHECK_ERRNO(get(child, area + PAGE, copy, 8), EFAULT);
    CHECK_ERRNO(put(child, area + 4 * PAGE, copy, 8), EFAULT);
    CHECK_EQ(get(child, area + 8 * PAGE - 100, copy, 200), 100);
    CHECK_ERRNO(get(child, area + 8 * PAGE, copy, 1), EFAULT);
    CHECK_ERRNO(get(child, (void *)16, copy, 1), EFAULT);
    // Pieces of different sizes on both sides.
    struct iovec mine[3] = {{copy, 3}, {copy + 100, 0}, {copy + 200, 5000}};
    struct iovec other[3] = {{area + 16 * PAGE, 1}, {area + 17 * PAGE, 5000}, {area + 20 * PAGE, 7}};
    CHECK_EQ(vm(SYS_process_vm_readv, child, mine, 3, other, 3), 5003);
    CHECK(copy[0] == (char)(16 * PAGE * 7 + 16 + 1) && copy[1] == (char)(17 * PAGE * 7 + 17 + 1), "pieces meet");
    CHECK(copy[200] == (char)((17 * PAGE + 2) * 7 + 17 + 1), "pieces go on");
    CHECK_EQ(vm(SYS_process_vm_writev, child, mine, 1, other, 3), 3);
    CHECK_EQ(vm(SYS_process_vm_readv, child, mine, 0, other, 3), 0);
    CHECK_EQ(vm(SYS_process_vm_readv, child, mine, 3, other, 0), 0);
    CHECK_ERRNO(vm(SYS_process_vm_readv, child, mine, 1025, other, 1), EINVAL);
    CHECK_ERRNO(syscall(SYS_process_vm_readv, child, mine, 1L, other, 1L, 1L), EINVAL);
    CHECK_EQ(vm(SYS_process_vm_readv, 99999999, mine, 0, other, 1), 0);
    CHECK_ERRNO(vm(SYS_process_vm_readv, 99999999, mine, 1, other, 1), ESRCH);
    mine[0].iov_base = (void *)16;
    CHECK_ERRNO(vm(SYS_process_vm_readv, child, mine, 1, other, 1), EFAULT);

    // /proc/PID/mem goes through protections of private memory, as a debugger needs.
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", child);
    int fd = open(path, O_RDWR);
    CHECK(fd >= 0, "opens the memory of a child");
    CHECK_EQ(pread(fd, copy, 100, (off_t)(uintptr_t)(area + 16 * PAGE + 1000)), 100);
    CHECK(copy[5] == (char)((16 * PAGE + 1005) * 7 + 16 + 1), "reads it");
    CHECK_EQ(pread(fd, copy, 3 * PAGE, (off_t)(uintptr_t)area), 3 * PAGE);
    CHECK(copy[PAGE + 9] == (char)((PAGE + 9) * 7 + 1), "reads what is inaccessible");
    CHECK_EQ(pwrite(fd, "break", 5, (off_t)(uintptr_t)(area + 4 * PAGE + 10)), 5);
    CHECK_EQ(get(child, area + 4 * PAGE + 10, copy, 5), 5);
    CHECK(!memcmp(copy, "break", 5), "writes what is read-only");
    CHECK_ERRNO(put(child, area + 4 * PAGE, copy, 8), EFAULT);
    CHECK_ERRNO(pread(fd, copy, 1, (off_t)(uintptr_t)(area + 8 * PAGE)), EIO);
    CHECK_EQ(pread(fd, copy, 200, (off_t)(uintptr_t)(area + 8 * PAGE - 100)), 100);
    kill(child, SIGKILL);
    siginfo_t info;
    CHECK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0, "the child is dead");
    CHECK_ERRNO(get(child, area, copy, 1), ESRCH);
    CHECK_EQ(check_wait(child), 128 + SIGKILL);
    CHECK_EQ(pread(fd, copy, 1, (off_t)(uintptr_t)area), 0);
    CHECK_EQ(pwrite(fd, copy, 1, (off_t)(uintptr_t)area), 0);
    close(fd);
    // The own memory as well.
    fd = open("/proc/self/mem", O_RDWR);
    mprotect(area, PAGE, PROT_NONE);
    CHECK_EQ(pwrite(fd, "mine", 4, (off_t)(uintptr_t)(area + 20)), 4);
    CHECK_EQ(pread(fd, copy, 4, (off_t)(uintptr_t)(area + 20)), 4);
    mprotect(area, PAGE, PROT_READ);
    CHECK(!memcmp(area + 20, "mine", 4) && !memcmp(copy, "mine", 4), "the own memory through protections");
    char *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK_ERRNO(pwrite(fd, "mine", 4, (off_t)(uintptr_t)shared), EIO);
    close(fd);
    free(copy);
    munmap(area, BIG);
}

// A program of the same user may look, another may not; nor may anybody where the program forbids it.
static void rights(void) {
    pid_t root = fork();
    if (root == 0) pauses();
    await();
    pid_t plain = fork();
    if (plain == 0) {
        if (setresgid(1234, 1234, 1234) || setresuid(1234, 1234, 1234)) _exit(9);
        prctl(PR_SET_DUMPABLE, 1);
        pauses();
    }
    await();
    pid_t hidden = fork();
    if (hidden == 0) {
        if (setresgid(1234, 1234, 1234) || setresuid(1234, 1234, 1234)) _exit(9);
        prctl(PR_SET_DUMPABLE, 0);
        pauses();
    }
    await();
    CHECK_CHILD("a plain user", {
        int value;
        char path[64];
        CHECK(setresgid(1234, 1234, 1234) == 0 && setresuid(1234, 1234, 1234) == 0, "becomes a plain user");
        CHECK_ERRNO(get(root, (void *)&word, &value, sizeof value), EPERM);
        CHECK_ERRNO(get(hidden, (void *)&word, &value, sizeof value), EPERM);
        CHECK_EQ(get(plain, (void *)&word, &value, sizeof value), sizeof value);
        CHECK_EQ(get(getpid(), (void *)&word, &value, sizeof value), sizeof value);
        snprintf(path, sizeof path, "/proc/%d/mem", root);
        CHECK_ERRNO(open(path, O_RDONLY), EACCES);
    });
    int value;
    CHECK_EQ(get(hidden, (void *)&word, &value, sizeof value), sizeof value);
    for (int i = 0; i < 3; i++) kill((pid_t[]){root, plain, hidden}[i], SIGKILL);
    for (int i = 0; i < 3; i++) CHECK_EQ(check_wait((pid_t[]){root, plain, hidden}[i]), 128 + SIGKILL);
}

// Two processes that look at each other at the same time, with a timer's signals in between.
static void each_other(void) {
    pid_t parent = getpid();
    word = 7;
    pid_t child = fork();
    if (child == 0) {
        reached();
        int value, good = 1;
        for (int i = 0; i < 2000; i++) good &= get(parent, (void *)&word, &value, sizeof value) == sizeof value && value == 7;
        _exit(good ? 0 : 1);
    }
    await();
    struct sigaction a = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &a, NULL);
    ualarm(500, 500);
    int value, good = 1;
    for (int i = 0; i < 2000; i++) {
        long n = get(child, (void *)&word, &value, sizeof value);
        // It may have finished.
        if (n < 0 && errno == ESRCH) break;
        good &= n == sizeof value && value == 7;
    }
    ualarm(0, 0);
    CHECK(good, "two processes read each other");
    CHECK_EQ(check_wait(child), 0);
}

int main(void) {
    CHECK(pipe(ready) == 0, "a pipe");
    look_at("a process that runs", spin, false);
    look_at("a process that pauses", pauses, false);
    look_at("a process that reads a pipe", reads_pipe, false);
    look_at("a process that sleeps", sleeps, false);
    look_at("a process that stopped", stops, true);
    look_at("a process whose memory is shared by vfork", waits_for_vfork, false);
    undisturbed();
    shapes();
    rights();
    each_other();
    DONE();
}
