// SPDX-License-Identifier: Apache-2.0
// A process-wide signal goes to a thread that does not block it; a directed one to its thread, busy or not (signal(7)).
#include "../process/support.h"

static volatile pid_t taker;
static volatile int stop;
static int ready[2];
static void take(int sig) {
    (void)sig;
    taker = thread_id();
    stop = 1;
}
static void *spin(void *arg) {
    unblock(SIGUSR1);
    *(pid_t *)arg = thread_id();
    notify(ready[1]);
    while (!stop) __asm__ volatile("pause");
    return NULL;
}

int main(void) {
    pthread_t thread;
    pid_t id = 0;
    handle(SIGUSR1, take, 0);
    block(SIGUSR1);
    CHECK(pipe(ready) == 0, "a pipe");
    for (int directed = 0; directed < 2; directed++) {
        stop = 0, taker = 0;
        pthread_create(&thread, NULL, spin, &id);
        await(ready[0]);
        if (directed)
            syscall(SYS_tgkill, getpid(), id, SIGUSR1);
        else
            kill(getpid(), SIGUSR1);
        pthread_join(thread, NULL);
        CHECK(taker == id,
              directed ? "directed at a busy thread" : "a process-wide signal reaches the busy thread that takes it");
    }
    pthread_kill(pthread_self(), SIGUSR1);
    kill(getpid(), SIGUSR1);
    CHECK(is_pending(SIGUSR1), "blocked here: both queues are pending");
    stop = 0, taker = 0;
    unblock(SIGUSR1);
    CHECK(taker == getpid(), "delivered to this thread at once");
    DONE();
}
