// SPDX-License-Identifier: Apache-2.0
// Extended state between a thread's area (or the host's signal frame) and a guest's signal frame. The layout is XSAVE's standard
// form; only the components that XSTATE_BV names are copied.
#include "internal.h"

#define MAGIC1 0x46505853u
#define MAGIC2 0x46505845u
#define HEADER 512
#define EXTENDED 576

static struct { uint32_t offset, size; } component[64];
static uint32_t known;

// CPUID traps to the hypervisor on virtual machines, so the layout is read once. Called under the kernel lock.
static void learn(void) {
    for (uint32_t i = 2; i < 63; i++) {
        if (!(cm_facts.xstate_mask >> i & 1)) continue;
        uint32_t a = 0xd, b, c = i, d;
        __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
        if (b < EXTENDED || b + a > cm_facts.xstate_bytes) continue;
        component[i].offset = b;
        component[i].size = a;
    }
    known = 1;
}

static int32_t copy_components(uint64_t to, uint64_t from, uint64_t bits, uint64_t limit) {
    bits &= ~3ull;
    while (bits) {
        uint32_t i = (uint32_t)__builtin_ctzll(bits), offset = component[i].offset, size = component[i].size;
        bits &= bits - 1;
        // A component left out would keep what the slot's last thread had there.
        if (!size || offset + (uint64_t)size > limit) return -1;
        if (cm_copy((void *)(to + offset), (const void *)(from + offset), size)) return -1;
    }
    return 0;
}

static void clear_x87(uint8_t *x) {
    __builtin_memset(x, 0, 24);
    __builtin_memset(x + 32, 0, 128);
    *(uint16_t *)x = 0x37f;
}

// Makes an area the initial state, with a legacy part that is valid when its bits are set.
void cm_xstate_init(uint64_t at) {
    uint8_t *x = (uint8_t *)at;
    clear_x87(x);
    __builtin_memset(x + 160, 0, 256);
    *(uint32_t *)(x + 24) = 0x1f80;
    __builtin_memset(x + HEADER, 0, 64);
}

// Copies the state at `from` to the guest's frame at `to`. 0, or -1 on a fault.
int32_t cm_xstate_put(uint64_t from, uint64_t to) {
    if (!known) learn();
    uint32_t *software = (uint32_t *)(from + 464);
    uint64_t *header = (uint64_t *)(from + HEADER);
    uint32_t bytes = cm_facts.xstate_bytes;
    __builtin_memset(software, 0, 48);
    software[0] = MAGIC1;
    software[1] = bytes + 4;
    *(uint64_t *)(software + 2) = cm_facts.xstate_mask;
    software[4] = bytes;
    // As Linux: a handler that edits the legacy part must see its edits loaded.
    header[0] = (header[0] & cm_facts.xstate_mask) | 3;
    for (int i = 1; i < 8; i++) header[i] = 0;
    if (cm_copy((void *)to, (const void *)from, EXTENDED)) return -1;
    if (copy_components(to, from, header[0], bytes)) return -1;
    const uint32_t magic2 = MAGIC2;
    return cm_copy((void *)(to + bytes), &magic2, 4) ? -1 : 0;
}

// Copies the state of the guest's frame at `from` to the running thread's area, so that it can be loaded. 0; -1 on a fault or when
// the processor would refuse it.
int32_t cm_xstate_get(uint64_t from) {
    if (!known) learn();
    uint8_t *x = cm_current()->xstate;
    uint64_t *header = (uint64_t *)(x + HEADER);
    const uint32_t *software = (const uint32_t *)(x + 464);
    if (cm_copy(x, (const void *)from, HEADER)) return -1;
    if (*(uint32_t *)(x + 24) & ~0xffffu) return -1;
    uint64_t size = software[4], bits = *(const uint64_t *)(software + 2) & cm_facts.xstate_mask;
    uint32_t magic2 = 0;
    int whole = software[0] == MAGIC1 && size >= EXTENDED && size <= cm_facts.xstate_bytes && software[1] >= size + 4;
    if (whole && cm_copy(&magic2, (const void *)(from + size), 4)) return -1;
    if (!whole || magic2 != MAGIC2) {
        // Without the marks there is only the legacy part.
        __builtin_memset(header, 0, 64);
        header[0] = 3;
        return 0;
    }
    if (cm_copy(header, (const void *)(from + HEADER), 64)) return -1;
    for (int i = 1; i < 8; i++) if (header[i]) return -1;
    if (header[0] & ~cm_facts.xstate_mask) return -1;
    header[0] &= bits;
    if (!(header[0] & 1)) clear_x87(x);
    if (!(header[0] & 2)) __builtin_memset(x + 160, 0, 256);
    // As the processor's own XRSTOR: by the layout, whatever size the frame claims. The caller checked the range of the whole.
    return copy_components((uint64_t)x, from, header[0], cm_facts.xstate_bytes);
}
