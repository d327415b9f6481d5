/* kept.c - could an algorithm have made these numbers and states?  For those who read them from a file. */
#include "inside.h"

static bool within(double value, const gd_range *r)
{
    bool above = r->interval[0] == '[' ? value >= r->low : value > r->low;
    bool below = r->interval[1] == ']' ? value <= r->high : value < r->high;
    return above && below && (!r->whole || value == floor(value));          /* not for NaN */
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
    return within(value, r) || gd_fail("%s: %s = %g must %slie in %c%g, %g%c", where, r->name, value,
                                       r->whole ? "be a whole number and " : "", r->interval[0], r->low, r->high,
                                       r->interval[1]);
}

static bool check_state(const char *where, const gd_range *r, const gd_tensor *state)
{
    for (int64_t i = 0; i < state->numel; i++) {
        double value = state->data[i];
        if (!isnan(value) && !within(value, r))
            return gd_fail("%s: %s is %g at element %lld and must lie in %c%g, %g%c", where, r->name, value,
                           (long long)i, r->interval[0], r->low, r->high, r->interval[1]);
    }
    return true;
}

bool gd_check_kept(const char *where, const gd_algorithm *a, const gd_kept *kept)
{
    static const gd_range steps = { "step", true, "[)", 0, GD_MOST_STEPS };
    if (!check_number(where, &steps, kept->step))
        return false;
    for (int k = 0; k < GD_MAX_NUMBERS && a->numbers[k]; k++) {
        const gd_range *r = range_of(a, a->numbers[k]);
        if (r && !check_number(where, r, kept->number[k]))
            return false;
    }
    for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++) {
        const gd_range *r = kept->state[k] ? range_of(a, a->states[k]) : NULL;
        if (r && !check_state(where, r, kept->state[k]))
            return false;
    }
    const char *fault = a->valid ? a->valid(kept) : NULL;
    return !fault || gd_fail("%s: %s", where, fault);
}
