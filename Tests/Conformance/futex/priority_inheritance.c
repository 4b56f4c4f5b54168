// SPDX-License-Identifier: Apache-2.0
// Priority-inheriting locks through pthread and directly: lock, trylock, unlock, and their errors (futex(2)).
#include "../process/support.h"

static pthread_mutex_t mutex;
static int counter, word;
static void *add(void *arg) {
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}
static void *try_lock(void *arg) {
    *(int *)arg = syscall(SYS_futex, &word, 8 | 128, 0, NULL, NULL, 0) == -1 ? errno : 0;
    return NULL;
}
static void *unlock(void *arg) {
    *(int *)arg = syscall(SYS_futex, &word, 7 | 128, 0, NULL, NULL, 0) == -1 ? errno : 0;
    return NULL;
}

int main(void) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    CHECK(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT) == 0
              && pthread_mutex_init(&mutex, &attributes) == 0,
          "a mutex that inherits priority");
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, add, NULL);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(counter, 6000);
    CHECK(syscall(SYS_futex, &word, 6 | 128, 0, NULL, NULL, 0) == 0 && (word & 0x3fffffff) == thread_id(),
          "LOCK_PI stores the owner");
    CHECK_ERRNO(syscall(SYS_futex, &word, 6 | 128, 0, NULL, NULL, 0), EDEADLK);
    int result = 0;
    pthread_create(&threads[0], NULL, try_lock, &result);
    pthread_join(threads[0], NULL);
    CHECK_EQ(result, EAGAIN);
    pthread_create(&threads[0], NULL, unlock, &result);
    pthread_join(threads[0], NULL);
    CHECK_EQ(result, EPERM);
    CHECK(syscall(SYS_futex, &word, 7 | 128, 0, NULL, NULL, 0) == 0 && word == 0, "UNLOCK_PI frees it");
    DONE();
}
