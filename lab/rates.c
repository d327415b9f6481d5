/* rates.c - learning rates and schedules as one writes them on the command line. */
#include "lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool number_read(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == 0 && isfinite(*value);
}

/* ---- Rates ------------------------------------------------------------------------------------------------------- */

static bool rate_read(const char *text, double *rate)
{
    if (!number_read(text, rate) || *rate <= 0)
        return complain("--rate: \"%s\" is not a positive number", text);
    return true;
}

/* LOW..HIGH:N - the k-th is LOW (HIGH/LOW)^(k/(N-1)), rounded to three digits: the table shows what was used.  Written
 * as below, because HIGH/LOW may overflow. */
static bool range_read(char *text, char *high, double rates[MOST_RATES], int *n)
{
    *high = 0;
    high += 2;
    char *count = strchr(high, ':');
    double from, to, k;
    if (!count)
        return complain("--rate: a range is written LOW..HIGH:N, such as 0.001..1:7");
    *count++ = 0;
    if (!rate_read(text, &from) || !rate_read(high, &to))
        return false;
    if (!number_read(count, &k) || k != floor(k) || k < 2 || k > MOST_RATES)
        return complain("--rate: a range has 2 to %d rates, not \"%s\"", MOST_RATES, count);
    if (from >= to)
        return complain("--rate: the range from %g to %g is empty", from, to);
    *n = (int)k;
    for (int i = 0; i < *n; i++) {
        char digits[32];
        double part = i / (k - 1);
        snprintf(digits, sizeof digits, "%.3g", pow(from, 1 - part) * pow(to, part));
        rates[i] = strtod(digits, NULL);
        if (i > 0 && !(rates[i] > rates[i - 1] && isfinite(rates[i])))
            return complain("--rate: from %g to %g there are fewer than %d rates of three digits", from, to, *n);
    }
    return true;
}

bool rates_read(const char *text, double rates[MOST_RATES], int *n)
{
    char copy[1024];
    if (strlen(text) >= sizeof copy)
        return complain("--rate: the list is too long");
    strcpy(copy, text);
    char *range = strstr(copy, "..");
    if (range)
        return range_read(copy, range, rates, n);
    *n = 0;
    for (char *at = copy; at; (*n)++) {
        char *next = strchr(at, ',');
        if (next)
            *next++ = 0;
        if (*n == MOST_RATES)
            return complain("--rate: more than %d rates", MOST_RATES);
        if (!rate_read(at, &rates[*n]))
            return false;
        if (*n > 0 && rates[*n] <= rates[*n - 1])
            return complain("--rate: the rates must ascend, and %g follows %g", rates[*n], rates[*n - 1]);
        at = next;
    }
    return true;
}

/* ---- Schedules --------------------------------------------------------------------------------------------------- */

/* Keys have defaults in terms of the number of steps where that makes sense: `share` says so. */
typedef struct plan_key { const char *name; double value; bool share; } plan_key;

typedef struct plan_kind {
    const char *name, *words;
    plan_key    key[4];
} plan_kind;

static const plan_kind plan_kinds[] = {
    { "constant", "the rate stays", { { 0 } } },
    { "step", "times gamma after every so many steps", { { "every", 0.25, true }, { "gamma", 0.5, false } } },
    { "exponential", "times gamma after each step", { { "gamma", 0.99, false } } },
    { "factor", "times factor after each step, not below stop times the rate",
      { { "factor", 0.99, false }, { "stop", 0, false } } },
    { "sqrt", "divided by the square root of the step", { { 0 } } },
    { "linear", "in a straight line to final times the rate", { { "final", 0, false } } },
    { "polynomial", "to final times the rate, as (1 - t/steps)^power",
      { { "final", 0, false }, { "power", 2, false } } },
    { "cosine", "half a cosine to final times the rate", { { "final", 0, false } } },
    { "wsd", "stays, then falls in a straight line to final times the rate",
      { { "decay", 0.2, true }, { "final", 0, false } } },
    { "onecycle", "up to the rate in a share of the steps, down to nearly 0", { { "start", 0.3, false } } },
    { NULL, NULL, { { 0 } } }
};

