// SPDX-License-Identifier: Apache-2.0
// exit_group ends all threads; exec from a second thread replaces the process and keeps its pid (execve(2)).
#include "../process/support.h"

static void *wait_forever(void *arg) {
    (void)arg;
    for (;;) pause();
    return NULL;
}
static void *exit_here(void *arg) {
    (void)arg;
    exit(13);
}
static void *raw_exit(void *arg) {
    syscall(SYS_exit, 0);
    return arg;
}
static void *run_shell(void *arg) {
    execl("/bin/sh", "sh", "-c", arg, NULL);
    _exit(127);
}

static void start(void *(*body)(void *), void *arg) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, arg) != 0) _exit(99);
}

int main(void) {
    CHECK(exit_code(CHILD(start(wait_forever, NULL); start(wait_forever, NULL); _exit(8))) == 8,
          "the main thread exits for all");
    CHECK(exit_code(CHILD(start(wait_forever, NULL); start(exit_here, NULL); for (;;) pause())) == 13,
          "a second thread exits for all");
    CHECK(exit_code(CHILD(start(wait_forever, NULL); abort())) == -SIGABRT, "a fatal signal ends all");
    CHECK(exit_code(CHILD(start(exit_here, NULL); syscall(SYS_exit, 1))) == 13,
          "the process outlives its first thread");
    CHECK(exit_code(CHILD(start(raw_exit, NULL); sleep_ms(10); _exit(3))) == 3,
          "a thread's own exit ends nothing else");
    int ends[2];
    CHECK(pipe(ends) == 0, "a pipe");
    pid_t pid = CHILD(dup2(ends[1], 1); close(ends[1]); start(wait_forever, NULL);
                      start(run_shell, (char[]){"echo $$; exit 21"}); for (;;) pause());
    close(ends[1]);
    char text[32] = "";
    ssize_t n = read(ends[0], text, sizeof text - 1);
    CHECK(n > 0 && atoi(text) == pid, "exec in a thread keeps the pid");
    CHECK(exit_code(pid) == 21, "and the exit status is that of the new image");
    DONE();
}
