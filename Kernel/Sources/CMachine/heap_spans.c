// SPDX-License-Identifier: Apache-2.0
//
// Runs of pages for the kernel heap: best fit over segregated lists, boundary-tag coalescing through the page map,
// and handing free memory back to the host with hysteresis.

#include "heap_internal.h"

#define TRIM_START_PAGES 512u  // 2 MiB, plus an eighth of what is in use, may stay dirty before anything is handed back
#define TRIM_WORTH_PAGES 16u   // a shorter run is not worth a host call

void (*cm_heap_release_hook)(void *start, uint64_t length);

void cm_spans_init(char *pages, uint32_t page_count, uint64_t limit_bytes) {
    struct span_pool *pool = &cm_heap->pool;
    cm_heap->pages = pages;
    pool->page_count = page_count;
    pool->next_descriptor = 1;
    uint64_t limit = limit_bytes >> PAGE_SHIFT;
    if (limit_bytes == 0 || limit > page_count) limit = page_count;
    atomic_store_explicit(&pool->limit_pages, limit, memory_order_relaxed);
}

uint64_t cm_heap_first_page(void) { return (uint64_t)cm_heap->pages; }

// MARK: page map

static struct span *span_at_page(uint32_t page) {
    uint32_t number = atomic_load_explicit(&cm_heap->page_spans[page], memory_order_relaxed);
    return number == 0 ? NULL : &cm_heap->descriptors[number];
}

static void map_page(uint32_t page, const struct span *span) {
    uint32_t number = (uint32_t)(span - cm_heap->descriptors);
    atomic_store_explicit(&cm_heap->page_spans[page], number, memory_order_relaxed);
}

static void map_ends(const struct span *span) {
    map_page(span->first_page, span);
    map_page(span->first_page + span->pages - 1, span);
}

struct span *cm_span_of(const void *pointer) {
    if ((const char *)pointer < cm_heap->pages) return NULL;
    uint64_t page = (uint64_t)((const char *)pointer - cm_heap->pages) >> PAGE_SHIFT;
    if (page >= cm_heap->pool.page_count) return NULL;
    struct span *span = span_at_page((uint32_t)page);
    // The map keeps old entries for the inside of free runs, so the descriptor has the last word.
    if (span == NULL || page - span->first_page >= span->pages) return NULL;
    return span;
}

// MARK: descriptors

static struct span *new_descriptor(uint32_t first_page, uint32_t pages, uint32_t dirty_pages) {
    struct span_pool *pool = &cm_heap->pool;
    struct span *span = pool->spare;
    if (span != NULL) {
        pool->spare = span->next;
    } else {
        span = &cm_heap->descriptors[pool->next_descriptor++];
    }
    *span = (struct span){.first_page = first_page, .pages = pages, .dirty_pages = dirty_pages};
    return span;
}

static void drop_descriptor(struct span *span) {
    span->state = SPAN_UNUSED;
    span->pages = 0;
    span->next = cm_heap->pool.spare;
    cm_heap->pool.spare = span;
}

// MARK: free runs by length

static uint32_t bin_of(uint64_t pages) {
    if (pages < EXACT_BINS) return (uint32_t)pages;
    uint32_t log = 63u - (uint32_t)__builtin_clzll(pages);
    return EXACT_BINS + (log - 5) * 4 + (uint32_t)((pages >> (log - 2)) & 3);
}

static void insert_free(struct span *span) {
    struct span_pool *pool = &cm_heap->pool;
    uint32_t bin = bin_of(span->pages);
    span->state = SPAN_FREE;
    span->previous = NULL;
    span->next = pool->free_runs[bin];
    if (span->next != NULL) span->next->previous = span;
    pool->free_runs[bin] = span;
    pool->nonempty[bin / 64] |= (uint64_t)1 << (bin % 64);
    map_ends(span);

    atomic_fetch_add_explicit(&pool->dirty_pages, span->dirty_pages, memory_order_relaxed);
    span->on_dirty_list = span->dirty_pages >= TRIM_WORTH_PAGES;
    if (!span->on_dirty_list) return;
    span->dirty_previous = NULL;
    span->dirty_next = pool->dirty_head;
    if (span->dirty_next != NULL) span->dirty_next->dirty_previous = span;
    else pool->dirty_tail = span;
    pool->dirty_head = span;
}

