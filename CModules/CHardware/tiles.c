// Tiles for every instruction set and scalar type, and the choice between them at run time. Each is compiled for its own
// instruction set, whatever the rest of the program is compiled for.

#include "CHardware.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Instrumented, these unrolled loops take clang many minutes.
#pragma clang attribute push(__attribute__((no_sanitize("address", "thread"))), apply_to = function)

// A product and the sum that takes it are one instruction where the set has it.
#pragma clang fp contract(fast)

#if defined(__x86_64__)

// Tuned for some processors, compilers cut vectors of 512 bits in two unless told not to.
#define AVX512 __attribute__((target("avx512f"), min_vector_width(512)))
#define AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"), min_vector_width(512)))
#define AVX2 __attribute__((target("avx2,fma"), min_vector_width(256)))
#define BASELINE
#define FIRST(count, lanes) ((1u << ((count) < (lanes) ? (count) : (lanes))) - 1)

#define TILE(name) avx512_float32_##name
#define TARGET AVX512
#define WINOGRAD_OUTPUT_SHAPES
#define SCALAR float
#define INTEGER int32_t
#define LANES 16
#define PAIRS 6
#define LOAD_SOME(address, count) ((VECTOR)_mm512_maskz_loadu_ps((__mmask16)FIRST(count, LANES), address))
#define STORE_SOME(value, address, count) _mm512_mask_storeu_ps(address, (__mmask16)FIRST(count, LANES), (__m512)value)
#include "tiles/scalars.h"
#undef WINOGRAD_OUTPUT_SHAPES

#define TILE(name) avx512_bfloat16_##name
#define TARGET AVX512
#define SCALAR float
#define INTEGER int32_t
#define LANES 16
#define PAIRS 6
#define LOAD_SOME(address, count) ((VECTOR)_mm512_maskz_loadu_ps((__mmask16)FIRST(count, LANES), address))
#define STORE_SOME(value, address, count) _mm512_mask_storeu_ps(address, (__mmask16)FIRST(count, LANES), (__m512)value)
#include "tiles/pairs.h"

#define TILE(name) avx512_bf16_bfloat16_##name
#define TARGET AVX512_BF16
#define BFLOAT16_INSTRUCTIONS
#define SCALAR float
#define INTEGER int32_t
#define LANES 16
#define PAIRS 6
#define LOAD_SOME(address, count) ((VECTOR)_mm512_maskz_loadu_ps((__mmask16)FIRST(count, LANES), address))
#define STORE_SOME(value, address, count) _mm512_mask_storeu_ps(address, (__mmask16)FIRST(count, LANES), (__m512)value)
#include "tiles/pairs.h"
#undef BFLOAT16_INSTRUCTIONS

#define TILE(name) avx512_float64_##name
#define TARGET AVX512
#define SCALAR double
#define FLOAT64
#define INTEGER int64_t
#define LANES 8
#define PAIRS 6
#define LOAD_SOME(address, count) ((VECTOR)_mm512_maskz_loadu_pd((__mmask8)FIRST(count, LANES), address))
#define STORE_SOME(value, address, count) _mm512_mask_storeu_pd(address, (__mmask8)FIRST(count, LANES), (__m512d)value)
#include "tiles/scalars.h"

#define TILE(name) avx2_float32_##name
#define TARGET AVX2
#define SCALAR float
#define INTEGER int32_t
#define LANES 8
#define PAIRS 3
#include "tiles/scalars.h"

#define TILE(name) avx2_bfloat16_##name
#define TARGET AVX2
#define SCALAR float
#define INTEGER int32_t
#define LANES 8
#define PAIRS 3
#include "tiles/pairs.h"

#define TILE(name) avx2_float64_##name
#define TARGET AVX2
#define SCALAR double
#define FLOAT64
#define INTEGER int64_t
#define LANES 4
#define PAIRS 3
#include "tiles/scalars.h"

#define BASELINE_PAIRS 3

#else

#define BASELINE
// 64-bit Arm has 32 vector registers.
#define BASELINE_PAIRS 6

#endif

#define TILE(name) baseline_float32_##name
#define TARGET BASELINE
#define SCALAR float
#define INTEGER int32_t
#define LANES 4
#define PAIRS BASELINE_PAIRS
#include "tiles/scalars.h"

