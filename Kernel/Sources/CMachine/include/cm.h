// SPDX-License-Identifier: Apache-2.0
// The machine layer's C interface. Only the Swift module `Machine` imports it.
#ifndef CM_H
#define CM_H
#include <stdint.h>
#include "cm_layout.h"
#include "cm_heap.h"

struct cm_regs {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t orig_rax, rip, rsp, site, eflags;
};

struct cm_thread {
    uint64_t self;
    uint64_t kstack_top;
    uint64_t user_rsp;
    uint32_t work;         // nonzero: the gate's exit takes the slow path; 2: only for a full exit
    uint32_t locked;       // this thread holds the kernel lock
    void *object;          // the Swift thread object (unretained)
    uint32_t wake;         // park word: nonzero means go on
    uint32_t parked;       // 0 running, 1 in a futex wait, 2 in an interruptible host call
    uint32_t host_tid;     // cleared by the host when the thread is gone
    uint32_t host_pid;
    uint32_t full_exit;    // leave through cm_full_exit with full_regs and xstate
    uint32_t guest_pid;
    uint32_t guest_tid;
    uint32_t guest_ppid;
    void *xstate;
    uint64_t syscalls;
    uint64_t host_calls;
    uint64_t traps;
    uint32_t waker_processor; // where the last waker ran
    uint32_t brief_losses; // brief waits in a row that did not pay
    uint32_t pending_count;
    uint32_t slot;
    struct cm_thread *pending[8];
    uint64_t brief_skips;  // parks that still go straight to sleep
    uint32_t guarded;      // the guard page under the kernel stack is there already
    uint32_t padding0;
    uint64_t padding[7];
    struct cm_regs full_regs;   // at CM_T_FULL_REGS
};

_Static_assert(__builtin_offsetof(struct cm_thread, full_regs) == CM_T_FULL_REGS, "layout");
_Static_assert(__builtin_offsetof(struct cm_thread, syscalls) == CM_T_SYSCALLS, "layout");
_Static_assert(__builtin_offsetof(struct cm_thread, guest_ppid) == CM_T_GUEST_PPID, "layout");
_Static_assert(sizeof(struct cm_regs) == CM_R_BYTES, "layout");

// Facts found at boot.
struct cm_boot_facts {
    uint64_t vdso;
    uint64_t hwcap, hwcap2;
    uint32_t cpu_count;
    uint32_t xstate_bytes;
    uint64_t xstate_mask;
    int32_t memory_fd;
    int32_t self_fd;
    uint64_t text_start, text_end;
    uint64_t clock_ticks_base;
};
const struct cm_boot_facts *cm_get_facts(void) __attribute__((const));

// The unit tests build these modules as ordinary Swift on the host; hosted.c then takes the place of the assembly.
#if __STDC_HOSTED__
#define CM_HOSTED 1
struct cm_thread *cm_current(void);
// From here on every clock shows what a test says.
void cm_hosted_set_time(int64_t seconds, int64_t nanoseconds);
#else
static inline __attribute__((always_inline)) struct cm_thread *cm_current(void) {
    struct cm_thread *t;
    __asm__ volatile("mov %%gs:0, %0" : "=r"(t));
    return t;
}
#endif

// Host calls (raw results: -errno on failure).
int64_t cm_host_call(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f);
// As above, but returns -EINTR at once when `work` or `wake` is set, with no window between check and call.
int64_t cm_host_call_interruptible(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                                   uint64_t f);

// Kernel lock and parking.
void cm_lock(void);
void cm_unlock(void);
void cm_wake(struct cm_thread *target);
void cm_kick(struct cm_thread *target);
int32_t cm_park(int64_t deadline_ns, int32_t clock);

// User memory. Return the number of bytes NOT copied.
uint64_t cm_copy(void *to, const void *from, uint64_t count);
uint64_t cm_fill_zero(void *to, uint64_t count);
int64_t cm_string_length(const void *from, uint64_t limit);  // -14 on a fault, -1 when there is no NUL in `limit` bytes
// Atomic operations on user words; *fault is set to 1 when the address is bad.
uint32_t cm_user_load32(const void *at, int32_t *fault);
uint32_t cm_user_cmpxchg32(void *at, uint32_t expected, uint32_t desired, int32_t *fault);

