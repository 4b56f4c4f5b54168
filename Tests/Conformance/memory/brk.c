// SPDX-License-Identifier: Apache-2.0
// The program break grows, shrinks, is zeroed and survives fork.
#include "check.h"

static char *brk_raw(void *where) { return (char *)syscall(SYS_brk, where); }

int main(void) {
    char *start = brk_raw(NULL);
    CHECK(start != NULL, "a break");
    CHECK(brk_raw(start + 100000) == start + 100000, "grows");
    int sum = 0;
    for (int i = 0; i < 100000; i++) sum |= start[i];
    CHECK_EQ(sum, 0);
    memset(start, 'b', 100000);
    CHECK(brk_raw(start + 8192) == start + 8192, "shrinks");
    CHECK(brk_raw(start + 100000) == start + 100000, "grows again");
    CHECK_EQ(start[100], 'b');
    char *beyond = start + 8192 + 4096;
    CHECK_EQ(beyond[0], 0);
    CHECK(brk_raw((void *)16) == start + 100000, "below the start: no change");
    CHECK(brk_raw((void *)-4096ull) == start + 100000, "absurdly high: no change");
    CHECK_CHILD("a child's break is its own",
        CHECK(brk_raw(NULL) == start + 100000, "inherited");
        start[5] = 'c';
        CHECK(brk_raw(start) == start, "shrinks in the child"));
    CHECK(brk_raw(NULL) == start + 100000 && start[5] == 'b', "the parent's stays");
    DONE();
}
