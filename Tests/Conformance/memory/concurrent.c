// SPDX-License-Identifier: Apache-2.0
// Threads map, protect, touch and unmap while another forks.
#include "check.h"
#include <pthread.h>
#include <sys/mman.h>

enum { PAGE = 4096, ROUNDS = 300 };
static volatile int wrong;

static void *churn(void *argument) {
    unsigned seed = (unsigned)(uintptr_t)argument;
    for (int r = 0; r < ROUNDS; r++) {
        seed = seed * 1664525 + 1013904223;
        size_t pages = seed >> 28 | 1;
        unsigned char *map = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (map == MAP_FAILED) {
            wrong = 1;
            break;
        }
        for (size_t i = 0; i < pages; i++) {
            if (map[i * PAGE]) wrong = 2;
            map[i * PAGE] = (unsigned char)r;
        }
        if (mprotect(map, PAGE, PROT_READ)) wrong = 3;
        if (map[0] != (unsigned char)r) wrong = 4;
        unsigned char *moved = mremap(map, pages * PAGE, (pages + 3) * PAGE, MREMAP_MAYMOVE);
        // A mapping of two protections cannot be resized as one.
        if (moved == MAP_FAILED) moved = map;
        if (moved[0] != (unsigned char)r) wrong = 5;
        if (munmap(moved, (moved == map ? pages : pages + 3) * PAGE)) wrong = 6;
    }
    return NULL;
}

int main(void) {
    pthread_t thread[3];
    int forks = 0;
    for (uintptr_t i = 0; i < 3; i++) pthread_create(&thread[i], NULL, churn, (void *)(i + 1));
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) {
            unsigned char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            map[0] = 1;
            _exit(map[0] == 1 ? 0 : 1);
        }
        forks += check_wait(child) == 0;
    }
    for (int i = 0; i < 3; i++) pthread_join(thread[i], NULL);
    CHECK_EQ(forks, 20);
    CHECK_EQ(wrong, 0);
    DONE();
}
