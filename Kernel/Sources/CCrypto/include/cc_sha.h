// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 and SHA-384 for the freestanding kernel, on the block functions of intel-ipsec-mb (SHA-NI where the
// processor has it, else SSSE3). Only legacy-SSE code is used: it leaves the upper halves of the guest's vector
// registers alone, which VEX-encoded code would clear. Nothing here touches FS, allocates or calls out.

#ifndef CC_SHA_H
#define CC_SHA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CC_SHA256_BYTES 32
#define CC_SHA384_BYTES 48

/// Digest of `length` bytes at `data`, in one call.
void cc_sha256(const void *data, uint64_t length, uint8_t out[CC_SHA256_BYTES]);
void cc_sha384(const void *data, uint64_t length, uint8_t out[CC_SHA384_BYTES]);

/// Digest in parts: start, any number of updates, finish (which wipes the state).
struct cc_sha256_state {
    uint32_t words[8];
    uint8_t block[64];
    uint64_t length;
};
void cc_sha256_start(struct cc_sha256_state *state);
void cc_sha256_update(struct cc_sha256_state *state, const void *data, uint64_t length);
void cc_sha256_finish(struct cc_sha256_state *state, uint8_t out[CC_SHA256_BYTES]);

struct cc_sha384_state {
    uint64_t words[8];
    uint8_t block[128];
    uint64_t length;
};
void cc_sha384_start(struct cc_sha384_state *state);
void cc_sha384_update(struct cc_sha384_state *state, const void *data, uint64_t length);
void cc_sha384_finish(struct cc_sha384_state *state, uint8_t out[CC_SHA384_BYTES]);

/// Whether the digests of known vectors come out right, by every block function this processor can run.
/// Returns 0, or the number of the first vector that fails. Run once at boot.
int32_t cc_sha_self_test(void);

/// Whether SHA-256 uses the SHA extensions.
int32_t cc_sha256_is_accelerated(void);

#ifdef __cplusplus
}
#endif

#endif
