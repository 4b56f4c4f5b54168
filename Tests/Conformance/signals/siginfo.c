// SPDX-License-Identifier: Apache-2.0
// siginfo by origin: kill, tgkill, child, fault, POSIX timer; and rt_sigqueueinfo's rules (sigaction(2)).
#include "../process/support.h"
#include <setjmp.h>

static siginfo_t last;
static sigjmp_buf jump;
static void keep(int sig, siginfo_t *info, void *context) {
    (void)sig, (void)context;
    last = *info;
}
static void keep_and_jump(int sig, siginfo_t *info, void *context) {
    (void)sig, (void)context;
    last = *info;
    siglongjmp(jump, 1);
}

int main(void) {
    handle_info(SIGUSR1, keep, 0);
    kill(getpid(), SIGUSR1);
    CHECK(last.si_signo == SIGUSR1 && last.si_code == SI_USER && last.si_pid == getpid() && last.si_uid == 0, "kill");
    syscall(SYS_tgkill, getpid(), thread_id(), SIGUSR1);
    CHECK(last.si_code == SI_TKILL && last.si_pid == getpid(), "tgkill");
    handle_info(SIGCHLD, keep, SA_RESTART);
    pid_t pid = CHILD(_exit(17));
    int status;
    waitpid(pid, &status, 0);
    CHECK(last.si_signo == SIGCHLD && last.si_code == CLD_EXITED && last.si_pid == pid && last.si_status == 17,
          "an exited child");
    prctl(PR_SET_DUMPABLE, 0);
    pid = CHILD(raise(SIGTERM));
    waitpid(pid, &status, 0);
    CHECK(last.si_code == CLD_KILLED && last.si_status == SIGTERM, "a killed child");
    pid = CHILD(abort());
    waitpid(pid, &status, 0);
    CHECK(last.si_code == CLD_KILLED && last.si_status == SIGABRT, "an aborted child without core");
    handle_info(SIGSEGV, keep_and_jump, SA_NODEFER);
    volatile char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap((void *)(uintptr_t)(page + 4096), 4096);
    if (!sigsetjmp(jump, 1)) page[16] = 1;
    CHECK(last.si_signo == SIGSEGV && last.si_code == SEGV_ACCERR && last.si_addr == (void *)(uintptr_t)(page + 16),
          "a write to a read-only page");
    if (!sigsetjmp(jump, 1)) (void)page[4100];
    CHECK(last.si_code == SEGV_MAPERR && last.si_addr == (void *)(uintptr_t)(page + 4100), "a read of no page");
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77};
    timer_t timer;
    struct itimerspec soon = {{0, 0}, {0, 1000000}};
    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "a timer");
    sigset_t old, usr1 = set_of(SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, &old);
    timer_settime(timer, 0, &soon, NULL);
    sigsuspend(&old);
    CHECK(last.si_code == SI_TIMER && last.si_value.sival_int == 77 && last.si_overrun == 0, "a timer");
    siginfo_t made;
    memset(&made, 0, sizeof made);
    made.si_code = -60;
    made.si_value.sival_int = 5;
    sigprocmask(SIG_SETMASK, &old, NULL);
    CHECK(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &made) == 0 && last.si_code == -60
              && last.si_value.sival_int == 5,
          "rt_sigqueueinfo passes it on");
    CHECK(syscall(SYS_rt_tgsigqueueinfo, getpid(), thread_id(), SIGUSR1, &made) == 0 && last.si_code == -60,
          "rt_tgsigqueueinfo as well");
    made.si_code = SI_USER;
    CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &made), EPERM);
    raise(SIGUSR1);
    CHECK(last.si_code == SI_TKILL, "raise is a tgkill");
    DONE();
}
