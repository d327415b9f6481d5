/* axis.c - ticks at 1, 2 and 5 times powers of ten.
 *
 * A tick is n m 10^e with integer n: its label is written from these integers, so that it has no rounding errors, and
 * all labels of an axis have the same number of decimals (label.c). */
#include "axis.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "label.h"

#define LARGEST  1e300                      /* limits stay where differences do not overflow */
#define SMALLEST GI_SMALLEST                /* and steps do not underflow; less counts as 0 */

/* n x 10^e, rounded once where 10^|e| is exact. */
static double times_power(double n, int e)
{
    if (e < -290)
        return n / pow(10, 290) / pow(10, -e - 290);
    return e < 0 ? n / pow(10, -e) : n * pow(10, e);
}

/* ---- Linear axes --------------------------------------------------------------------------------------- */

typedef struct step { int m, e; } step;     /* m x 10^e */

static double value_of(step s, double n)
{
    return times_power(n * s.m, s.e);
}

/* The number of the first tick not below x, and of the last one not above it.  Far from 0 the quotient is known only to
 * some units in its last place: a tick that close counts as on x, as long as the difference is not visible.  Where it
 * is, the ticks themselves are compared with x. */
static double tick_from(double x, step s)
{
    double unit = value_of(s, 1), slack = fmin(fmax(1e-9, 4 * DBL_EPSILON * fabs(x / unit)), 0.02);
    double n = ceil(x / unit - slack);
    for (int i = 0; i < 2 && value_of(s, n) - x < -slack * unit; i++)
        n++;
    for (int i = 0; i < 2 && value_of(s, n - 1) - x >= -slack * unit; i++)
        n--;
    return n;
}

static double tick_to(double x, step s)
{
    return -tick_from(-x, s);
}

/* Are ticks at x distinct numbers, and exact before they are multiplied by the power of ten? */
static bool is_resolved(double x, step s)
{
    return value_of(s, 1) >= DBL_EPSILON * fabs(x) && times_power(1, s.e) >= DBL_EPSILON / 2 * fabs(x);
}

/* The smallest round step that puts at most `most` ticks into the range. */
static step step_for(double low, double high, int most)
{
    static const int nice[] = { 1, 2, 5 };
    double range = high - low;
    for (int e = (int)floor(log10(range / most)) - 1;; e++)
        for (int i = 0; i < 3; i++) {
            step s = { nice[i], e };
            double unit = value_of(s, 1);
            if (unit > 0 && range / unit <= most && is_resolved(fmax(fabs(low), fabs(high)), s) &&
                tick_to(high, s) - tick_from(low, s) + 1 <= most)
                return s;
        }
}

/* The step of the minor ticks, and how many of them make up a step. */
static step minor_of(step s)
{
    return s.m == 1 ? (step){ 2, s.e - 1 } : s.m == 2 ? (step){ 5, s.e - 1 } : (step){ 1, s.e };
}

static int minors_in(step s)
{
    return s.m == 2 ? 4 : 5;
}

/* Moves x outwards (towards -1: down, +1: up) to a tick when that costs little, else to a minor tick. */
static double outwards(double x, step s, double range, int towards)
{
    double there = value_of(s, towards < 0 ? tick_to(x, s) : tick_from(x, s));
    step small = minor_of(s);
    if (fabs(there - x) <= 0.1 * range || !is_resolved(x, small))
        return there;
    return value_of(small, towards < 0 ? tick_to(x, small) : tick_from(x, small));
}

static void add_tick(gi_axis *axis, double value, bool major, const char *label)
{
    if (axis->n >= GI_TICKS_MAX)
        return;
    gi_tick *t = &axis->ticks[axis->n++];
    memset(t, 0, sizeof *t);
    t->value = value;
    t->major = major;
    gi_label_append(t->label, label);
}

/* The offset of the labels, in steps of m powers of ten: where at least four leading digits of all ticks are the same,
 * labels are relative to it.  It is a multiple of a power of ten that is no shorter than the axis: the one below the
 * first tick, or one between the ticks when it is a multiple of 100 such powers, 10^9 for example. */
static double common_offset(double first, double last, int m)
{
    double largest = fmax(fabs(first), fabs(last)), length = fmax(last - first, 1);
    if ((first < 0) != (last < 0) || largest < 1e4 * length)
        return 0;
    double round = 10.0 / m;                /* in steps: of 1, 2 or 5 */
    while (round < length)
        round *= 10;
    double rounder = 100 * round, between = (first < 0 ? ceil(first / rounder) : floor(last / rounder)) * rounder;
    if (between >= first && between <= last)
        return between;
    return (first < 0 ? ceil(last / round) : floor(first / round)) * round;
}

