// SPDX-License-Identifier: Apache-2.0
// RLIMIT_CPU: SIGXCPU at the soft limit, which then moves on by a second, SIGKILL at the hard one; inherited by fork, kept by
// exec, used up by any thread (setrlimit(2)). And RLIMIT_NPROC counts what a real user has.
#include "support.h"

static volatile int signals, code;
static void on_limit(int number, siginfo_t *info, void *context) {
    (void)number, (void)context;
    signals++;
    code = info->si_code;
}
static void *burn(void *arg) {
    for (volatile unsigned long i = 0;; i++) continue;
    return arg;
}
// A thread uses up what the process may.
static void burn_in_thread(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, burn, NULL);
    pthread_join(thread, NULL);
}
static void set(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit limit = {soft, hard};
    if (setrlimit(resource, &limit)) _exit(90);
}
// How a child that does `block` ends, as a wait status of a shell.
#define ENDS(...)                  \
    ({                             \
        pid_t pid_ = fork();       \
        if (pid_ == 0) {           \
            __VA_ARGS__;           \
            _exit(91);             \
        }                          \
        check_wait(pid_);          \
    })

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "burn")) burn_in_thread();
    if (argc > 1) _exit(92);
    CHECK_EQ(ENDS(set(RLIMIT_CPU, 0, 4); burn(NULL)), 128 + SIGXCPU);
    CHECK_EQ(ENDS({
                 struct sigaction action = {.sa_sigaction = on_limit, .sa_flags = SA_SIGINFO};
                 sigaction(SIGXCPU, &action, NULL);
                 set(RLIMIT_CPU, 0, 5);
                 while (signals == 0) continue;
                 struct rlimit limit;
                 getrlimit(RLIMIT_CPU, &limit);
                 _exit(code == SI_KERNEL && limit.rlim_cur == 1 && limit.rlim_max == 5 ? 0 : 1);
             }),
             0);
    // Inherited by fork, kept by exec, used up by any thread; an ignored signal does not help at the hard limit.
    CHECK_EQ(ENDS({
                 signal(SIGXCPU, SIG_IGN);
                 set(RLIMIT_CPU, 1, 1);
                 pid_t child = fork();
                 if (child == 0) execl("/proc/self/exe", argv[0], "burn", (char *)NULL);
                 _exit(check_wait(child) == 128 + SIGKILL ? 0 : 1);
             }),
             0);
    CHECK_EQ(ENDS({
                 if (setresuid(54321, 54321, 54321)) _exit(93);
                 set(RLIMIT_NPROC, 3, 3);
                 pid_t children[3];
                 int made = 0;
                 for (; made < 3; made++)
                     if ((children[made] = fork()) == 0) {
                         for (;;) pause();
                     } else if (children[made] < 0) {
                         break;
                     }
                 int error = errno;
                 for (int i = 0; i < made; i++) kill(children[i], SIGKILL);
                 // A zombie still counts.
                 siginfo_t info;
                 waitid(P_PID, (id_t)children[0], &info, WEXITED | WNOWAIT);
                 waitid(P_PID, (id_t)children[1], &info, WEXITED | WNOWAIT);
                 bool good = fork() == -1 && errno == EAGAIN;
                 for (int i = 0; i < made; i++) check_wait(children[i]);
                 pid_t again = fork();
                 if (again == 0) _exit(0);
                 _exit(made == 2 && error == EAGAIN && good && check_wait(again) == 0 ? 0 : 1);
             }),
             0);
    DONE();
}
