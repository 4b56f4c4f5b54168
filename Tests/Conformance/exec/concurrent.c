// SPDX-License-Identifier: Apache-2.0
// Four processes run programs at once; output and statuses stay apart.
#include "check.h"

enum { WORKERS = 4, ROUNDS = 15 };

int main(int argc, char **argv) {
    if (argc > 1) return 10 + atoi(argv[1]);
    pid_t child[WORKERS];
    for (int w = 0; w < WORKERS; w++) {
        child[w] = fork();
        if (child[w]) continue;
        char text[16];
        snprintf(text, sizeof text, "%d", w);
        for (int r = 0; r < ROUNDS; r++) {
            int ends[2];
            pipe2(ends, O_CLOEXEC);
            pid_t program = fork();
            if (program == 0) {
                dup2(ends[1], 1);
                if (r % 2) execl("/bin/echo", "echo", text, NULL);
                execl("/proc/self/exe", "x", text, NULL);
                _exit(9);
            }
            close(ends[1]);
            char line[16] = "";
            ssize_t count = read(ends[0], line, sizeof line);
            close(ends[0]);
            int status = check_wait(program);
            if (r % 2 ? status != 0 || count != 2 || line[0] != '0' + w : status != 10 + w || count != 0) _exit(1);
        }
        _exit(20 + w);
    }
    for (int w = 0; w < WORKERS; w++) CHECK_EQ(check_wait(child[w]) - w, 20);
    DONE();
}
