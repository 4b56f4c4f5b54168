// SPDX-License-Identifier: Apache-2.0
// The child of the spawn benchmarks.
int main(void) { return 0; }
