// SPDX-License-Identifier: Apache-2.0
// A client of redis with the C library of attested TLS, in an enclave without a shield: pings, and says who answered.
#include <arpa/inet.h>
#include <cloister-attested-tls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char *read_file(const char *path) {
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 65536);
    if (!file || !text || fread(text, 1, 65535, file) == 0) exit(2);
    fclose(file);
    return text;
}

int main(int count, char **words) {
    if (count != 4) return 2;
    char reason[1024] = "";
    cloister_tls_party *party = cloister_tls_party_new(read_file(words[3]), NULL, NULL, NULL, 0, reason, sizeof reason);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[2]))};
    inet_pton(AF_INET, words[1], &address.sin_addr);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (!party || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        printf("no party or no connection: %s\n", reason);
        return 1;
    }
    cloister_tls *connection = cloister_tls_open(party, descriptor, 0, 30000, reason, sizeof reason);
    cloister_tls_party_free(party);
    if (!connection) {
        printf("%s\n", reason);
        return 77;
    }
    char answer[64] = "";
    static const char ping[] = "*1\r\n$4\r\nPING\r\n";
    if (cloister_tls_write(connection, ping, sizeof ping - 1, 30000) != sizeof ping - 1 ||
        cloister_tls_read(connection, answer, sizeof answer - 1, 30000) <= 0) {
        cloister_tls_reason(connection, reason, sizeof reason);
        printf("%s\n", reason);
        return 1;
    }
    static char peer[65536];
    cloister_tls_peer(connection, peer, sizeof peer);
    printf("%.5s %s\n", answer, strstr(peer, "\"verdict\":\"valid\"") ? "valid" : peer);
    int ended = cloister_tls_end(connection, 30000) == 0 && cloister_tls_read(connection, answer, sizeof answer, 30000) == 0;
    cloister_tls_free(connection);
    close(descriptor);
    return ended ? 0 : 1;
}
