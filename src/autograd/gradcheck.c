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
#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "gradcheck.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

typedef struct check {
    gd_function *function;
    void        *context;
    gd_tensor *const *xs;
    int          n;
    gd_tensor   *weights;                   /* v, of the output's shape */
    gd_real     *first, *up, *down, *far;   /* outputs: for xs as they are, on both sides, and far away */
    double       eps, rtol, atol;
    bool         strict;                    /* atol is the default, and counts only where the quotient is uncertain */
    const char  *name;
} check;

#ifdef GD_DOUBLE
static const double default_eps = 1e-6, default_rtol = 1e-5, default_atol = 1e-7, ulp = DBL_EPSILON;
#else
static const double default_eps = 1e-2, default_rtol = 3e-2, default_atol = 3e-2, ulp = (double)FLT_EPSILON;
#endif

gd_tensor *gi_random_weights(const gd_tensor *t, uint64_t seed)
{
    uint64_t state[4];
    gi_random_seed(state, seed);
    gd_tensor *r = gi_new_like(t);
    for (int64_t i = 0; r && i < r->numel; i++)
        r->data[i] = (gd_real)((gi_random_unit(state) < 0.5 ? -1 : 1) * (0.5 + gi_random_unit(state)));
    return r;
}

gd_tensor *gi_run_checked(const char *guest, gd_function *function, gd_tensor *const xs[], int n, void *context)
{
    gi_guest before = gi_guest_enter(guest);
    gd_tensor *y = function(xs, n, context);
    bool good = gi_guest_leave(&before, y) && gi_alive(guest, "the result of the function", y)
                && gi_all_alive(guest, "xs", xs, n);        /* a model that they belong to may have been freed */
    return good ? y : NULL;
}

static gd_tensor *call(const check *c)
{
    const unsigned long failures = gi_failures();
    gd_tensor *y = gi_run_checked(c->name, c->function, c->xs, c->n, c->context);
    if (!y && gi_failures() == failures)
        gd_fail("%s: function returned NULL", c->name);
    return y;
}

/* ---- Outputs ------------------------------------------------------------------------------------------------ */

static bool evaluate(const check *c, gd_real *outputs)
{
    bool good = gd_scope_begin();
    gd_no_grad_begin();
    gd_tensor *y = good ? call(c) : NULL;
    if (y && !gi_same_shape(y, c->weights)) {
        gd_fail("%s: function returned %s and then %s", c->name, gi_text_of(c->weights).s, gi_text_of(y).s);
        y = NULL;
    }
    if (y)
        gi_copy(outputs, y);
    gd_no_grad_end();
    if (good)
        gd_scope_end();
    return y != NULL;
}

/* Is the function deterministic: the same outputs for the same xs, three times?  False also when it fails. */
static bool stays_the_same(const check *c)
{
    for (int times = 0; times < 3; times++) {
        if (!evaluate(c, c->down))
            return false;
        for (int64_t i = 0; i < c->weights->numel; i++)
            if (c->down[i] != c->first[i] && !(isnan(c->down[i]) && isnan(c->first[i])))
                return gd_fail("%s: function changes between calls: for the same xs element %" PRId64 " of its result "
                               "is %.9g and then %.9g; where it draws random numbers, as gd_dropout does, let it call "
                               "gd_seed first", c->name, i, (double)c->first[i], (double)c->down[i]);
    }
    return true;
}

/* v . (up - down), and bounds of its rounding error: noise from outputs that differ, hidden from those that do not. */
typedef struct change {
    double by, noise, hidden;
} change;

static change compared(const check *c)
{
    change d = { 0, 0, 0 };
    for (int64_t i = 0; i < c->weights->numel; i++) {
        const double v = (double)c->weights->data[i], up = (double)c->up[i], down = (double)c->down[i];
        const double noise = 4 * ulp * fabs(v) * fmax(fabs(up), fabs(down));
        if (up == down && isfinite(up)) {
            d.hidden += c->far[i] == c->first[i] ? 0 : noise;
            continue;
        }
        d.by += v * (up - down);
        d.noise += noise;
    }
    return d;
}

/* Assumes that every output depends on the element; move_far finds out which ones do. */
static void all_may_change(const check *c)
{
    for (int64_t i = 0; i < c->weights->numel; i++)
        c->far[i] = (gd_real)NAN;
}

