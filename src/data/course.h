/* course.h - making the batches of a loader, one after the other. */
#ifndef GRADUS_COURSE_H
#define GRADUS_COURSE_H

#include <stdbool.h>

#include "gradus/data.h"

typedef struct gi_side {                    /* x, or y */
    gd_tensor  row;                         /* one row of the data set, as a view; only data changes */
    gd_real   *first;                       /* row 0 */
    int64_t    step;                        /* from row to row */
} gi_side;

typedef struct gi_batch_memory {            /* batches, and the shorter last ones or NULL */
    gd_tensor *x_full, *x_last, *y_full, *y_last;
    int64_t   *rows;                        /* a copy of the row numbers; NULL: the order itself is shown */
} gi_batch_memory;

typedef struct gi_course {
    gd_loader_options options;
    int64_t        population;              /* rows to draw from */
    int64_t        examples;                /* in an epoch */
    int64_t        batch;                   /* in a full batch */
    const int64_t *subset;                  /* the rows to draw from; NULL: all */
    const double  *sums;                    /* of the weights of rows 0 .. i; NULL: no weights */
    gd_position    at;
    int64_t        ordered;                 /* the epoch of order, or -1 */
    int64_t       *order;
    bool           has_y;
    gi_side        x, y;
} gi_course;

/* gi_course_batch - makes the batch at c->at, which is not the end of an epoch, and goes on to the next.  False, and a
 * message, when the program's change fails; then c->at stays. */
bool gi_course_batch(gi_course *c, const gi_batch_memory *memory, gd_batch *batch);

#endif