static bool plan_set(plan *p, const char *name, const char *text)
{
    double value;
    if (!number_read(text, &value) || value < 0)
        return complain("--schedule: %s of \"%s\" must be a number, at least 0", name, p->label);
    if (strcmp(name, "warmup") == 0) {
        if (value != floor(value) || value > 1e9)
            return complain("--schedule: warmup is a whole number of steps, not \"%s\"", text);
        p->warmup = value;
        return true;
    }
    for (int i = 0; i < 4 && p->kind->key[i].name; i++) {
        if (strcmp(p->kind->key[i].name, name) != 0)
            continue;
        if (p->kind->key[i].share && (value < 1 || value != floor(value) || value > 1e9))
            return complain("--schedule: %s is a whole number of steps, not \"%s\"", name, text);
        p->value[i] = value;
        return true;
    }
    return complain("--schedule: %s has no key \"%s\"; gradus-lab --list schedules names them", p->kind->name, name);
}

bool plan_read(plan *p, const char *text)
{
    *p = (plan){ .kind = plan_kinds };
    if (strlen(text) >= sizeof p->label)
        return complain("--schedule: \"%.40s..\" is too long", text);
    strcpy(p->label, text);
    char parts[NAME_BYTES];
    strcpy(parts, text);
    char *keys = strchr(parts, ',');
    if (keys)
        *keys++ = 0;
    while (p->kind->name && strcmp(p->kind->name, parts) != 0)
        p->kind++;
    if (!p->kind->name)
        return complain("there is no schedule \"%s\"; gradus-lab --list schedules names them", parts);
    for (int i = 0; i < 4; i++)
        p->value[i] = p->kind->key[i].share ? NAN : p->kind->key[i].value;
    while (keys) {
        char *next = strchr(keys, ','), *value = strchr(keys, '=');
        if (next)
            *next++ = 0;
        if (!value || (next && value > next))
            return complain("--schedule: \"%s\" should be KEY=VALUE", keys);
        *value++ = 0;
        if (!plan_set(p, keys, value))
            return false;
        keys = next;
    }
    return true;
}

/* A key that counts steps has its share of them where nothing was said. */
static int64_t in_steps(const plan *p, int key, int64_t steps)
{
    double value = isnan(p->value[key]) ? ceil(p->kind->key[key].value * (double)steps) : p->value[key];
    return value < 1 ? 1 : (int64_t)value;
}

gd_schedule plan_for(const plan *p, double rate, int64_t steps)
{
    const char *name = p->kind->name;
    const double *v = p->value;
    int64_t warmup = (int64_t)p->warmup, rest = steps > warmup ? steps - warmup : 1;
    gd_schedule s = gd_lr_constant(rate);
    if (strcmp(name, "step") == 0)
        s = gd_lr_step(rate, in_steps(p, 0, rest), v[1]);
    else if (strcmp(name, "exponential") == 0)
        s = gd_lr_exponential(rate, v[0]);
    else if (strcmp(name, "factor") == 0)
        s = gd_lr_factor(rate, v[0], v[1] * rate);
    else if (strcmp(name, "sqrt") == 0)
        s = gd_lr_inverse_sqrt(rate, 1);
    else if (strcmp(name, "linear") == 0)
        s = gd_lr_linear(rate, v[0] * rate, rest);
    else if (strcmp(name, "polynomial") == 0)
        s = gd_lr_polynomial(rate, v[0] * rate, rest, v[1]);
    else if (strcmp(name, "cosine") == 0)
        s = gd_lr_cosine(rate, v[0] * rate, rest);
    else if (strcmp(name, "wsd") == 0)
        s = gd_lr_wsd(rate, v[1] * rate, 0, in_steps(p, 0, rest) < rest ? rest - in_steps(p, 0, rest) : 0,
                      in_steps(p, 0, rest));
    else if (strcmp(name, "onecycle") == 0) {
        gd_one_cycle_options o = gd_one_cycle_defaults();
        o.start = v[0];
        s = gd_lr_one_cycle(rate, rest, o);
    }
    return warmup > 0 ? gd_lr_warmup(s, warmup, 0) : s;
}

void plans_list(FILE *out)
{
    fprintf(out, "Schedules, written NAME[,KEY=VALUE]..  Each also has warmup=STEPS: a rise from 0 before it.\n\n");
    for (const plan_kind *k = plan_kinds; k->name; k++) {
        fprintf(out, "  %-12s %s\n", k->name, k->words);
        for (int i = 0; i < 4 && k->key[i].name; i++)
            if (k->key[i].share)
                fprintf(out, "                 %s=STEPS (%g of all)\n", k->key[i].name, k->key[i].value);
            else
                fprintf(out, "                 %s=%g\n", k->key[i].name, k->key[i].value);
    }
}
