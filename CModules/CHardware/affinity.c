#define _GNU_SOURCE
#include "CHardware.h"

#include <sched.h>
#include <stdlib.h>

// A machine may have more cores than a `cpu_set_t` counts: the mask grows until the kernel's fits.
int chardware_schedulable_cores(void) {
    for (int capacity = CPU_SETSIZE; capacity <= CPU_SETSIZE * 64; capacity *= 2) {
        cpu_set_t *set = CPU_ALLOC(capacity);
        if (!set) { return 0; }
        const size_t size = CPU_ALLOC_SIZE(capacity);
        const int cores = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (cores > 0) { return cores; }
    }
    return 0;
}
