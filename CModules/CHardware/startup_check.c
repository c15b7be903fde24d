// A program compiled for a processor's features dies of SIGILL on one that lacks them, often before `main`.
// This constructor looks first, says what is missing in one line and exits with EX_UNAVAILABLE.

#include "CHardware.h"

#if defined(__x86_64__) && defined(__linux__)

#include <sys/syscall.h>

#define BASELINE __attribute__((target("general-regs-only")))
#define EXIT_UNSUPPORTED_CPU 69

BASELINE static long system_call(long number, long first, long second, long third) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third)
                     : "rcx", "r11", "memory");
    return result;
}

BASELINE static void say(const char *text) {
    long length = 0;
    while (text[length]) { length++; }
    system_call(SYS_write, 2, (long)text, length);
}

BASELINE __attribute__((constructor(101))) static void check_processor(void) {
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {
        {CHARDWARE_SSE42, " SSE4.2"},         {CHARDWARE_AVX, " AVX"},
        {CHARDWARE_AVX2, " AVX2"},            {CHARDWARE_FMA, " FMA"},
        {CHARDWARE_AVX512F, " AVX-512F"},     {CHARDWARE_AVX512BW, " AVX-512BW"},
        {CHARDWARE_AVX512DQ, " AVX-512DQ"},   {CHARDWARE_AVX512VL, " AVX-512VL"},
        {CHARDWARE_AVX512_BF16, " AVX512_BF16"},
    };
    const uint32_t missing = chardware_features_compiled() & ~chardware_features_present();
    if (!missing) { return; }
    say("apus: this binary was compiled for a processor with");
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (missing & names[i].bit) { say(names[i].name); }
    }
    say(", which this one lacks; rebuild it here (make build) or for an older one (make build MARCH=x86-64-v2)\n");
    system_call(SYS_exit_group, EXIT_UNSUPPORTED_CPU, 0, 0);
}

#endif
