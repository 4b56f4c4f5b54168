// SPDX-License-Identifier: Apache-2.0
// A system call preserves every general register but RAX, RCX and R11, the flags, XMM and YMM registers, MXCSR, and the red zone.
#include "../process/support.h"
#include <cpuid.h>

static int general(long number) {
    long bad = 0;
    __asm__ volatile(
        "push %%rbp\n mov %1, %%rax\n mov $1, %%rbx\n mov $0, %%rdi\n mov $0, %%rsi\n mov $0, %%rdx\n mov $0, %%r10\n mov $0, %%r8\n"
        "mov $7, %%r9\n mov $12, %%r12\n mov $13, %%r13\n mov $14, %%r14\n mov $15, %%r15\n mov $16, %%rbp\n"
        "syscall\n"
        "xor %%eax, %%eax\n cmp $1, %%rbx\n setne %%al\n"
        "or %%rdi, %%rax\n or %%rsi, %%rax\n or %%rdx, %%rax\n or %%r10, %%rax\n or %%r8, %%rax\n"
        "xor $7, %%r9\n or %%r9, %%rax\n xor $12, %%r12\n or %%r12, %%rax\n xor $13, %%r13\n or %%r13, %%rax\n"
        "xor $14, %%r14\n or %%r14, %%rax\n xor $15, %%r15\n or %%r15, %%rax\n xor $16, %%rbp\n or %%rbp, %%rax\n pop %%rbp\n"
        : "=a"(bad)
        : "r"(number)
        : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory");
    return bad == 0;
}

static int flags(long number) {
    unsigned long after;
    __asm__ volatile(
        "mov %1, %%rax\n xor %%edi, %%edi\n xor %%esi, %%esi\n std\n cmp %%rax, %%rax\n stc\n syscall\n pushfq\n pop %0\n cld\n"
        : "=r"(after)
        : "r"(number)
        : "rax", "rcx", "r11", "rdi", "rsi", "rdx", "cc", "memory");
    return (after & 0x441) == 0x441;
}

static int xmm(long number) {
    uint64_t in[32], out[32];
    for (int i = 0; i < 32; i++) in[i] = 0x0101010101010101ull * (unsigned)(i + 1);
    __asm__ volatile(".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n movdqu 16*\\n(%1), %%xmm\\n\n .endr\n"
                     "mov %3, %%rax\n xor %%edi, %%edi\n xor %%esi, %%esi\n syscall\n"
                     ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n movdqu %%xmm\\n, 16*\\n(%2)\n .endr\n"
                     : "=m"(out)
                     : "r"(in), "r"(out), "r"(number), "m"(in)
                     : "rax", "rcx", "r11", "rdi", "rsi", "rdx", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
                       "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    return !memcmp(in, out, sizeof in);
}

__attribute__((target("avx"))) static int ymm(long number) {
    uint64_t in[64], out[64];
    for (int i = 0; i < 64; i++) in[i] = 0x0202020202020202ull * (unsigned)(i + 1);
    __asm__ volatile(
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n vmovdqu 32*\\n(%1), %%ymm\\n\n .endr\n"
        "mov %3, %%rax\n xor %%edi, %%edi\n xor %%esi, %%esi\n syscall\n"
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n vmovdqu %%ymm\\n, 32*\\n(%2)\n .endr\n vzeroupper\n"
        : "=m"(out)
        : "r"(in), "r"(out), "r"(number), "m"(in)
        : "rax", "rcx", "r11", "rdi", "rsi", "rdx", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
          "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    return !memcmp(in, out, sizeof in);
}

static int control_words(long number) {
    uint32_t set = 0x1f80 | 0x6000, got = 0, normal = 0x1f80;
    uint16_t x87 = 0x0f7f, x87_got = 0, x87_normal = 0x037f;
    __asm__ volatile(
        "ldmxcsr %2\n fldcw %3\n mov %4, %%rax\n xor %%edi, %%edi\n xor %%esi, %%esi\n syscall\n stmxcsr %0\n fnstcw %1\n ldmxcsr %5\n fldcw %6\n"
        : "=m"(got), "=m"(x87_got)
        : "m"(set), "m"(x87), "r"(number), "m"(normal), "m"(x87_normal)
        : "rax", "rcx", "r11", "rdi", "rsi", "rdx", "memory");
    return got == set && x87_got == x87;
}

static int red_zone(long number) {
    long got;
    __asm__ volatile(
        "movq $0x5a5a, -8(%%rsp)\n movq $0x6b6b, -128(%%rsp)\n mov %1, %%rax\n xor %%edi, %%edi\n xor %%esi, %%esi\n syscall\n"
        "mov -8(%%rsp), %0\n xor $0x5a5a, %0\n mov -128(%%rsp), %%rcx\n xor $0x6b6b, %%rcx\n or %%rcx, %0\n"
        : "=&r"(got)
        : "r"(number)
        : "rax", "rcx", "r11", "rdi", "rsi", "rdx", "cc", "memory");
    return got == 0;
}

int main(void) {
    // A call served in the kernel, one that takes a lock, one that may reach the host, and an unknown one. The arguments are zero.
    struct {
        const char *name;
        long number;
    } calls[] = {
        {"getpid", SYS_getpid}, {"alarm", SYS_alarm}, {"sched_yield", SYS_sched_yield}, {"an unknown call", 9998}};
    unsigned a, b, c = 0, d;
    int avx = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE) && (c & bit_AVX);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4; i++) {
            char line[100];
#define LINE(what) (snprintf(line, sizeof line, "%s over %s", what, calls[i].name), line)
            CHECK(general(calls[i].number), LINE("general registers"));
            CHECK(flags(calls[i].number), LINE("carry, zero and direction flags"));
            CHECK(xmm(calls[i].number), LINE("XMM registers"));
            CHECK(!avx || ymm(calls[i].number), LINE("YMM registers, where the processor has them,"));
            CHECK(control_words(calls[i].number), LINE("MXCSR and the x87 control word"));
            CHECK(red_zone(calls[i].number), LINE("the red zone"));
        }
    }
    DONE();
}
