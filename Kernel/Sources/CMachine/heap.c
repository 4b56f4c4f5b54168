// SPDX-License-Identifier: Apache-2.0
//
// The kernel heap: size classes over shards. See cm_heap.h for what it promises and heap_spans.c for runs of pages.

#include "heap_checks.h"
#include "heap_internal.h"

#define LARGEST_CLASS_BYTES 32768u
#define SMALLEST_SPAN_BYTES 16384u

struct heap *cm_heap;

__attribute__((weak)) uint32_t cm_heap_shard(void) { return 0; }

__attribute__((weak)) void cm_heap_relax(uint32_t turns) {
    (void)turns;
    __builtin_ia32_pause();
}

// MARK: start

static uint64_t page_round(uint64_t bytes) { return (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1); }

void cm_heap_init(void *base, uint64_t reserved_bytes, uint64_t limit_bytes) {
    uint64_t page_count = reserved_bytes >> PAGE_SHIFT;
    if (page_count > UINT32_MAX) page_count = UINT32_MAX;
    // One map entry and at most one descriptor a page; the file is sparse, so what is not used costs nothing.
    uint64_t map_offset = page_round(sizeof(struct heap));
    uint64_t descriptors_offset = map_offset + page_round(page_count * sizeof(uint32_t));
    uint64_t pages_offset = descriptors_offset + page_round((page_count + 1) * sizeof(struct span));
    if (pages_offset >= page_count << PAGE_SHIFT) cm_panic("heap: the reserved range is too small");

    cm_heap = base;
    cm_heap->page_spans = (void *)((char *)base + map_offset);
    cm_heap->descriptors = (void *)((char *)base + descriptors_offset);
    cm_spans_init((char *)base + pages_offset, (uint32_t)(page_count - (pages_offset >> PAGE_SHIFT)), limit_bytes);
}

// MARK: size classes: 16, 32, ... 128, then four for each doubling up to 32 KiB

static uint32_t class_for(uint64_t size) {
    if (size <= 128) return size == 0 ? 0 : (uint32_t)((size + 15) / 16 - 1);
    uint32_t log = 63u - (uint32_t)__builtin_clzll(size - 1);
    return 8 + (log - 7) * 4 + (uint32_t)(((size - 1) >> (log - 2)) & 3);
}

static uint64_t class_size(uint32_t class_index) {
    if (class_index < 8) return (class_index + 1) * 16;
    uint32_t log = 7 + (class_index - 8) / 4;
    return ((uint64_t)1 << log) + ((uint64_t)((class_index - 8) % 4 + 1) << (log - 2));
}

static uint64_t class_span_bytes(uint32_t class_index) {
    uint64_t bytes = class_size(class_index) * 8;
    return bytes < SMALLEST_SPAN_BYTES ? SMALLEST_SPAN_BYTES : page_round(bytes);
}

static uint32_t class_capacity(uint32_t class_index) {
    return (uint32_t)(class_span_bytes(class_index) / class_size(class_index));
}

// MARK: small objects

static void link_partial(struct bin *bin, struct span *span) {
    span->previous = NULL;
    span->next = bin->partial;
    if (span->next != NULL) span->next->previous = span;
    bin->partial = span;
}

static void unlink_partial(struct bin *bin, struct span *span) {
    if (span->next != NULL) span->next->previous = span->previous;
    if (span->previous != NULL) span->previous->next = span->next;
    else bin->partial = span->next;
    span->next = span->previous = NULL;
}

// A slot from a span that is known to have one.
static void *take_slot(struct bin *bin, struct span *span, uint32_t class_index) {
    uint64_t size = class_size(class_index);
    void *slot = span->free_slots;
    if (slot != NULL) {
        void *link = *(void **)slot;
        check_link(span, link);
        check_poisoned(slot, size);
        span->free_slots = link;
    } else {
        slot = span_start(span) + span->carved * size;
        span->carved += 1;
    }
    check_mark_allocated(span, slot, size);
    span->live += 1;
    bin->live += 1;
    if (span->free_slots == NULL && span->carved == class_capacity(class_index)) unlink_partial(bin, span);
    return slot;
}

enum growth { MAY_GROW, MAY_NOT_GROW };

