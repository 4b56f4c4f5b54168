// SPDX-License-Identifier: Apache-2.0
// Writes of at most PIPE_BUF bytes are never interleaved; a non-blocking one is all or nothing (pipe(7)).
#include "../process/support.h"

int main(void) {
    int p[2], good = 1, records = 0;
    char record[512];
    CHECK(pipe(p) == 0, "a pipe");
    pid_t pids[4];
    for (int k = 0; k < 4; k++) {
        pids[k] =
            CHILD(memset(record, 'a' + k, sizeof record);
                  for (int i = 0; i < 300; i++) if (write(p[1], record, sizeof record) != sizeof record) _exit(1));
    }
    close(p[1]);
    for (;;) {
        size_t have = 0;
        ssize_t n = 0;
        while (have < sizeof record && (n = read(p[0], record + have, sizeof record - have)) > 0) have += (size_t)n;
        if (have == 0) break;
        for (size_t i = 1; i < have; i++) good &= record[i] == record[0];
        records++;
    }
    for (int k = 0; k < 4; k++) good &= exit_code(pids[k]) == 0;
    CHECK(good && records == 1200, "four writers, whole records");
    CHECK(pipe2(p, O_NONBLOCK) == 0, "a non-blocking pipe");
    static char data[65536];
    CHECK(write(p[1], data, 65536 - 100) == 65536 - 100, "nearly full");
    CHECK_ERRNO(write(p[1], data, 4096), EAGAIN);
    DONE();
}
