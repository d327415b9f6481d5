/* kept.c - can an algorithm have produced these numbers and states?  Checked when they are read from a file. */
#include <math.h>
#include <string.h>

#include "checkpoint.h"
#include "gradus/tensor.h"

bool gi_within(double value, const gd_range *r)
{
    return gi_lies_in(value, r->interval, r->low, r->high) && (!r->whole || value == floor(value));
}

static const gd_range *range_of(const gd_algorithm *a, const char *name)
{
    for (const gd_range *r = a->ranges; r && r->name; r++)
        if (strcmp(r->name, name) == 0)
            return r;
    return NULL;
}

static bool check_number(const char *where, const gd_range *r, double value)
{
    return gi_within(value, r) || gd_fail("%s: %s = %g must %slie in %c%g, %g%c", where, r->name, value,
                                       r->whole ? "be a whole number and " : "", r->interval[0], r->low, r->high,
                                       r->interval[1]);
}

/* Is element i of the parameter not finite, or where the state has fewer elements than w, one of those? */
static bool has_diverged(const gd_tensor *state, int64_t i, const gd_real *w, int64_t n)
{
    if (state->numel == n)
        return !isfinite(w[i]);
    for (int64_t k = 0; k < n; k++)
        if (!isfinite(w[k]))
            return true;
    return false;
}

/* w: the parameter's n elements; NULL for state shared by all parameters, any element of which may be NaN. */
static bool check_state(const char *where, const gd_range *r, const gd_tensor *state, const gd_real *w, int64_t n)
{
    for (int64_t i = 0; i < state->numel; i++) {
        double value = state->data[i];
        if (gi_within(value, r))
            continue;
        bool diverged = w ? !isfinite(value) && !(value < r->low) && has_diverged(state, i, w, n) : isnan(value);
        if (!diverged)
            return gd_fail("%s: %s is %g at element %lld and must lie in %c%g, %g%c", where, r->name, value,
                           (long long)i, r->interval[0], r->low, r->high, r->interval[1]);
    }
    return true;
}

static bool check_numbers(const char *where, const gd_algorithm *a, const gd_kept *kept)
{
    static const gd_range steps = { "step", true, "[)", 0, GI_MOST_STEPS };
    if (!check_number(where, &steps, kept->step))
        return false;
    if (!a->step && kept->step > kept->steps)
        return gd_fail("%s: step = %g is more than the %g step%s of the optimizer", where, kept->step, kept->steps,
                       kept->steps == 1 ? "" : "s");
    if (a->step && kept->step > 0 && kept->steps == 0)
        return gd_fail("%s: step = %g, but the optimizer has made no step", where, kept->step);
    for (int k = 0; k < GD_MAX_NUMBERS && a->numbers[k]; k++) {
        const gd_range *r = range_of(a, a->numbers[k]);
        if (r && !check_number(where, r, kept->number[k]))
            return false;
    }
    const char *fault = gi_fault_in(a, kept);
    return !fault || gd_fail("%s: %s", where, fault);
}

bool gi_check_kept(const char *where, const gd_algorithm *a, const gd_kept *kept)
{
    for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++) {
        const gd_range *r = kept->state[k] ? range_of(a, a->states[k]) : NULL;
        if (r && !check_state(where, r, kept->state[k], kept->w, kept->n))
            return false;
    }
    return check_numbers(where, a, kept);
}

int64_t gi_all_elements(const gd_optimizer *o)
{
    int64_t n = 0;
    for (int i = 0; i < o->inside->count; i++)
        n += o->inside->slots[i] ? o->inside->slots[i]->w->numel : 0;
    return n;
}

/* ---- Other numbers of optimizers and plateaus --------------------------------------------------------------- */

bool gi_check_steps(const char *where, double steps)
{
    static const gd_range range = { "steps", true, "[)", 0, GI_MOST_STEPS };
    return check_number(where, &range, steps);
}

bool gi_check_lr(const char *where, int group, double lr)
{
    return (lr >= 0 && lr <= GI_REAL_MAX) ||
           gd_fail("%s: lr = %g of group %d must lie in [0, %g]", where, lr, group, (double)GI_REAL_MAX);
}

bool gi_check_plateau(const char *where, const gd_plateau *p)
{
    const gd_range bad = { "bad", true, "[]", 0, p->options.patience };
    const gd_range cooling = { "cooling", true, "[]", 0, p->options.cooldown };
    if (!(p->lr >= 0 && p->lr < INFINITY) || isnan(p->best))
        return gd_fail("%s: the plateau has lr = %g and best = %g: lr must lie in [0, inf), and best be a number",
                       where, p->lr, p->best);
    if (!check_number(where, &bad, p->bad) || !check_number(where, &cooling, p->cooling))
        return false;
    return p->bad == 0 || p->cooling == 0 ||
           gd_fail("%s: the plateau has bad = %d and cooling = %d: while it cools down, losses do not count", where,
                   p->bad, p->cooling);
}

/* An average is finite where its parameter is. */
bool gi_check_average(const char *where, const gd_tensor *average, const gd_real *w)
{
    const gd_range finite = GI_FINITE("the average");
    return check_state(where, &finite, average, w, average->numel);
}

/* The square root of a negative variance would be NaN. */
bool gi_check_variance(const char *where, const char *name, const gd_tensor *t)
{
    for (int64_t i = 0; i < t->numel; i++)
        if (t->data[i] < 0)
            return gd_fail("%s: \"%s\" is %g at element %lld: a variance cannot be negative", where, name,
                           (double)t->data[i], (long long)i);
    return true;
}
