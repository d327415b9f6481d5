/* standardize.c - means, variances and deviations of groups.  Sums are compensated over runs and strips of rows, see
 * terms.h.
 *
 * reference/standardize.c has the definitions, which -DGD_PLAIN uses. */
#include <string.h>

#include "kernels/standardize.h"
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "kernels/reference/reference.h"
#include "kernels/sums.h"
#include "kernels/terms.h"

#ifndef GD_PLAIN

enum { STRIP = 64, FEW_ROWS = 16 };

/* ---- Means over a group ------------------------------------------------------------------------------------- */

static void group_means(const gi_groups *s, const gd_real *x, gd_real *mean, gd_real *rest)
{
    const int64_t a = s->a, n = s->groups, b = s->b;
    memset(mean, 0, (size_t)n * sizeof *mean);
    memset(rest, 0, (size_t)n * sizeof *rest);
    if (b == 1)
        real_sum_columns(a, n, x, n, 1, mean);
    else
        for (int64_t i = 0; i < a; i++)
            for (int64_t g = 0; g < n; g++, x += b)
                real_add_term(&mean[g], &rest[g], real_sum(b, x));
    for (int64_t g = 0; g < n; g++)
        mean[g] = real_whole(mean[g], rest[g]) / (gd_real)(a * b);
}

/* d = x - mean for a run of b elements of one group, written to d where given, and its two sums. */
GI_KERNEL static void add_run(int64_t b, const gd_real *x, gd_real mean, const gd_real *u, gd_real *d, gd_real *sums)
{
    if (d) {
        for (int64_t j = 0; j < b; j++)
            d[j] = x[j] - mean;
        x = d;
        mean = 0;
    }
#define D(j)  (x[j] - mean)
#define DU(j) (D(j) * u[j])
#define DD(j) (D(j) * D(j))
    if (u) {
        SUMS_OF_TERMS(sums[0], sums[1], b, D, DU)
    } else {
        SUMS_OF_TERMS(sums[0], sums[1], b, D, DD)
    }
}

/* The same where groups are columns of a matrix of n: a strip of them, over a few rows. */
GI_KERNEL static void add_strip(int64_t rows, int width, int64_t n, const gd_real *x, const gd_real *restrict mean,
                               const gd_real *u, gd_real *restrict sum, gd_real *restrict product)
{
    for (int g = 0; g < width; g++)
        sum[g] = product[g] = 0;
    for (int64_t i = 0; i < rows; i++, x += n) {
        if (u)
            for (int g = 0; g < width; g++) {
                const gd_real deviation = x[g] - mean[g];
                sum[g] += deviation;
                product[g] += deviation * u[i * n + g];
            }
        else
            for (int g = 0; g < width; g++) {
                const gd_real deviation = x[g] - mean[g];
                sum[g] += deviation;
                product[g] += deviation * deviation;
            }
    }
}

GI_KERNEL static void subtract_means(int64_t rows, int width, int64_t n, const gd_real *x, const gd_real *restrict mean,
                                     gd_real *d)
{
    for (int64_t i = 0; i < rows; i++)
        for (int g = 0; g < width; g++)
            d[i * n + g] = x[i * n + g] - mean[g];
}

static void add_strips(const gi_groups *s, const gd_real *x, const gd_real *u, gd_real *d, const gi_group_means *m)
{
    const int64_t n = s->groups;
    gd_real sum[STRIP], product[STRIP];
    for (int64_t i = 0; i < s->a; i += FEW_ROWS)
        for (int64_t g = 0; g < n; g += STRIP) {
            const int width = n - g < STRIP ? (int)(n - g) : STRIP;
            const int64_t at = i * n + g, rows = s->a - i < FEW_ROWS ? s->a - i : FEW_ROWS;
            add_strip(rows, width, n, x + at, m->mean + g, u ? u + at : NULL, sum, product);
            if (d)
                subtract_means(rows, width, n, x + at, m->mean + g, d + at);
            for (int k = 0; k < width; k++) {
                real_add_term(&m->left[g + k], &m->rest[g + k], sum[k]);
                real_add_term(&m->product[g + k], &m->rest[n + g + k], product[k]);
            }
        }
}

/* left and product of m, whose mean is set; d may be x. */
static void deviations(const gi_groups *s, const gd_real *x, const gd_real *u, gd_real *d, const gi_group_means *m)
{
    const int64_t n = s->groups, b = s->b;
    memset(m->left, 0, (size_t)n * sizeof *m->left);
    memset(m->product, 0, (size_t)n * sizeof *m->product);
    memset(m->rest, 0, 2 * (size_t)n * sizeof *m->rest);
    if (b == 1)
        add_strips(s, x, u, d, m);
    else
        for (int64_t i = 0; i < s->a; i++)
            for (int64_t g = 0; g < n; g++) {
                const int64_t at = (i * n + g) * b;
                gd_real sums[2];
                add_run(b, x + at, m->mean[g], u ? u + at : NULL, d ? d + at : NULL, sums);
                real_add_term(&m->left[g], &m->rest[g], sums[0]);
                real_add_term(&m->product[g], &m->rest[n + g], sums[1]);
            }
    for (int64_t g = 0; g < n; g++) {
        m->left[g] = real_whole(m->left[g], m->rest[g]) / (gd_real)(s->a * b);
        m->product[g] = real_whole(m->product[g], m->rest[n + g]) / (gd_real)(s->a * b);
    }
}

