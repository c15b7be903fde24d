// Normalization of rows of columns, where each column (a channel of a pixel) has its own statistics. Sums are taken over
// blocks of rows that stay in the first cache, in the scalars' type, and added up in double.

/// Rows of a block: so many that it pays, so few that sums of floats stay exact enough and the second look finds them in cache.
INLINE ptrdiff_t TILE(block_rows)(ptrdiff_t columns) {
    const ptrdiff_t rows = 8192 / columns;
    return rows < 16 ? 16 : rows > 256 ? 256 : rows;
}

/// Mean and sum of squared deviations of some columns of a block, found in two looks (the second corrects the mean), merged
/// with those of the blocks before by the rule of Chan, Golub and LeVeque 1979.
TARGET INLINE void TILE(block_moments)(const int vectors, const chardware_moments *p, ptrdiff_t first, ptrdiff_t rows,
                                       ptrdiff_t column, ptrdiff_t count) {
    const SCALAR *source = (const SCALAR *)p->source + first * p->columns + column;
    VECTOR mean[4], sum[4], square[4];
    UNROLL for (int v = 0; v < vectors; v++) { sum[v] = (VECTOR){0}; }
    for (ptrdiff_t row = 0; row < rows; row++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            sum[v] += TILE(load_some)(source + row * p->columns + v * LANES, count - v * LANES);
        }
    }
    UNROLL for (int v = 0; v < vectors; v++) {
        mean[v] = sum[v] * ((SCALAR)1 / (SCALAR)rows);
        sum[v] = square[v] = (VECTOR){0};
    }
    for (ptrdiff_t row = 0; row < rows; row++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            const VECTOR difference =
                TILE(load_some)(source + row * p->columns + v * LANES, count - v * LANES) - mean[v];
            sum[v] += difference;
            square[v] += difference * difference;
        }
    }
    const double after = (double)(first + rows), share = (double)rows / after;
    UNROLL for (int v = 0; v < vectors; v++) {
        const ptrdiff_t lanes = count - v * LANES < LANES ? count - v * LANES : LANES;
        double *means = p->means + column + v * LANES, *squares = p->squares + column + v * LANES;
        for (ptrdiff_t lane = 0; lane < lanes; lane++) {
            const double rest = (double)sum[v][lane] / (double)rows;
            const double block_mean = (double)mean[v][lane] + rest;
            const double block_square = (double)square[v][lane] - rest * rest * (double)rows;
            const double delta = first == 0 ? 0 : block_mean - means[lane];
            means[lane] = first == 0 ? block_mean : means[lane] + delta * share;
            squares[lane] =
                first == 0 ? block_square : squares[lane] + block_square + delta * delta * (double)first * share;
        }
    }
}

TARGET static void TILE(moments)(const chardware_moments *p) {
    const ptrdiff_t block = TILE(block_rows)(p->columns);
    for (ptrdiff_t first = 0; first < p->rows; first += block) {
        const ptrdiff_t rows = p->rows - first < block ? p->rows - first : block;
        ptrdiff_t column = 0;
        for (; column + 4 * LANES <= p->columns; column += 4 * LANES) {
            TILE(block_moments)(4, p, first, rows, column, 4 * LANES);
        }
        for (; column < p->columns; column += LANES) {
            TILE(block_moments)(1, p, first, rows, column, p->columns - column);
        }
    }
}

/// What went into the activation: (x − center) · factor + shift.
TARGET INLINE VECTOR TILE(normalized)(const chardware_normalization *p, VECTOR difference, ptrdiff_t column,
                                      ptrdiff_t count) {
    return difference * TILE(load_some)((const SCALAR *)p->factors + column, count)
           + TILE(load_some)((const SCALAR *)p->shifts + column, count);
}

/// The gradient with respect to what went into the activation.
TARGET INLINE VECTOR TILE(normalized_gradient)(const chardware_function function, const chardware_normalization *p,
                                               ptrdiff_t place, VECTOR difference, ptrdiff_t column, ptrdiff_t count) {
    const VECTOR gradient = TILE(load_some)((const SCALAR *)p->gradients + place, count);
    if (function == CHARDWARE_LINEAR) { return gradient; }
    return TILE(activation_gradient)(function, TILE(normalized)(p, difference, column, count), gradient, (SCALAR)0);
}

TARGET INLINE VECTOR TILE(difference)(const chardware_normalization *p, ptrdiff_t place, ptrdiff_t column,
                                      ptrdiff_t count) {
    return TILE(load_some)((const SCALAR *)p->source + place, count)
           - TILE(load_some)((const SCALAR *)p->centers + column, count);
}

