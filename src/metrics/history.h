/* history.h - the table behind a gd_history. */
#ifndef GRADUS_HISTORY_H
#define GRADUS_HISTORY_H

#include <stdbool.h>

#include "gradus/metrics.h"

typedef struct gi_cell {
    double value;
    bool   there;
} gi_cell;

typedef struct gi_tracked_series {
    char    *name;
    gi_cell *cells;                         /* one for each row, as many as the capacity for rows */
} gi_tracked_series;

struct gd_history {
    char      *x_name;
    double    *x;                           /* ascending */
    int64_t    rows, row_capacity;
    gi_tracked_series *series;
    int        count, capacity;
};

/* gi_history_new - gd_history_new with the name of another function in its messages. */
gd_history *gi_history_new(const char *function, const char *x_name);

/* gi_history_series - the index of the series with that name, which is added if it is new; -1, and a message, when the
 * name is not possible or memory is out. */
int gi_history_series(const char *function, gd_history *h, const char *name);

/* gi_history_append - the same, where the caller knows that the name is new or finds out later. */
int gi_history_append(const char *function, gd_history *h, const char *name);

/* gi_history_row - the same for the row of x. */
int64_t gi_history_row(const char *function, gd_history *h, double x);

#endif
