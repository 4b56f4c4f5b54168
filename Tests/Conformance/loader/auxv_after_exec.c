// SPDX-License-Identifier: Apache-2.0
// AT_RANDOM differs from run to run, AT_EXECFN is what execve was told.
#include "check.h"
#include <sys/auxv.h>

int main(int argc, char **argv) {
    if (argc > 2) {
        const char *name = (const char *)getauxval(AT_EXECFN);
        if (!name || strcmp(name, argv[1])) return 3;
        return write(atoi(argv[2]), (void *)getauxval(AT_RANDOM), 16) == 16 ? 0 : 4;
    }
    int ends[2];
    CHECK_OK(pipe(ends));
    char text[16], random[3][16];
    snprintf(text, sizeof text, "%d", ends[1]);
    for (int i = 0; i < 2; i++) {
        CHECK_CHILD("a fresh image", execl("/proc/self/exe", "x", "/proc/self/exe", text, NULL); _exit(9));
        CHECK_EQ(read(ends[0], random[i], 16), 16);
    }
    memcpy(random[2], (void *)getauxval(AT_RANDOM), 16);
    CHECK(memcmp(random[0], random[1], 16) && memcmp(random[0], random[2], 16), "AT_RANDOM is new each time");
    CHECK_CHILD("AT_EXECFN through a doubled slash",
        execl("/proc/self//exe", "x", "/proc/self//exe", text, NULL); _exit(9));
    DONE();
}
