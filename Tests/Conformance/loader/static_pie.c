// SPDX-License-Identifier: Apache-2.0
// A position-independent program, static where the flavour is static.
// build: -fPIE
// build glibc-static: -static-pie
// build glibc-dynamic: -pie
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>

static int value = 3;
static int *relocated = &value;
static const char *const words[] = {"relative", "relocations", "hold"};

int main(void) {
    CHECK_EQ(*relocated, 3);
    CHECK(!strcmp(words[1], "relocations"), "pointers in constant data are relocated");
    CHECK(relocated == &value, "the address taken at link time is the one at run time");
    int (*volatile function)(const char *, const char *) = strcmp;
    CHECK_EQ(function("a", "a"), 0);
    static __thread int local = 9;
    local++;
    CHECK_EQ(local, 10);
    CHECK_CHILD("thread-local data after fork", local++; CHECK_EQ(local, 11));
    CHECK_EQ(local, 10);
    DONE();
}
