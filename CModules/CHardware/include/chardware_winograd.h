#pragma once
// The transforms of Winograd's convolutions.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chardware_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The transforms of Winograd's convolutions F(m×m, 3×3), m = 2 or 4, of one tile. Element e of a transformed tile lies
/// `e` times a step behind the first, and each is a row of channels. All steps count scalars, or words in targets of
/// bfloat16.
///
/// Where m is 4, tiles may have n = 1 to 4 `lines` and `columns`. They have the elements of n + 2 of their six lines and columns, the
/// first n + 1 and the last, which lie where those of whole tiles do; the others are neither read nor written.
typedef struct {
    int m, lines, columns;
    /// Whether the tile is one of output gradients, for the filter's gradient F(3×3, m×m), one for each line and column; else of
    /// pixels, two more each way.
    bool is_gradient;
    /// The image's first pixel, and the position of the tile's, which may lie outside: pixels there are zero.
    const void *source;
    /// The same of another image, whose tile shares words with the first one's; zeros where it is null.
    const void *other;
    ptrdiff_t height, width, line_step, pixel_step;
    ptrdiff_t top, left;
    ptrdiff_t channels;
    void *target;
    ptrdiff_t target_step;
    /// Channels that neighbour each other in the target, a power of two that is a multiple of all vectors' lanes and at most 512,
    /// and the step to the next so many; with 0, all channels are neighbours.
    ptrdiff_t panel, panel_step;
    /// Scalars of each image that are needed soon, from `ahead` on behind the first pixel; they are fetched meanwhile.
    ptrdiff_t ahead, ahead_count;
} chardware_winograd_input;

/// The transforms of `count` filters of 3×3 taps that lie side by side, their taps `tap_step` apart.
typedef struct {
    int m;
    const void *filter;
    ptrdiff_t tap_step, count;
    /// Whether the taps are taken from the last to the first.
    bool is_turned;
    void *target;
    ptrdiff_t target_step;
} chardware_winograd_filter;

/// `count` gradients of 3×3 taps that lie side by side, from the sums over all tiles of the products of transformed pixels
/// and output gradients.
typedef struct {
    int m;
    const void *products;
    ptrdiff_t product_step;
    ptrdiff_t count;
    void *filter;
    ptrdiff_t tap_step;
} chardware_winograd_filter_gradient;

/// The output of a tile, with what follows it. As many lines and columns as a pooling takes whole windows of.
typedef struct {
    int m, lines, columns;
    const void *products;
    ptrdiff_t product_step;
    /// Added to each pixel; may be null.
    const void *start;
    /// Where the tile's first pixel goes, or its first window's maximum where `pools`.
    void *output;
    ptrdiff_t line_step, pixel_step;
    /// Lines and pixels (of windows) of the tile that belong to the image, where m is 2; more than there are in a tile is allowed.
    ptrdiff_t height, width;
    ptrdiff_t channels;
    bool rectifies;
    bool pools;
    /// As for `chardware_product`.
    int8_t *taps;
} chardware_winograd_output;

void chardware_winograd_input_float32(chardware_tiles tiles, const chardware_winograd_input *transform);
void chardware_winograd_input_float64(chardware_tiles tiles, const chardware_winograd_input *transform);
/// The target holds words of bfloat16 of neighbouring channels, an odd last one beside a zero.
void chardware_winograd_input_bfloat16(chardware_tiles tiles, const chardware_winograd_input *transform);
/// The target holds words of bfloat16 of the two images, a word for each channel.
void chardware_winograd_inputs_bfloat16(chardware_tiles tiles, const chardware_winograd_input *transform);
void chardware_winograd_filter_gradient_float32(chardware_tiles tiles, const chardware_winograd_filter_gradient *transform);
void chardware_winograd_filter_gradient_float64(chardware_tiles tiles, const chardware_winograd_filter_gradient *transform);
void chardware_winograd_filter_float32(chardware_tiles tiles, const chardware_winograd_filter *transform);
void chardware_winograd_filter_float64(chardware_tiles tiles, const chardware_winograd_filter *transform);
void chardware_winograd_output_float32(chardware_tiles tiles, const chardware_winograd_output *transform);
void chardware_winograd_output_float64(chardware_tiles tiles, const chardware_winograd_output *transform);

#ifdef __cplusplus
}
#endif
