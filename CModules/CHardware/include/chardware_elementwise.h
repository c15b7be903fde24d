#pragma once
// Element by element: optimizers, activations, normalizations.

#include <stddef.h>

#include "chardware_tiles.h"

#ifdef __cplusplus
extern "C" {
#endif

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
