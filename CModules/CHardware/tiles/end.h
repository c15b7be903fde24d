// Forgets an instance, so that the next can be made.

#undef VECTOR
#undef MASK
#undef INLINE
#undef UNROLL
#undef WORD
#undef WORDS
#undef ADD_PRODUCT
#undef PRODUCT_CASE
#undef PRODUCT
#undef OUTER_CASE
#undef OUTER
#undef WINOGRAD_INPUT_SHAPE
#undef WINOGRAD_SHAPE
#undef WINOGRAD_TILE
#undef SIXTH
#undef POOLED_OUTER
#undef POOLED_OUTER_CASE
#undef TILE
#undef TARGET
#undef SCALAR
#undef FLOAT64
#undef INTEGER
#undef LANES
#undef PAIRS
#undef LOAD_SOME
#undef STORE_SOME
