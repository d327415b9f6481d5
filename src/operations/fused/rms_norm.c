/* rms_norm.c - y = x r weight with r = 1 / sqrt(mean(x^2) + eps) (B. Zhang, R. Sennrich, "Root mean square layer
 * normalization", 2019, eq. 4).  Normalising is one operation here, the weight another: gd_mul. */
#include <string.h>

#include "autograd/record.h"
#include "base/start.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/sums.h"
#include "kernels/terms.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* x is [rows, n].  A row whose squares would overflow or vanish is first multiplied by a power of 2, its scale; r is
 * that of the multiplied row. */
typedef struct rms_norm {
    int64_t  rows, n;
    double   eps;
    gd_real *r, *scale;                     /* one for each row; they live as long as the node */
} rms_norm;

typedef struct job {
    const rms_norm *s;
    const gd_real  *x, *y, *dy;
    gd_real        *to;
} job;

/* mean((x scale)^2) + eps scale^2 */
GI_KERNEL static gd_real rms_mean_square(const rms_norm *s, const gd_real *x, gd_real scale)
{
    gd_real sum;
    const int64_t n = s->n;
#define SQUARE(i) ((x[i] * scale) * (x[i] * scale))
    SUM_OF_TERMS(sum, n, SQUARE)
#undef SQUARE
    return sum / (gd_real)n + (gd_real)(s->eps * (double)scale * (double)scale);
}

GI_KERNEL static void rms_scale_row(int64_t n, const gd_real *restrict x, gd_real scale, gd_real r, gd_real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] * scale * r;
}

static void normalize_rows(void *context, int64_t begin, int64_t end)
{
    const job *j = context;
    const rms_norm *s = j->s;
    for (int64_t i = begin; i < end; i++) {
        const gd_real *x = j->x + i * s->n;
        gd_real scale = 1, square = rms_mean_square(s, x, 1);
        if (!real_square_is_good(square)) {
            scale = real_scale_for(real_largest(s->n, x, 1));
            square = rms_mean_square(s, x, scale);
        }
        s->scale[i] = scale;
        s->r[i] = real_inverse_root(square);
        rms_scale_row(s->n, x, scale, s->r[i], j->to + i * s->n);
    }
}

/* ---- dx = r (dy - y mean(dy y)) ----------------------------------------------------------------------------- */

static bool scale_compute(gd_tensor *scale, gd_tensor *const none[], const void *attributes)
{
    const rms_norm *s = attributes;
    (void)none;
    memcpy(scale->data, s->scale, (size_t)s->rows * sizeof *scale->data);
    return true;
}

static bool eps_compute(gd_tensor *eps, gd_tensor *const none[], const void *attributes)
{
    const rms_norm *s = attributes;
    (void)none;
    for (int64_t i = 0; i < s->rows; i++)
        eps->data[i] = (gd_real)(s->eps * (double)s->scale[i] * (double)s->scale[i]);
    return true;
}

/* A number for each row, computed from those that are saved: [rows, 1]. */
static gd_tensor *of_rows(const rms_norm *s, gi_compute *compute)
{
    gd_tensor *t = gi_new("gd_rms_norm", 2, (int64_t[]){ s->rows, 1 });
    return t && gi_start("gd_rms_norm", compute, t, NULL, 0, s, sizeof *s) ? t : NULL;
}

/* r as a function of x: scale / sqrt(mean((x scale)^2) + eps scale^2). */
static gd_tensor *one_over_root(gd_tensor *x, const rms_norm *s)
{
    gd_tensor *scale = of_rows(s, scale_compute), *eps = of_rows(s, eps_compute);
    gd_tensor *square = gd_add(gd_mean_axis(gd_square(gd_mul(x, scale)), 1, true), eps);
    gd_tensor *root = gd_where(square, gd_pow(gd_where(square, square, gd_scalar(1)), -0.5), gd_scalar(0));
    return gd_mul(root, scale);
}

static void rms_norm_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const rms_norm *s = node->attributes;
    gd_tensor *x = node->in[0], *y = node->out;
    gd_tensor *along_y = gd_mul(y, gd_mean_axis(gd_mul(dy, y), 1, true));
    dx[0] = gd_mul(one_over_root(x, s), gd_sub(dy, along_y));
}

