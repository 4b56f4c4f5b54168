// SPDX-License-Identifier: Apache-2.0
// Two hundred children at once, then reaped in any order; and a chain of fifty generations.
#include "../process/support.h"

enum { count = 200 };

static int generation(int left) {
    if (left == 0) return 1;
    pid_t pid = fork();
    if (pid == 0) _exit(generation(left - 1));
    return exit_code(pid) + 1;
}

int main(void) {
    static pid_t pids[count];
    static int seen[count];
    int gate[2], up[2];
    CHECK(pipe(gate) == 0 && pipe(up) == 0, "pipes");
    int started = 0;
    for (int i = 0; i < count; i++) {
        pids[i] = CHILD(notify(up[1]); await(gate[0]); _exit(i % 100));
        started += pids[i] > 0;
    }
    CHECK_EQ(started, count);
    int ready = 0;
    for (int i = 0; i < count; i++) ready += await(up[0]);
    CHECK(ready == count, "all run at the same time");
    for (int i = 0; i < count; i++) notify(gate[1]);
    int good = 0, status;
    for (int i = 0; i < count; i++) {
        pid_t pid = wait(&status);
        for (int k = 0; k < count; k++) {
            if (pids[k] == pid && !seen[k]) seen[k] = 1, good += WIFEXITED(status) && WEXITSTATUS(status) == k % 100;
        }
    }
    CHECK_EQ(good, count);
    CHECK_ERRNO(wait(&status), ECHILD);
    CHECK_EQ(generation(50), 51);
    DONE();
}
