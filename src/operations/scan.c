/* scan.c - running sums and products along an axis.
 *
 * Both gradients are recurrences in the opposite direction.  That of the product needs no division, so that zero
 * factors are no special case. */
#include <math.h>

#include "autograd/record.h"
#include "base/compiler.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "kernels/terms.h"
#include "scan.h"
#include "slice.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

typedef struct scan {
    int  axis;
    bool backwards;                         /* from the last element to the first */
} scan;

/* A strip of neighbouring lines, along which n elements lie `step` apart.  The running sum is kept as sum + rest
 * (terms.h), so that every y_j is as accurate as a separate sum, however long the line is. */
enum { STRIP = 512 };

/* Within a block of a few elements the terms are added to `part` as they are. */
enum { FEW = 16 };

GI_KERNEL static void add_along(int64_t n, int64_t step, int width, const gd_real *restrict b, gd_real *restrict y)
{
    gd_real sum[STRIP] = { 0 }, rest[STRIP] = { 0 }, whole[STRIP] = { 0 }, part[STRIP];
    for (int64_t k = 0; k < n; ) {
        const int64_t end = n - k < FEW ? n : k + FEW;
        for (int i = 0; i < width; i++)
            part[i] = 0;
        for (; k < end; k++, b += step, y += step)
            for (int i = 0; i < width; i++) {
                part[i] += b[i];
                y[i] = whole[i] + part[i];
            }
        for (int i = 0; i < width; i++) {
            real_add_term(&sum[i], &rest[i], part[i]);
            whole[i] = real_whole(sum[i], rest[i]);
        }
    }
}

static void add_along_one(int64_t n, int64_t step, const gd_real *restrict b, gd_real *restrict y)
{
    gd_real sum = 0, rest = 0, whole = 0;
    for (int64_t k = 0; k < n; ) {
        gd_real part = 0;
        for (const int64_t end = n - k < FEW ? n : k + FEW; k < end; k++) {
            part += b[k * step];
            y[k * step] = whole + part;
        }
        real_add_term(&sum, &rest, part);
        whole = real_whole(sum, rest);
    }
}

GI_KERNEL static void multiply_add_along(int64_t n, int64_t step, int width, const gd_real *restrict b,
                                         const gd_real *restrict a, gd_real *restrict y)
{
    gd_real sum[STRIP] = { 0 }, rest[STRIP] = { 0 };
    for (int64_t k = 0; k < n; k++, a += step, b += step, y += step)
        for (int i = 0; i < width; i++) {
            sum[i] = k == 0 ? 0 : sum[i] * a[i];
            rest[i] = k == 0 ? 0 : rest[i] * a[i];
            real_add_term(&sum[i], &rest[i], b[i]);
            y[i] = real_whole(sum[i], rest[i]);
        }
}

/* y_j = b_j + a_j y_(j-1) along the axis, or with y_(j+1) when backwards; no a means ones.  Neighbours along
 * the axis lie `after` elements apart, so that many lines run side by side. */
static bool recurrence(gd_tensor *y, const gd_tensor *b, const gd_tensor *a, scan s)
{
    const gd_real *terms = gi_contiguous_numbers(b), *factors = a ? gi_contiguous_numbers(a) : NULL;
    if (!terms || (a && !factors))
        return false;
    const int64_t n = b->shape[s.axis], after = y->stride[s.axis], line = n * after;
    const int64_t first = s.backwards ? line - after : 0, step = s.backwards ? -after : after;
    for (int64_t start = first; start < first + y->numel; start += line)
        for (int64_t i = 0; i < after; i += STRIP) {
            const int width = after - i < STRIP ? (int)(after - i) : STRIP;
            if (factors)
                multiply_add_along(n, step, width, terms + start + i, factors + start + i, y->data + start + i);
            else if (width == 1)
                add_along_one(n, step, terms + start + i, y->data + start + i);
            else
                add_along(n, step, width, terms + start + i, y->data + start + i);
        }
    return true;
}

/* Element j becomes x_(j-1), or x_(j+1) when backwards; a zero comes in at the end that is left free. */
static gd_tensor *shifted(gd_tensor *x, scan s)
{
    int64_t n = x->shape[s.axis], from = s.backwards ? 1 : 0;
    return gi_unslice(gd_slice(x, s.axis, from, n - 1 + from, 1), gd_shape_of_tensor(x), s.axis, 1 - from, 1);
}

static scan turned(scan s)
{
    return (scan){ s.axis, !s.backwards };
}

/* ---- cumsum: y_j = x_0 + .. + x_j --------------------------------------------------------------------------- */

static gd_tensor *running_sum(gd_tensor *x, scan s);

static void running_sum_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const scan *s = node->attributes;
    dx[0] = running_sum(dy, turned(*s));
}

static const gd_op running_sum_op = {
    .name = "gd_cumsum", .rule = running_sum_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_cumsum(dy) from the other end",
};

/* After an overflow, a running sum stays infinite or NaN to the end of its line. */
static bool ends_finite(const gd_tensor *y, scan s)
{
    const int64_t n = y->shape[s.axis], after = y->stride[s.axis], line = n * after;
    const int64_t last = s.backwards ? 0 : line - after;
    for (int64_t start = last; n > 0 && start < last + y->numel; start += line)
        for (int64_t i = 0; i < after; i++)
            if (!isfinite(y->data[start + i]))
                return false;
    return true;
}

/* Running sums that have overflowed are computed again, from numbers scaled so that no running sum of finite ones does.
 * When memory is out, they stay as they are. */
