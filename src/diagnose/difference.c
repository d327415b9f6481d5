/* difference.c - a function of several tensors, evaluated at xs that are moved a little.  How far is a question without
 * one answer: see gradcheck.c. */
#include <inttypes.h>
#include <math.h>

#include "difference.h"

#include "autograd/function.h"
#include "base/message.h"
#include "base/random.h"
#include "gradus/autograd.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

gd_tensor *gi_random_weights(const gd_tensor *t, uint64_t seed)
{
    uint64_t state[4];
    gi_random_seed(state, seed);
    gd_tensor *r = gi_new_like(t);
    for (int64_t i = 0; r && i < r->numel; i++)
        r->data[i] = (gd_real)((gi_random_unit(state) < 0.5 ? -1 : 1) * (0.5 + gi_random_unit(state)));
    return r;
}

gd_tensor *gi_call_function(const gi_check *c)
{
    const unsigned long failures = gi_failures();
    gd_tensor *y = gi_run_checked(c->name, c->function, c->xs, c->n, c->context);
    if (!y && gi_failures() == failures)
        gd_fail("%s: function returned NULL", c->name);
    return y;
}

/* ---- Outputs ------------------------------------------------------------------------------------------------ */

bool gi_evaluate(const gi_check *c, gd_real *outputs)
{
    bool good = gd_scope_begin();
    gd_no_grad_begin();
    gd_tensor *y = good ? gi_call_function(c) : NULL;
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

bool gi_stays_the_same(const gi_check *c)
{
    for (int times = 0; times < 3; times++) {
        if (!gi_evaluate(c, c->down))
            return false;
        for (int64_t i = 0; i < c->weights->numel; i++)
            if (c->down[i] != c->first[i] && !(isnan(c->down[i]) && isnan(c->first[i])))
                return gd_fail("%s: function changes between calls: for the same xs element %" PRId64 " of its result "
                               "is %.9g and then %.9g; where it draws random numbers, as gd_dropout does, let it call "
                               "gd_seed first", c->name, i, (double)c->first[i], (double)c->down[i]);
    }
    return true;
}

gi_measured gi_compared(const gi_check *c)
{
    gi_measured d = { 0, 0, 0 };
    for (int64_t i = 0; i < c->weights->numel; i++) {
        const double v = (double)c->weights->data[i], up = (double)c->up[i], down = (double)c->down[i];
        const double noise = 4 * GI_ULP * fabs(v) * fmax(fabs(up), fabs(down));
        if (up == down && isfinite(up)) {
            d.hidden += c->far[i] == c->first[i] ? 0 : noise;
            continue;
        }
        d.by += v * (up - down);
        d.noise += noise;
    }
    return d;
}

void gi_all_may_change(const gi_check *c)
{
    for (int64_t i = 0; i < c->weights->numel; i++)
        c->far[i] = (gd_real)NAN;
}

/* ---- One element moved ------------------------------------------------------------------------------------------ */

double gi_step_size(int step, double x)
{
    const double size = fabs(x);
    if (step == GI_WITH_LARGE_X)
        return fmax(1, size);
    return step == GI_WITH_SMALL_X && size > 0 ? fmin(1, size) : 1;
}

bool gi_move_one(const gi_check *c, gd_real *at, double by, gi_quotient *q)
{
    const gd_real middle = *at, step = (gd_real)by, high = middle + step, low = middle - step;
    *at = high;
    bool good = gi_evaluate(c, c->up);
    *at = low;
    good = good && gi_evaluate(c, c->down);
    *at = middle;
    if (!good)
        return false;
    const double apart = (double)high - (double)low;        /* what the rounded arguments really are */
    const gi_measured d = gi_compared(c);
    *q = (gi_quotient){ d.by / apart, d.noise / apart, d.hidden / apart };
    return true;
}

/* Finds out, by a step as large as the largest x, which outputs depend on *at: a small step may be lost in rounding. */
bool gi_move_far(const gi_check *c, gd_real *at)
{
    const gd_real middle = *at;
    double by = 1;
    for (int i = 0; i < c->n; i++)
        for (int64_t k = 0; k < c->xs[i]->numel; k++)
            by = fmax(by, fabs((double)c->xs[i]->data[k]));
    *at = middle + (gd_real)by;
    bool good = gi_evaluate(c, c->far);
    *at = middle - (gd_real)by;
    good = good && gi_evaluate(c, c->down);
    *at = middle;
    for (int64_t i = 0; i < c->weights->numel && good; i++)
        if (c->far[i] == c->first[i])
            c->far[i] = c->down[i];
    return good;
}
