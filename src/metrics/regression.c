/* regression.c - the coefficient of determination, and running means. */
#include <inttypes.h>
#include <math.h>

#include "base/message.h"
#include "base/start.h"
#include "gradus/metrics.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/shape.h"

/* A sum with about twice the digits of a double: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation
 * endlicher Summen", ZAMM 54, 1974. */
static void add_term(double *sum, double *rest, double x)
{
    const double all = *sum + x;
    *rest += fabs(*sum) >= fabs(x) ? (*sum - all) + x : (x - all) + *sum;
    *sum = all;
}

/* ---- R^2 ------------------------------------------------------------------------------------------------------ */

typedef struct column { const gd_real *at; int64_t n, step; } column;

static double element(column c, int64_t i)
{
    return (double)c.at[i * c.step];
}

/* A power of two, 2^-e, that brings |x| below 1: scaled by it nothing overflows, and nothing is rounded. */
static double below_one(double largest)
{
    int exponent;
    frexp(largest, &exponent);
    return ldexp(1, exponent > 1000 ? -1000 : exponent < -1000 ? 1000 : -exponent);
}

static double mean_of(column c)
{
    double largest = 0, sum = 0, rest = 0;
    for (int64_t i = 0; i < c.n; i++)
        largest = fmax(largest, fabs(element(c, i)));
    const double scale = below_one(largest);
    for (int64_t i = 0; i < c.n; i++)
        add_term(&sum, &rest, element(c, i) * scale);
    return (sum + rest) / (double)c.n / scale;
}

/* sum_i (a[i] - b[i])^2 = *largest^2 times the result; b is one number when b.n is 0. */
static double squares(column a, column b, double mean, double *largest)
{
    double sum = 0, rest = 0;
    *largest = 0;
    for (int64_t i = 0; i < a.n; i++)                           /* halved: a difference may overflow */
        *largest = fmax(*largest, fabs(element(a, i) / 2 - (b.n ? element(b, i) : mean) / 2));
    for (int64_t i = 0; *largest > 0 && i < a.n; i++) {
        const double d = (element(a, i) / 2 - (b.n ? element(b, i) : mean) / 2) / *largest;
        add_term(&sum, &rest, d * d);
    }
    return sum + rest;
}

static double r2_of(column p, column y)
{
    double error, spread;
    const double errors = squares(y, p, 0, &error), whole = squares(y, (column){ NULL, 0, 0 }, mean_of(y), &spread);
    return 1 - error / spread * (error / spread) * (errors / whole);
}

static bool usable(const char *function, const char *name, column c, int64_t k)
{
    for (int64_t i = 0; i < c.n; i++)
        if (!isfinite(element(c, i)))
            return gd_fail("%s: row %" PRId64 " of %s, output %" PRId64 ", is %g", function, i, name, k, element(c, i));
    return true;
}

static bool constant(column c)
{
    for (int64_t i = 1; i < c.n; i++)
        if (element(c, i) != element(c, 0))
            return false;
    return true;
}

static double mean_r2(const char *function, const gd_tensor *prediction, const gd_tensor *target)
{
    const int64_t n = target->shape[0], outputs = target->ndim == 2 ? target->shape[1] : 1;
    const gd_real *p = gi_contiguous_numbers(prediction), *y = p ? gi_contiguous_numbers(target) : NULL;
    double sum = 0;
    if (!y)
        return NAN;
    for (int64_t k = 0; k < outputs; k++) {
        const column pk = { p + k, n, outputs }, yk = { y + k, n, outputs };
        if (!usable(function, "prediction", pk, k) || !usable(function, "target", yk, k))
            return NAN;
        if (constant(yk)) {
            gd_fail("%s: target, output %" PRId64 ", is %g in all rows: R^2 needs targets that differ", function, k,
                    element(yk, 0));
            return NAN;
        }
        sum += r2_of(pk, yk) / (double)outputs;
    }
    return sum;
}

double gd_r2(const gd_tensor *prediction, const gd_tensor *target)
{
    gi_not_captured("gd_r2", GI_READS_NUMBERS);
    static const char function[] = "gd_r2";
    if (!gi_given_tensor(function, "prediction", prediction) || !gi_given_tensor(function, "target", target) ||
        !gi_alive(function, "prediction", prediction) || !gi_alive(function, "target", target))
        return NAN;
    if (!gi_same_shape(prediction, target) || target->ndim < 1 || target->ndim > 2) {
        gd_fail("%s: prediction is %s and target is %s: both must be [n], or both [n, outputs]", function,
                gi_text_of(prediction).s, gi_text_of(target).s);
        return NAN;
    }
    if (target->shape[0] < 2 || (target->ndim == 2 && target->shape[1] == 0)) {
        gd_fail("%s: target is %s: at least two rows and one output are needed", function, gi_text_of(target).s);
        return NAN;
    }
    if (!gd_scope_begin())
        return NAN;
    const double result = mean_r2(function, prediction, target);
    gd_scope_end();
    return result;
}

/* ---- Running means -------------------------------------------------------------------------------------------- */

gd_running gd_running_start(void)
{
    return (gd_running){ .weight = 0, .weight_rest = 0, .mean = 0, .rest = 0 };
}

/* mean += (value - mean) weight / all weights: D. E. Knuth, The Art of Computer Programming, vol. 2, section 4.2.2,
 * equation 15.  Unlike a sum it does not overflow. */
bool gd_running_add(gd_running *running, double value, double weight)
{
    if (!gi_not_null("gd_running_add", "running", running))
        return false;
    if (!(weight >= 0 && isfinite(weight)))
        return gd_fail("gd_running_add: weight = %g must be finite and not negative", weight);
    if (weight == 0)
        return true;
    gd_running r = *running;
    add_term(&r.weight, &r.weight_rest, weight);
    const double whole = r.weight + r.weight_rest;
    if (!isfinite(whole))
        return gd_fail("gd_running_add: weight = %g makes the sum of all weights infinite", weight);
    const double share = weight / whole, mean = r.mean + r.rest;
    if (!isfinite(value) || !isfinite(mean)) {                  /* an infinite mean stays; NaN wins */
        r.mean = mean + value;
        r.rest = 0;
    } else {
        const double step = value - mean;
        add_term(&r.mean, &r.rest, isfinite(step) ? step * share : value * share - mean * share);
    }
    *running = r;
    return true;
}

double gd_running_mean(const gd_running *running)
{
    if (!gi_not_null("gd_running_mean", "running", running))
        return NAN;
    return running->weight > 0 ? running->mean + running->rest : NAN;
}
