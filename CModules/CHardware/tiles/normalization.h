// Normalization of rows of columns, where each column (a channel of a pixel) has its own statistics. Sums are taken
// over blocks of rows that stay in the first cache, in the scalars' type, and added up in double.

/// Rows of a block: so many that it pays, so few that sums of floats stay exact enough and the second look finds them
/// in cache.
INLINE ptrdiff_t TILE(block_rows)(ptrdiff_t columns) {
    const ptrdiff_t rows = 16384 / columns;
    return rows < 64 ? 64 : rows > 256 ? 256 : rows;
}

typedef double TILE(doubles) __attribute__((vector_size(LANES * sizeof(double)), aligned(sizeof(double)), may_alias));

#define DOUBLES TILE(doubles)
#define WIDENED(vector) __builtin_convertvector(vector, DOUBLES)

// By address, because vectors wider than the instruction set's have no agreed way of being passed.
TARGET INLINE void TILE(load_doubles)(DOUBLES *value, const double *address, ptrdiff_t count) {
    if (count >= LANES) {
        *value = *(const DOUBLES *)address;
    } else {
        *value = (DOUBLES){0};
        for (ptrdiff_t lane = 0; lane < count; lane++) { (*value)[lane] = address[lane]; }
    }
}
TARGET INLINE void TILE(store_doubles)(const DOUBLES *value, double *address, ptrdiff_t count) {
    if (count >= LANES) {
        *(DOUBLES *)address = *value;
    } else {
        for (ptrdiff_t lane = 0; lane < count; lane++) { address[lane] = (*value)[lane]; }
    }
}
/// Adds a vector of scalars to numbers in double.
TARGET INLINE void TILE(add_to_doubles)(VECTOR value, double *address, ptrdiff_t count) {
    DOUBLES total;
    TILE(load_doubles)(&total, address, count);
    total += WIDENED(value);
    TILE(store_doubles)(&total, address, count);
}

/// Mean and sum of squared deviations of some columns of a block, found in two looks (the second corrects the mean),
/// merged with those of the blocks before by the rule of Chan, Golub and LeVeque 1979.
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
    const double share = (double)rows / (double)(first + rows), inverse = 1 / (double)rows;
    UNROLL for (int v = 0; v < vectors; v++) {
        const ptrdiff_t some = count - v * LANES;
        double *means = p->means + column + v * LANES, *squares = p->squares + column + v * LANES;
        const DOUBLES rest = WIDENED(sum[v]) * inverse;
        DOUBLES block_mean = WIDENED(mean[v]) + rest;
        DOUBLES block_square = WIDENED(square[v]) - rest * rest * (double)rows;
        if (first > 0) {
            DOUBLES before_mean, before_square;
            TILE(load_doubles)(&before_mean, means, some);
            TILE(load_doubles)(&before_square, squares, some);
            const DOUBLES delta = block_mean - before_mean;
            block_mean = before_mean + delta * share;
            block_square += before_square + delta * delta * ((double)first * share);
        }
        TILE(store_doubles)(&block_mean, means, some);
        TILE(store_doubles)(&block_square, squares, some);
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
        for (; column + 2 * LANES <= p->columns; column += 2 * LANES) {
            TILE(block_moments)(2, p, first, rows, column, 2 * LANES);
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
            if (p->target) { TILE(store)(gradient, (SCALAR *)p->target + place, some); }
            sum[v] += gradient;
            product[v] += gradient * difference;
        }
    }
    UNROLL for (int v = 0; v < vectors; v++) {
        const ptrdiff_t some = count - v * LANES;
        double *sums = p->sums + column + v * LANES, *products = p->products + column + v * LANES;
        TILE(add_to_doubles)(sum[v], sums, some);
        TILE(add_to_doubles)(product[v], products, some);
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
    /* A copy, which no store can change. */                                                                          \
    const chardware_normalization copy = *p;                                                                          \
    switch (copy.function) {                                                                                          \
    case CHARDWARE_LINEAR: TILE(body)(CHARDWARE_LINEAR, &copy); break;                                                \
    case CHARDWARE_RELU: TILE(body)(CHARDWARE_RELU, &copy); break;                                                    \
    case CHARDWARE_GELU: TILE(body)(CHARDWARE_GELU, &copy); break;                                                    \
    case CHARDWARE_GELU_TANH: TILE(body)(CHARDWARE_GELU_TANH, &copy); break;                                          \
    case CHARDWARE_SILU: TILE(body)(CHARDWARE_SILU, &copy); break;                                                    \
    default: __builtin_trap();                                                                                        \
    }

TARGET static void TILE(normalize)(const chardware_normalization *p) { FUNCTION_CASES(normalize_with) }
TARGET static void TILE(sum_gradients)(const chardware_normalization *p) { FUNCTION_CASES(sum_gradients_with) }
TARGET static void TILE(normalize_gradients)(const chardware_normalization *p) {
    FUNCTION_CASES(normalize_gradients_with)
}

#undef FUNCTION_CASES
#undef DOUBLES
#undef WIDENED
