#pragma once
// What Swift cannot say about the processor: which features it has, which ones this file was compiled for,
// the floating-point control register, and instructions whose count must be known to measure the processor.

#include <stdbool.h>
#include <stddef.h>
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

/// The widest vectors with multiply-adds that the processor and the operating system offer, in bits: 512, 256, or 128
/// for SSE2 (where a multiply-add is two instructions) and NEON; 64 where there are no vectors.
int chardware_vector_bits(void);

/// Does x ← x + a·b, in registers alone, `iterations` times in each of several vectors that begin at 0: enough of them
/// to keep all ports of a core busy.
///
/// `bits` is the width of the vectors: what `chardware_vector_bits` says or less. Returns the floating-point operations
/// done, two for each multiply-add of a lane; `*sum` is the sum of all lanes.
uint64_t chardware_fma_float32(int bits, uint64_t iterations, float a, float b, double *sum);

/// The same in double precision.
uint64_t chardware_fma_float64(int bits, uint64_t iterations, double a, double b, double *sum);

/// Does 64 · `iterations` additions of `addend`, each of which waits for the one before, and returns how many: as many
/// cycles of the core's clock. `*sum` is the sum.
uint64_t chardware_addition_chain(uint64_t iterations, uint64_t addend, uint64_t *sum);

/// Does a[i] = b[i] + factor·c[i] over `count` elements, `passes` times, with vectors of `bits` as above.
///
/// The arrays begin at multiples of 64 bytes, `count` is a multiple of 32. With `streaming` the stores go around the
/// caches, where the processor has such stores: otherwise the line of a[i] is read before it is written.
void chardware_triad(int bits, bool streaming, double *a, const double *b, const double *c, double factor, size_t count,
                     size_t passes);

/// Whether `streaming` makes a difference to `chardware_triad`.
bool chardware_streams(void);

/// Issues `hundreds` times 100 instructions that do nothing, and returns their number: as fast as the core can pass
/// instructions on, and half as fast where a second hardware thread of the core is busy.
uint64_t chardware_issue_nothing(uint64_t hundreds);

// MARK: Closures

/// A Swift closure of two integers that is lent for the time of a call: Swift itself hands a closure that does not
/// escape to other threads only in a box from the heap.
typedef struct {
    void *function;
    const void *context;
} chardware_closure;

/// Calls a closure that is still lent.
void chardware_call_closure(chardware_closure closure, intptr_t first, intptr_t second);

// MARK: Tiles

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

/// The transforms of Winograd's convolutions F(m×m, 3×3), m = 2 or 4, of one tile. Element e of a transformed tile lies
/// `e` times a step behind the first, and each is a row of channels. All steps count scalars, or words in targets of
/// bfloat16.
typedef struct {
    int m;
    /// Whether the tile is one of m² output gradients, for the filter's gradient F(3×3, m×m); else of (m + 2)² pixels.
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
    /// Channels that neighbour each other in the target, a multiple of all vectors' lanes, and the step to the next so
    /// many; with 0, all channels are neighbours.
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

/// The output of a tile, with what follows it.
typedef struct {
    int m;
    const void *products;
    ptrdiff_t product_step;
    /// Added to each pixel; may be null.
    const void *start;
    /// Where the tile's first pixel goes, or its first window's maximum where `pools`.
    void *output;
    ptrdiff_t line_step, pixel_step;
    /// Lines and pixels (of windows) of the tile that belong to the image; more than there are in a tile is allowed.
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

/// A step of Adam over neighbouring parameters: means += share1 · (g − means), squares += share2 · (g² − squares),
/// parameters ← kept · parameters − rate · means / (√squares + epsilon).
typedef struct {
    void *parameters;
    const void *gradients;
    void *means;
    void *squares;
    ptrdiff_t count;
    double rate, share1, share2, epsilon, kept;
} chardware_adam;

void chardware_adam_float32(chardware_tiles tiles, const chardware_adam *step);
void chardware_adam_float64(chardware_tiles tiles, const chardware_adam *step);

/// Functions of one number.
typedef enum {
    CHARDWARE_LINEAR,
    CHARDWARE_RELU,
    /// x, or `parameter` · x where x < 0.
    CHARDWARE_LEAKY_RELU,
    /// x, or `parameter` · (eˣ − 1) where x < 0.
    CHARDWARE_ELU,
    CHARDWARE_GELU,
    CHARDWARE_GELU_TANH,
    CHARDWARE_SILU,
    CHARDWARE_SIGMOID,
    CHARDWARE_TANH,
    /// exp(x − `parameter`).
    CHARDWARE_EXPONENTIAL,
} chardware_function;

/// target = f(source); or, where there are gradients, target = gradients · f′, with in `source` the inputs of GELU and
/// SiLU and the outputs of the others. The target may be the source or the gradients.
typedef struct {
    chardware_function function;
    double parameter;
    const void *source;
    const void *gradients;
    void *target;
    ptrdiff_t count;
} chardware_activation;

void chardware_activate_float32(chardware_tiles tiles, const chardware_activation *activation);
void chardware_activate_float64(chardware_tiles tiles, const chardware_activation *activation);

/// The mean of each column of a row-major matrix and the sum of its squared deviations from it.
typedef struct {
    const void *source;
    ptrdiff_t rows, columns;
    double *means, *squares;
} chardware_moments;

void chardware_moments_float32(chardware_tiles tiles, const chardware_moments *moments);
void chardware_moments_float64(chardware_tiles tiles, const chardware_moments *moments);

/// A row-major matrix whose columns are normalized each with its own coefficients, and an activation after that
/// (linear, ReLU, GELU, SiLU): y = f((x − center) · factor + shift).
typedef struct {
    chardware_function function;
    /// x.
    const void *source;
    /// With respect to y; backward alone.
    const void *gradients;
    void *target;
    ptrdiff_t rows, columns;
    /// One for each column.
    const void *centers, *factors, *shifts;
    /// Of the gradient: slope and offset for each column.
    const void *slopes, *offsets;
    /// For each column, to which is added.
    double *sums, *products;
} chardware_normalization;

/// target = y.
void chardware_normalize_float32(chardware_tiles tiles, const chardware_normalization *normalization);
void chardware_normalize_float64(chardware_tiles tiles, const chardware_normalization *normalization);
/// sums += Σ g and products += Σ g · (x − center), where g = gradients · f′; target = g where there is one.
void chardware_sum_gradients_float32(chardware_tiles tiles, const chardware_normalization *normalization);
void chardware_sum_gradients_float64(chardware_tiles tiles, const chardware_normalization *normalization);
/// target = g · factor + (x − center) · slope + offset.
void chardware_normalize_gradients_float32(chardware_tiles tiles, const chardware_normalization *normalization);
void chardware_normalize_gradients_float64(chardware_tiles tiles, const chardware_normalization *normalization);

#ifdef __cplusplus
}
#endif
