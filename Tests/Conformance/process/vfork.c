// SPDX-License-Identifier: Apache-2.0
// vfork: the child borrows the parent's memory, and the parent waits for exit or exec (vfork(2)).
#include "../process/support.h"

static volatile int stage;

int main(void) {
    pid_t pid = vfork();
    if (pid == 0) {
        stage = 7;
        _exit(3);
    }
    CHECK(pid > 0 && stage == 7, "the child's write is seen once the parent goes on");
    CHECK(exit_code(pid) == 3, "exit status of a vfork child");
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0, "a pipe that exec closes");
    pid = vfork();
    if (pid == 0) {
        char *args[] = {"/bin/sh", "-c", "exit 9", NULL}, *env[] = {NULL};
        stage = 8;
        close(ends[0]);
        execve(args[0], args, env);
        stage = errno;
        _exit(127);
    }
    CHECK(stage == 8, "the parent was suspended until exec");
    CHECK(fcntl(ends[0], F_GETFD) >= 0, "descriptors are not shared");
    close(ends[1]);
    CHECK(!await(ends[0]), "exec closed the child's copy");
    CHECK(exit_code(pid) == 9, "the new image ran");
    pid = vfork();
    if (pid == 0) {
        char *args[] = {"/nonexistent/program", NULL}, *env[] = {NULL};
        execve(args[0], args, env);
        stage = errno;
        _exit(126);
    }
    CHECK(stage == ENOENT, "the error of exec comes back through memory");
    CHECK(exit_code(pid) == 126, "the child went on after the failure");
    DONE();
}
