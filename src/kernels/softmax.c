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

/* ---- logsumexp: y = m + ln sum e^(x - m), m = max x ---------------------------------------------------------- */

GI_KERNEL static gd_real logsumexp_row(int64_t n, const gd_real *x)
{
    gd_real m = row_largest(n, x), shift = isinf(m) ? 0 : m;
    return shift + real_log(row_exp_sum(n, x, shift));
}

GI_KERNEL static gd_real exp_sum(int64_t n, const gd_real *x, gd_real shift)
{
    return row_exp_sum(n, x, shift);
}

/* Strided elements are packed, a piece at a time. */
void gi_logsumexp_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    if (n == 0) {
        *y = (gd_real)-INFINITY;
        return;
    }
    if (step == 1) {
        *y = logsumexp_row(n, x);
        return;
    }
    gd_real m = x[0], sum = 0, rest = 0, packed[ROW_PIECE];
    for (int64_t i = 1; i < n; i++)
        m = real_max(m, x[i * step]);
    gd_real shift = isfinite(m) ? m : 0;
    for (int64_t i = 0; i < n; i += ROW_PIECE) {
        const int64_t piece = n - i < ROW_PIECE ? n - i : ROW_PIECE;
        for (int64_t k = 0; k < piece; k++)
            packed[k] = x[(i + k) * step];
        real_add_term(&sum, &rest, exp_sum(piece, packed, shift));
    }
    *y = shift + real_log(real_whole(sum, rest));
}

/* ---- Cross-entropy ------------------------------------------------------------------------------------------- */

GI_KERNEL static void cross_entropy(const gi_loss_rows *r, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++) {
        const gd_real *x = r->x + i * r->classes, most = row_largest(r->classes, x);
        const gd_real chosen = x[r->label[i]], gap = chosen == most ? 0 : most - chosen;     /* infinities too */
        r->y[i] = gap + real_log(row_exp_sum(r->classes, x, most));
    }
}

GI_KERNEL static void cross_entropy_slope(const gi_loss_rows *r, int64_t begin, int64_t end)
{
    const int64_t classes = r->classes;
    for (int64_t i = begin; i < end; i++) {
        gd_real *restrict z = r->y + i * classes;
        const gd_real *x = r->x + i * classes, g = r->g[i];
        const gd_real scale = g / row_exp(classes, z, x, row_largest(classes, x));
        for (int64_t c = 0; c < classes; c++)
            z[c] *= scale;
        z[r->label[i]] -= g;
    }
}

#else

#define softmax           gi_softmax_reference
#define softmax_slope     gi_softmax_slope_reference
#define log_softmax       gi_log_softmax_reference
#define log_softmax_slope gi_log_softmax_slope_reference

void gi_logsumexp_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    *y = gi_logsumexp_reference(n, x, step);
}

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
