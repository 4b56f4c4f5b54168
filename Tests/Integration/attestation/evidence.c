// SPDX-License-Identifier: Apache-2.0
// Gets evidence in the three ways that existing programs know: Gramine's files, Occlum's device, Linux's configfs-tsm. Checks what can be
// checked inside, and prints the measurement that the TDX quote states, and the length of the SGX quote.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK(condition)                                                                                                                   \
    do {                                                                                                                                   \
        if (!(condition)) {                                                                                                                \
            fprintf(stderr, "line %d: %s (errno %d)\n", __LINE__, #condition, errno);                                                      \
            exit(1);                                                                                                                       \
        }                                                                                                                                  \
    } while (0)

static unsigned char data[64], buffer[65536], other[65536];

static ssize_t read_file(const char *path, unsigned char *into) {
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t total = 0, count;
    while ((count = read(fd, into + total, sizeof buffer - total)) > 0)
        total += count;
    int error = errno;
    close(fd);
    errno = error;
    return count < 0 ? -1 : total;
}

static ssize_t write_file(const char *path, const void *bytes, size_t count) {
    int fd = open(path, O_WRONLY);
    if (fd < 0)
        return -1;
    ssize_t written = write(fd, bytes, count);
    close(fd);
    return written;
}

// Intel's SGX quote of version 3: header 48, then the report body with the report data at its offset 320.
static void check_sgx(const unsigned char *quote, ssize_t count) {
    CHECK(count > 1000 && quote[0] == 3 && quote[4] == 0);
    CHECK(memcmp(quote + 48 + 320, data, sizeof data) == 0);
}

static ssize_t gramine(void) {
    CHECK(read_file("/dev/attestation/attestation_type", buffer) == 4 && memcmp(buffer, "dcap", 4) == 0);
    CHECK(write_file("/dev/attestation/user_report_data", data, sizeof data) == sizeof data);
    ssize_t count = read_file("/dev/attestation/quote", buffer);
    check_sgx(buffer, count);
    // A local report to oneself states the same enclave as the quote.
    CHECK(read_file("/dev/attestation/my_target_info", other) == 512);
    CHECK(write_file("/dev/attestation/target_info", other, 512) == 512);
    CHECK(memcmp(other, buffer + 48 + 64, 32) == 0);
    CHECK(read_file("/dev/attestation/report", other) == 432);
    CHECK(memcmp(other, buffer + 48, 384) == 0);
    CHECK(read_file("/dev/attestation/keys/_sgx_mrenclave", other) == 16);
    CHECK(read_file("/dev/attestation/keys/_sgx_mrenclave", other + 16) == 16 && memcmp(other, other + 16, 16) == 0);
    return count;
}

static void occlum(void) {
    struct {
        unsigned char *report_data;
        uint32_t *quote_len;
        unsigned char *quote_buf;
    } argument;
    uint32_t size = 0;
    int fd = open("/dev/sgx", O_RDONLY);
    CHECK(fd >= 0);
    CHECK(ioctl(fd, _IOR('s', 7, uint32_t), &size) == 0 && size > 0 && size <= sizeof other);
    argument.report_data = data;
    argument.quote_len = &size;
    argument.quote_buf = other;
    CHECK(ioctl(fd, 0xc0187308, &argument) == 0);
    check_sgx(other, size);
    close(fd);
}

static void configfs(void) {
    const char *entry = "/sys/kernel/config/tsm/report/evidence-test";
    char path[128];
    CHECK(mkdir(entry, 0700) == 0);
    snprintf(path, sizeof path, "%s/inblob", entry);
    CHECK(write_file(path, data, sizeof data) == sizeof data);
    snprintf(path, sizeof path, "%s/provider", entry);
    CHECK(read_file(path, other) == 10 && memcmp(other, "tdx_guest\n", 10) == 0);
    snprintf(path, sizeof path, "%s/outblob", entry);
    ssize_t count = read_file(path, other);
    CHECK(count > 1000 && other[0] == 4 && other[4] == 0x81);
    CHECK(memcmp(other + 48 + 520, data, sizeof data) == 0);
    snprintf(path, sizeof path, "%s/generation", entry);
    CHECK(read_file(path, buffer) == 2 && buffer[0] == '1');
    CHECK(rmdir(entry) == 0);
    for (int i = 0; i < 48; i++)
        printf("%02x", other[48 + 136 + i]);
    printf("\n");
}

int main(void) {
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 3 + 1);
    gramine();
    occlum();
    configfs();
    return 0;
}
