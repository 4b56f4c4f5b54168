// SPDX-License-Identifier: Apache-2.0
// Digests of kernel memory for Machine.Hashing.
#include "cc_sha.h"
#include "cm.h"

void cm_sha256(uint64_t address, uint64_t length, uint8_t *out) { cc_sha256((const void *)address, length, out); }
void cm_sha384(uint64_t address, uint64_t length, uint8_t *out) { cc_sha384((const void *)address, length, out); }
int32_t cm_sha_self_test(void) { return cc_sha_self_test(); }
