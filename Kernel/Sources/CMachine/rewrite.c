// SPDX-License-Identifier: Apache-2.0
// Rewriting of system-call sites, in the kernel's alias of a code twin (see docs/design/machine.md).
//
// Shape 1: b8 imm32 0f 05        jump over the mov only; a thread past the mov still traps correctly.
//          48 c7 c0 imm32 0f 05  the same for mov $nr,%rax.
// Shape 2: 0f 05 + >= 3 bytes    jump over the syscall and what follows; the stub replays what it displaced.
// A site is written with one atomic store within a cache line, so that other threads see the old or the new instruction, never a mixture.
#include "internal.h"

static int write_jump(uint64_t code, uint64_t at, int32_t relative) {
    uint8_t jump[5] = {0xe9, (uint8_t)relative, (uint8_t)(relative >> 8), (uint8_t)(relative >> 16), (uint8_t)(relative >> 24)};
    uint64_t address = code + at;
    // Eight bytes within one cache line, aligned or not, change in one step.
    uint64_t in_line = address & 63, start = in_line <= 56 ? address : (address & ~63ull) + 56;
    if (in_line > 59) return 0;
    uint64_t value;
    __builtin_memcpy(&value, (const void *)start, 8);
    __builtin_memcpy((uint8_t *)&value + (address - start), jump, 5);
    __asm__ volatile("xchgq %0, %1" : "+r"(value), "+m"(*(uint64_t *)start) : : "memory");
    return 1;
}

// Length of one position-independent instruction that neither branches nor touches RIP, or 0.
static int plain_length(const uint8_t *p, uint64_t left) {
    uint64_t opcode;
    uint64_t n = cm_instruction_length(p, left, &opcode);
    if (!n) return 0;
    uint8_t op = p[opcode];
    if (op == 0x0f) {
        // Conditional moves, sets, zero and sign extensions, nops; never a jump, a call or a system instruction.
        uint8_t second = p[opcode + 1];
        int known = (second >= 0x40 && second <= 0x4f) || (second >= 0x90 && second <= 0x9f) || second == 0xb6 || second == 0xb7 ||
                    second == 0xbe || second == 0xbf || second == 0x1f || second == 0xaf;
        if (!known) return 0;
        opcode++;
    } else {
        if (op >= 0x50 && op <= 0x5f) return (int)n;                              // push, pop
        if (op == 0x90 || op == 0x98 || op == 0x99 || op == 0xc9) return (int)n;  // nop, cdqe, cdq, leave
        if (op == 0x3d || op == 0xa9 || op == 0x05 || op == 0x25 || op == 0x2d || op == 0xa8 || op == 0x3c) return (int)n;  // eax, imm
        if (op >= 0xb0 && op <= 0xbf) return (int)n;                              // mov reg, imm
        int has_modrm = op == 0x88 || op == 0x89 || op == 0x8a || op == 0x8b || op == 0x84 || op == 0x85 || op == 0x38 || op == 0x39 ||
                        op == 0x3a || op == 0x3b || op == 0x31 || op == 0x33 || op == 0x63 || op == 0x80 || op == 0x81 || op == 0x83 ||
                        op == 0x01 || op == 0x03 || op == 0x29 || op == 0x2b || op == 0x21 || op == 0x23 || op == 0x09 || op == 0x0b ||
                        op == 0x8d || op == 0xc6 || op == 0xc7 || op == 0xf6 || op == 0xf7 || op == 0xc1 || op == 0xd1 || op == 0x87;
        if (!has_modrm) return 0;
    }
    uint8_t modrm = p[opcode + 1];
    if ((modrm >> 6) == 0 && (modrm & 7) == 5) return 0;                // RIP-relative
    if ((op == 0xc6 || op == 0xc7) && (modrm & 0x38) != 0) return 0;  // transactions
    return (int)n;
}

// Whether an instruction that some reading of the code finds at `at` is there: sixteen readings start in sixteen successive places,
// one of which is the start of a true instruction, and readings fall into step.
static int is_instruction(const uint8_t *code, uint64_t bytes, uint64_t at) {
    uint64_t first = at > 64 ? at - 64 : 0;
    for (uint64_t start = first; start < first + 16 && start <= at; start++) {
        uint64_t i = start;
        while (i <= at) {
            uint64_t opcode = 0, n = cm_instruction_length(code + i, bytes - i, &opcode);
            if (i == at || (n && i + opcode == at)) return 1;
            i += n ? n : 1;
        }
    }
    return 0;
}

// Whether a jump close by lands inside (start, end): then displaced code could be entered in the middle.
static int may_be_target(const uint8_t *code, uint64_t bytes, uint64_t start, uint64_t end) {
    uint64_t low = start > 4096 ? start - 4096 : 0, high = end + 4096 < bytes ? end + 4096 : bytes;
    for (uint64_t i = low; i + 6 < high; i++) {
        uint8_t b = code[i];
        int64_t target = (int64_t)i;
        int32_t r;
        if ((b & 0xf0) == 0x70 || b == 0xeb || (b & 0xfc) == 0xe0) {
            target += 2 + (int8_t)code[i + 1];
        } else if (b == 0xe9 || b == 0xe8) {
            __builtin_memcpy(&r, code + i + 1, 4);
            target += 5 + r;
        } else if (b == 0x0f && (code[i + 1] & 0xf0) == 0x80) {
            __builtin_memcpy(&r, code + i + 2, 4);
            target += 6 + r;
        } else {
            continue;
        }
        if (target > (int64_t)start && target < (int64_t)end && is_instruction(code, bytes, i)) return 1;
    }
    return 0;
}

