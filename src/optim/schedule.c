/* schedule.c - learning rates as functions of the step.
 *
 * Cosine and restarts: Loshchilov and Hutter, "SGDR" (ICLR 2017), eq. 5.  Inverse square root with warm-up:
 * Vaswani and others, "Attention is all you need" (2017), eq. 3, scaled so that its maximum is base. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/guest.h"
#include "base/message.h"
#include "base/start.h"
#include "options.h"
#include "schedule.h"

static const double pi = 3.14159265358979323846;

/* Checkpoints hold these numbers: a new kind goes to the end. */
enum kind {
    NONE, BAD, CONSTANT, STEP, MULTISTEP, FACTOR, EXPONENTIAL, INVERSE_SQRT, POLYNOMIAL, COSINE, ONE_CYCLE, CUSTOM,
    WSD
};

_Static_assert((int)WSD == (int)GI_MOST_SCHEDULE, "checkpoints refuse kinds beyond it");

const char *gi_schedule_name(uint64_t kind)
{
    static const char *const names[] = {
        "gd_lr_none", "a schedule that was refused", "gd_lr_constant", "gd_lr_step", "gd_lr_multistep", "gd_lr_factor",
        "gd_lr_exponential", "gd_lr_inverse_sqrt", "gd_lr_linear or gd_lr_polynomial", "gd_lr_cosine",
        "gd_lr_one_cycle", "gd_lr_custom", "gd_lr_wsd"
    };
    return kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

/* Checkpoints call the numbers of a kind a, b and c.  A kind has at most one of gamma, power, peak and div. */
gi_schedule_number gi_schedule_number_of(const gd_schedule *s, char key)
{
    if (key == 'b' || key == 'c')
        return s->kind != ONE_CYCLE ? (gi_schedule_number){ key == 'b' ? "b" : "c", 0 } :
               key == 'b' ? (gi_schedule_number){ "start", s->start } : (gi_schedule_number){ "linear", s->linear };
    switch ((enum kind)s->kind) {
    case STEP:
    case MULTISTEP:
    case EXPONENTIAL:  return (gi_schedule_number){ "gamma", s->gamma };
    case FACTOR:       return (gi_schedule_number){ "factor", s->gamma };
    case INVERSE_SQRT: return (gi_schedule_number){ "warmup", s->peak };
    case POLYNOMIAL:   return (gi_schedule_number){ "power", s->power };
    case COSINE:       return (gi_schedule_number){ "a", s->power };
    case WSD:          return (gi_schedule_number){ "decay", s->peak };
    case ONE_CYCLE:    return (gi_schedule_number){ "div", s->div };
    default:           return (gi_schedule_number){ "a", 0 };
    }
}

/* ---- The shapes ------------------------------------------------------------------------------------------------- */

static double half_cosine(double from, double to, double u)
{
    return to + (from - to) * (1 + cos(pi * u)) / 2;
}

/* PyTorch's phases: each is entered when t is beyond the end of the one before. */
static double one_cycle(const gd_schedule *s, double t)
{
    double low = s->base / s->div, end[] = { s->start * s->steps - 1, s->steps - 1, s->steps - 1 };
    double rate[] = { low, s->base, s->final, s->final };
    int last = s->count == 3 ? 2 : 1;
    if (last == 2) {
        end[1] = 2 * s->start * s->steps - 2;
        rate[2] = low;
    }
    int phase = 0;
    while (phase < last && t > end[phase])
        phase++;
    double begin = phase ? end[phase - 1] : 0;
    double u = fmin((t - begin) / (end[phase] - begin), 1);
    return s->linear ? rate[phase] + (rate[phase + 1] - rate[phase]) * u :
                       half_cosine(rate[phase], rate[phase + 1], u);
}

static double multistep(const gd_schedule *s, double t)
{
    double passed = 0;
    for (int i = 0; i < s->count && i < GD_MAX_MILESTONES; i++)
        passed += s->milestone[i] <= t;
    return s->base * pow(s->gamma, passed);
}

/* A scope or mode that the function leaves open is reported and closed; the number that it returned is used. */
static double custom(const gd_schedule *s, int64_t step)
{
    if (!gi_not_null("gd_lr_at", "schedule.function", s->function ? s : NULL))
        return NAN;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_lr_at", "the function"));
    double lr = s->function(step, s->context);
    (void)gi_guest_leave(&before, true);
    return lr;
}

static double wsd(const gd_schedule *s, double t)
{
    if (t < s->steps)
        return s->base;
    return t < s->steps + s->peak ? s->base + (s->final - s->base) * ((t - s->steps) / s->peak) : s->final;
}

/* At a step that restarts may have made a fraction. */
static double shape_at(const gd_schedule *s, double t)
{
    double u = fmin(t / s->steps, 1);
    switch ((enum kind)s->kind) {
    case CONSTANT:     return s->base;
    case STEP:         return s->base * pow(s->gamma, floor(t / s->steps));
    case MULTISTEP:    return multistep(s, t);
    case FACTOR:       return fmax(s->final, s->base * pow(s->gamma, t + 1));
    case EXPONENTIAL:  return s->base * pow(s->gamma, t);
    case INVERSE_SQRT: return s->base * fmin((t + 1) / s->peak, sqrt(s->peak / (t + 1)));
    case POLYNOMIAL:   return s->final + (s->base - s->final) * pow(1 - u, s->power);
    case COSINE:       return half_cosine(s->base, s->final, u);
    case ONE_CYCLE:    return one_cycle(s, t);
    case WSD:          return wsd(s, t);
    case CUSTOM:       return custom(s, t < 0x1p63 ? (int64_t)t : INT64_MAX);
    default:           return NAN;
    }
}

/* Takes whole periods off t; *period becomes the length of the one that is left.  The loop is exact, but long where
 * periods are short and hardly grow: then most of them, p (g^k - 1)/(g - 1) steps in all, are taken off at once. */
static double in_period(double t, double *period, double growth)
{
    if (growth == 1)
        return fmod(t, *period);
    double rest = growth - 1, k = floor(log1p(t / *period * rest) / log1p(rest)) - 1;
    if (k > 1000) {
        t = fmax(t - *period * (expm1(k * log1p(rest)) / rest), 0);
        *period *= exp(k * log1p(rest));
    }
    while (t >= *period) {
        t -= *period;
        *period *= growth;
    }
    return t;
}

double gd_lr_at(gd_schedule s, int64_t step)
{
    if (step < 0)
        return gd_fail("gd_lr_at: step = %lld must not be negative", (long long)step), NAN;
    double t = (double)step - s.warmup;
    if (t < 0)
        return s.warmup_from + (shape_at(&s, 0) - s.warmup_from) * (double)step / s.warmup;
    if (!(s.period > 0))
        return shape_at(&s, t);
    double period = s.period;
    t = in_period(t, &period, s.growth);
    return shape_at(&s, t * s.period / period);
}

/* ---- Making ----------------------------------------------------------------------------------------------------- */

/* The schedule, or where a number was out of range one whose learning rate is NaN. */
static gd_schedule checked(bool good, gd_schedule s)
{
    return good ? s : (gd_schedule){ .kind = BAD };
}

static bool rate(const char *function, const char *name, double value)
{
    return gi_check_number(function, name, value, "[)", 0, INFINITY);
}

static bool positive(const char *function, const char *name, double value)
{
    return gi_check_number(function, name, value, "()", 0, INFINITY);
}

gd_schedule gd_lr_none(void)
{
    return (gd_schedule){ .kind = NONE };
}

gd_schedule gd_lr_constant(double base)
{
    return checked(rate("gd_lr_constant", "base", base), (gd_schedule){ .kind = CONSTANT, .base = base });
}

gd_schedule gd_lr_step(double base, int64_t every, double gamma)
{
    bool good = rate("gd_lr_step", "base", base) && positive("gd_lr_step", "every", (double)every) &&
                positive("gd_lr_step", "gamma", gamma);
    return checked(good, (gd_schedule){ .kind = STEP, .base = base, .steps = (double)every, .gamma = gamma });
}

gd_schedule gd_lr_multistep(double base, const int64_t *milestones, int n, double gamma)
{
    bool good = rate("gd_lr_multistep", "base", base) && positive("gd_lr_multistep", "gamma", gamma) &&
                gi_check_number("gd_lr_multistep", "n", n, "[]", 0, GD_MAX_MILESTONES) &&
                (n == 0 || gi_not_null("gd_lr_multistep", "milestones", milestones));
    gd_schedule s = { .kind = MULTISTEP, .base = base, .gamma = gamma, .count = n };
    for (int i = 0; good && i < n; i++)
        s.milestone[i] = (double)milestones[i];
    return checked(good, s);
}

gd_schedule gd_lr_factor(double base, double factor, double stop)
{
    bool good = rate("gd_lr_factor", "base", base) && positive("gd_lr_factor", "factor", factor) &&
                rate("gd_lr_factor", "stop", stop);
    return checked(good, (gd_schedule){ .kind = FACTOR, .base = base, .final = stop, .gamma = factor });
}

gd_schedule gd_lr_exponential(double base, double gamma)
{
    bool good = rate("gd_lr_exponential", "base", base) && positive("gd_lr_exponential", "gamma", gamma);
    return checked(good, (gd_schedule){ .kind = EXPONENTIAL, .base = base, .gamma = gamma });
}

gd_schedule gd_lr_inverse_sqrt(double base, double warmup)
{
    bool good = rate("gd_lr_inverse_sqrt", "base", base) &&
                gi_check_number("gd_lr_inverse_sqrt", "warmup", warmup, "[)", 1, INFINITY);
    return checked(good, (gd_schedule){ .kind = INVERSE_SQRT, .base = base, .peak = warmup });
}

static gd_schedule falling(const char *function, enum kind kind, double base, double final, int64_t steps,
                           double power)
{
    bool good = rate(function, "base", base) && rate(function, "final", final) &&
                positive(function, "steps", (double)steps) && positive(function, "power", power);
    return checked(good, (gd_schedule){ .kind = (int)kind, .base = base, .final = final, .steps = (double)steps,
                                        .power = power });
}

gd_schedule gd_lr_linear(double base, double final, int64_t steps)
{
    return falling("gd_lr_linear", POLYNOMIAL, base, final, steps, 1);
}

gd_schedule gd_lr_polynomial(double base, double final, int64_t steps, double power)
{
    return falling("gd_lr_polynomial", POLYNOMIAL, base, final, steps, power);
}

gd_schedule gd_lr_cosine(double base, double final, int64_t steps)
{
    return falling("gd_lr_cosine", COSINE, base, final, steps, 1);
}

gd_schedule gd_lr_wsd(double base, double final, int64_t warmup, int64_t stable, int64_t decay)
{
    static const char function[] = "gd_lr_wsd";
    bool good = rate(function, "base", base) && rate(function, "final", final) &&
                rate(function, "warmup", (double)warmup) && rate(function, "stable", (double)stable) &&
                rate(function, "decay", (double)decay);
    return checked(good, (gd_schedule){ .kind = WSD, .base = base, .final = final, .warmup = (double)warmup,
                                        .steps = (double)stable, .peak = (double)decay });
}

gd_schedule gd_lr_linear_warmup(double base, double final, int64_t steps, int64_t warmup)
{
    static const char function[] = "gd_lr_linear_warmup";
    bool good = rate(function, "warmup", (double)warmup) &&
                gi_check_number(function, "steps", (double)steps, "()", (double)warmup, INFINITY);
    gd_schedule s = good ? falling(function, POLYNOMIAL, base, final, steps - warmup, 1) : checked(false, gd_lr_none());
    s.warmup = (double)warmup;
    return checked(s.kind != BAD, s);
}

gd_schedule gd_lr_one_cycle(double max, int64_t steps, gd_one_cycle_options o)
{
    static const char function[] = "gd_lr_one_cycle";
    double highest_start = o.three_phase ? 0.5 : 1;
    if (o.div == 0 && o.final_div == 0)
        gd_fail("%s: div and final_div are 0: begin with gd_one_cycle_defaults(), which sets what is not given",
                function);
    bool good = (o.div != 0 || o.final_div != 0) && rate(function, "max", max) && positive(function, "div", o.div) &&
                positive(function, "final_div", o.final_div) &&
                gi_check_number(function, "start", o.start, "()", 0, highest_start) &&
                gi_check_number(function, "steps", (double)steps, "()", 1 / o.start, INFINITY);
    return checked(good, (gd_schedule){ .kind = ONE_CYCLE, .base = max, .final = max / o.div / o.final_div,
                                        .div = o.div, .start = o.start, .linear = o.linear, .steps = (double)steps,
                                        .count = o.three_phase ? 3 : 2 });
}

gd_schedule gd_lr_custom(gd_lr_function *function, const void *context)
{
    if (!function)
        gd_fail("gd_lr_custom: function is NULL");
    return checked(function != NULL, (gd_schedule){ .kind = CUSTOM, .function = function, .context = context });
}

/* What was refused has had its message. */
static bool has_shape(const char *function, gd_schedule s)
{
    return s.kind != BAD && (s.kind != NONE || gd_fail("%s: s is gd_lr_none(), which has no learning rate", function));
}

gd_schedule gd_lr_warmup(gd_schedule s, int64_t steps, double from)
{
    bool good = has_shape("gd_lr_warmup", s) &&
                gi_check_number("gd_lr_warmup", "steps", (double)steps, "[)", 0, INFINITY) &&
                rate("gd_lr_warmup", "from", from);
    s.warmup = (double)steps;
    s.warmup_from = from;
    return checked(good, s);
}

gd_schedule gd_lr_restarts(gd_schedule s, int64_t period, double growth)
{
    bool good = has_shape("gd_lr_restarts", s) && positive("gd_lr_restarts", "period", (double)period) &&
                gi_check_number("gd_lr_restarts", "growth", growth, "[)", 1, INFINITY);
    s.period = (double)period;
    s.growth = growth;
    return checked(good, s);
}

/* ---- Plateau ---------------------------------------------------------------------------------------------------- */

gd_plateau gd_plateau_start(double lr, gd_plateau_options o)
{
    static const char function[] = "gd_plateau_start";
    if (o.factor == 0)
        gd_fail("%s: factor is 0: begin with gd_plateau_defaults(), which sets what is not given", function);
    bool good = o.factor != 0 && rate(function, "lr", lr) &&
                gi_check_number(function, "factor", o.factor, "()", 0, 1) &&
                gi_check_number(function, "threshold", o.threshold, "[)", 0, o.absolute ? INFINITY : 1) &&
                rate(function, "min_lr", o.min_lr) && rate(function, "patience", o.patience) &&
                rate(function, "cooldown", o.cooldown);
    if (good && o.threshold == 0 && o.patience == 0 && o.cooldown == 0)
        good = gd_fail("%s: threshold and patience are 0: begin with gd_plateau_defaults(), which sets what is not "
                       "given", function);
    return (gd_plateau){ .options = o, .lr = good ? lr : NAN, .best = INFINITY };
}

bool gi_plateau_started(const char *function, const gd_plateau *p)
{
    return p->options.factor != 0 || gd_fail("%s: the plateau was not made by gd_plateau_start", function);
}

/* The margin has the sign of a margin whatever that of the best loss; one that overflows is none. */
static bool improves(const gd_plateau *p, double loss)
{
    double margin = p->options.threshold * (p->options.absolute ? 1 : fabs(p->best));
    return loss < (fabs(p->best) < INFINITY ? p->best - margin : p->best);
}

double gd_plateau_next(gd_plateau *p, double loss)
{
    gi_not_captured("gd_plateau_next", GI_ACTS_OUTSIDE);
    if (!gi_not_null("gd_plateau_next", "plateau", p))
        return NAN;
    if (!gi_plateau_started("gd_plateau_next", p))
        return NAN;
    if (improves(p, loss)) {
        p->best = loss;
        p->bad = 0;
    } else {
        p->bad += p->bad < INT_MAX;
    }
    if (p->cooling > 0) {
        p->cooling--;
        p->bad = 0;
    }
    if (p->bad > p->options.patience) {
        double lower = fmax(p->lr * p->options.factor, p->options.min_lr);
        if (p->lr - lower > 1e-8)           /* PyTorch's: a smaller change is none */
            p->lr = lower;
        p->cooling = p->options.cooldown;
        p->bad = 0;
    }
    return p->lr;
}
