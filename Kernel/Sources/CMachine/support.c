// SPDX-License-Identifier: Apache-2.0
// What a freestanding program must supply, time through the host's vDSO, panic.
#include "internal.h"

#define CHUNK(to, from) do { typedef struct { uint64_t a, b; } chunk; chunk c; __builtin_memcpy(&c, from, 16); __builtin_memcpy(to, &c, 16); } while (0)

// Starting `rep movsb` costs more than a short copy.
void *memcpy(void *to, const void *from, uint64_t n) {
    char *d = to;
    const char *s = from;
    if (n > 512) {
        void *r = to;
        __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
        return r;
    }
    if (n >= 16) {
        for (uint64_t i = 0; i + 16 <= n; i += 16) CHUNK(d + i, s + i);
        if (n & 15) CHUNK(d + n - 16, s + n - 16);
        return to;
    }
    if (n >= 8) {
        uint64_t a, b;
        __builtin_memcpy(&a, s, 8);
        __builtin_memcpy(&b, s + n - 8, 8);
        __builtin_memcpy(d, &a, 8);
        __builtin_memcpy(d + n - 8, &b, 8);
        return to;
    }
    for (uint64_t i = 0; i < n; i++) {
        d[i] = s[i];
        __asm__ volatile("" : : : "memory");
    }
    return to;
}
void *memmove(void *to, const void *from, uint64_t n) {
    char *d = to;
    const char *s = from;
    if (d + n <= s || s + n <= d) return memcpy(to, from, n);
    if (d <= s) {
        void *r = to;
        __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
        return r;
    }
    while (n >= 8) { n -= 8; uint64_t v; __builtin_memcpy(&v, s + n, 8); __builtin_memcpy(d + n, &v, 8); }
    while (n--) d[n] = s[n];
    return to;
}
void *memset(void *to, int value, uint64_t n) {
    void *r = to;
    if (n > 512) {
        __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
        return r;
    }
    char *d = to;
    uint64_t pattern = (uint8_t)value * 0x0101010101010101ull;
    if (n >= 8) {
        for (uint64_t i = 0; i + 8 <= n; i += 8) {
            __builtin_memcpy(d + i, &pattern, 8);
            __asm__ volatile("" : : : "memory");
        }
        __builtin_memcpy(d + n - 8, &pattern, 8);
        return r;
    }
    for (uint64_t i = 0; i < n; i++) {
        d[i] = (char)value;
        __asm__ volatile("" : : : "memory");
    }
    return r;
}
int memcmp(const void *a, const void *b, uint64_t n) {
    const uint8_t *x = a, *y = b;
    for (; n >= 8; n -= 8, x += 8, y += 8) {
        uint64_t v, w;
        __builtin_memcpy(&v, x, 8);
        __builtin_memcpy(&w, y, 8);
        if (v != w) break;
    }
    for (uint64_t i = 0; i < n; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}
uint64_t strlen(const char *s) { uint64_t n = 0; while (s[n]) n++; return n; }
int putchar(int c) { char b = (char)c; cm_print_bytes(&b, 1); return c; }
double ceil(double v) { double t = (double)(int64_t)v; return t < v ? t + 1 : t; }
void cm_print_bytes(const void *bytes, uint64_t count) { cm_early_call(NR_write, 2, (uint64_t)bytes, count, 0, 0, 0); }
void cm_print(const char *text) { cm_print_bytes(text, strlen(text)); }

static void print_hex(uint64_t v) {
    char b[19] = "0x0000000000000000";
    for (int i = 0; i < 16; i++) b[17 - i] = "0123456789abcdef"[(v >> (4 * i)) & 15];
    cm_print_bytes(b, 18);
}

// Time. The vDSO is ordinary code; it needs only a stack.
typedef int32_t (*clock_function)(int32_t, int64_t *);
static clock_function vdso_clock;
struct sym { uint32_t name; uint8_t info, other; uint16_t shndx; uint64_t value, size; };

void cm_parse_vdso(uint64_t base) {
    if (!base) return;
    const char *b = (const char *)base;
    uint64_t phoff = *(const uint64_t *)(b + 32);
    uint16_t phnum = *(const uint16_t *)(b + 56);
    const uint64_t *dynamic = 0;
    uint64_t bias = 0;
    for (int i = 0; i < phnum; i++) {
        const char *p = b + phoff + 56 * (uint64_t)i;
        uint32_t type = *(const uint32_t *)p;
        if (type == 1) bias = base + *(const uint64_t *)(p + 8) - *(const uint64_t *)(p + 16);
        if (type == 2) dynamic = (const uint64_t *)(b + *(const uint64_t *)(p + 8));
    }
    if (!dynamic) return;
    const struct sym *symbols = 0;
    const char *names = 0;
    const uint32_t *hash = 0;
    for (; dynamic[0]; dynamic += 2) {
        if (dynamic[0] == 5) names = (const char *)(bias + dynamic[1]);
        if (dynamic[0] == 6) symbols = (const struct sym *)(bias + dynamic[1]);
        if (dynamic[0] == 4) hash = (const uint32_t *)(bias + dynamic[1]);
    }
    if (!symbols || !names) return;
    uint32_t count = hash ? hash[1] : 32;
    for (uint32_t i = 0; i < count; i++) {
        const char *want = "__vdso_clock_gettime", *n = names + symbols[i].name;
        while (*want && *want == *n) { want++; n++; }
        if (!*want && !*n && symbols[i].value) vdso_clock = (clock_function)(bias + symbols[i].value);
    }
}

int64_t cm_clock_gettime(int32_t clock, int64_t *seconds, int64_t *nanoseconds) {
    int64_t ts[2] = {0, 0};
    // For clocks it does not know (CPU time) the vDSO makes a system call, which would be trapped as if it were the guest's.
    int known = clock >= 0 && clock < 12 && (0x8f3 >> clock & 1);
    int64_t r = vdso_clock && known ? vdso_clock(clock, ts) : cm_early_call(228, (uint64_t)clock, (uint64_t)ts, 0, 0, 0, 0);
    *seconds = ts[0];
    *nanoseconds = ts[1];
    return r;
}

uint64_t cm_monotonic_ns(void) {
    int64_t s, n;
    cm_clock_gettime(1, &s, &n);
    return (uint64_t)s * 1000000000ull + (uint64_t)n;
}

// Symbols come from the kernel's own file, opened at boot.
static int32_t file_read(uint64_t offset, void *to, uint64_t n) {
    return cm_early_call(NR_pread64, (uint64_t)cm_facts.self_fd, (uint64_t)to, n, offset, 0, 0) == (int64_t)n;
}

static void print_symbol(uint64_t address) {
    struct { uint32_t name, type; uint64_t flags, addr, offset, size; uint32_t link, info; uint64_t align, entsize; } sh, str;
    uint8_t header[64];
    static struct sym chunk[64];
    if (cm_facts.self_fd < 0 || !file_read(0, header, 64)) return;
    uint64_t shoff = *(uint64_t *)(header + 40);
    uint16_t shnum = *(uint16_t *)(header + 60);
    struct sym best = {0};
    for (uint16_t i = 0; i < shnum; i++) {
        if (!file_read(shoff + 64ull * i, &sh, 64) || sh.type != 2) continue;
        if (!file_read(shoff + 64ull * sh.link, &str, 64)) return;
        // The file is the host's: a symbol table without end must not keep the enclave from ending.
        if (sh.size > 16 << 20) return;
        for (uint64_t at = 0; at < sh.size; at += sizeof chunk) {
            uint64_t n = sh.size - at < sizeof chunk ? sh.size - at : sizeof chunk;
            if (!file_read(sh.offset + at, chunk, n)) return;
            for (uint64_t k = 0; k < n / sizeof(struct sym); k++)
                if ((chunk[k].info & 15) <= 2 && chunk[k].value <= address && chunk[k].value > best.value) best = chunk[k];
        }
        if (best.value) {
            static char name[160];
            int64_t got = cm_early_call(NR_pread64, (uint64_t)cm_facts.self_fd, (uint64_t)name, sizeof name - 1, str.offset + best.name, 0, 0);
            if (got <= 0 || got >= (int64_t)sizeof name) return;
            name[got] = 0;
            cm_print(" ");
            cm_print(name);
            cm_print("+");
            print_hex(address - best.value);
        }
        return;
    }
}

static int is_kernel_stack(uint64_t at) {
    return at >= CM_SLOT_BASE && at < CM_SLOT_BASE + (uint64_t)CM_SLOT_COUNT * CM_SLOT_BYTES && !(at & 7);
}

static void backtrace(uint64_t rip, uint64_t rbp) {
    for (int depth = 0; depth < 40; depth++) {
        cm_print("    ");
        print_hex(rip);
        print_symbol(rip);
        cm_print("\n");
        if (!is_kernel_stack(rbp) || !is_kernel_stack(rbp + 8)) break;
        rip = *(uint64_t *)(rbp + 8);
        rbp = *(uint64_t *)rbp;
        if (rip < cm_facts.text_start || rip >= cm_facts.text_end) break;
    }
}

void cm_print_trap(const char *what, uint64_t rip, uint64_t rbp, uint64_t rsp, uint64_t address) {
    (void)rsp;
    cm_print("cloister: kernel error: ");
    cm_print(what);
    cm_print(" at address ");
    print_hex(address);
    cm_print("; this is a bug in Cloister, please report it with the lines below\n");
    backtrace(rip, rbp);
}

void cm_panic(const char *message) {
    cm_print_trap(message, (uint64_t)__builtin_return_address(0), (uint64_t)__builtin_frame_address(0), 0, 0);
    cm_stop_enclave(70);
}

// Ends the whole enclave: the supervisor is told through slot 0 and kills what is left.
static uint32_t cm_stop_code;
void cm_stop_enclave(int32_t code) {
    struct cm_thread *supervisor = cm_slot_thread(0);
    __atomic_store_n(&cm_stop_code, (uint32_t)code | 0x100, __ATOMIC_SEQ_CST);
    uint32_t me = (uint32_t)cm_early_call(NR_getpid, 0, 0, 0, 0, 0, 0);
    if (supervisor->host_pid != me) {
        cm_early_call(NR_tgkill, supervisor->host_pid, supervisor->host_tid, CM_KICK_SIGNAL, 0, 0, 0);
    }
    cm_process_exit(code);
}

uint32_t cm_get_stop_code(void) { return __atomic_load_n(&cm_stop_code, __ATOMIC_SEQ_CST); }
