/* distributions.c - random numbers that are not simply uniform or normal.  Computed in double, so that both builds draw
 * the same numbers. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "base/start.h"
#include "check.h"
#include "gradus/random.h"
#include "nest.h"
#include "new.h"
#include "shape.h"

/* ---- Whole numbers, exponential, Bernoulli -------------------------------------------------------------------- */

static bool randint_compute(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)x;
    const int64_t *bounds = attributes, low = bounds[0], high = bounds[1];
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < t->numel; i++)
        t->data[i] = (gd_real)(low + (int64_t)gi_random_below(state, (uint64_t)(high - low)));
    return true;
}

gd_tensor *gd_randint(gd_shape shape, int64_t low, int64_t high)
{
    static const char function[] = "gd_randint";
    if (low >= high)
        return gd_fail("%s: low = %" PRId64 " must be below high = %" PRId64, function, low, high);
    if (low < -GI_WHOLE_MAX || high - 1 > GI_WHOLE_MAX)
        return gd_fail("%s: low = %" PRId64 " and high = %" PRId64 ": " GI_REAL_NAME " holds all whole numbers from %"
                       PRId64 " to %" PRId64 " only", function, low, high, -GI_WHOLE_MAX, GI_WHOLE_MAX);
    gd_tensor *t = gi_new(function, shape.ndim, shape.size);
    const int64_t bounds[] = { low, high };
    return t && gi_start(function, randint_compute, t, NULL, 0, bounds, sizeof bounds) ? t : NULL;
}

/* In [0, 36.8]. */
static double standard_exponential(uint64_t *state)
{
    return -log(1 - gi_random_unit(state));
}

static bool exponential_compute(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)x;
    const double rate = *(const double *)attributes;
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < t->numel; i++)
        t->data[i] = (gd_real)(standard_exponential(state) / rate);
    return true;
}

gd_tensor *gd_exponential(gd_shape shape, double rate)
{
    static const char function[] = "gd_exponential";
    const double largest = 37;
    if (!(rate > 0 && isfinite(rate)))
        return gd_fail("%s: rate = %g must be positive and finite", function, rate);
    if (!isfinite((gd_real)(largest / rate)))
        return gd_fail("%s: rate = %g: the numbers must be finite in " GI_REAL_NAME, function, rate);
    gd_tensor *t = gi_new(function, shape.ndim, shape.size);
    return t && gi_start(function, exponential_compute, t, NULL, 0, &rate, sizeof rate) ? t : NULL;
}

static bool bernoulli_compute(gd_tensor *t, gd_tensor *const p[], const void *attributes)
{
    (void)attributes;
    gi_copy(t->data, p[0]);
    for (int64_t i = 0; i < t->numel; i++)
        if (!(t->data[i] >= 0 && t->data[i] <= 1))
            return gd_fail("gd_bernoulli: element %" PRId64 " of p is %g, and probabilities lie in [0, 1]", i,
                           (double)t->data[i]);
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < t->numel; i++)
        t->data[i] = gi_random_unit(state) < (double)t->data[i] ? 1 : 0;
    return true;
}

gd_tensor *gd_bernoulli(const gd_tensor *p)
{
    static const char function[] = "gd_bernoulli";
    if (!gi_given_tensor(function, "p", p) || !gi_alive(function, "p", p))
        return NULL;
    gd_tensor *t = gi_new(function, p->ndim, p->shape);
    return t && gi_start_one(function, bernoulli_compute, t, (gd_tensor *)(uintptr_t)p, NULL, 0) ? t : NULL;
}

/* ---- The truncated normal distribution ------------------------------------------------------------------------- */

static double standard_normal(uint64_t *state)
{
    const double two_pi = 6.283185307179586, radius = sqrt(2 * standard_exponential(state));
    return radius * cos(two_pi * gi_random_unit(state));
}

/* Robert's three ways to draw from a standard normal distribution in [a, b], each a rejection: from the normal one,
 * from an exponential one that begins at a > 0, or from the uniform one; the one that rejects least. */
static double from_tail(uint64_t *state, double a, double b)
{
    const double rate = (a + sqrt(a * a + 4)) / 2;
    double x;
    do
        x = a + standard_exponential(state) / rate;
    while (x > b || standard_exponential(state) < (x - rate) * (x - rate) / 2);
    return x;
}

static double from_uniform(uint64_t *state, double a, double b)
{
    const double nearest = a > 0 ? a : b < 0 ? b : 0;           /* where the density is largest */
    double x;
    do
        x = a + (b - a) * gi_random_unit(state);
    while (standard_exponential(state) < (x - nearest) * (x + nearest) / 2);
    return x;
}

static double standard_truncated(uint64_t *state, double a, double b)
{
    if (b < 0 || (b == 0 && a < 0))
        return -standard_truncated(state, -b, -a);
    if (a > 0) {
        const double sum = a + sqrt(a * a + 4), bound = 2 / sum * exp(0.5 - a / sum);
        return b - a > bound ? from_tail(state, a, b) : from_uniform(state, a, b);
    }
    if (b - a < 2.506628274631)                                 /* sqrt(2 pi) */
        return from_uniform(state, a, b);
    double x;
    do
        x = standard_normal(state);
    while (x < a || x > b);
    return x;
}

