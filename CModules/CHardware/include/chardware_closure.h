#pragma once
// Swift closures that are lent to C.

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A Swift closure of two integers that is lent for the time of a call: Swift itself hands a closure that does not
/// escape to other threads only in a box from the heap.
typedef struct {
    void *function;
    const void *context;
} chardware_closure;

/// Calls a closure that is still lent.
void chardware_call_closure(chardware_closure closure, intptr_t first, intptr_t second);

#ifdef __cplusplus
}
#endif
