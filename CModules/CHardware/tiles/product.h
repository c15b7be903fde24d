/// Sums of products for `pairs` pairs of pixels and `vectors` vectors of channels, in registers over all runs.
TARGET INLINE void TILE(sum)(const int pairs, const int vectors, const chardware_product *p, const ptrdiff_t *sources,
                             VECTOR sum[2 * PAIRS][2]) {
    UNROLL for (int v = 0; v < vectors; v++) {
        const VECTOR start = p->start ? TILE(load)((const SCALAR *)p->start + v * LANES) : (VECTOR){0};
        UNROLL for (int i = 0; i < 2 * pairs; i++) { sum[i][v] = start; }
    }
    const ptrdiff_t step = p->source_step, stride = p->panel_stride;
    for (ptrdiff_t r = 0; r < p->run_count; r++) {
        const chardware_run run = p->runs[r];
        const WORD *b = (const WORD *)p->panel + run.panel_row * stride;
        const WORD *a[PAIRS];
        UNROLL for (int i = 0; i < pairs; i++) { a[i] = (const WORD *)p->source + sources[i] + run.source; }
        for (ptrdiff_t k = 0; k < run.length; k++) {
            WORDS row[2];
            UNROLL for (int v = 0; v < vectors; v++) { row[v] = *(const WORDS *)(b + v * LANES); }
            UNROLL for (int i = 0; i < pairs; i++) {
                const WORD first = a[i][k], second = a[i][k + step];
                UNROLL for (int v = 0; v < vectors; v++) {
                    sum[2 * i][v] = ADD_PRODUCT(sum[2 * i][v], first, row[v]);
                    sum[2 * i + 1][v] = ADD_PRODUCT(sum[2 * i + 1][v], second, row[v]);
                }
            }
            b += stride;
        }
    }
}

/// Adds to the sums by channel and to those of squares.
TARGET INLINE void TILE(add_sums)(const chardware_product *p, const int v, VECTOR sum, VECTOR squares) {
    const ptrdiff_t channels = p->channels - v * LANES;
    SCALAR *sums = (SCALAR *)p->sums + v * LANES;
    TILE(store)(TILE(load_some)(sums, channels) + sum, sums, channels);
    sums += p->sums_step;
    TILE(store)(TILE(load_some)(sums, channels) + squares, sums, channels);
}

TARGET INLINE void TILE(plain_tile)(const int pairs, const int vectors, const chardware_product *p, ptrdiff_t first) {
    VECTOR sum[2 * PAIRS][2];
    TILE(sum)(pairs, vectors, p, p->source_offsets + first, sum);
    UNROLL for (int i = 0; i < pairs; i++) {
        SCALAR *output = (SCALAR *)p->output + p->output_offsets[first + i];
        UNROLL for (int v = 0; v < vectors; v++) {
            const ptrdiff_t channels = p->channels - v * LANES;
            VECTOR one = sum[2 * i][v], two = sum[2 * i + 1][v];
            if (p->rectifies) { one = TILE(rectified)(one), two = TILE(rectified)(two); }
            TILE(store)(one, output + v * LANES, channels);
            TILE(store)(two, output + p->output_step + v * LANES, channels);
            sum[2 * i][v] = one, sum[2 * i + 1][v] = two;
        }
    }
    if (!p->sums) { return; }
    // A pixel without a neighbour is both of its pair.
    const bool is_lone = p->output_step == 0;
    UNROLL for (int v = 0; v < vectors; v++) {
        VECTOR total = {0}, squares = {0};
        UNROLL for (int i = 0; i < pairs; i++) {
            const VECTOR one = sum[2 * i][v], two = is_lone ? (VECTOR){0} : sum[2 * i + 1][v];
            total += one + two;
            squares += one * one + two * two;
        }
        TILE(add_sums)(p, v, total, squares);
    }
}

TARGET static __attribute__((noinline)) void TILE(store_codes)(TILE(bytes) codes, int8_t *address, ptrdiff_t count) {
    for (ptrdiff_t lane = 0; lane < count; lane++) { address[lane] = codes[lane]; }
}

