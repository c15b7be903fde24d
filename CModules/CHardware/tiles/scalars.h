// All tiles of an instance whose operands are scalars.

#include "vectors.h"

#define WORD SCALAR
#define WORDS VECTOR
#define ADD_PRODUCT(sum, factor, row) ((sum) + (factor) * (row))

#include "product.h"
#include "outer_product.h"
#include "unpooling.h"
#include "pooled_outer_product.h"
#include "winograd.h"
#include "adam.h"
#ifdef FLOAT64
#include "functions_float64.h"
#else
#include "functions_float32.h"
#endif
#include "activation.h"
#include "normalization.h"
#include "end.h"
