// SPDX-License-Identifier: Apache-2.0
//
// What the two halves of the kernel heap share: heap.c (size classes, shards, checks) and
// heap_spans.c (runs of pages, coalescing, handing memory back).

#ifndef CM_HEAP_INTERNAL_H
#define CM_HEAP_INTERNAL_H

#include "cm_heap.h"

#include <stdatomic.h>
#include <stdbool.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE ((uint64_t)1 << PAGE_SHIFT)
#define EXACT_BINS 32                     // free runs of 1..31 pages have a list each
#define RUN_BINS (EXACT_BINS + 4 * 32)    // longer ones: four lists per doubling

enum span_state { SPAN_UNUSED, SPAN_FREE, SPAN_SMALL, SPAN_LARGE, SPAN_RELEASING };

// A run of pages. While it holds objects, `state`, `class_index`, `shard`, `first_page` and `pages` do not change,
// so `free` may read them without a lock; the rest is guarded by the owner shard's lock, or by the spans lock when free.
struct span {
    uint32_t first_page;
    uint32_t pages;
    uint8_t state;
    uint8_t class_index;
    uint8_t shard;
    uint8_t on_dirty_list;
    uint32_t live;         // small: allocated slots
    uint32_t carved;       // small: slots that were ever handed out; those above were never touched
    uint32_t dirty_pages;  // pages that may hold old data, at most
    void *free_slots;      // small: singly linked through the slots
    struct span *next, *previous;              // partial list of a bin, or free list of a length
    struct span *dirty_next, *dirty_previous;  // free runs worth handing back, oldest last
#ifdef CM_HEAP_CHECKS
    uint64_t allocated[16];  // one bit per slot
#endif
};

struct bin {
    struct span *partial;  // spans with a free slot
    uint64_t live;
    uint32_t spans;
};

struct shard {
    _Alignas(64) atomic_uint lock;
    struct bin bins[CM_HEAP_CLASSES];
};

struct span_pool {
    _Alignas(64) atomic_uint lock;
    struct span *free_runs[RUN_BINS];
    uint64_t nonempty[(RUN_BINS + 63) / 64];
    struct span *dirty_head, *dirty_tail;
    struct span *spare;  // unused descriptors, linked by `next`
    uint32_t next_descriptor;
    uint32_t frontier;  // pages from here on were never handed out
    uint32_t page_count;
    uint64_t large_live, large_pages, released_pages;
    _Alignas(64) _Atomic uint64_t used_pages;
    _Atomic uint64_t limit_pages;
    _Atomic uint64_t dirty_pages;
    atomic_uint trimming;
};

struct heap {
    struct shard shards[CM_HEAP_SHARDS];
    struct span_pool pool;
    char *pages;                   // address of page 0
    struct span *descriptors;      // number 0 is not used
    _Atomic uint32_t *page_spans;  // page number to descriptor number, for every page of a small span, else first and last
};

extern struct heap *cm_heap;

static inline void heap_lock(atomic_uint *lock) {
    while (__builtin_expect(atomic_exchange_explicit(lock, 1, memory_order_acquire), 0)) {
        uint32_t turns = 0;
        while (atomic_load_explicit(lock, memory_order_relaxed)) cm_heap_relax(++turns);
    }
}

static inline void heap_unlock(atomic_uint *lock) {
    atomic_store_explicit(lock, 0, memory_order_release);
}

static inline char *span_start(const struct span *span) {
    return cm_heap->pages + ((uint64_t)span->first_page << PAGE_SHIFT);
}

// The span that holds an address, or NULL. Safe without a lock while the address belongs to a live allocation.
struct span *cm_span_of(const void *pointer);

// A run of `pages` whose first page lies on a multiple of `alignment_pages`, or NULL at the limit. Takes the spans lock.
struct span *cm_span_take(uint64_t pages, uint64_t alignment_pages, enum span_state state, uint8_t class_index,
                          uint8_t shard);
// Give a run back; it is merged with its free neighbours. Takes the spans lock.
void cm_span_give(struct span *span);
// Hand old free runs back to the host when there are many of them. Call with no lock held.
void cm_spans_trim(void);

void cm_spans_init(char *pages, uint32_t page_count, uint64_t limit_bytes);

#endif
