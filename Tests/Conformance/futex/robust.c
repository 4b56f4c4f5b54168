// SPDX-License-Identifier: Apache-2.0
// Robust lists: EOWNERDEAD after the death of a thread or a process that held the lock; ENOTRECOVERABLE (get_robust_list(2)).
#include "../process/support.h"

static pthread_mutex_t *make(void) {
    pthread_mutex_t *mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attributes);
    return mutex;
}
static void *lock_and_end(void *mutex) {
    pthread_mutex_lock(mutex);
    return NULL;
}

int main(void) {
    pthread_mutex_t *mutex = make();
    pthread_t thread;
    pthread_create(&thread, NULL, lock_and_end, mutex);
    pthread_join(thread, NULL);
    CHECK_EQ(pthread_mutex_lock(mutex), EOWNERDEAD);
    CHECK(pthread_mutex_consistent(mutex) == 0 && pthread_mutex_unlock(mutex) == 0, "made consistent");
    CHECK(exit_code(CHILD(pthread_mutex_lock(mutex); _exit(3))) == 3, "a process ends with the lock");
    CHECK_EQ(pthread_mutex_lock(mutex), EOWNERDEAD);
    pthread_mutex_consistent(mutex), pthread_mutex_unlock(mutex);
    int ready[2];
    CHECK(pipe(ready) == 0, "a pipe");
    pid_t pid = CHILD(pthread_mutex_lock(mutex); notify(ready[1]); for (;;) pause());
    await(ready[0]);
    CHECK_EQ(pthread_mutex_trylock(mutex), EBUSY);
    pid_t waiting = CHILD(notify(ready[1]); _exit(pthread_mutex_lock(mutex) == EOWNERDEAD ? 7 : 8));
    await(ready[0]);
    sleep_ms(10);
    kill(pid, SIGKILL);
    CHECK(exit_code(waiting) == 7, "a waiter is woken when the owner is killed");
    exit_code(pid);
    CHECK_EQ(pthread_mutex_lock(mutex), EOWNERDEAD);
    pthread_mutex_unlock(mutex);
    CHECK_EQ(pthread_mutex_lock(mutex), ENOTRECOVERABLE);
    void *head = NULL;
    size_t size = 0;
    CHECK(syscall(SYS_get_robust_list, 0, &head, &size) == 0 && head != NULL && size == 24, "get_robust_list");
    CHECK_ERRNO(syscall(SYS_set_robust_list, head, 8), EINVAL);
    CHECK_ERRNO(syscall(SYS_get_robust_list, INT_MAX, &head, &size), ESRCH);
    DONE();
}
