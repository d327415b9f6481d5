/* gradcheck.c - gradients against central differences, (f(x + h) - f(x - h)) / 2 h.
 *
 * A function with many outputs is weighted with fixed random numbers v and summed, so that every output
 * element counts.  Every element of every input is compared with its sign; then one random direction, which
 * also sees errors too small in each element.
 *
 * No step h suits every function: x^2 at 1e6 needs one that grows with x, sin x at 1000 one that does not, and ln x
 * at 1e-3 one below x.  So three steps are tried, and a gradient passes when it agrees with one of the quotients.
 * Where outputs are so large that their rounding exceeds the tolerance, it may be off by that rounding.  One so small
 * that the absolute tolerance would let everything pass is held against quotients that agree among themselves. */
#include <inttypes.h>
#include <math.h>

#include "gradcheck.h"
#include "autograd/grad.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "difference.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

#ifdef GD_DOUBLE
static const double default_eps = 1e-6, default_rtol = 1e-5, default_atol = 1e-7;
#else
static const double default_eps = 1e-2, default_rtol = 3e-2, default_atol = 3e-2;
#endif

/* ---- Every element ------------------------------------------------------------------------------------------ */

static bool agree(const gi_check *c, double analytic, double numeric, double slack)
{
    return fabs(analytic - numeric) <= c->atol + c->rtol * fabs(numeric) + slack;
}

/* 1: three steps of the size of x, none a simple multiple of another, give the same quotient, *q, to a percent: it is
 * not rounding error, however small it is.  0: they do not.  -1: the function failed. */
static int certain(const gi_check *c, gd_real *at, gi_quotient *q)
{
    const double parts[] = { 1, 0.73, 0.55 }, size = *at == 0 ? 1 : fabs((double)*at), percent = 0.01;
    gi_all_may_change(c);
    for (int i = 0; i < 3; i++) {
        gi_quotient next;
        if ((i == 1 && !gi_move_far(c, at)) || !gi_move_one(c, at, c->eps * size * parts[i], &next))
            return -1;
        if (i == 0)
            *q = next;
        const double noise = i == 0 ? next.noise : next.noise + next.hidden;
        if (!(q->slope != 0 && fabs(next.slope - q->slope) <= percent * fabs(q->slope)
              && noise <= percent * fabs(q->slope)))
            return 0;
    }
    return 1;
}

/* The largest relative difference of a gradient from a quotient that is certain to a percent. */
static const double nearly = 0.08;

/* The quotient of this step is the gradient's, up to `nearly`, and rounding has not moved x by more than a percent. */
static bool nearly_agrees(const gi_check *c, int step, double x, double analytic, double numeric)
{
    return fabs(analytic - numeric) <= nearly * fabs(numeric)
           && (x == 0 || GI_ULP * c->eps * gi_step_size(step, x) <= 0.01 * fabs(x));
}

/* The rounding error of a gradient in which numbers of the size of the outputs, or of 1, have cancelled. */
static double rounding(const gi_check *c, double x)
{
    double most = 1;
    for (int64_t i = 0; i < c->weights->numel; i++)
        most = fmax(most, fabs((double)c->first[i]));
    return 4096 * GI_ULP * most * (x == 0 ? 1 : fmin(1, fabs(x)));
}

