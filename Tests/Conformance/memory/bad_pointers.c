// SPDX-License-Identifier: Apache-2.0
// A wild pointer in any system call gives EFAULT, never harm.
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define CALL(...) #__VA_ARGS__, {__VA_ARGS__}
// Placeholders in the table: BAD stands for each bad pointer in turn, the others for good arguments.
enum { BAD = 0x6bad0000, FD, PIPE, PAIR, EPOLL, TIMER, DIRECTORY, GOOD, LINK, PROGRAM };

static const struct { const char *text; long word[7]; } table[] = {
    {CALL(SYS_read, FD, BAD, 16)}, {CALL(SYS_write, FD, BAD, 16)}, {CALL(SYS_pread64, FD, BAD, 16, 0)},
    {CALL(SYS_pwrite64, FD, BAD, 16, 0)}, {CALL(SYS_readv, FD, BAD, 1)}, {CALL(SYS_writev, FD, BAD, 1)},
    {CALL(SYS_open, BAD, O_RDONLY)}, {CALL(SYS_openat, AT_FDCWD, BAD, O_RDONLY)}, {CALL(SYS_creat, BAD, 0600)},
    {CALL(SYS_stat, BAD, GOOD)}, {CALL(SYS_stat, GOOD, BAD)}, {CALL(SYS_lstat, GOOD, BAD)}, {CALL(SYS_fstat, FD, BAD)},
    {CALL(SYS_newfstatat, AT_FDCWD, GOOD, BAD, 0)}, {CALL(SYS_statx, AT_FDCWD, GOOD, 0, 0x7ff, BAD)},
    {CALL(SYS_access, BAD, 0)}, {CALL(SYS_chdir, BAD)}, {CALL(SYS_mkdir, BAD, 0700)}, {CALL(SYS_rmdir, BAD)},
    {CALL(SYS_unlink, BAD)}, {CALL(SYS_rename, GOOD, BAD)}, {CALL(SYS_rename, BAD, GOOD)}, {CALL(SYS_link, GOOD, BAD)},
    {CALL(SYS_symlink, BAD, GOOD)}, {CALL(SYS_readlink, BAD, GOOD, 16)}, {CALL(SYS_readlink, LINK, BAD, 16)},
    {CALL(SYS_chmod, BAD, 0)}, {CALL(SYS_chown, BAD, 0, 0)}, {CALL(SYS_truncate, BAD, 0)}, {CALL(SYS_statfs, GOOD, BAD)},
    {CALL(SYS_fstatfs, FD, BAD)}, {CALL(SYS_getdents64, DIRECTORY, BAD, 1024)}, {CALL(SYS_getcwd, BAD, 4096)},
    {CALL(SYS_pipe, BAD)}, {CALL(SYS_pipe2, BAD, 0)}, {CALL(SYS_poll, BAD, 1, 0)}, {CALL(SYS_select, 1, BAD, 0, 0, 0)},
    {CALL(SYS_ppoll, 0, 0, BAD, 0, 8)}, {CALL(SYS_epoll_ctl, EPOLL, EPOLL_CTL_ADD, PIPE, BAD)},
    {CALL(SYS_nanosleep, BAD, 0)}, {CALL(SYS_clock_gettime, CLOCK_REALTIME_COARSE, BAD)},
    {CALL(SYS_clock_nanosleep, 0, 0, BAD, 0)}, {CALL(SYS_gettimeofday, BAD, 0)}, {CALL(SYS_times, BAD)},
    {CALL(SYS_getrusage, 0, BAD)}, {CALL(SYS_getrlimit, 7, BAD)}, {CALL(SYS_setrlimit, 7, BAD)},
    {CALL(SYS_prlimit64, 0, 7, BAD, 0)}, {CALL(SYS_uname, BAD)}, {CALL(SYS_sysinfo, BAD)},
    {CALL(SYS_getrandom, BAD, 16, 0)}, {CALL(SYS_rt_sigaction, SIGUSR1, BAD, 0, 8)},
    {CALL(SYS_rt_sigaction, SIGUSR1, 0, BAD, 8)}, {CALL(SYS_rt_sigprocmask, 0, BAD, 0, 8)},
    {CALL(SYS_rt_sigpending, BAD, 8)}, {CALL(SYS_sigaltstack, BAD, 0)}, {CALL(SYS_rt_sigtimedwait, BAD, 0, 0, 8)},
    {CALL(SYS_setitimer, 0, BAD, 0)}, {CALL(SYS_getitimer, 0, BAD)}, {CALL(SYS_socketpair, 1, 1, 0, BAD)},
    {CALL(SYS_sendto, PAIR, BAD, 16, 0, 0, 0)}, {CALL(SYS_sendmsg, PAIR, BAD, 0)}, {CALL(SYS_recvmsg, PAIR, BAD, 0)},
    {CALL(SYS_bind, PAIR, BAD, 16)}, {CALL(SYS_getsockname, PAIR, BAD, GOOD)},
    {CALL(SYS_setsockopt, PAIR, SOL_SOCKET, SO_SNDBUF, BAD, 4)},
    {CALL(SYS_getsockopt, PAIR, SOL_SOCKET, SO_TYPE, BAD, GOOD)}, {CALL(SYS_execve, BAD, 0, 0)},
    {CALL(SYS_execve, PROGRAM, BAD, 0)}, {CALL(SYS_futex, BAD, 0, 0, 0)},
    {CALL(SYS_utimensat, AT_FDCWD, GOOD, BAD, 0)}, {CALL(SYS_fcntl, FD, F_SETLK, BAD)}, {CALL(SYS_ioctl, FD, 0x541b, BAD)},
    {CALL(SYS_sched_getaffinity, 0, 128, BAD)}, {CALL(SYS_getgroups, 0x100, BAD)}, {CALL(SYS_getresuid, BAD, BAD, BAD)},
    {CALL(SYS_timerfd_settime, TIMER, 0, BAD, 0)}, {CALL(SYS_memfd_create, BAD, 0)}, {CALL(SYS_sendfile, PIPE, FD, BAD, 1)},
    {CALL(SYS_prctl, 15, BAD)}, {CALL(SYS_prctl, 16, BAD)}, {CALL(SYS_clone3, BAD, 88)}, {CALL(SYS_capget, BAD, 0)},
    {CALL(SYS_signalfd4, -1, BAD, 8, 0)}, {CALL(SYS_timer_create, 0, 0, BAD)},
};

