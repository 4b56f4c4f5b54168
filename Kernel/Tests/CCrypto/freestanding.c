// SPDX-License-Identifier: Apache-2.0
//
// The smallest freestanding program with CCrypto: exits 0 when the self-test passes. Shows what the kernel links.

#include "cc_sha.h"

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t count) {
    void *result = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
    return result;
}
void *memset(void *to, int value, size_t count) {
    void *result = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(value) : "memory");
    return result;
}
int memcmp(const void *a, const void *b, size_t count) {
    const unsigned char *x = a, *y = b;
    for (; count > 0; count--, x++, y++) {
        if (*x != *y) return *x - *y;
    }
    return 0;
}

__attribute__((force_align_arg_pointer)) void _start(void) {
    long status = cc_sha_self_test();
    __asm__ volatile("syscall" : : "a"(231L), "D"(status) : "rcx", "r11", "memory");
    __builtin_unreachable();
}
