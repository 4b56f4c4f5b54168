// SPDX-License-Identifier: Apache-2.0
// Address-space work: first touches of anonymous pages, and mapping and unmapping.
#include "measure.h"

#include <sys/mman.h>

enum { PAGE = 4096, REGION_PAGES = 4096, MAPPED_BYTES = 64 << 10 };

static void *map(size_t bytes) {
    void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) fail("mmap");
    return address;
}

static double touch_every_page(volatile char *region) {
    double start = now_ns();
    for (long page = 0; page < REGION_PAGES; page++) region[page * PAGE] = 1;
    return (now_ns() - start) / REGION_PAGES;
}

/// Mapping and unmapping stay outside the clock; huge pages are declined, so that each touch is one fault.
static double page_fault(void) {
    enum { MAXIMUM_SAMPLES = 64 };
    double samples[MAXIMUM_SAMPLES];
    int count = 0;
    double end = now_ns() + budget_ns;
    do {
        char *region = map((size_t)REGION_PAGES * PAGE);
        (void)madvise(region, (size_t)REGION_PAGES * PAGE, MADV_NOHUGEPAGE);
        samples[count++] = touch_every_page(region);
        CHECK(munmap(region, (size_t)REGION_PAGES * PAGE));
    } while (count < MAXIMUM_SAMPLES && now_ns() < end);
    qsort(samples, (size_t)count, sizeof samples[0], compare_doubles);
    return samples[count / 2];
}

static void map_unmap(long n) {
    for (long i = 0; i < n; i++) CHECK(munmap(map(MAPPED_BYTES), MAPPED_BYTES));
}

int main(int argc, char **argv) {
    static const struct benchmark table[] = {{"mmap-munmap", NULL, map_unmap}, {NULL, NULL, NULL}};
    parse_arguments(argc, argv);
    if (!strcmp(benchmark_name, "page-fault")) {
        report(page_fault(), "ns");
        return 0;
    }
    return run_named(table);
}
