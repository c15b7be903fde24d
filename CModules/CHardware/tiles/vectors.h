// What every tile of an instance uses: vectors, and loading and storing parts of them. An instance is made for one type
// of scalars and one instruction set by including scalars.h or pairs.h with
//
//   TILE(name)   the name of a function or type of this instance
//   TARGET       the attribute that allows the instruction set
//   SCALAR       float or double: what sums are made of
//   FLOAT64      where SCALAR is double
//   INTEGER      the signed integer of the same width
//   LANES        scalars in a vector
//   PAIRS        most pairs of pixels in a tile: 2 · PAIRS rows of 2 vectors stay in registers beside their operands
//
// and, before product.h and outer_product.h,
//
//   WORD         what is multiplied: a scalar, or two of bfloat16
//   WORDS        a vector of them
//   ADD_PRODUCT(sum, factor, row)   the vector sum and the products of a word and a vector of words
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

/// max(bound, x) and min(bound, x); NaN stays NaN.
TARGET INLINE VECTOR TILE(at_least)(VECTOR x, SCALAR bound) {
    return TILE(select)(x < bound, (VECTOR){0} + bound, x);
}
TARGET INLINE VECTOR TILE(at_most)(VECTOR x, SCALAR bound) {
    return TILE(select)(x > bound, (VECTOR){0} + bound, x);
}
