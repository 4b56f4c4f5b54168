// SPDX-License-Identifier: Apache-2.0
// pthread create, join, detach, exit values, thread-local storage, and 64 threads at once (pthreads(7)).
#include "../process/support.h"

static __thread int local = 5;
static int total;
static pthread_barrier_t barrier;
static void *work(void *arg) {
    local += (int)(intptr_t)arg;
    pthread_barrier_wait(&barrier);
    __atomic_add_fetch(&total, local, __ATOMIC_SEQ_CST);
    return (void *)(intptr_t)local;
}
static void *leave(void *arg) { pthread_exit(arg); }
static void *tell(void *arg) {
    notify(*(int *)arg);
    return NULL;
}

int main(void) {
    enum { count = 64 };
    pthread_t threads[count];
    pthread_barrier_init(&barrier, NULL, count);
    int created = 0, good = 1, expected = 0;
    for (int i = 0; i < count; i++) created += pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i) == 0;
    for (int i = 0; i < count; i++) {
        void *value;
        pthread_join(threads[i], &value);
        good &= (intptr_t)value == i + 5;
        expected += i + 5;
    }
    CHECK_EQ(created, count);
    CHECK(good && total == expected && local == 5, "each has its own thread-local variable and exit value");
    void *value;
    pthread_create(&threads[0], NULL, leave, (void *)77);
    CHECK(pthread_join(threads[0], &value) == 0 && value == (void *)77, "pthread_exit");
    int ends[2];
    CHECK(pipe(ends) == 0, "a pipe");
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    CHECK(pthread_create(&threads[0], &attributes, tell, &ends[1]) == 0 && await(ends[0]),
          "a detached thread with a small stack");
    int joined = 0;
    for (int i = 0; i < 500; i++)
        if (pthread_create(&threads[0], NULL, leave, NULL) == 0) joined += pthread_join(threads[0], NULL) == 0;
    CHECK_EQ(joined, 500);
    DONE();
}
