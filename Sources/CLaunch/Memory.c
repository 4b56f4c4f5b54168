// SPDX-License-Identifier: Apache-2.0
// Giving back what starting an enclave needed and waiting for it does not.
#define _GNU_SOURCE
#include "CLaunch.h"
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// A dropped page of a file that was never written to comes back from the page cache when it is touched.
static int release_constant_segments(struct dl_phdr_info *object, size_t size, void *unused) {
    (void)size, (void)unused;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W))
            continue;
        uintptr_t start = object->dlpi_addr + segment->p_vaddr, end = start + segment->p_memsz;
        start &= ~(page - 1);
        end = (end + page - 1) & ~(page - 1);
        (void)madvise((void *)start, end - start, MADV_DONTNEED);  // advice: a refusal leaves all as it was
    }
    return 0;
}

void claunch_release_idle_memory(void) {
    malloc_trim(0);
    dl_iterate_phdr(release_constant_segments, NULL);
}