/// The maximum of the four pixels of a window, line by line; the first of equal ones, a NaN before numbers. Where `taps` is not
/// null it takes the number of the pixel that holds the maximum.
TARGET INLINE VECTOR TILE(pool_window)(const VECTOR window[4], int8_t *taps, ptrdiff_t count) {
    VECTOR best = window[0];
    MASK tap = {0};
    UNROLL for (int i = 1; i < 4; i++) {
        const MASK wins = (window[i] > best) | (window[i] != window[i]);
        best = TILE(select)(wins, window[i], best);
        tap = (wins & (MASK){0} + i) | (~wins & tap);
    }
    if (taps) {
        const TILE(bytes) codes = __builtin_convertvector(tap, TILE(bytes));
        if (count >= LANES) {
            *(TILE(bytes) *)taps = codes;
        } else {
            TILE(store_codes)(codes, taps, count);
        }
    }
    return best;
}

/// The same as `plain_tile`, and the maximum of each two pairs, which are the windows of a 2×2 pooling, with the tap that holds it.
TARGET INLINE void TILE(pooled_tile)(const int pairs, const int vectors, const chardware_product *p, ptrdiff_t first) {
    VECTOR sum[2 * PAIRS][2];
    TILE(sum)(pairs, vectors, p, p->source_offsets + first, sum);
    UNROLL for (int w = 0; w < pairs / 2; w++) {
        const ptrdiff_t offset = p->output_offsets[first / 2 + w];
        UNROLL for (int v = 0; v < vectors; v++) {
            const ptrdiff_t channels = p->channels - v * LANES;
            const VECTOR window[4] = {sum[4 * w][v], sum[4 * w + 1][v], sum[4 * w + 2][v], sum[4 * w + 3][v]};
            VECTOR best = TILE(pool_window)(window, p->taps ? p->taps + offset + v * LANES : NULL, channels);
            if (p->rectifies) { best = TILE(rectified)(best); }
            TILE(store)(best, (SCALAR *)p->output + offset + v * LANES, channels);
            if (p->sums) { TILE(add_sums)(p, v, best, best * best); }
        }
    }
}

#define PRODUCT_CASE(kind, groups, per_group, vectors)                                                                \
    case groups: TILE(kind)(groups * per_group <= PAIRS ? groups * per_group : per_group, vectors, p, pair); break;

/// All pairs, in tiles of as equal sizes as they allow. Pairs of a group stay together.
#define PRODUCT(name, kind, per_group, vectors)                                                                       \
    TARGET static void TILE(name)(const chardware_product *p) {                                                       \
        const ptrdiff_t groups = p->pairs / per_group, most = PAIRS / per_group, tiles = (groups + most - 1) / most;  \
        ptrdiff_t pair = 0;                                                                                           \
        for (ptrdiff_t tile = 0; tile < tiles; tile++) {                                                              \
            const ptrdiff_t size = groups / tiles + (tile < groups % tiles);                                          \
            switch (size) {                                                                                           \
                PRODUCT_CASE(kind, 1, per_group, vectors)                                                             \
                PRODUCT_CASE(kind, 2, per_group, vectors)                                                             \
                PRODUCT_CASE(kind, 3, per_group, vectors)                                                             \
                PRODUCT_CASE(kind, 4, per_group, vectors)                                                             \
                PRODUCT_CASE(kind, 5, per_group, vectors)                                                             \
                PRODUCT_CASE(kind, 6, per_group, vectors)                                                             \
            default: break;                                                                                           \
            }                                                                                                         \
            pair += size * per_group;                                                                                 \
        }                                                                                                             \
    }

PRODUCT(plain1, plain_tile, 1, 1)
PRODUCT(plain2, plain_tile, 1, 2)
PRODUCT(pooled1, pooled_tile, 2, 1)
PRODUCT(pooled2, pooled_tile, 2, 2)

static void TILE(product)(const chardware_product *p) {
    if (p->channels > LANES) {
        if (p->pools) { TILE(pooled2)(p); } else { TILE(plain2)(p); }
    } else {
        if (p->pools) { TILE(pooled1)(p); } else { TILE(plain1)(p); }
    }
}
