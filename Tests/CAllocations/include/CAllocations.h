#pragma once
// Counts what a program takes from the heap, on all threads. Linked into an executable, its functions take the place of the
// C library's for every library of the process.

#include <stdint.h>

/// What is counted.
enum callocations_function {
    callocations_malloc,
    callocations_calloc,
    callocations_realloc,
    /// `aligned_alloc`, `posix_memalign` and `memalign`.
    callocations_aligned,
    /// `mmap` and `mmap64`.
    callocations_mmap,
    callocations_functions
};

/// Begins to count calls of malloc, calloc, realloc, the aligned allocations and mmap.
void callocations_begin(void);

/// Ends counting and returns the number of calls since it began.
uint64_t callocations_end(void);

/// The calls of one function between the last beginning and its end.
uint64_t callocations_of(enum callocations_function function);
