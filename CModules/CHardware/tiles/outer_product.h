/// target[i, v] (+)= Σ left[i] · right[v] over all positions, in registers, for `rows` neighbouring scalars of `left` and
/// `vectors` vectors of `right`, of which the last may be cut short.
TARGET INLINE void TILE(outer_tile)(const int rows, const int vectors, const bool is_cut,
                                    const chardware_outer_product *p, const WORD *left, SCALAR *target) {
    VECTOR sum[2 * PAIRS][2];
    UNROLL for (int i = 0; i < rows; i++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            // Rows of the target lie far apart, so that no processor foresees them.
            if (p->adds) { __builtin_prefetch(target + i * p->target_stride + v * LANES, 1, 3); }
            sum[i][v] = (VECTOR){0};
        }
    }
    const ptrdiff_t last = p->channels - (vectors - 1) * LANES;
    for (ptrdiff_t image = 0; image < p->images; image++) {
        for (ptrdiff_t line = 0; line < p->lines; line++) {
            const WORD *a = left + image * p->left_image_stride + line * p->left_line_stride;
            const WORD *b = (const WORD *)p->right + image * p->right_image_stride + line * p->right_line_stride;
            for (ptrdiff_t position = 0; position < p->positions; position++) {
                WORDS row[2];
                UNROLL for (int v = 0; v < vectors; v++) {
                    const SCALAR *address = (const SCALAR *)(b + v * LANES);
                    row[v] = (WORDS)(is_cut && v == vectors - 1 ? LOAD_SOME(address, last) : TILE(load)(address));
                }
                UNROLL for (int i = 0; i < rows; i++) {
                    const WORD factor = a[i];
                    UNROLL for (int v = 0; v < vectors; v++) { sum[i][v] = ADD_PRODUCT(sum[i][v], factor, row[v]); }
                }
                a += p->left_stride, b += p->right_stride;
            }
        }
    }
    UNROLL for (int i = 0; i < rows; i++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            SCALAR *address = target + i * p->target_stride + v * LANES;
            const ptrdiff_t count = v == vectors - 1 ? last : LANES;
            if (p->adds) { sum[i][v] += TILE(load_some)(address, count); }
            TILE(store)(sum[i][v], address, count);
        }
    }
}

#define OUTER_CASE(rows, vectors, is_cut)                                                                             \
    case rows: TILE(outer_tile)(rows <= 2 * PAIRS ? rows : 1, vectors, is_cut, p, left, target); break;

#define OUTER(name, vectors, is_cut)                                                                                  \
    TARGET static void TILE(name)(const chardware_outer_product *p) {                                                 \
        const ptrdiff_t tiles = (p->rows + 2 * PAIRS - 1) / (2 * PAIRS);                                              \
        const WORD *left = p->left;                                                                                 \
        SCALAR *target = p->target;                                                                                   \
        for (ptrdiff_t tile = 0; tile < tiles; tile++) {                                                              \
            const ptrdiff_t rows = p->rows / tiles + (tile < p->rows % tiles);                                        \
            switch (rows) {                                                                                           \
                OUTER_CASE(1, vectors, is_cut)                                                                        \
                OUTER_CASE(2, vectors, is_cut)                                                                        \
                OUTER_CASE(3, vectors, is_cut)                                                                        \
                OUTER_CASE(4, vectors, is_cut)                                                                        \
                OUTER_CASE(5, vectors, is_cut)                                                                        \
                OUTER_CASE(6, vectors, is_cut)                                                                        \
                OUTER_CASE(7, vectors, is_cut)                                                                        \
                OUTER_CASE(8, vectors, is_cut)                                                                        \
                OUTER_CASE(9, vectors, is_cut)                                                                        \
                OUTER_CASE(10, vectors, is_cut)                                                                       \
                OUTER_CASE(11, vectors, is_cut)                                                                       \
                OUTER_CASE(12, vectors, is_cut)                                                                       \
            default: break;                                                                                           \
            }                                                                                                         \
            left += rows, target += rows * p->target_stride;                                                          \
        }                                                                                                             \
    }

OUTER(outer1, 1, false)
OUTER(outer1_cut, 1, true)
OUTER(outer2, 2, false)
OUTER(outer2_cut, 2, true)

static void TILE(outer_product)(const chardware_outer_product *p) {
    const bool is_cut = p->channels % LANES != 0;
    if (p->channels > LANES) {
        if (is_cut) { TILE(outer2_cut)(p); } else { TILE(outer2)(p); }
    } else {
        if (is_cut) { TILE(outer1_cut)(p); } else { TILE(outer1)(p); }
    }
}
