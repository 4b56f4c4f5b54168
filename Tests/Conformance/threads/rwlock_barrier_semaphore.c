// SPDX-License-Identifier: Apache-2.0
// Read-write locks, barriers, and semaphores, also shared between processes (pthread_rwlock_rdlock(3), sem_overview(7)).
#include "../process/support.h"
#include <semaphore.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static int serial;
static void *try_write(void *result) {
    *(int *)result = pthread_rwlock_trywrlock(&lock);
    return NULL;
}
static void *try_read(void *result) {
    *(int *)result = pthread_rwlock_tryrdlock(&lock);
    if (!*(int *)result) pthread_rwlock_unlock(&lock);
    return NULL;
}
static void *meet(void *arg) {
    for (int i = 0; i < 20; i++)
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            __atomic_add_fetch(&serial, 1, __ATOMIC_SEQ_CST);
    return arg;
}
static int in_thread(void *(*body)(void *)) {
    pthread_t t;
    int r = -1;
    pthread_create(&t, NULL, body, &r);
    pthread_join(t, NULL);
    return r;
}

int main(void) {
    pthread_rwlock_rdlock(&lock);
    CHECK(in_thread(try_read) == 0 && in_thread(try_write) == EBUSY, "readers share, a writer does not");
    pthread_rwlock_unlock(&lock);
    pthread_rwlock_wrlock(&lock);
    CHECK(in_thread(try_read) == EBUSY && in_thread(try_write) == EBUSY, "a writer is alone");
    pthread_rwlock_unlock(&lock);
    pthread_t threads[5];
    pthread_barrier_init(&barrier, NULL, 5);
    for (int i = 0; i < 5; i++) pthread_create(&threads[i], NULL, meet, NULL);
    for (int i = 0; i < 5; i++) pthread_join(threads[i], NULL);
    CHECK(serial == 20, "one serial thread in each round of a barrier");
    sem_t *sem = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(sem_init(&sem[0], 1, 0) == 0 && sem_init(&sem[1], 1, 2) == 0, "two shared semaphores");
    CHECK_ERRNO(sem_trywait(&sem[0]), EAGAIN);
    int value = -1;
    CHECK(sem_wait(&sem[1]) == 0 && sem_getvalue(&sem[1], &value) == 0 && value == 1, "sem_wait counts down");
    pid_t pid = CHILD(for (int i = 0; i < 100; i++) {
        sem_wait(&sem[0]);
        sem_post(&sem[1]);
    });
    int good = sem_wait(&sem[1]) == 0;
    for (int i = 0; i < 100; i++) {
        sem_post(&sem[0]);
        good &= sem_wait(&sem[1]) == 0;
    }
    CHECK(good && exit_code(pid) == 0, "a hundred turns between two processes");
    struct timespec past = {1, 0};
    CHECK_ERRNO(sem_timedwait(&sem[0], &past), ETIMEDOUT);
    DONE();
}
