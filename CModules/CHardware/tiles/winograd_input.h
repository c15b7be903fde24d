// The transforms of what Winograd's convolutions multiply, for F(m×m, 3×3) and for the filter's gradient F(3×3, m×m), with m = 2
// and m = 4 ("Fast Algorithms for Convolutional Neural Networks", Lavin and Gray 2015, arXiv 1509.09308), channel by
// channel in vectors:
//
//     Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
//
// Both have the same Bᵀ, since both interpolate at 0, ±1, (±2,) ∞; the G of gradients has one column for each of their m
// rows. Each function applies its matrix to the columns of a tile and then to the rows of what that gives.
//
// Tiles of F(4×4) may have fewer lines or columns, n = 1 to 3, at the lower and right edge. They interpolate at n + 2 of the
// six points, in this order without the last ones before ∞: 0, 1, −1, 2, −2. So that the products of those points are sums over
// tiles of any n, filters and gradients are transformed as for n = 4, and Bᵀ takes on what that changes: row a of B_nᵀ is
// ∏_{b ≠ a} (x − b), taken apart by powers of x, times ∏_{b ≠ a} (a − b) over all five points divided by the same over those
// that n has.

enum { TILE(extent) = 6 };

/// Whether tiles of n lines (or columns) have an element of such a number in their transform.
TARGET INLINE bool TILE(winograd_has)(const int m, int n, int element) {
    return n == m || element <= n || element == m + 1;
}

// Compilers multiply in place of a division by powers of two alone.
#define SIXTH ((SCALAR)(1.0 / 6))

TARGET INLINE void TILE(winograd_pixels)(const int m, int n, const VECTOR d[TILE(extent)], VECTOR v[TILE(extent)]) {
    if (m == 2) {
        v[0] = d[0] - d[2], v[1] = d[1] + d[2], v[2] = d[2] - d[1], v[3] = d[1] - d[3];
        return;
    }
    if (n == 1) {
        v[0] = 4 * (d[0] - d[1]), v[1] = -6 * d[1], v[5] = d[2] - d[1];
        return;
    }
    if (n == 2) {
        v[0] = 4 * (d[0] - d[2]), v[1] = -3 * (d[1] + d[2]), v[2] = 3 * (d[1] - d[2]), v[5] = d[3] - d[1];
        return;
    }
    if (n == 3) {
        v[0] = 2 * (2 * (d[0] - d[2]) + d[3] - d[1]);
        v[1] = 3 * (d[3] - d[2] - 2 * d[1]);
        v[2] = 2 * d[1] - 3 * d[2] + d[3];
        v[3] = 4 * (d[3] - d[1]);
        v[5] = 2 * (d[1] - d[3]) + d[4] - d[2];
        return;
    }
    const VECTOR even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
    const VECTOR even2 = d[4] - d[2], odd2 = 2 * (d[3] - d[1]);
    v[0] = 4 * d[0] - 5 * d[2] + d[4];
    v[1] = even + odd, v[2] = even - odd;
    v[3] = even2 + odd2, v[4] = even2 - odd2;
    v[5] = 4 * d[1] - 5 * d[3] + d[5];
}

/// Gradients of lines (or columns) that the tile does not have are zero.
TARGET INLINE void TILE(winograd_gradients)(const int m, int n, const VECTOR d[TILE(extent)], VECTOR v[TILE(extent)]) {
    if (m == 2) {
        const VECTOR half = d[0] / 2, half1 = d[1] / 2;
        v[0] = d[0], v[1] = half + half1, v[2] = half - half1, v[3] = d[1];
        return;
    }
    const VECTOR outer = (d[0] + d[2]) * -SIXTH, middle = (d[1] + d[3]) * SIXTH;
    const VECTOR outer2 = d[0] * (SIXTH / 4) + d[2] * SIXTH, middle2 = d[1] * (SIXTH / 2) + d[3] * (2 * SIXTH);
    v[0] = d[0] / 4;
    v[1] = outer - middle, v[2] = outer + middle;
    v[3] = outer2 + middle2, v[4] = outer2 - middle2;
    v[5] = d[n - 1];
}

/// Most channels that a table of pixels serves, whole panels of every instance.
enum { TILE(winograd_channels) = 512 };

