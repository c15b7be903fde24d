#pragma once
// Which features the processor has, which ones this build was compiled for, and the control register of floating point.

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Instruction-set extensions that matter to the kernels, one bit each.
typedef enum {
    CHARDWARE_SSE42 = 1u << 0,
    CHARDWARE_AVX = 1u << 1,
    CHARDWARE_AVX2 = 1u << 2,
    CHARDWARE_FMA = 1u << 3,
    CHARDWARE_AVX512F = 1u << 4,
    CHARDWARE_AVX512BW = 1u << 5,
    CHARDWARE_AVX512DQ = 1u << 6,
    CHARDWARE_AVX512VL = 1u << 7,
    CHARDWARE_AVX512_BF16 = 1u << 8,
    CHARDWARE_AMX_BF16 = 1u << 9,
    CHARDWARE_NEON = 1u << 10,
} chardware_feature;

/// Features that the processor and the operating system offer, as a set of `chardware_feature` bits.
uint32_t chardware_features_present(void);

/// Features that the compiler was allowed to use in this build.
uint32_t chardware_features_compiled(void);

/// The processor's brand string ("AMD EPYC 9J45 …"), empty where it has none. `buffer` takes at least 49 bytes.
void chardware_brand(char *buffer);

/// Cores in the calling thread's affinity mask, or 0 where the system does not say.
int chardware_schedulable_cores(void);

/// Makes denormal inputs and results zero on the calling thread (FTZ and DAZ) and returns the control register as it
/// was; does nothing where there is no such switch.
uint64_t chardware_flush_denormals(void);

/// Puts back what `chardware_flush_denormals` returned.
void chardware_restore_float_control(uint64_t control);

/// Whether the calling thread flushes denormals.
bool chardware_flushes_denormals(void);

/// One spin of a busy wait: tells the core that this is a wait loop.
static inline void chardware_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#ifdef __cplusplus
}
#endif
