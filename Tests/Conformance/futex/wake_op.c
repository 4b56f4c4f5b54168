// SPDX-License-Identifier: Apache-2.0
// FUTEX_WAKE_OP: every operation and comparison on the second word (futex(2)).
#include "../process/support.h"

static int first, second;
static long op(int operation, int argument, int comparison, int against) {
    unsigned code = (unsigned)operation << 28 | (unsigned)comparison << 24 | ((unsigned)argument & 0xfff) << 12
                    | ((unsigned)against & 0xfff);
    return syscall(SYS_futex, &first, 5 | 128, 1, 1L, &second, code);
}
static void *waiter(void *arg) {
    while (syscall(SYS_futex, arg, 128, *(int *)arg, NULL, NULL, 0) != 0 && errno == EINTR) {}
    return NULL;
}

int main(void) {
    second = 5;
    CHECK(op(0, 9, 0, 5) == 0 && second == 9, "set");
    CHECK(op(1, 3, 0, 5) == 0 && second == 12, "add");
    CHECK(op(1, -2, 0, 5) == 0 && second == 10, "add a negative number");
    CHECK(op(2, 5, 0, 5) == 0 && second == 15, "or");
    CHECK(op(3, 3, 0, 5) == 0 && second == 12, "and not");
    CHECK(op(4, 6, 0, 5) == 0 && second == 10, "xor");
    CHECK(op(8 | 1, 4, 0, 5) == 0 && second == 26, "a shifted argument");
    CHECK_ERRNO(op(6, 0, 0, 0), ENOSYS);
    CHECK_ERRNO(op(1, 0, 7, 0), ENOSYS);
    CHECK_ERRNO(syscall(SYS_futex, &first, 5, 1, 1L, 8L, 0), EFAULT);
    struct {
        int comparison, against, hit;
    } table[] = {{0, 26, 1}, {0, 25, 0}, {1, 25, 1}, {1, 26, 0}, {2, 27, 1}, {2, 26, 0},
                 {3, 26, 1}, {3, 25, 0}, {4, 25, 1}, {4, 26, 0}, {5, 26, 1}, {5, 27, 0}};
    for (int i = 0; i < 12; i++) {
        pthread_t thread;
        second = 26;
        pthread_create(&thread, NULL, waiter, &second);
        sleep_ms(10);
        long woken = op(1, 0, table[i].comparison, table[i].against);
        long rest = 0;
        for (int k = 0; k < 500 && woken + rest < 1; k++) {
            rest = syscall(SYS_futex, &second, 129, 1, NULL, NULL, 0);
            if (!rest) sleep_ms(1);
        }
        pthread_join(thread, NULL);
        char line[40];
        snprintf(line, sizeof line, "comparison %d with %d", table[i].comparison, table[i].against);
        CHECK(woken == table[i].hit, line);
    }
    DONE();
}
