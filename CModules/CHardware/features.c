#include "CHardware.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <stddef.h>
#include <string.h>

// These run before it is known that the processor has what the rest of the program was compiled for.
#define BASELINE __attribute__((target("general-regs-only")))

BASELINE static uint64_t enabled_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

BASELINE uint32_t chardware_features_present(void) {
    uint32_t a, b, c, d, features = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d)) { return 0; }
    if (c & (1u << 20)) { features |= CHARDWARE_SSE42; }
    const bool saves_state = c & (1u << 27);
    const uint64_t state = saves_state ? enabled_state() : 0;
    const bool ymm = (state & 0x6) == 0x6, zmm = (state & 0xe6) == 0xe6, tiles = (state & 0x60000) == 0x60000;
    if (ymm && (c & (1u << 28))) { features |= CHARDWARE_AVX; }
    if (ymm && (c & (1u << 12))) { features |= CHARDWARE_FMA; }
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) { return features; }
    if (ymm && (b & (1u << 5))) { features |= CHARDWARE_AVX2; }
    if (zmm && (b & (1u << 16))) { features |= CHARDWARE_AVX512F; }
    if (zmm && (b & (1u << 17))) { features |= CHARDWARE_AVX512DQ; }
    if (zmm && (b & (1u << 30))) { features |= CHARDWARE_AVX512BW; }
    if (zmm && (b & (1u << 31))) { features |= CHARDWARE_AVX512VL; }
    if (tiles && (d & (1u << 22))) { features |= CHARDWARE_AMX_BF16; }
    if (zmm && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5))) { features |= CHARDWARE_AVX512_BF16; }
    return features;
}

BASELINE uint32_t chardware_features_compiled(void) {
    uint32_t features = 0;
#ifdef __SSE4_2__
    features |= CHARDWARE_SSE42;
#endif
#ifdef __AVX__
    features |= CHARDWARE_AVX;
#endif
#ifdef __AVX2__
    features |= CHARDWARE_AVX2;
#endif
#ifdef __FMA__
    features |= CHARDWARE_FMA;
#endif
#ifdef __AVX512F__
    features |= CHARDWARE_AVX512F;
#endif
#ifdef __AVX512BW__
    features |= CHARDWARE_AVX512BW;
#endif
#ifdef __AVX512DQ__
    features |= CHARDWARE_AVX512DQ;
#endif
#ifdef __AVX512VL__
    features |= CHARDWARE_AVX512VL;
#endif
#ifdef __AVX512BF16__
    features |= CHARDWARE_AVX512_BF16;
#endif
    // AMX is left out: the compiler emits it only where the source asks for it.
    return features;
}

void chardware_brand(char *buffer) {
    uint32_t words[12] = {0};
    uint32_t highest = __get_cpuid_max(0x80000000u, NULL);
    if (highest >= 0x80000004u) {
        for (uint32_t leaf = 0; leaf < 3; leaf++) {
            __get_cpuid(0x80000002u + leaf, words + 4 * leaf, words + 4 * leaf + 1, words + 4 * leaf + 2,
                        words + 4 * leaf + 3);
        }
    }
    memcpy(buffer, words, sizeof words);
    buffer[48] = 0;
}

#else

uint32_t chardware_features_compiled(void) {
#ifdef __ARM_NEON
    return CHARDWARE_NEON;
#else
    return 0;
#endif
}

uint32_t chardware_features_present(void) { return chardware_features_compiled(); }

void chardware_brand(char *buffer) { buffer[0] = 0; }

#endif
