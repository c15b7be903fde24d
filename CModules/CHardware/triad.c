// a[i] = b[i] + s·c[i], passed over again and again: the bandwidth of whatever level holds the three arrays.

#include "CHardware.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

// No pass may be taken for a repetition of the one before.
#define NEW_PASS() __asm__ volatile("" ::: "memory")

// Four vectors in a row, so that the loop's own instructions do not count.
#define TRIAD_KERNEL(name, attributes, vector, broadcast, load, multiply_add, store, finish)                           \
    attributes static void name(double *a, const double *b, const double *c, double factor, size_t count,              \
                                size_t passes) {                                                                       \
        const size_t lanes = sizeof(vector) / sizeof(double);                                                          \
        const vector s = broadcast(factor);                                                                            \
        for (size_t pass = 0; pass < passes; pass++) {                                                                 \
            NEW_PASS();                                                                                                \
            for (size_t i = 0; i < count; i += 4 * lanes) {                                                            \
                _Pragma("clang loop unroll(full)") for (size_t j = i; j < i + 4 * lanes; j += lanes) {                 \
                    store(a + j, multiply_add(load(c + j), s, load(b + j)));                                           \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        finish();                                                                                                      \
    }

#define NOTHING() ((void)0)

#if defined(__x86_64__)

#define AVX512 __attribute__((target("avx512f")))
#define AVX2 __attribute__((target("avx2,fma")))
#define SSE2 __attribute__((target("sse2")))
#define MULTIPLY_ADD(x, m, a) _mm_add_pd(_mm_mul_pd(x, m), a)

TRIAD_KERNEL(triad512, AVX512, __m512d, _mm512_set1_pd, _mm512_load_pd, _mm512_fmadd_pd, _mm512_store_pd, NOTHING)
TRIAD_KERNEL(triad256, AVX2, __m256d, _mm256_set1_pd, _mm256_load_pd, _mm256_fmadd_pd, _mm256_store_pd, NOTHING)
TRIAD_KERNEL(triad128, SSE2, __m128d, _mm_set1_pd, _mm_load_pd, MULTIPLY_ADD, _mm_store_pd, NOTHING)

// Stores that go around the caches are done only after a fence.
TRIAD_KERNEL(stream512, AVX512, __m512d, _mm512_set1_pd, _mm512_load_pd, _mm512_fmadd_pd, _mm512_stream_pd, _mm_sfence)
TRIAD_KERNEL(stream256, AVX2, __m256d, _mm256_set1_pd, _mm256_load_pd, _mm256_fmadd_pd, _mm256_stream_pd, _mm_sfence)
TRIAD_KERNEL(stream128, SSE2, __m128d, _mm_set1_pd, _mm_load_pd, MULTIPLY_ADD, _mm_stream_pd, _mm_sfence)

bool chardware_streams(void) { return true; }

void chardware_triad(int bits, bool streaming, double *a, const double *b, const double *c, double factor, size_t count,
                     size_t passes) {
    if (bits == 512) {
        (streaming ? stream512 : triad512)(a, b, c, factor, count, passes);
    } else if (bits == 256) {
        (streaming ? stream256 : triad256)(a, b, c, factor, count, passes);
    } else {
        (streaming ? stream128 : triad128)(a, b, c, factor, count, passes);
    }
}

#else

#if defined(__ARM_NEON)

#define FUSED(x, m, a) vfmaq_f64(a, x, m)
TRIAD_KERNEL(triad128, , float64x2_t, vdupq_n_f64, vld1q_f64, FUSED, vst1q_f64, NOTHING)

#else

#define SCALAR(value) (value)
#define LOAD(pointer) (*(pointer))
#define STORE(pointer, value) (*(pointer) = (value))
#define MULTIPLY_ADD(x, m, a) ((x) * (m) + (a))
TRIAD_KERNEL(triad128, , double, SCALAR, LOAD, MULTIPLY_ADD, STORE, NOTHING)

#endif

bool chardware_streams(void) { return false; }

void chardware_triad(int bits, bool streaming, double *a, const double *b, const double *c, double factor, size_t count,
                     size_t passes) {
    (void)bits, (void)streaming;
    triad128(a, b, c, factor, count, passes);
}

#endif