/// Where some channels of a tile's pixels lie, those outside the image among zeros.
typedef struct {
    const SCALAR *addresses[TILE(extent) * TILE(extent)];
} TILE(winograd_pixel_table);

TARGET INLINE void TILE(winograd_find)(const int side, const chardware_winograd_input *p, const void *source,
                                       TILE(winograd_pixel_table) *table) {
    static const SCALAR zeros[TILE(winograd_channels)];
    for (int i = 0; i < side; i++) {
        for (int j = 0; j < side; j++) {
            const ptrdiff_t line = p->top + i, pixel = p->left + j;
            const bool exists = line >= 0 && line < p->height && pixel >= 0 && pixel < p->width;
            table->addresses[side * i + j] =
                exists ? (const SCALAR *)source + line * p->line_step + pixel * p->pixel_step : zeros;
        }
    }
}

/// The first half of the transform of some channels of a tile: column by column.
TARGET INLINE void TILE(winograd_columns)(const int m, int lines, int columns, const bool is_gradient,
                                          const TILE(winograd_pixel_table) *table, ptrdiff_t c,
                                          ptrdiff_t count, VECTOR half[TILE(extent)][TILE(extent)]) {
    const int more = is_gradient ? 0 : 2, side = m + more;
    UNROLL for (int j = 0; j < side; j++) {
        VECTOR d[TILE(extent)] = {{0}};
        UNROLL for (int i = 0; i < side; i++) {
            if (i < lines + more && j < columns + more) {
                d[i] = TILE(load_some)(table->addresses[side * i + j] + c, count);
            }
        }
        if (is_gradient) {
            TILE(winograd_gradients)(m, lines, d, half[j]);
        } else {
            TILE(winograd_pixels)(m, lines, d, half[j]);
        }
    }
}

/// The second half of one row of a transformed tile.
TARGET INLINE void TILE(winograd_row)(const int m, int lines, int columns, const bool is_gradient,
                                      VECTOR half[TILE(extent)][TILE(extent)], int i, VECTOR v[TILE(extent)]) {
    const int more = is_gradient ? 0 : 2, side = m + more;
    VECTOR d[TILE(extent)];
    UNROLL for (int j = 0; j < side; j++) { d[j] = j < columns + more ? half[j][i] : (VECTOR){0}; }
    if (is_gradient) {
        TILE(winograd_gradients)(m, columns, d, v);
    } else {
        TILE(winograd_pixels)(m, columns, d, v);
    }
}

/// Where channel c of the first element goes, counted in what the target holds for each channel.
TARGET INLINE ptrdiff_t TILE(winograd_place)(const chardware_winograd_input *p, ptrdiff_t c) {
    return p->panel > 0 ? c / p->panel * p->panel_step + c % p->panel : c;
}

/// Calls `transform` for some channels after the others. A word of the target holds `shared` channels.
TARGET static void TILE(winograd_by_channels)(const chardware_winograd_input *p, ptrdiff_t shared,
                                              void (*transform)(const chardware_winograd_input *)) {
    const ptrdiff_t parts = (p->channels + TILE(winograd_channels) - 1) / TILE(winograd_channels);
    for (ptrdiff_t index = 0; index < parts; index++) {
        const ptrdiff_t first = index * TILE(winograd_channels), rest = p->channels - first;
        chardware_winograd_input part = *p;
        part.channels = rest < TILE(winograd_channels) ? rest : TILE(winograd_channels);
        part.source = (const SCALAR *)p->source + first;
        if (p->other) { part.other = (const SCALAR *)p->other + first; }
        part.target = (SCALAR *)p->target + TILE(winograd_place)(p, first) / shared;
        part.ahead_count = p->ahead_count / parts;
        part.ahead = p->ahead - first + index * part.ahead_count;
        transform(&part);
    }
}

/// The step between elements of the target, of which compilers know nothing: they would else keep its 35 multiples in memory from
/// one vector of channels to the next.
TARGET INLINE ptrdiff_t TILE(winograd_step)(const chardware_winograd_input *p) {
    ptrdiff_t step = p->target_step;
    __asm__("" : "+r"(step));
    return step;
}

