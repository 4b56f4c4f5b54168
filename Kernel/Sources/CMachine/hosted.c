// SPDX-License-Identifier: Apache-2.0
// The machine layer of the unit tests: one ordinary host process, no gate, no guest. Guest memory is whatever the test maps below
// CM_USER_END; a copy that faults is caught by the host. Compiled to nothing in the kernel.
#define _GNU_SOURCE
#include "internal.h"

#ifdef CM_HOSTED
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 256
#define HOSTED_PAGES CM_PAGES_BYTES

struct cm_boot_facts cm_facts;
void *cm_shared_object_;
void *cm_entry_points_;
static struct slot { _Alignas(64) char frame[CM_F_BYTES + 80]; struct cm_thread block; char xstate[CM_SLOT_XSTATE_BYTES]; } *slots;
static __thread struct cm_thread *current;
static pthread_mutex_t kernel_lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void start(void) {
    slots = calloc(SLOTS, sizeof *slots);
    cm_facts.cpu_count = 2;
    cm_facts.xstate_bytes = 832;
    cm_facts.xstate_mask = 7;
    cm_facts.memory_fd = memfd_create("cloister-test", MFD_CLOEXEC);
    cm_facts.self_fd = -1;
    if (!slots || ftruncate(cm_facts.memory_fd, HOSTED_PAGES) != 0 ||
        mmap((void *)CM_PAGES_BASE, HOSTED_PAGES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_NORESERVE,
             cm_facts.memory_fd, 0) == MAP_FAILED)
        abort();
    for (uint32_t i = 0; i < SLOTS; i++) cm_slot_prepare(i);
}

struct cm_thread *cm_slot_thread(uint32_t slot) { return &slots[slot % SLOTS].block; }
void cm_slot_prepare(uint32_t slot) {
    struct slot *s = &slots[slot % SLOTS];
    memset(s, 0, sizeof *s);
    s->block.self = (uint64_t)&s->block;
    s->block.kstack_top = (uint64_t)(s->frame + CM_F_BYTES);
    s->block.slot = slot;
    s->block.xstate = s->xstate;
    s->block.host_tid = (uint32_t)gettid();
    s->block.host_pid = (uint32_t)getpid();
}
struct cm_thread *cm_current(void) {
    if (!current) current = cm_slot_thread(0);
    return current;
}
struct cm_regs *cm_thread_regs(struct cm_thread *t) { return (struct cm_regs *)(t->kstack_top - CM_F_BYTES + CM_F_REGS); }
void cm_copy_frame(struct cm_thread *to) {
    memcpy((char *)(to->kstack_top - CM_F_BYTES), (char *)(cm_current()->kstack_top - CM_F_BYTES), CM_F_BYTES);
}
void cm_clear_vector_frame(struct cm_thread *t) { memset((char *)(t->kstack_top - CM_F_BYTES), 0, CM_F_REGS); }
const struct cm_boot_facts *cm_get_facts(void) { return &cm_facts; }

static int64_t raw(int64_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    long r = syscall(n, a, b, c, d, e, f);
    return r == -1 ? -errno : r;
}
int64_t cm_early_call(int64_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) { return raw(n, a, b, c, d, e, f); }
int64_t cm_host_call(int64_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    cm_current()->host_calls++;
    return raw(n, a, b, c, d, e, f);
}
int64_t cm_host_call_interruptible(int64_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    struct cm_thread *t = cm_current();
    return t->work || t->wake ? -EINTR : cm_host_call(n, a, b, c, d, e, f);
}

void cm_lock(void) {
    pthread_mutex_lock(&kernel_lock);
    cm_current()->locked = 1;
}
void cm_unlock(void) {
    cm_current()->locked = 0;
    pthread_mutex_unlock(&kernel_lock);
}
void cm_wake(struct cm_thread *t) { __atomic_store_n(&t->wake, 1, __ATOMIC_SEQ_CST); }
void cm_kick(struct cm_thread *t) { (void)t; }
int32_t cm_park(int64_t deadline_ns, int32_t clock) {
    struct cm_thread *t = cm_current();
    (void)clock;
    for (;;) {
        if (__atomic_load_n(&t->wake, __ATOMIC_SEQ_CST)) return 0;
        if (deadline_ns >= 0 && (int64_t)cm_monotonic_ns() >= deadline_ns) return 1;
        cm_unlock();
        usleep(200);
        cm_lock();
    }
}