static uint8_t *put32(uint8_t *p, int64_t v) {
    int32_t x = (int32_t)v;
    __builtin_memcpy(p, &x, 4);
    return p + 4;
}

// lea rcx, [rip + d] ; jmp *[rip + gate]. `stub_at` and targets are distances in the guest.
static uint8_t *emit_call(uint8_t *p, uint8_t *stub, int64_t stub_at, int64_t return_at, uint64_t gate_slot) {
    *p++ = 0x48; *p++ = 0x8d; *p++ = 0x0d;
    int64_t after = stub_at + (p + 4 - stub);
    p = put32(p, return_at - after);
    *p++ = 0xff; *p++ = 0x25;
    after = stub_at + (p + 4 - stub);
    return put32(p, stub_at + (int64_t)gate_slot - after);
}

int32_t cm_rewrite_site(const struct cm_rewrite *r) {
    const uint8_t *code = (const uint8_t *)r->code;
    uint64_t site = r->site;
    if (site + 16 > r->code_bytes || code[site] != 0x0f || code[site + 1] != 0x05) return 0;
    uint8_t *stub = (uint8_t *)r->stub, *p = stub;
    int64_t stub_at = r->stub_distance;
    // mov $nr,%eax or, as in the C libraries' signal restorers, mov $nr,%rax.
    uint64_t move = 0;
    if (site >= 5 && code[site - 5] == 0xb8) move = 5;
    if (site >= 7 && code[site - 7] == 0x48 && code[site - 6] == 0xc7 && code[site - 5] == 0xc0) move = 7;
    if (move) {
        uint32_t number;
        __builtin_memcpy(&number, code + site - 4, 4);
        if (number < 1024 && !may_be_target(code, r->code_bytes, site - move, site)) {
            *p++ = 0xb8;
            p = put32(p, number);
            uint64_t gate = r->gate_slot;
            if (number == 39) gate += 8;
            if (number == 186) gate += 16;
            if (number == 110) gate += 24;
            emit_call(p, stub, stub_at, (int64_t)site + 2, gate);
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
            if (write_jump(r->code, site - move, (int32_t)(stub_at - (int64_t)(site - move + 5)))) return 1;
            p = stub;
        }
    }
    uint64_t end = site + 2;
    int returns = 0;
    while (end < site + 5) {
        if (code[end] == 0xc3) {
            // What follows a return is never reached from above; only padding may be overwritten.
            returns = 1;
            end++;
            while (end < site + 5) {
                uint64_t opcode, n = cm_instruction_length(code + end, r->code_bytes - end, &opcode);
                uint8_t b = n ? code[end + opcode] : 0;
                if (b != 0x90 && b != 0xcc && !(b == 0x0f && code[end + opcode + 1] == 0x1f)) return 0;
                end += n;
            }
            break;
        }
        int n = plain_length(code + end, r->code_bytes - end);
        if (!n || end + (uint64_t)n > site + 2 + 24) return 0;
        end += (uint64_t)n;
    }
    if (may_be_target(code, r->code_bytes, site, site + 5 > end ? site + 5 : end)) return 0;
    p = emit_call(p, stub, stub_at, stub_at + 13, r->gate_slot);
    for (uint64_t i = site + 2; i < end; i++) *p++ = code[i];
    if ((uint64_t)(p - stub) > 64 - 5) return 0;
    if (!returns) {
        *p++ = 0xe9;
        int64_t after = stub_at + (p + 4 - stub);
        p = put32(p, (int64_t)end - after);
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!write_jump(r->code, site, (int32_t)(stub_at - ((int64_t)site + 5)))) return 0;
    // What is left of displaced instructions is never reached; as no-operations it keeps later readings of the code in step.
    for (uint64_t i = site + 5; i < end; i++) ((uint8_t *)r->code)[i] = 0x90;
    return 2;
}

static uint32_t cm_plain_gates_off;

// The gate pointers at the start of a stub area: general, getpid, gettid, getppid.
void cm_store_gate_pointer(uint64_t at) {
    uint64_t *p = (uint64_t *)at;
    p[0] = (uint64_t)cm_gate;
    p[1] = (uint64_t)(cm_plain_gates_off ? cm_gate : cm_gate_getpid);
    p[2] = (uint64_t)(cm_plain_gates_off ? cm_gate : cm_gate_gettid);
    p[3] = (uint64_t)(cm_plain_gates_off ? cm_gate : cm_gate_getppid);
}

void cm_turn_plain_gates_off(void) { cm_plain_gates_off = 1; }