TARGET INLINE void TILE(normalize_with)(const chardware_function function, const chardware_normalization *p) {
    for (ptrdiff_t row = 0; row < p->rows; row++) {
        for (ptrdiff_t column = 0; column < p->columns; column += LANES) {
            const ptrdiff_t count = p->columns - column, place = row * p->columns + column;
            const VECTOR difference = TILE(difference)(p, place, column, count);
            const VECTOR y = TILE(activated)(function, TILE(normalized)(p, difference, column, count), (SCALAR)0);
            TILE(store)(y, (SCALAR *)p->target + place, count);
        }
    }
}

/// Adds to `sums` the gradients and to `products` those times (x − center).
TARGET INLINE void TILE(block_gradient_sums)(const chardware_function function, const int vectors,
                                             const chardware_normalization *p, ptrdiff_t first, ptrdiff_t rows,
                                             ptrdiff_t column, ptrdiff_t count) {
    VECTOR sum[2], product[2];
    UNROLL for (int v = 0; v < vectors; v++) { sum[v] = product[v] = (VECTOR){0}; }
    for (ptrdiff_t row = first; row < first + rows; row++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            const ptrdiff_t at = column + v * LANES, some = count - v * LANES, place = row * p->columns + at;
            const VECTOR difference = TILE(difference)(p, place, at, some);
            const VECTOR gradient = TILE(normalized_gradient)(function, p, place, difference, at, some);
            sum[v] += gradient;
            product[v] += gradient * difference;
        }
    }
    UNROLL for (int v = 0; v < vectors; v++) {
        const ptrdiff_t lanes = count - v * LANES < LANES ? count - v * LANES : LANES;
        for (ptrdiff_t lane = 0; lane < lanes; lane++) {
            p->sums[column + v * LANES + lane] += (double)sum[v][lane];
            p->products[column + v * LANES + lane] += (double)product[v][lane];
        }
    }
}

TARGET INLINE void TILE(sum_gradients_with)(const chardware_function function, const chardware_normalization *p) {
    const ptrdiff_t block = TILE(block_rows)(p->columns);
    for (ptrdiff_t first = 0; first < p->rows; first += block) {
        const ptrdiff_t rows = p->rows - first < block ? p->rows - first : block;
        ptrdiff_t column = 0;
        for (; column + 2 * LANES <= p->columns; column += 2 * LANES) {
            TILE(block_gradient_sums)(function, 2, p, first, rows, column, 2 * LANES);
        }
        for (; column < p->columns; column += LANES) {
            TILE(block_gradient_sums)(function, 1, p, first, rows, column, p->columns - column);
        }
    }
}

/// target = gradient · factor + (x − center) · slope + offset.
TARGET INLINE void TILE(normalize_gradients_with)(const chardware_function function,
                                                  const chardware_normalization *p) {
    for (ptrdiff_t row = 0; row < p->rows; row++) {
        for (ptrdiff_t column = 0; column < p->columns; column += LANES) {
            const ptrdiff_t count = p->columns - column, place = row * p->columns + column;
            const VECTOR difference = TILE(difference)(p, place, column, count);
            const VECTOR gradient = TILE(normalized_gradient)(function, p, place, difference, column, count);
            const VECTOR result = gradient * TILE(load_some)((const SCALAR *)p->factors + column, count)
                                  + difference * TILE(load_some)((const SCALAR *)p->slopes + column, count)
                                  + TILE(load_some)((const SCALAR *)p->offsets + column, count);
            TILE(store)(result, (SCALAR *)p->target + place, count);
        }
    }
}

#define FUNCTION_CASES(body)                                                                                          \
    switch (p->function) {                                                                                            \
    case CHARDWARE_LINEAR: TILE(body)(CHARDWARE_LINEAR, p); break;                                                    \
    case CHARDWARE_RELU: TILE(body)(CHARDWARE_RELU, p); break;                                                        \
    case CHARDWARE_GELU: TILE(body)(CHARDWARE_GELU, p); break;                                                        \
    case CHARDWARE_GELU_TANH: TILE(body)(CHARDWARE_GELU_TANH, p); break;                                              \
    case CHARDWARE_SILU: TILE(body)(CHARDWARE_SILU, p); break;                                                        \
    default: __builtin_trap();                                                                                        \
    }

TARGET static void TILE(normalize)(const chardware_normalization *p) { FUNCTION_CASES(normalize_with) }
TARGET static void TILE(sum_gradients)(const chardware_normalization *p) { FUNCTION_CASES(sum_gradients_with) }
TARGET static void TILE(normalize_gradients)(const chardware_normalization *p) {
    FUNCTION_CASES(normalize_gradients_with)
}

#undef FUNCTION_CASES
