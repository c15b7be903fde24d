// A program compiled for a processor's features dies of SIGILL on one that lacks them, often before `main`.
// This constructor looks first, says what is missing in one line and exits with EX_UNAVAILABLE.

#include "feature_table.h"

#if defined(__x86_64__) && defined(__linux__)

#include <sys/syscall.h>

#define EXIT_UNSUPPORTED_CPU 69

// The C library's own functions may be what was compiled for another processor.
BASELINE static long system_call(long number, long first, long second, long third) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third)
                     : "rcx", "r11", "memory");
    return result;
}

/// Written at once, so that no other process's line comes between.
typedef struct {
    char text[2048];
    unsigned long length;
} line;

BASELINE static void append(line *line, const char *text) {
    while (*text && line->length < sizeof line->text) { line->text[line->length++] = *text++; }
}

BASELINE __attribute__((constructor(101))) static void check_processor(void) {
    chardware_identity identity;
    line message;
    message.length = 0;
    chardware_identify(&identity);
    for (unsigned i = 0; i < chardware_feature_count; i++) {
        const chardware_feature_row *row = &chardware_feature_table[i];
        if (!row->is_compiled || chardware_has(&identity, row)) { continue; }
        append(&message, message.length ? " " : "apus: this binary was compiled for a processor with ");
        append(&message, row->name);
    }
    if (!message.length) { return; }
    append(&message, ", which this one lacks; rebuild it here (make build) or for any (make build MARCH=x86-64)\n");
    system_call(SYS_write, 2, (long)message.text, (long)message.length);
    system_call(SYS_exit_group, EXIT_UNSUPPORTED_CPU, 0, 0);
}

#endif
