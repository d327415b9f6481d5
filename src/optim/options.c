/* options.c - options of any algorithm, seen through the table of its fields: are they in range, and what are they
 * called? */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "callbacks.h"
#include "dialect.h"
#include "options.h"
#include "rule.h"
#include "text/format.h"

_Static_assert(sizeof(gd_dialect) == sizeof(int), "enumerations in option structs are read as int");

bool gi_lies_in(double value, const char *interval, double low, double high)
{
    bool above = interval[0] == '[' ? value >= low : value > low;
    bool below = interval[1] == ']' ? value <= high : value < high;
    return above && below;                  /* both are false for NaN */
}

bool gi_check_number(const char *function, const char *name, double value, const char *interval, double low,
                     double high)
{
    return gi_lies_in(value, interval, low, high) ||
           gd_fail("%s: %s = %s must lie in %c%g, %g%c", function, name,
                   gi_digits((char[GI_DIGITS_SIZE]){ 0 }, value), interval[0], low, high, interval[1]);
}

bool gi_check_fits(const char *function, const char *name, double value)
{
    return !(fabs(value) > (double)GI_REAL_MAX && fabs(value) < INFINITY) ||
           gd_fail("%s: %s = %g does not fit gd_real: at most %g", function, name, value, (double)GI_REAL_MAX);
}

bool gi_check_rate(const char *function, double lr)
{
    return gi_check_number(function, "lr", lr, "[)", 0, INFINITY) && gi_check_fits(function, "lr", lr);
}

double gi_option_read(const gd_option *option, const void *options)
{
    const char *at = (const char *)options + option->offset;
    switch (option->kind) {
    case GD_OPTION_REAL: return *(const double *)(const void *)at;
    case GD_OPTION_FLAG: return *(const bool *)(const void *)at;
    default:             return *(const int *)(const void *)at;
    }
}

void gi_option_write(const gd_option *option, void *options, double value)
{
    char *at = (char *)options + option->offset;
    switch (option->kind) {
    case GD_OPTION_REAL: *(double *)(void *)at = value;    break;
    case GD_OPTION_FLAG: *(bool *)(void *)at = value != 0; break;
    default:             *(int *)(void *)at = (int)value;  break;
    }
}

const gd_option *gi_option_find(const gd_algorithm *algorithm, const char *name, size_t length)
{
    for (const gd_option *f = algorithm->options; f && f->name; f++)
        if (strlen(f->name) == length && strncmp(f->name, name, length) == 0)
            return f;
    return NULL;
}

/* Are all options of the set, a list of names, 0? */
static bool all_zero(const gd_algorithm *algorithm, const void *options, const char *set)
{
    while (*set) {
        size_t length = strcspn(set, " ");
        const gd_option *option = gi_option_find(algorithm, set, length);
        if (!option || gi_option_read(option, options) != 0)
            return false;
        set += length + (set[length] == ' ');
    }
    return true;
}

/* Options that begin with {0} are refused where that shows: 0 is a choice for many of them, but not for all. */
static bool check_begun(const gd_algorithm *algorithm, const void *options)
{
    for (int k = 0; k < GD_MAX_ZEROS && algorithm->zeros[k]; k++) {
        if (!all_zero(algorithm, options, algorithm->zeros[k]))
            continue;
        char names[128] = "";
        for (const char *set = algorithm->zeros[k]; *set;) {
            size_t length = strcspn(set, " "), used = strlen(names);
            const char *between = used == 0 ? "" : set[length] ? ", " : " and ";
            snprintf(names + used, sizeof names - used, "%s%.*s", between, (int)length, set);
            set += length + (set[length] == ' ');
        }
        return gd_fail("%s: %s are 0: begin with %s_defaults(), which sets what is not given", algorithm->name, names,
                       algorithm->name);
    }
    return true;
}

/* A 0 that is out of range may be an option that was not given. */
static bool check_option(const gd_algorithm *a, const gd_option *f, double value)
{
    if (value == 0 && !gi_lies_in(0, f->interval, f->low, f->high))
        return gd_fail("%s: %s = 0 must lie in %c%g, %g%c: %s_defaults() sets what is not given", a->name, f->name,
                       f->interval[0], f->low, f->high, f->interval[1], a->name);
    return gi_check_number(a->name, f->name, value, f->interval, f->low, f->high);
}

bool gi_check_options(const gd_algorithm *algorithm, const void *options)
{
    double lr = *(const double *)options;
    if (gi_refused_dialect(lr) || !gi_check_rate(algorithm->name, lr) ||
        !check_begun(algorithm, options))
        return false;
    for (const gd_option *f = algorithm->options; f && f->name; f++)
        if (!check_option(algorithm, f, gi_option_read(f, options)))
            return false;
    return gi_passes_check(algorithm, options);
}
