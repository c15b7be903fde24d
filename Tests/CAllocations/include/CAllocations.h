#pragma once
// Counts what a program takes from the heap, on all threads. Linked into an executable, its functions take the place of the
// C library's for every library of the process.

#include <stdint.h>

/// Begins to count calls of malloc, calloc, realloc, the aligned allocations and mmap.
void callocations_begin(void);

/// Ends counting and returns the number of calls since it began.
uint64_t callocations_end(void);
