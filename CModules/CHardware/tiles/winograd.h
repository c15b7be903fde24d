// The transforms of Winograd's convolutions F(m×m, 3×3) for m = 2 and m = 4 ("Fast Algorithms for Convolutional Neural
// Networks", Lavin and Gray 2015, arXiv 1509.09308), channel by channel in vectors:
//
//     Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
//
// with an input tile d of (m + 2)² pixels and an output tile Y of m² pixels. Each function applies its matrix to the columns of a
// tile and then to the rows of what that gives.

enum { TILE(extent) = 6 };

TARGET INLINE void TILE(winograd_input)(const int m, const VECTOR d[TILE(extent)], VECTOR v[TILE(extent)]) {
    if (m == 2) {
        v[0] = d[0] - d[2], v[1] = d[1] + d[2], v[2] = d[2] - d[1], v[3] = d[1] - d[3];
        return;
    }
    const VECTOR even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
    const VECTOR even2 = d[4] - d[2], odd2 = 2 * (d[3] - d[1]);
    v[0] = 4 * d[0] - 5 * d[2] + d[4];
    v[1] = even + odd, v[2] = even - odd;
    v[3] = even2 + odd2, v[4] = even2 - odd2;
    v[5] = 4 * d[1] - 5 * d[3] + d[5];
}

TARGET INLINE void TILE(winograd_filter)(const int m, const VECTOR g[3], VECTOR u[TILE(extent)]) {
    if (m == 2) {
        const VECTOR outer = (g[0] + g[2]) / 2, middle = g[1] / 2;
        u[0] = g[0], u[1] = outer + middle, u[2] = outer - middle, u[3] = g[2];
        return;
    }
    const VECTOR outer = (g[0] + g[2]) / -6, middle = g[1] / 6;
    const VECTOR outer2 = g[0] / 24 + g[2] / 6, middle2 = g[1] / 12;
    u[0] = g[0] / 4;
    u[1] = outer - middle, u[2] = outer + middle;
    u[3] = outer2 + middle2, u[4] = outer2 - middle2;
    u[5] = g[2];
}

TARGET INLINE void TILE(winograd_output)(const int m, const VECTOR p[TILE(extent)], VECTOR y[4]) {
    const VECTOR sum = p[1] + p[2], difference = p[1] - p[2];
    if (m == 2) {
        y[0] = p[0] + sum, y[1] = difference - p[3];
        return;
    }
    const VECTOR sum2 = p[3] + p[4], difference2 = p[3] - p[4];
    y[0] = p[0] + sum + sum2;
    y[1] = difference + 2 * difference2;
    y[2] = sum + 4 * sum2;
    y[3] = difference + 8 * difference2 + p[5];
}

/// Some channels of a tile; pixels outside the image are zero.
TARGET INLINE void TILE(winograd_input_lanes)(const int m, const bool is_inside, const chardware_winograd_input *p,
                                              ptrdiff_t c, ptrdiff_t count) {
    const int extent = m + 2;
    VECTOR columns[TILE(extent)][TILE(extent)];
    UNROLL for (int j = 0; j < extent; j++) {
        VECTOR d[TILE(extent)];
        UNROLL for (int i = 0; i < extent; i++) {
            const ptrdiff_t line = p->top + i, pixel = p->left + j;
            const SCALAR *address = (const SCALAR *)p->source + line * p->line_step + pixel * p->pixel_step + c;
            // Without a branch: loading no lanes does not touch memory.
            const bool exists = (line >= 0) & (line < p->height) & (pixel >= 0) & (pixel < p->width);
            d[i] = is_inside ? TILE(load)(address) : LOAD_SOME(address, exists ? count : 0);
        }
        TILE(winograd_input)(m, d, columns[j]);
    }
    UNROLL for (int i = 0; i < extent; i++) {
        VECTOR d[TILE(extent)], v[TILE(extent)];
        UNROLL for (int j = 0; j < extent; j++) { d[j] = columns[j][i]; }
        TILE(winograd_input)(m, d, v);
        UNROLL for (int j = 0; j < extent; j++) {
            TILE(store)(v[j], (SCALAR *)p->target + (i * extent + j) * p->target_step + c, count);
        }
    }
}

