// The tiles of an instance whose operands are bfloat16, two in a word, and whose sums are float32; and the making of such
// words. A step of a sum adds the product of the upper halves and then that of the lower ones, each rounded to float32, which
// is what `vdpbf16ps` does: instances without it give the same bits. Products of bfloat16 are exact in float32, so a fused
// multiply-add is not needed for that.
//
// With BFLOAT16_INSTRUCTIONS the instance uses the processor's.

#include "vectors.h"

typedef uint32_t TILE(words) __attribute__((vector_size(LANES * sizeof(uint32_t)), aligned(4), may_alias));
typedef uint16_t TILE(halves) __attribute__((vector_size(LANES * sizeof(uint16_t)), aligned(2), may_alias));
typedef uint32_t TILE(word) __attribute__((may_alias));

#define WORD TILE(word)
#define WORDS TILE(words)
#define HALVES TILE(halves)

/// Rounded to bfloat16, to nearest, ties to even: in the upper half of each word, zeros below. Denormals become zero, NaN
/// stays NaN.
TARGET INLINE WORDS TILE(rounded)(VECTOR x) {
    const WORDS bits = (WORDS)x, sign = bits & 0x80000000u, magnitude = bits & 0x7fffffffu;
    WORDS result = bits + 0x7fffu + ((bits >> 16) & 1u);
    const WORDS is_nan = (WORDS)(magnitude > 0x7f800000u), is_small = (WORDS)(magnitude < 0x00800000u);
    result = (is_nan & (bits | 0x00400000u)) | (~is_nan & result);
    result = (is_small & sign) | (~is_small & result);
    return result & 0xffff0000u;
}

#ifdef BFLOAT16_INSTRUCTIONS

#define ADD_PRODUCT(sum, factor, row)                                                                                 \
    ((VECTOR)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)_mm512_set1_epi32((int)(factor)), (__m512bh)(row)))
#define NARROWED(x) ((HALVES)_mm512_cvtneps_pbh((__m512)(x)))

#else

TARGET INLINE VECTOR TILE(add_product)(VECTOR sum, WORD factor, WORDS row) {
    const union { uint32_t bits; float value; } lower = {factor << 16}, upper = {factor & 0xffff0000u};
    sum += upper.value * (VECTOR)(row & 0xffff0000u);
    sum += lower.value * (VECTOR)(row << 16);
    return sum;
}

#define ADD_PRODUCT(sum, factor, row) TILE(add_product)(sum, factor, row)
#define NARROWED(x) __builtin_convertvector(TILE(rounded)(x) >> 16, HALVES)

#endif

#include "product.h"
#include "outer_product.h"

/// Pairs of neighbours: `count` rows of `depth` scalars become rows of ⌈depth / 2⌉ words, an odd last one beside a zero.
TARGET static void TILE(pair_neighbours)(const float *source, ptrdiff_t count, ptrdiff_t depth, uint32_t *target) {
    if (depth % 2 == 0) { depth *= count, count = 1; }
    const ptrdiff_t words = (depth + 1) / 2;
    for (ptrdiff_t row = 0; row < count; row++) {
        for (ptrdiff_t c = 0; c < depth; c += LANES) {
            const ptrdiff_t rest = depth - c;
            const HALVES halves = NARROWED(TILE(load_some)(source + row * depth + c, rest));
            if (rest >= LANES) {
                *(HALVES *)(target + row * words + c / 2) = halves;
            } else {
                memcpy(target + row * words + c / 2, &halves, (size_t)((rest + 1) / 2 * 4));
            }
        }
    }
}

/// Pairs of a scalar of one row with that of the other; null stands for a row of zeros.
TARGET static void TILE(pair_rows)(const float *lower, const float *upper, ptrdiff_t count, uint32_t *target) {
    for (ptrdiff_t c = 0; c < count; c += LANES) {
        const ptrdiff_t rest = count - c;
        const WORDS low = lower ? TILE(rounded)(TILE(load_some)(lower + c, rest)) : (WORDS){0};
        const WORDS high = upper ? TILE(rounded)(TILE(load_some)(upper + c, rest)) : (WORDS){0};
        TILE(store)((VECTOR)((low >> 16) | high), (SCALAR *)(target + c), rest);
    }
}

#undef HALVES
#undef NARROWED
#include "end.h"
