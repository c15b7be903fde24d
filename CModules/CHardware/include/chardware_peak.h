#pragma once
// Instructions whose count must be known to measure the processor.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The widest vectors with multiply-adds that the processor and the operating system offer, in bits: 512, 256, or 128
/// for SSE2 (where a multiply-add is two instructions) and NEON; 64 where there are no vectors.
int chardware_vector_bits(void);

/// Does x ← x + a·b, in registers alone, `iterations` times in each of several vectors that begin at 0: enough of them
/// to keep all ports of a core busy.
///
/// `bits` is the width of the vectors: what `chardware_vector_bits` says or less. Returns the floating-point operations
/// done, two for each multiply-add of a lane; `*sum` is the sum of all lanes.
uint64_t chardware_fma_float32(int bits, uint64_t iterations, float a, float b, double *sum);

/// The same in double precision.
uint64_t chardware_fma_float64(int bits, uint64_t iterations, double a, double b, double *sum);

/// Does 64 · `iterations` additions of `addend`, each of which waits for the one before, and returns how many: as many
/// cycles of the core's clock. `*sum` is the sum.
uint64_t chardware_addition_chain(uint64_t iterations, uint64_t addend, uint64_t *sum);

/// Does a[i] = b[i] + factor·c[i] over `count` elements, `passes` times, with vectors of `bits` as above.
///
/// The arrays begin at multiples of 64 bytes, `count` is a multiple of 32. With `streaming` the stores go around the
/// caches, where the processor has such stores: otherwise the line of a[i] is read before it is written.
void chardware_triad(int bits, bool streaming, double *a, const double *b, const double *c, double factor, size_t count,
                     size_t passes);

/// Whether `streaming` makes a difference to `chardware_triad`.
bool chardware_streams(void);

/// Issues `hundreds` times 100 instructions that do nothing, and returns their number: as fast as the core can pass
/// instructions on, and half as fast where a second hardware thread of the core is busy.
uint64_t chardware_issue_nothing(uint64_t hundreds);

#ifdef __cplusplus
}
#endif
