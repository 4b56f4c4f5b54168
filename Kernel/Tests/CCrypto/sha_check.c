// SPDX-License-Identifier: Apache-2.0
//
// Compares cc_sha256 and cc_sha384 with sha256sum and sha384sum: reads a file, digests it whole and in odd pieces.
// With `speed`, prints the rate for 4 KiB blocks.

#include "cc_sha.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_hex(const uint8_t *bytes, unsigned count) {
    for (unsigned i = 0; i < count; i++) printf("%02x", bytes[i]);
    printf("\n");
}

static int speed(void) {
    static uint8_t block[4096], digest[32];
    struct timespec start, end;
    const unsigned count = 50000;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (unsigned i = 0; i < count; i++) cc_sha256(block, sizeof block, digest);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
    printf("sha256 of 4 KiB: %.2f GB/s, accelerated %d\n", 4096.0 * count / seconds / 1e9, cc_sha256_is_accelerated());
    return 0;
}

int main(int argc, char **argv) {
    int32_t failed = cc_sha_self_test();
    if (failed != 0) {
        fprintf(stderr, "self-test: vector %d fails\n", failed);
        return 1;
    }
    if (argc > 1 && strcmp(argv[1], "speed") == 0) return speed();
    static uint8_t data[1 << 20];
    size_t length = fread(data, 1, sizeof data, stdin);
    uint8_t whole[48], parts[48];
    struct cc_sha256_state small;
    struct cc_sha384_state large;
    cc_sha256_start(&small);
    cc_sha384_start(&large);
    for (size_t at = 0, step = 1; at < length; at += step, step = step % 301 + 7) {
        size_t count = step < length - at ? step : length - at;
        cc_sha256_update(&small, data + at, count);
        cc_sha384_update(&large, data + at, count);
    }
    cc_sha256(data, length, whole);
    cc_sha256_finish(&small, parts);
    if (memcmp(whole, parts, 32) != 0) return 2;
    print_hex(whole, 32);
    cc_sha384(data, length, whole);
    cc_sha384_finish(&large, parts);
    if (memcmp(whole, parts, 48) != 0) return 3;
    print_hex(whole, 48);
    return 0;
}