static void linear_ticks(gi_axis *axis, int most)
{
    step s = step_for(axis->low, axis->high, most), small = minor_of(s);
    double first = tick_from(axis->low, s), last = tick_to(axis->high, s);
    double offset = common_offset(first, last, s.m);
    double largest = fmax(fabs(value_of(s, first - offset)), fabs(value_of(s, last - offset)));
    if (largest >= 99999.5 || (largest > 0 && largest < 9.9e-4))
        axis->exponent = (int)floor(log10(largest) + 1e-9);
    if (offset != 0 && axis->exponent < 0 && largest < 999.5 * times_power(1, s.e))
        axis->exponent = s.e;               /* beside an offset whole numbers read best */

    axis->offset = value_of(s, offset);
    gi_label_note(axis->note, axis->exponent, (long long)offset * s.m, s.e);
    for (double n = first; n <= last; n++) {
        char label[GI_LABEL_MAX];
        gi_label_decimal(label, (long long)(n - offset) * s.m, largest > 0 ? s.e - axis->exponent : 0);
        add_tick(axis, value_of(s, n), true, label);
    }
    if (!is_resolved(fmax(fabs(axis->low), fabs(axis->high)), small))
        return;
    last = tick_to(axis->high, small);
    for (double n = tick_from(axis->low, small); n <= last; n++)
        if (fmod(n, minors_in(s)) != 0)
            add_tick(axis, value_of(small, n), false, "");
}

static double clamp(double x)
{
    return fmin(fmax(x, -LARGEST), LARGEST);
}

static void choose_linear(gi_axis *axis, double low, double high, double fixed_low, double fixed_high,
                          double margin, int most)
{
    bool free_low = isnan(fixed_low), free_high = isnan(fixed_high);
    low = clamp(free_low ? low : fixed_low);
    high = clamp(free_high ? high : fixed_high);
    double size = fmax(fabs(low), fabs(high));
    bool single = !(high - low > fmax(GI_CLOSEST * size, SMALLEST));        /* one value, or practically one */
    if (single && (free_low || free_high)) {
        double half = size > SMALLEST ? size / 2 : 1;
        low = free_low ? (free_high ? low : high) - half : low;
        high = free_high ? (free_low ? high : low) + half + (free_low ? 0 : half) : high;
    } else if (single) {                    /* fixed ends, both beyond what an axis can show */
        low -= size > SMALLEST ? size / 2 : 1;
        high += size > SMALLEST ? size / 2 : 1;
    } else {
        double range = high - low, above = low;
        low -= free_low ? margin * range : 0;
        high += free_high ? margin * range : 0;
        if (above >= 0 && low < 0 && free_low)
            low = 0;                        /* no negative numbers on an axis for values that are never negative */
    }
    step s = step_for(low, high, most);
    double range = high - low;
    axis->low = free_low ? outwards(low, s, range, -1) : low;
    axis->high = free_high ? outwards(high, s, range, +1) : high;
    linear_ticks(axis, most);
}

/* ---- Logarithmic axes ---------------------------------------------------------------------------------- */

static bool on_axis(const gi_axis *axis, double value)
{
    return value >= axis->low * (1 - 1e-9) && value <= axis->high * (1 + 1e-9);
}

/* The multiples of a power of ten, 1 to 9, that get a label, as bits: the fewest that give three labels, at most `most`
 * if possible; 0 when even all nine give fewer. */
static int labelled_digits(const gi_axis *axis, int most)
{
    static const int sets[] = { 1 << 1, 1 << 1 | 1 << 2 | 1 << 5, 1 << 1 | 1 << 3,
                                1 << 1 | 1 << 2 | 1 << 3 | 1 << 5, 0x3fe };
    int enough = 0;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        int count = 0;
        for (int e = (int)floor(log10(axis->low)); e <= (int)ceil(log10(axis->high)); e++)
            for (int digit = 1; digit < 10; digit++)
                count += (sets[i] >> digit & 1) && on_axis(axis, times_power(digit, e));
        if (count >= 3 && count <= most)
            return sets[i];
        if (count >= 3 && !enough)
            enough = sets[i];
    }
    return enough;
}

