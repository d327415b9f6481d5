/* softmax.c - softmax and its relatives over rows.  All subtract the largest element first, so that nothing overflows
 * and the largest term is exact.  Where that is infinite, the elements equal to it share the probability evenly, as
 * equal finite ones do: for +infinity this is the limit; a row of -infinity alone has many limits, of which the
 * gradients of gd_max and gd_logsumexp take the same.
 *
 * reference/softmax.c has the definitions, which -DGD_PLAIN uses. */
#include <math.h>

#include "softmax.h"
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "reference/reference.h"
#include "rows.h"
#include "sums.h"
#include "terms.h"

#ifndef GD_PLAIN

GI_KERNEL static void softmax(int64_t n, gd_real *y, const gd_real *x)
{
    gd_real scale = 1 / row_exp(n, y, x, row_largest(n, x));
    for (int64_t i = 0; i < n; i++)
        y[i] *= scale;
}

GI_KERNEL static void softmax_slope(int64_t n, gd_real *dx, const gd_real *dy, const gd_real *y)
{
    gd_real dot = real_dot(n, dy, y);
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] * (dy[i] - dot);
}

GI_KERNEL static void log_softmax(int64_t n, gd_real *y, const gd_real *x)
{
    gd_real most = row_largest(n, x), log_sum = real_log(row_exp_sum(n, x, most));
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] - most - log_sum;
    for (int64_t i = 0; GI_UNLIKELY(isinf(most)) && i < n; i++)
        if (x[i] == most)
            y[i] = -log_sum;
}

GI_KERNEL static void log_softmax_slope(int64_t n, gd_real *dx, const gd_real *dy, const gd_real *y)
{
    gd_real sum = real_sum(n, dy);
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] - real_exp(y[i]) * sum;
}

/* ---- Cross-entropy, a few rows together ------------------------------------------------------------------------ */

GI_KERNEL static void cross_entropy(const gi_loss_rows *r, int64_t begin, int64_t end)
{
    gd_real most[ROW_FEW], sum[ROW_FEW];
    for (int64_t i = begin, rows; i < end; i += rows) {
        const gd_real *x = r->x + i * r->classes;
        rows = row_few(i, end, r->classes);
        for (int64_t k = 0; k < rows; k++)
            most[k] = row_largest(r->classes, x + k * r->classes);
        for (int64_t k = 0; k < rows; k++)
            sum[k] = row_exp_sum(r->classes, x + k * r->classes, most[k]);
        for (int64_t k = 0; k < rows; k++)
            r->y[i + k] = real_log(sum[k]);
        for (int64_t k = 0; k < rows; k++) {
            const gd_real chosen = x[k * r->classes + r->label[i + k]];
            r->y[i + k] = (chosen == most[k] ? 0 : most[k] - chosen) + r->y[i + k];         /* infinities too */
        }
    }
}

GI_KERNEL static void cross_entropy_slope(const gi_loss_rows *r, int64_t begin, int64_t end)
{
    const int64_t classes = r->classes;
    gd_real most[ROW_FEW], scale[ROW_FEW];
    for (int64_t i = begin, rows; i < end; i += rows) {
        const gd_real *x = r->x + i * classes;
        gd_real *z = r->y + i * classes;
        rows = row_few(i, end, r->classes);
        for (int64_t k = 0; k < rows; k++)
            most[k] = row_largest(classes, x + k * classes);
        for (int64_t k = 0; k < rows; k++)
            scale[k] = r->g[i + k] / row_exp(classes, z + k * classes, x + k * classes, most[k]);
        for (int64_t k = 0; k < rows; k++) {
            for (int64_t c = 0; c < classes; c++)
                z[k * classes + c] *= scale[k];
            z[k * classes + r->label[i + k]] -= r->g[i + k];
        }
    }
}

#else

#define softmax           gi_softmax_reference
#define softmax_slope     gi_softmax_slope_reference
#define log_softmax       gi_log_softmax_reference
#define log_softmax_slope gi_log_softmax_slope_reference

static void cross_entropy(const gi_loss_rows *r, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        r->y[i] = gi_cross_entropy_reference(r->classes, r->x + i * r->classes, r->label[i]);
}

static void cross_entropy_slope(const gi_loss_rows *r, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        gi_cross_entropy_slope_reference(r->classes, r->x + i * r->classes, r->label[i], r->g[i],
                                         r->y + i * r->classes);
}

#endif

void gi_softmax_row(int64_t n, gd_real *y, const gd_real *x, const gd_real *unused)
{
    (void)unused;
    softmax(n, y, x);
}

void gi_softmax_slope_row(int64_t n, gd_real *y, const gd_real *x, const gd_real *other)
{
    softmax_slope(n, y, x, other);
}

void gi_log_softmax_row(int64_t n, gd_real *y, const gd_real *x, const gd_real *unused)
{
    (void)unused;
    log_softmax(n, y, x);
}

void gi_log_softmax_slope_row(int64_t n, gd_real *y, const gd_real *x, const gd_real *other)
{
    log_softmax_slope(n, y, x, other);
}

void gi_cross_entropy_rows(const gi_loss_rows *r, int64_t begin, int64_t end)
{
    cross_entropy(r, begin, end);
}

void gi_cross_entropy_slope_rows(const gi_loss_rows *r, int64_t begin, int64_t end)
{
    cross_entropy_slope(r, begin, end);
}