// The host catches faults on either side.
uint64_t cm_copy(void *to, const void *from, uint64_t count) {
    uint64_t done = 0;
    while (done < count) {
        struct iovec local = {(char *)to + done, count - done}, remote = {(char *)from + done, count - done};
        ssize_t n = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
        if (n <= 0) break;
        done += (uint64_t)n;
    }
    return count - done;
}
uint64_t cm_fill_zero(void *to, uint64_t count) {
    static const char zeros[4096];
    while (count) {
        uint64_t n = count < sizeof zeros ? count : sizeof zeros, left = cm_copy(to, zeros, n);
        if (left) return count - n + left;
        to = (char *)to + n;
        count -= n;
    }
    return 0;
}
int64_t cm_string_length(const void *from, uint64_t limit) {
    for (uint64_t i = 0; i < limit; i++) {
        char c;
        if (cm_copy(&c, (const char *)from + i, 1)) return -14;
        if (!c) return (int64_t)i;
    }
    return -1;
}
uint32_t cm_user_load32(const void *at, int32_t *fault) {
    uint32_t v = 0;
    if (cm_copy(&v, at, 4)) *fault = 1;
    return v;
}
uint32_t cm_user_cmpxchg32(void *at, uint32_t expected, uint32_t desired, int32_t *fault) {
    uint32_t v = cm_user_load32(at, fault);
    if (!*fault && v == expected && cm_copy(at, &desired, 4)) *fault = 1;
    return v;
}

static int64_t said_seconds, said_nanoseconds;
static int32_t is_time_said;
void cm_hosted_set_time(int64_t seconds, int64_t nanoseconds) {
    said_seconds = seconds;
    said_nanoseconds = nanoseconds;
    is_time_said = 1;
}
int64_t cm_clock_gettime(int32_t clock, int64_t *seconds, int64_t *nanoseconds) {
    if (is_time_said) {
        *seconds = said_seconds;
        *nanoseconds = said_nanoseconds;
        return 0;
    }
    struct timespec t = {0, 0};
    int r = clock_gettime(clock, &t);
    *seconds = t.tv_sec;
    *nanoseconds = t.tv_nsec;
    return r ? -errno : 0;
}
uint64_t cm_monotonic_ns(void) {
    int64_t s, n;
    cm_clock_gettime(CLOCK_MONOTONIC, &s, &n);
    return (uint64_t)s * 1000000000ull + (uint64_t)n;
}

void cm_print_bytes(const void *bytes, uint64_t count) { if (write(2, bytes, count) < 0) return; }
void cm_print(const char *text) { cm_print_bytes(text, strlen(text)); }
// A test sees a panic as exit code 70 of its child process.
void cm_panic(const char *message) {
    fprintf(stderr, "cloister: kernel error: %s\n", message);
    _exit(70);
}
void cm_stop_enclave(int32_t code) { _exit(code); }
uint32_t cm_get_stop_code(void) { return 0; }
void cm_turn_plain_gates_off(void) {}
uint64_t cm_file_offset_of_page(uint64_t address) { return address - CM_PAGES_BASE; }

int64_t cm_spawn(uint64_t flags, uint32_t slot) { (void)flags; (void)slot; return -ENOSYS; }
void cm_thread_exit(int32_t code) { _exit(code); }
void cm_process_exit(int32_t code) { _exit(code); }
void cm_enter_user(void) { abort(); }
uint64_t cm_read_fs(void) { return 0; }
void cm_write_fs(uint64_t value) { (void)value; }
void cm_save_xstate(void *to) { (void)to; }
void cm_reset_fpu(void) {}
void cm_sanitize_xstate(void *xstate) { (void)xstate; }
void cm_xstate_init(uint64_t at) { (void)at; }
int32_t cm_xstate_put(uint64_t from, uint64_t to) { (void)from; (void)to; return -1; }
int32_t cm_xstate_get(uint64_t from) { (void)from; return -1; }
uint64_t cm_heap_used(void) { return 0; }
uint64_t cm_heap_headroom(void) { return 1ull << 40; }
void cm_heap_set_limit(uint64_t limit) { (void)limit; }

int32_t cm_rewrite_site(const struct cm_rewrite *r) { (void)r; return 0; }
void cm_store_gate_pointer(uint64_t at) { (void)at; }
#endif
