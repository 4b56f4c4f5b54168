// SPDX-License-Identifier: Apache-2.0
// Two hundred execs in a row in one process, and fifty children in a row.
#include "check.h"

int main(int argc, char **argv) {
    if (argc > 2) {
        int left = atoi(argv[1]);
        if (getpid() != atoi(argv[2])) return 3;
        if (left == 0) return 44;
        char text[16];
        snprintf(text, sizeof text, "%d", left - 1);
        execl("/proc/self/exe", "x", text, argv[2], NULL);
        return 4;
    }
    pid_t child = fork();
    if (child == 0) {
        char pid[16];
        snprintf(pid, sizeof pid, "%d", getpid());
        execl("/proc/self/exe", "x", "200", pid, NULL);
        _exit(9);
    }
    CHECK_EQ(check_wait(child), 44);
    int right = 0;
    for (int i = 0; i < 50; i++) {
        child = fork();
        if (child == 0) {
            execl("/bin/true", "true", NULL);
            _exit(9);
        }
        right += check_wait(child) == 0;
    }
    CHECK_EQ(right, 50);
    DONE();
}
