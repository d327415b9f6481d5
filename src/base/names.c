/* names.c - names that occur twice are neighbours when they are sorted. */
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "base/memory.h"

typedef struct place {
    const char *name;
    int64_t     i;
} place;

static int by_name(const void *left, const void *right)
{
    const place *a = left, *b = right;
    const int order = strcmp(a->name, b->name);
    return order ? order : (a->i > b->i) - (a->i < b->i);
}

bool gi_names_differ(const void *first, size_t stride, int64_t n, int64_t same[2])
{
    same[0] = same[1] = -1;
    if (n < 2)
        return true;
    place *sorted = gi_memory_new(GI_DATA, (size_t)n * sizeof *sorted);
    if (!sorted)
        return false;
    for (int64_t i = 0; i < n; i++) {
        memcpy(&sorted[i].name, (const char *)first + (size_t)i * stride, sizeof sorted[i].name);
        sorted[i].i = i;
    }
    qsort(sorted, (size_t)n, sizeof *sorted, by_name);
    for (int64_t i = 1; i < n; i++)
        if ((same[1] < 0 || sorted[i].i < same[1]) && strcmp(sorted[i - 1].name, sorted[i].name) == 0) {
            same[0] = sorted[i - 1].i;
            same[1] = sorted[i].i;
        }
    gi_memory_free(sorted);
    return true;
}
