// SPDX-License-Identifier: Apache-2.0
//
// The Merkle-Damgard construction (FIPS 180-4, section 5) around intel-ipsec-mb's assembly block functions.
// They are called directly: the library's own entry points read %fs:0x28 and its initialiser pulls in 12 MB of text.

#include "cc_sha.h"

#include <cpuid.h>
#include <stdatomic.h>

// lib/sse/sha256_one_block_sse.asm and sha512_one_block_sse.asm: one block into the chaining value.
extern void sha256_block_sse(const void *block, uint32_t words[8]);
extern void sha512_block_sse(const void *block, uint64_t words[8]);

// lib/sse/sha256_ni_x1_sse.asm: `blocks` blocks for one lane. SHA256_ARGS of ipsec-mb.h: 16 digests, then 16 pointers.
struct sha256_lanes {
    uint32_t digest[16][8];
    const void *data[16];
};
extern void sha256_ni_x1(struct sha256_lanes *lanes, uint64_t blocks, uint64_t lane);

enum sha_path { PATH_UNKNOWN, PATH_SSSE3, PATH_SHA_NI };

static _Atomic uint32_t chosen_path;

static uint32_t best_path(void) {
    uint32_t path = atomic_load_explicit(&chosen_path, memory_order_relaxed);
    if (__builtin_expect(path != PATH_UNKNOWN, 1)) return path;
    uint32_t a = 0, b = 0, c = 0, d = 0;
    path = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) ? PATH_SHA_NI : PATH_SSSE3;
    atomic_store_explicit(&chosen_path, path, memory_order_relaxed);
    return path;
}

int32_t cc_sha256_is_accelerated(void) { return best_path() == PATH_SHA_NI; }

static void wipe(void *memory, uint64_t length) {
    __builtin_memset(memory, 0, length);
    __asm__ volatile("" : : "r"(memory) : "memory");
}

// MARK: SHA-256

static void sha256_blocks_by(uint32_t path, uint32_t words[8], const uint8_t *data, uint64_t blocks) {
    if (blocks == 0) return;
    if (path == PATH_SHA_NI) {
        struct sha256_lanes lanes;  // only lane 0 is read or written
        __builtin_memcpy(lanes.digest[0], words, 32);
        lanes.data[0] = data;
        sha256_ni_x1(&lanes, blocks, 0);
        __builtin_memcpy(words, lanes.digest[0], 32);
        return;
    }
    for (uint64_t i = 0; i < blocks; i++) sha256_block_sse(data + i * 64, words);
}

void cc_sha256_start(struct cc_sha256_state *state) {
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    __builtin_memcpy(state->words, initial, sizeof initial);
    state->length = 0;
}

static void sha256_update_by(uint32_t path, struct cc_sha256_state *state, const void *data, uint64_t length) {
    const uint8_t *bytes = data;
    uint64_t held = state->length % 64;
    state->length += length;
    if (held > 0) {
        uint64_t taken = 64 - held < length ? 64 - held : length;
        __builtin_memcpy(state->block + held, bytes, taken);
        if (held + taken < 64) return;
        sha256_blocks_by(path, state->words, state->block, 1);
        bytes += taken;
        length -= taken;
    }
    sha256_blocks_by(path, state->words, bytes, length / 64);
    __builtin_memcpy(state->block, bytes + length / 64 * 64, length % 64);
}

static void sha256_finish_by(uint32_t path, struct cc_sha256_state *state, uint8_t out[32]) {
    uint64_t held = state->length % 64, bits = __builtin_bswap64(state->length * 8);
    state->block[held++] = 0x80;
    if (held > 56) {
        __builtin_memset(state->block + held, 0, 64 - held);
        sha256_blocks_by(path, state->words, state->block, 1);
        held = 0;
    }
    __builtin_memset(state->block + held, 0, 56 - held);
    __builtin_memcpy(state->block + 56, &bits, 8);
    sha256_blocks_by(path, state->words, state->block, 1);
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t word = __builtin_bswap32(state->words[i]);
        __builtin_memcpy(out + i * 4, &word, 4);
    }
    wipe(state, sizeof *state);
}

void cc_sha256_update(struct cc_sha256_state *state, const void *data, uint64_t length) {
    sha256_update_by(best_path(), state, data, length);
}

void cc_sha256_finish(struct cc_sha256_state *state, uint8_t out[32]) { sha256_finish_by(best_path(), state, out); }

