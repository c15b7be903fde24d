#pragma once
// Products of tiles that stay in registers, and what brings their operands into shape.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chardware_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Some neighbouring steps of a sum: from `source` on in the pixels, from row `panel_row` on in the panel.
typedef struct {
    ptrdiff_t source;
    ptrdiff_t panel_row;
    ptrdiff_t length;
} chardware_run;

/// A product of pixels and a panel of a filter, with what follows it:
///
///     y[pixel, v] = start[v] + Σ source[pixel + run.source + k] · panel[run.panel_row + k, v]  over all runs and their k
///
/// Pixels come in pairs: the first of pair i lies at `source_offsets[i]`, the second `source_step` behind it, and so in
/// the output. All offsets count scalars.
typedef struct {
    const void *source;
    const ptrdiff_t *source_offsets;
    ptrdiff_t source_step;
    const chardware_run *runs;
    ptrdiff_t run_count;
    /// Rows of one vector where `channels` fit into it, else of two, `panel_stride` apart.
    const void *panel;
    ptrdiff_t panel_stride;
    /// A row like those of the panel, or null for zeros.
    const void *start;
    void *output;
    /// One for each pair, or for each two pairs where `pools`.
    const ptrdiff_t *output_offsets;
    ptrdiff_t output_step;
    ptrdiff_t pairs;
    /// Channels that are written: at most two vectors.
    ptrdiff_t channels;
    /// Whether y is max(0, y).
    bool rectifies;
    /// Whether each two pairs are a window of a 2×2 pooling whose maximum alone is written.
    bool pools;
    /// Where the number of the tap that holds the maximum goes, at the places of the output; may be null.
    int8_t *taps;
    /// To which the sum of what is written to each channel is added, and `sums_step` behind it that of the squares; may
    /// be null.
    void *sums;
    ptrdiff_t sums_step;
} chardware_product;

void chardware_product_float32(chardware_tiles tiles, const chardware_product *product);
void chardware_product_float64(chardware_tiles tiles, const chardware_product *product);
/// Pixels and panel hold bfloat16, two in a word of 32 bits, and all offsets, steps and lengths of both count words;
/// start and output are float32. Every set of tiles gives the same bits.
void chardware_product_bfloat16(chardware_tiles tiles, const chardware_product *product);

/// A sum of outer products, target[i, v] (+)= Σ left[position, i] · right[position, v], over the positions of some
/// lines of some images. All strides count scalars.
typedef struct {
    const void *left;
    const void *right;
    void *target;
    ptrdiff_t images, lines, positions;
    ptrdiff_t left_image_stride, left_line_stride, left_stride;
    ptrdiff_t right_image_stride, right_line_stride, right_stride;
    /// Between rows of the target.
    ptrdiff_t target_stride;
    /// Neighbouring scalars of `left`.
    ptrdiff_t rows;
    /// Neighbouring scalars of `right`: at most two vectors.
    ptrdiff_t channels;
    /// Whether the sum is added to what the target holds.
    bool adds;
} chardware_outer_product;

void chardware_outer_product_float32(chardware_tiles tiles, const chardware_outer_product *product);
void chardware_outer_product_float64(chardware_tiles tiles, const chardware_outer_product *product);
/// Left and right hold words of bfloat16 of two neighbouring positions, and all their strides and `positions` count
/// words; the target is float32. Every set of tiles gives the same bits.
void chardware_outer_product_bfloat16(chardware_tiles tiles, const chardware_outer_product *product);

/// Rounds `count` rows of `depth` scalars to bfloat16 (to nearest, ties to even; denormals become zero) and puts
/// neighbours into a word, the first of them into its lower half: rows of ⌈depth / 2⌉ words, an odd last scalar beside
/// a zero.
void chardware_pair_neighbours(chardware_tiles tiles, const float *source, ptrdiff_t count, ptrdiff_t depth,
                               uint32_t *target);

/// Rounds two rows to bfloat16 and puts each scalar of `lower` and that of `upper` into a word; null stands for zeros.
void chardware_pair_rows(chardware_tiles tiles, const float *lower, const float *upper, ptrdiff_t count,
                         uint32_t *target);

/// The gradient before a 2×2 pooling and a ReLU, for a row of windows. All strides count scalars.
typedef struct {
    /// The gradients after both, those of neighbouring windows `source_step` apart.
    const void *gradients;
    /// What forward gave, in the same places: where it is not positive the gradient is dropped. Null where there was no
    /// ReLU.
    const void *outputs;
    /// The taps that forward found, in the same places. Null where there was no pooling: a window is then a pixel.
    const int8_t *taps;
    ptrdiff_t source_step;
    /// The first window's first pixel, neighbouring pixels `target_pixel` apart and the second line `target_line`
    /// behind the first.
    void *targets;
    ptrdiff_t target_pixel, target_line;
    /// The gradients that are handed on are added to these sums by channel; may be null.
    void *sums;
    ptrdiff_t windows, channels;
} chardware_unpooling;

void chardware_unpool_float32(chardware_tiles tiles, const chardware_unpooling *unpooling);
void chardware_unpool_float64(chardware_tiles tiles, const chardware_unpooling *unpooling);

/// A filter's gradient behind a 2×2 max pooling, of which each channel hands on to one pixel of a window alone: a
/// quarter of the products of `chardware_outer_product`, with the target transposed, for the windows of an image:
///
///     target[n, segment, i] (+)= Σ gradient[window, n] · source[winner of the window for n, segment, i]
///
/// All strides count scalars.
typedef struct {
    /// The first pixel of the first window.
    const void *source;
    ptrdiff_t lines, windows;
    /// From one line of windows to the next and from one window to the next.
    ptrdiff_t window_line, window_step;
    /// From a window's first pixel to each of its four.
    ptrdiff_t shifts[4];
    /// `[lines · windows]`, `gradient_step` apart, and `channels` next to each other; so are outputs and taps.
    const void *gradients;
    /// What forward gave, or null where there was no ReLU.
    const void *outputs;
    const int8_t *taps;
    ptrdiff_t gradient_step;
    /// Lines of the kernel, `segment_step` apart in the source, and the scalars of each.
    ptrdiff_t segments, segment_step, segment_length;
    /// `[channels]` rows, `target_stride` apart.
    void *target;
    ptrdiff_t target_stride;
    /// `[channels]`, the sum of the gradients handed on; may be null.
    void *sums;
    ptrdiff_t channels;
    /// Whether sums are added to what the target holds.
    bool adds;
} chardware_pooled_outer_product;

void chardware_pooled_outer_product_float32(chardware_tiles tiles, const chardware_pooled_outer_product *product);
void chardware_pooled_outer_product_float64(chardware_tiles tiles, const chardware_pooled_outer_product *product);

#ifdef __cplusplus
}
#endif
