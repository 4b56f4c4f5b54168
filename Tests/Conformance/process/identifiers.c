// SPDX-License-Identifier: Apache-2.0
// getpid family, set_tid_address, gettid, pause, and getppid of an adopted child; ids never clash.
#include "../process/support.h"

int main(void) {
    CHECK(getpid() == syscall(SYS_getpid) && getppid() == syscall(SYS_getppid), "libc and kernel agree");
    CHECK(thread_id() == getpid(), "the first thread's id is the pid");
    CHECK(exit_code(CHILD(_exit(thread_id() == getpid() && getpid() == syscall(SYS_getpid) ? 0 : 1))) == 0,
          "also after fork");
    int word = 0;
    CHECK(exit_code(CHILD(_exit(syscall(SYS_set_tid_address, &word) == getpid() ? 0 : 1))) == 0,
          "set_tid_address returns the tid");
    CHECK_EQ(getuid(), 0);
    CHECK(getuid() == geteuid() && getgid() == getegid(), "real and effective ids agree");
    pid_t first = CHILD(_exit(0)), second = CHILD(_exit(0));
    CHECK(first != second && first > 1 && second > 1, "two children have two ids");
    CHECK(exit_code(first) == 0 && exit_code(second) == 0, "reap both");
    start_ticks(0);
    CHECK_ERRNO(pause(), EINTR);
    stop_ticks();
    CHECK_ERRNO(syscall(9999), ENOSYS);
    CHECK_ERRNO(syscall(-5), ENOSYS);
    DONE();
}
