#pragma once
// Only what every OpenBLAS exports is linked: the entries of a DYNAMIC_ARCH build that no header declares
// (`gotoblas_dynamic_init` and its kin) are looked up at run time.
#include <cblas.h>
