/* SPDX-License-Identifier: Apache-2.0
 *
 * Attested TLS on a connected socket (docs/shield.md): TLS 1.3 in which each side proves what it runs. Calls block; a party may be
 * used by many threads, a connection by one at a time. Link with -lcloister-attested-tls. */
#ifndef CLOISTER_ATTESTED_TLS_H
#define CLOISTER_ATTESTED_TLS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What this side proves and what it asks of others. */
typedef struct cloister_tls_party cloister_tls_party;
typedef struct cloister_tls cloister_tls;

enum {
    /* This side runs in no enclave and proves nothing: most peers refuse it. */
    CLOISTER_TLS_NO_EVIDENCE = 1,
    /* Anybody may be at the other end; the policy is NULL. */
    CLOISTER_TLS_INSECURE_ANYONE = 2,
};

/* Puts evidence with this report data (a quote, a report, or a bundle) into `evidence`, which has room for *size bytes, and sets
 * *size. 0: done. May be called from several threads at once. */
typedef int (*cloister_tls_evidence)(void *context, const uint8_t report_data[64], uint8_t *evidence, size_t *size);

/* `policy` is the text of a policy (docs/policy.md), `collateral` NULL or the JSON of one set. `evidence` NULL: of the enclave that
 * this program runs in. NULL on failure, with the reason in words that end with zero; `reason` may be NULL if `room` is 0. */
cloister_tls_party *cloister_tls_party_new(const char *policy, const char *collateral, cloister_tls_evidence evidence, void *context,
                                           uint32_t flags, char *reason, size_t room);
/* Connections that are open keep what they need. */
void cloister_tls_party_free(cloister_tls_party *party);

/* Makes the connected socket `descriptor` an attested connection, within `milliseconds`. It stays the caller's: close it after
 * cloister_tls_free. NULL: refused or failed, with the reason. */
cloister_tls *cloister_tls_open(cloister_tls_party *party, int descriptor, int is_server, int milliseconds, char *reason, size_t room);
void cloister_tls_free(cloister_tls *connection);

/* Number of bytes; 0: the peer has said that it sends no more; -1: failed. `milliseconds` < 0: waits as long as it takes. */
long cloister_tls_read(cloister_tls *connection, void *bytes, size_t room, int milliseconds);
/* All of it, or -1. */
long cloister_tls_write(cloister_tls *connection, const void *bytes, size_t count, int milliseconds);
/* Says that no more will be sent; reading goes on. 0: done. Without it the peer takes the end for a cut. */
int cloister_tls_end(cloister_tls *connection, int milliseconds);

/* Why the last call failed, or "". */
void cloister_tls_reason(const cloister_tls *connection, char *reason, size_t room);
/* What was verified of the peer as JSON, ended with zero; its length without that, also if `room` is too small. 0: nothing was asked. */
size_t cloister_tls_peer(const cloister_tls *connection, char *json, size_t room);

#ifdef __cplusplus
}
#endif
#endif
