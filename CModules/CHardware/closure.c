#include "CHardware.h"

// How Swift passes and calls functions of two integers: the context goes in a register of its own.
typedef __attribute__((swiftcall)) void (*swift_function)(intptr_t, intptr_t,
                                                         __attribute__((swift_context)) const void *);

// Declared in Swift as a function that takes a closure, which arrives as its two parts.
__attribute__((swiftcall)) chardware_closure chardware_lend_closure(void *function, const void *context) {
    return (chardware_closure){function, context};
}

void chardware_call_closure(chardware_closure closure, intptr_t first, intptr_t second) {
    ((swift_function)closure.function)(first, second, closure.context);
}
