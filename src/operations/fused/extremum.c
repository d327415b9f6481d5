/* extremum.c - max, min, argmax, and the smooth maximum logsumexp. */
#include <math.h>

#include "autograd/start_rule.h"
#include "base/compiler.h"
#include "base/start.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/real.h"
#include "kernels/softmax.h"
#include "kernels/sums.h"
#include "operations/axes.h"
#include "operations/elementwise_parts.h"
#include "operations/sum.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- max and min: equal candidates share the gradient evenly, and so do several NaN ----------------------- */

static void max_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    gd_real best = x[0];
    for (int64_t i = 1; i < n; i++)
        best = real_max(best, x[i * step]);
    *y = best;
}

static void min_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    gd_real best = x[0];
    for (int64_t i = 1; i < n; i++)
        best = real_min(best, x[i * step]);
    *y = best;
}

static void extremum_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_axes *axes = node->attributes;
    gd_tensor *x = node->in[0];
    gd_tensor *hit = gi_same(x, gi_with_axes(node->out, x, *axes));
    gi_axes kept = { axes->mask, true };
    gd_tensor *share = gd_div(gi_with_axes(dy, x, *axes), gi_sum_over(hit, kept));
    dx[0] = gi_masked(share, hit);
}

static const gd_op max_op = {
    .name = "gd_max", .rule = extremum_rule, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx = dy where x = y, shared",
};
static const gd_op min_op = {
    .name = "gd_min", .rule = extremum_rule, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx = dy where x = y, shared",
};

static gd_tensor *extremum(const char *function, const gd_op *op, gi_reduced_line *line, gd_tensor *x, gi_axes axes)
{
    if (x->numel == 0 && gi_reduced_count(x, axes) == 0)
        return gd_fail("%s: x is %s: nothing to choose from", function, gi_text_of(x).s);
    gd_tensor *y = gi_new_reduced(function, x, axes);
    return y && gi_start_lines(function, y, x, axes, line) ? gd_record(op, y, &x, 1, &axes, sizeof axes) : NULL;
}

