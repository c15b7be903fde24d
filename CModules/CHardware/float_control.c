#include "CHardware.h"

#if defined(__x86_64__)

// MXCSR bit 15 flushes denormal results to zero, bit 6 treats denormal operands as zero.
#define FLUSH_BITS 0x8040u

static uint64_t read_control(void) { return __builtin_ia32_stmxcsr(); }
static void write_control(uint64_t control) { __builtin_ia32_ldmxcsr((uint32_t)control); }

#elif defined(__aarch64__)

// FPCR bit 24 flushes denormal operands and results to zero.
#define FLUSH_BITS (1ull << 24)

static uint64_t read_control(void) {
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return control;
}
static void write_control(uint64_t control) { __asm__ volatile("msr fpcr, %0" : : "r"(control)); }

#else

#define FLUSH_BITS 0u

static uint64_t read_control(void) { return 0; }
static void write_control(uint64_t control) { (void)control; }

#endif

uint64_t chardware_flush_denormals(void) {
    const uint64_t before = read_control();
    write_control(before | FLUSH_BITS);
    return before;
}

void chardware_restore_float_control(uint64_t control) { write_control(control); }

bool chardware_flushes_denormals(void) { return FLUSH_BITS != 0 && (read_control() & FLUSH_BITS) == FLUSH_BITS; }
