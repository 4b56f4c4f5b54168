// SPDX-License-Identifier: Apache-2.0
// What the processor says about itself, for /proc/cpuinfo.
#include "internal.h"

uint64_t cm_cpuid_half(uint32_t leaf, uint32_t subleaf, uint32_t half) {
    uint32_t a = leaf, b, c = subleaf, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return half ? (uint64_t)d << 32 | c : (uint64_t)b << 32 | a;
}
