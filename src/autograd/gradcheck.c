/* gradcheck.c - gradients against central differences, (f(x + eps) - f(x - eps)) / 2 eps.
 *
 * A function with many outputs is weighted with fixed random numbers v and summed, so that every output
 * element counts.  Every element of every input is compared with its sign; then one random direction, which
 * also sees errors too small in each element. */
#include <inttypes.h>

#include "backward.h"

typedef struct check {
    gd_function *function;
    void        *context;
    gd_tensor *const *xs;
    int          n;
    gd_tensor   *weights;                   /* v, of the output's shape */
    double       eps, rtol, atol;
    const char  *name;
} check;

#ifdef GD_DOUBLE
static const double default_eps = 1e-6, default_rtol = 1e-5, default_atol = 1e-7;
#else
static const double default_eps = 1e-2, default_rtol = 3e-2, default_atol = 3e-2;
#endif

/* Numbers of its own, so that a check leaves the caller's generator alone. */
static gd_tensor *random_like(const gd_tensor *t, uint64_t seed)
{
    uint64_t state[4];
    gd_random_seed(state, seed);
    gd_tensor *r = gd_new_like(t);
    for (int64_t i = 0; r && i < r->numel; i++)
        r->data[i] = (gd_real)((gd_random_unit(state) < 0.5 ? -1 : 1) * (0.5 + gd_random_unit(state)));
    return r;
}

/* The function as a guest: NULL when it left something behind, in which y may lie. */
static gd_tensor *run_function(gd_function *function, gd_tensor *const xs[], int n, void *context)
{
    gd_guest before = gd_guest_enter(GD_GUEST("gd_gradcheck", "the function"));
    gd_tensor *y = function(xs, n, context);
    return gd_guest_leave(&before, y) ? y : NULL;
}

static gd_tensor *call(const check *c)
{
    gd_tensor *y = run_function(c->function, c->xs, c->n, c->context);
    if (!y && !gd_last_error())
        gd_fail("%s: function returned NULL", c->name);
    return y;
}

/* sum v y in double, whatever gd_real is. */
static bool value(const check *c, double *sum)
{
    bool good = gd_scope_begin();
    gd_no_grad_begin();
    gd_tensor *y = good ? call(c) : NULL, *packed = gd_contiguous(y);
    if (packed && !gd_same_shape(packed, c->weights)) {
        gd_fail("%s: function returned %s and then %s", c->name, gd_text_of(c->weights).s, gd_text_of(packed).s);
        packed = NULL;
    }
    *sum = 0;
    for (int64_t i = 0; packed && i < packed->numel; i++)
        *sum += (double)c->weights->data[i] * (double)packed->data[i];
    gd_no_grad_end();
    if (good)
        gd_scope_end();
    return packed != NULL;
}

static bool disagree(const check *c, double analytic, double numeric)
{
    return !(fabs(analytic - numeric) <= c->atol + c->rtol * fabs(numeric));
}

/* Moves x->data[k] to both sides.  The step is what the rounded arguments are really apart. */
static bool difference(const check *c, gd_real *at, double *slope)
{
    gd_real middle = *at;
    gd_real step = (gd_real)(c->eps * fmax(1, fabs((double)middle)));
    double up = 0, down = 0;
    gd_real high = middle + step, low = middle - step;
    *at = high;
    bool good = value(c, &up);
    *at = low;
    good = good && value(c, &down);
    *at = middle;
    *slope = (up - down) / ((double)high - (double)low);
    return good;
}

static bool every_element(const check *c, gd_tensor *const dxs[])
{
    double worst = -1, worst_analytic = 0, worst_numeric = 0;
    int worst_input = -1;
    int64_t worst_element = 0;
    for (int i = 0; i < c->n; i++) {
        for (int64_t k = 0; k < c->xs[i]->numel; k++) {
            double numeric, analytic = (double)dxs[i]->data[k];
            if (!difference(c, c->xs[i]->data + k, &numeric))
                return false;
            double off = fabs(analytic - numeric);
            if (disagree(c, analytic, numeric) && !(off <= worst)) {
                worst = off;
                worst_input = i;
                worst_element = k;
                worst_analytic = analytic;
                worst_numeric = numeric;
            }
        }
    }
    if (worst_input < 0)
        return true;
    return gd_fail("%s: xs[%d], %s, element %" PRId64 ": the gradient is %.9g and the difference quotient %.9g",
                   c->name, worst_input, gd_text_of(c->xs[worst_input]).s, worst_element, worst_analytic,
                   worst_numeric);
}

static void move(const check *c, gd_tensor *const directions[], gd_tensor *const origins[], double by)
{
    for (int i = 0; i < c->n; i++)
        for (int64_t k = 0; k < c->xs[i]->numel; k++)
            c->xs[i]->data[k] = (gd_real)((double)origins[i]->data[k] + by * (double)directions[i]->data[k]);
}