static void *small_alloc(uint32_t shard_index, uint32_t class_index, enum growth growth) {
    struct shard *shard = &cm_heap->shards[shard_index];
    struct bin *bin = &shard->bins[class_index];
    void *slot = NULL;
    heap_lock(&shard->lock);
    struct span *span = bin->partial;
    if (span == NULL && growth == MAY_GROW) {
        span = cm_span_take(class_span_bytes(class_index) >> PAGE_SHIFT, 1, SPAN_SMALL, (uint8_t)class_index,
                            (uint8_t)shard_index);
        if (span != NULL) {
            bin->spans += 1;
            link_partial(bin, span);
        }
    }
    if (span != NULL) slot = take_slot(bin, span, class_index);
    heap_unlock(&shard->lock);
    return slot;
}

static void small_free(struct span *span, void *slot) {
    uint32_t class_index = span->class_index;
    uint64_t size = class_size(class_index);
    struct shard *shard = &cm_heap->shards[span->shard];
    struct bin *bin = &shard->bins[class_index];
    heap_lock(&shard->lock);
    check_mark_free(span, slot, size);
    check_disarm(slot, size);
    check_poison(slot, size);
    bool was_full = span->free_slots == NULL && span->carved == class_capacity(class_index);
    *(void **)slot = span->free_slots;
    span->free_slots = slot;
    span->live -= 1;
    bin->live -= 1;
    if (was_full) link_partial(bin, span);
    // One empty span a bin is kept, so that a single object made and dropped in turn does not move spans about.
    bool surplus = span->live == 0 && (span->next != NULL || span->previous != NULL);
    if (surplus) {
        unlink_partial(bin, span);
        bin->spans -= 1;
        cm_span_give(span);
    }
    heap_unlock(&shard->lock);
    if (surplus) cm_spans_trim();
}

// At the limit: the empty spans that bins keep.
static bool reclaim_empty_spans(void) {
    bool found = false;
    for (uint32_t i = 0; i < CM_HEAP_SHARDS; i++) {
        struct shard *shard = &cm_heap->shards[i];
        heap_lock(&shard->lock);
        for (uint32_t class_index = 0; class_index < CM_HEAP_CLASSES; class_index++) {
            struct bin *bin = &shard->bins[class_index];
            for (struct span *span = bin->partial, *next; span != NULL; span = next) {
                next = span->next;
                if (span->live != 0) continue;
                unlink_partial(bin, span);
                bin->spans -= 1;
                cm_span_give(span);
                found = true;
            }
        }
        heap_unlock(&shard->lock);
    }
    return found;
}

static __attribute__((noinline)) void *small_alloc_at_limit(uint32_t shard_index, uint32_t class_index) {
    for (uint32_t i = 1; i < CM_HEAP_SHARDS; i++) {
        void *slot = small_alloc((shard_index + i) % CM_HEAP_SHARDS, class_index, MAY_NOT_GROW);
        if (slot != NULL) return slot;
    }
    return reclaim_empty_spans() ? small_alloc(shard_index, class_index, MAY_GROW) : NULL;
}

// MARK: allocation

static void *large_alloc(uint64_t alignment, uint64_t size) {
    if (size > UINT64_MAX - PAGE_SIZE) return NULL;
    uint64_t pages = page_round(size == 0 ? 1 : size) >> PAGE_SHIFT;
    uint64_t alignment_pages = alignment <= PAGE_SIZE ? 1 : alignment >> PAGE_SHIFT;
    struct span *span = cm_span_take(pages, alignment_pages, SPAN_LARGE, 0, 0);
    if (span == NULL && reclaim_empty_spans()) span = cm_span_take(pages, alignment_pages, SPAN_LARGE, 0, 0);
    return span == NULL ? NULL : span_start(span);
}

void *cm_heap_alloc_aligned(uint64_t alignment, uint64_t size) {
    if (size > UINT64_MAX - CHECK_FOOTER) return NULL;
    uint64_t slot_size = size + CHECK_FOOTER;
    if (slot_size > LARGEST_CLASS_BYTES || alignment > PAGE_SIZE) {
        void *pages = large_alloc(alignment, slot_size);
        if (pages != NULL) check_arm(pages, page_round(slot_size), size);
        return pages;
    }
    uint32_t class_index = class_for(slot_size);
    // A slot is aligned when its size is: spans start on a page. Every doubling has such a class, so this ends.
    while (class_size(class_index) & (alignment - 1)) class_index += 1;
    uint32_t shard_index = cm_heap_shard() % CM_HEAP_SHARDS;
    void *slot = small_alloc(shard_index, class_index, MAY_GROW);
    if (__builtin_expect(slot == NULL, 0)) slot = small_alloc_at_limit(shard_index, class_index);
    if (slot != NULL) check_arm(slot, class_size(class_index), size);
    return slot;
}

