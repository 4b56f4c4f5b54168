// SPDX-License-Identifier: Apache-2.0
// Zeroed data after the file's part of a segment, alignment, constructors and destructors.
#include "check.h"

static char zeroed[300000];
static char filled[5000] = {1};
static _Alignas(4096) char aligned[4096] = {2};
static int order[4], position;
static __thread int thread_zero[100];
static __thread int thread_value = 12;

static __attribute__((constructor(201))) void first(void) { order[position++] = 1; }
static __attribute__((constructor(202))) void second(void) { order[position++] = 2; }
static void at_exit(void) { say("atexit runs\n"); }
static __attribute__((destructor)) void last(void) { say("destructor runs\n"); }

int main(void) {
    int sum = 0;
    for (size_t i = 0; i < sizeof zeroed; i++) sum |= zeroed[i];
    CHECK_EQ(sum, 0);
    CHECK_EQ(filled[0], 1);
    CHECK_EQ(filled[4999], 0);
    CHECK_EQ((uintptr_t)aligned % 4096, 0);
    CHECK_EQ(aligned[0], 2);
    CHECK(order[0] == 1 && order[1] == 2, "constructors run in order");
    CHECK_EQ(thread_zero[99], 0);
    CHECK_EQ(thread_value, 12);
    memset(zeroed, 1, sizeof zeroed);
    CHECK_CHILD("fork copies it", CHECK_EQ(zeroed[299999], 1));
    atexit(at_exit);
    DONE();
}
