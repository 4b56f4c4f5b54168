// SPDX-License-Identifier: Apache-2.0
//
// Stress test of the kernel heap on the host: threads and forked processes over one shared mapping, fixed seed,
// objects exchanged between all of them, contents verified; then limits, alignment, hand-back, and (with
// CM_HEAP_CHECKS) each misuse, which must end in cm_panic.

#define _GNU_SOURCE
#include "cm_heap.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RESERVED (1ull << 32)
#define BOARD_SLOTS 4096
#define PANIC_EXIT 77

static _Thread_local uint32_t thread_shard;
uint32_t cm_heap_shard(void) { return thread_shard; }
void cm_heap_relax(uint32_t turns) {
    if (turns > 100) sched_yield();
    else __builtin_ia32_pause();
}
_Noreturn void cm_panic(const char *message) {
    dprintf(2, "panic: %s\n", message);
    _exit(PANIC_EXIT);
}

#define REQUIRE(condition) \
    do { \
        if (!(condition)) { \
            dprintf(2, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
            _exit(1); \
        } \
    } while (0)

static char *region;
static void release(void *start, uint64_t length) { REQUIRE(madvise(start, length, MADV_REMOVE) == 0); }

struct object {
    uint64_t size, seed;
};
struct board {
    _Atomic(struct object *) slots[BOARD_SLOTS];
};
static struct board *board;

static uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

static struct object *make(uint64_t *random) {
    uint64_t roll = next_random(random), size;
    uint64_t kind = roll % 100;
    if (kind < 80) size = 16 + (roll >> 8) % 500;
    else if (kind < 97) size = 16 + (roll >> 8) % 40000;
    else size = 16 + (roll >> 8) % 600000;
    uint64_t alignment = kind % 10 == 0 ? 16ull << ((roll >> 40) % 11) : 16;
    struct object *object = cm_heap_alloc_aligned(alignment, size);
    REQUIRE(object != NULL && (uintptr_t)object % alignment == 0 && cm_heap_usable_size(object) >= size);
    object->size = size;
    object->seed = roll;
    memset(object + 1, (int)(roll & 0xFF), size - sizeof *object);
    return object;
}

static void verify_and_free(struct object *object) {
    if (object == NULL) return;
    const uint8_t *bytes = (const uint8_t *)(object + 1);
    uint64_t count = object->size - sizeof *object;
    uint8_t expected = (uint8_t)object->seed;
    for (uint64_t i = 0; i < count; i += count > 4096 ? 97 : 1) REQUIRE(bytes[i] == expected);
    if (count > 0) REQUIRE(bytes[count - 1] == expected);
    cm_heap_free(object);
}

static uint64_t rounds = 200000;

static void *worker(void *argument) {
    uint64_t random = 0xC1015u + (uint64_t)(uintptr_t)argument;
    thread_shard = (uint32_t)(uintptr_t)argument;
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t roll = next_random(&random);
        struct object *fresh = roll % 5 == 0 ? NULL : make(&random);
        verify_and_free(atomic_exchange(&board->slots[(roll >> 32) % BOARD_SLOTS], fresh));
    }
    return NULL;
}