/* ---- Every element ------------------------------------------------------------------------------------------ */

/* How far an x is moved, in units of eps. */
enum { WITH_LARGE_X, ABSOLUTE, WITH_SMALL_X, STEPS };

static double reach(int step, double x)
{
    const double size = fabs(x);
    if (step == WITH_LARGE_X)
        return fmax(1, size);
    return step == WITH_SMALL_X && size > 0 ? fmin(1, size) : 1;
}

typedef struct quotient {
    double slope, noise, hidden;
} quotient;

static bool move_one(const check *c, gd_real *at, double by, quotient *q)
{
    const gd_real middle = *at, step = (gd_real)by, high = middle + step, low = middle - step;
    *at = high;
    bool good = evaluate(c, c->up);
    *at = low;
    good = good && evaluate(c, c->down);
    *at = middle;
    if (!good)
        return false;
    const double apart = (double)high - (double)low;        /* what the rounded arguments really are */
    const change d = compared(c);
    *q = (quotient){ d.by / apart, d.noise / apart, d.hidden / apart };
    return true;
}

/* Finds out, by a step as large as the largest x, which outputs depend on *at: a small step may be lost in rounding. */
static bool move_far(const check *c, gd_real *at)
{
    const gd_real middle = *at;
    double by = 1;
    for (int i = 0; i < c->n; i++)
        for (int64_t k = 0; k < c->xs[i]->numel; k++)
            by = fmax(by, fabs((double)c->xs[i]->data[k]));
    *at = middle + (gd_real)by;
    bool good = evaluate(c, c->far);
    *at = middle - (gd_real)by;
    good = good && evaluate(c, c->down);
    *at = middle;
    for (int64_t i = 0; i < c->weights->numel && good; i++)
        if (c->far[i] == c->first[i])
            c->far[i] = c->down[i];
    return good;
}

static bool agree(const check *c, double analytic, double numeric, double slack)
{
    return fabs(analytic - numeric) <= c->atol + c->rtol * fabs(numeric) + slack;
}

/* 1: three steps of the size of x, none a simple multiple of another, give the same quotient, *q, to a percent: it is
 * not rounding error, however small it is.  0: they do not.  -1: the function failed. */
