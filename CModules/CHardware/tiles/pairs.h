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

/// Each scalar of `low` and that of `high` in a word.
TARGET INLINE WORDS TILE(paired)(VECTOR low, VECTOR high) {
    // The halves of `low` are followed by those of `high`.
    static const uint16_t places[32] = {0, 16, 1, 17, 2, 18, 3, 19, 4,  20, 5,  21, 6,  22, 7,  23,
                                        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
    return (WORDS)_mm512_permutexvar_epi16(_mm512_loadu_si512(places), halves);
}

#else

TARGET INLINE VECTOR TILE(add_product)(VECTOR sum, WORD factor, WORDS row) {
    const union { uint32_t bits; float value; } lower = {factor << 16}, upper = {factor & 0xffff0000u};
    sum += upper.value * (VECTOR)(row & 0xffff0000u);
    sum += lower.value * (VECTOR)(row << 16);
    return sum;
}

#define ADD_PRODUCT(sum, factor, row) TILE(add_product)(sum, factor, row)
#define NARROWED(x) __builtin_convertvector(TILE(rounded)(x) >> 16, HALVES)

/// Each scalar of `low` and that of `high` in a word.
TARGET INLINE WORDS TILE(paired)(VECTOR low, VECTOR high) {
    return (TILE(rounded)(low) >> 16) | TILE(rounded)(high);
}

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
        const VECTOR low = lower ? TILE(load_some)(lower + c, rest) : (VECTOR){0};
        const VECTOR high = upper ? TILE(load_some)(upper + c, rest) : (VECTOR){0};
        TILE(store)((VECTOR)TILE(paired)(low, high), (SCALAR *)(target + c), rest);
    }
}

#include "winograd_input.h"

/// Some channels of a tile, neighbours in a word.
TARGET INLINE void TILE(winograd_input_lanes)(const int m, int lines, int columns, const bool is_gradient,
                                              const chardware_winograd_input *p,
                                              const TILE(winograd_pixel_table) *tables, ptrdiff_t c,
                                              ptrdiff_t count) {
    const int extent = m + 2;
    VECTOR half[TILE(extent)][TILE(extent)];
    TILE(winograd_columns)(m, lines, columns, is_gradient, &tables[0], c, count, half);
    uint32_t *target = (uint32_t *)p->target + TILE(winograd_place)(p, c) / 2;
    const ptrdiff_t step = TILE(winograd_step)(p);
    UNROLL for (int i = 0; i < extent; i++) {
        VECTOR v[TILE(extent)];
        const bool has_line = TILE(winograd_has)(m, lines, i);
        if (has_line) { TILE(winograd_row)(m, lines, columns, is_gradient, half, i, v); }
        UNROLL for (int j = 0; j < extent; j++) {
            if (has_line && TILE(winograd_has)(m, columns, j)) {
                const HALVES halves = NARROWED(v[j]);
                if (count >= LANES) {
                    *(HALVES *)target = halves;
                } else {
                    memcpy(target, &halves, (size_t)((count + 1) / 2 * 4));
                }
            }
            target += step;
        }
    }
}

/// Some channels of the tiles of two images, which share words.
TARGET INLINE void TILE(winograd_inputs_lanes)(const int m, int lines, int columns, const bool is_gradient,
                                               const chardware_winograd_input *p,
                                               const TILE(winograd_pixel_table) *tables, ptrdiff_t c,
                                               ptrdiff_t count) {
    const int extent = m + 2;
    VECTOR low[TILE(extent)][TILE(extent)], high[TILE(extent)][TILE(extent)];
    TILE(winograd_columns)(m, lines, columns, is_gradient, &tables[0], c, count, low);
    if (p->other) { TILE(winograd_columns)(m, lines, columns, is_gradient, &tables[1], c, count, high); }
    uint32_t *target = (uint32_t *)p->target + TILE(winograd_place)(p, c);
    const ptrdiff_t step = TILE(winograd_step)(p);
    UNROLL for (int i = 0; i < extent; i++) {
        VECTOR v[TILE(extent)], w[TILE(extent)] = {{0}};
        const bool has_line = TILE(winograd_has)(m, lines, i);
        if (has_line) { TILE(winograd_row)(m, lines, columns, is_gradient, low, i, v); }
        if (has_line && p->other) { TILE(winograd_row)(m, lines, columns, is_gradient, high, i, w); }
        UNROLL for (int j = 0; j < extent; j++) {
            if (has_line && TILE(winograd_has)(m, columns, j)) {
                TILE(store)((VECTOR)TILE(paired)(v[j], w[j]), (SCALAR *)target, count);
            }
            target += step;
        }
    }
}

WINOGRAD_TILE(winograd_input, winograd_input_lanes, 1, 2)
WINOGRAD_TILE(winograd_inputs, winograd_inputs_lanes, 2, 1)

#undef HALVES
#undef NARROWED
#include "end.h"
