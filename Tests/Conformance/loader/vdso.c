// SPDX-License-Identifier: Apache-2.0
// The vDSO's clock agrees with the system call's.
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>

static long long nanoseconds(struct timespec t) { return t.tv_sec * 1000000000ll + t.tv_nsec; }

typedef int (*clock_function)(clockid_t, struct timespec *);

static clock_function find(uintptr_t base, const char *name) {
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)base;
    const Elf64_Phdr *segment = (const Elf64_Phdr *)(base + header->e_phoff);
    const Elf64_Dyn *dynamic = NULL;
    uintptr_t bias = 0;
    for (int i = 0; i < header->e_phnum; i++) {
        if (segment[i].p_type == PT_LOAD) bias = base + segment[i].p_offset - segment[i].p_vaddr;
        if (segment[i].p_type == PT_DYNAMIC) dynamic = (const Elf64_Dyn *)(base + segment[i].p_offset);
    }
    const char *strings = NULL;
    const Elf64_Sym *symbols = NULL;
    for (; dynamic && dynamic->d_tag; dynamic++) {
        if (dynamic->d_tag == DT_STRTAB) strings = (const char *)(bias + dynamic->d_un.d_ptr);
        if (dynamic->d_tag == DT_SYMTAB) symbols = (const Elf64_Sym *)(bias + dynamic->d_un.d_ptr);
    }
    if (!strings || !symbols) return NULL;
    // The vDSO's string table follows its symbols.
    for (const Elf64_Sym *s = symbols; (const char *)s < strings; s++)
        if (s->st_name && s->st_name < 4096 && !strcmp(strings + s->st_name, name))
            return (clock_function)(bias + s->st_value);
    return NULL;
}

int main(void) {
    uintptr_t base = getauxval(AT_SYSINFO_EHDR);
    CHECK(base != 0, "a vDSO");
    clock_function clock = base ? find(base, "__vdso_clock_gettime") : NULL;
    CHECK(clock != NULL, "it has __vdso_clock_gettime");
    if (!clock) DONE();
    int right = 0;
    for (int i = 0; i < 1000; i++) {
        struct timespec a, b, c;
        int failed = (int)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &a);
        failed |= clock(CLOCK_MONOTONIC, &b);
        failed |= (int)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &c);
        right += !failed && nanoseconds(a) <= nanoseconds(b) && nanoseconds(b) <= nanoseconds(c);
    }
    CHECK_EQ(right, 1000);
    CHECK_CHILD("also after fork", struct timespec t; CHECK_EQ(clock(CLOCK_REALTIME, &t), 0));
    DONE();
}
