// SPDX-License-Identifier: Apache-2.0
// What exec keeps and resets: pid, mask, ignored signals, pending, handlers, close-on-exec, alarm, nice (execve(2)).
#include "../process/support.h"

static int after(void) {
    struct sigaction usr1, usr2;
    sigaction(SIGUSR1, NULL, &usr1);
    sigaction(SIGUSR2, NULL, &usr2);
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    stack_t stack;
    sigaltstack(NULL, &stack);
    if (usr1.sa_handler != SIG_DFL) return 2;
    if (usr2.sa_handler != SIG_IGN) return 3;
    if (!(stack.ss_flags & SS_DISABLE)) return 5;
    if (fcntl(50, F_GETFD) != 0) return 7;
    if (fcntl(51, F_GETFD) != -1) return 8;
    if (alarm(0) == 0) return 10;
    if (getpriority(PRIO_PROCESS, 0) != 4) return 11;
    char name[17] = "";
    prctl(PR_GET_NAME, name);
    if (strcmp(name, "exe")) return 12;
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "after")) return after();
    pid_t pid = fork();
    if (pid == 0) {
        handle(SIGUSR1, ignore_nothing, 0);
        signal(SIGUSR2, SIG_IGN);
        static char memory[32768];
        stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
        sigaltstack(&stack, NULL);
        int fd = open("/dev/null", O_RDONLY);
        dup2(fd, 50), dup3(fd, 51, O_CLOEXEC);
        alarm(50);
        if (nice(4) != 4) _exit(90);
        prctl(PR_SET_NAME, "before");
        execl("/proc/self/exe", "program", "after", NULL);
        _exit(99);
    }
    CHECK_EQ(exit_code(pid), 0);
    int ends[2];
    CHECK(pipe(ends) == 0, "a pipe");
    pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        block(SIGUSR1);
        raise(SIGUSR1);
        signal(SIGHUP, SIG_IGN);
        execl("/bin/grep", "grep", "-E", "^(SigBlk|SigPnd|ShdPnd|SigCgt)", "/proc/self/status", NULL);
        _exit(99);
    }
    close(ends[1]);
    char text[512] = "";
    size_t have = 0;
    ssize_t n;
    while ((n = read(ends[0], text + have, sizeof text - 1 - have)) > 0) have += (size_t)n;
    CHECK(exit_code(pid) == 0, "a program reads its own status");
    CHECK(strstr(text, "SigBlk:\t0000000000000200") != NULL, "the mask is kept");
    CHECK(strstr(text, "Pnd:\t0000000000000200") != NULL, "pending signals are kept");
    char *args[] = {"sh", NULL}, *env[] = {NULL};
    CHECK_ERRNO(execve("/nonexistent", args, env), ENOENT);
    CHECK_ERRNO(execve("/", args, env), EACCES);
    CHECK_ERRNO(execve("", args, env), ENOENT);
    CHECK_ERRNO(execve("/dev/null/x", args, env), ENOTDIR);
    CHECK_ERRNO(syscall(SYS_execve, 8L, args, env), EFAULT);
    DONE();
}
