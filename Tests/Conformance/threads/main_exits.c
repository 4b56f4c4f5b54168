// SPDX-License-Identifier: Apache-2.0
// The process lives on when main calls pthread_exit, and ends with the last thread (pthread_exit(3)).
// Each case runs as a program of its own: in musl the first thread of a forked child cannot use pthread_exit.
#include "../process/support.h"

static void *later(void *arg) {
    sleep_ms(10);
    notify(1);
    return arg;
}
static void *last(void *arg) {
    (void)arg;
    sleep_ms(10);
    _exit(6);
}
static void *watch(void *arg) {
    pthread_join(*(pthread_t *)arg, NULL);
    _exit(8);
}

static int run_case(const char *name) {
    pthread_t thread, self = pthread_self();
    void *(*body)(void *) = !strcmp(name, "later") ? later : !strcmp(name, "watch") ? watch : last;
    pthread_create(&thread, NULL, body, &self);
    if (!strcmp(name, "pause"))
        for (;;) pause();
    pthread_exit(NULL);
}

static int outcome(const char *name, int output) {
    pid_t pid = fork();
    if (pid == 0) {
        if (output >= 0) dup2(output, 1);
        execl("/proc/self/exe", "main_exits", name, NULL);
        _exit(127);
    }
    return exit_code(pid);
}

int main(int argc, char **argv) {
    if (argc > 1) return run_case(argv[1]);
    int ends[2];
    CHECK(pipe(ends) == 0, "a pipe");
    CHECK(outcome("later", ends[1]) == 0, "the status is 0 when the last thread returns");
    CHECK(await(ends[0]), "that thread went on after main");
    CHECK_EQ(outcome("last", -1), 6);
    CHECK(outcome("watch", -1) == 8, "main can be joined");
    CHECK_EQ(outcome("pause", -1), 6);
    DONE();
}