static void log_ticks(gi_axis *axis, int most)
{
    double a = log10(axis->low), b = log10(axis->high), decades = b - a;
    static const int strides[] = { 1, 2, 3, 5, 10, 20, 50, 100, 200 };
    int stride = 1, first = (int)ceil(a - 1e-9), powers = (int)floor(b + 1e-9) - first + 1;
    for (size_t i = 0; i < sizeof strides / sizeof *strides && (powers - 1) / stride + 1 > most; i++)
        stride = strides[i];
    int digits = decades < 3 ? labelled_digits(axis, most) : 1 << 1;
    bool mixed = digits != 1 << 1;          /* too few powers of ten: label others too */
    bool plain = mixed && a > -4 && b < 5;  /* then 0.02 reads better than 2 x 10^-2 */

    if (decades < 0.25 || !digits) {        /* nearly linear: the ticks of a linear axis */
        linear_ticks(axis, most);
        return;
    }
    int small = stride < 10 ? 1 : stride / 5;
    for (int e = (int)floor(a); e <= (int)ceil(b); e++)
        for (int digit = 1; digit < 10 && (e - first) % small == 0; digit++) {
            double value = times_power(digit, e);
            char label[GI_LABEL_MAX] = "";
            if (!on_axis(axis, value) || (stride > 1 && digit > 1))
                continue;
            bool major = (digits >> digit & 1) && (e - first) % stride == 0;
            if (major && plain)
                gi_label_decimal(label, digit, e);
            else if (major && digit > 1)
                gi_shorten(label, digit, 1);
            if (major && !plain) {
                gi_label_append(label, digit > 1 ? GI_TIMES : "");
                gi_label_power(label, e);
            }
            add_tick(axis, value, major, label);
        }
}

/* Moves to a power of ten when that costs little, else to 1, 2 .. 9 times one when that costs at most this part of the
 * axis, else not at all. */
static double log_outwards(double x, double decades, int towards, double most)
{
    double e = log10(x), whole = towards < 0 ? floor(e + 1e-9) : ceil(e - 1e-9);
    if (fabs(whole - e) <= fmax(0.12 * decades, 0.02))
        return times_power(1, (int)whole);
    double power = times_power(1, (int)floor(e + 1e-9)), digit = x / power;
    double there = power * (towards < 0 ? floor(digit + 1e-9) : ceil(digit - 1e-9));
    return fabs(log10(there) - e) <= most * decades ? there : x;
}

static int majors(const gi_axis *axis)
{
    int n = 0;
    for (int i = 0; i < axis->n; i++)
        n += axis->ticks[i].major;
    return n;
}

#define LEAST 1e-307                        /* of a logarithmic axis, where numbers are only divided by each other */
#define MOST  1e308

static void choose_log(gi_axis *axis, double low, double high, double fixed_low, double fixed_high,
                       double margin, int most)
{
    bool free_low = isnan(fixed_low), free_high = isnan(fixed_high);
    low = fmin(fmax(free_low ? low : fixed_low, LEAST), MOST);
    high = fmin(fmax(free_high ? high : fixed_high, LEAST), MOST);
    if (low > high) {                       /* all data lie beyond a fixed end */
        low = free_low ? high : low;
        high = low;
    }
    double a = log10(low), b = log10(high), range = b - a;
    bool single = !(high - low > GI_CLOSEST * high);
    if (!single && high - low < 0.01 * low) {           /* linear to the eye, and too short for logarithms */
        choose_linear(axis, low, high, fixed_low, fixed_high, margin, most);
        return;
    }
    if (single) {
        a -= free_low ? 0.5 : 0;
        b += free_high ? 0.5 : 0;
    } else {
        a -= free_low ? margin * range : 0;
        b += free_high ? margin * range : 0;
    }
    static const double cost[] = { 0.3, INFINITY };
    for (int i = 0; i < 2 && majors(axis) < 3; i++) {           /* a second time where there are too few labels */
        memset(axis, 0, sizeof *axis);
        axis->log = true;
        axis->low = free_low ? log_outwards(pow(10, fmax(a, -307)), b - a, -1, cost[i]) : low;
        axis->high = free_high ? log_outwards(pow(10, fmin(b, 308)), b - a, +1, cost[i]) : high;
        if (!(axis->high > axis->low))
            axis->high = axis->low * 1.1;
        log_ticks(axis, most);
    }
}

/* ---- The axis ------------------------------------------------------------------------------------------ */

void gi_axis_choose(gi_axis *axis, double low, double high, double fixed_low, double fixed_high,
                    bool log, double margin, int most)
{
    memset(axis, 0, sizeof *axis);
    axis->log = log;
    most = most < 2 ? 2 : most > 20 ? 20 : most;
    if (log)
        choose_log(axis, low, high, fixed_low, fixed_high, margin, most);
    else
        choose_linear(axis, low, high, fixed_low, fixed_high, margin, most);
}

double gi_axis_at(const gi_axis *axis, double value)
{
    double low = axis->low, high = axis->high;
    if (axis->log && high < 2 * low)        /* the difference of two logarithms would lose digits */
        return log1p((value - low) / low) / log1p((high - low) / low);
    if (axis->log)
        return (log10(value) - log10(low)) / (log10(high) - log10(low));
    return (value / 2 - low / 2) / (high / 2 - low / 2);
}
