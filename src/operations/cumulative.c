/* cumulative.c - the largest and smallest element so far along an axis, and the logarithm of the sum of exponentials so
 * far.  Running sums and products are in scan.c. */
#include <math.h>

#include "autograd/record.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "gradus/picking.h"
#include "kernels/terms.h"
#include "lines.h"
#include "scan.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- cummax and cummin -------------------------------------------------------------------------------------- */

/* Does x take the place of best?  Equal ones do, and so does NaN, which nothing else follows. */
static bool takes_over(gd_real x, gd_real best, bool largest)
{
    return isnan(x) || (!isnan(best) && (largest ? x >= best : x <= best));
}

typedef struct extreme_attributes {
    int  axis;
    bool largest;
} extreme_attributes;

static bool extreme_compute(gd_tensor *indices, gd_tensor *const x[], const void *attributes)
{
    const extreme_attributes *a = attributes;
    const gi_lines l = gi_lines_along(x[0], a->axis);
    const gd_real *from = gi_contiguous_numbers(x[0]);
    for (int64_t i = 0; from && l.n > 0 && i < l.count; i++) {
        const int64_t start = gi_line_start(&l, i);
        int64_t best = 0;
        for (int64_t k = 0; k < l.n; k++) {
            if (takes_over(from[start + k * l.after], from[start + best * l.after], a->largest))
                best = k;
            indices->data[start + k * l.after] = (gd_real)best;
        }
    }
    return from != NULL;
}

static gd_picked extreme_so_far(const char *function, const gd_op *op, gd_tensor *x, int axis, bool largest)
{
    const gd_picked nothing = { NULL, NULL };
    const int at = x && gi_alive(function, "x", x) ? gi_valid_axis(function, axis, x->ndim) : -1;
    if (at < 0 || !gi_countable(function, "the indices", x->shape[at]))
        return nothing;
    gd_tensor *indices = gi_new_like(x);
    const extreme_attributes a = { at, largest };
    if (!indices || !gi_start_one(function, extreme_compute, indices, x, &a, sizeof a))
        return nothing;
    gd_tensor *values = gd_gather(x, at, indices);
    if (!values || !gi_constant(op, indices, x, NULL))
        return nothing;
    return (gd_picked){ values, indices };
}

static const gd_op cummax_op = { .name = "gd_cummax", .reads = GD_NOTHING };
static const gd_op cummin_op = { .name = "gd_cummin", .reads = GD_NOTHING };

gd_picked gd_cummax(gd_tensor *x, int axis)
{
    return extreme_so_far("gd_cummax", &cummax_op, x, axis, true);
}

gd_picked gd_cummin(gd_tensor *x, int axis)
{
    return extreme_so_far("gd_cummin", &cummin_op, x, axis, false);
}

/* ---- logcumsumexp: y_j = ln sum over i <= j of e^x_i -------------------------------------------------------- */

/* e^(a - b) for a <= b; 1 where both are the same infinity. */
static gd_tensor *ratio(gd_tensor *a, gd_tensor *b)
{
    return gd_exp(gd_where(gd_eq(a, b), gd_scalar(0), gd_sub(a, b)));
}

/* dx_i = e^(x_i - y_i) q_i,  where q_i = sum over j >= i of dy_j e^(y_i - y_j) = dy_i + e^(y_i - y_(i+1)) q_(i+1) */
static void logcumsumexp_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int axis = *(const int *)node->attributes;
    gd_tensor *x = node->in[0], *y = node->out;
    const int64_t n = x->shape[axis];
    if (x->numel == 0) {
        dx[0] = gd_zeros_like(x);
        return;
    }
    gd_tensor *next[] = { gd_slice(y, axis, 1, n, 1), gd_slice(y, axis, n - 1, n, 1) };
    gd_tensor *q = gi_running_line(dy, ratio(y, gd_concat(next, 2, axis)), axis, true);
    dx[0] = gd_mul(ratio(x, y), q);
}

static const gd_op logcumsumexp_op = {
    .name = "gd_logcumsumexp", .rule = logcumsumexp_rule, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx_i = e^(x_i - y_i) q_i, q_i = dy_i + e^(y_i - y_(i+1)) q_(i+1)",
};

/* The sum is kept as sum + rest (terms.h), in units of e^most. */
static void logcumsumexp_line(int64_t n, int64_t step, const gd_real *x, gd_real *y)
{
    gd_real most = -INFINITY, sum = 0, rest = 0;
    for (int64_t i = 0; i < n * step; i += step) {
        const gd_real v = x[i];
        gd_real term = 1;
        if (v > most) {
            const gd_real shrink = real_exp(most - v);
            sum *= shrink;
            rest *= shrink;
            most = v;
        } else if (v != most) {
            term = real_exp(v - most);
        }
        real_add_term(&sum, &rest, term);
        y[i] = most + real_log(real_whole(sum, rest));
    }
}

static bool logcumsumexp_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gi_lines l = gi_lines_along(x[0], *(const int *)attributes);
    const gd_real *from = gi_contiguous_numbers(x[0]);
    for (int64_t i = 0; from && i < l.count; i++)
        logcumsumexp_line(l.n, l.after, from + gi_line_start(&l, i), y->data + gi_line_start(&l, i));
    return from != NULL;
}

gd_tensor *gd_logcumsumexp(gd_tensor *x, int axis)
{
    const int at = x && gi_alive("gd_logcumsumexp", "x", x) ? gi_valid_axis("gd_logcumsumexp", axis, x->ndim) : -1;
    gd_tensor *y = at < 0 ? NULL : gi_new_like(x);
    return y && gi_start_one("gd_logcumsumexp", logcumsumexp_compute, y, x, &at, sizeof at)
               ? gd_record(&logcumsumexp_op, y, &x, 1, &at, sizeof at) : NULL;
}
