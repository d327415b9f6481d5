/* process.h - what the whole-process programs share: how they start and what they tell at their end. */
#ifndef GRADUS_BENCH_PROCESS_H
#define GRADUS_BENCH_PROCESS_H

#include <stdint.h>
#include <stdio.h>

/* process_start - n numbers in +-reach, the same in every program: Lehmer's generator, 48271 modulo 2^31 - 1. */
static inline void process_start(float *w, int64_t n, float reach)
{
    uint64_t state = 1;
    for (int64_t i = 0; i < n; i++) {
        state = state * 48271 % 2147483647;
        w[i] = reach * (2 * (float)state / 2147483647.0f - 1);
    }
}

/* process_end - one line: the loss, and the largest resident memory in kB, or 0 where the system does not tell it.
 * (Its counter in getrusage would include the memory of the program that started this one.) */
static inline int process_end(double loss)
{
    long memory = 0;
    char line[128];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld", &memory) == 1)
            break;
    if (status)
        fclose(status);
    return printf("%.9g %ld\n", loss, memory) < 0;
}

#endif
