// SPDX-License-Identifier: Apache-2.0
// Lengths of x86-64 instructions (Intel SDM volume 2, appendix A), to read code around a system-call site.
#include "internal.h"

// What follows an opcode.
enum { NONE = 0, MODRM = 1, IMM8 = 2, IMM32 = 4, IMM16 = 8, BAD = 16 };

static uint32_t one_byte(uint8_t op) {
    if (op < 0x40) {
        uint8_t low = op & 7;
        return low < 4 ? MODRM : low == 4 ? IMM8 : low == 5 ? IMM32 : BAD;
    }
    if (op >= 0x50 && op <= 0x5f) return NONE;
    if (op >= 0x70 && op <= 0x7f) return IMM8;
    if (op >= 0x84 && op <= 0x8f) return MODRM;
    if (op >= 0x90 && op <= 0x9f) return op == 0x9a ? BAD : NONE;
    if (op >= 0xb0 && op <= 0xb7) return IMM8;
    if (op >= 0xd8 && op <= 0xdf) return MODRM;
    if (op >= 0xe0 && op <= 0xe7) return IMM8;
    switch (op) {
    case 0x63: case 0xd0: case 0xd1: case 0xd2: case 0xd3: case 0xfe: case 0xff: case 0xf6: case 0xf7: return MODRM;
    case 0x68: case 0xa9: case 0xe8: case 0xe9: return IMM32;
    case 0x69: case 0x81: case 0xc7: return MODRM | IMM32;
    case 0x6a: case 0xa8: case 0xcd: case 0xeb: return IMM8;
    case 0x6b: case 0x80: case 0x83: case 0xc0: case 0xc1: case 0xc6: return MODRM | IMM8;
    case 0xc2: case 0xca: return IMM16;
    case 0xc8: return IMM16 | IMM8;
    case 0x60: case 0x61: case 0x82: case 0xce: case 0xd4: case 0xd5: case 0xd6: case 0xea: return BAD;
    default: return NONE;
    }
}

static uint32_t two_byte(uint8_t op) {
    if (op >= 0x80 && op <= 0x8f) return IMM32;
    if (op >= 0x30 && op <= 0x37) return NONE;
    if (op >= 0xc8 && op <= 0xcf) return NONE;
    if (op >= 0x70 && op <= 0x73) return MODRM | IMM8;
    switch (op) {
    case 0x05: case 0x06: case 0x07: case 0x08: case 0x09: case 0x0b: case 0x0e: case 0x77: case 0xa0: case 0xa1: case 0xa2: case 0xa8: case 0xa9:
    case 0xaa:
        return NONE;
    case 0x04: case 0x0a: case 0x0c: return BAD;
    case 0xa4: case 0xac: case 0xba: case 0xc2: case 0xc4: case 0xc5: case 0xc6: return MODRM | IMM8;
    default: return MODRM;
    }
}

static uint64_t modrm_bytes(const uint8_t *p, uint64_t at) {
    uint8_t modrm = p[at], mod = modrm >> 6, rm = modrm & 7;
    uint64_t n = 1;
    if (mod == 3) return n;
    if (rm == 4) {
        if (mod == 0 && (p[at + 1] & 7) == 5) n += 4;
        n++;
    } else if (mod == 0 && rm == 5) {
        n += 4;
    }
    return n + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

uint64_t cm_instruction_length(const uint8_t *p, uint64_t left, uint64_t *opcode) {
    if (left < 16) return 0;
    uint64_t i = 0;
    int narrow = 0, short_address = 0, wide = 0;
    for (;; i++) {
        if (i > 10) return 0;
        uint8_t b = p[i];
        if (b == 0x66) narrow = 1;
        else if (b == 0x67) short_address = 1;
        else if (b != 0xf2 && b != 0xf3 && b != 0xf0 && b != 0x2e && b != 0x36 && b != 0x3e && b != 0x26 && b != 0x64 && b != 0x65) break;
    }
    if ((p[i] & 0xf0) == 0x40) wide = p[i++] & 8;
    *opcode = i;
    uint8_t op = p[i++];
    uint32_t follows;
    if (op == 0x0f) {
        uint8_t second = p[i++];
        if (second == 0x38) { i++; follows = MODRM; }
        else if (second == 0x3a) { i++; follows = MODRM | IMM8; }
        else follows = two_byte(second);
        if (second >= 0x80 && second <= 0x8f) narrow = 0;
    } else if (op == 0xc4 || op == 0xc5 || op == 0x62) {
        uint32_t map = op == 0xc5 ? 1 : op == 0xc4 ? p[i] & 0x1f : p[i] & 7;
        i += op == 0xc5 ? 1 : op == 0xc4 ? 2 : 3;
        uint8_t third = p[i++];
        follows = map == 3 ? MODRM | IMM8 : map == 1 ? two_byte(third) : MODRM;
    } else if (op >= 0xa0 && op <= 0xa3) {
        return i + (short_address ? 4 : 8);
    } else if (op >= 0xb8 && op <= 0xbf) {
        return i + (wide ? 8 : narrow ? 2 : 4);
    } else {
        follows = one_byte(op);
        if ((op == 0xf6 || op == 0xf7) && ((p[i] >> 3) & 7) < 2) follows |= op == 0xf6 ? IMM8 : IMM32;
        if (op == 0xe8 || op == 0xe9) narrow = 0;
    }
    if (follows & BAD) return 0;
    if (follows & MODRM) i += modrm_bytes(p, i);
    if (follows & IMM8) i += 1;
    if (follows & IMM16) i += 2;
    if (follows & IMM32) i += narrow && !wide ? 2 : 4;
    return i <= 15 ? i : 0;
}