// Threads and processes.
struct cm_thread *cm_slot_thread(uint32_t slot);
void cm_slot_prepare(uint32_t slot);
struct cm_regs *cm_thread_regs(struct cm_thread *t);
void cm_copy_frame(struct cm_thread *to);
void cm_clear_vector_frame(struct cm_thread *t);
int64_t cm_spawn(uint64_t flags, uint32_t slot);
void cm_thread_exit(int32_t code) __attribute__((noreturn));
void cm_process_exit(int32_t code) __attribute__((noreturn));
void cm_enter_user(void) __attribute__((noreturn));
uint64_t cm_read_fs(void);
void cm_write_fs(uint64_t value);

// Signals.
void cm_save_xstate(void *to);
void cm_reset_fpu(void);
void cm_sanitize_xstate(void *xstate);
void cm_xstate_init(uint64_t at);
int32_t cm_xstate_put(uint64_t from, uint64_t to);
int32_t cm_xstate_get(uint64_t from);

// Time.
int64_t cm_clock_gettime(int32_t clock, int64_t *seconds, int64_t *nanoseconds);
uint64_t cm_monotonic_ns(void);

// Raw kernel memory, for addresses the kernel itself allocated.
static inline void cm_zero(uint64_t at, uint64_t count) { __builtin_memset((void *)at, 0, count); }
static inline uint64_t cm_load64(uint64_t at) { return *(volatile uint64_t *)at; }
static inline uint8_t cm_load8(uint64_t at) { return *(volatile uint8_t *)at; }
static inline void cm_store8(uint64_t at, uint8_t value) { *(volatile uint8_t *)at = value; }
static inline void cm_store64(uint64_t at, uint64_t value) { __atomic_store_n((uint64_t *)at, value, __ATOMIC_SEQ_CST); }

// Rewriting of a system-call site in a code twin. `code` is the kernel's alias of the site; see rewrite.c.
struct cm_rewrite {
    uint64_t code;         // kernel alias of the first byte of the site's page range
    uint64_t code_bytes;   // bytes readable at `code`
    uint64_t site;         // offset of the 0f 05 in `code`
    uint64_t stub;         // kernel alias of the stub slot (64 bytes)
    int64_t stub_distance; // guest address of the stub slot minus guest address of `code`
    uint64_t gate_slot;    // guest distance: address of the 8-byte gate pointer minus address of the stub slot
};
int32_t cm_rewrite_site(const struct cm_rewrite *r);  // 0 not possible, 1 mov+syscall, 2 syscall+following
void cm_store_gate_pointer(uint64_t at);

void cm_panic(const char *message) __attribute__((noreturn));
void cm_print(const char *text);
void cm_print_bytes(const void *bytes, uint64_t count);
void cm_stop_enclave(int32_t code) __attribute__((noreturn));

uint64_t cm_random64(void);
// CPUID: EAX and EBX (half 0), or ECX and EDX (half 1), the first in the low word.
uint64_t cm_cpuid_half(uint32_t leaf, uint32_t subleaf, uint32_t half);
// SHA-256 and SHA-384 of kernel memory; the self test returns 0 or the first vector that fails.
void cm_sha256(uint64_t address, uint64_t length, uint8_t *out);
void cm_sha384(uint64_t address, uint64_t length, uint8_t *out);
int32_t cm_sha_self_test(void);
// Random bytes at any address; a fault is recovered. Returns the number of bytes NOT written.
uint64_t cm_random_to(uint64_t to, uint64_t count);
// The seccomp filter over host calls; see filter.c.
int32_t cm_install_filter(void);
uint32_t cm_filter_build(uint64_t *out, uint32_t limit, uint64_t text_start, uint64_t text_end);
uint32_t cm_filter_rule_count(void);
uint32_t cm_filter_rule_number(uint32_t index);
const char *cm_filter_rule_name(uint32_t index);

uint64_t cm_file_offset_of_page(uint64_t address);
extern void *cm_shared_object_;
static inline __attribute__((always_inline)) void *cm_get_shared_object(void) { return cm_shared_object_; }
static inline void cm_set_shared_object(void *object) { cm_shared_object_ = object; }
extern void *cm_entry_points_;
static inline __attribute__((always_inline)) void *cm_get_entry_points(void) { return cm_entry_points_; }
static inline void cm_set_entry_points(void *object) { cm_entry_points_ = object; }
uint32_t cm_get_stop_code(void);
void cm_turn_plain_gates_off(void);

static inline void *cm_unmanaged(uint64_t address) { return (void *)address; }
#endif
