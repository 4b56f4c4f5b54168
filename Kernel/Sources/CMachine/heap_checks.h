// SPDX-License-Identifier: Apache-2.0
//
// The checks of a debug build (CM_HEAP_CHECKS): double free, foreign pointers, overruns, use after free.
// Without the macro every function here is empty and costs nothing.
//
// Layout of a checked slot: the caller's bytes, 0xCB up to the last 16 bytes, then the size asked for (masked) and a
// canary. A free slot is 0xDF from its ninth byte on; the first eight link the free list.

#ifndef CM_HEAP_CHECKS_H
#define CM_HEAP_CHECKS_H

#include "heap_internal.h"

#ifdef CM_HEAP_CHECKS

#define CHECK_FOOTER 16u
#define CHECK_FILL 0xCB
#define CHECK_POISON 0xDF
#define CHECK_CANARY 0x5AFEC0DEC0FFEE11ull
#define CHECK_SIZE_MASK 0xA5A5F00DA5A5F00Dull

static inline void check_expect_bytes(const uint8_t *bytes, uint64_t count, uint8_t value, const char *message) {
    for (uint64_t i = 0; i < count; i++) {
        if (bytes[i] != value) cm_panic(message);
    }
}

// Mark a slot as holding `size` bytes for the caller.
static inline void check_arm(void *slot, uint64_t slot_size, uint64_t size) {
    uint8_t *bytes = slot;
    uint64_t *footer = (uint64_t *)(void *)(bytes + slot_size - CHECK_FOOTER);
    __builtin_memset(bytes + size, CHECK_FILL, slot_size - CHECK_FOOTER - size);
    footer[0] = size ^ CHECK_SIZE_MASK;
    footer[1] = CHECK_CANARY;
}

static inline void check_disarm(const void *slot, uint64_t slot_size) {
    const uint8_t *bytes = slot;
    const uint64_t *footer = (const uint64_t *)(const void *)(bytes + slot_size - CHECK_FOOTER);
    uint64_t size = footer[0] ^ CHECK_SIZE_MASK;
    if (footer[1] != CHECK_CANARY || size > slot_size - CHECK_FOOTER) cm_panic("heap: write past the end of an object");
    check_expect_bytes(bytes + size, slot_size - CHECK_FOOTER - size, CHECK_FILL,
                       "heap: write past the end of an object");
}

static inline uint64_t check_size(const void *slot, uint64_t slot_size) {
    const uint64_t *footer = (const uint64_t *)(const void *)((const uint8_t *)slot + slot_size - CHECK_FOOTER);
    return footer[0] ^ CHECK_SIZE_MASK;
}

static inline void check_poison(void *slot, uint64_t slot_size) {
    __builtin_memset((uint8_t *)slot + 8, CHECK_POISON, slot_size - 8);
}

static inline void check_poisoned(const void *slot, uint64_t slot_size) {
    check_expect_bytes((const uint8_t *)slot + 8, slot_size - 8, CHECK_POISON, "heap: write to a freed object");
}

static inline void check_link(const struct span *span, const void *link) {
    const char *start = span_start(span);
    if (link == NULL) return;
    if ((const char *)link < start || (const char *)link >= start + ((uint64_t)span->pages << PAGE_SHIFT)) {
        cm_panic("heap: write to a freed object");
    }
}

static inline void check_mark_allocated(struct span *span, const void *slot, uint64_t slot_size) {
    uint64_t index = (uint64_t)((const char *)slot - span_start(span)) / slot_size;
    span->allocated[index / 64] |= (uint64_t)1 << (index % 64);
}

static inline void check_mark_free(struct span *span, const void *slot, uint64_t slot_size) {
    uint64_t offset = (uint64_t)((const char *)slot - span_start(span));
    uint64_t index = offset / slot_size;
    uint64_t bit = (uint64_t)1 << (index % 64);
    if (offset % slot_size != 0 || index >= span->carved) cm_panic("heap: free of a pointer into an object");
    if ((span->allocated[index / 64] & bit) == 0) cm_panic("heap: double free");
    span->allocated[index / 64] &= ~bit;
}

#else

#define CHECK_FOOTER 0u

static inline void check_arm(void *slot, uint64_t slot_size, uint64_t size) { (void)slot, (void)slot_size, (void)size; }
static inline void check_disarm(const void *slot, uint64_t slot_size) { (void)slot, (void)slot_size; }
static inline uint64_t check_size(const void *slot, uint64_t slot_size) { (void)slot; return slot_size; }
static inline void check_poison(void *slot, uint64_t slot_size) { (void)slot, (void)slot_size; }
static inline void check_poisoned(const void *slot, uint64_t slot_size) { (void)slot, (void)slot_size; }
static inline void check_link(const struct span *span, const void *link) { (void)span, (void)link; }
static inline void check_mark_allocated(struct span *span, const void *slot, uint64_t slot_size) {
    (void)span, (void)slot, (void)slot_size;
}
static inline void check_mark_free(struct span *span, const void *slot, uint64_t slot_size) {
    (void)span, (void)slot, (void)slot_size;
}

#endif
#endif
