// SPDX-License-Identifier: Apache-2.0
// Bytes a second from one process to another in blocks of 64 KiB, through a pipe or (an argument) "tcp" over 127.0.0.1.
#include "measure.h"
#include "tcp.h"

#include <signal.h>
#include <sys/wait.h>

enum { BLOCK = 64 << 10 };

static int ends[2];
static char block[BLOCK];

static void write_for_ever(void) {
    while (write(ends[1], block, BLOCK) > 0) {}
    _exit(0);
}

static void read_blocks(long n) {
    for (long left = n * BLOCK; left > 0;) {
        ssize_t got = read(ends[0], block, left < BLOCK ? (size_t)left : BLOCK);
        if (got <= 0) fail("read");
        left -= got;
    }
}

int main(int argc, char **argv) {
    parse_arguments(argc, argv);
    if (argc > 4 && strcmp(argv[4], "tcp") == 0) tcp_pair(ends);
    else CHECK(pipe(ends));
    pid_t writer;
    CHECK(writer = fork());
    if (writer == 0) write_for_ever();
    CHECK(close(ends[1]));
    report(BLOCK / measure(read_blocks) * 1e3, "MB/s");
    CHECK(kill(writer, SIGKILL));
    CHECK(waitpid(writer, NULL, 0));
    return 0;
}
