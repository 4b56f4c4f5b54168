// SPDX-License-Identifier: Apache-2.0
// A program linked at a fixed address.
// build: -no-pie
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>

static int data = 5;
static int zeroed[4096];

int main(int argc, char **argv) {
    if (argc > 1) return 60 + atoi(argv[1]);
    CHECK((uintptr_t)&main >= 0x400000 && (uintptr_t)&main < 0x1000000, "main lies where the linker said");
    CHECK((uintptr_t)&data < 0x1000000, "data, too");
    CHECK_EQ(data, 5);
    int sum = 0;
    for (int i = 0; i < 4096; i++) sum |= zeroed[i];
    CHECK_EQ(sum, 0);
    data = 6;
    CHECK_CHILD("fork copies it", CHECK_EQ(data, 6); data = 7);
    CHECK_EQ(data, 6);
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "x", "3", NULL);
        _exit(9);
    }
    CHECK_EQ(check_wait(child), 63);
    char *heap = malloc(100000);
    CHECK(heap != NULL, "malloc");
    free(heap);
    DONE();
}
