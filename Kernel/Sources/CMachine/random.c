// SPDX-License-Identifier: Apache-2.0
// Randomness: a ChaCha20 generator with fast key erasure, whose key mixes what the host gives with the processor's RDRAND, so that
// a host that lies about its randomness learns nothing. The state lies in shared memory: a fork never repeats output.
#include "internal.h"

#define BLOCKS 8
#define RESEED_BYTES (1u << 20)

static uint32_t key[8];
static uint64_t left;  // bytes until the next reseed; 0 at first
static uint32_t busy;

static inline uint32_t rotate(uint32_t v, int n) { return v << n | v >> (32 - n); }

#define QUARTER(a, b, c, d) \
    a += b, d = rotate(d ^ a, 16), c += d, b = rotate(b ^ c, 12), a += b, d = rotate(d ^ a, 8), c += d, b = rotate(b ^ c, 7)

static void block(const uint32_t k[8], uint32_t counter, uint32_t out[16]) {
    const uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, k[0], k[1], k[2], k[3],
                                k[4],       k[5],       k[6],       k[7],       counter, 0, 0, 0};
    uint32_t x[16];
    for (int i = 0; i < 16; i++) x[i] = start[i];
    for (int i = 0; i < 10; i++) {
        QUARTER(x[0], x[4], x[8], x[12]);
        QUARTER(x[1], x[5], x[9], x[13]);
        QUARTER(x[2], x[6], x[10], x[14]);
        QUARTER(x[3], x[7], x[11], x[15]);
        QUARTER(x[0], x[5], x[10], x[15]);
        QUARTER(x[1], x[6], x[11], x[12]);
        QUARTER(x[2], x[7], x[8], x[13]);
        QUARTER(x[3], x[4], x[9], x[14]);
    }
    for (int i = 0; i < 16; i++) out[i] = x[i] + start[i];
}

static int has_rdrand(void) {
    uint32_t a = 1, b, c, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    return c >> 30 & 1;
}

static uint64_t rdrand(void) {
    static int known = -1;
    if (known < 0) known = has_rdrand();
    uint64_t v = 0;
    uint8_t ok = 0;
    for (int i = 0; known && i < 32 && !ok; i++) __asm__ volatile("rdrand %0; setc %1" : "=r"(v), "=q"(ok));
    return ok ? v : 0;
}

static void host_random(void *to, uint64_t n) {
    char *p = to;
    while (n) {
        int64_t r = cm_early_call(NR_getrandom, (uint64_t)p, n, 0, 0, 0, 0);
        if (r == -4) continue;
        if (r <= 0 || (uint64_t)r > n) cm_panic("the host gives no randomness");
        p += r;
        n -= (uint64_t)r;
    }
}

// The new key depends on the old one, on the host and on the processor.
static void reseed(void) {
    uint64_t seed[4], mixed[8];
    host_random(seed, sizeof seed);
    for (int i = 0; i < 4; i++) {
        uint64_t v = seed[i] ^ rdrand();
        key[2 * i] ^= (uint32_t)v;
        key[2 * i + 1] ^= (uint32_t)(v >> 32);
    }
    block(key, 0xffffffff, (uint32_t *)mixed);
    __builtin_memcpy(key, mixed, sizeof key);
    left = RESEED_BYTES;
}

static void take_turn(void) {
    uint32_t zero = 0;
    while (!__atomic_compare_exchange_n(&busy, &zero, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        zero = 0;
        __builtin_ia32_pause();
    }
}

// One batch: the first 32 bytes become the next key, the rest (480 bytes) is output.
static void batch(uint32_t out[16 * BLOCKS]) {
    take_turn();
    if (left < sizeof(uint32_t) * 16 * BLOCKS) reseed();
    left -= sizeof(uint32_t) * 16 * BLOCKS;
    for (uint32_t i = 0; i < BLOCKS; i++) block(key, i, out + 16 * i);
    __builtin_memcpy(key, out, sizeof key);
    __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
}

uint64_t cm_random_to(uint64_t to, uint64_t count) {
    uint32_t out[16 * BLOCKS];
    uint64_t done = 0;
    while (done < count) {
        batch(out);
        uint64_t n = count - done < sizeof out - 32 ? count - done : sizeof out - 32;
        uint64_t missing = cm_copy((void *)(to + done), (char *)out + 32, n);
        done += n - missing;
        if (missing) break;
    }
    __builtin_memset(out, 0, sizeof out);
    __asm__ volatile("" : : "r"(out) : "memory");
    return count - done;
}

#ifndef CM_HOSTED
void arc4random_buf(void *to, uint64_t n) { cm_random_to((uint64_t)to, n); }
#endif

uint64_t cm_random64(void) {
    uint64_t v = 0;
    cm_random_to((uint64_t)&v, sizeof v);
    return v;
}
