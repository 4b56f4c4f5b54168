// SPDX-License-Identifier: Apache-2.0
// `sleeper SECONDS`: says that it runs, then sleeps; the driver takes the memory of the system around it.
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (write(1, "1", 1) != 1) return 1;
    sleep(argc > 1 ? (unsigned)atoi(argv[1]) : 60);
    return 0;
}