/* 1: the gradient by *at is right, 0: it is not, and *q is what it should be; -1: the function failed. */
static int element_agrees(const gi_check *c, gd_real *at, double analytic, gi_quotient *q)
{
    const double x = (double)*at;
    bool small = false;
    for (int step = 0; step < GI_STEPS; step++) {
        if (step > 0 && gi_step_size(step, x) == gi_step_size(step - 1, x))
            continue;
        if (!gi_move_one(c, at, c->eps * gi_step_size(step, x), q))
            return -1;
        if (!agree(c, analytic, q->slope, 0) || q->noise > c->atol + fabs(analytic))
            continue;
        if (!c->strict || nearly_agrees(c, step, x, analytic, q->slope))
            return 1;
        small = true;
    }
    if (small) {
        const int sure = certain(c, at, q);
        return sure == 1 ? fabs(analytic - q->slope) <= nearly * fabs(q->slope) + rounding(c, x) : sure < 0 ? -1 : 1;
    }
    gi_all_may_change(c);
    if (!gi_move_one(c, at, c->eps * gi_step_size(0, x), q))
        return -1;
    if (agree(c, analytic, q->slope, q->noise) || !agree(c, analytic, q->slope, q->noise + q->hidden))
        return agree(c, analytic, q->slope, q->noise);
    if (!gi_move_far(c, at) || !gi_move_one(c, at, c->eps * gi_step_size(0, x), q))
        return -1;
    return agree(c, analytic, q->slope, q->noise + q->hidden);
}

static bool every_element(const gi_check *c, gd_tensor *const dxs[])
{
    double worst = -1, worst_analytic = 0, worst_numeric = 0;
    int worst_input = -1;
    int64_t worst_element = 0;
    for (int i = 0; i < c->n; i++) {
        for (int64_t k = 0; k < c->xs[i]->numel; k++) {
            gi_quotient q = { 0, 0, 0 };
            const double analytic = (double)dxs[i]->data[k];
            const int agrees = element_agrees(c, c->xs[i]->data + k, analytic, &q);
            if (agrees < 0)
                return false;
            double off = fabs(analytic - q.slope);
            if (!agrees && !(off <= worst)) {
                worst = off;
                worst_input = i;
                worst_element = k;
                worst_analytic = analytic;
                worst_numeric = q.slope;
            }
        }
    }
    if (worst_input < 0)
        return true;
    return gi_stays_the_same(c)
           && gd_fail("%s: xs[%d], %s, element %" PRId64 ": the gradient is %.9g and the difference quotient %.9g",
                      c->name, worst_input, gi_text_of(c->xs[worst_input]).s, worst_element, worst_analytic,
                      worst_numeric);
}

/* ---- One direction ------------------------------------------------------------------------------------------ */

typedef struct direction {
    gd_tensor **along, **origins;
} direction;

static void move(const gi_check *c, const direction *d, int step, double by)
{
    for (int i = 0; i < c->n; i++)
        for (int64_t k = 0; k < c->xs[i]->numel; k++) {
            const double x = (double)d->origins[i]->data[k];
            c->xs[i]->data[k] = by == 0 ? d->origins[i]->data[k]
                                        : (gd_real)(x + by * gi_step_size(step, x) * (double)d->along[i]->data[k]);
        }
}

static bool start(const gi_check *c, const direction *d)
{
    for (int i = 0; i < c->n; i++) {
        d->along[i] = gi_random_weights(c->xs[i], 17 + (uint64_t)i);
        d->origins[i] = gi_new_like(c->xs[i]);
        if (!d->along[i] || !d->origins[i])
            return false;
        gi_copy(d->origins[i]->data, c->xs[i]);
    }
    return true;
}

static bool one_direction(const gi_check *c, gd_tensor *const dxs[], const direction *d)
{
    double first_analytic = 0, first_numeric = 0;
    if (!start(c, d))
        return false;
    gi_all_may_change(c);
    for (int step = 0; step < GI_STEPS; step++) {
        double analytic = 0, size = 0;
        for (int i = 0; i < c->n; i++)
            for (int64_t k = 0; k < dxs[i]->numel; k++) {
                const double x = (double)d->origins[i]->data[k];
                const double to = c->eps * gi_step_size(step, x) * (double)d->along[i]->data[k];
                const double apart = (double)(gd_real)(x + to) - (double)(gd_real)(x - to);     /* as rounded */
                const double by = (double)dxs[i]->data[k] * apart / (2 * c->eps);
                analytic += by;
                size += fabs(by);
            }
        move(c, d, step, c->eps);
        bool good = gi_evaluate(c, c->up);
        move(c, d, step, -c->eps);
        good = good && gi_evaluate(c, c->down);
        move(c, d, step, 0);
        if (!good)
            return false;
        const gi_measured found = gi_compared(c);
        const double numeric = found.by / (2 * c->eps), slack = c->rtol * fmax(size, fabs(numeric));
        const double noise = step == 0 ? (found.noise + found.hidden) / (2 * c->eps) : 0;
        if (fabs(analytic - numeric) <= c->atol + slack + noise)
            return true;
        if (step == 0) {
            first_analytic = analytic;
            first_numeric = numeric;
        }
    }
    return gi_stays_the_same(c)
           && gd_fail("%s: along a random direction the gradient is %.9g and the difference quotient %.9g", c->name,
                      first_analytic, first_numeric);
}

