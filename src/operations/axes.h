/* axes.h - what reductions share: sets of axes, and the lines along which they run. */
#ifndef GRADUS_AXES_H
#define GRADUS_AXES_H

#include <stdbool.h>

#include "autograd/record.h"
#include "gradus/tensor.h"

/* A set of axes as bits; attribute of reductions. */
typedef struct gi_axes {
    unsigned mask;
    bool     keep;
} gi_axes;

/* gi_axes_of - the set of the listed axes of x; false, and a message, when one is out of range or twice. */
bool gi_axes_of(const char *function, const gd_tensor *x, gd_shape list, bool keep, gi_axes *axes);
bool gi_axes_one(const char *function, const gd_tensor *x, int axis, bool keep, gi_axes *axes);
static inline gi_axes gi_axes_all(const gd_tensor *x) { return (gi_axes){ (1u << x->ndim) - 1, false }; }

/* gi_reduced_count - how many elements of x go into one of the result. */
int64_t gi_reduced_count(const gd_tensor *x, gi_axes axes);

/* gi_new_reduced - a result of the reduction, elements not set. */
gd_tensor *gi_new_reduced(const char *function, const gd_tensor *x, gi_axes axes);

/* gi_spread - dy, a tensor of the result's shape, seen with the shape of x; and gi_with_axes - only with the
 * reduced axes put back as axes of size 1.  Differentiable. */
gd_tensor *gi_spread(gd_tensor *dy, const gd_tensor *x, gi_axes axes);
gd_tensor *gi_with_axes(gd_tensor *dy, const gd_tensor *x, gi_axes axes);

/* gi_one_line - length and step of the lines that the reduced axes form in memory; false when they form none. */
bool gi_one_line(const gd_tensor *x, gi_axes axes, int64_t *n, int64_t *step);

/* One line: n elements from x, step apart; its result goes to *y. */
typedef void gi_reduced_line(int64_t n, const gd_real *x, int64_t step, gd_real *y);

/* gi_reduce_lines - runs line for every element of y, a result of the reduction of x.  Where the reduced axes
 * do not form one line in memory a copy of x does.  False when memory is out. */
bool gi_reduce_lines(gd_tensor *y, gd_tensor *x, gi_axes axes, gi_reduced_line *line);

/* gi_reduce_many_lines - the same with a function for count lines at once: line i begins at x[i * next], and its result
 * goes to y[i * of_y]. */
typedef void gi_many_lines(int64_t count, int64_t n, const gd_real *x, int64_t step, int64_t next, gd_real *y,
                           int64_t of_y);
bool gi_reduce_many_lines(gd_tensor *y, gd_tensor *x, gi_axes axes, gi_many_lines *lines);

/* gi_start_lines - gi_reduce_lines as a computation of its own: see base/start.h. */
bool gi_start_lines(const char *function, gd_tensor *y, gd_tensor *x, gi_axes axes, gi_reduced_line *line);

#endif