static void run_threads(uintptr_t first, unsigned count) {
    pthread_t threads[16];
    for (unsigned i = 0; i < count; i++) pthread_create(&threads[i], NULL, worker, (void *)(first + i));
    for (unsigned i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

static void expect_no_live_objects(void) {
    struct cm_heap_stats stats;
    cm_heap_stats(&stats);
    for (unsigned i = 0; i < CM_HEAP_CLASSES; i++) REQUIRE(stats.classes[i].live == 0);
    REQUIRE(stats.large_live == 0 && stats.large_bytes == 0);
}

static void stress(void) {
    run_threads(1, 4);
    pid_t children[3];
    for (unsigned i = 0; i < 3; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            run_threads(100 * (i + 1), 2);
            _exit(0);
        }
    }
    run_threads(1000, 2);
    for (unsigned i = 0; i < 3; i++) {
        int status;
        waitpid(children[i], &status, 0);
        REQUIRE(status == 0);
    }
    for (unsigned i = 0; i < BOARD_SLOTS; i++) verify_and_free(atomic_exchange(&board->slots[i], NULL));
    expect_no_live_objects();
    struct cm_heap_stats stats;
    cm_heap_stats(&stats);
    printf("stress: used %lu KiB, dirty %lu KiB, released %lu KiB\n", stats.used_bytes >> 10, stats.dirty_bytes >> 10,
           stats.released_bytes >> 10);
    REQUIRE(stats.released_bytes > 0 && stats.dirty_bytes < 64u << 20);
}

static void size_classes(void) {
    for (uint64_t size = 0; size < 70000; size += size < 2000 ? 1 : 61) {
        for (uint64_t alignment = 8; alignment <= 65536; alignment *= 2) {
            char *memory = cm_heap_alloc_aligned(alignment, size);
            REQUIRE(memory != NULL && (uintptr_t)memory % alignment == 0 && cm_heap_usable_size(memory) >= size);
            memset(memory, 1, size);
            cm_heap_free(memory);
        }
    }
    REQUIRE(cm_heap_alloc(UINT64_MAX) == NULL);
    REQUIRE(cm_heap_alloc(UINT64_MAX - 4096) == NULL);
    REQUIRE(cm_heap_alloc(1ull << 45) == NULL);
    REQUIRE(cm_heap_alloc_aligned(1ull << 62, 64) == NULL);
    cm_heap_free(NULL);
    expect_no_live_objects();
}

static void limit(void) {
    static void *objects[1 << 18];
    cm_heap_set_limit(cm_heap_used() + (8u << 20));
    unsigned count = 0;
    while (count < 1 << 18 && (objects[count] = cm_heap_alloc(100)) != NULL) count++;
    REQUIRE(count > 50000 && count < 1 << 18);
    REQUIRE(cm_heap_headroom() < 16384 && cm_heap_used() <= cm_heap_limit());
    REQUIRE(cm_heap_alloc(1 << 20) == NULL);
    thread_shard += 1;  // a slot freed for one shard serves another at the limit
    cm_heap_free(objects[--count]);
    REQUIRE((objects[count] = cm_heap_alloc(100)) != NULL);
    count++;
    while (count > 0) cm_heap_free(objects[--count]);
    void *large = cm_heap_alloc(7u << 20);
    REQUIRE(large != NULL);
    cm_heap_free(large);
    cm_heap_set_limit(0);
    expect_no_live_objects();
}

static void hand_back(void) {
    char *large = cm_heap_alloc(64u << 20);
    memset(large, 1, 64u << 20);
    cm_heap_free(large);
    unsigned char resident[1];
    REQUIRE(mincore(large + (32u << 20), 4096, resident) == 0 && (resident[0] & 1) == 0);
    char *zeroed = cm_heap_zalloc(1u << 20);
    for (unsigned i = 0; i < 1u << 20; i++) REQUIRE(zeroed[i] == 0);
    cm_heap_free(zeroed);
}

static void speed(void) {
    struct timespec start, end;
    void *ring[64] = {0};
    const unsigned count = 20000000;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (unsigned i = 0; i < count; i++) {
        cm_heap_free(ring[i % 64]);
        ring[i % 64] = cm_heap_alloc(32 + (i % 7) * 40);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    for (unsigned i = 0; i < 64; i++) cm_heap_free(ring[i]);
    double ns = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
    printf("speed: %.1f ns for one free and one allocation\n", ns / count);
}

static void expect_panic(const char *name, void (*misuse)(void)) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        // A heap of its own: the panic may hold a lock, which the next misuse would wait for.
        void *own = mmap(NULL, 1u << 26, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        cm_heap_init(own, 1u << 26, 0);
        misuse();
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != PANIC_EXIT) {
        printf("misuse not caught: %s\n", name);
        exit(1);
    }
}

static void foreign_pointer(void) { cm_heap_free(&rounds); }
static void large_double_free(void) { void *p = cm_heap_alloc(100000); cm_heap_free(p); cm_heap_free(p); }
static void large_interior(void) { char *p = cm_heap_alloc(100000); cm_heap_free(p + 4096); }
#ifdef CM_HEAP_CHECKS
static void double_free(void) { void *keep = cm_heap_alloc(50), *p = cm_heap_alloc(50); (void)keep; cm_heap_free(p); cm_heap_free(p); }
static void interior(void) { char *p = cm_heap_alloc(50); cm_heap_free(p + 16); }
static void overrun(void) { char *p = cm_heap_alloc(50); p[50] = 1; cm_heap_free(p); }
static void large_overrun(void) { char *p = cm_heap_alloc(100000); p[100000] = 1; cm_heap_free(p); }
static void use_after_free(void) { char *p = cm_heap_alloc(50); cm_heap_free(p); p[20] = 1; cm_heap_alloc(50); }
static void link_after_free(void) { char *p = cm_heap_alloc(50); cm_heap_free(p); *(uint64_t *)p = 64; cm_heap_alloc(50); cm_heap_alloc(50); }
#endif

int main(int argc, char **argv) {
    if (argc > 1) rounds = strtoull(argv[1], NULL, 10);
    region = mmap((void *)0x200000000000, RESERVED, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(region != MAP_FAILED && board != MAP_FAILED);
    cm_heap_release_hook = release;
    cm_heap_init(region, RESERVED, 0);
    size_classes();
    stress();
    limit();
    hand_back();
    expect_panic("foreign pointer", foreign_pointer);
    expect_panic("large double free", large_double_free);
    expect_panic("free inside a large object", large_interior);
#ifdef CM_HEAP_CHECKS
    expect_panic("double free", double_free);
    expect_panic("free inside an object", interior);
    expect_panic("overrun", overrun);
    expect_panic("large overrun", large_overrun);
    expect_panic("use after free", use_after_free);
    expect_panic("link overwritten after free", link_after_free);
#endif
    speed();
    printf("heap: ok\n");
    return 0;
}
