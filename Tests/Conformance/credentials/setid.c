// SPDX-License-Identifier: Apache-2.0
// set*id families: real, effective and saved ids, for uid 0 and for others (credentials(7)).
#include "../process/support.h"

static int ids(uid_t r, uid_t e, uid_t s) {
    uid_t a, b, c;
    return getresuid(&a, &b, &c) == 0 && a == r && b == e && c == s && getuid() == r && geteuid() == e;
}
static int groups(gid_t r, gid_t e, gid_t s) {
    gid_t a, b, c;
    return getresgid(&a, &b, &c) == 0 && a == r && b == e && c == s;
}
#define STEP(cond)                              \
    do {                                        \
        if (!(cond)) _exit(__LINE__ % 200 + 1); \
    } while (0)

int main(void) {
    CHECK(ids(0, 0, 0), "all ids are 0 at first");
    CHECK_EQ(exit_code(CHILD(STEP(!setuid(100) && ids(100, 100, 100)); STEP(setuid(0) == -1 && errno == EPERM);
                             STEP(!setuid(100)))),
             0);
    CHECK_EQ(exit_code(CHILD(STEP(!seteuid(100) && ids(0, 100, 0)); STEP(setuid(50) == -1 && errno == EPERM);
                             STEP(!seteuid(0) && ids(0, 0, 0)))),
             0);
    CHECK_EQ(exit_code(CHILD(STEP(!setresuid(1, 2, 3) && ids(1, 2, 3)); STEP(!setresuid(-1, 3, -1) && ids(1, 3, 3));
                             STEP(!setuid(1) && ids(1, 1, 3)); STEP(setresuid(4, -1, -1) == -1 && errno == EPERM);
                             STEP(!seteuid(3) && ids(1, 3, 3)))),
             0);
    CHECK_EQ(exit_code(CHILD(STEP(!setreuid(5, 6) && ids(5, 6, 6)); STEP(!setreuid(6, 5) && ids(6, 5, 5));
                             STEP(setreuid(-1, 9) == -1 && errno == EPERM); STEP(!setreuid(-1, -1) && ids(6, 5, 5)))),
             0);
    CHECK_EQ(exit_code(CHILD(STEP(!setgid(7) && groups(7, 7, 7)); STEP(!setegid(8) && groups(7, 8, 7));
                             STEP(!setresgid(1, 2, 3) && groups(1, 2, 3)); STEP(!setregid(4, -1) && groups(4, 2, 2));
                             STEP(!setuid(9)); STEP(setgid(0) == -1 && errno == EPERM);
                             STEP(!setgid(2) && groups(4, 2, 2)))),
             0);
    CHECK_EQ(exit_code(CHILD(STEP(syscall(SYS_setfsuid, 77) == 0 && syscall(SYS_setfsuid, -1) == 77);
                             STEP(!seteuid(5) && syscall(SYS_setfsuid, -1) == 5);
                             STEP(syscall(SYS_setfsuid, 66) == 5 && syscall(SYS_setfsuid, -1) == 5))),
             0);
    CHECK_ERRNO(syscall(SYS_setuid, -1), EINVAL);
    CHECK_ERRNO(syscall(SYS_getresuid, 8L, 8L, 8L), EFAULT);
    CHECK(ids(0, 0, 0), "children change only themselves");
    DONE();
}
