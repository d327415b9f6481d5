/* trace.h - the definition of a trace. */
#ifndef GRADUS_TRACE_H
#define GRADUS_TRACE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "optim/inside.h"

typedef struct gi_watch {                   /* a coordinate, and its values before the running step */
    const struct gd_slot *slot;
    int64_t element;
    double  w, g;
} gi_watch;

typedef struct gi_trace {
    struct gd_trace hooks;                  /* first: o->trace points to it */
    gi_watch     *watched;
    int           count;
    gd_trace_row *rows;
    int64_t       row_count, capacity;
} gi_trace;

/* gi_trace_shows - does any row hold state k? */
bool gi_trace_shows(const gd_optimizer *o, int k);

#endif
