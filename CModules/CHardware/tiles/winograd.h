// Winograd's convolutions of scalars: see winograd_input.h.

#include "winograd_input.h"

TARGET INLINE void TILE(winograd_filter)(const int m, const VECTOR g[3], VECTOR u[TILE(extent)]) {
    if (m == 2) {
        const VECTOR outer = (g[0] + g[2]) / 2, middle = g[1] / 2;
        u[0] = g[0], u[1] = outer + middle, u[2] = outer - middle, u[3] = g[2];
        return;
    }
    const VECTOR outer = (g[0] + g[2]) * -SIXTH, middle = g[1] * SIXTH;
    const VECTOR outer2 = g[0] * (SIXTH / 4) + g[2] * SIXTH, middle2 = g[1] * (SIXTH / 2);
    u[0] = g[0] / 4;
    u[1] = outer - middle, u[2] = outer + middle;
    u[3] = outer2 + middle2, u[4] = outer2 - middle2;
    u[5] = g[2];
}

/// Products of elements that the tile does not have are zero.
TARGET INLINE void TILE(winograd_output)(const int m, int n, const VECTOR p[TILE(extent)], VECTOR y[4]) {
    const VECTOR sum = p[1] + p[2], difference = p[1] - p[2];
    if (m == 2) {
        y[0] = p[0] + sum, y[1] = difference - p[3];
        return;
    }
    const VECTOR sum2 = p[3] + p[4], difference2 = p[3] - p[4];
    y[0] = p[0] + sum + sum2;
    y[1] = difference + 2 * difference2;
    y[2] = sum + 4 * sum2;
    y[3] = difference + 8 * difference2;
    y[n - 1] += p[5];
}

/// Some channels of a tile.
TARGET INLINE void TILE(winograd_input_lanes)(const int m, int lines, int columns, const bool is_gradient,
                                              const chardware_winograd_input *p,
                                              const TILE(winograd_pixel_table) *tables, ptrdiff_t c,
                                              ptrdiff_t count) {
    const int extent = m + 2;
    VECTOR half[TILE(extent)][TILE(extent)];
    TILE(winograd_columns)(m, lines, columns, is_gradient, &tables[0], c, count, half);
    SCALAR *target = (SCALAR *)p->target + TILE(winograd_place)(p, c);
    const ptrdiff_t step = TILE(winograd_step)(p);
    UNROLL for (int i = 0; i < extent; i++) {
        VECTOR v[TILE(extent)];
        const bool has_line = TILE(winograd_has)(m, lines, i);
        if (has_line) { TILE(winograd_row)(m, lines, columns, is_gradient, half, i, v); }
        UNROLL for (int j = 0; j < extent; j++) {
            if (has_line && TILE(winograd_has)(m, columns, j)) { TILE(store)(v[j], target, count); }
            target += step;
        }
    }
}

WINOGRAD_TILE(winograd_input, winograd_input_lanes, 1, 1)

TARGET INLINE void TILE(winograd_filter_lanes)(const int m, const chardware_winograd_filter *p, ptrdiff_t c,
                                               ptrdiff_t count) {
    const int extent = m + 2;
    VECTOR half[3][TILE(extent)];
    UNROLL for (int j = 0; j < 3; j++) {
        VECTOR g[3];
        UNROLL for (int i = 0; i < 3; i++) {
            const ptrdiff_t tap = p->is_turned ? 8 - (3 * i + j) : 3 * i + j;
            g[i] = TILE(load_some)((const SCALAR *)p->filter + tap * p->tap_step + c, count);
        }
        TILE(winograd_filter)(m, g, half[j]);
    }
    UNROLL for (int i = 0; i < extent; i++) {
        VECTOR g[3], u[TILE(extent)];
        UNROLL for (int j = 0; j < 3; j++) { g[j] = half[j][i]; }
        TILE(winograd_filter)(m, g, u);
        UNROLL for (int j = 0; j < extent; j++) {
            TILE(store)(u[j], (SCALAR *)p->target + (i * extent + j) * p->target_step + c, count);
        }
    }
}

