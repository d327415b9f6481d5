/* logical.c - reductions whose results are constants for differentiation: any, all, counting, the smallest's index. */
#include <inttypes.h>
#include <math.h>

#include "autograd/record.h"
#include "axes.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "gradus/picking.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/shape.h"

/* ---- any, all, count_nonzero ------------------------------------------------------------------------------------- */

static int64_t nonzeros(int64_t n, const gd_real *x, int64_t step)
{
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++)
        count += x[i * step] != 0;
    return count;
}

static void any_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    *y = 0;
    for (int64_t i = 0; i < n && *y == 0; i++)
        *y = x[i * step] != 0;
}

static void all_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    *y = 1;
    for (int64_t i = 0; i < n && *y == 1; i++)
        *y = x[i * step] != 0;
}

/* A count that is not exact becomes negative. */
static void count_nonzero_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    const int64_t count = nonzeros(n, x, step);
    *y = gi_is_exact(count) ? (gd_real)count : -(gd_real)count;
}

typedef struct count_attributes {
    const char *function;
    gi_axes     axes;
    gi_reduced_line    *line;
} count_attributes;

static bool count_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const count_attributes *c = attributes;
    if (!gi_reduce_lines(y, x[0], c->axes, c->line))
        return false;
    for (int64_t i = 0; i < y->numel; i++)
        if (y->data[i] < 0)
            return gd_fail("%s: about %.0f elements are not 0, a number that is not exact in " GI_REAL_NAME,
                           c->function, -(double)y->data[i]);
    return true;
}

static gd_tensor *reduced(const char *function, const gd_op *op, gi_reduced_line *line, gd_tensor *x, gi_axes axes)
{
    gd_tensor *y = gi_new_reduced(function, x, axes);
    const count_attributes c = { function, axes, line };
    return y && gi_start_one(function, count_compute, y, x, &c, sizeof c) ? gi_constant(op, y, x, NULL) : NULL;
}

#define COUNTING(what)                                                                                   \
    static const gd_op what##_op = { .name = "gd_" #what, .reads = GD_NOTHING };                         \
    gd_tensor *gd_##what(gd_tensor *x)                                                                   \
    {                                                                                                    \
        return x && gi_alive("gd_" #what, "x", x)                                                        \
                   ? reduced("gd_" #what, &what##_op, what##_line, x, gi_axes_all(x)) : NULL;            \
    }                                                                                                    \
    static const gd_op what##_axis_op = { .name = "gd_" #what "_axis", .reads = GD_NOTHING };            \
    gd_tensor *gd_##what##_axis(gd_tensor *x, int axis, bool keep)                                       \
    {                                                                                                    \
        gi_axes axes;                                                                                    \
        return x && gi_axes_one("gd_" #what "_axis", x, axis, keep, &axes)                               \
                   ? reduced("gd_" #what "_axis", &what##_axis_op, what##_line, x, axes) : NULL;         \
    }

COUNTING(any)
COUNTING(all)
COUNTING(count_nonzero)

/* ---- argmin ------------------------------------------------------------------------------------------------------ */

static void argmin_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++) {
        const gd_real rival = x[i * step], leader = x[best * step];
        if (rival < leader || (isnan(rival) && !isnan(leader)))
            best = i;
    }
    *y = (gd_real)best;
}

static const gd_op argmin_op = { .name = "gd_argmin", .reads = GD_NOTHING };

gd_tensor *gd_argmin(gd_tensor *x, int axis)
{
    gi_axes axes;
    if (!x || !gi_axes_one("gd_argmin", x, axis, false, &axes))
        return NULL;
    const int64_t n = gi_reduced_count(x, axes);
    if (n == 0)
        return gd_fail("gd_argmin: x is %s: nothing to choose from", gi_text_of(x).s);
    gd_tensor *y = gi_countable("gd_argmin", "the index", n) ? gi_new_reduced("gd_argmin", x, axes) : NULL;
    return y && gi_start_lines("gd_argmin", y, x, axes, argmin_line) ? gi_constant(&argmin_op, y, x, NULL) : NULL;
}
