// The functions of functions_float32.h for float64, which gradient checks use: one call of the C library per lane.

#define EACH_LANE(x, expression)                                                                                      \
    VECTOR result;                                                                                                    \
    for (int lane = 0; lane < LANES; lane++) {                                                                        \
        const double v = (x)[lane];                                                                                   \
        result[lane] = (expression);                                                                                  \
    }                                                                                                                 \
    return result;

#define SQRT1_2 0.70710678118654752440
#define BELL(v) (0.39894228040143267794 * exp(-0.5 * (v) * (v)))
#define GELU_ARGUMENT(v) (1.5957691216057307 * ((v) + 0.044715 * (v) * (v) * (v)))
#define SIGMOID(v) (1 / (1 + exp(-(v))))

TARGET INLINE VECTOR TILE(exponential)(VECTOR x) { EACH_LANE(x, exp(v)) }
TARGET INLINE VECTOR TILE(sigmoid)(VECTOR x) { EACH_LANE(x, SIGMOID(v)) }
TARGET INLINE VECTOR TILE(hyperbolic_tangent)(VECTOR x) { EACH_LANE(x, tanh(v)) }
TARGET INLINE VECTOR TILE(elu)(VECTOR x, SCALAR alpha) { EACH_LANE(x, v > 0 ? v : alpha * expm1(v)) }
TARGET INLINE VECTOR TILE(silu)(VECTOR x) { EACH_LANE(x, v * SIGMOID(v)) }
TARGET INLINE VECTOR TILE(silu_slope)(VECTOR x) { EACH_LANE(x, SIGMOID(v) + v * SIGMOID(v) * SIGMOID(-v)) }
TARGET INLINE VECTOR TILE(gelu)(VECTOR x) { EACH_LANE(x, v * 0.5 * erfc(-v * SQRT1_2)) }
TARGET INLINE VECTOR TILE(gelu_slope)(VECTOR x) { EACH_LANE(x, 0.5 * erfc(-v * SQRT1_2) + v * BELL(v)) }
TARGET INLINE VECTOR TILE(gelu_tanh)(VECTOR x) { EACH_LANE(x, v * SIGMOID(GELU_ARGUMENT(v))) }
TARGET INLINE VECTOR TILE(gelu_tanh_slope)(VECTOR x) {
    EACH_LANE(x, SIGMOID(GELU_ARGUMENT(v))
                     + v * SIGMOID(GELU_ARGUMENT(v)) * SIGMOID(-GELU_ARGUMENT(v)) * 1.5957691216057307
                           * (1 + 3 * 0.044715 * v * v))
}

#undef EACH_LANE
#undef SQRT1_2
#undef BELL
#undef GELU_ARGUMENT
#undef SIGMOID
