/* limit_table.h - functions of one number at the ends of gd_real's range: value, slope and curvature, each compared
 * with the mathematical limit.
 *
 *     try_limits("name", function of x, E(values), E(slopes), E(curvatures))
 *
 * The numbers stand at -inf, -MAX, -BIG, -TINY, -0, 0, TINY, BIG, MAX, inf and NaN.  ANY: nothing is expected there,
 * outside the domain or where there is no such derivative.  Each function is tried on a vector that is long enough for
 * the vectors of a kernel and leaves a remainder, on one whose elements lie apart, and on each number alone. */
#ifndef TEST_LIMIT_TABLE_H
#define TEST_LIMIT_TABLE_H

#include <float.h>

#include "support/support.h"

#ifdef GD_DOUBLE
#define MAX  DBL_MAX
#define TINY 0x1p-1074
#define BIG  1e200
#define EPS  DBL_EPSILON
#else
#define MAX  ((double)FLT_MAX)
#define TINY 0x1p-149
#define BIG  1e25
#define EPS  ((double)FLT_EPSILON)
#endif
#define INF  ((double)INFINITY)
#define NONE ((double)NAN)
#define ANY  0x1.2345p-6

enum { LIMIT_POINTS = 11, LIMIT_LENGTH = 7 * LIMIT_POINTS };
static const double limit_points[LIMIT_POINTS] = { -INF, -MAX, -BIG, -TINY, -0.0, 0, TINY, BIG, MAX, INF, NONE };

#define E(...) ((const double[LIMIT_POINTS]){ __VA_ARGS__ })
#define ALL(y) E(y, y, y, y, y, y, y, y, y, y, y)

typedef gd_tensor *limit_function(gd_tensor *x);

/* Up to a few units in the last place, and of the smallest number; a 0 of either sign. */
static bool limit_reached(double got, double expected)
{
    const double rounded = (double)(gd_real)expected;       /* values beyond MAX are infinite */
    if (expected == ANY)
        return true;
    if (isnan(expected) || isinf(rounded) || isnan(got))
        return isnan(expected) ? isnan(got) : got == rounded;
    return fabs(got - expected) <= 8 * EPS * fabs(expected) + 4 * TINY;
}

/* x + 0, a node that everything depends on, so that gd_grad has something to differentiate. */
static gd_tensor *with_nothing_of(gd_tensor *y, gd_tensor *x)
{
    return gd_add(y, gd_sum(gd_where(gd_scalar(0), x, gd_scalar(0))));
}

static gd_tensor *limit_slope(gd_tensor *y, gd_tensor *x)
{
    gd_tensor *dx = NULL;
    y = with_nothing_of(gd_sum(y), x);
    ck_good(gd_grad(y, NULL, &x, 1, &dx, true));
    return dx;
}

static void compare_limits(const char *call, const char *what, const gd_tensor *got, const double *expected, int first)
{
    for (int64_t i = 0; i < gd_numel(got); i++) {
        const int at = (int)(i + first) % LIMIT_POINTS;
        ck_assert_msg(limit_reached(element(got, i), expected[at]),
                      "%s: %s at %g is %.17g, expected %.17g (element %d of %d)", call, what, limit_points[at],
                      element(got, i), expected[at], (int)i, (int)gd_numel(got));
    }
}

static void try_limits(const char *call, limit_function *f, const double *y, const double *dy, const double *d2)
{
    for (int layout = 0; layout < 2 + LIMIT_POINTS; layout++) {
        GD_SCOPE;
        const int step = layout == 1 ? 3 : 1, n = layout < 2 ? LIMIT_LENGTH : 1, first = layout < 2 ? 0 : layout - 2;
        gd_tensor *stored = gd_zeros(GD_SHAPE(n, step));
        for (int i = 0; i < n; i++)
            stored->data[i * step] = (gd_real)limit_points[(i + first) % LIMIT_POINTS];
        gd_requires_grad(stored);
        gd_tensor *x = gd_squeeze(gd_slice(stored, 1, 0, 1, 1), 1), *value = f(x);
        ck_assert_msg(value != NULL, "%s: %s", call, gd_last_error());
        gd_tensor *slope = limit_slope(value, x);
        compare_limits(call, "the value", value, y, first);
        compare_limits(call, "the slope", slope, dy, first);
        compare_limits(call, "the curvature", limit_slope(slope, x), d2, first);
    }
}

/* x and other side by side: [n, 2]. */
static inline gd_tensor *beside(gd_tensor *x, gd_tensor *other)
{
    return gd_stack((gd_tensor *const[]){ x, other }, 2, 1);
}

static inline gd_tensor *like(gd_tensor *x, double value)
{
    return gd_full(gd_shape_of_tensor(x), value);
}

static inline gd_tensor *column(gd_tensor *x, int at)
{
    return gd_squeeze(gd_slice(x, 1, at, at + 1, 1), 1);
}

#endif
