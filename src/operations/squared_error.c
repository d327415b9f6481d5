/* squared_error.c - the mean or sum of squared errors as one operation: one loop forward, one backward, and no tensor
 * stored in between. */
#include <math.h>

#include "base/compiler.h"
#include "base/start.h"
#include "base/scopes.h"
#include "gradus/tensor.h"
#include "kernels/sums.h"
#include "kernels/terms.h"
#include "loss.h"
#include "tensor/alive.h"
#include "tensor/new.h"

/* c times the sum of (a - b)^2, from numbers scaled so that no square overflows, for when one has although the result
 * need not. */
static GI_COLD gd_real squared_distance_scaled(double c, int64_t n, const gd_real *a, const gd_real *b)
{
    const gd_real scale = real_scale_for(real_max(real_largest(n, a, 1), real_largest(n, b, 1)));
    gd_real sum = 0, rest = 0;
    for (int64_t i = 0; i < n; i++) {
        const gd_real error = a[i] * scale - b[i] * scale;
        real_add_term(&sum, &rest, error * error);
    }
    return (gd_real)c * real_whole(sum, rest) / scale / scale;
}

GI_KERNEL static void scaled_differences(int64_t n, gd_real *restrict y, gd_real c, const gd_real *a,
                                         const gd_real *b)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = c * (a[i] - b[i]);
}

/* The same for a few numbers, without what a kernel does before its first element, and in vectors of 16 bytes: where a
 * product has just written a in such vectors, a longer load would wait until they have reached the cache.  The mask
 * shows the compiler that there are few. */
enum { FEW = 16 };

static void few_differences(int n, gd_real *restrict y, gd_real c, const gd_real *a, const gd_real *b)
{
    n &= FEW - 1;
    for (int i = 0; i < n; i++)
        y[i] = c * (a[i] - b[i]);
}

static void differences(int64_t n, gd_real *y, gd_real c, const gd_real *a, const gd_real *b)
{
    if (n < FEW)
        few_differences((int)n, y, c, a, b);
    else
        scaled_differences(n, y, c, a, b);
}

static void squared_error_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const double *c = node->attributes;
    gd_tensor *da = gd_mul(gd_scale(gd_sub(node->in[0], node->in[1]), 2 * *c), dy);
    if (gi_needs(node, 0))
        dx[0] = da;
    if (gi_needs(node, 1))
        dx[1] = gd_neg(da);
}

static gd_fast squared_error_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const double *c = node->attributes;
    const gd_tensor *a = node->in[0], *b = node->in[1];
    const gd_real factor = (gd_real)(2 * *c) * dy->data[0];
    if (dx[0].data)
        differences(a->numel, dx[0].data, factor, a->data, b->data);
    if (dx[1].data)
        differences(a->numel, dx[1].data, -factor, a->data, b->data);
    return GD_DONE;
}

static const gd_op squared_error_op = {
    .name = "gd_mse_loss", .rule = squared_error_rule, .fast = squared_error_fast,
    .reads = GD_READS(0, GD_INPUT(0) | GD_INPUT(1)) | GD_READS(1, GD_INPUT(0) | GD_INPUT(1)),
    .formula = "da = 2 c dy (a - b), db = -da"
};

static bool squared_error_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const double c = *(const double *)attributes;
    const gd_real *a = x[0]->data, *b = x[1]->data;
    y->data[0] = (gd_real)c * real_squared_distance(x[0]->numel, a, b);
    if (GI_UNLIKELY(isinf(y->data[0])))
        y->data[0] = squared_distance_scaled(c, x[0]->numel, a, b);
    return true;
}

/* y = c sum (a - b)^2 */
static gd_tensor *squared_error(gd_tensor *a, gd_tensor *b, double c)
{
    gd_tensor *x = gd_contiguous(a), *z = gd_contiguous(b), *y = gi_take_tensor(gi_current_scope(), 1);
    if (!x || !z || !y)
        return NULL;
    y->ndim = 0;
    gd_tensor *const inputs[] = { x, z };
    if (!gi_start("gd_mse_loss", squared_error_compute, y, inputs, 2, &c, sizeof c))
        return NULL;
    return gi_record2_with(&squared_error_op, y, x, z, &c, sizeof c);
}

gd_tensor *gd_mse_loss(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction)
{
    if (!prediction || !target || !gi_alive("gd_mse_loss", "prediction", prediction)
        || !gi_alive("gd_mse_loss", "target", target) || !gi_same_loss_shape("gd_mse_loss", prediction, target))
        return NULL;
    if (reduction == GD_MEAN)
        return squared_error(prediction, target, prediction->numel ? 1 / (double)prediction->numel : (double)NAN);
    if (reduction == GD_SUM)
        return squared_error(prediction, target, 1);
    return gi_reduced_loss("gd_mse_loss", gd_square(gd_sub(prediction, target)), reduction);
}
