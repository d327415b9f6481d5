/* trace.h - single coordinates, step by step: gradient, state, and how far they moved.
 *
 *     gd_optimizer_trace(adam, w, GD_SHAPE(0, 0));
 *     ..  train
 *     gd_trace_csv(adam, "adam.csv");
 *     gd_trace_picture(adam, "adam.png"); */
#ifndef GRADUS_TRACE_OF_STEPS_H
#define GRADUS_TRACE_OF_STEPS_H

#include "plug.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

typedef struct gd_trace_row {               /* one coordinate, one step */
    int64_t     step;                       /* o->steps after it */
    const char *parameter;
    int64_t     element;                    /* which one, in row-major order */
    double      t;                          /* the parameter's own step count */
    double      g, w;                       /* its gradient; its value after the step */
    double      moved;                      /* the effective step: w after less w before */
    double      state[GD_MAX_STATES];       /* after the step; NaN where none is kept */
    double      corrected[GD_MAX_STATES];   /* the same after bias correction */
} gd_trace_row;

/* gd_optimizer_trace - from now on every gd_step adds a row for this coordinate, if its parameter has a gradient.
 * Errors: the parameter is not in o's model; the index is out of range; an algorithm that takes a closure.
 * gd_trace_rows, gd_trace_at - what was recorded so far; the row is valid until the next step.
 * gd_trace_csv - writes it as a table with a header line; the file is replaced as a whole.
 * gd_trace_picture - draws it as PNG: small pictures one below the other for the gradient, each state before and
 * after bias correction, and the effective step, with a line for each coordinate.  Error of both: no rows. */
bool                gd_optimizer_trace(gd_optimizer *o, const gd_tensor *parameter, gd_shape index);
int64_t             gd_trace_rows(const gd_optimizer *o);
const gd_trace_row *gd_trace_at(const gd_optimizer *o, int64_t i);
bool                gd_trace_csv(const gd_optimizer *o, const char *path);
bool                gd_trace_picture(const gd_optimizer *o, const char *path);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
