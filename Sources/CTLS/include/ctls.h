// SPDX-License-Identifier: Apache-2.0
// TLS 1.3 between memory buffers, by OpenSSL: a certificate on both sides, whatever it says, and no sessions that outlive a connection. Who the
// peer is, the caller finds out. No input or output, no policy.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Certificate and key of one side; connections that use it keep what they need of it.
typedef struct ctls_context ctls_context;
typedef struct ctls_connection ctls_connection;

enum {
    CTLS_WANTS_INPUT = 0,
    CTLS_CLOSED = -1, // the peer has said that it sends no more
    CTLS_FAILED = -2,
};

// Both in DER; NULL if they do not fit each other.
ctls_context *ctls_context_new(const uint8_t *certificate, size_t certificate_size, const uint8_t *key, size_t key_size);
void ctls_context_free(ctls_context *context);

ctls_connection *ctls_new(ctls_context *context, int is_server);
void ctls_free(ctls_connection *connection);

// Bytes from the network: as many as were taken (all, unless memory is short).
size_t ctls_feed(ctls_connection *connection, const uint8_t *bytes, size_t count);
// Bytes for the network.
size_t ctls_pending(const ctls_connection *connection);
size_t ctls_take(ctls_connection *connection, uint8_t *bytes, size_t room);

// 1: done.
int ctls_handshake(ctls_connection *connection);
// Number of bytes, or one of the above.
long ctls_read(ctls_connection *connection, uint8_t *bytes, size_t room);
long ctls_write(ctls_connection *connection, const uint8_t *bytes, size_t count);
// Says that no more will be sent.
void ctls_close(ctls_connection *connection);

// RFC 8446, 7.5, without a context. 1: done.
int ctls_export(ctls_connection *connection, const char *label, uint8_t *bytes, size_t count);
// The peer's certificate in DER; 0: none, or it does not fit.
size_t ctls_peer_certificate(const ctls_connection *connection, uint8_t *bytes, size_t room);
// Why the last call failed, in words that end with zero.
void ctls_reason(const ctls_connection *connection, char *text, size_t room);
