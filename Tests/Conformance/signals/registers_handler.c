// SPDX-License-Identifier: Apache-2.0
// A handler that changes every register changes nothing in the interrupted code: general, XMM, YMM, flags, red zone, control words.
#include "../process/support.h"
#include <cpuid.h>

static volatile sig_atomic_t runs;
static int avx;

__attribute__((target("avx"))) static void clear_ymm(void) {
    __asm__ volatile("vzeroall"
                     :
                     :
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
                       "xmm12", "xmm13", "xmm14", "xmm15");
}

static void clobber(int sig) {
    (void)sig;
    runs++;
    uint32_t odd = 0x7f80;
    uint16_t x87 = 0x0c7f;
    if (avx) clear_ymm();
    __asm__ volatile(
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n pxor %%xmm\\n, %%xmm\\n\n .endr\n ldmxcsr %0\n fldcw %1\n"
        "xor %%eax, %%eax\n xor %%ecx, %%ecx\n xor %%edx, %%edx\n xor %%r8, %%r8\n xor %%r9, %%r9\n xor %%r10, %%r10\n xor %%r11, %%r11\n"
        :
        : "m"(odd), "m"(x87)
        : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
          "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc");
}

// Spins in code that uses no call until the handler ran, then compares all registers. Yields a mask of what differs.
static long spin(void) {
    long bad;
    sig_atomic_t before = runs;
    __asm__ volatile(
        "push %%rbp\n sub $256, %%rsp\n movq $0x77, -8(%%rsp)\n movq $0x78, -120(%%rsp)\n"
        "mov %1, %%rbx\n mov %2, %%ebp\n mov $2, %%rcx\n mov $3, %%rdx\n mov $4, %%rsi\n mov $5, %%rdi\n mov $8, %%r8\n mov $9, %%r9\n"
        "mov $10, %%r10\n mov $11, %%r11\n mov $12, %%r12\n mov $13, %%r13\n mov $14, %%r14\n mov $15, %%r15\n"
        "pcmpeqd %%xmm0, %%xmm0\n movdqa %%xmm0, %%xmm7\n movdqa %%xmm0, %%xmm15\n"
        "1: cmp %%ebp, (%%rbx)\n je 1b\n"
        "stc\n xor $2, %%rcx\n xor $3, %%rdx\n or %%rdx, %%rcx\n xor $4, %%rsi\n or %%rsi, %%rcx\n xor $5, %%rdi\n or %%rdi, %%rcx\n"
        "xor $8, %%r8\n or %%r8, %%rcx\n xor $9, %%r9\n or %%r9, %%rcx\n xor $10, %%r10\n or %%r10, %%rcx\n xor $11, %%r11\n or %%r11, %%rcx\n"
        "xor $12, %%r12\n or %%r12, %%rcx\n xor $13, %%r13\n or %%r13, %%rcx\n xor $14, %%r14\n or %%r14, %%rcx\n xor $15, %%r15\n or %%r15, %%rcx\n"
        "pand %%xmm7, %%xmm0\n pand %%xmm15, %%xmm0\n movq %%xmm0, %%rdx\n not %%rdx\n or %%rdx, %%rcx\n"
        "mov -8(%%rsp), %%rdx\n xor $0x77, %%rdx\n or %%rdx, %%rcx\n mov -120(%%rsp), %%rdx\n xor $0x78, %%rdx\n or %%rdx, %%rcx\n"
        "mov %%rcx, %%rax\n add $256, %%rsp\n pop %%rbp\n"
        : "=a"(bad)
        : "r"(&runs), "r"(before)
        : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0", "xmm7",
          "xmm15", "cc", "memory");
    return bad;
}

__attribute__((target("avx"))) static int spin_ymm(void) {
    uint64_t in[4] = {1, 2, 3, 4}, out[4];
    sig_atomic_t before = runs;
    __asm__ volatile("vmovdqu %1, %%ymm9\n 1: cmp %%ecx, (%%rbx)\n je 1b\n vmovdqu %%ymm9, %0\n vzeroupper\n"
                     : "=m"(out)
                     : "m"(in), "b"(&runs), "c"(before)
                     : "xmm9", "cc", "memory");
    return !memcmp(in, out, sizeof in);
}

static int spin_control(void) {
    uint32_t set = 0x3f80, got, normal = 0x1f80;
    uint16_t x87 = 0x077f, x87_got, x87_normal = 0x037f;
    sig_atomic_t before = runs;
    __asm__ volatile(
        "ldmxcsr %2\n fldcw %3\n 1: cmp %%ecx, (%%rbx)\n je 1b\n stmxcsr %0\n fnstcw %1\n ldmxcsr %6\n fldcw %7\n"
        : "=m"(got), "=m"(x87_got)
        : "m"(set), "m"(x87), "b"(&runs), "c"(before), "m"(normal), "m"(x87_normal)
        : "cc", "memory");
    return got == set && x87_got == x87;
}

int main(void) {
    unsigned a, b, c = 0, d;
    avx = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE) && (c & bit_AVX);
    start_ticks(0);
    struct itimerval fast = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &fast, NULL);
    handle(SIGALRM, clobber, SA_RESTART);
    int good = 1, good_ymm = 1, good_control = 1;
    for (int i = 0; i < 30; i++) {
        good &= spin() == 0;
        good_ymm &= !avx || spin_ymm();
        good_control &= spin_control();
    }
    stop_ticks();
    CHECK(good, "general registers, XMM registers and the red zone survive");
    CHECK(good_ymm, "YMM registers survive, where the processor has them");
    CHECK(good_control, "MXCSR and the x87 control word survive");
    CHECK(runs >= 30, "a busy loop is interrupted");
    DONE();
}
