// SPDX-License-Identifier: Apache-2.0
// Addresses differ between runs, and stay over fork.
#include "check.h"
#include <sys/mman.h>

static int data = 1;

int main(int argc, char **argv) {
    if (argc > 1) {
        int local = 0;
        void *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        uintptr_t places[2] = {(uintptr_t)&local, (uintptr_t)map};
        return write(atoi(argv[1]), places, sizeof places) == sizeof places ? 0 : 1;
    }
    int ends[2];
    CHECK_OK(pipe(ends));
    char text[16];
    snprintf(text, sizeof text, "%d", ends[1]);
    bool stack_differs = false, map_differs = false;
    uintptr_t first[2] = {0}, next[2];
    for (int i = 0; i < 6; i++) {
        pid_t child = fork();
        if (child == 0) {
            execl("/proc/self/exe", "x", text, NULL);
            _exit(9);
        }
        CHECK_EQ(check_wait(child), 0);
        CHECK_EQ(read(ends[0], i ? next : first, sizeof next), sizeof next);
        stack_differs |= i && next[0] != first[0];
        map_differs |= i && next[1] != first[1];
    }
    CHECK(stack_differs, "the stack moves between runs");
    CHECK(map_differs, "mappings move between runs");
    int *where = &data;
    CHECK_CHILD("fork keeps addresses", CHECK(where == &data, "same address"));
    DONE();
}