#define TILE(name) baseline_bfloat16_##name
#define TARGET BASELINE
#define SCALAR float
#define INTEGER int32_t
#define LANES 4
#define PAIRS BASELINE_PAIRS
#include "tiles/pairs.h"

#define TILE(name) baseline_float64_##name
#define TARGET BASELINE
#define SCALAR double
#define FLOAT64
#define INTEGER int64_t
#define LANES 2
#define PAIRS BASELINE_PAIRS
#include "tiles/scalars.h"

#if defined(__x86_64__)

chardware_tiles chardware_best_tiles(void) {
    const uint32_t features = chardware_features_present();
    const uint32_t avx512_bf16 = CHARDWARE_AVX512F | CHARDWARE_AVX512BW | CHARDWARE_AVX512VL | CHARDWARE_AVX512_BF16;
    if ((features & avx512_bf16) == avx512_bf16) { return CHARDWARE_TILES_AVX512_BF16; }
    if (features & CHARDWARE_AVX512F) { return CHARDWARE_TILES_AVX512; }
    const bool has_avx2 = (features & CHARDWARE_AVX2) && (features & CHARDWARE_FMA);
    return has_avx2 ? CHARDWARE_TILES_AVX2 : CHARDWARE_TILES_BASELINE;
}

bool chardware_baseline_tiles_are_fast(void) { return false; }

ptrdiff_t chardware_tile_lanes_float32(chardware_tiles tiles) {
    return tiles >= CHARDWARE_TILES_AVX512 ? 16 : tiles == CHARDWARE_TILES_AVX2 ? 8 : 4;
}

#define DISPATCH(type, name, ...)                                                                                     \
    switch (tiles) {                                                                                                  \
    case CHARDWARE_TILES_AVX512_BF16:                                                                                 \
    case CHARDWARE_TILES_AVX512: avx512_##type##_##name(__VA_ARGS__); break;                                          \
    case CHARDWARE_TILES_AVX2: avx2_##type##_##name(__VA_ARGS__); break;                                              \
    case CHARDWARE_TILES_BASELINE: baseline_##type##_##name(__VA_ARGS__); break;                                      \
    }

#define DISPATCH_BFLOAT16(name, ...)                                                                                  \
    if (tiles == CHARDWARE_TILES_AVX512_BF16) {                                                                       \
        avx512_bf16_bfloat16_##name(__VA_ARGS__);                                                                     \
    } else {                                                                                                          \
        DISPATCH(bfloat16, name, __VA_ARGS__)                                                                         \
    }

#else

chardware_tiles chardware_best_tiles(void) { return CHARDWARE_TILES_BASELINE; }

bool chardware_baseline_tiles_are_fast(void) {
#ifdef __ARM_NEON
    return true;
#else
    return false;
#endif
}

ptrdiff_t chardware_tile_lanes_float32(chardware_tiles tiles) {
    (void)tiles;
    return 4;
}

#define DISPATCH(type, name, ...)                                                                                     \
    (void)tiles;                                                                                                      \
    baseline_##type##_##name(__VA_ARGS__);
#define DISPATCH_BFLOAT16(name, ...) DISPATCH(bfloat16, name, __VA_ARGS__)

#endif

ptrdiff_t chardware_tile_lanes_float64(chardware_tiles tiles) { return chardware_tile_lanes_float32(tiles) / 2; }

void chardware_product_float32(chardware_tiles tiles, const chardware_product *p) { DISPATCH(float32, product, p) }
void chardware_product_float64(chardware_tiles tiles, const chardware_product *p) { DISPATCH(float64, product, p) }

void chardware_product_bfloat16(chardware_tiles tiles, const chardware_product *p) { DISPATCH_BFLOAT16(product, p) }

void chardware_outer_product_float32(chardware_tiles tiles, const chardware_outer_product *p) {
    DISPATCH(float32, outer_product, p)
}
void chardware_outer_product_float64(chardware_tiles tiles, const chardware_outer_product *p) {
    DISPATCH(float64, outer_product, p)
}
void chardware_outer_product_bfloat16(chardware_tiles tiles, const chardware_outer_product *p) {
    DISPATCH_BFLOAT16(outer_product, p)
}

void chardware_pair_neighbours(chardware_tiles tiles, const float *source, ptrdiff_t count, ptrdiff_t depth,
                               uint32_t *target) {
    DISPATCH_BFLOAT16(pair_neighbours, source, count, depth, target)
}
void chardware_pair_rows(chardware_tiles tiles, const float *lower, const float *upper, ptrdiff_t count,
                         uint32_t *target) {
    DISPATCH_BFLOAT16(pair_rows, lower, upper, count, target)
}