static bool one_direction(const check *c, gd_tensor *const dxs[], gd_tensor **directions, gd_tensor **origins)
{
    double analytic = 0, size = 0, up = 0, down = 0;
    for (int i = 0; i < c->n; i++) {
        directions[i] = random_like(c->xs[i], 17 + (uint64_t)i);
        origins[i] = gd_new_like(c->xs[i]);
        if (!directions[i] || !origins[i])
            return false;
        gd_copy(origins[i]->data, c->xs[i]);
        for (int64_t k = 0; k < dxs[i]->numel; k++) {
            analytic += (double)dxs[i]->data[k] * (double)directions[i]->data[k];
            size += fabs((double)dxs[i]->data[k] * (double)directions[i]->data[k]);
        }
    }
    move(c, directions, origins, c->eps);
    bool good = value(c, &up);
    move(c, directions, origins, -c->eps);
    good = good && value(c, &down);
    move(c, directions, origins, 0);
    if (!good)
        return false;
    double numeric = (up - down) / (2 * c->eps);
    if (fabs(analytic - numeric) <= c->atol + c->rtol * fmax(size, fabs(numeric)))
        return true;
    return gd_fail("%s: along a random direction the gradient is %.9g and the difference quotient %.9g", c->name,
                   analytic, numeric);
}

static bool usable(const char *name, gd_function *function, gd_tensor *const xs[], int n)
{
    if (!function || n < 1 || !xs)
        return gd_fail("%s: a function and at least one tensor must be given", name);
    for (int i = 0; i < n; i++) {
        if (!gd_given(name, "one of the xs", xs[i]))
            return false;
        if (!xs[i]->requires_grad || xs[i]->node || !xs[i]->contiguous)
            return gd_fail("%s: xs[%d], %s, must be a contiguous leaf that requires a gradient", name, i,
                           gd_text_of(xs[i]).s);
    }
    return true;
}

static bool run_check(const char *name, gd_function *function, void *context, gd_tensor *const xs[], int n,
                      gd_gradcheck_options o)
{
    if (!usable(name, function, xs, n) || !gd_scope_begin())
        return false;
    check c = { function, context, xs, n, NULL, o.eps > 0 ? o.eps : default_eps,
                o.rtol > 0 ? o.rtol : default_rtol, o.atol > 0 ? o.atol : default_atol, name };
    size_t list = (size_t)n * sizeof(gd_tensor *);
    gd_tensor **dxs = gd_arena_take(gd_thread.scope, list), **directions = gd_arena_take(gd_thread.scope, list),
              **origins = gd_arena_take(gd_thread.scope, list);
    gd_tensor *y = dxs && directions && origins ? call(&c) : NULL;
    c.weights = y ? random_like(y, 5) : NULL;
    bool good = c.weights && gd_grad_or_zero(name, y, c.weights, xs, n, dxs, false)
                && every_element(&c, dxs) && one_direction(&c, dxs, directions, origins);
    gd_scope_end();
    return good;
}

bool gd_gradcheck(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_gradcheck_options options)
{
    return run_check("gd_gradcheck", function, context, xs, n, options);
}

/* ---- The gradients of the gradients: checks (xs, dy) -> sum of u_i dx_i, u fixed random weights ---------- */

typedef struct inner {
    gd_function *function;
    void        *context;
} inner;

static gd_tensor *weighted_gradients(gd_tensor *const all[], int n_all, void *context)
{
    const inner *f = context;
    int n = n_all - 1;
    gd_tensor **dxs = gd_arena_take(gd_current_scope(), (size_t)n * sizeof *dxs);
    bool differentiable = gd_is_recording();
    int no_grad = gd_thread.no_grad;        /* first derivatives need the tape also where differences are taken */
    gd_thread.no_grad = 0;
    gd_tensor *y = run_function(f->function, all, n, f->context);
    bool good = y && dxs && gd_grad_or_zero("gd_gradgradcheck", y, all[n], all, n, dxs, differentiable);
    gd_thread.no_grad = no_grad;
    gd_tensor *sum = good ? gd_scalar(0) : NULL;
    for (int i = 0; i < n && sum; i++)
        sum = gd_add(sum, gd_sum(gd_mul(dxs[i], random_like(dxs[i], 29 + (uint64_t)i))));
    return sum;
}

bool gd_gradgradcheck(gd_function *function, void *context, gd_tensor *const xs[], int n,
                      gd_gradcheck_options options)
{
    if (!usable("gd_gradgradcheck", function, xs, n) || !gd_scope_begin())
        return false;
    inner f = { function, context };
    gd_tensor *y = run_function(function, xs, n, context), *dy = y ? gd_requires_grad(random_like(y, 3)) : NULL;
    gd_tensor **all = gd_arena_take(gd_thread.scope, (size_t)(n + 1) * sizeof *all);
    bool good = dy && all;
    if (good) {
        memcpy(all, xs, (size_t)n * sizeof *all);
        all[n] = dy;
        good = run_check("gd_gradgradcheck", weighted_gradients, &f, all, n + 1, options);
    } else if (!gd_last_error()) {
        gd_fail("gd_gradgradcheck: function returned NULL");
    }
    gd_scope_end();
    return good;
}
