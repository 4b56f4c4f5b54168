// SPDX-License-Identifier: Apache-2.0
// Mutexes: normal, recursive, error checking, timed, and shared between processes (pthread_mutex_lock(3)).
#include "../process/support.h"

static pthread_mutex_t of_kind(int kind) {
    pthread_mutexattr_t attributes;
    pthread_mutex_t mutex;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, kind);
    pthread_mutex_init(&mutex, &attributes);
    return mutex;
}

int main(void) {
    pthread_mutex_t recursive = of_kind(PTHREAD_MUTEX_RECURSIVE), checking = of_kind(PTHREAD_MUTEX_ERRORCHECK),
                    normal = of_kind(PTHREAD_MUTEX_NORMAL);
    CHECK(pthread_mutex_lock(&recursive) == 0 && pthread_mutex_lock(&recursive) == 0
              && pthread_mutex_unlock(&recursive) == 0,
          "recursive");
    CHECK_EQ(pthread_mutex_lock(&checking), 0);
    CHECK_EQ(pthread_mutex_lock(&checking), EDEADLK);
    CHECK(pthread_mutex_unlock(&checking) == 0 && pthread_mutex_unlock(&checking) == EPERM, "error checking");
    pthread_mutex_lock(&normal);
    CHECK_EQ(pthread_mutex_trylock(&normal), EBUSY);
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_nsec += 20000000;
    if (limit.tv_nsec >= 1000000000) limit.tv_nsec -= 1000000000, limit.tv_sec++;
    CHECK_EQ(pthread_mutex_timedlock(&normal, &limit), ETIMEDOUT);
    struct {
        pthread_mutex_t mutex;
        int count;
    } *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &attributes);
    pid_t pids[3];
    for (int p = 0; p < 3; p++) {
        pids[p] = CHILD(for (int i = 0; i < 3000; i++) {
            pthread_mutex_lock(&shared->mutex);
            shared->count++;
            pthread_mutex_unlock(&shared->mutex);
        });
    }
    int good = 1;
    for (int p = 0; p < 3; p++) good &= exit_code(pids[p]) == 0;
    CHECK(good && shared->count == 9000, "shared between processes");
    DONE();
}
