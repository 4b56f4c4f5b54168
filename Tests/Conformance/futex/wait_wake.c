// SPDX-License-Identifier: Apache-2.0
// FUTEX_WAIT and FUTEX_WAKE: counts, EAGAIN, alignment, bad addresses, private and shared keys (futex(2)).
#include "../process/support.h"

static long futex(void *word, int op, long value, void *timeout) {
    return syscall(SYS_futex, word, op, value, timeout, NULL, 0);
}
static int word;
static void *sleeper(void *arg) {
    (void)arg;
    while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0) futex(&word, 128, 0, NULL);
    return NULL;
}

int main(void) {
    CHECK_ERRNO(futex(&word, 0, 1, NULL), EAGAIN);
    CHECK_ERRNO(futex((char *)&word + 1, 0, 0, NULL), EINVAL);
    CHECK_ERRNO(futex((void *)8, 0, 0, NULL), EFAULT);
    CHECK_ERRNO(futex(&word, 77, 0, NULL), ENOSYS);
    CHECK_EQ(futex(&word, 1, 10, NULL), 0);
    struct timespec bad = {0, 1000000000}, negative = {-1, 0};
    CHECK_ERRNO(futex(&word, 0, 0, &bad), EINVAL);
    CHECK_ERRNO(futex(&word, 0, 0, &negative), EINVAL);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, sleeper, NULL);
    long woken = 0;
    for (int i = 0; i < 1000 && woken < 2; i++) {
        woken += futex(&word, 129, 2 - woken, NULL);
        sleep_ms(1);
    }
    CHECK(woken == 2, "a wake reaches as many as asked");
    __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
    futex(&word, 129, INT_MAX, NULL);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    CHECK(futex(&word, 129, INT_MAX, NULL) == 0, "nobody is left");
    int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = CHILD(while (__atomic_load_n(shared, __ATOMIC_SEQ_CST) == 0) futex(shared, 0, 0, NULL); _exit(3));
    sleep_ms(5);
    __atomic_store_n(shared, 1, __ATOMIC_SEQ_CST);
    futex(shared, 1, 1, NULL);
    CHECK(exit_code(pid) == 3, "a shared futex works between processes");
    DONE();
}
