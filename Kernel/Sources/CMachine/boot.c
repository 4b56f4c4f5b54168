// SPDX-License-Identifier: Apache-2.0
// Boot: the shared memory file, the kernel's data moved into it, the first slot, then Swift.
#include "internal.h"

struct cm_boot_facts cm_facts;
static uint64_t boot_stack;
void cm_switch_stack(void *top, void (*f)(void)) __attribute__((noreturn));
void cloister_main(void);

struct phdr { uint32_t type, flags; uint64_t offset, vaddr, paddr, filesz, memsz, align; };

// Offsets in the one memory file.
#define FILE_DATA 0ull
#define FILE_HEAP 0x0000000100000000ull
#define FILE_SLOTS (FILE_HEAP + CM_HEAP_BYTES)
#define FILE_PAGES (FILE_SLOTS + (uint64_t)CM_SLOT_COUNT * CM_SLOT_BYTES)
#define FILE_BYTES (FILE_PAGES + CM_PAGES_BYTES)

#define PROT_RW 3
#define MAP_SHARED_FIXED (0x01 | 0x10)

static void early_die(const char *text) {
    uint64_t n = 0;
    while (text[n]) n++;
    cm_early_call(NR_write, 2, (uint64_t)text, n, 0, 0, 0);
    cm_early_call(NR_exit_group, 70, 0, 0, 0, 0, 0);
    for (;;) {}
}

static void map_shared(uint64_t at, uint64_t bytes, uint64_t offset) {
    int64_t r = cm_early_call(NR_mmap, at, bytes, PROT_RW, MAP_SHARED_FIXED | 0x4000, (uint64_t)cm_facts.memory_fd, offset);
    if (r != (int64_t)at) early_die("cloister: cannot map the enclave's memory\n");
}

// Moves one writable segment into the memory file and maps it shared at the same place.
static void share_segment(uint64_t start, uint64_t end, uint64_t *file_offset) {
    int32_t fd = cm_facts.memory_fd;
    uint64_t bytes = end - start, done = 0, offset = *file_offset;
    *file_offset += bytes;
    while (done < bytes) {
        int64_t r = cm_early_call(18 /* pwrite64 */, (uint64_t)fd, start + done, bytes - done, offset + done, 0, 0);
        if (r <= 0 || (uint64_t)r > bytes - done) early_die("cloister: cannot fill the enclave's memory\n");
        done += (uint64_t)r;
    }
    map_shared(start, bytes, offset);
}

#define HUGE_PAGE 0x200000ull
#define MADV_HUGEPAGE 14
#define MADV_COLLAPSE 25

// Moves the kernel's text into memory of its own, one huge page where the host has one: a new host process then gets it whole with its
// page tables instead of by a dozen faults, and the host's file is not looked at again. A host that refuses leaves the text where it is.
static void copy_text(uint64_t start, uint64_t end) {
    uint64_t copy = CM_IMAGE_BASE + 4 * HUGE_PAGE;
    if (start % HUGE_PAGE || end - start > HUGE_PAGE) return;
    int64_t r = cm_early_call(NR_mmap, copy, HUGE_PAGE, PROT_RW, 0x100022 /* MAP_PRIVATE, MAP_ANONYMOUS, MAP_FIXED_NOREPLACE */, (uint64_t)-1, 0);
    if (r != (int64_t)copy) return;
    cm_early_call(NR_madvise, copy, HUGE_PAGE, MADV_HUGEPAGE, 0, 0, 0);
    __builtin_memcpy((void *)copy, (const void *)start, end - start);
    if (cm_early_call(NR_mprotect, copy, HUGE_PAGE, 5, 0, 0, 0) < 0 ||
        cm_early_call(NR_mremap, copy, HUGE_PAGE, HUGE_PAGE, 3 /* MREMAP_MAYMOVE, MREMAP_FIXED */, start, 0) != (int64_t)start)
        cm_early_call(NR_munmap, copy, HUGE_PAGE, 0, 0, 0, 0);
}

// The first huge page of the heap holds all objects of a small enclave; it stays whole.
static uint64_t whole_heap_page;

// Free heap pages go back to the host; the heap calls this without its locks.
static void release_heap_pages(void *start, uint64_t length) {
    uint64_t from = (uint64_t)start, end = from + length;
    if (end > whole_heap_page && from < whole_heap_page + HUGE_PAGE) from = whole_heap_page + HUGE_PAGE;
    if (from < end) cm_early_call(NR_madvise, from, end - from, 9 /* MADV_REMOVE */, 0, 0, 0);
}

static void read_cpu(void) {
    uint32_t a = 0xd, b, c = 0, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    cm_facts.xstate_bytes = b;
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    cm_facts.xstate_mask = low | (uint64_t)high << 32;
    if (b > CM_SLOT_XSTATE_BYTES) early_die("cloister: this processor's extended state is larger than supported\n");
}

