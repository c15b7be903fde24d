// The innermost tiles of a blocked product, for one scalar type and one instruction set. Included several times by
// tiles.c, each time with
//
//   TILE(name)   the name of a function or type of this instance
//   TARGET       the attribute that allows the instruction set
//   SCALAR       float or double
//   INTEGER      the signed integer of the same width
//   LANES        scalars in a vector
//   PAIRS        most pairs of pixels in a tile: 2 · PAIRS rows of 2 vectors stay in registers beside their operands
//
// No tile reads a scalar behind the last one it needs, apart from the padding of packed panels.

typedef SCALAR TILE(vector) __attribute__((vector_size(LANES * sizeof(SCALAR)), aligned(sizeof(SCALAR)), may_alias));
typedef INTEGER TILE(mask) __attribute__((vector_size(LANES * sizeof(SCALAR))));
typedef int8_t TILE(bytes) __attribute__((vector_size(LANES), aligned(1), may_alias));

#define VECTOR TILE(vector)
#define MASK TILE(mask)
#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

TARGET INLINE VECTOR TILE(load)(const SCALAR *address) { return *(const VECTOR *)address; }

#ifndef LOAD_SOME
// Out of line, because they would else be unrolled into every tile.
TARGET static __attribute__((noinline)) VECTOR TILE(load_lanes)(const SCALAR *address, ptrdiff_t count) {
    VECTOR value = {0};
    for (ptrdiff_t lane = 0; lane < count; lane++) { value[lane] = address[lane]; }
    return value;
}
TARGET static __attribute__((noinline)) void TILE(store_lanes)(VECTOR value, SCALAR *address, ptrdiff_t count) {
    for (ptrdiff_t lane = 0; lane < count; lane++) { address[lane] = value[lane]; }
}
#define LOAD_SOME(address, count) TILE(load_lanes)(address, count)
#define STORE_SOME(value, address, count) TILE(store_lanes)(value, address, count)
#endif

TARGET static __attribute__((noinline)) TILE(bytes) TILE(load_codes)(const int8_t *address, ptrdiff_t count) {
    TILE(bytes) codes = {0};
    for (ptrdiff_t lane = 0; lane < count; lane++) { codes[lane] = address[lane]; }
    return codes;
}

TARGET static __attribute__((noinline)) void TILE(store_codes)(TILE(bytes) codes, int8_t *address, ptrdiff_t count) {
    for (ptrdiff_t lane = 0; lane < count; lane++) { address[lane] = codes[lane]; }
}

/// The first `count` lanes, zero in the others.
TARGET INLINE VECTOR TILE(load_some)(const SCALAR *address, ptrdiff_t count) {
    return count >= LANES ? TILE(load)(address) : LOAD_SOME(address, count);
}

/// Stores the first `count` lanes.
TARGET INLINE void TILE(store)(VECTOR value, SCALAR *address, ptrdiff_t count) {
    if (count >= LANES) {
        *(VECTOR *)address = value;
    } else {
        STORE_SOME(value, address, count);
    }
}

TARGET INLINE VECTOR TILE(select)(MASK mask, VECTOR yes, VECTOR no) {
    return (VECTOR)((mask & (MASK)yes) | (~mask & (MASK)no));
}

/// max(0, x); NaN stays NaN.
TARGET INLINE VECTOR TILE(rectified)(VECTOR x) { return TILE(select)(x < (SCALAR)0, (VECTOR){0}, x); }

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
        const SCALAR *b = (const SCALAR *)p->panel + run.panel_row * stride;
        const SCALAR *a[PAIRS];
        UNROLL for (int i = 0; i < pairs; i++) { a[i] = (const SCALAR *)p->source + sources[i] + run.source; }
        for (ptrdiff_t k = 0; k < run.length; k++) {
            VECTOR row[2];
            UNROLL for (int v = 0; v < vectors; v++) { row[v] = TILE(load)(b + v * LANES); }
            UNROLL for (int i = 0; i < pairs; i++) {
                const SCALAR first = a[i][k], second = a[i][k + step];
                UNROLL for (int v = 0; v < vectors; v++) {
                    sum[2 * i][v] += first * row[v];
                    sum[2 * i + 1][v] += second * row[v];
                }
            }
            b += stride;
        }
    }
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
        }
    }
}

