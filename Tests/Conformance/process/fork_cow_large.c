// SPDX-License-Identifier: Apache-2.0
// Copy-on-write over many pages: neither side sees the other's writes, in a chain of forks.
#include "../process/support.h"

enum { pages = 1024, page = 4096 };

int main(void) {
    unsigned char *memory = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int go[2], done[2];
    CHECK(memory != MAP_FAILED && pipe(go) == 0 && pipe(done) == 0, "set up");
    for (int i = 0; i < pages; i++) memory[i * page] = (unsigned char)i;
    pid_t pid = fork();
    if (pid == 0) {
        pid_t grandchild = fork();
        for (int i = 0; i < pages; i++) {
            if (memory[i * page] != (unsigned char)i) _exit(1);
            memory[i * page] = (unsigned char)(i + (grandchild ? 1 : 2));
        }
        if (grandchild && exit_code(grandchild) != 0) _exit(2);
        notify(done[1]);
        if (!grandchild) _exit(0);
        await(go[0]);
        for (int i = 0; i < pages; i++)
            if (memory[i * page] != (unsigned char)(i + 1)) _exit(3);
        _exit(0);
    }
    CHECK(await(done[0]) && await(done[0]), "both descendants wrote");
    int same = 1;
    for (int i = 0; i < pages; i++) same &= memory[i * page] == (unsigned char)i;
    CHECK(same, "the parent's pages are unchanged");
    for (int i = 0; i < pages; i++) memory[i * page] = 0xff;
    notify(go[1]);
    CHECK(exit_code(pid) == 0, "the child's pages are unchanged by the parent and grandchild");
    DONE();
}