/* ---- The check ---------------------------------------------------------------------------------------------- */

bool gi_can_check(const char *name, gd_function *function, gd_tensor *const xs[], int n)
{
    if (!function)
        return gd_fail("%s: function is NULL", name);
    if (n < 1)
        return gd_fail("%s: n = %d tensors; at least one is needed", name, n);
    if (!gi_not_null(name, "xs", xs))
        return false;
    for (int i = 0; i < n; i++) {
        if (!gi_given(name, "one of the xs", xs[i]) || !gi_all_alive(name, "xs", xs, i + 1))
            return false;
        if (!xs[i]->requires_grad || xs[i]->node || !xs[i]->contiguous)
            return gd_fail("%s: xs[%d], %s, must be a contiguous leaf that requires a gradient", name, i,
                           gi_text_of(xs[i]).s);
    }
    return true;
}

static bool options_good(const char *name, gd_gradcheck_options o)
{
    return (o.eps >= 0 && o.rtol >= 0 && o.atol >= 0 && isfinite(o.eps))
           || gd_fail("%s: eps = %g, rtol = %g, atol = %g: none may be negative, and eps must be finite", name, o.eps,
                      o.rtol, o.atol);
}

bool gi_compare_gradients(const char *name, gd_function *function, void *context, gd_tensor *const xs[], int n,
                          gd_gradcheck_options o)
{
    if (!gi_can_check(name, function, xs, n) || !options_good(name, o) || !gd_scope_begin())
        return false;
    gi_check c = { .function = function, .context = context, .xs = xs, .n = n, .name = name,
                .eps = o.eps > 0 ? o.eps : default_eps, .rtol = o.rtol > 0 ? o.rtol : default_rtol,
                .atol = o.atol > 0 ? o.atol : default_atol, .strict = o.atol == 0 };
    size_t list = (size_t)n * sizeof(gd_tensor *);
    gd_tensor **dxs = gi_arena_take(gi_thread.scope, list);
    const direction d = { gi_arena_take(gi_thread.scope, list), gi_arena_take(gi_thread.scope, list) };
    gd_tensor *y = dxs && d.along && d.origins ? gi_call_function(&c) : NULL;
    c.weights = y ? gi_random_weights(y, 5) : NULL;
    if (c.weights) {
        size_t bytes = (size_t)y->numel * sizeof(gd_real);
        c.first = gi_arena_take(gi_thread.scope, bytes);
        c.up = gi_arena_take(gi_thread.scope, bytes);
        c.down = gi_arena_take(gi_thread.scope, bytes);
        c.far = gi_arena_take(gi_thread.scope, bytes);
    }
    if (c.far)
        gi_all_may_change(&c);
    bool good = c.first && c.up && c.down && c.far && gi_evaluate(&c, c.first) && gi_stays_the_same(&c)
                && gi_grad_or_zero(name, y, c.weights, xs, n, dxs, false) && every_element(&c, dxs)
                && one_direction(&c, dxs, &d);
    gd_scope_end();
    return good;
}

bool gd_gradcheck(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_gradcheck_options options)
{
    return gi_compare_gradients(GI_GUEST("gd_gradcheck", "the function"), function, context, xs, n, options);
}
