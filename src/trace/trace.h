/* trace.h - what a trace holds. */
#ifndef GRADUS_TRACE_H
#define GRADUS_TRACE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "gradus/trace.h"
#include "optim/inside.h"

typedef struct gi_watch {                   /* a coordinate, and what it was before the running step */
    const struct gi_slot *slot;
    int64_t element;
    double  w, g;
} gi_watch;

struct gi_trace {
    gi_watch     *watched;
    int           count;
    gd_trace_row *rows;
    int64_t       row_count, capacity;
};

/* gi_trace_shows - was state k kept in any of the rows? */
bool gi_trace_shows(const gd_optimizer *o, int k);

#endif