GI_KERNEL static void rms_row_slope(int64_t n, const gd_real *restrict dy, const gd_real *restrict y, gd_real scale,
                                    gd_real r, gd_real *restrict dx)
{
    gd_real sum;
#define PRODUCT(i) (dy[i] * y[i])
    SUM_OF_TERMS(sum, n, PRODUCT)
#undef PRODUCT
    const gd_real mean = sum / (gd_real)n;
    for (int64_t i = 0; i < n; i++)
        dx[i] = (dy[i] - y[i] * mean) * r * scale;
}

static void slope_rows(void *context, int64_t begin, int64_t end)
{
    const job *j = context;
    const rms_norm *s = j->s;
    for (int64_t i = begin; i < end; i++)
        rms_row_slope(s->n, j->dy + i * s->n, j->y + i * s->n, s->scale[i], s->r[i], j->to + i * s->n);
}

static int64_t part(const rms_norm *s)
{
    return gi_part_for(s->n, GI_PART_ELEMENTS, 1);
}

static gd_fast rms_norm_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const rms_norm *s = node->attributes;
    const gd_real *g = gi_contiguous_numbers(dy);
    if (!g)
        return GD_FAILED;
    gi_parallel(s->rows, part(s), slope_rows, &(job){ .s = s, .y = node->out->data, .dy = g, .to = dx[0].data });
    return GD_DONE;
}

static const gd_op rms_norm_op = {
    .name = "gd_rms_norm", .rule = rms_norm_rule, .fast = rms_norm_fast, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx = (dy - y mean(dy y)) / sqrt(mean(x^2) + eps)"
};

static bool rms_norm_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const rms_norm *s = attributes;
    if (s->n) {
        gi_parallel(s->rows, part(s), normalize_rows, &(job){ .s = s, .x = x[0]->data, .to = y->data });
    } else {
        memset(s->r, 0, (size_t)s->rows * sizeof *s->r);
        memset(s->scale, 0, (size_t)s->rows * sizeof *s->scale);
    }
    return true;
}

/* x [rows, n] */
static gd_tensor *normalized(gd_tensor *x, double eps)
{
    gd_tensor *from = gd_contiguous(gd_detach(x)), *y = x ? gi_new_like(x) : NULL;
    if (!from || !y)
        return NULL;
    rms_norm s = { .rows = x->shape[0], .n = x->shape[1], .eps = eps };
    gd_tensor *lists = gi_new("gd_rms_norm", 2, (int64_t[]){ 2, s.rows });
    if (!lists)
        return NULL;
    s.r = lists->data;
    s.scale = lists->data + s.rows;
    if (!gi_start_one("gd_rms_norm", rms_norm_compute, y, from, &s, sizeof s))
        return NULL;
    return gi_record1_with(&rms_norm_op, y, x, &s, sizeof s);
}

gd_tensor *gd_rms_norm(gd_tensor *x, gd_tensor *weight, double eps)
{
    static const char function[] = "gd_rms_norm";
    if (!x || !gi_alive(function, "x", x) || !gi_alive(function, "weight", weight))
        return NULL;
    const int axes = weight ? weight->ndim : 1;
    if (axes < 1 || x->ndim < axes)
        return gd_fail("%s: x is %s, with %d axes to normalise: at least one is needed, and x must have as many",
                       function, gi_text_of(x).s, axes);
    int64_t rows = 1, n = 1;
    for (int i = 0; i < x->ndim; i++)
        *(i < x->ndim - axes ? &rows : &n) *= x->shape[i];
    for (int i = 0; weight && i < axes; i++)
        if (weight->shape[i] != x->shape[x->ndim - axes + i])
            return gd_fail("%s: x is %s and weight is %s: it must have the shape of x's last axes", function,
                           gi_text_of(x).s, gi_text_of(weight).s);
    if (!(eps >= 0))
        return gd_fail("%s: eps = %g must not be negative", function, eps);
    gd_tensor *y = gd_reshape(normalized(gd_reshape(x, GD_SHAPE(rows, n)), eps), gd_shape_of_tensor(x));
    return weight ? gd_mul(y, weight) : y;
}
