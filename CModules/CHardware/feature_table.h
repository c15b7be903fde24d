// Extensions of x86-64 that a compiler uses where it is allowed to, and how a processor says that it has them.
#pragma once

#include "CHardware.h"

#if defined(__x86_64__)

// Code that runs before it is known that the processor has what the rest of the program was compiled for. Extensions of
// general registers are named too: `-march=native` switches each of them on by itself.
#define BASELINE                                                                                                       \
    __attribute__((target("arch=x86-64,general-regs-only,no-bmi,no-bmi2,no-lzcnt,no-movbe,no-popcnt,no-tbm")))

enum { REGISTER_A, REGISTER_B, REGISTER_C, REGISTER_D, REGISTERS };
enum { LEAF_1, LEAF_7, LEAF_7_1, LEAF_80000001, LEAVES };

/// What `cpuid` says, and the registers that the operating system saves (XCR0).
typedef struct {
    uint32_t words[LEAVES][REGISTERS];
    uint64_t saved_state;
} chardware_identity;

typedef struct {
    const char *name;
    /// A bit of `chardware_feature`, or 0 where the kernels do not distinguish it.
    uint32_t published;
    /// Whether the compiler was allowed to use it.
    bool is_compiled;
    uint8_t leaf, word, bit;
    /// Bits of XCR0 without which its instructions fault.
    uint32_t state;
} chardware_feature_row;

extern const chardware_feature_row chardware_feature_table[];
extern const unsigned chardware_feature_count;

void chardware_identify(chardware_identity *identity);
bool chardware_has(const chardware_identity *identity, const chardware_feature_row *row);

#endif