static void remove_free(struct span *span) {
    struct span_pool *pool = &cm_heap->pool;
    uint32_t bin = bin_of(span->pages);
    if (span->next != NULL) span->next->previous = span->previous;
    if (span->previous != NULL) span->previous->next = span->next;
    else pool->free_runs[bin] = span->next;
    if (pool->free_runs[bin] == NULL) pool->nonempty[bin / 64] &= ~((uint64_t)1 << (bin % 64));

    atomic_fetch_sub_explicit(&pool->dirty_pages, span->dirty_pages, memory_order_relaxed);
    if (!span->on_dirty_list) return;
    if (span->dirty_next != NULL) span->dirty_next->dirty_previous = span->dirty_previous;
    else pool->dirty_tail = span->dirty_previous;
    if (span->dirty_previous != NULL) span->dirty_previous->dirty_next = span->dirty_next;
    else pool->dirty_head = span->dirty_next;
    span->on_dirty_list = 0;
}

static struct span *find_free(uint64_t pages) {
    struct span_pool *pool = &cm_heap->pool;
    uint32_t bin = bin_of(pages);
    // The list of the very length may hold shorter runs; every run in a higher list is long enough.
    struct span *best = NULL;
    uint32_t looked_at = 0;
    for (struct span *run = pool->free_runs[bin]; run != NULL && looked_at < 32; run = run->next, looked_at++) {
        if (run->pages < pages) continue;
        if (best == NULL || run->pages < best->pages) best = run;
        if (run->pages == pages) break;
    }
    if (best != NULL) return best;
    bin += 1;
    for (uint32_t word = bin / 64; word < sizeof pool->nonempty / sizeof pool->nonempty[0]; word++) {
        uint64_t bits = pool->nonempty[word];
        if (word == bin / 64) bits &= ~(uint64_t)0 << (bin % 64);
        if (bits != 0) return pool->free_runs[word * 64 + (uint32_t)__builtin_ctzll(bits)];
    }
    return NULL;
}

// New pages beyond the frontier, joined with a free run that ends there.
static struct span *extend_frontier(uint64_t pages) {
    struct span_pool *pool = &cm_heap->pool;
    struct span *tail = pool->frontier == 0 ? NULL : span_at_page(pool->frontier - 1);
    if (tail != NULL && tail->state != SPAN_FREE) tail = NULL;
    uint64_t grow = pages - (tail == NULL ? 0 : tail->pages);
    if (grow > pool->page_count - pool->frontier) return NULL;
    if (tail != NULL) remove_free(tail);
    else tail = new_descriptor(pool->frontier, 0, 0);
    tail->pages += (uint32_t)grow;
    pool->frontier += (uint32_t)grow;
    return tail;
}

// Cut `pages` off the end of a run and put them on the free lists.
static void give_back_tail(struct span *span, uint32_t pages) {
    if (pages == 0) return;
    uint32_t kept = span->pages - pages;
    uint32_t dirty = span->dirty_pages < pages ? span->dirty_pages : pages;
    struct span *tail = new_descriptor(span->first_page + kept, pages, dirty);
    span->pages = kept;
    if (span->dirty_pages > kept) span->dirty_pages = kept;
    insert_free(tail);
}

// MARK: take and give