int main(void) {
    temp_dir();
    make_file("good", "0123456789012345678901234567890123456789");
    gid_t groups[2] = {1, 2};
    syscall(SYS_setgroups, 2, groups);
    char *guard = mmap(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static _Alignas(64) char good[4096];
    int ends[2], pair[2];
    pipe2(ends, O_NONBLOCK);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    const long stands_for[] = {0, open("good", O_RDWR), ends[1], pair[0], epoll_create1(0),
                               (long)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0), open(".", O_RDONLY), (long)good,
                               (long)"/proc/self/exe", (long)"/bin/true"};
    const long bad[] = {(long)(guard + 4096), 8, (long)0xffffffff81000000ull, (long)0x4141414141414140ll};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        int right = 0, odd_errno = 0;
        for (int b = 0; b < 4; b++) {
            long word[7];
            for (int w = 0; w < 7; w++) {
                word[w] = table[i].word[w];
                if (word[w] == BAD) word[w] = bad[b];
                else if (word[w] > BAD && word[w] <= PROGRAM) word[w] = stands_for[word[w] - BAD];
            }
            strcpy(good, "good");
            errno = 0;
            long result = syscall(word[0], word[1], word[2], word[3], word[4], word[5], word[6]);
            if (result == -1 && errno == EFAULT) right++;
            else if (!odd_errno) odd_errno = result == -1 ? errno : -1;
        }
        errno = odd_errno;
        CHECK(right == 4, table[i].text);
    }
    CHECK(file_is("good", "0123456789012345678901234567890123456789"), "and nothing was changed");
    DONE();
}
