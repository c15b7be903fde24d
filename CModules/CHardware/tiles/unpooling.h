TARGET static __attribute__((noinline)) TILE(bytes) TILE(load_codes)(const int8_t *address, ptrdiff_t count) {
    TILE(bytes) codes = {0};
    for (ptrdiff_t lane = 0; lane < count; lane++) { codes[lane] = address[lane]; }
    return codes;
}

/// Undoes a 2×2 pooling and a ReLU: to each tap of a window goes the output's gradient where the tap holds the maximum and
/// the output is positive (or there was no ReLU), else zero. Adds what is handed on to `sums`. Window by window, because
/// processors fetch ahead along the channels.
TARGET INLINE void TILE(unpool_windows)(const bool pools, const bool rectifies, const chardware_unpooling *p) {
    const ptrdiff_t step = p->target_pixel;
    for (ptrdiff_t w = 0; w < p->windows; w++) {
        for (ptrdiff_t c = 0; c < p->channels; c += LANES) {
            const ptrdiff_t count = p->channels - c < LANES ? p->channels - c : LANES;
            const ptrdiff_t place = w * p->source_step + c;
            VECTOR slope = TILE(load_some)((const SCALAR *)p->gradients + place, count);
            if (rectifies) {
                const VECTOR output = TILE(load_some)((const SCALAR *)p->outputs + place, count);
                slope = TILE(select)(output > (SCALAR)0, slope, (VECTOR){0});
            }
            if (p->sums) {
                SCALAR *sums = (SCALAR *)p->sums + c;
                TILE(store)(TILE(load_some)(sums, count) + slope, sums, count);
            }
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
    }
}

TARGET static void TILE(unpool)(const chardware_unpooling *p) {
    // A copy, which no store can change.
    const chardware_unpooling copy = *p;
    if (copy.taps && copy.outputs) {
        TILE(unpool_windows)(true, true, &copy);
    } else if (copy.taps) {
        TILE(unpool_windows)(true, false, &copy);
    } else if (copy.outputs) {
        TILE(unpool_windows)(false, true, &copy);
    } else {
        TILE(unpool_windows)(false, false, &copy);
    }
}