void cc_sha256(const void *data, uint64_t length, uint8_t out[32]) {
    struct cc_sha256_state state;
    cc_sha256_start(&state);
    cc_sha256_update(&state, data, length);
    cc_sha256_finish(&state, out);
}

// MARK: SHA-384

void cc_sha384_start(struct cc_sha384_state *state) {
    static const uint64_t initial[8] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
                                        0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};
    __builtin_memcpy(state->words, initial, sizeof initial);
    state->length = 0;
}

void cc_sha384_update(struct cc_sha384_state *state, const void *data, uint64_t length) {
    const uint8_t *bytes = data;
    uint64_t held = state->length % 128;
    state->length += length;
    while (length > 0) {
        const uint8_t *block = bytes;
        uint64_t taken = 128 - held < length ? 128 - held : length;
        if (taken < 128) {
            __builtin_memcpy(state->block + held, bytes, taken);
            if (held + taken < 128) return;
            block = state->block;
        }
        sha512_block_sse(block, state->words);
        held = 0;
        bytes += taken;
        length -= taken;
    }
}

void cc_sha384_finish(struct cc_sha384_state *state, uint8_t out[48]) {
    uint64_t held = state->length % 128, bits = __builtin_bswap64(state->length * 8);
    state->block[held++] = 0x80;
    if (held > 112) {
        __builtin_memset(state->block + held, 0, 128 - held);
        sha512_block_sse(state->block, state->words);
        held = 0;
    }
    __builtin_memset(state->block + held, 0, 120 - held);
    __builtin_memcpy(state->block + 120, &bits, 8);
    sha512_block_sse(state->block, state->words);
    for (uint32_t i = 0; i < 6; i++) {
        uint64_t word = __builtin_bswap64(state->words[i]);
        __builtin_memcpy(out + i * 8, &word, 8);
    }
    wipe(state, sizeof *state);
}

void cc_sha384(const void *data, uint64_t length, uint8_t out[48]) {
    struct cc_sha384_state state;
    cc_sha384_start(&state);
    cc_sha384_update(&state, data, length);
    cc_sha384_finish(&state, out);
}

// MARK: self-test (FIPS 180-4 example vectors)

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

static int32_t sha256_vector_holds(uint32_t path, const char *text, uint64_t length, const uint8_t expected[32]) {
    struct cc_sha256_state state;
    uint8_t digest[32];
    cc_sha256_start(&state);
    sha256_update_by(path, &state, text, length);
    sha256_finish_by(path, &state, digest);
    return __builtin_memcmp(digest, expected, 32) == 0;
}

int32_t cc_sha_self_test(void) {
    static const uint8_t sha256_abc[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                           0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                           0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    static const uint8_t sha256_two[32] = {0x24, 0x8d, 0x6a, 0x61, 0xd2, 0x06, 0x38, 0xb8, 0xe5, 0xc0, 0x26,
                                           0x93, 0x0c, 0x3e, 0x60, 0x39, 0xa3, 0x3c, 0xe4, 0x59, 0x64, 0xff,
                                           0x21, 0x67, 0xf6, 0xec, 0xed, 0xd4, 0x19, 0xdb, 0x06, 0xc1};
    static const uint8_t sha384_abc[48] = {0xcb, 0x00, 0x75, 0x3f, 0x45, 0xa3, 0x5e, 0x8b, 0xb5, 0xa0, 0x3d, 0x69,
                                           0x9a, 0xc6, 0x50, 0x07, 0x27, 0x2c, 0x32, 0xab, 0x0e, 0xde, 0xd1, 0x63,
                                           0x1a, 0x8b, 0x60, 0x5a, 0x43, 0xff, 0x5b, 0xed, 0x80, 0x86, 0x07, 0x2b,
                                           0xa1, 0xe7, 0xcc, 0x23, 0x58, 0xba, 0xec, 0xa1, 0x34, 0xc8, 0x25, 0xa7};
    for (uint32_t path = PATH_SSSE3; path <= best_path(); path++) {
        if (!sha256_vector_holds(path, "abc", 3, sha256_abc)) return 1;
        if (!sha256_vector_holds(path, two_blocks, sizeof two_blocks - 1, sha256_two)) return 2;
    }
    uint8_t digest[48];
    cc_sha384("abc", 3, digest);
    return __builtin_memcmp(digest, sha384_abc, 48) == 0 ? 0 : 3;
}
