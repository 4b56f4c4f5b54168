// SPDX-License-Identifier: Apache-2.0
// Waiting on a word and going on with a priority-inheriting lock: FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI (futex(2)).
#include "../process/support.h"

#define WAIT_REQUEUE_PI (11 | 128)
#define CMP_REQUEUE_PI (12 | 128)
#define LOCK_PI (6 | 128)
#define UNLOCK_PI (7 | 128)
#define REALTIME 256
#define WAITERS 4

static int condition, lock, other;
static int order[WAITERS], finished, owners_seen;
static volatile int tids[WAITERS];

static long op(int *word, int operation, long value, const void *timeout, int *second, long third) {
    return syscall(SYS_futex, word, operation, value, timeout, second, third);
}

static void *waits(void *arg) {
    int me = (int)(intptr_t)arg;
    tids[me] = thread_id();
    if (op(&condition, WAIT_REQUEUE_PI, 0, NULL, &lock, 0) != 0) return (void *)(intptr_t)errno;
    // The lock is held now: plain variables are safe.
    owners_seen += (__atomic_load_n(&lock, __ATOMIC_SEQ_CST) & 0x3fffffff) == thread_id();
    order[finished++] = me;
    if (op(&lock, UNLOCK_PI, 0, NULL, NULL, 0) != 0) return (void *)(intptr_t)errno;
    return NULL;
}

static bool sleeps(int tid) {
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    int fd = open(path, O_RDONLY);
    if (fd < 0) return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    char *end = n > 0 ? strrchr(text, ')') : NULL;
    return end && end[2] == 'S';
}

// Threads that wait on `condition` in order.
static void start(pthread_t *threads, int count) {
    for (int i = 0; i < count; i++) {
        tids[i] = 0;
        pthread_create(&threads[i], NULL, waits, (void *)(intptr_t)i);
        while (!tids[i] || !sleeps(tids[i])) sched_yield();
    }
}
static bool join(pthread_t *threads, int count) {
    bool good = true;
    for (int i = 0; i < count; i++) {
        void *result;
        good &= pthread_join(threads[i], &result) == 0 && result == NULL;
    }
    return good;
}

static void on_signal(int number) { (void)number; }
static void *waits_with(void *arg) {
    tids[0] = thread_id();
    long r = op(&condition, WAIT_REQUEUE_PI, 0, arg, &lock, 0);
    return (void *)(intptr_t)(r == 0 ? 0 : errno);
}

int main(void) {
    pthread_t threads[WAITERS];
    struct timespec past = {1, 0};

    CHECK_ERRNO(op(&condition, WAIT_REQUEUE_PI, 1, NULL, &lock, 0), EAGAIN);
    CHECK_ERRNO(op(&condition, WAIT_REQUEUE_PI, 0, NULL, &condition, 0), EINVAL);
    CHECK_ERRNO(op(&condition, WAIT_REQUEUE_PI, 0, &past, &lock, 0), ETIMEDOUT);
    CHECK_ERRNO(op(&condition, WAIT_REQUEUE_PI | REALTIME, 0, &past, &lock, 0), ETIMEDOUT);
    CHECK_ERRNO(op(&condition, CMP_REQUEUE_PI, 0, (void *)1, &lock, 0), EINVAL);
    CHECK_ERRNO(op(&condition, CMP_REQUEUE_PI, 2, (void *)1, &lock, 0), EINVAL);
    CHECK_ERRNO(op(&condition, CMP_REQUEUE_PI, 1, (void *)1, &lock, 5), EAGAIN);
    CHECK_ERRNO(op(&condition, CMP_REQUEUE_PI, 1, (void *)1, &condition, 0), EINVAL);
    CHECK_EQ(op(&condition, CMP_REQUEUE_PI, 1, (void *)10, &lock, 0), 0);
    CHECK_EQ(lock, 0);

    // A free lock: the first gets it at once.
    start(threads, 1);
    CHECK_ERRNO(op(&condition, 1 | 128, 1, NULL, NULL, 0), EINVAL);
    CHECK_ERRNO(op(&condition, 4 | 128, 1, (void *)1, &other, 0), EINVAL);
    CHECK_ERRNO(op(&condition, CMP_REQUEUE_PI, 1, (void *)0, &other, 0), EINVAL);
    CHECK_EQ(op(&condition, CMP_REQUEUE_PI, 1, (void *)0, &lock, 0), 1);
    CHECK(join(threads, 1), "a waiter gets the free lock");
    CHECK_EQ(finished, 1);
    CHECK_EQ(owners_seen, 1);
    CHECK_EQ(lock, 0);

    // A held lock: all are moved to it and get it one after the other.
    finished = owners_seen = 0;
    CHECK_EQ(op(&lock, LOCK_PI, 0, NULL, NULL, 0), 0);
    start(threads, WAITERS);
    CHECK_EQ(op(&condition, CMP_REQUEUE_PI, 1, (void *)1, &lock, 0), 2);
    CHECK(finished == 0 && (lock & (int)0x80000000) != 0, "they wait for the lock");
    CHECK_EQ(op(&condition, CMP_REQUEUE_PI, 1, (void *)100, &lock, 0), 2);
    CHECK_EQ(op(&condition, CMP_REQUEUE_PI, 1, (void *)100, &lock, 0), 0);
    CHECK_EQ(op(&lock, UNLOCK_PI, 0, NULL, NULL, 0), 0);
    CHECK(join(threads, WAITERS), "all get the lock");
    CHECK_EQ(finished, WAITERS);
    CHECK_EQ(owners_seen, WAITERS);
    CHECK(order[0] == 0 && order[1] == 1 && order[2] == 2 && order[3] == 3, "in the order they came");
    CHECK_EQ(lock, 0);

    // A signal does not end the wait for the word.
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
    finished = owners_seen = 0;
    start(threads, 1);
    pthread_kill(threads[0], SIGUSR1);
    while (!sleeps(tids[0])) sched_yield();
    CHECK_EQ(op(&condition, CMP_REQUEUE_PI, 1, (void *)0, &lock, 0), 1);
    CHECK(join(threads, 1), "the wait survived a signal");

    // A time-out also holds once moved.
    CHECK_EQ(op(&lock, LOCK_PI, 0, NULL, NULL, 0), 0);
    struct timespec soon;
    clock_gettime(CLOCK_MONOTONIC, &soon);
    soon.tv_sec += 1;
    tids[0] = 0;
    pthread_create(&threads[0], NULL, waits_with, &soon);
    while (!tids[0] || !sleeps(tids[0])) sched_yield();
    CHECK_EQ(op(&condition, CMP_REQUEUE_PI, 1, (void *)0, &lock, 0), 1);
    void *result;
    pthread_join(threads[0], &result);
    CHECK_EQ((intptr_t)result, ETIMEDOUT);
    CHECK_EQ(op(&lock, UNLOCK_PI, 0, NULL, NULL, 0), 0);
    CHECK_EQ(lock & 0x3fffffff, 0);
    DONE();
}
