#pragma once
// The instruction sets that the innermost loops are compiled for.

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Instruction sets that tiles are compiled for.
typedef enum {
    CHARDWARE_TILES_BASELINE = 0,
    CHARDWARE_TILES_AVX2 = 1,
    CHARDWARE_TILES_AVX512 = 2,
    CHARDWARE_TILES_AVX512_BF16 = 3,
} chardware_tiles;

/// The best of them that the processor and the operating system offer.
chardware_tiles chardware_best_tiles(void);

/// Whether the baseline has fused multiply-adds and vectors (64-bit Arm), so that its tiles are worth using.
bool chardware_baseline_tiles_are_fast(void);

/// Scalars in a vector of a set of tiles; a panel is two vectors wide, or one.
ptrdiff_t chardware_tile_lanes_float32(chardware_tiles tiles);
ptrdiff_t chardware_tile_lanes_float64(chardware_tiles tiles);

#ifdef __cplusplus
}
#endif
