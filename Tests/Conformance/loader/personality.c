// SPDX-License-Identifier: Apache-2.0
// personality: query, setting, inheritance.
#include "check.h"
#include <sys/personality.h>

int main(void) {
    int now = personality(0xffffffff);
    CHECK(now != -1 && (now & PER_MASK) == PER_LINUX, "the Linux personality");
    CHECK_EQ(personality((unsigned long)now | 0x0040000 /* ADDR_NO_RANDOMIZE */), now);
    CHECK_EQ(personality(0xffffffff) & 0x0040000, 0x0040000);
    CHECK_CHILD("a child inherits it", CHECK_EQ(personality(0xffffffff) & 0x0040000, 0x0040000));
    CHECK_OK(personality((unsigned long)now));
    CHECK_EQ(personality(0xffffffff) == now, 1);
    DONE();
}
