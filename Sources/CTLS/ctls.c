// SPDX-License-Identifier: Apache-2.0
#include "ctls.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ctls_context {
    SSL_CTX *tls;
};

struct ctls_connection {
    SSL *tls;
    BIO *input;
    BIO *output;
    char reason[160];
};

// The name of the protocol, so that a server of another one is never taken for ours (RFC 7301).
static const unsigned char protocol[] = "\x0f" "cloister-atls/1";
enum { PROTOCOL_SIZE = 1 + 15 };

// What the certificate says is for the caller: it is read after the handshake, which has proved that the peer has its key.
static int accept_certificate(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

static int select_protocol(SSL *tls, const unsigned char **out, unsigned char *out_size, const unsigned char *in, unsigned in_size, void *unused) {
    (void)tls;
    (void)unused;
    for (unsigned at = 0; at < in_size; at += 1 + in[at]) {
        if (in_size - at >= PROTOCOL_SIZE && memcmp(in + at, protocol, PROTOCOL_SIZE) == 0) {
            *out = in + at + 1;
            *out_size = PROTOCOL_SIZE - 1;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int set_up(SSL_CTX *tls, const uint8_t *certificate, size_t certificate_size, const uint8_t *key, size_t key_size) {
    const unsigned char *at = key;
    EVP_PKEY *private_key = key_size > LONG_MAX ? NULL : d2i_AutoPrivateKey(NULL, &at, (long)key_size);
    if (!private_key) return 0;
    int good = certificate_size <= INT_MAX && SSL_CTX_use_certificate_ASN1(tls, (int)certificate_size, certificate) == 1 &&
               SSL_CTX_use_PrivateKey(tls, private_key) == 1 && SSL_CTX_check_private_key(tls) == 1;
    EVP_PKEY_free(private_key);
    if (!good) return 0;
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(tls, accept_certificate, NULL);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_max_cert_list(tls, 64 << 10);
    SSL_CTX_set_alpn_select_cb(tls, select_protocol, NULL);
    return SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION) == 1 && SSL_CTX_set_max_proto_version(tls, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_num_tickets(tls, 0) == 1 && SSL_CTX_set1_groups_list(tls, "X25519:P-256:P-384") == 1 &&
           SSL_CTX_set_alpn_protos(tls, protocol, PROTOCOL_SIZE) == 0;
}

ctls_context *ctls_context_new(const uint8_t *certificate, size_t certificate_size, const uint8_t *key, size_t key_size) {
    // A file of the host's must not change what is negotiated.
    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    ctls_context *context = calloc(1, sizeof *context);
    if (!context) return NULL;
    context->tls = SSL_CTX_new(TLS_method());
    if (context->tls && set_up(context->tls, certificate, certificate_size, key, key_size)) return context;
    ERR_clear_error();
    ctls_context_free(context);
    return NULL;
}

void ctls_context_free(ctls_context *context) {
    if (!context) return;
    SSL_CTX_free(context->tls);
    free(context);
}

ctls_connection *ctls_new(ctls_context *context, int is_server) {
    ctls_connection *connection = calloc(1, sizeof *connection);
    if (!connection) return NULL;
    connection->tls = SSL_new(context->tls);
    connection->input = BIO_new(BIO_s_mem());
    connection->output = BIO_new(BIO_s_mem());
    if (!connection->tls || !connection->input || !connection->output) {
        BIO_free(connection->input);
        BIO_free(connection->output);
        SSL_free(connection->tls);
        free(connection);
        return NULL;
    }
    // Empty means that more may come.
    BIO_set_mem_eof_return(connection->input, -1);
    BIO_set_mem_eof_return(connection->output, -1);
    SSL_set_bio(connection->tls, connection->input, connection->output);
    if (is_server) SSL_set_accept_state(connection->tls);
    else SSL_set_connect_state(connection->tls);
    return connection;
}

void ctls_free(ctls_connection *connection) {
    if (!connection) return;
    SSL_free(connection->tls);
    free(connection);
}

size_t ctls_feed(ctls_connection *connection, const uint8_t *bytes, size_t count) {
    size_t taken = 0;
    return count > 0 && BIO_write_ex(connection->input, bytes, count, &taken) == 1 ? taken : 0;
}

size_t ctls_pending(const ctls_connection *connection) { return BIO_ctrl_pending(connection->output); }

size_t ctls_take(ctls_connection *connection, uint8_t *bytes, size_t room) {
    size_t taken = 0;
    return room > 0 && BIO_read_ex(connection->output, bytes, room, &taken) == 1 ? taken : 0;
}

static void keep_reason(ctls_connection *connection, const char *words) {
    snprintf(connection->reason, sizeof connection->reason, "%s", words ? words : "unknown");
    ERR_clear_error();
}

static int outcome(ctls_connection *connection, int result) {
    switch (SSL_get_error(connection->tls, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return CTLS_WANTS_INPUT;
    case SSL_ERROR_ZERO_RETURN: return CTLS_CLOSED;
    default: keep_reason(connection, ERR_reason_error_string(ERR_peek_error())); return CTLS_FAILED;
    }
}

int ctls_handshake(ctls_connection *connection) {
    ERR_clear_error();
    int result = SSL_do_handshake(connection->tls);
    if (result != 1) return outcome(connection, result);
    const unsigned char *selected = NULL;
    unsigned size = 0;
    SSL_get0_alpn_selected(connection->tls, &selected, &size);
    if (size == PROTOCOL_SIZE - 1 && memcmp(selected, protocol + 1, size) == 0) return 1;
    keep_reason(connection, "the peer speaks TLS, but not attested TLS");
    return CTLS_FAILED;
}

long ctls_read(ctls_connection *connection, uint8_t *bytes, size_t room) {
    ERR_clear_error();
    int result = SSL_read(connection->tls, bytes, room > INT_MAX ? INT_MAX : (int)room);
    return result > 0 ? result : outcome(connection, result);
}

long ctls_write(ctls_connection *connection, const uint8_t *bytes, size_t count) {
    ERR_clear_error();
    if (count == 0) return 0;
    int result = SSL_write(connection->tls, bytes, count > INT_MAX ? INT_MAX : (int)count);
    return result > 0 ? result : outcome(connection, result);
}

void ctls_close(ctls_connection *connection) {
    ERR_clear_error();
    SSL_shutdown(connection->tls);
    ERR_clear_error();
}

int ctls_export(ctls_connection *connection, const char *label, uint8_t *bytes, size_t count) {
    return SSL_export_keying_material(connection->tls, bytes, count, label, strlen(label), NULL, 0, 0) == 1;
}

size_t ctls_peer_certificate(const ctls_connection *connection, uint8_t *bytes, size_t room) {
    X509 *certificate = SSL_get0_peer_certificate(connection->tls);
    int size = certificate ? i2d_X509(certificate, NULL) : 0;
    if (size <= 0 || (size_t)size > room) return 0;
    unsigned char *at = bytes;
    return (size_t)i2d_X509(certificate, &at);
}

void ctls_reason(const ctls_connection *connection, char *text, size_t room) { snprintf(text, room, "%s", connection->reason); }
