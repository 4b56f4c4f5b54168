// SPDX-License-Identifier: Apache-2.0
// Condition variables: signal, broadcast, timed wait, and a process-shared ping-pong (pthread_cond_wait(3)).
#include "../process/support.h"

struct table {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    int turn, waiting, released;
};
static struct table here = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0};
static void *waiter(void *arg) {
    pthread_mutex_lock(&here.mutex);
    here.waiting++;
    while (!here.turn) pthread_cond_wait(&here.cond, &here.mutex);
    here.released++;
    pthread_mutex_unlock(&here.mutex);
    return arg;
}
static int ping(struct table *t, int me, int rounds) {
    for (int i = 0; i < rounds; i++) {
        pthread_mutex_lock(&t->mutex);
        while (t->turn % 2 != me) pthread_cond_wait(&t->cond, &t->mutex);
        t->turn++;
        pthread_cond_signal(&t->cond);
        pthread_mutex_unlock(&t->mutex);
    }
    return 0;
}

int main(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) pthread_create(&threads[i], NULL, waiter, NULL);
    for (;;) {
        pthread_mutex_lock(&here.mutex);
        int all = here.waiting == 8;
        if (all) here.turn = 1, pthread_cond_broadcast(&here.cond);
        pthread_mutex_unlock(&here.mutex);
        if (all) break;
        sched_yield();
    }
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    CHECK(here.released == 8, "a broadcast wakes all");
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    pthread_mutex_lock(&here.mutex);
    CHECK_EQ(pthread_cond_timedwait(&here.cond, &here.mutex, &limit), ETIMEDOUT);
    CHECK(pthread_mutex_unlock(&here.mutex) == 0, "the mutex is held after a timeout");
    struct table *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    pthread_mutexattr_init(&ma), pthread_condattr_init(&ca);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED), pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &ma), pthread_cond_init(&shared->cond, &ca);
    pid_t pid = CHILD(_exit(ping(shared, 1, 500)));
    ping(shared, 0, 500);
    CHECK(exit_code(pid) == 0 && shared->turn == 1000, "a thousand turns between two processes");
    DONE();
}
