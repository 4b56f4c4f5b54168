// SPDX-License-Identifier: Apache-2.0
// The kernel lock, parking and waking. One lock guards all Swift state; a woken thread is told after the lock is free.
#include "internal.h"

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_WAIT_BITSET 9
#define FUTEX_CLOCK_REALTIME 256

// The lock, and whether somebody may sleep until it is free.
static struct { uint32_t held, sleepers; } the_lock __attribute__((aligned(64)));
#define lock_word the_lock.held
// Who holds it, so that the supervisor can tell that the holder died; null while nobody does.
static struct cm_thread *owner;

// Whether the host process is dead. It stays to be reaped by the supervisor's own loop (WNOWAIT).
static int is_dead(uint32_t pid) {
    int32_t info[32] = {0};
    // P_PID; WNOHANG | WEXITED | WNOWAIT. si_pid is the word after the three first and their padding.
    int64_t r = cm_early_call(NR_waitid, 1, pid, (uint64_t)info, 0x01000005, 0, 0);
    return r == 0 && info[4] == (int32_t)pid;
}

// The holder's host process is gone and the lock is lost: nothing under it can be trusted any more. The other host processes die with
// the supervisor. Called by the supervisor alone, whose children they all are. A holder may release the lock and end between two
// of our looks: only a dead process that still holds it has lost it.
static void end_if_lost(void) {
    struct cm_thread *holder = __atomic_load_n(&owner, __ATOMIC_SEQ_CST);
    uint32_t pid = holder ? holder->host_pid : 0;
    if (pid == 0 || !is_dead(pid)) return;
    if (__atomic_load_n(&lock_word, __ATOMIC_SEQ_CST) == 0 || __atomic_load_n(&owner, __ATOMIC_SEQ_CST) != holder) return;
    uint32_t stop = cm_get_stop_code();
    if (!stop) cm_print("cloister: a host process of the enclave died outside the kernel's control; the enclave stops\n");
    cm_process_exit(stop ? (int32_t)(stop & 0xff) : 71);
}

static inline void pause_(void) { __builtin_ia32_pause(); }

// The time-stamp counter, and the processor as Linux keeps it in TSC_AUX. A host that lies about either costs time only.
static inline uint64_t cycles_now(uint32_t *processor) { return __builtin_ia32_rdtscp(processor); }

