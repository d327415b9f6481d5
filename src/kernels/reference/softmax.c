/* softmax.c - softmax, log-softmax, logsumexp and cross-entropy of a row, by their definitions.  The largest element is
 * subtracted, so that nothing overflows; where it is infinite, the elements equal to it share evenly. */
#include <math.h>

#include "kernels/reference/reference.h"

static gi_wide largest(int64_t n, const gd_real *x, int64_t step)
{
    gi_wide most = -(gi_wide)INFINITY;
    for (int64_t i = 0; i < n; i++)
        most = (gi_wide)x[i * step] > most ? (gi_wide)x[i * step] : most;
    return most;
}

/* e^(x - most), and 1 for x = most, infinities included. */
static gi_wide power(gd_real x, gi_wide most)
{
    return (gi_wide)x == most ? 1 : gi_exp_reference((gi_wide)x - most);
}

/* In blocks: the rounding of a million equal terms, one after the other, would show in double. */
static gi_wide sum_of_powers(int64_t n, const gd_real *x, int64_t step, gi_wide most)
{
    enum { BLOCK = 1024 };
    gi_wide sum = 0;
    for (int64_t i = 0; i < n; i += BLOCK) {
        gi_wide block = 0;
        for (int64_t k = i; k < n && k < i + BLOCK; k++)
            block += power(x[k * step], most);
        sum += block;
    }
    return sum;
}

/* y = e^(x - most) / sum */
void gi_softmax_reference(int64_t n, gd_real *y, const gd_real *x)
{
    const gi_wide most = largest(n, x, 1), sum = sum_of_powers(n, x, 1, most);
    for (int64_t i = 0; i < n; i++)
        y[i] = (gd_real)(power(x[i], most) / sum);
}

/* dx = y (dy - sum(dy y)) */
void gi_softmax_slope_reference(int64_t n, gd_real *dx, const gd_real *dy, const gd_real *y)
{
    const gi_wide dot = gi_dot_reference(n, dy, y);
    for (int64_t i = 0; i < n; i++)
        dx[i] = (gd_real)((gi_wide)y[i] * ((gi_wide)dy[i] - dot));
}

/* y = x - most - ln sum */
void gi_log_softmax_reference(int64_t n, gd_real *y, const gd_real *x)
{
    const gi_wide most = largest(n, x, 1), log_sum = gi_log_reference(sum_of_powers(n, x, 1, most));
    for (int64_t i = 0; i < n; i++)
        y[i] = (gd_real)((gi_wide)x[i] == most ? -log_sum : (gi_wide)x[i] - most - log_sum);
}

/* dx = dy - e^y sum(dy) */
void gi_log_softmax_slope_reference(int64_t n, gd_real *dx, const gd_real *dy, const gd_real *y)
{
    const gi_wide sum = gi_sum_reference(n, dy, 1);
    for (int64_t i = 0; i < n; i++)
        dx[i] = (gd_real)((gi_wide)dy[i] - gi_exp_reference((gi_wide)y[i]) * sum);
}

/* ln sum e^x = most + ln sum e^(x - most) */
gd_real gi_logsumexp_reference(int64_t n, const gd_real *x, int64_t step)
{
    const gi_wide most = largest(n, x, step);
    return (gd_real)(most + (n ? gi_log_reference(sum_of_powers(n, x, step, most)) : 0));
}

/* dx = dy softmax(x) */
void gi_logsumexp_slope_reference(int64_t n, gd_real *dx, const gd_real *x, int64_t step, gd_real dy)
{
    const gi_wide most = largest(n, x, step), sum = sum_of_powers(n, x, step, most);
    for (int64_t i = 0; i < n; i++)
        dx[i * step] = (gd_real)((gi_wide)dy * power(x[i * step], most) / sum);
}

/* -ln softmax(x)_label, with the small terms of a confident right answer */
gd_real gi_cross_entropy_reference(int64_t classes, const gd_real *x, int64_t label)
{
    const gi_wide most = largest(classes, x, 1), gap = (gi_wide)x[label] == most ? 0 : most - (gi_wide)x[label];
    return (gd_real)(gap + gi_log_reference(sum_of_powers(classes, x, 1, most)));
}

/* z = g (softmax(x) - one_hot(label)) */
void gi_cross_entropy_slope_reference(int64_t classes, const gd_real *x, int64_t label, gd_real g, gd_real *z)
{
    const gi_wide most = largest(classes, x, 1), sum = sum_of_powers(classes, x, 1, most);
    for (int64_t c = 0; c < classes; c++)
        z[c] = (gd_real)((gi_wide)g * (power(x[c], most) / sum - (c == label)));
}