TARGET INLINE void TILE(winograd_input_tile)(const int m, const chardware_winograd_input *p) {
    const int extent = m + 2;
    const bool is_inside =
        p->top >= 0 && p->left >= 0 && p->top + extent <= p->height && p->left + extent <= p->width;
    for (ptrdiff_t c = 0; c < p->channels; c += LANES) {
        const ptrdiff_t count = p->channels - c;
        if (is_inside && count >= LANES) {
            TILE(winograd_input_lanes)(m, true, p, c, LANES);
        } else {
            TILE(winograd_input_lanes)(m, false, p, c, count < LANES ? count : LANES);
        }
    }
}

TARGET static void TILE(winograd_input_transform)(const chardware_winograd_input *p) {
    if (p->m == 2) { TILE(winograd_input_tile)(2, p); } else { TILE(winograd_input_tile)(4, p); }
}

TARGET INLINE void TILE(winograd_filter_lanes)(const int m, const chardware_winograd_filter *p, ptrdiff_t c,
                                               ptrdiff_t count) {
    const int extent = m + 2;
    VECTOR columns[3][TILE(extent)];
    UNROLL for (int j = 0; j < 3; j++) {
        VECTOR g[3];
        UNROLL for (int i = 0; i < 3; i++) {
            const ptrdiff_t tap = p->is_turned ? 8 - (3 * i + j) : 3 * i + j;
            g[i] = TILE(load_some)((const SCALAR *)p->filter + tap * p->tap_step + c, count);
        }
        TILE(winograd_filter)(m, g, columns[j]);
    }
    UNROLL for (int i = 0; i < extent; i++) {
        VECTOR g[3], u[TILE(extent)];
        UNROLL for (int j = 0; j < 3; j++) { g[j] = columns[j][i]; }
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

/// Some channels of an output tile: its pixels, or the maxima of its 2×2 windows, as far as they belong to the image.
TARGET INLINE void TILE(winograd_output_lanes)(const int m, const bool pools, const chardware_winograd_output *p,
                                               ptrdiff_t c, ptrdiff_t count) {
    const int extent = m + 2;
    VECTOR columns[TILE(extent)][4];
    UNROLL for (int j = 0; j < extent; j++) {
        VECTOR d[TILE(extent)];
        UNROLL for (int i = 0; i < extent; i++) {
            d[i] = TILE(load_some)((const SCALAR *)p->products + (i * extent + j) * p->product_step + c, count);
        }
        TILE(winograd_output)(m, d, columns[j]);
    }
    const VECTOR start = p->start ? TILE(load_some)((const SCALAR *)p->start + c, count) : (VECTOR){0};
    VECTOR tile[4][4];
    UNROLL for (int i = 0; i < m; i++) {
        VECTOR d[TILE(extent)];
        UNROLL for (int j = 0; j < extent; j++) { d[j] = columns[j][i]; }
        TILE(winograd_output)(m, d, tile[i]);
        UNROLL for (int j = 0; j < m; j++) { tile[i][j] += start; }
    }
    const int step = pools ? 2 : 1;
    UNROLL for (int i = 0; i < m / step; i++) {
        if (i >= p->height) { break; }
        UNROLL for (int j = 0; j < m / step; j++) {
            if (j >= p->width) { break; }
            const ptrdiff_t offset = i * p->line_step + j * p->pixel_step + c;
            VECTOR y;
            if (pools) {
                const VECTOR window[4] = {
                    tile[2 * i][2 * j], tile[2 * i][2 * j + 1], tile[2 * i + 1][2 * j], tile[2 * i + 1][2 * j + 1]};
                y = TILE(pool_window)(window, p->taps ? p->taps + offset : NULL, count);
            } else {
                y = tile[i][j];
            }
            if (p->rectifies) { y = TILE(rectified)(y); }
            TILE(store)(y, (SCALAR *)p->output + offset, count);
        }
    }
}

TARGET INLINE void TILE(winograd_output_tile)(const int m, const bool pools, const chardware_winograd_output *p) {
    for (ptrdiff_t c = 0; c < p->channels; c += LANES) {
        const ptrdiff_t count = p->channels - c;
        if (count >= LANES) {
            TILE(winograd_output_lanes)(m, pools, p, c, LANES);
        } else {
            TILE(winograd_output_lanes)(m, pools, p, c, count);
        }
    }
}

TARGET static void TILE(winograd_output_transform)(const chardware_winograd_output *p) {
    if (p->m == 2) {
        if (p->pools) { TILE(winograd_output_tile)(2, true, p); } else { TILE(winograd_output_tile)(2, false, p); }
    } else {
        if (p->pools) { TILE(winograd_output_tile)(4, true, p); } else { TILE(winograd_output_tile)(4, false, p); }
    }
}