static __attribute__((noinline)) void lock_slow(void) {
    for (int i = 0; i < 300; i++) {
        pause_();
        uint32_t zero = 0;
        if (__atomic_load_n(&lock_word, __ATOMIC_RELAXED) == 0 &&
            __atomic_compare_exchange_n(&lock_word, &zero, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return;
    }
    // The holder stores 0 and then reads `sleepers` without a fence, which would cost every call; should it miss us, the time-out
    // ends the sleep. It doubles from 1 ms to 256 ms: were a thousand waiters to look each millisecond, nothing else would run.
    int64_t timeout[2] = {0, 1000000};
    int is_supervisor = cm_current() == cm_slot_thread(0);
    for (uint32_t rounds = 1;; rounds++) {
        if (is_supervisor && rounds % 8 == 0) end_if_lost();
        __atomic_exchange_n(&the_lock.sleepers, 1, __ATOMIC_SEQ_CST);
        uint32_t zero = 0;
        if (__atomic_compare_exchange_n(&lock_word, &zero, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return;
        cm_early_call(NR_futex, (uint64_t)&lock_word, FUTEX_WAIT, 1, (uint64_t)timeout, 0, 0);
        if (timeout[1] < 256000000 && !is_supervisor) timeout[1] *= 2;
    }
}

void cm_lock(void) {
    uint32_t zero = 0;
    if (!__atomic_compare_exchange_n(&lock_word, &zero, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) lock_slow();
    struct cm_thread *t = cm_current();
    t->locked = 1;
    __atomic_store_n(&owner, t, __ATOMIC_RELAXED);
}

static void ring(struct cm_thread *target) {
    uint32_t parked = __atomic_load_n(&target->parked, __ATOMIC_SEQ_CST);
    if (parked == 1) cm_host_call(NR_futex, (uint64_t)&target->wake, FUTEX_WAKE, 1, 0, 0, 0);
    if (parked == 2) cm_kick(target);
}

static __attribute__((noinline)) void wake_next_holder(void) {
    __atomic_store_n(&the_lock.sleepers, 0, __ATOMIC_RELAXED);
    cm_early_call(NR_futex, (uint64_t)&lock_word, FUTEX_WAKE, 1, 0, 0, 0);
}

static __attribute__((noinline)) void ring_pending(struct cm_thread *t) {
    uint32_t n = t->pending_count;
    t->pending_count = 0;
    for (uint32_t i = 0; i < n; i++) ring(t->pending[i]);
}

void cm_unlock(void) {
    struct cm_thread *t = cm_current();
    t->locked = 0;
    __atomic_store_n(&owner, (struct cm_thread *)0, __ATOMIC_RELAXED);
    __atomic_store_n(&lock_word, 0, __ATOMIC_RELEASE);
    if (__builtin_expect(__atomic_load_n(&the_lock.sleepers, __ATOMIC_RELAXED) != 0, 0)) wake_next_holder();
    if (__builtin_expect(t->pending_count != 0, 0)) ring_pending(t);
}

// Called with the lock held. Sets the target's wake word; a sleeping target is rung when the lock is released.
void cm_wake(struct cm_thread *target) {
    if (target == cm_current()) {
        target->wake = 1;
        return;
    }
    cycles_now(&target->waker_processor);
    if (__atomic_exchange_n(&target->wake, 1, __ATOMIC_SEQ_CST) != 0) return;
    if (__atomic_load_n(&target->parked, __ATOMIC_SEQ_CST) == 0) return;
    struct cm_thread *t = cm_current();
    if (t->pending_count == 8) ring(target);
    else t->pending[t->pending_count++] = target;
}

// Interrupts the target wherever it is; its `work` or `wake` word has been set before.
void cm_kick(struct cm_thread *target) {
    uint32_t tid = __atomic_load_n(&target->host_tid, __ATOMIC_SEQ_CST);
    if (tid == 0 || target->host_pid == 0) return;
    cm_host_call(NR_tgkill, target->host_pid, tid, CM_KICK_SIGNAL, 0, 0, 0);
}

// Two threads that answer each other need no sleep between: the waker finds us awake and makes no host call. When it last ran on
// another processor we spin; when on this one, it can only go on if we leave it the processor. Where that does not pay, it is tried
// again only now and then, so that an idle enclave sleeps.
enum { SPIN_CYCLES = 40000, YIELDS = 2, YIELD_CYCLES = 400000, MOST_LOSSES = 7 };

static void wait_briefly(struct cm_thread *t) {
    if (t->brief_skips != 0) { t->brief_skips--; return; }
    uint32_t processor;
    uint64_t start = cycles_now(&processor), limit = SPIN_CYCLES;
    if (processor == t->waker_processor) {
        limit = YIELD_CYCLES;  // more, and others had it meanwhile
        for (int i = 0; i < YIELDS && !__atomic_load_n(&t->wake, __ATOMIC_ACQUIRE); i++) cm_host_call(NR_sched_yield, 0, 0, 0, 0, 0, 0);
    } else {
        while (!__atomic_load_n(&t->wake, __ATOMIC_ACQUIRE) && cycles_now(&processor) - start < limit) pause_();
    }
    if (__atomic_load_n(&t->wake, __ATOMIC_ACQUIRE) && cycles_now(&processor) - start < limit) {
        t->brief_losses = 0;
        return;
    }
    if (t->brief_losses < MOST_LOSSES) t->brief_losses++;
    t->brief_skips = (1u << t->brief_losses) - 1;
}

// Called with the lock held and `wake` cleared under it. Releases the lock, waits for `wake` or the absolute deadline
// (nanoseconds of `clock`, negative for none), takes the lock again. Returns 0 when woken, 1 on time-out.
int32_t cm_park(int64_t deadline_ns, int32_t clock) {
    struct cm_thread *t = cm_current();
    int32_t timed_out = 0;
    cm_unlock();
    if (deadline_ns != 0) wait_briefly(t);
    if (!__atomic_load_n(&t->wake, __ATOMIC_ACQUIRE)) {
        int64_t ts[2] = {deadline_ns / 1000000000, deadline_ns % 1000000000};
        __atomic_store_n(&t->parked, 1, __ATOMIC_SEQ_CST);
        for (;;) {
            int64_t r = cm_host_call(NR_futex, (uint64_t)&t->wake, FUTEX_WAIT_BITSET | (clock == 0 ? FUTEX_CLOCK_REALTIME : 0), 0,
                                     deadline_ns < 0 ? 0 : (uint64_t)ts, 0, 0xffffffff);
            if (__atomic_load_n(&t->wake, __ATOMIC_ACQUIRE)) break;
            if (r == -110) { timed_out = 1; break; }
        }
        __atomic_store_n(&t->parked, 0, __ATOMIC_SEQ_CST);
    }
    cm_lock();
    return timed_out && !t->wake;
}
