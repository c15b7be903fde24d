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