void *cm_heap_alloc(uint64_t size) { return cm_heap_alloc_aligned(16, size); }

void *cm_heap_zalloc(uint64_t size) {
    void *memory = cm_heap_alloc(size);
    if (memory != NULL) __builtin_memset(memory, 0, size);
    return memory;
}

static struct span *live_span_of(const void *pointer) {
    struct span *span = cm_span_of(pointer);
    if (span == NULL || (span->state != SPAN_SMALL && span->state != SPAN_LARGE)) {
        cm_panic("heap: free of a pointer that is not on the heap, or of one already freed");
    }
    if (span->state == SPAN_LARGE && (const char *)pointer != span_start(span)) {
        cm_panic("heap: free of a pointer into an object");
    }
    return span;
}

void cm_heap_free(void *pointer) {
    if (pointer == NULL) return;
    struct span *span = live_span_of(pointer);
    if (span->state == SPAN_SMALL) {
        small_free(span, pointer);
        return;
    }
    check_disarm(pointer, (uint64_t)span->pages << PAGE_SHIFT);
    cm_span_give(span);
    cm_spans_trim();
}

uint64_t cm_heap_usable_size(const void *pointer) {
    const struct span *span = live_span_of(pointer);
    uint64_t slot_size = span->state == SPAN_SMALL ? class_size(span->class_index) : (uint64_t)span->pages << PAGE_SHIFT;
    return check_size(pointer, slot_size);
}

// MARK: accounting

uint64_t cm_heap_used(void) {
    return atomic_load_explicit(&cm_heap->pool.used_pages, memory_order_relaxed) << PAGE_SHIFT;
}

uint64_t cm_heap_limit(void) {
    return atomic_load_explicit(&cm_heap->pool.limit_pages, memory_order_relaxed) << PAGE_SHIFT;
}

uint64_t cm_heap_headroom(void) {
    uint64_t used = cm_heap_used(), limit = cm_heap_limit();
    return used < limit ? limit - used : 0;
}

void cm_heap_set_limit(uint64_t limit_bytes) {
    uint64_t pages = limit_bytes >> PAGE_SHIFT;
    if (limit_bytes == 0 || pages > cm_heap->pool.page_count) pages = cm_heap->pool.page_count;
    atomic_store_explicit(&cm_heap->pool.limit_pages, pages, memory_order_relaxed);
}

void cm_heap_touched_range(void **start, uint64_t *length) {
    struct span_pool *pool = &cm_heap->pool;
    heap_lock(&pool->lock);
    *start = cm_heap->pages;
    *length = (uint64_t)pool->frontier << PAGE_SHIFT;
    heap_unlock(&pool->lock);
}

void cm_heap_stats(struct cm_heap_stats *out) {
    struct span_pool *pool = &cm_heap->pool;
    *out = (struct cm_heap_stats){0};
    for (uint32_t class_index = 0; class_index < CM_HEAP_CLASSES; class_index++) {
        out->classes[class_index].size = (uint32_t)class_size(class_index);
    }
    for (uint32_t i = 0; i < CM_HEAP_SHARDS; i++) {
        struct shard *shard = &cm_heap->shards[i];
        heap_lock(&shard->lock);
        for (uint32_t class_index = 0; class_index < CM_HEAP_CLASSES; class_index++) {
            out->classes[class_index].live += shard->bins[class_index].live;
            out->classes[class_index].spans += shard->bins[class_index].spans;
        }
        heap_unlock(&shard->lock);
    }
    heap_lock(&pool->lock);
    out->used_bytes = atomic_load_explicit(&pool->used_pages, memory_order_relaxed) << PAGE_SHIFT;
    out->dirty_bytes = atomic_load_explicit(&pool->dirty_pages, memory_order_relaxed) << PAGE_SHIFT;
    out->released_bytes = pool->released_pages << PAGE_SHIFT;
    out->large_live = pool->large_live;
    out->large_bytes = pool->large_pages << PAGE_SHIFT;
    heap_unlock(&pool->lock);
}

// MARK: the names that Swift and C expect

#if !__STDC_HOSTED__
#define ENOMEM 12
#define EINVAL 22

int posix_memalign(void **out, size_t alignment, size_t size);
void free(void *pointer);

int posix_memalign(void **out, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *memory = cm_heap_alloc_aligned(alignment, size);
    if (memory == NULL) return ENOMEM;
    *out = memory;
    return 0;
}

void free(void *pointer) { cm_heap_free(pointer); }
#endif
