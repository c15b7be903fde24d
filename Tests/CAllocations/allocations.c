#define _GNU_SOURCE
#include "CAllocations.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// The allocator proper, under the names that glibc gives it.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_bool is_counting;
static atomic_uint_fast64_t counts[callocations_functions];

static void note(enum callocations_function function) {
    if (atomic_load_explicit(&is_counting, memory_order_relaxed)) { atomic_fetch_add(&counts[function], 1); }
}

void callocations_begin(void) {
    for (int function = 0; function < callocations_functions; function++) { atomic_store(&counts[function], 0); }
    atomic_store(&is_counting, true);
}

uint64_t callocations_end(void) {
    atomic_store(&is_counting, false);
    uint64_t sum = 0;
    for (int function = 0; function < callocations_functions; function++) { sum += atomic_load(&counts[function]); }
    return sum;
}

uint64_t callocations_of(enum callocations_function function) { return atomic_load(&counts[function]); }

// The sanitizers have an allocator of their own, which must not be replaced.
#if !__has_feature(thread_sanitizer) && !__has_feature(address_sanitizer)
void *malloc(size_t size) {
    note(callocations_malloc);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    note(callocations_calloc);
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    note(callocations_realloc);
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    note(callocations_aligned);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note(callocations_aligned);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    note(callocations_aligned);
    void *memory = __libc_memalign(alignment, size);
    if (!memory) { return ENOMEM; }
    *result = memory;
    return 0;
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    note(callocations_mmap);
    return (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int file, off64_t offset) {
    return mmap(address, length, protection, flags, file, offset);
}
#endif
