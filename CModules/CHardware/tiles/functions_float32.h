// Elementary functions of float32 in vectors, without a table and without a call. Denormals count as zero. NaN stays
// NaN. The largest errors are in the documentation of ActivationFunction, and a test goes through the floats.

// A multiply-add that rounds once, where the set has it.
#if LANES > 4 || defined(__ARM_NEON) || defined(__FMA__)
#define FUSES
#endif

TARGET INLINE VECTOR TILE(magnitude)(VECTOR x) { return (VECTOR)((MASK)x & 0x7fffffff); }
TARGET INLINE VECTOR TILE(with_sign)(VECTOR magnitude, VECTOR sign) {
    return (VECTOR)((MASK)magnitude | ((MASK)sign & INT32_MIN));
}

/// 2ⁿ for −126 ≤ n ≤ 127.
TARGET INLINE VECTOR TILE(power_of_two)(MASK n) { return (VECTOR)((n + 127) << 23); }

/// exp(x + rest) = 2ⁿ · (1 + fraction), |x| ≤ 200 and rest small beside 1: n is the integer next to x / ln 2, and the
/// fraction is r + r² · q(r) with the minimax q of degree 4 on ±ln 2 / 2 (error 2⁻²⁸).
TARGET INLINE VECTOR TILE(exponential_fraction)(VECTOR x, VECTOR rest, MASK *n) {
    const VECTOR shifter = (VECTOR){0} + 0x1.8p23f;
    const VECTOR shifted = x * 0x1.715476p0f + shifter;
    const VECTOR whole = shifted - shifter;
    *n = (MASK)shifted - (MASK)shifter;
    // ln 2 in two parts, the first of so few digits that its product is exact (Cephes).
    const VECTOR r = ((x - whole * 0.693359375f) + whole * 2.12194440e-4f) + rest;
    const VECTOR q = (((0.0013813880505f * r + 0.0083690630272f) * r + 0.0416684225202f) * r + 0.1666651815176f) * r
                     + 0.4999999403954f;
    return r + r * r * q;
}

/// x · 2ⁿ in two steps, so that n may reach beyond the exponents of floats.
TARGET INLINE VECTOR TILE(scaled)(VECTOR x, MASK n) {
    const MASK half = n >> 1;
    return x * TILE(power_of_two)(half) * TILE(power_of_two)(n - half);
}

TARGET INLINE VECTOR TILE(exponential)(VECTOR x) {
    MASK n;
    const VECTOR fraction =
        TILE(exponential_fraction)(TILE(at_most)(TILE(at_least)(x, -104.0f), 89.0f), (VECTOR){0}, &n);
    return TILE(scaled)(1.0f + fraction, n);
}

/// exp(x) − 1 for −40 ≤ x ≤ 0.
TARGET INLINE VECTOR TILE(exponential_less_one)(VECTOR x) {
    MASK n;
    const VECTOR fraction = TILE(exponential_fraction)(x, (VECTOR){0}, &n);
    const VECTOR scale = TILE(power_of_two)(n);
    return scale * fraction + (scale - 1.0f);
}

/// The error of a rounded product.
TARGET INLINE VECTOR TILE(product_error)(VECTOR a, VECTOR b, VECTOR product) {
#ifdef FUSES
    return __builtin_elementwise_fma(a, b, -product);
#else
    // Dekker 1971: halves of 12 digits, whose products are exact.
    const VECTOR a_high = (VECTOR)((MASK)a & ~0xfff), b_high = (VECTOR)((MASK)b & ~0xfff);
    const VECTOR a_low = a - a_high, b_low = b - b_high;
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
#endif
}

/// x · s(|x|) for x < 0 and x · (1 − s(|x|)) for x ≥ 0, where s = exp(−w) / (1 + exp(−w)) and exp(−w) = 2ⁿ · (1 +
/// fraction): x · sigmoid(±w).
TARGET INLINE VECTOR TILE(gated)(VECTOR x, VECTOR fraction, MASK n) {
    const VECTOR power = 1.0f + fraction;
    const VECTOR share = x / (1.0f + TILE(scaled)(power, n));
    // The scale comes last: the product may be normal where the power alone is not.
    return TILE(select)(x < 0.0f, TILE(scaled)(share * power, n), share);
}

TARGET INLINE VECTOR TILE(silu)(VECTOR x) {
    x = TILE(at_least)(x, -110.0f);
    MASK n;
    const VECTOR fraction = TILE(exponential_fraction)(
        TILE(at_least)(-TILE(magnitude)(x), -110.0f), (VECTOR){0}, &n);
    return TILE(gated)(x, fraction, n);
}

/// sigmoid(w) and sigmoid(−w) for the sign and magnitude of w.
TARGET INLINE VECTOR TILE(sigmoid_pair)(VECTOR w, VECTOR *other) {
    const VECTOR power = TILE(exponential)(-TILE(magnitude)(w));
    const VECTOR larger = 1.0f / (1.0f + power), smaller = power * larger;
    *other = TILE(select)(w < 0.0f, larger, smaller);
    return TILE(select)(w < 0.0f, smaller, larger);
}

TARGET INLINE VECTOR TILE(sigmoid)(VECTOR x) {
    const VECTOR power = TILE(exponential)(-TILE(magnitude)(x));
    return TILE(select)(x < 0.0f, power, (VECTOR){0} + 1.0f) / (1.0f + power);
}

