// Multiply-adds that touch nothing but registers, and additions that wait for each other: together they say how many
// vector multiply-adds a core finishes per cycle. Every variant is compiled in; the caller names one by its width.

#include "CHardware.h"

#include <stddef.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

// An empty assembly that claims to change a value: the compiler can neither merge two steps nor drop the last.
#if defined(__x86_64__)
#define KEEP(value) __asm__ volatile("" : "+v"(value))
#elif defined(__ARM_NEON)
#define KEEP(value) __asm__ volatile("" : "+w"(value))
#else
#define KEEP(value) __asm__ volatile("" : "+f"(value))
#endif

// One kernel: `chains` independent x, each x + a·b, all in registers. A chain's step waits for its last one (4 cycles on
// recent cores, 5 on older ones), so chains ≥ latency × ports keep every port busy.
#define FMA_KERNEL(name, attributes, vector, scalar, chains, broadcast, step)                                         \
    attributes static uint64_t name(uint64_t iterations, scalar first, scalar second, double *sum) {                  \
        const size_t lanes = sizeof(vector) / sizeof(scalar);                                                         \
        const vector a = broadcast(first), b = broadcast(second);                                                     \
        vector x[chains];                                                                                             \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) { x[i] = broadcast(0); }                  \
        for (uint64_t iteration = 0; iteration < iterations; iteration++) {                                           \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) {                                     \
                x[i] = step(a, b, x[i]);                                                                              \
                KEEP(x[i]);                                                                                           \
            }                                                                                                         \
        }                                                                                                             \
        for (int i = 1; i < chains; i++) { x[0] = x[0] + x[i]; }                                                      \
        double total = 0;                                                                                             \
        for (size_t lane = 0; lane < lanes; lane++) { total += (double)((const scalar *)x)[lane]; }                   \
        *sum = total;                                                                                                 \
        return iterations * chains * lanes * 2;                                                                       \
    }

#if defined(__x86_64__)

#define AVX512 __attribute__((target("avx512f")))
#define AVX2 __attribute__((target("avx2,fma")))
#define SSE2 __attribute__((target("sse2")))

// Before FMA a multiply-add is two instructions, and a copy because the product overwrites a factor. In assembly: a
// compiler takes the products out of the loop, or computes many at once and runs out of registers.
SSE2 static inline __m128 multiply_add_ps(__m128 a, __m128 b, __m128 x) {
    __m128 product;
    __asm__("movaps %2, %0\n\tmulps %3, %0\n\taddps %0, %1" : "=&x"(product), "+x"(x) : "x"(a), "x"(b));
    return x;
}

SSE2 static inline __m128d multiply_add_pd(__m128d a, __m128d b, __m128d x) {
    __m128d product;
    __asm__("movapd %2, %0\n\tmulpd %3, %0\n\taddpd %0, %1" : "=&x"(product), "+x"(x) : "x"(a), "x"(b));
    return x;
}

FMA_KERNEL(fma512_float32, AVX512, __m512, float, 16, _mm512_set1_ps, _mm512_fmadd_ps)
FMA_KERNEL(fma512_float64, AVX512, __m512d, double, 16, _mm512_set1_pd, _mm512_fmadd_pd)
FMA_KERNEL(fma256_float32, AVX2, __m256, float, 12, _mm256_set1_ps, _mm256_fmadd_ps)
FMA_KERNEL(fma256_float64, AVX2, __m256d, double, 12, _mm256_set1_pd, _mm256_fmadd_pd)
FMA_KERNEL(fma128_float32, SSE2, __m128, float, 12, _mm_set1_ps, multiply_add_ps)
FMA_KERNEL(fma128_float64, SSE2, __m128d, double, 12, _mm_set1_pd, multiply_add_pd)

int chardware_vector_bits(void) {
    const uint32_t features = chardware_features_present();
    if (features & CHARDWARE_AVX512F) { return 512; }
    return (features & CHARDWARE_AVX2) && (features & CHARDWARE_FMA) ? 256 : 128;
}

