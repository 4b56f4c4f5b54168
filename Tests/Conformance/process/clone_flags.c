// SPDX-License-Identifier: Apache-2.0
// clone: what CLONE_FILES, CLONE_FS, the tid flags, CLONE_PARENT and the exit signal do (clone(2)).
#include "../process/support.h"

static char stack[4][65536] __attribute__((aligned(16)));
static pid_t child_tid, parent_tid;

static int close_descriptor(void *arg) { return close(*(int *)arg); }
static int change_root_directory(void *arg) {
    (void)arg;
    umask(0111);
    return chdir("/");
}
static int set_tid(void *arg) {
    (void)arg;
    return child_tid == (pid_t)syscall(SYS_getpid) ? 0 : 1;
}
static int shared_write(void *arg) {
    *(int *)arg = 42;
    return 5;
}

static int run(int (*body)(void *), int flags, void *arg) {
    pid_t pid = clone(body, stack[0] + sizeof stack[0], flags, arg, &parent_tid, NULL, &child_tid);
    if (pid < 0) return -1;
    int status;
    if (waitpid(pid, &status, __WALL) != pid) return -2;
    return WEXITSTATUS(status);
}

int main(void) {
    int fd = open("/dev/null", O_RDONLY);
    CHECK(run(close_descriptor, SIGCHLD, &fd) == 0 && fcntl(fd, F_GETFD) == 0,
          "without CLONE_FILES the table is a copy");
    CHECK(run(close_descriptor, SIGCHLD | CLONE_FILES, &fd) == 0, "a child closes in the shared table");
    CHECK_ERRNO(fcntl(fd, F_GETFD), EBADF);
    char before[PATH_MAX], after[PATH_MAX];
    CHECK(chdir("/proc") == 0 && getcwd(before, sizeof before), "a known directory");
    umask(022);
    CHECK(run(change_root_directory, SIGCHLD, NULL) == 0 && getcwd(after, sizeof after) && !strcmp(before, after),
          "without CLONE_FS the directory is a copy");
    CHECK(run(change_root_directory, SIGCHLD | CLONE_FS, NULL) == 0 && getcwd(after, sizeof after)
              && !strcmp(after, "/"),
          "with CLONE_FS the directory is shared");
    CHECK_EQ(umask(022), 0111);
    CHECK(run(set_tid, SIGCHLD | CLONE_CHILD_SETTID | CLONE_PARENT_SETTID, NULL) == 0,
          "CLONE_CHILD_SETTID in the child");
    CHECK(parent_tid > 0 && child_tid == 0, "CLONE_PARENT_SETTID in the parent only");
    int value = 0;
    CHECK(run(shared_write, SIGCHLD | CLONE_VM, &value) == 5 && value == 42, "CLONE_VM shares memory");
    value = 0;
    CHECK(run(shared_write, SIGCHLD | CLONE_VM | CLONE_VFORK, &value) == 5 && value == 42, "CLONE_VFORK with CLONE_VM");
    value = 0;
    CHECK(run(shared_write, SIGCHLD, &value) == 5 && value == 0, "no CLONE_VM, no sharing");
    pid_t pid = clone(shared_write, stack[1] + sizeof stack[1], CLONE_VM, &value);
    int status;
    CHECK_ERRNO(waitpid(pid, &status, 0), ECHILD);
    CHECK(waitpid(pid, &status, __WCLONE) == pid, "a child without SIGCHLD needs __WCLONE");
    CHECK_ERRNO(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, 0, 0, 0, 0), EINVAL);
    DONE();
}
