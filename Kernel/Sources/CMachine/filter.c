// SPDX-License-Identifier: Apache-2.0
// Self-restriction: a seccomp filter over the host calls of every process of the enclave, seccomp(2). A call passes when it is in
// filter_rules.h, its arguments pass the rule's check, and its instruction lies in the kernel's own text; all else kills the
// process, and the supervisor then stops the enclave. Calls from outside the text meet system-call dispatch first (trap.c) and
// never get here; the check of the instruction is the second lock.
#include "internal.h"

struct insn { uint16_t code; uint8_t jt, jf; uint32_t k; };
enum check { ANY, MMAP, USER_RANGE, MREMAP, IOCTL, SOCKET, CLONE, KILL, FCNTL, PRCTL, TGKILL };
struct rule { uint16_t number; uint8_t check; const char *name; };

static const struct rule rules[] = {
#define RULE(number, name, check) {number, check, #name},
#include "filter_rules.h"
#undef RULE
};
#define COUNT ((uint32_t)(sizeof rules / sizeof rules[0]))

#define LOAD 0x20        // A = word of seccomp_data
#define JEQ 0x15
#define JGT 0x25
#define JGE 0x35
#define JGE_X 0x3d
#define JSET 0x45
#define JA 0x05
#define TAX 0x07
#define ADD_X 0x0c
#define RET 0x06
#define ALLOW 0x7fff0000u
#define KILL_PROCESS 0x80000000u

struct program { struct insn *at; uint32_t count, limit; };

static void emit(struct program *p, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf) {
    if (p->count < p->limit) p->at[p->count] = (struct insn){code, jt, jf, k};
    p->count++;
}
static void allow(struct program *p) { emit(p, RET, ALLOW, 0, 0); }
static void deny(struct program *p) { emit(p, RET, KILL_PROCESS, 0, 0); }
// A = the low or high half of argument `n`.
static void low(struct program *p, uint32_t n) { emit(p, LOAD, 16 + 8 * n, 0, 0); }
static void high(struct program *p, uint32_t n) { emit(p, LOAD, 20 + 8 * n, 0, 0); }