#elif defined(__ARM_NEON)

#define BASELINE
#define FUSED_PS(a, b, x) vfmaq_f32(x, a, b)
#define FUSED_PD(a, b, x) vfmaq_f64(x, a, b)

// Four ports of four cycles' latency on the widest cores; 32 registers.
FMA_KERNEL(fma128_float32, BASELINE, float32x4_t, float, 24, vdupq_n_f32, FUSED_PS)
FMA_KERNEL(fma128_float64, BASELINE, float64x2_t, double, 24, vdupq_n_f64, FUSED_PD)

int chardware_vector_bits(void) { return 128; }

#else

#define BASELINE
#define SCALAR(value) (value)
#define MULTIPLY_ADD_PS(a, b, x) __builtin_fmaf(a, b, x)
#define MULTIPLY_ADD_PD(a, b, x) __builtin_fma(a, b, x)

FMA_KERNEL(fma_float32, BASELINE, float, float, 12, SCALAR, MULTIPLY_ADD_PS)
FMA_KERNEL(fma_float64, BASELINE, double, double, 12, SCALAR, MULTIPLY_ADD_PD)

int chardware_vector_bits(void) { return 64; }

#endif

uint64_t chardware_fma_float32(int bits, uint64_t iterations, float a, float b, double *sum) {
#if defined(__x86_64__)
    if (bits == 512) { return fma512_float32(iterations, a, b, sum); }
    if (bits == 256) { return fma256_float32(iterations, a, b, sum); }
#endif
    (void)bits;
#if defined(__x86_64__) || defined(__ARM_NEON)
    return fma128_float32(iterations, a, b, sum);
#else
    return fma_float32(iterations, a, b, sum);
#endif
}

uint64_t chardware_fma_float64(int bits, uint64_t iterations, double a, double b, double *sum) {
#if defined(__x86_64__)
    if (bits == 512) { return fma512_float64(iterations, a, b, sum); }
    if (bits == 256) { return fma256_float64(iterations, a, b, sum); }
#endif
    (void)bits;
#if defined(__x86_64__) || defined(__ARM_NEON)
    return fma128_float64(iterations, a, b, sum);
#else
    return fma_float64(iterations, a, b, sum);
#endif
}

// The addend stays in a register: some processors (Golden Cove and later) fold additions of small constants while they
// rename registers, which then take no cycle at all; additions of two registers take one on every core of today.
uint64_t chardware_addition_chain(uint64_t iterations, uint64_t addend, uint64_t *sum) {
    uint64_t x = 0;
    for (uint64_t iteration = 0; iteration < iterations; iteration++) {
#if defined(__x86_64__)
        __asm__ volatile(".rept 64\n\taddq %1, %0\n\t.endr" : "+r"(x) : "r"(addend) : "cc");
#elif defined(__aarch64__)
        __asm__ volatile(".rept 64\n\tadd %0, %0, %1\n\t.endr" : "+r"(x) : "r"(addend));
#else
#pragma clang loop unroll(full)
        for (int i = 0; i < 64; i++) {
            x += addend;
            __asm__ volatile("" : "+r"(x));
        }
#endif
    }
    *sum = x;
    return iterations * 64;
}

// Ten instructions that do nothing but pass through the core's front end.
#if defined(__x86_64__) || defined(__aarch64__)
#define NOTHING_10 "nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n"
#define NOTHING_100 \
    NOTHING_10 NOTHING_10 NOTHING_10 NOTHING_10 NOTHING_10 NOTHING_10 NOTHING_10 NOTHING_10 NOTHING_10 NOTHING_10
#else
#define NOTHING_100 ""
#endif

uint64_t chardware_issue_nothing(uint64_t hundreds) {
    for (uint64_t index = 0; index < hundreds; index++) { __asm__ volatile(NOTHING_100); }
    return 100 * hundreds;
}
