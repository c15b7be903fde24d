/// One step of Adam.
TARGET static void TILE(adam)(const chardware_adam *p) {
    const SCALAR rate = (SCALAR)p->rate, epsilon = (SCALAR)p->epsilon, kept = (SCALAR)p->kept;
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
        TILE(store)(kept * TILE(load_some)(parameters, count) - step, parameters, count);
    }
}