TARGET INLINE VECTOR TILE(silu_slope)(VECTOR x) {
    x = TILE(at_most)(TILE(at_least)(x, -104.0f), 104.0f);
    VECTOR other;
    const VECTOR share = TILE(sigmoid_pair)(x, &other);
    return share + x * share * other;
}

TARGET INLINE VECTOR TILE(hyperbolic_tangent)(VECTOR x) {
    const VECTOR power = TILE(exponential_less_one)(TILE(at_least)(-2.0f * TILE(magnitude)(x), -40.0f));
    return TILE(with_sign)(-power / (2.0f + power), x);
}

/// exp(−t²/2) = 2ⁿ · (1 + fraction) for 0 ≤ t ≤ 14.5. The square of t's upper half is exact, and the rest is small.
TARGET INLINE VECTOR TILE(bell_fraction)(VECTOR t, MASK *n) {
    const VECTOR high = (VECTOR)((MASK)t & ~0xfff);
    return TILE(exponential_fraction)(-0.5f * (high * high), -0.5f * ((t - high) * (t + high)), n);
}

/// Φ(−t) · exp(t²/2) for 0 ≤ t ≤ 14.5, Φ the normal distribution function: a minimax quotient (error 2⁻²⁷).
TARGET INLINE VECTOR TILE(scaled_tail)(VECTOR t) {
    const VECTOR p = (((0.0041163280341f * t + 0.0406333343947f) * t + 0.1832354287390f) * t + 0.4382952978820f) * t
                     + 0.5000000029571f;
    const VECTOR q4 = (((0.0103179844934f * t + 0.1018591119658f) * t + 0.4694714069684f) * t + 1.2025042768482f) * t
                      + 1.6744755771716f;
    const VECTOR q = q4 * t + 1.0f;
    return p / q;
}

/// x · Φ(x).
TARGET INLINE VECTOR TILE(gelu)(VECTOR x) {
    x = TILE(at_least)(x, -14.5f);
    const VECTOR t = TILE(at_most)(TILE(magnitude)(x), 14.5f);
    MASK n;
    const VECTOR power = 1.0f + TILE(bell_fraction)(t, &n);
    const VECTOR tail = TILE(scaled_tail)(t) * power;
    return TILE(select)(x < 0.0f, TILE(scaled)(x * tail, n), x * (1.0f - TILE(scaled)(tail, n)));
}

/// Φ(x) + x · φ(x).
TARGET INLINE VECTOR TILE(gelu_slope)(VECTOR x) {
    x = TILE(at_most)(TILE(at_least)(x, -14.5f), 14.5f);
    const VECTOR t = TILE(magnitude)(x);
    MASK n;
    const VECTOR fraction = TILE(bell_fraction)(t, &n);
    const VECTOR bell = TILE(scaled)(1.0f + fraction, n);
    const VECTOR tail = TILE(scaled_tail)(t) * bell;
    return TILE(select)(x < 0.0f, tail, 1.0f - tail) + x * bell * 0.3989422804014f;
}

// 2 √(2/π) and 0.044715 times that, and what rounding took from them.
#define GELU_LINEAR 1.5957691216057308
#define GELU_CUBIC 0.07135481627260025
#define REST(constant) ((float)((constant) - (double)(float)(constant)))

/// x · sigmoid(2 √(2/π) · (x + 0.044715 x³)): the argument in two floats, because an error of it is one of the tail
/// relative to itself.
TARGET INLINE VECTOR TILE(gelu_tanh)(VECTOR x) {
    x = TILE(at_least)(x, -11.0f);
    const VECTOR t = TILE(at_most)(TILE(magnitude)(x), 11.0f);
    const VECTOR square = t * t;
    const VECTOR cubic = (VECTOR){0} + (float)GELU_CUBIC, linear = (VECTOR){0} + (float)GELU_LINEAR;
    const VECTOR term = cubic * square;
    const VECTOR sum = linear + term;
    const VECTOR taken = sum - linear;
    const VECTOR sum_rest = ((linear - (sum - taken)) + (term - taken)) + TILE(product_error)(cubic, square, term)
                            + cubic * TILE(product_error)(t, t, square) + REST(GELU_CUBIC) * square + REST(GELU_LINEAR);
    const VECTOR w = t * sum;
    const VECTOR w_rest = TILE(product_error)(t, sum, w) + t * sum_rest;
    MASK n;
    const VECTOR fraction = TILE(exponential_fraction)(-w, -w_rest, &n);
    return TILE(gated)(x, fraction, n);
}

TARGET INLINE VECTOR TILE(gelu_tanh_slope)(VECTOR x) {
    x = TILE(at_most)(TILE(at_least)(x, -11.0f), 11.0f);
    const VECTOR square = x * x;
    VECTOR other;
    const VECTOR share = TILE(sigmoid_pair)(x * ((float)GELU_LINEAR + (float)GELU_CUBIC * square), &other);
    return share + x * share * other * ((float)GELU_LINEAR + (float)(3 * GELU_CUBIC) * square);
}

TARGET INLINE VECTOR TILE(elu)(VECTOR x, SCALAR alpha) {
    const VECTOR below = TILE(at_least)(TILE(at_most)(x, 0.0f), -30.0f);
    return TILE(select)(x > 0.0f, x, alpha * TILE(exponential_less_one)(below));
}

#undef FUSES
#undef GELU_LINEAR
#undef GELU_CUBIC
#undef REST
