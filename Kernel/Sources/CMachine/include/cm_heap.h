// SPDX-License-Identifier: Apache-2.0
//
// The kernel heap: objects shared by every host process of the enclave.
//
// The heap lives in one sparse MAP_SHARED memory file, mapped at the same address in every process.
// All of its state lies at the start of that range, so whoever maps the range and knows its base has the heap;
// only the base pointer is static data.
//
// Small objects (16 B to 32 KiB) come from size-class spans owned by one of eight shards, each under its own
// spin lock; larger ones are whole pages from the span allocator, which coalesces and hands memory back to the host.
// Lock order: shard, then spans. The release hook is called with no lock held.
// Not async-signal-safe: a host signal handler must not allocate or free.

#ifndef CM_HEAP_H
#define CM_HEAP_H

#include <stddef.h>
#include <stdint.h>

#define CM_HEAP_SHARDS 8
#define CM_HEAP_CLASSES 40

#ifdef __cplusplus
extern "C" {
#endif

/// Start the heap in [base, base + reserved_bytes), which is page aligned, mapped and zero.
/// At most limit_bytes are handed out in spans; 0 means no limit but the range.
/// Called once, before the first fork. Panics when the range cannot even hold its own metadata.
void cm_heap_init(void *base, uint64_t reserved_bytes, uint64_t limit_bytes);

/// Memory of at least `size` bytes on a 16-byte boundary, or NULL when the limit is reached.
void *cm_heap_alloc(uint64_t size);
/// The same, zeroed.
void *cm_heap_zalloc(uint64_t size);
/// Memory on a boundary of `alignment`, a power of two; NULL when the limit is reached.
void *cm_heap_alloc_aligned(uint64_t alignment, uint64_t size);
/// NULL is ignored. A pointer that is no allocation of this heap ends the enclave.
void cm_heap_free(void *pointer);
/// Bytes that may be used at `pointer`, at least what was asked for.
uint64_t cm_heap_usable_size(const void *pointer);

/// Bytes in spans that are handed out, the limit, and the difference. Readable at any time without a lock.
/// A small allocation may need a span of up to 256 KiB: keep at least that headroom before starting work
/// that allocates without being able to fail.
uint64_t cm_heap_used(void);
uint64_t cm_heap_limit(void);
uint64_t cm_heap_headroom(void);
/// Change the limit; below what is in use it only stops growth.
void cm_heap_set_limit(uint64_t limit_bytes);

/// The part of the range that was ever handed out: what a new process may want to prefault.
void cm_heap_touched_range(void **start, uint64_t *length);

struct cm_heap_class_stats {
    uint32_t size;   ///< bytes of a slot
    uint32_t spans;  ///< spans that hold at least one slot of this class
    uint64_t live;   ///< allocated slots
};

struct cm_heap_stats {
    uint64_t used_bytes;      ///< bytes in spans handed out
    uint64_t dirty_bytes;     ///< bytes in free spans not yet handed back to the host
    uint64_t released_bytes;  ///< bytes handed back to the host since the start
    uint64_t large_live;      ///< live allocations above the largest class
    uint64_t large_bytes;     ///< bytes of pages they take
    struct cm_heap_class_stats classes[CM_HEAP_CLASSES];
};

/// A snapshot by size class: the leak report, when taken at the end.
void cm_heap_stats(struct cm_heap_stats *out);

/// Called with a range of free pages that the host may take back (MADV_REMOVE). Unset: nothing is handed back.
// Address of the first page that objects may lie in.
uint64_t cm_heap_first_page(void);
extern void (*cm_heap_release_hook)(void *start, uint64_t length);

/// Weak, to be overridden: a small number for the current thread (default 0), taken modulo CM_HEAP_SHARDS.
uint32_t cm_heap_shard(void);
/// Weak, to be overridden: called while a lock is held by another thread, with the number of turns so far.
/// The default pauses the processor; a kernel yields to the host once `turns` is large.
void cm_heap_relax(uint32_t turns);

/// Supplied by the kernel: ends the enclave with a message. Heap locks may be held: it must not allocate or free.
_Noreturn void cm_panic(const char *message);

#ifdef __cplusplus
}
#endif

#endif