static int certain(const check *c, gd_real *at, quotient *q)
{
    const double parts[] = { 1, 0.73, 0.55 }, size = *at == 0 ? 1 : fabs((double)*at), percent = 0.01;
    all_may_change(c);
    for (int i = 0; i < 3; i++) {
        quotient next;
        if ((i == 1 && !move_far(c, at)) || !move_one(c, at, c->eps * size * parts[i], &next))
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
static bool nearly_agrees(const check *c, int step, double x, double analytic, double numeric)
{
    return fabs(analytic - numeric) <= nearly * fabs(numeric)
           && (x == 0 || ulp * c->eps * reach(step, x) <= 0.01 * fabs(x));
}

/* The rounding error of a gradient in which numbers of the size of the outputs, or of 1, have cancelled. */
static double rounding(const check *c, double x)
{
    double most = 1;
    for (int64_t i = 0; i < c->weights->numel; i++)
        most = fmax(most, fabs((double)c->first[i]));
    return 4096 * ulp * most * (x == 0 ? 1 : fmin(1, fabs(x)));
}

/* 1: the gradient by *at is right, 0: it is not, and *q is what it should be; -1: the function failed. */
static int element_agrees(const check *c, gd_real *at, double analytic, quotient *q)
{
    const double x = (double)*at;
    bool small = false;
    for (int step = 0; step < STEPS; step++) {
        if (step > 0 && reach(step, x) == reach(step - 1, x))
            continue;
        if (!move_one(c, at, c->eps * reach(step, x), q))
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
    all_may_change(c);
    if (!move_one(c, at, c->eps * reach(0, x), q))
        return -1;
    if (agree(c, analytic, q->slope, q->noise) || !agree(c, analytic, q->slope, q->noise + q->hidden))
        return agree(c, analytic, q->slope, q->noise);
    if (!move_far(c, at) || !move_one(c, at, c->eps * reach(0, x), q))
        return -1;
    return agree(c, analytic, q->slope, q->noise + q->hidden);
}

static bool every_element(const check *c, gd_tensor *const dxs[])
{
    double worst = -1, worst_analytic = 0, worst_numeric = 0;
    int worst_input = -1;
    int64_t worst_element = 0;
    for (int i = 0; i < c->n; i++) {
        for (int64_t k = 0; k < c->xs[i]->numel; k++) {
            quotient q = { 0, 0, 0 };
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
    return stays_the_same(c)
           && gd_fail("%s: xs[%d], %s, element %" PRId64 ": the gradient is %.9g and the difference quotient %.9g",
                      c->name, worst_input, gi_text_of(c->xs[worst_input]).s, worst_element, worst_analytic,
                      worst_numeric);
}

/* ---- One direction ------------------------------------------------------------------------------------------ */

typedef struct direction {
    gd_tensor **along, **origins;
} direction;

static void move(const check *c, const direction *d, int step, double by)
{
    for (int i = 0; i < c->n; i++)
        for (int64_t k = 0; k < c->xs[i]->numel; k++) {
            const double x = (double)d->origins[i]->data[k];
            c->xs[i]->data[k] = by == 0 ? d->origins[i]->data[k]
                                        : (gd_real)(x + by * reach(step, x) * (double)d->along[i]->data[k]);
        }
}

static bool start(const check *c, const direction *d)
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

static bool one_direction(const check *c, gd_tensor *const dxs[], const direction *d)
{
    double first_analytic = 0, first_numeric = 0;
    if (!start(c, d))
        return false;
    all_may_change(c);
    for (int step = 0; step < STEPS; step++) {
        double analytic = 0, size = 0;
        for (int i = 0; i < c->n; i++)
            for (int64_t k = 0; k < dxs[i]->numel; k++) {
                const double x = (double)d->origins[i]->data[k];
                const double to = c->eps * reach(step, x) * (double)d->along[i]->data[k];
                const double apart = (double)(gd_real)(x + to) - (double)(gd_real)(x - to);     /* as rounded */
                const double by = (double)dxs[i]->data[k] * apart / (2 * c->eps);
                analytic += by;
                size += fabs(by);
            }
        move(c, d, step, c->eps);
        bool good = evaluate(c, c->up);
        move(c, d, step, -c->eps);
        good = good && evaluate(c, c->down);
        move(c, d, step, 0);
        if (!good)
            return false;
        const change found = compared(c);
        const double numeric = found.by / (2 * c->eps), slack = c->rtol * fmax(size, fabs(numeric));
        const double noise = step == 0 ? (found.noise + found.hidden) / (2 * c->eps) : 0;
        if (fabs(analytic - numeric) <= c->atol + slack + noise)
            return true;
        if (step == 0) {
            first_analytic = analytic;
            first_numeric = numeric;
        }
    }
    return stays_the_same(c)
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
    check c = { .function = function, .context = context, .xs = xs, .n = n, .name = name,
                .eps = o.eps > 0 ? o.eps : default_eps, .rtol = o.rtol > 0 ? o.rtol : default_rtol,
                .atol = o.atol > 0 ? o.atol : default_atol, .strict = o.atol == 0 };
    size_t list = (size_t)n * sizeof(gd_tensor *);
    gd_tensor **dxs = gi_arena_take(gi_thread.scope, list);
    const direction d = { gi_arena_take(gi_thread.scope, list), gi_arena_take(gi_thread.scope, list) };
    gd_tensor *y = dxs && d.along && d.origins ? call(&c) : NULL;
    c.weights = y ? gi_random_weights(y, 5) : NULL;
    if (c.weights) {
        size_t bytes = (size_t)y->numel * sizeof(gd_real);
        c.first = gi_arena_take(gi_thread.scope, bytes);
        c.up = gi_arena_take(gi_thread.scope, bytes);
        c.down = gi_arena_take(gi_thread.scope, bytes);
        c.far = gi_arena_take(gi_thread.scope, bytes);
    }
    if (c.far)
        all_may_change(&c);
    bool good = c.first && c.up && c.down && c.far && evaluate(&c, c.first) && stays_the_same(&c)
                && gi_grad_or_zero(name, y, c.weights, xs, n, dxs, false) && every_element(&c, dxs)
                && one_direction(&c, dxs, &d);
    gd_scope_end();
    return good;
}

bool gd_gradcheck(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_gradcheck_options options)
{
    return gi_compare_gradients(GI_GUEST("gd_gradcheck", "the function"), function, context, xs, n, options);
}
