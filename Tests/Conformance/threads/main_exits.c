// SPDX-License-Identifier: Apache-2.0
// The process lives on when main calls pthread_exit; a detached thread may outlive it; its status is 0 (pthread_exit(3)).
#include "../process/support.h"
static int ends[2];
static void *later(void *arg) { sleep_ms(10); notify(ends[1]); return arg; }
static void *last(void *arg) { (void)arg; sleep_ms(10); _exit(6); }
static void *watch(void *arg) { pthread_join(*(pthread_t *)arg, NULL); _exit(8); }

int main(void) {
    CHECK(pipe(ends) == 0, "a pipe");
    pthread_t thread;
    pid_t pid = CHILD(pthread_create(&thread, NULL, later, NULL); pthread_exit(NULL));
    CHECK(await(ends[0]), "the other thread goes on");
    CHECK_EQ(exit_code(pid), 0);
    pid = CHILD(pthread_create(&thread, NULL, last, NULL); pthread_exit(NULL));
    CHECK_EQ(exit_code(pid), 6);
    pid = CHILD(pthread_t self = pthread_self(); pthread_create(&thread, NULL, watch, &self); pthread_exit(NULL));
    CHECK(exit_code(pid) == 8, "main can be joined");
    pid = CHILD(pthread_create(&thread, NULL, last, NULL); for (;;) pause());
    CHECK_EQ(exit_code(pid), 6);
    DONE();
}