TARGET static void TILE(winograd_filter_transform)(const chardware_winograd_filter *p) {
    for (ptrdiff_t c = 0; c < p->count; c += LANES) {
        const ptrdiff_t count = p->count - c < LANES ? p->count - c : LANES;
        if (p->m == 2) { TILE(winograd_filter_lanes)(2, p, c, count); } else { TILE(winograd_filter_lanes)(4, p, c, count); }
    }
}

TARGET INLINE void TILE(winograd_taps)(const int m, const VECTOR p[TILE(extent)], VECTOR y[3]) {
    const VECTOR sum = p[1] + p[2], difference = p[1] - p[2];
    if (m == 2) {
        y[0] = p[0] + sum, y[1] = difference, y[2] = sum - p[3];
        return;
    }
    const VECTOR sum2 = p[3] + p[4], difference2 = p[3] - p[4];
    y[0] = p[0] + sum + sum2;
    y[1] = difference + 2 * difference2;
    y[2] = sum + 4 * sum2 + p[5];
}

TARGET INLINE void TILE(winograd_filter_gradient_lanes)(const int m, const chardware_winograd_filter_gradient *p,
                                                        ptrdiff_t c, ptrdiff_t count) {
    const int extent = m + 2;
    VECTOR half[TILE(extent)][3];
    UNROLL for (int j = 0; j < extent; j++) {
        VECTOR d[TILE(extent)];
        UNROLL for (int i = 0; i < extent; i++) {
            d[i] = TILE(load_some)((const SCALAR *)p->products + (i * extent + j) * p->product_step + c, count);
        }
        TILE(winograd_taps)(m, d, half[j]);
    }
    UNROLL for (int i = 0; i < 3; i++) {
        VECTOR d[TILE(extent)], y[3];
        UNROLL for (int j = 0; j < extent; j++) { d[j] = half[j][i]; }
        TILE(winograd_taps)(m, d, y);
        UNROLL for (int j = 0; j < 3; j++) {
            TILE(store)(y[j], (SCALAR *)p->filter + (3 * i + j) * p->tap_step + c, count);
        }
    }
}

TARGET static void TILE(winograd_filter_gradient_transform)(const chardware_winograd_filter_gradient *p) {
    for (ptrdiff_t c = 0; c < p->count; c += LANES) {
        const ptrdiff_t count = p->count - c < LANES ? p->count - c : LANES;
        if (p->m == 2) {
            TILE(winograd_filter_gradient_lanes)(2, p, c, count);
        } else {
            TILE(winograd_filter_gradient_lanes)(4, p, c, count);
        }
    }
}

