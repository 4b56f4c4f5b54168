// SPDX-License-Identifier: Apache-2.0
// Malformed ELF files are refused or end in a signal; the caller and the system go on.
#include "check.h"
#include <elf.h>
#include <sys/resource.h>

static unsigned char image[4096];
static Elf64_Ehdr *const header = (Elf64_Ehdr *)image;
static Elf64_Phdr *const segment = (Elf64_Phdr *)(image + sizeof(Elf64_Ehdr));

/// A good program of one segment: exit(7).
static void good(void) {
    memset(image, 0, sizeof image);
    memcpy(header->e_ident, ELFMAG, SELFMAG);
    header->e_ident[EI_CLASS] = ELFCLASS64;
    header->e_ident[EI_DATA] = ELFDATA2LSB;
    header->e_ident[EI_VERSION] = EV_CURRENT;
    header->e_type = ET_EXEC;
    header->e_machine = EM_X86_64;
    header->e_version = EV_CURRENT;
    header->e_entry = 0x10000200;
    header->e_phoff = sizeof *header;
    header->e_ehsize = sizeof *header;
    header->e_phentsize = sizeof *segment;
    header->e_phnum = 1;
    segment[0] = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x10000000, .p_paddr = 0x10000000,
                              .p_filesz = 4096, .p_memsz = 4096, .p_align = 4096};
    memcpy(image + 0x200, "\xbf\7\0\0\0\xb8\x3c\0\0\0\x0f\5", 12);
}

/// The exit status, 128 + signal, or 1000 + errno of execve.
static int run(size_t size) {
    int fd = open("elf", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    bool written = write(fd, image, size) == (ssize_t)size;
    close(fd);
    if (!written) return -1;
    int ends[2], error = 0;
    pipe2(ends, O_CLOEXEC);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        char *argv[] = {"elf", NULL};
        execve("elf", argv, argv + 1);
        error = errno;
        if (write(ends[1], &error, sizeof error) != sizeof error) _exit(98);
        _exit(99);
    }
    close(ends[1]);
    bool failed = read(ends[0], &error, sizeof error) == sizeof error;
    close(ends[0]);
    int status = check_wait(child);
    return failed ? 1000 + error : status;
}

/// One field changed; the kernel must refuse with this errno.
#define REFUSED(change, error) (good(), change, CHECK(run(4096) == 1000 + error, #change ": " #error))
/// One field changed; refused or killed, but never run to the end.
#define HARMLESS(change)                                                     \
    do {                                                                     \
        good();                                                              \
        change;                                                              \
        int harmless_status = run(4096);                                     \
        CHECK(harmless_status >= 128 && harmless_status != -1, #change);     \
    } while (0)

int main(void) {
    temp_dir();
    good();
    CHECK_EQ(run(4096), 7);
    for (size_t size = 0; size < 64; size += 9) CHECK_EQ(run(size), 1000 + ENOEXEC);
    int cut = run(100);
    CHECK(cut == 1000 + ENOEXEC || cut == 1000 + EIO, "cut within the segment table");
    REFUSED(header->e_ident[0] = 0, ENOEXEC);
    REFUSED(header->e_machine = EM_AARCH64, ENOEXEC);
    REFUSED(header->e_type = ET_REL, ENOEXEC);
    REFUSED(header->e_type = 99, ENOEXEC);
    REFUSED(header->e_phentsize = 55, ENOEXEC);
    REFUSED(header->e_phnum = 0, ENOEXEC);
    REFUSED(header->e_phnum = 0xffff, ENOEXEC);
    HARMLESS(header->e_phoff = 1ull << 62);
    HARMLESS(header->e_phoff = ~0ull);
    HARMLESS(header->e_entry = 0);
    HARMLESS(header->e_entry = ~0ull);
    HARMLESS(header->e_entry = 0xffff800000000000ull);
    HARMLESS(segment->p_vaddr = ~0ull - 4095);
    HARMLESS(segment->p_vaddr = 0x7ffffffff000ull);
    HARMLESS(segment->p_memsz = ~0ull);
    HARMLESS(segment->p_memsz = 1ull << 46);
    HARMLESS(segment->p_filesz = 8192);
    HARMLESS(segment->p_filesz = ~0ull);
    HARMLESS(segment->p_offset = 123);
    HARMLESS(segment->p_flags = PF_R);
    HARMLESS(segment->p_type = PT_NULL);
    good();
    header->e_phnum = 2;
    segment[1] = (Elf64_Phdr){.p_type = PT_INTERP, .p_offset = 0x300, .p_filesz = 16, .p_memsz = 16};
    memcpy(image + 0x300, "/no/such/loader", 16);
    CHECK_EQ(run(4096), 1000 + ENOENT);
    memcpy(image + 0x300, "/no/such/loadex!", 16);
    CHECK_EQ(run(4096), 1000 + ENOEXEC);
    segment[1].p_filesz = 1;
    CHECK_EQ(run(4096), 1000 + ENOEXEC);
    segment[1].p_filesz = 1u << 20;
    CHECK_EQ(run(4096), 1000 + ENOEXEC);
    segment[1] = segment[0];
    int twice = run(4096);
    CHECK(twice == 7 || twice >= 128, "two segments at one place");
    good();
    unsigned seed = 7;
    int survived = 0;
    for (int i = 0; i < 60; i++) {
        good();
        for (int n = 0; n < 3; n++) {
            seed = seed * 1664525 + 1013904223;
            image[16 + (seed >> 8) % 104] = (unsigned char)(seed >> 24);
        }
        survived += run(4096) != -1;
    }
    CHECK_EQ(survived, 60);
    good();
    CHECK_EQ(run(4096), 7);
    DONE();
}