__attribute__((used)) void cm_boot(uint64_t *stack) {
    uint64_t argc = stack[0];
    uint64_t *p = stack + 1 + argc + 1;
    while (*p) p++;
    p++;
    uint64_t phdr = 0, phnum = 0, vdso = 0, hwcap = 0, hwcap2 = 0;
    for (; p[0]; p += 2) {
        if (p[0] == 3) phdr = p[1];
        if (p[0] == 5) phnum = p[1];
        if (p[0] == 33) vdso = p[1];
        if (p[0] == 16) hwcap = p[1];
        if (p[0] == 26) hwcap2 = p[1];
    }
    if (!(hwcap2 & 2)) early_die("cloister: this processor or host kernel lacks FSGSBASE\n");
    int64_t fd = cm_early_call(NR_memfd_create, (uint64_t)"cloister", 1, 0, 0, 0, 0);
    if (fd < 0 || fd > 0x7fffffff) early_die("cloister: cannot create the enclave's memory file\n");
    int64_t high = cm_early_call(72 /* fcntl */, (uint64_t)fd, 1030 /* F_DUPFD_CLOEXEC */, 1000, 0, 0, 0);
    if (high >= 0 && high <= 0x7fffffff) { cm_early_call(3, (uint64_t)fd, 0, 0, 0, 0, 0); fd = high; }
    cm_facts.memory_fd = (int32_t)fd;
    if (cm_early_call(NR_ftruncate, (uint64_t)fd, FILE_BYTES, 0, 0, 0, 0) != 0) early_die("cloister: cannot size the enclave's memory file\n");
    cm_facts.vdso = vdso;
    cm_facts.hwcap = hwcap;
    cm_facts.hwcap2 = hwcap2;
    boot_stack = (uint64_t)stack;
    read_cpu();
    int64_t self = cm_early_call(NR_openat, (uint64_t)-100, (uint64_t)"/proc/self/exe", 0x80000, 0, 0, 0);
    if (self > 0x7fffffff) self = -1;
    if (self >= 0) {
        int64_t up = cm_early_call(72, (uint64_t)self, 1030, 1000, 0, 0, 0);
        if (up >= 0 && up <= 0x7fffffff) { cm_early_call(3, (uint64_t)self, 0, 0, 0, 0, 0); self = up; }
    }
    cm_facts.self_fd = self < 0 ? -1 : (int32_t)self;
    uint64_t mask[16] = {0};
    int64_t got = cm_early_call(NR_sched_getaffinity, 0, sizeof mask, (uint64_t)mask, 0, 0, 0);
    uint32_t cpus = 0;
    for (int64_t i = 0; i < got / 8 && i < 16; i++) cpus += (uint32_t)__builtin_popcountll(mask[i]);
    cm_facts.cpu_count = cpus ? cpus : 1;
    cm_parse_vdso(vdso);

    const struct phdr *ph = (const struct phdr *)phdr;
    uint64_t text_start = ~0ull, text_end = 0;
    for (uint64_t i = 0; i < phnum; i++) {
        if (ph[i].type != 1 || !(ph[i].flags & 1)) continue;
        if (ph[i].vaddr < text_start) text_start = ph[i].vaddr;
        if (ph[i].vaddr + ph[i].memsz > text_end) text_end = ph[i].vaddr + ph[i].memsz;
    }
    cm_facts.text_start = text_start;
    cm_facts.text_end = text_end;

    map_shared(CM_HEAP_BASE, CM_HEAP_BYTES, FILE_HEAP);
    map_shared(CM_SLOT_BASE, (uint64_t)CM_SLOT_COUNT * CM_SLOT_BYTES, FILE_SLOTS);
    map_shared(CM_PAGES_BASE, CM_PAGES_BYTES, FILE_PAGES);
    uint64_t offset = FILE_DATA;
    for (uint64_t i = 0; i < phnum; i++) {
        if (ph[i].type != 1 || !(ph[i].flags & 2)) continue;
        uint64_t start = ph[i].vaddr & ~4095ull, end = (ph[i].vaddr + ph[i].memsz + 4095) & ~4095ull;
        share_segment(start, end, &offset);
    }
    copy_text(text_start, text_end);
    cm_heap_release_hook = release_heap_pages;
    cm_heap_init((void *)CM_HEAP_BASE, CM_HEAP_BYTES, CM_HEAP_BYTES);
    whole_heap_page = cm_heap_first_page() & ~(HUGE_PAGE - 1);
    *(volatile uint8_t *)cm_heap_first_page() = 0;  // an empty range is refused
    cm_early_call(NR_madvise, whole_heap_page, HUGE_PAGE, MADV_COLLAPSE, 0, 0, 0);
    cm_slot_prepare(0);
    struct cm_thread *t = cm_slot_thread(0);
    __asm__ volatile("wrgsbase %0" : : "r"(t));
    int64_t pid = cm_early_call(NR_getpid, 0, 0, 0, 0, 0, 0);
    if (pid <= 0 || pid > 1 << 22) early_die("cloister: the host gives no process number\n");
    t->host_pid = (uint32_t)pid;
    t->host_tid = t->host_pid;
    cm_install_handlers();
    cm_set_altstack(t);
    cm_switch_stack((void *)(t->kstack_top - CM_F_BYTES), cloister_main);
}

uint64_t cm_file_offset_of_page(uint64_t address) { return address - CM_PAGES_BASE + FILE_PAGES; }

const struct cm_boot_facts *cm_get_facts(void) { return &cm_facts; }

void *cm_shared_object_;
void *cm_entry_points_;