/// The same, and the maximum of each two pairs, which are the windows of a 2×2 pooling, with the tap that holds it.
TARGET INLINE void TILE(pooled_tile)(const int pairs, const int vectors, const chardware_product *p, ptrdiff_t first) {
    VECTOR sum[2 * PAIRS][2];
    TILE(sum)(pairs, vectors, p, p->source_offsets + first, sum);
    UNROLL for (int w = 0; w < pairs / 2; w++) {
        const ptrdiff_t offset = p->output_offsets[first / 2 + w];
        UNROLL for (int v = 0; v < vectors; v++) {
            const ptrdiff_t channels = p->channels - v * LANES;
            VECTOR best = sum[4 * w][v];
            MASK tap = {0};
            UNROLL for (int i = 1; i < 4; i++) {
                const VECTOR x = sum[4 * w + i][v];
                const MASK wins = (x > best) | (x != x);
                best = TILE(select)(wins, x, best);
                tap = (wins & (MASK){0} + i) | (~wins & tap);
            }
            if (p->rectifies) { best = TILE(rectified)(best); }
            TILE(store)(best, (SCALAR *)p->output + offset + v * LANES, channels);
            if (p->taps) {
                const TILE(bytes) codes = __builtin_convertvector(tap, TILE(bytes));
                int8_t *target = p->taps + offset + v * LANES;
                if (channels >= LANES) {
                    *(TILE(bytes) *)target = codes;
                } else {
                    TILE(store_codes)(codes, target, channels);
                }
            }
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

/// target[i, v] (+)= Σ left[i] · right[v] over all positions, in registers, for `rows` neighbouring scalars of `left` and
/// `vectors` vectors of `right`, of which the last may be cut short.
TARGET INLINE void TILE(outer_tile)(const int rows, const int vectors, const bool is_cut,
                                    const chardware_outer_product *p, const SCALAR *left, SCALAR *target) {
    VECTOR sum[2 * PAIRS][2];
    UNROLL for (int i = 0; i < rows; i++) {
        UNROLL for (int v = 0; v < vectors; v++) { sum[i][v] = (VECTOR){0}; }
    }
    const ptrdiff_t last = p->channels - (vectors - 1) * LANES;
    for (ptrdiff_t image = 0; image < p->images; image++) {
        for (ptrdiff_t line = 0; line < p->lines; line++) {
            const SCALAR *a = left + image * p->left_image_stride + line * p->left_line_stride;
            const SCALAR *b = (const SCALAR *)p->right + image * p->right_image_stride + line * p->right_line_stride;
            for (ptrdiff_t position = 0; position < p->positions; position++) {
                VECTOR row[2];
                UNROLL for (int v = 0; v < vectors; v++) {
                    row[v] = is_cut && v == vectors - 1 ? LOAD_SOME(b + v * LANES, last) : TILE(load)(b + v * LANES);
                }
                UNROLL for (int i = 0; i < rows; i++) {
                    const SCALAR factor = a[i];
                    UNROLL for (int v = 0; v < vectors; v++) { sum[i][v] += factor * row[v]; }
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
        const SCALAR *left = p->left;                                                                                 \
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

/// Undoes a 2×2 pooling and a ReLU: to each tap of a window goes the output's gradient where the tap holds the maximum and
/// the output is positive (or there was no ReLU), else zero. Adds what is handed on to `sums`.
TARGET INLINE void TILE(unpool_lanes)(const bool pools, const bool rectifies, const chardware_unpooling *p, ptrdiff_t c,
                                      ptrdiff_t count) {
    const ptrdiff_t step = p->target_pixel;
    VECTOR sum = p->sums ? TILE(load_some)((const SCALAR *)p->sums + c, count) : (VECTOR){0};
    for (ptrdiff_t w = 0; w < p->windows; w++) {
        const ptrdiff_t place = w * p->source_step + c;
        VECTOR slope = TILE(load_some)((const SCALAR *)p->gradients + place, count);
        if (rectifies) {
            const VECTOR output = TILE(load_some)((const SCALAR *)p->outputs + place, count);
            slope = TILE(select)(output > (SCALAR)0, slope, (VECTOR){0});
        }
        sum += slope;
        SCALAR *target = (SCALAR *)p->targets + w * (pools ? 2 * step : step) + c;
        if (!pools) {
            TILE(store)(slope, target, count);
            continue;
        }
        TILE(bytes) codes = {0};
        if (count == LANES) {
            codes = *(const TILE(bytes) *)(p->taps + place);
        } else {
            codes = TILE(load_codes)(p->taps + place, count);
        }
        const MASK tap = __builtin_convertvector(codes, MASK);
        UNROLL for (int i = 0; i < 4; i++) {
            SCALAR *address = target + (i / 2) * p->target_line + (i % 2) * step;
            TILE(store)(TILE(select)(tap == i, slope, (VECTOR){0}), address, count);
        }
    }
    if (p->sums) { TILE(store)(sum, (SCALAR *)p->sums + c, count); }
}

TARGET static void TILE(unpool)(const chardware_unpooling *p) {
    for (ptrdiff_t c = 0; c < p->channels; c += LANES) {
        const ptrdiff_t count = p->channels - c < LANES ? p->channels - c : LANES;
        if (p->taps && p->outputs) {
            TILE(unpool_lanes)(true, true, p, c, count);
        } else if (p->taps) {
            TILE(unpool_lanes)(true, false, p, c, count);
        } else if (p->outputs) {
            TILE(unpool_lanes)(false, true, p, c, count);
        } else {
            TILE(unpool_lanes)(false, false, p, c, count);
        }
    }
}

/// target[n, row] (+)= Σ gradient[window, n] · source[pixel that won the window for n, row] for `channels` neighbouring n,
/// and `vectors` vectors from `first` on of each of `segments` segments of rows, in registers over all windows.
TARGET INLINE void TILE(pooled_outer_tile)(const int channels, const int segments, const int vectors, const bool is_cut,
                                           const chardware_pooled_outer_product *p, ptrdiff_t channel, ptrdiff_t first) {
    enum { MOST = 4 * PAIRS };
    VECTOR sum[MOST];
    SCALAR total[4] = {0};
    SCALAR *target = (SCALAR *)p->target + channel * p->target_stride + first;
    const ptrdiff_t last = is_cut ? p->segment_length - first - (vectors - 1) * LANES : LANES;
    UNROLL for (int n = 0; n < channels; n++) {
        UNROLL for (int s = 0; s < segments; s++) {
            UNROLL for (int v = 0; v < vectors; v++) {
                const SCALAR *address = target + n * p->target_stride + s * p->segment_length + v * LANES;
                sum[(n * segments + s) * vectors + v] =
                    !p->adds ? (VECTOR){0} : TILE(load_some)(address, v == vectors - 1 ? last : LANES);
            }
        }
    }
    for (ptrdiff_t line = 0; line < p->lines; line++) {
        for (ptrdiff_t w = 0; w < p->windows; w++) {
            const ptrdiff_t place = (line * p->windows + w) * p->gradient_step + channel;
            const SCALAR *window = (const SCALAR *)p->source + line * p->window_line + w * p->window_step + first;
            UNROLL for (int n = 0; n < channels; n++) {
                SCALAR slope = ((const SCALAR *)p->gradients)[place + n];
                if (p->outputs) { slope = ((const SCALAR *)p->outputs)[place + n] > 0 ? slope : 0; }
                const SCALAR *pixel = window + p->shifts[p->taps[place + n]];
                total[n] += slope;
                UNROLL for (int s = 0; s < segments; s++) {
                    UNROLL for (int v = 0; v < vectors; v++) {
                        const SCALAR *address = pixel + s * p->segment_step + v * LANES;
                        sum[(n * segments + s) * vectors + v] +=
                            slope * (is_cut && v == vectors - 1 ? LOAD_SOME(address, last) : TILE(load)(address));
                    }
                }
            }
        }
    }
    UNROLL for (int n = 0; n < channels; n++) {
        UNROLL for (int s = 0; s < segments; s++) {
            UNROLL for (int v = 0; v < vectors; v++) {
                SCALAR *address = target + n * p->target_stride + s * p->segment_length + v * LANES;
                TILE(store)(sum[(n * segments + s) * vectors + v], address, v == vectors - 1 ? last : LANES);
            }
        }
        if (p->sums && first == 0) {
            SCALAR *address = (SCALAR *)p->sums + channel + n;
            *address = p->adds ? *address + total[n] : total[n];
        }
    }
}

#define POOLED_OUTER(channels, segments, vectors, is_cut)                                                             \
    TILE(pooled_outer_tile)                                                                                           \
    ((channels) * (segments) * (vectors) <= 4 * PAIRS ? channels : 1,                                                 \
     (channels) * (segments) * (vectors) <= 4 * PAIRS ? segments : 1,                                                 \
     (channels) * (segments) * (vectors) <= 4 * PAIRS ? vectors : 1, is_cut, p, channel, first)

#define POOLED_OUTER_CASE(channels, segments, vectors)                                                                \
    case vectors:                                                                                                     \
        if (is_cut) {                                                                                                 \
            POOLED_OUTER(channels, segments, vectors, true);                                                          \
        } else {                                                                                                      \
            POOLED_OUTER(channels, segments, vectors, false);                                                         \
        }                                                                                                             \
        break;

TARGET static void TILE(pooled_outer_line)(const chardware_pooled_outer_product *p, ptrdiff_t channel, ptrdiff_t first,
                                           ptrdiff_t vectors, bool is_cut) {
    switch (vectors) {
        POOLED_OUTER_CASE(1, 1, 1)
        POOLED_OUTER_CASE(1, 1, 2)
        POOLED_OUTER_CASE(1, 1, 3)
        POOLED_OUTER_CASE(1, 1, 4)
        POOLED_OUTER_CASE(1, 1, 5)
        POOLED_OUTER_CASE(1, 1, 6)
        POOLED_OUTER_CASE(1, 1, 7)
        POOLED_OUTER_CASE(1, 1, 8)
        POOLED_OUTER_CASE(1, 1, 9)
        POOLED_OUTER_CASE(1, 1, 10)
        POOLED_OUTER_CASE(1, 1, 11)
        POOLED_OUTER_CASE(1, 1, 12)
    default: break;
    }
}

TARGET static void TILE(pooled_outer_product)(const chardware_pooled_outer_product *p) {
    const ptrdiff_t all = (p->segment_length + LANES - 1) / LANES;
    ptrdiff_t channel = 0, first = 0;
    const bool is_cut = p->segment_length % LANES != 0;
    // Three lines of a kernel at once, and several channels where the lines are short, so that enough sums are at work.
    if (p->segments == 3 && 3 * all <= 4 * PAIRS) {
        const ptrdiff_t group = all == 1 ? 4 : all == 2 || (all == 3 && 18 <= 4 * PAIRS) ? 2 : 1;
        for (; channel + group <= p->channels && group == 4; channel += group) {
            switch (all) {
                POOLED_OUTER_CASE(4, 3, 1)
            default: break;
            }
        }
        for (; channel + group <= p->channels && group == 2; channel += group) {
            switch (all) {
                POOLED_OUTER_CASE(2, 3, 2)
                POOLED_OUTER_CASE(2, 3, 3)
            default: break;
            }
        }
        for (; channel < p->channels; channel++) {
            switch (all) {
                POOLED_OUTER_CASE(1, 3, 1)
                POOLED_OUTER_CASE(1, 3, 2)
                POOLED_OUTER_CASE(1, 3, 3)
                POOLED_OUTER_CASE(1, 3, 4)
                POOLED_OUTER_CASE(1, 3, 5)
                POOLED_OUTER_CASE(1, 3, 6)
                POOLED_OUTER_CASE(1, 3, 7)
                POOLED_OUTER_CASE(1, 3, 8)
            default: break;
            }
        }
        return;
    }
    // Else line by line, in pieces of as equal sizes as they allow.
    const ptrdiff_t pieces = (all + 11) / 12;
    for (; channel < p->channels; channel++) {
        chardware_pooled_outer_product line = *p;
        for (ptrdiff_t segment = 0; segment < p->segments; segment++) {
            line.source = (const SCALAR *)p->source + segment * p->segment_step;
            line.target = (SCALAR *)p->target + segment * p->segment_length;
            line.sums = segment == 0 ? p->sums : NULL;
            first = 0;
            for (ptrdiff_t piece = 0; piece < pieces; piece++) {
                const ptrdiff_t vectors = all / pieces + (piece < all % pieces);
                const bool is_last = piece == pieces - 1;
                TILE(pooled_outer_line)(&line, channel, first, vectors, is_cut && is_last);
                first += vectors * LANES;
            }
        }
    }
}

/// One step of Adam.
TARGET static void TILE(adam)(const chardware_adam *p) {
    const SCALAR rate = (SCALAR)p->rate, epsilon = (SCALAR)p->epsilon;
    const SCALAR share1 = (SCALAR)p->share1, share2 = (SCALAR)p->share2;
    for (ptrdiff_t i = 0; i < p->count; i += LANES) {
        const ptrdiff_t count = p->count - i < LANES ? p->count - i : LANES;
        SCALAR *parameters = (SCALAR *)p->parameters + i;
        SCALAR *means = (SCALAR *)p->means + i, *squares = (SCALAR *)p->squares + i;
        const VECTOR gradient = TILE(load_some)((const SCALAR *)p->gradients + i, count);
        VECTOR mean = TILE(load_some)(means, count), square = TILE(load_some)(squares, count);
        mean += share1 * (gradient - mean);
        square += share2 * (gradient * gradient - square);
        const VECTOR step = rate * mean / (__builtin_elementwise_sqrt(square) + epsilon);
        TILE(store)(mean, means, count);
        TILE(store)(square, squares, count);
        TILE(store)(TILE(load_some)(parameters, count) - step, parameters, count);
    }
}

#undef VECTOR
#undef MASK
#undef INLINE
#undef UNROLL
#undef PRODUCT_CASE
#undef PRODUCT
#undef OUTER_CASE
#undef OUTER
#undef POOLED_OUTER
#undef POOLED_OUTER_CASE
#undef TILE
#undef TARGET
#undef SCALAR
#undef INTEGER
#undef LANES
#undef PAIRS
#undef LOAD_SOME
#undef STORE_SOME
