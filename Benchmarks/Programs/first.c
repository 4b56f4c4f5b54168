// SPDX-License-Identifier: Apache-2.0
// Writes one byte as its first act: the driver takes the time from starting the system to this byte.
#include <unistd.h>

int main(void) { return write(1, "1", 1) == 1 ? 0 : 1; }
