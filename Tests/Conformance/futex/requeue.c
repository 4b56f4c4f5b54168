// SPDX-License-Identifier: Apache-2.0
// FUTEX_REQUEUE and FUTEX_CMP_REQUEUE move waiters to a second word (futex(2)).
#include "../process/support.h"

static int first, second, done;
static long futex(int *word, int op, long value, long value2, int *other, long value3) {
    return syscall(SYS_futex, word, op | 128, value, value2, other, value3);
}
static void *waiter(void *arg) {
    while (futex(&first, 0, 0, 0, NULL, 0) != 0) {}
    __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
    return arg;
}

int main(void) {
    CHECK_ERRNO(futex(&first, 4, 1, 1, &second, 5), EAGAIN);
    CHECK_ERRNO(futex(&first, 4, -1, 1, &second, 0), EINVAL);
    CHECK_ERRNO(futex(&first, 3, 1, -1, &second, 0), EINVAL);
    CHECK_EQ(futex(&first, 3, 1, 1, &second, 0), 0);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, waiter, NULL);
    long moved = 0;
    for (int i = 0; i < 1000 && moved < 3; i++) {
        moved += futex(&first, 4, 0, 3 - moved, &second, 0);
        sleep_ms(1);
    }
    CHECK(moved == 3 && done == 0, "three move, none wakes");
    long woken = 0;
    for (int i = 0; i < 1000 && !woken; i++) {
        woken = futex(&first, 1, INT_MAX, 0, NULL, 0);
        sleep_ms(1);
    }
    CHECK(woken == 1, "one is left on the first word");
    CHECK(futex(&second, 1, 1, 0, NULL, 0) == 1, "a wake on the second word");
    CHECK(futex(&second, 3, 1, INT_MAX, &first, 0) == 2, "requeue wakes one and moves the rest");
    CHECK(futex(&first, 1, INT_MAX, 0, NULL, 0) == 1, "back on the first word");
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(done, 4);
    DONE();
}