static void one_of(struct program *p, uint32_t argument, const uint32_t *values, uint32_t count) {
    low(p, argument);
    for (uint32_t i = 0; i < count; i++) {
        emit(p, JEQ, values[i], 0, 1);
        allow(p);
    }
    deny(p);
}
#define ONE_OF(p, argument, ...) \
    one_of(p, argument, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

// Kills unless [address, address + length) ends at or below CM_USER_END; falls through when it does. 64-bit sums in 32-bit steps.
#define USER_HIGH ((uint32_t)(CM_USER_END >> 32))
static void user_range(struct program *p, uint32_t address, uint32_t length) {
    high(p, length);
    emit(p, JGE, USER_HIGH, 0, 1);
    deny(p);
    high(p, address);
    emit(p, JGE, USER_HIGH, 0, 1);
    deny(p);
    emit(p, TAX, 0, 0, 0);
    high(p, length);
    emit(p, ADD_X, 0, 0, 0);
    emit(p, JGE, USER_HIGH - 1, 0, 13);     // below: no carry can reach the end
    emit(p, JEQ, USER_HIGH - 1, 5, 0);
    emit(p, JEQ, USER_HIGH, 0, 10);         // the end itself, when both low halves are zero
    low(p, address);
    emit(p, JEQ, 0, 0, 8);
    low(p, length);
    emit(p, JEQ, 0, 7, 6);
    low(p, address);
    emit(p, TAX, 0, 0, 0);
    low(p, length);
    emit(p, ADD_X, 0, 0, 0);
    emit(p, JGE_X, 0, 2, 0);                // no carry
    emit(p, JEQ, 0, 1, 0);                  // exactly the end
    deny(p);
}

// Every mapping is at an address the kernel chose: MAP_FIXED, in the guest's half, or an inaccessible guard page of a slot.
static void mmap_check(struct program *p) {
    low(p, 3);
    emit(p, JSET, 0x10, 1, 0);
    deny(p);
    high(p, 0);
    emit(p, JEQ, (uint32_t)(CM_SLOT_BASE >> 32), 1, 0);
    emit(p, JEQ, (uint32_t)(CM_SLOT_BASE >> 32) + 1, 0, 4);
    low(p, 2);
    emit(p, JEQ, 0, 0, 1);
    allow(p);
    deny(p);
    user_range(p, 0, 1);
    allow(p);
}

static void check(struct program *p, uint8_t kind) {
    switch (kind) {
    case MMAP: mmap_check(p); break;
    case USER_RANGE:
        user_range(p, 0, 1);
        allow(p);
        break;
    case MREMAP:
        low(p, 3);
        emit(p, JSET, 2, 1, 0);
        deny(p);
        user_range(p, 0, 1);
        user_range(p, 4, 2);
        allow(p);
        break;
    // TIOCOUTQ, FIONREAD, SIOCATMARK; SIOCGIFCONF, FLAGS, BRDADDR, NETMASK, MTU, HWADDR, INDEX, TXQLEN: each only tells something.
    case IOCTL:
        ONE_OF(p, 1, 0x5411, 0x541b, 0x8905, 0x8912, 0x8913, 0x8919, 0x891b, 0x8921, 0x8927, 0x8933, 0x8942);
        break;
    case SOCKET: ONE_OF(p, 0, 2, 10); break;  // AF_INET, AF_INET6
    case FCNTL: ONE_OF(p, 1, 3, 4, 1030); break;  // F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
    case PRCTL: ONE_OF(p, 0, 1, 59); break;  // PR_SET_PDEATHSIG, PR_SET_SYSCALL_USER_DISPATCH, in a new thread
    case KILL: ONE_OF(p, 1, 9); break;
    case TGKILL: ONE_OF(p, 2, CM_KICK_SIGNAL); break;
    case CLONE:
        // Shares the descriptor table; no new namespaces, no tracing, nothing in the upper half.
        high(p, 0);
        emit(p, JEQ, 0, 1, 0);
        deny(p);
        low(p, 0);
        emit(p, JSET, 0x400, 1, 0);
        deny(p);
        emit(p, JSET, 0x7e822000, 0, 1);
        deny(p);
        allow(p);
        break;
    default: allow(p);
    }
}

// A balanced tree over the numbers; the leaves that have a check jump to it.
static void tree(struct program *p, uint32_t first, uint32_t end, uint32_t *jumps) {
    if (end - first == 1) {
        emit(p, JEQ, rules[first].number, 0, 1);
        jumps[first] = p->count;
        if (rules[first].check == ANY) allow(p);
        else emit(p, JA, 0, 0, 0);
        deny(p);
        return;
    }
    uint32_t middle = (first + end) / 2, at = p->count;
    emit(p, JGE, rules[middle].number, 0, 0);
    tree(p, first, middle, jumps);
    if (at < p->limit) p->at[at].jt = (uint8_t)(p->count - at - 1);
    tree(p, middle, end, jumps);
}

// Builds the filter for calls from [text_start, text_end). Returns the number of instructions, 0 when they do not fit.
uint32_t cm_filter_build(uint64_t *out, uint32_t limit, uint64_t text_start, uint64_t text_end) {
    struct program p = {(struct insn *)out, 0, limit};
    uint32_t jumps[COUNT];
    if (text_end <= text_start || text_start >> 32 != text_end >> 32) return 0;
    emit(&p, LOAD, 4, 0, 0);
    emit(&p, JEQ, 0xc000003e, 1, 0);  // AUDIT_ARCH_X86_64
    deny(&p);
    emit(&p, LOAD, 12, 0, 0);
    emit(&p, JEQ, (uint32_t)(text_start >> 32), 1, 0);
    deny(&p);
    emit(&p, LOAD, 8, 0, 0);
    // The address is that of the instruction after `syscall`.
    emit(&p, JGT, (uint32_t)text_start, 1, 0);
    deny(&p);
    emit(&p, JGT, (uint32_t)text_end, 0, 1);
    deny(&p);
    emit(&p, LOAD, 0, 0, 0);
    tree(&p, 0, COUNT, jumps);
    for (uint32_t i = 0; i < COUNT; i++) {
        if (rules[i].check == ANY) continue;
        if (jumps[i] < limit) p.at[jumps[i]].k = p.count - jumps[i] - 1;
        check(&p, rules[i].check);
    }
    return p.count <= limit ? p.count : 0;
}

uint32_t cm_filter_rule_count(void) { return COUNT; }
uint32_t cm_filter_rule_number(uint32_t index) { return index < COUNT ? rules[index].number : 0; }
const char *cm_filter_rule_name(uint32_t index) { return index < COUNT ? rules[index].name : ""; }

// In the process whose children are all to be restricted. 0 or -errno.
int32_t cm_install_filter(void) {
    static uint64_t program[512];
    struct { uint16_t count; struct insn *at; } filter = {0, (struct insn *)program};
    filter.count = (uint16_t)cm_filter_build(program, 512, cm_facts.text_start, cm_facts.text_end);
    if (!filter.count) return -7;
    int64_t r = cm_early_call(NR_prctl, 38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0, 0);
    if (r < 0) return (int32_t)r;
    // SECCOMP_FILTER_FLAG_SPEC_ALLOW: no slowdown of the processor in exchange for the filter.
    r = cm_early_call(NR_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 4, (uint64_t)&filter, 0, 0, 0);
    return (int32_t)r;
}