static GI_COLD void mend_overflow(gd_tensor *y, const gd_tensor *x, scan s)
{
    int exponent;
    gd_tensor *small = gi_new_like(x), *sums = gi_new_like(x);
    (void)frexp((double)x->shape[s.axis], &exponent);
    if (!small || !sums)
        return;
    gi_copy(small->data, x);
    for (int64_t i = 0; i < small->numel; i++)
        small->data[i] *= (gd_real)ldexp(1, -exponent);
    if (!recurrence(sums, small, NULL, s))
        return;
    for (int64_t i = 0; i < y->numel; i++)
        if (!isfinite(y->data[i]))
            y->data[i] = (gd_real)ldexp(1, exponent) * sums->data[i];
}

static bool running_sum_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const scan *s = attributes;
    if (!recurrence(y, x[0], NULL, *s))
        return false;
    if (GI_UNLIKELY(!ends_finite(y, *s)))
        mend_overflow(y, x[0], *s);
    return true;
}

static gd_tensor *running_sum(gd_tensor *x, scan s)
{
    gd_tensor *y = x ? gi_new_like(x) : NULL;
    return y && gi_start_one("gd_cumsum", running_sum_compute, y, x, &s, sizeof s)
               ? gd_record(&running_sum_op, y, &x, 1, &s, sizeof s) : NULL;
}

gd_tensor *gd_cumsum(gd_tensor *x, int axis)
{
    scan s = { x && gi_alive("gd_cumsum", "x", x) ? gi_valid_axis("gd_cumsum", axis, x->ndim) : -1, false };
    return s.axis < 0 ? NULL : running_sum(x, s);
}

/* ---- The recurrence y_j = b_j + a_j y_(j-1) as an operation: what cumprod's rule needs ---------------------- */

static gd_tensor *running_line(gd_tensor *b, gd_tensor *a, scan s);

/* g_j = dy_j + a_(j+1) g_(j+1):  db = g,  da_j = g_j y_(j-1) */
static void running_line_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const scan *s = node->attributes;
    gd_tensor *g = running_line(dy, shifted(node->in[1], turned(*s)), turned(*s));
    if (gi_needs(node, 0))
        dx[0] = g;
    if (gi_needs(node, 1))
        dx[1] = gd_mul(g, shifted(node->out, *s));
}

static const gd_op running_line_op = {
    .name = "gd_running_line", .rule = running_line_rule,
    .reads = GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(1) | GD_THE_OUTPUT),
    .formula = "db_j = dy_j + a_(j+1) db_(j+1), da_j = db_j y_(j-1)",
};

static bool running_line_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const scan *s = attributes;
    return recurrence(y, x[0], x[1], *s);
}

static gd_tensor *running_line(gd_tensor *b, gd_tensor *a, scan s)
{
    gd_tensor *y = b && a ? gi_new_like(b) : NULL, *const x[] = { b, a };
    return y && gi_start("gd_running_line", running_line_compute, y, x, 2, &s, sizeof s)
               ? gd_record(&running_line_op, y, x, 2, &s, sizeof s) : NULL;
}

gd_tensor *gi_running_line(gd_tensor *b, gd_tensor *a, int axis, bool backwards)
{
    return running_line(b, a, (scan){ axis, backwards });
}

/* ---- cumprod: y_j = x_0 .. x_j ------------------------------------------------------------------------------ */

/* dx_j = (x_0 .. x_(j-1)) q_j,  where q_j = dy_j + x_(j+1) dy_(j+1) + x_(j+1) x_(j+2) dy_(j+2) + ..
 *                                         = dy_j + x_(j+1) q_(j+1) */
static void cumprod_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const scan *s = node->attributes;
    gd_tensor *x = node->in[0], *q = running_line(dy, shifted(x, turned(*s)), turned(*s));
    int64_t n = x->shape[s->axis];
    gd_tensor *first = gd_slice(q, s->axis, 0, 1, 1), *others = gd_slice(q, s->axis, 1, n, 1);
    gd_tensor *before = gd_slice(node->out, s->axis, 0, n - 1, 1);
    dx[0] = n ? gd_concat((gd_tensor *const[]){ first, gd_mul(others, before) }, 2, s->axis) : gd_zeros_like(x);
}

static const gd_op cumprod_op = {
    .name = "gd_cumprod", .rule = cumprod_rule, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx_j = y_(j-1) q_j, q_j = dy_j + x_(j+1) q_(j+1)",
};

static bool cumprod_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const scan *s = attributes;
    const gd_real *factors = gi_contiguous_numbers(x[0]);
    const int64_t after = y->stride[s->axis], line = y->shape[s->axis] * after;
    for (int64_t start = 0; factors && start < y->numel; start += line)
        for (int64_t i = 0; i < line; i++)
            y->data[start + i] = factors[start + i] * (i < after ? 1 : y->data[start + i - after]);
    return factors != NULL;
}

gd_tensor *gd_cumprod(gd_tensor *x, int axis)
{
    int at = x && gi_alive("gd_cumprod", "x", x) ? gi_valid_axis("gd_cumprod", axis, x->ndim) : -1;
    if (at < 0)
        return NULL;
    scan s = { at, false };
    gd_tensor *y = gi_new_like(x);
    return y && gi_start_one("gd_cumprod", cumprod_compute, y, x, &s, sizeof s)
               ? gd_record(&cumprod_op, y, &x, 1, &s, sizeof s) : NULL;
}