/* The nearest gd_real that is not below, or not above. */
static gd_real rounded_into(double bound, double direction)
{
    const gd_real r = (gd_real)bound;
    if (direction > 0 ? (double)r >= bound : (double)r <= bound)
        return r;
#ifdef GD_DOUBLE
    return nextafter(r, direction);
#else
    return nextafterf(r, (float)direction);
#endif
}

typedef struct truncated {
    double  mean, std, a, b;                /* a and b: the bounds of the standard normal distribution */
    gd_real least, most;
} truncated;

static bool truncated_compute(gd_tensor *t, gd_tensor *const none[], const void *attributes)
{
    (void)none;
    const truncated *d = attributes;
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < t->numel; i++) {
        const gd_real x = (gd_real)(d->mean + d->std * standard_truncated(state, d->a, d->b));
        t->data[i] = x < d->least ? d->least : x > d->most ? d->most : x;       /* by rounding alone */
    }
    return true;
}

gd_tensor *gd_truncated_normal(gd_shape shape, double mean, double std, double low, double high)
{
    static const char function[] = "gd_truncated_normal";
    const double far = 1e9;
    if (!(std > 0 && isfinite(std)) || !isfinite(mean))
        return gd_fail("%s: mean = %g must be finite, and std = %g positive and finite", function, mean, std);
    if (!(low <= high))
        return gd_fail("%s: low = %g must not be above high = %g", function, low, high);
    const double a = (low - mean) / std, b = (high - mean) / std;
    if (a > far || b < -far)
        return gd_fail("%s: mean = %g lies more than 1e9 std = %g outside of low = %g .. high = %g", function, mean,
                       std, low, high);
    const gd_real least = rounded_into(low, (double)INFINITY), most = rounded_into(high, -(double)INFINITY);
    if (least > most)
        return gd_fail("%s: there is no " GI_REAL_NAME " between low = %.17g and high = %.17g", function, low, high);
    const double farthest = fmin(fmax(fabs(low), fabs(high)), fabs(mean) + 10 * std);
    if (!isfinite((gd_real)farthest))
        return gd_fail("%s: mean = %g and std = %g: the numbers must be finite in " GI_REAL_NAME, function, mean, std);
    gd_tensor *t = gi_new(function, shape.ndim, shape.size);
    const truncated d = { mean, std, a, b, least, most };
    return t && gi_start(function, truncated_compute, t, NULL, 0, &d, sizeof d) ? t : NULL;
}

/* ---- Drawing by weight ----------------------------------------------------------------------------------------- */

typedef struct keyed { double key; int64_t index; } keyed;

static int by_key(const void *left, const void *right)
{
    const keyed *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

/* Each index waits for a time that is exponential with its weight as the rate: the first to come are the sample.  The
 * keys are the logarithms of the times, which do not overflow. */
static void draw_without(const gd_real *w, int64_t n, int64_t draws, keyed *room, gd_real *to)
{
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < n; i++)
        room[i] = (keyed){ w[i] > 0 ? log(standard_exponential(state)) - log((double)w[i]) : (double)INFINITY, i };
    qsort(room, (size_t)n, sizeof *room, by_key);
    for (int64_t k = 0; k < draws; k++)
        to[k] = (gd_real)room[k].index;
}

/* room[i].key is the sum of the weights 0 .. i, in units of the largest. */
static void draw_with(const gd_real *w, int64_t n, int64_t draws, double largest, keyed *room, gd_real *to)
{
    uint64_t *state = gi_random_state();
    double sum = 0;
    int64_t last = 0;
    for (int64_t i = 0; i < n; i++) {
        room[i].key = sum += (double)w[i] / largest;
        last = w[i] > 0 ? i : last;
    }
    for (int64_t k = 0; k < draws; k++) {
        const double at = gi_random_unit(state) * sum;
        int64_t low = 0, high = last;                           /* the first whose sum is above at */
        while (low < high) {
            const int64_t middle = low + (high - low) / 2;
            if (room[middle].key > at)
                high = middle;
            else
                low = middle + 1;
        }
        to[k] = (gd_real)low;
    }
}

/* The largest weight of a row; -1, and a message, when the row cannot be drawn from. */
static double largest_of(const char *function, const gd_real *w, int64_t n, int64_t row, int64_t needed)
{
    double largest = 0;
    int64_t positive = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!(w[i] >= 0 && isfinite(w[i]))) {
            gd_fail("%s: weight %" PRId64 " of row %" PRId64 " is %g: weights are finite and not negative", function, i,
                    row, (double)w[i]);
            return -1;
        }
        positive += w[i] > 0;
        largest = fmax(largest, (double)w[i]);
    }
    if (positive >= needed)
        return largest;
    gd_fail("%s: row %" PRId64 " has %" PRId64 " positive weight%s: %" PRId64 " needed", function, row, positive,
            gi_plural(positive), needed);
    return -1;
}