#define EXTREMUM(name)                                                                                   \
    gd_tensor *gd_##name(gd_tensor *x)                                                                   \
    {                                                                                                    \
        return x && gi_alive("gd_" #name, "x", x)                                                        \
                   ? extremum("gd_" #name, &name##_op, name##_line, x, gi_axes_all(x)) : NULL;           \
    }                                                                                                    \
    gd_tensor *gd_##name##_axis(gd_tensor *x, int axis, bool keep)                                       \
    {                                                                                                    \
        gi_axes axes;                                                                                    \
        return x && gi_axes_one("gd_" #name "_axis", x, axis, keep, &axes)                               \
                   ? extremum("gd_" #name "_axis", &name##_op, name##_line, x, axes) : NULL;             \
    }                                                                                                    \
    gd_tensor *gd_##name##_axes(gd_tensor *x, gd_shape list, bool keep)                                  \
    {                                                                                                    \
        gi_axes axes;                                                                                    \
        return x && gi_axes_of("gd_" #name "_axes", x, list, keep, &axes)                                \
                   ? extremum("gd_" #name "_axes", &name##_op, name##_line, x, axes) : NULL;             \
    }

EXTREMUM(max)
EXTREMUM(min)

/* ---- argmax ---------------------------------------------------------------------------------------------- */

static int64_t place_of_largest(int64_t n, const gd_real *x, int64_t step)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++) {
        gd_real rival = x[i * step], leader = x[best * step];
        if (rival > leader || (isnan(rival) && !isnan(leader)))
            best = i;
    }
    return best;
}

/* An index that gd_real cannot represent exactly becomes negative. */
static void argmax_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    const int64_t place = place_of_largest(n, x, step);
    *y = gi_is_exact(place) ? (gd_real)place : -(gd_real)place;
}

static const gd_op argmax_op = { .name = "gd_argmax", .reads = GD_NOTHING };

typedef struct argmax_attributes {
    gi_axes axes;
    int     axis;                           /* as it was given */
} argmax_attributes;

static bool argmax_compute(gd_tensor *y, gd_tensor *const inputs[], const void *attributes)
{
    const argmax_attributes *a = attributes;
    gd_tensor *x = inputs[0];
    if (!gi_reduce_lines(y, x, a->axes, argmax_line))
        return false;
    for (int64_t i = 0; gi_reduced_count(x, a->axes) > GI_WHOLE_MAX && i < y->numel; i++)
        if (y->data[i] < 0)
            return gd_fail("gd_argmax: x is %s: a largest element along axis %d stands near %.0f, at a place that is "
                           "not exact in " GI_REAL_NAME, gi_text_of(x).s, a->axis, -(double)y->data[i]);
    return true;
}

gd_tensor *gd_argmax(gd_tensor *x, int axis)
{
    gi_axes axes;
    if (!x || !gi_axes_one("gd_argmax", x, axis, false, &axes))
        return NULL;
    if (gi_reduced_count(x, axes) == 0)
        return gd_fail("gd_argmax: x is %s: nothing to choose from", gi_text_of(x).s);
    gd_tensor *y = gi_new_reduced("gd_argmax", x, axes);
    const argmax_attributes a = { axes, axis };
    return y && gi_start_one("gd_argmax", argmax_compute, y, x, &a, sizeof a)
               ? gi_constant(&argmax_op, y, x, NULL) : NULL;
}

/* ---- logsumexp: y = ln sum e^x ------------------------------------------------------------------------------- */

static gd_tensor *softmax_over(gd_tensor *x, gi_axes axes);

/* e^(x - y) divided by its own sum, which takes the rounding of y out of it; with infinities, softmax itself. */
static void logsumexp_slope(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_axes *axes = node->attributes;
    gd_tensor *x = node->in[0];
    dy = gi_with_axes(dy, x, *axes);
    if (gi_all_finite(node->out->numel, node->out->data)) {
        gd_tensor *power = gd_exp(gd_sub(x, gi_with_axes(gd_detach(node->out), x, *axes)));
        dx[0] = gd_mul(power, gd_div(dy, gi_sum_over(power, (gi_axes){ axes->mask, true })));
    } else {
        dx[0] = gd_mul(softmax_over(x, *axes), dy);
    }
}

static void logsumexp_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gi_start_rule(logsumexp_slope, node, dy, dx);
}

/* The reduced axes are moved to the end and merged into one. */
static gd_tensor *softmax_over(gd_tensor *x, gi_axes axes)
{
    gd_shape order = { x->ndim, { 0 } }, back = order;
    int64_t size[2] = { 1, 1 };             /* of the other axes, of these */
    int n = 0;
    for (int these = 0; these < 2; these++)
        for (int i = 0; i < x->ndim; i++)
            if ((int)(axes.mask >> i & 1) == these) {
                back.size[i] = n;
                order.size[n++] = i;
                size[these] *= x->shape[i];
            }
    gd_tensor *turned = gd_permute(x, order);
    gd_tensor *y = gd_softmax(gd_reshape(turned, GD_SHAPE(size[0], size[1])), 1);
    return turned ? gd_permute(gd_reshape(y, gd_shape_of_tensor(turned)), back) : NULL;
}

typedef struct slope_call {
    int64_t        n, step;
    const gd_real *x, *y, *dy;
    gd_real       *dx;
} slope_call;

/* Lines begin .. end - 1: line i belongs to block i / step, of step lines beside each other. */
static void some_slopes(void *context, int64_t begin, int64_t end)
{
    const slope_call *c = context;
    for (int64_t i = begin, next; i < end; i = next) {
        const int64_t block = i / c->step, at = block * c->step * c->n + i % c->step;
        next = c->step == 1 || (block + 1) * c->step > end ? end : (block + 1) * c->step;
        gi_logsumexp_slope_lines(next - i, c->n, c->step, c->x + at, c->y + i, c->dy + i, c->dx + at);
    }
}

static gd_fast logsumexp_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const gi_axes *axes = node->attributes;
    const gd_tensor *x = node->in[0];
    int64_t n, step;
    if (x->numel == 0)
        return GD_DONE;
    if (!x->contiguous || !gi_one_line(x, *axes, &n, &step))
        return GD_DECLINED;
    gd_tensor *copy = dy->contiguous ? NULL : gi_new_like(dy);
    if (!dy->contiguous && !copy)
        return GD_FAILED;
    if (copy)
        gi_copy(copy->data, dy);
    slope_call c = { n, step, x->data, node->out->data, copy ? copy->data : dy->data, dx->data };
    gi_parallel(node->out->numel, gi_part_for(n, GI_PART_ELEMENTS, 1), some_slopes, &c);
    return GD_DONE;
}

static const gd_op logsumexp_op = {
    .name = "gd_logsumexp", .rule = logsumexp_rule, .fast = logsumexp_fast, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx = e^(x - y) / sum e^(x - y) dy",
};

static bool logsumexp_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gi_axes *axes = attributes;
    return gi_reduce_many_lines(y, x[0], *axes, gi_logsumexp_lines);
}

static gd_tensor *logsumexp(const char *function, gd_tensor *x, gi_axes axes)
{
    gd_tensor *y = gi_new_reduced(function, x, axes);
    return y && gi_start_one(function, logsumexp_compute, y, x, &axes, sizeof axes)
               ? gd_record(&logsumexp_op, y, &x, 1, &axes, sizeof axes) : NULL;
}

gd_tensor *gd_logsumexp(gd_tensor *x, int axis, bool keep)
{
    gi_axes axes;
    return x && gi_axes_one("gd_logsumexp", x, axis, keep, &axes) ? logsumexp("gd_logsumexp", x, axes) : NULL;
}

gd_tensor *gd_logsumexp_axes(gd_tensor *x, gd_shape list, bool keep)
{
    gi_axes axes;
    if (!x || !gi_axes_of("gd_logsumexp_axes", x, list, keep, &axes))
        return NULL;
    return logsumexp("gd_logsumexp_axes", x, axes);
}