/* ---- y = (x - mean) r --------------------------------------------------------------------------------------- */

GI_KERNEL static void subtract_and_scale(const gi_groups *s, gd_real *y, const gd_real *left)
{
    const int64_t runs = s->a * s->groups, b = s->b;
    for (int64_t i = 0, g = 0; i < runs; i++, g = g + 1 < s->groups ? g + 1 : 0)
        for (int64_t j = 0; j < b; j++)
            y[i * b + j] = (y[i * b + j] - left[g]) * s->r[g];
}

/* The rounding error of the mean may be large relative to the deviations.  It is the mean of the deviations; where that
 * is not small, it is subtracted from them, and the mean of the result is taken as well. */
void gi_standardize(gi_groups *s, gd_real *y, const gd_real *x, const gi_group_means *m)
{
    const int64_t n = s->groups;
    bool again = false;
    group_means(s, x, m->mean, m->rest);
    memcpy(s->mean, m->mean, (size_t)n * sizeof *s->mean);
    deviations(s, x, NULL, y, m);
    for (int64_t g = 0; g < n; g++)
        again |= m->left[g] * m->left[g] > (gd_real)0.01 * m->product[g];
    if (again) {
        for (int64_t g = 0; g < n; g++)
            s->mean[g] += m->mean[g] = m->left[g];
        deviations(s, y, NULL, y, m);
    }
    for (int64_t g = 0; g < n; g++) {
        s->mean[g] += m->left[g];
        s->var[g] = m->product[g] - m->left[g] * m->left[g];
        s->r[g] = real_inverse_root(s->var[g] + (gd_real)(s->eps * (double)s->scale[g] * (double)s->scale[g]));
    }
    subtract_and_scale(s, y, m->left);
}

/* ---- The gradient ------------------------------------------------------------------------------------------- */

/* m->left corrects the mean of dy, as in gi_standardize. */
GI_KERNEL static void slope(const gi_groups *s, gd_real *restrict dx, const gd_real *dy, const gd_real *y,
                            const gi_group_means *m)
{
    const int64_t runs = s->a * s->groups, b = s->b;
    for (int64_t i = 0, k = 0; i < runs; i++, k = k + 1 < s->groups ? k + 1 : 0)
        for (int64_t j = 0; j < b; j++)
            dx[i * b + j] = s->r[k] * (dy[i * b + j] - m->mean[k] - m->left[k] - y[i * b + j] * m->product[k]);
}

void gi_standardize_grad(const gi_groups *s, gd_real *dx, const gd_real *dy, const gd_real *y, const gi_group_means *m)
{
    group_means(s, dy, m->mean, m->rest);
    deviations(s, dy, y, NULL, m);
    slope(s, dx, dy, y, m);
}

#else

void gi_standardize(gi_groups *s, gd_real *y, const gd_real *x, const gi_group_means *unused)
{
    (void)unused;
    gi_standardize_reference(s, y, x);
}

void gi_standardize_grad(const gi_groups *s, gd_real *dx, const gd_real *dy, const gd_real *y,
                         const gi_group_means *unused)
{
    (void)unused;
    gi_standardize_grad_reference(s, dx, dy, y);
}

#endif

bool gi_group_scales(gi_groups *s, const gd_real *x)
{
    bool any = false;
    for (int64_t g = 0; g < s->groups; g++) {
        gd_real most = 0;
        if (real_square_is_good(s->var[g] + (gd_real)s->eps))
            continue;
        for (int64_t i = 0; i < s->a; i++)
            most = real_max(most, real_largest(s->b, x + (i * s->groups + g) * s->b, 1));
        s->scale[g] = real_scale_for(most);
        any |= s->scale[g] != 1;
    }
    return any;
}

void gi_scaled_groups(const gi_groups *s, gd_real *scaled, const gd_real *x)
{
    for (int64_t i = 0, g = 0; i < s->a * s->groups; i++, g = g + 1 < s->groups ? g + 1 : 0)
        for (int64_t j = 0; j < s->b; j++)
            scaled[i * s->b + j] = x[i * s->b + j] * s->scale[g];
}

void gi_unscale_groups(gi_groups *s)
{
    for (int64_t g = 0; g < s->groups; g++) {
        s->mean[g] /= s->scale[g];
        s->var[g] = s->var[g] / s->scale[g] / s->scale[g];
        s->r[g] *= s->scale[g];
    }
}