/// Some channels of an output tile: its pixels, or the maxima of its 2×2 windows, as far as they belong to the image.
TARGET INLINE void TILE(winograd_output_lanes)(const int m, int lines, int columns, const bool pools,
                                               const chardware_winograd_output *p, ptrdiff_t c, ptrdiff_t count) {
    const int extent = m + 2;
    const ptrdiff_t product_step = p->product_step;
    const SCALAR *products = (const SCALAR *)p->products + c;
    VECTOR half[TILE(extent)][4];
    UNROLL for (int j = 0; j < extent; j++) {
        VECTOR d[TILE(extent)] = {{0}};
        UNROLL for (int i = 0; i < extent; i++) {
            if (TILE(winograd_has)(m, lines, i) && TILE(winograd_has)(m, columns, j)) {
                d[i] = TILE(load_some)(products + (i * extent + j) * product_step, count);
            }
        }
        TILE(winograd_output)(m, lines, d, half[j]);
    }
    const VECTOR start = p->start ? TILE(load_some)((const SCALAR *)p->start + c, count) : (VECTOR){0};
    const SCALAR least = p->rectifies ? 0 : (SCALAR)-INFINITY;
    const int step = pools ? 2 : 1;
    UNROLL for (int i = 0; i < m / step; i++) {
        if ((i + 1) * step > lines || (m == 2 && i >= p->height)) { break; }
        VECTOR tile[2][4];
        UNROLL for (int line = 0; line < step; line++) {
            VECTOR d[TILE(extent)];
            UNROLL for (int j = 0; j < extent; j++) {
                d[j] = TILE(winograd_has)(m, columns, j) ? half[j][i * step + line] : (VECTOR){0};
            }
            TILE(winograd_output)(m, columns, d, tile[line]);
            UNROLL for (int j = 0; j < m; j++) { tile[line][j] += start; }
        }
        UNROLL for (int j = 0; j < m / step; j++) {
            if ((j + 1) * step > columns || (m == 2 && j >= p->width)) { break; }
            const ptrdiff_t offset = i * p->line_step + j * p->pixel_step + c;
            VECTOR y = tile[0][j];
            if (pools) {
                const VECTOR window[4] = {tile[0][2 * j], tile[0][2 * j + 1], tile[1][2 * j], tile[1][2 * j + 1]};
                y = TILE(pool_window)(window, p->taps ? p->taps + offset : NULL, count);
            }
            TILE(store)(TILE(at_least)(y, least), (SCALAR *)p->output + offset, count);
        }
    }
}

TARGET INLINE void TILE(winograd_output_tile)(const int m, int lines, int columns, const bool pools,
                                              const chardware_winograd_output *p) {
    ptrdiff_t c = 0;
    for (; c + LANES <= p->channels; c += LANES) {
        TILE(winograd_output_lanes)(m, lines, columns, pools, p, c, LANES);
    }
    if (c < p->channels) { TILE(winograd_output_lanes)(m, lines, columns, pools, p, c, p->channels - c); }
}

// Where time matters most, the shapes in which images of 6, 7, 14, 15 or 30 pixels end have instances of their own. All products of
// the output's transforms are exact, so every instance gives the same bits.
#ifdef WINOGRAD_OUTPUT_SHAPES
#define WINOGRAD_SHAPE(n, k, p) ((p)->lines == (n) && (p)->columns == (k))
#else
#define WINOGRAD_SHAPE(n, k, p) false
#endif

TARGET INLINE void TILE(winograd_output_of)(const bool pools, const chardware_winograd_output *p) {
    if (p->m == 2) {
        TILE(winograd_output_tile)(2, 2, 2, pools, p);
    } else if (p->lines == 4 && p->columns == 4) {
        TILE(winograd_output_tile)(4, 4, 4, pools, p);
    } else if (WINOGRAD_SHAPE(4, 3, p)) {
        TILE(winograd_output_tile)(4, 4, 3, pools, p);
    } else if (WINOGRAD_SHAPE(3, 4, p)) {
        TILE(winograd_output_tile)(4, 3, 4, pools, p);
    } else if (WINOGRAD_SHAPE(3, 3, p)) {
        TILE(winograd_output_tile)(4, 3, 3, pools, p);
    } else if (WINOGRAD_SHAPE(4, 2, p)) {
        TILE(winograd_output_tile)(4, 4, 2, pools, p);
    } else if (WINOGRAD_SHAPE(2, 4, p)) {
        TILE(winograd_output_tile)(4, 2, 4, pools, p);
    } else if (WINOGRAD_SHAPE(2, 2, p)) {
        TILE(winograd_output_tile)(4, 2, 2, pools, p);
    } else {
        TILE(winograd_output_tile)(4, p->lines, p->columns, pools, p);
    }
}

TARGET static void TILE(winograd_output_transform)(const chardware_winograd_output *p) {
    if (p->pools) { TILE(winograd_output_of)(true, p); } else { TILE(winograd_output_of)(false, p); }
}
