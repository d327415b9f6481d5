/* trace.h - what a trace holds. */
#ifndef GRADUS_TRACE_H
#define GRADUS_TRACE_H

#include <stdarg.h>

#include "inside.h"

typedef struct gd_watch {                   /* a coordinate, and what it was before the running step */
    const struct gd_slot *slot;
    int64_t element;
    double  w, g;
} gd_watch;

struct gd_trace {
    gd_watch     *watched;
    int           count;
    gd_trace_row *rows;
    int64_t       row_count, room;
};

/* gd_trace_shows - was state k kept in any of the rows? */
bool gd_trace_shows(const gd_optimizer *o, int k);

#endif