void chardware_unpool_float32(chardware_tiles tiles, const chardware_unpooling *p) { DISPATCH(float32, unpool, p) }
void chardware_unpool_float64(chardware_tiles tiles, const chardware_unpooling *p) { DISPATCH(float64, unpool, p) }

void chardware_adam_float32(chardware_tiles tiles, const chardware_adam *p) { DISPATCH(float32, adam, p) }
void chardware_adam_float64(chardware_tiles tiles, const chardware_adam *p) { DISPATCH(float64, adam, p) }

void chardware_activate_float32(chardware_tiles tiles, const chardware_activation *p) {
    DISPATCH(float32, activate, p)
}
void chardware_activate_float64(chardware_tiles tiles, const chardware_activation *p) {
    DISPATCH(float64, activate, p)
}

void chardware_moments_float32(chardware_tiles tiles, const chardware_moments *p) { DISPATCH(float32, moments, p) }
void chardware_moments_float64(chardware_tiles tiles, const chardware_moments *p) { DISPATCH(float64, moments, p) }

void chardware_normalize_float32(chardware_tiles tiles, const chardware_normalization *p) {
    DISPATCH(float32, normalize, p)
}
void chardware_normalize_float64(chardware_tiles tiles, const chardware_normalization *p) {
    DISPATCH(float64, normalize, p)
}
void chardware_sum_gradients_float32(chardware_tiles tiles, const chardware_normalization *p) {
    DISPATCH(float32, sum_gradients, p)
}
void chardware_sum_gradients_float64(chardware_tiles tiles, const chardware_normalization *p) {
    DISPATCH(float64, sum_gradients, p)
}
void chardware_normalize_gradients_float32(chardware_tiles tiles, const chardware_normalization *p) {
    DISPATCH(float32, normalize_gradients, p)
}
void chardware_normalize_gradients_float64(chardware_tiles tiles, const chardware_normalization *p) {
    DISPATCH(float64, normalize_gradients, p)
}

void chardware_pooled_outer_product_float32(chardware_tiles tiles, const chardware_pooled_outer_product *p) {
    DISPATCH(float32, pooled_outer_product, p)
}
void chardware_pooled_outer_product_float64(chardware_tiles tiles, const chardware_pooled_outer_product *p) {
    DISPATCH(float64, pooled_outer_product, p)
}

void chardware_winograd_input_float32(chardware_tiles tiles, const chardware_winograd_input *p) {
    DISPATCH(float32, winograd_input_transform, p)
}
void chardware_winograd_input_float64(chardware_tiles tiles, const chardware_winograd_input *p) {
    DISPATCH(float64, winograd_input_transform, p)
}

void chardware_winograd_input_bfloat16(chardware_tiles tiles, const chardware_winograd_input *p) {
    DISPATCH_BFLOAT16(winograd_input_transform, p)
}
void chardware_winograd_inputs_bfloat16(chardware_tiles tiles, const chardware_winograd_input *p) {
    DISPATCH_BFLOAT16(winograd_inputs_transform, p)
}

void chardware_winograd_filter_gradient_float32(chardware_tiles tiles, const chardware_winograd_filter_gradient *p) {
    DISPATCH(float32, winograd_filter_gradient_transform, p)
}
void chardware_winograd_filter_gradient_float64(chardware_tiles tiles, const chardware_winograd_filter_gradient *p) {
    DISPATCH(float64, winograd_filter_gradient_transform, p)
}

void chardware_winograd_filter_float32(chardware_tiles tiles, const chardware_winograd_filter *p) {
    DISPATCH(float32, winograd_filter_transform, p)
}
void chardware_winograd_filter_float64(chardware_tiles tiles, const chardware_winograd_filter *p) {
    DISPATCH(float64, winograd_filter_transform, p)
}

void chardware_winograd_output_float32(chardware_tiles tiles, const chardware_winograd_output *p) {
    DISPATCH(float32, winograd_output_transform, p)
}
void chardware_winograd_output_float64(chardware_tiles tiles, const chardware_winograd_output *p) {
    DISPATCH(float64, winograd_output_transform, p)
}

#pragma clang attribute pop
