/// An activation of a vector; `function` is a constant where this is called.
TARGET INLINE VECTOR TILE(activated)(const chardware_function function, VECTOR x, SCALAR parameter) {
    switch (function) {
    case CHARDWARE_LINEAR: return x;
    case CHARDWARE_RELU: return TILE(rectified)(x);
    case CHARDWARE_LEAKY_RELU: return TILE(select)(x < (SCALAR)0, parameter * x, x);
    case CHARDWARE_ELU: return TILE(elu)(x, parameter);
    case CHARDWARE_GELU: return TILE(gelu)(x);
    case CHARDWARE_GELU_TANH: return TILE(gelu_tanh)(x);
    case CHARDWARE_SILU: return TILE(silu)(x);
    case CHARDWARE_SIGMOID: return TILE(sigmoid)(x);
    case CHARDWARE_TANH: return TILE(hyperbolic_tangent)(x);
    case CHARDWARE_EXPONENTIAL: return TILE(exponential)(x - parameter);
    }
}

/// An activation's derivative times a gradient. GELU and SiLU know it by their input, the others by their output.
TARGET INLINE VECTOR TILE(activation_gradient)(const chardware_function function, VECTOR value, VECTOR gradient,
                                               SCALAR parameter) {
    switch (function) {
    case CHARDWARE_LINEAR: return gradient;
    case CHARDWARE_RELU: return TILE(select)(value > (SCALAR)0, gradient, (VECTOR){0});
    case CHARDWARE_LEAKY_RELU: return TILE(select)(value > (SCALAR)0, gradient, parameter * gradient);
    case CHARDWARE_ELU: return TILE(select)(value > (SCALAR)0, gradient, gradient * (value + parameter));
    case CHARDWARE_GELU: return gradient * TILE(gelu_slope)(value);
    case CHARDWARE_GELU_TANH: return gradient * TILE(gelu_tanh_slope)(value);
    case CHARDWARE_SILU: return gradient * TILE(silu_slope)(value);
    case CHARDWARE_SIGMOID: return gradient * value * ((SCALAR)1 - value);
    case CHARDWARE_TANH: return gradient * ((SCALAR)1 - value) * ((SCALAR)1 + value);
    case CHARDWARE_EXPONENTIAL: return gradient * value;
    }
}

TARGET INLINE void TILE(activate_with)(const chardware_function function, const chardware_activation *p) {
    const SCALAR parameter = (SCALAR)p->parameter;
    for (ptrdiff_t i = 0; i < p->count; i += LANES) {
        const ptrdiff_t count = p->count - i < LANES ? p->count - i : LANES;
        const VECTOR value = TILE(load_some)((const SCALAR *)p->source + i, count);
        VECTOR result;
        if (p->gradients) {
            const VECTOR gradient = TILE(load_some)((const SCALAR *)p->gradients + i, count);
            result = TILE(activation_gradient)(function, value, gradient, parameter);
        } else {
            result = TILE(activated)(function, value, parameter);
        }
        TILE(store)(result, (SCALAR *)p->target + i, count);
    }
}

#define ACTIVATE_CASE(function)                                                                                       \
    case function: TILE(activate_with)(function, p); break;

TARGET static void TILE(activate)(const chardware_activation *p) {
    switch (p->function) {
        ACTIVATE_CASE(CHARDWARE_LINEAR)
        ACTIVATE_CASE(CHARDWARE_RELU)
        ACTIVATE_CASE(CHARDWARE_LEAKY_RELU)
        ACTIVATE_CASE(CHARDWARE_ELU)
        ACTIVATE_CASE(CHARDWARE_GELU)
        ACTIVATE_CASE(CHARDWARE_GELU_TANH)
        ACTIVATE_CASE(CHARDWARE_SILU)
        ACTIVATE_CASE(CHARDWARE_SIGMOID)
        ACTIVATE_CASE(CHARDWARE_TANH)
        ACTIVATE_CASE(CHARDWARE_EXPONENTIAL)
    }
}

#undef ACTIVATE_CASE