struct span *cm_span_take(uint64_t pages, uint64_t alignment_pages, enum span_state state, uint8_t class_index,
                          uint8_t shard) {
    struct span_pool *pool = &cm_heap->pool;
    if (pages == 0 || pages > pool->page_count || alignment_pages > pool->page_count) return NULL;
    uint64_t wanted = pages + alignment_pages - 1;
    heap_lock(&pool->lock);
    uint64_t used = atomic_load_explicit(&pool->used_pages, memory_order_relaxed);
    uint64_t limit = atomic_load_explicit(&pool->limit_pages, memory_order_relaxed);
    struct span *span = NULL;
    if (used <= limit && pages <= limit - used) {
        span = find_free(wanted);
        if (span != NULL) remove_free(span);
        else span = extend_frontier(wanted);
    }
    if (span == NULL) {
        heap_unlock(&pool->lock);
        return NULL;
    }
    uint64_t address = (uint64_t)(uintptr_t)span_start(span) >> PAGE_SHIFT;
    uint32_t skip = (uint32_t)(-address & (alignment_pages - 1));
    if (skip > 0) {
        struct span *head = span;
        uint32_t rest = head->pages - skip;
        uint32_t dirty = head->dirty_pages < rest ? head->dirty_pages : rest;
        span = new_descriptor(head->first_page + skip, rest, dirty);
        head->pages = skip;
        if (head->dirty_pages > skip) head->dirty_pages = skip;
        insert_free(head);
    }
    give_back_tail(span, (uint32_t)(span->pages - pages));

    span->state = (uint8_t)state;
    span->class_index = class_index;
    span->shard = shard;
    span->next = span->previous = NULL;
    span->free_slots = NULL;
    span->live = span->carved = 0;
    span->dirty_pages = span->pages;
    if (state == SPAN_SMALL) {
        for (uint32_t page = 0; page < span->pages; page++) map_page(span->first_page + page, span);
    } else {
        map_ends(span);
        pool->large_live += 1;
        pool->large_pages += pages;
    }
    atomic_store_explicit(&pool->used_pages, used + pages, memory_order_relaxed);
    heap_unlock(&pool->lock);
    return span;
}

// Merge with the free neighbours and insert. The spans lock is held.
static void coalesce(struct span *span) {
    struct span_pool *pool = &cm_heap->pool;
    struct span *before = span->first_page == 0 ? NULL : span_at_page(span->first_page - 1);
    if (before != NULL && before->state == SPAN_FREE) {
        remove_free(before);
        before->pages += span->pages;
        before->dirty_pages += span->dirty_pages;
        drop_descriptor(span);
        span = before;
    }
    uint32_t end = span->first_page + span->pages;
    struct span *after = end >= pool->frontier ? NULL : span_at_page(end);
    if (after != NULL && after->state == SPAN_FREE) {
        remove_free(after);
        span->pages += after->pages;
        span->dirty_pages += after->dirty_pages;
        drop_descriptor(after);
    }
    insert_free(span);
}

void cm_span_give(struct span *span) {
    struct span_pool *pool = &cm_heap->pool;
    heap_lock(&pool->lock);
    if (span->state == SPAN_LARGE) {
        pool->large_live -= 1;
        pool->large_pages -= span->pages;
    }
    uint64_t used = atomic_load_explicit(&pool->used_pages, memory_order_relaxed);
    atomic_store_explicit(&pool->used_pages, used - span->pages, memory_order_relaxed);
    coalesce(span);
    heap_unlock(&pool->lock);
}

// MARK: handing memory back

void cm_spans_trim(void) {
    struct span_pool *pool = &cm_heap->pool;
    uint64_t dirty = atomic_load_explicit(&pool->dirty_pages, memory_order_relaxed);
    if (__builtin_expect(dirty <= TRIM_START_PAGES, 1)) return;
    uint64_t allowed = TRIM_START_PAGES + atomic_load_explicit(&pool->used_pages, memory_order_relaxed) / 8;
    if (dirty <= allowed || cm_heap_release_hook == NULL) return;
    if (atomic_exchange_explicit(&pool->trimming, 1, memory_order_acquire)) return;

    heap_lock(&pool->lock);
    while (atomic_load_explicit(&pool->dirty_pages, memory_order_relaxed) > allowed / 2) {
        struct span *span = pool->dirty_tail;
        if (span == NULL) break;
        remove_free(span);
        span->state = SPAN_RELEASING;
        // A host call may block: no lock is held over it. Nobody else can reach this run.
        heap_unlock(&pool->lock);
        cm_heap_release_hook(span_start(span), (uint64_t)span->pages << PAGE_SHIFT);
        heap_lock(&pool->lock);
        pool->released_pages += span->dirty_pages;
        span->dirty_pages = 0;
        coalesce(span);
    }
    heap_unlock(&pool->lock);
    atomic_store_explicit(&pool->trimming, 0, memory_order_release);
}
