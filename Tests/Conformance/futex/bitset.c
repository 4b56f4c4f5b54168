// SPDX-License-Identifier: Apache-2.0
// FUTEX_WAKE_BITSET wakes only waiters whose bits match (futex(2)).
#include "../process/support.h"

static int word, woken[2];
static void *waiter(void *arg) {
    int index = (int)(intptr_t)arg;
    while (syscall(SYS_futex, &word, 9 | 128, 0, NULL, NULL, 1u << index) != 0) {}
    __atomic_store_n(&woken[index], 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static long wake(unsigned bits) {
    long count = 0;
    for (int i = 0; i < 1000 && !count; i++) {
        count = syscall(SYS_futex, &word, 10 | 128, INT_MAX, NULL, NULL, bits);
        if (!count) sleep_ms(1);
    }
    return count;
}

int main(void) {
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, waiter, (void *)(intptr_t)i);
    CHECK(wake(2) == 1, "one waiter matches");
    pthread_join(threads[1], NULL);
    CHECK(woken[1] == 1 && woken[0] == 0, "the right one");
    CHECK_EQ(syscall(SYS_futex, &word, 10 | 128, INT_MAX, NULL, NULL, 4), 0);
    CHECK(wake(1) == 1, "then the other");
    pthread_join(threads[0], NULL);
    CHECK(woken[0] == 1, "is done");
    DONE();
}
