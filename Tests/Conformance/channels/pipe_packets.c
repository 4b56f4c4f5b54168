// SPDX-License-Identifier: Apache-2.0
// O_DIRECT pipes keep the boundaries of writes; what does not fit in the reader's buffer is dropped (pipe(2)).
#include "../process/support.h"

int main(void) {
    int p[2];
    char data[64];
    CHECK(pipe2(p, O_DIRECT) == 0, "a packet pipe");
    CHECK(write(p[1], "one", 3) == 3 && write(p[1], "second", 6) == 6 && write(p[1], "third", 5) == 5, "three packets");
    CHECK(read(p[0], data, sizeof data) == 3 && !memcmp(data, "one", 3), "one packet a read");
    CHECK(read(p[0], data, 2) == 2 && !memcmp(data, "se", 2), "a short read");
    CHECK(read(p[0], data, sizeof data) == 5 && !memcmp(data, "third", 5), "drops the rest of its packet");
    DONE();
}
