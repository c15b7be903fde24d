#include "feature_table.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <stddef.h>
#include <string.h>

// 1 where the compiler defines a macro as 1, 0 where it does not define it: only COMPILED_1 brings a comma.
#define COMPILED(macro) COMPILED_VALUE(macro)
#define COMPILED_VALUE(value) COMPILED_CHOICE(COMPILED_##value, 0, )
#define COMPILED_1 , 1
#define COMPILED_CHOICE(...) COMPILED_SECOND(__VA_ARGS__)
#define COMPILED_SECOND(first, second, ...) second

#define NONE 0
#define YMM 0x6
#define ZMM 0xe6
#define TILES 0x60000

#define ROW(macro, name, leaf, word, bit, state, published)                                                            \
    {name, published, COMPILED(macro), LEAF_##leaf, REGISTER_##word, bit, state},

const chardware_feature_row chardware_feature_table[] = {
    ROW(__SSE3__, "SSE3", 1, C, 0, NONE, 0)
    ROW(__SSSE3__, "SSSE3", 1, C, 9, NONE, 0)
    ROW(__SSE4_1__, "SSE4.1", 1, C, 19, NONE, 0)
    ROW(__SSE4_2__, "SSE4.2", 1, C, 20, NONE, CHARDWARE_SSE42)
    ROW(__SSE4A__, "SSE4a", 80000001, C, 6, NONE, 0)
    ROW(__GCC_HAVE_SYNC_COMPARE_AND_SWAP_16, "CMPXCHG16B", 1, C, 13, NONE, 0)
    ROW(__LAHF_SAHF__, "LAHF", 80000001, C, 0, NONE, 0)
    ROW(__POPCNT__, "POPCNT", 1, C, 23, NONE, 0)
    ROW(__MOVBE__, "MOVBE", 1, C, 22, NONE, 0)
    ROW(__LZCNT__, "LZCNT", 80000001, C, 5, NONE, 0)
    ROW(__BMI__, "BMI1", 7, B, 3, NONE, 0)
    ROW(__BMI2__, "BMI2", 7, B, 8, NONE, 0)
    ROW(__TBM__, "TBM", 80000001, C, 21, NONE, 0)
    ROW(__ADX__, "ADX", 7, B, 19, NONE, 0)
    ROW(__RDRND__, "RDRAND", 1, C, 30, NONE, 0)
    ROW(__RDSEED__, "RDSEED", 7, B, 18, NONE, 0)
    ROW(__AES__, "AES", 1, C, 25, NONE, 0)
    ROW(__PCLMUL__, "PCLMULQDQ", 1, C, 1, NONE, 0)
    ROW(__SHA__, "SHA", 7, B, 29, NONE, 0)
    ROW(__GFNI__, "GFNI", 7, C, 8, NONE, 0)
    ROW(__AVX__, "AVX", 1, C, 28, YMM, CHARDWARE_AVX)
    ROW(__F16C__, "F16C", 1, C, 29, YMM, 0)
    ROW(__FMA__, "FMA", 1, C, 12, YMM, CHARDWARE_FMA)
    ROW(__FMA4__, "FMA4", 80000001, C, 16, YMM, 0)
    ROW(__XOP__, "XOP", 80000001, C, 11, YMM, 0)
    ROW(__AVX2__, "AVX2", 7, B, 5, YMM, CHARDWARE_AVX2)
    ROW(__VAES__, "VAES", 7, C, 9, YMM, 0)
    ROW(__VPCLMULQDQ__, "VPCLMULQDQ", 7, C, 10, YMM, 0)
    ROW(__AVXVNNI__, "AVX-VNNI", 7_1, A, 4, YMM, 0)
    ROW(__AVXIFMA__, "AVX-IFMA", 7_1, A, 23, YMM, 0)
    ROW(__AVX512F__, "AVX-512F", 7, B, 16, ZMM, CHARDWARE_AVX512F)
    ROW(__AVX512DQ__, "AVX-512DQ", 7, B, 17, ZMM, CHARDWARE_AVX512DQ)
    ROW(__AVX512CD__, "AVX-512CD", 7, B, 28, ZMM, 0)
    ROW(__AVX512BW__, "AVX-512BW", 7, B, 30, ZMM, CHARDWARE_AVX512BW)
    ROW(__AVX512VL__, "AVX-512VL", 7, B, 31, ZMM, CHARDWARE_AVX512VL)
    ROW(__AVX512IFMA__, "AVX512_IFMA", 7, B, 21, ZMM, 0)
    ROW(__AVX512VBMI__, "AVX512_VBMI", 7, C, 1, ZMM, 0)
    ROW(__AVX512VBMI2__, "AVX512_VBMI2", 7, C, 6, ZMM, 0)
    ROW(__AVX512VNNI__, "AVX512_VNNI", 7, C, 11, ZMM, 0)
    ROW(__AVX512BITALG__, "AVX512_BITALG", 7, C, 12, ZMM, 0)
    ROW(__AVX512VPOPCNTDQ__, "AVX512_VPOPCNTDQ", 7, C, 14, ZMM, 0)
    ROW(__AVX512VP2INTERSECT__, "AVX512_VP2INTERSECT", 7, D, 8, ZMM, 0)
    ROW(__AVX512FP16__, "AVX512_FP16", 7, D, 23, ZMM, 0)
    ROW(__AVX512BF16__, "AVX512_BF16", 7_1, A, 5, ZMM, CHARDWARE_AVX512_BF16)
    // The compiler emits these only where the source asks for them.
    {"AMX_BF16", CHARDWARE_AMX_BF16, false, LEAF_7, REGISTER_D, 22, TILES},
};

const unsigned chardware_feature_count = sizeof chardware_feature_table / sizeof *chardware_feature_table;

BASELINE static void read_leaf(uint32_t leaf, uint32_t subleaf, uint32_t words[REGISTERS]) {
    __asm__ volatile("cpuid"
                     : "=a"(words[REGISTER_A]), "=b"(words[REGISTER_B]), "=c"(words[REGISTER_C]),
                       "=d"(words[REGISTER_D])
                     : "a"(leaf), "c"(subleaf));
}

BASELINE static uint64_t enabled_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

BASELINE void chardware_identify(chardware_identity *identity) {
    uint32_t limits[REGISTERS], extended[REGISTERS];
    for (unsigned leaf = 0; leaf < LEAVES; leaf++) {
        for (unsigned word = 0; word < REGISTERS; word++) { identity->words[leaf][word] = 0; }
    }
    identity->saved_state = 0;
    read_leaf(0, 0, limits);
    read_leaf(0x80000000u, 0, extended);
    if (limits[REGISTER_A] >= 1) { read_leaf(1, 0, identity->words[LEAF_1]); }
    if (limits[REGISTER_A] >= 7) {
        // Register A of the leaf is its last subleaf, which no row asks for.
        read_leaf(7, 0, identity->words[LEAF_7]);
        if (identity->words[LEAF_7][REGISTER_A] >= 1) { read_leaf(7, 1, identity->words[LEAF_7_1]); }
    }
    if (extended[REGISTER_A] >= 0x80000001u) { read_leaf(0x80000001u, 0, identity->words[LEAF_80000001]); }
    const bool says_what_it_saves = identity->words[LEAF_1][REGISTER_C] & (1u << 27);
    if (says_what_it_saves) { identity->saved_state = enabled_state(); }
}

BASELINE bool chardware_has(const chardware_identity *identity, const chardware_feature_row *row) {
    const bool is_there = identity->words[row->leaf][row->word] & (1u << row->bit);
    return is_there && (identity->saved_state & row->state) == row->state;
}

uint32_t chardware_features_present(void) {
    chardware_identity identity;
    chardware_identify(&identity);
    uint32_t features = 0;
    for (unsigned i = 0; i < chardware_feature_count; i++) {
        const chardware_feature_row *row = &chardware_feature_table[i];
        if (chardware_has(&identity, row)) { features |= row->published; }
    }
    return features;
}

uint32_t chardware_features_compiled(void) {
    uint32_t features = 0;
    for (unsigned i = 0; i < chardware_feature_count; i++) {
        const chardware_feature_row *row = &chardware_feature_table[i];
        if (row->is_compiled) { features |= row->published; }
    }
    return features;
}

void chardware_brand(char *buffer) {
    uint32_t words[12] = {0};
    uint32_t highest = __get_cpuid_max(0x80000000u, NULL);
    if (highest >= 0x80000004u) {
        for (uint32_t leaf = 0; leaf < 3; leaf++) {
            __get_cpuid(0x80000002u + leaf, words + 4 * leaf, words + 4 * leaf + 1, words + 4 * leaf + 2,
                        words + 4 * leaf + 3);
        }
    }
    memcpy(buffer, words, sizeof words);
    buffer[48] = 0;
}

#else

uint32_t chardware_features_compiled(void) {
#ifdef __ARM_NEON
    return CHARDWARE_NEON;
#else
    return 0;
#endif
}

uint32_t chardware_features_present(void) { return chardware_features_compiled(); }

void chardware_brand(char *buffer) { buffer[0] = 0; }

#endif