/// Asks for some scalars of an image, which a processor does not foresee from the pixels of a tile.
TARGET INLINE void TILE(winograd_fetch)(const void *source, ptrdiff_t first, ptrdiff_t count) {
    const SCALAR *address = (const SCALAR *)source + first;
    for (ptrdiff_t index = 0; index < count; index += 64 / (ptrdiff_t)sizeof(SCALAR)) {
        __builtin_prefetch(address + index, 0, 2);
    }
}

// Where time matters most, the shapes at the edges of images of 6, 7, 14, 15 or 30 pixels have instances of their own.
#ifdef BFLOAT16_INSTRUCTIONS
#define WINOGRAD_INPUT_SHAPE(n, k, p) ((p)->lines == (n) && (p)->columns == (k))
#else
#define WINOGRAD_INPUT_SHAPE(n, k, p) false
#endif

/// Calls the function `some_lanes` of an instance for all channels of a tile, of which a word of the target holds `shared`.
#define WINOGRAD_TILE(name, some_lanes, images, shared)                                                               \
    TARGET INLINE void TILE(name##_tile)(const int m, int lines, int columns, const bool is_gradient,                 \
                                         const chardware_winograd_input *p) {                                         \
        const int side = is_gradient ? m : m + 2;                                                                     \
        const ptrdiff_t fetched = p->ahead_count / ((p->channels + LANES - 1) / LANES);                               \
        TILE(winograd_pixel_table) tables[images];                                                                    \
        TILE(winograd_find)(side, p, p->source, &tables[0]);                                                          \
        if (images > 1 && p->other) { TILE(winograd_find)(side, p, p->other, &tables[images - 1]); }                  \
        ptrdiff_t c = 0, ahead = p->ahead;                                                                            \
        for (; c + LANES <= p->channels; c += LANES, ahead += fetched) {                                              \
            TILE(winograd_fetch)(p->source, ahead, fetched);                                                          \
            if (images > 1 && p->other) { TILE(winograd_fetch)(p->other, ahead, fetched); }                           \
            TILE(some_lanes)(m, lines, columns, is_gradient, p, tables, c, LANES);                                    \
        }                                                                                                             \
        if (c < p->channels) {                                                                                        \
            TILE(winograd_fetch)(p->source, ahead, fetched);                                                          \
            if (images > 1 && p->other) { TILE(winograd_fetch)(p->other, ahead, fetched); }                           \
            TILE(some_lanes)(m, lines, columns, is_gradient, p, tables, c, p->channels - c);                          \
        }                                                                                                             \
    }                                                                                                                 \
                                                                                                                      \
    TARGET INLINE void TILE(name##_of)(const bool is_gradient, const chardware_winograd_input *p) {                   \
        if (p->m == 2) {                                                                                              \
            TILE(name##_tile)(2, 2, 2, is_gradient, p);                                                               \
        } else if (p->lines == 4 && p->columns == 4) {                                                                \
            TILE(name##_tile)(4, 4, 4, is_gradient, p);                                                               \
        } else if (WINOGRAD_INPUT_SHAPE(4, 3, p)) {                                                                   \
            TILE(name##_tile)(4, 4, 3, is_gradient, p);                                                               \
        } else if (WINOGRAD_INPUT_SHAPE(3, 4, p)) {                                                                   \
            TILE(name##_tile)(4, 3, 4, is_gradient, p);                                                               \
        } else if (WINOGRAD_INPUT_SHAPE(4, 2, p)) {                                                                   \
            TILE(name##_tile)(4, 4, 2, is_gradient, p);                                                               \
        } else if (WINOGRAD_INPUT_SHAPE(2, 4, p)) {                                                                   \
            TILE(name##_tile)(4, 2, 4, is_gradient, p);                                                               \
        } else {                                                                                                      \
            TILE(name##_tile)(4, p->lines, p->columns, is_gradient, p);                                               \
        }                                                                                                             \
    }                                                                                                                 \
                                                                                                                      \
    TARGET static void TILE(name##_transform)(const chardware_winograd_input *p) {                                    \
        if (p->channels > TILE(winograd_channels)) {                                                                  \
            TILE(winograd_by_channels)(p, shared, TILE(name##_transform));                                            \
        } else if (p->is_gradient) {                                                                                  \
            TILE(name##_of)(true, p);                                                                                 \
        } else {                                                                                                      \
            TILE(name##_of)(false, p);                                                                                \
        }                                                                                                             \
    }
