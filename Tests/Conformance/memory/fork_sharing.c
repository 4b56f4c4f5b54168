// SPDX-License-Identifier: Apache-2.0
// Shared and private memory across fork.
#include "check.h"
#include <sys/mman.h>

enum { PAGE = 4096, PAGES = 64 };
static int global = 1;

int main(void) {
    size_t size = PAGES * PAGE;
    char *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *private = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *heap = malloc(100000);
    memset(private, 'p', size);
    memset(heap, 'h', 100000);
    int local = 1;
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < PAGES; i++) shared[i * PAGE] = 's';
        memset(private, 'c', size);
        memset(heap, 'c', 100000);
        global = local = 2;
        pid_t grandchild = fork();
        if (grandchild == 0) {
            shared[1] = private[0];
            _exit(global + local == 4 ? 0 : 1);
        }
        _exit(check_wait(grandchild));
    }
    CHECK_EQ(check_wait(child), 0);
    int same = 0, kept = 0;
    for (int i = 0; i < PAGES; i++) {
        same += shared[i * PAGE] == 's';
        kept += private[i * PAGE + 7] == 'p';
    }
    CHECK_EQ(same, PAGES);
    CHECK_EQ(kept, PAGES);
    CHECK_EQ(shared[1], 'c');
    CHECK_EQ(heap[99999], 'h');
    CHECK_EQ(global + local, 2);
    int *counter = (int *)(shared + 8);
    pid_t adders[4];
    for (int i = 0; i < 4; i++)
        if ((adders[i] = fork()) == 0) {
            for (int n = 0; n < 10000; n++) __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
            _exit(0);
        }
    for (int i = 0; i < 4; i++) check_wait(adders[i]);
    CHECK_EQ(*counter, 40000);
    CHECK_CHILD("a child's unmap is its own", CHECK_OK(munmap(shared, size)));
    CHECK_EQ(shared[0], 's');
    madvise(private, size, MADV_DONTFORK);
    CHECK_CHILD("MADV_DONTFORK",
        unsigned char vector;
        CHECK_ERRNO(mincore(private, PAGE, &vector), ENOMEM));
    char *wiped = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    wiped[0] = 'x';
    CHECK_OK(madvise(wiped, PAGE, 18 /* MADV_WIPEONFORK */));
    CHECK_CHILD("MADV_WIPEONFORK", CHECK_EQ(wiped[0], 0));
    CHECK_EQ(wiped[0], 'x');
    free(heap);
    DONE();
}
