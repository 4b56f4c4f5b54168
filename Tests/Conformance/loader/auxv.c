// SPDX-License-Identifier: Apache-2.0
// The auxiliary vector of a new program.
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>

extern char **environ;

int main(int argc, char **argv) {
    (void)argc;
    CHECK_EQ(getauxval(AT_PAGESZ), 4096);
    CHECK_EQ(getauxval(AT_UID), 0);
    CHECK_EQ(getauxval(AT_EUID), 0);
    CHECK_EQ(getauxval(AT_GID), 0);
    CHECK_EQ(getauxval(AT_SECURE), 0);
    CHECK_EQ(getauxval(AT_CLKTCK), 100);
    CHECK(getauxval(AT_HWCAP) != 0, "AT_HWCAP");
    const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
    int sum = 0;
    for (int i = 0; random && i < 16; i++) sum |= random[i];
    CHECK(sum != 0, "AT_RANDOM names sixteen bytes");
    const char *name = (const char *)getauxval(AT_EXECFN);
    CHECK(name && !strcmp(name, argv[0]), "AT_EXECFN is the path that was run");
    const char *platform = (const char *)getauxval(AT_PLATFORM);
    CHECK(platform && !strcmp(platform, "x86_64"), "AT_PLATFORM");
    const Elf64_Phdr *headers = (const Elf64_Phdr *)getauxval(AT_PHDR);
    CHECK_EQ(getauxval(AT_PHENT), sizeof(Elf64_Phdr));
    unsigned long count = getauxval(AT_PHNUM);
    CHECK(headers && count > 2 && count < 32, "AT_PHDR and AT_PHNUM");
    int loads = 0, stacks = 0;
    bool covers = false;
    uintptr_t bias = 0, here = (uintptr_t)&main, entry = getauxval(AT_ENTRY);
    for (unsigned long i = 0; i < count; i++)
        if (headers[i].p_type == PT_PHDR) bias = (uintptr_t)headers - headers[i].p_vaddr;
    bool entered = false;
    for (unsigned long i = 0; i < count; i++) {
        loads += headers[i].p_type == PT_LOAD;
        stacks += headers[i].p_type == PT_GNU_STACK;
        if (headers[i].p_type != PT_LOAD || !(headers[i].p_flags & PF_X)) continue;
        uintptr_t start = bias + headers[i].p_vaddr;
        covers |= here >= start && here < start + headers[i].p_memsz;
        entered |= entry >= start && entry < start + headers[i].p_memsz;
    }
    CHECK(loads >= 2 && stacks == 1, "segments");
    CHECK(covers, "an executable segment holds main");
    CHECK(entered, "and AT_ENTRY");
    uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
    CHECK(vdso && !memcmp((void *)vdso, ELFMAG, SELFMAG), "AT_SYSINFO_EHDR is an ELF image");
    char **last = environ;
    while (*last) last++;
    const Elf64_auxv_t *vector = (const Elf64_auxv_t *)(last + 1);
    bool ends = false, based = false;
    for (int i = 0; i < 64 && !ends; i++) {
        ends = vector[i].a_type == AT_NULL;
        based |= vector[i].a_type == AT_BASE;
    }
    CHECK(ends && based, "the vector follows the environment, has AT_BASE and ends with AT_NULL");
    CHECK_EQ((uintptr_t)&argv[-1] % 16, 0);
    DONE();
}