typedef struct drawing {
    int64_t draws;
    bool    replacement;
} drawing;

static bool draw_rows(const char *function, const gd_tensor *weights, drawing d, gd_tensor *to)
{
    const int64_t draws = d.draws;
    const bool replacement = d.replacement;
    const int64_t n = weights->shape[weights->ndim - 1], rows = weights->ndim == 2 ? weights->shape[0] : 1;
    const gd_real *w = gi_contiguous_numbers(weights);
    keyed *room = w ? gi_arena_take(gi_current_scope(), (size_t)n * sizeof *room) : NULL;
    if (!room)
        return false;
    const int64_t needed = draws == 0 ? 0 : replacement ? 1 : draws;
    for (int64_t row = 0; row < rows; row++)                    /* all is checked before a number is drawn */
        if (largest_of(function, w + row * n, n, row, needed) < 0)
            return false;
    for (int64_t row = 0; row < rows && draws > 0; row++) {
        const gd_real *from = w + row * n;
        if (replacement)
            draw_with(from, n, draws, largest_of(function, from, n, row, needed), room, to->data + row * draws);
        else
            draw_without(from, n, draws, room, to->data + row * draws);
    }
    return true;
}

static bool multinomial_compute(gd_tensor *t, gd_tensor *const weights[], const void *attributes)
{
    const drawing *d = attributes;
    if (!gd_scope_begin())
        return false;
    const bool good = draw_rows("gd_multinomial", weights[0], *d, t);
    gd_scope_end();
    return good;
}

gd_tensor *gd_multinomial(const gd_tensor *weights, int64_t draws, bool replacement)
{
    static const char function[] = "gd_multinomial";
    if (!gi_given_tensor(function, "weights", weights) || !gi_alive(function, "weights", weights))
        return NULL;
    if (weights->ndim < 1 || weights->ndim > 2)
        return gd_fail("%s: weights is %s: [n] or [rows, n] expected", function, gi_text_of(weights).s);
    if (draws < 0)
        return gd_fail("%s: draws = %" PRId64 " must not be negative", function, draws);
    if (!gi_countable(function, "the elements", weights->shape[weights->ndim - 1]))
        return NULL;
    int64_t shape[2] = { weights->ndim == 2 ? weights->shape[0] : draws, draws };
    gd_tensor *t = gi_new(function, weights->ndim, shape);
    const drawing d = { draws, replacement };
    gd_tensor *const from = (gd_tensor *)(uintptr_t)weights;
    return t && gi_start_one(function, multinomial_compute, t, from, &d, sizeof d) ? t : NULL;
}

/* ---- Choosing elements ------------------------------------------------------------------------------------------ */

static bool choose_rows(gd_tensor *t, const gd_tensor *x, const gd_tensor *weights, drawing d)
{
    const gd_tensor *w = weights ? weights : gd_ones(GD_SHAPE(x->shape[0]));
    const gd_tensor *rows = w ? gd_multinomial(w, d.draws, d.replacement) : NULL;
    if (!rows)
        return false;
    gd_tensor row = *x;
    row.ndim--;
    memcpy(row.shape, x->shape + 1, sizeof row.shape - sizeof *row.shape);
    memcpy(row.stride, x->stride + 1, sizeof row.stride - sizeof *row.stride);
    gi_finish_view(&row);
    for (int64_t i = 0; i < d.draws; i++) {
        row.data = x->data + (int64_t)rows->data[i] * x->stride[0];
        gi_copy(t->data + i * row.numel, &row);
    }
    return true;
}

static bool choice_compute(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    const drawing *d = attributes;
    if (!gd_scope_begin())
        return false;
    const bool good = choose_rows(t, x[0], x[1], *d);
    gd_scope_end();
    return good;
}

gd_tensor *gd_random_choice(const gd_tensor *x, int64_t draws, bool replacement, const gd_tensor *weights)
{
    static const char function[] = "gd_random_choice";
    if (!gi_given_tensor(function, "x", x) || !gi_alive(function, "x", x) || !gi_alive(function, "weights", weights))
        return NULL;
    if (x->ndim < 1 || x->shape[0] < 1)
        return gd_fail("%s: x is %s: there is nothing to choose from", function, gi_text_of(x).s);
    if (weights && (weights->ndim != 1 || weights->shape[0] != x->shape[0]))
        return gd_fail("%s: x is %s and weights is %s: [%" PRId64 "] expected", function, gi_text_of(x).s,
                       gi_text_of(weights).s, x->shape[0]);
    if (draws < 0)
        return gd_fail("%s: draws = %" PRId64 " must not be negative", function, draws);
    int64_t shape[GD_MAX_DIMS];
    memcpy(shape, x->shape, sizeof shape);
    shape[0] = draws;
    gd_tensor *t = gi_new(function, x->ndim, shape);
    gd_tensor *const from[] = { (gd_tensor *)(uintptr_t)x, (gd_tensor *)(uintptr_t)weights };
    const drawing d = { draws, replacement };
    return t && gi_start(function, choice_compute, t, from, 2, &d, sizeof d) ? t : NULL;
}
