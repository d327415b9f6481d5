/* algorithm.c - validation of a gd_algorithm, which may be the user's. */
#include <string.h>

#include "algorithm.h"
#include "base/message.h"
#include "text/utf8.h"

/* A name must be usable as part of a checkpoint's key.  others: the names before it. */
static bool valid_name(const gd_algorithm *a, const char *name, const char *const *others, int n)
{
    if (!*name || strchr(name, '/') || !gi_utf8_valid(name, strlen(name)))
        return gd_fail("gd_optimizer_new: %s: \"%s\" is no name for a state or a number: it must be UTF-8, not empty "
                       "and without a slash", a->name, name);
    for (int i = 0; i < n; i++)
        if (strcmp(others[i], name) == 0)
            return gd_fail("gd_optimizer_new: %s has \"%s\" twice", a->name, name);
    return true;
}

static bool valid_names(const gd_algorithm *a)
{
    if (!gi_utf8_valid(a->name, strlen(a->name)))
        return gd_fail("gd_optimizer_new: the algorithm's name is not UTF-8");
    if (a->states[GD_MAX_STATES] || a->numbers[GD_MAX_NUMBERS] || a->zeros[GD_MAX_ZEROS])
        return gd_fail("gd_optimizer_new: %s: at most %d states, %d numbers and %d sets of zeros are possible, and a "
                       "NULL behind them", a->name, (int)GD_MAX_STATES, (int)GD_MAX_NUMBERS, (int)GD_MAX_ZEROS);
    for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++)
        if (!valid_name(a, a->states[k], a->states, k))
            return false;
    for (int k = 0; k < GD_MAX_NUMBERS && a->numbers[k]; k++)
        if (!valid_name(a, a->numbers[k], a->numbers, k))
            return false;
        else if (strcmp(a->numbers[k], "step") == 0)
            return gd_fail("gd_optimizer_new: %s: every algorithm has a number \"step\" already", a->name);
        else if (strspn(a->numbers[k], "0123456789") == strlen(a->numbers[k]))     /* as groups are in checkpoints */
            return gd_fail("gd_optimizer_new: %s: a number cannot be called \"%s\": digits stand for groups", a->name,
                           a->numbers[k]);
    return true;
}

/* Of an option, or of the range of a number or a state. */
static bool valid_interval(const gd_algorithm *a, const char *name, const char *interval, double low, double high)
{
    if (!interval)
        return gd_fail("gd_optimizer_new: %s: the interval of %s is NULL", a->name, name);
    if (!(*interval == '[' || *interval == '(') || !(interval[1] == ']' || interval[1] == ')') || interval[2])
        return gd_fail("gd_optimizer_new: %s: the interval of %s is \"%.8s\": \"[]\", \"[)\", \"(]\" or \"()\" was "
                       "expected", a->name, name, interval);
    return low <= high || gd_fail("gd_optimizer_new: %s: the interval of %s, from %g to %g, is empty", a->name, name,
                                  low, high);
}

static bool valid_option(const gd_algorithm *a, const gd_option *f)
{
    static const size_t bytes[] = {
        [GD_OPTION_REAL] = sizeof(double), [GD_OPTION_FLAG] = sizeof(bool), [GD_OPTION_WHOLE] = sizeof(int)
    };
    const size_t kinds = sizeof bytes / sizeof *bytes, kind = (size_t)f->kind;
    if (!*f->name || !gi_utf8_valid(f->name, strlen(f->name)))
        return gd_fail("gd_optimizer_new: %s: the name of an option is empty or not UTF-8", a->name);
    if (kind >= kinds)
        return gd_fail("gd_optimizer_new: %s: the kind of %s, %d, is not a gd_option_kind", a->name, f->name,
                       (int)f->kind);
    if (f->offset > a->options_size || a->options_size - f->offset < bytes[kind])
        return gd_fail("gd_optimizer_new: %s: the option %s does not lie within the options", a->name, f->name);
    return valid_interval(a, f->name, f->interval, f->low, f->high);
}

static bool valid_ranges(const gd_algorithm *a)
{
    for (const gd_range *r = a->ranges; r && r->name; r++)
        if (!valid_interval(a, r->name, r->interval, r->low, r->high))
            return false;
    return true;
}

/* Names of options are part of a checkpoint's keys, too. */
static bool valid_options(const gd_algorithm *a)
{
    for (const gd_option *f = a->options; f && f->name; f++) {
        if (!valid_option(a, f))
            return false;
        for (const gd_option *other = a->options; other < f; other++)
            if (strcmp(other->name, f->name) == 0)
                return gd_fail("gd_optimizer_new: %s has the option \"%s\" twice", a->name, f->name);
    }
    return true;
}

bool gi_algorithm_valid(const gd_algorithm *a)
{
    if (!gi_not_null("gd_optimizer_new", "algorithm", a))
        return false;
    if (!a->name || (!a->update && !a->step) || a->options_size < sizeof(double))
        return gd_fail("gd_optimizer_new: an algorithm needs a name, an update and options that begin with "
                       "double lr");
    if (a->by_element && a->work_bytes)
        return gd_fail("gd_optimizer_new: %s: an update that is by_element has no work memory: several threads would "
                       "share it", a->name);
    if (a->by_element && a->state_shape)
        return gd_fail("gd_optimizer_new: %s: with by_element, every state has the parameter's shape", a->name);
    return valid_names(a) && valid_options(a) && valid_ranges(a);
}
