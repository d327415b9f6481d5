/* layer_norm.c - layer normalisation (J. L. Ba, J. R. Kiros, G. E. Hinton 2016): each example is brought to mean 0
 * and variance 1 over its last axes, then scaled and shifted by learned numbers.
 *
 * x is treated as [rows, n].  One operation, so that y needs one pass over a row in the first-level cache, and its
 * three gradients another one.  A gradient that is to be differentiated again is composed of the operations of
 * standardize.c. */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/sums.h"
#include "kernels/terms.h"
#include "operations/standardize.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

enum { ROWS = 16 };

/* A row is standardised to z = (x scale - mean) r + shift.  The rounding error of the mean may be large relative to the
 * deviations; it is the mean of x scale - mean, and shift is -r times that.  scale is a power of 2, and 1 unless
 * squares of the deviations would overflow or underflow. */
typedef struct row_numbers {
    gd_real scale, mean, r, shift;
} row_numbers;

typedef struct layer_norm {
    int64_t      rows, n;
    double       eps;
    row_numbers *row;                       /* as long as the node lives */
} layer_norm;

/* ---- Forward: y = z w + b ----------------------------------------------------------------------------------- */

typedef struct forward {
    const layer_norm *s;
    const gd_real    *x, *w, *b;
    gd_real          *y;
} forward;

/* The numbers of a row, and the variance with eps. */
REAL_INLINE gd_real measured(const layer_norm *s, const gd_real scale, const gd_real *restrict x, row_numbers *row)
{
    const int64_t n = s->n;
    gd_real sum, var, left = 0;
#define SCALED(i)    (x[i] * scale)
#define DEVIATION(i) (SCALED(i) - mean)
#define SQUARE(i)    (DEVIATION(i) * DEVIATION(i))
    SUM_OF_TERMS(sum, n, SCALED)
    const gd_real mean = sum / (gd_real)n;
    SUM_OF_TERMS(var, n, SQUARE)
    var /= (gd_real)n;
    if (mean * mean > 4 * var) {            /* else a rounded mean does not matter */
        SUM_OF_TERMS(left, n, DEVIATION)
        left /= (gd_real)n;
        const gd_real most = var * (gd_real)0.01;
        var -= left * left;
        if (left * left > most) {           /* digits went lost in the difference */
#define CENTRED(i)   ((DEVIATION(i) - left) * (DEVIATION(i) - left))
            SUM_OF_TERMS(var, n, CENTRED)
            var /= (gd_real)n;
        }
    }
    var += (gd_real)(s->eps * (double)scale * (double)scale);
    const gd_real r = real_inverse_root(var);
    *row = (row_numbers){ scale, mean, r, -left * r };
    return var;
}

GI_KERNEL static gd_real measure(const layer_norm *s, const gd_real *x, row_numbers *row)
{
    return measured(s, 1, x, row);
}

GI_KERNEL static void measure_scaled(const layer_norm *s, const gd_real *x, row_numbers *row)
{
    const gd_real scale = real_scale_for(real_largest(s->n, x, 1));
    if (scale != 1)
        measured(s, scale, x, row);
}

GI_KERNEL static void normalize(const row_numbers *row, int64_t n, const gd_real *restrict x,
                                const gd_real *restrict w, const gd_real *restrict b, gd_real *restrict y)
{
    const gd_real scale = row->scale, mean = row->mean, r = row->r, shift = row->shift;
    for (int64_t i = 0; i < n; i++)
        y[i] = (DEVIATION(i) * r + shift) * w[i] + b[i];
}

static void normalize_rows(void *context, int64_t begin, int64_t end)
{
    const forward *f = context;
    const int64_t n = f->s->n;
    for (int64_t i = begin; i < end; i++) {
        if (!real_square_is_good(measure(f->s, f->x + i * n, &f->s->row[i])))
            measure_scaled(f->s, f->x + i * n, &f->s->row[i]);
        normalize(&f->s->row[i], n, f->x + i * n, f->w, f->b, f->y + i * n);
    }
}

/* ---- Backward, with g = dy w:  dx = r scale (g - mean(g) - z mean(g z)),  dw = sum over rows of dy z,  db = sum over
 * rows of dy.  mean(g) is rounded, too, and mended in the same way. ------------------------------------------- */

typedef struct backward {
    const layer_norm *s;
    const gd_real    *x, *w, *dy;
    gd_real          *dx, *dw, *db;         /* dw and db: sums over ROWS rows at a time, one below the other */
} backward;

GI_KERNEL static void row_slope(const row_numbers *row, int64_t n, const gd_real *restrict x,
                                const gd_real *restrict w, const gd_real *restrict dy, gd_real *restrict dx)
{
    const gd_real scale = row->scale, mean = row->mean, r = row->r, shift = row->shift;
    gd_real sum, left = 0, mean_gz;
#define Z(i)     (DEVIATION(i) * r + shift)
#define G(i)     (dy[i] * w[i])
#define LEFT(i)  (G(i) - mean_g)
#define LEFT_Z(i) (LEFT(i) * Z(i))
    SUM_OF_TERMS(sum, n, G)
    const gd_real mean_g = sum / (gd_real)n;
    SUM_OF_TERMS(mean_gz, n, LEFT_Z)
    mean_gz /= (gd_real)n;
    const gd_real some = real_abs(LEFT(0)) + real_abs(LEFT(n / 3)) + real_abs(LEFT(n / 2)) + real_abs(LEFT(n - 1));
    if (real_abs(mean_g) > some) {          /* else the largest of what is left is at least a quarter of the mean */
        SUM_OF_TERMS(left, n, LEFT)
        left /= (gd_real)n;
    }
    const gd_real slope = r * scale;
    for (int64_t i = 0; i < n; i++)
        dx[i] = slope * (LEFT(i) - left - Z(i) * mean_gz);
}

GI_KERNEL static void add_row(const row_numbers *row, int64_t n, const gd_real *restrict x,
                              const gd_real *restrict dy, gd_real *restrict dw, gd_real *restrict db)
{
    const gd_real scale = row->scale, mean = row->mean, r = row->r, shift = row->shift;
    for (int64_t i = 0; i < n; i++) {
        dw[i] += dy[i] * Z(i);
        db[i] += dy[i];
    }
}

/* begin is a multiple of ROWS, and so is end, but at the end. */
static void slope_rows(void *context, int64_t begin, int64_t end)
{
    const backward *b = context;
    const int64_t n = b->s->n;
    for (int64_t row = begin; row < end; row++) {
        const gd_real *x = b->x + row * n, *dy = b->dy + row * n;
        if (b->dx && n > 0)
            row_slope(&b->s->row[row], n, x, b->w, dy, b->dx + row * n);
        if (b->dw)
            add_row(&b->s->row[row], n, x, dy, b->dw + row / ROWS * n, b->db + row / ROWS * n);
    }
}

/* The sums of the pieces. */
static void add_pieces(const layer_norm *s, const gd_tensor *pieces, gd_real *sum)
{
    memset(sum, 0, (size_t)s->n * sizeof *sum);
    real_sum_columns(pieces->shape[0], s->n, pieces->data, s->n, 1, sum);
}

/* ---- Rule --------------------------------------------------------------------------------------------------- */

/* t as a list of n numbers; value everywhere where it is left out. */
static gd_tensor *list(gd_tensor *t, int64_t n, double value)
{
    return t ? gd_contiguous(gd_detach(t)) : gd_full(GD_SHAPE(n), value);
}

static void layer_norm_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const layer_norm *s = node->attributes;
    gd_tensor *x = node->in[0], *w = node->in[1];
    gd_tensor *rows = gd_reshape(x, GD_SHAPE(1, s->rows, s->n));
    gi_groups groups;
    gd_tensor *z = gi_standardized(rows, s->eps, &groups);
    if (!z)
        return;
    if (gi_needs(node, 0)) {
        gd_tensor *g = gd_reshape(w ? gd_mul(dy, w) : dy, gd_shape_of_tensor(rows));
        dx[0] = gd_reshape(gi_standardize_slope(g, rows, z, &groups), gd_shape_of_tensor(x));
    }
    if (gi_needs(node, 1))
        dx[1] = gd_mul(dy, gd_reshape(z, gd_shape_of_tensor(x)));
    if (gi_needs(node, 2))
        dx[2] = dy;
}

static gd_fast layer_norm_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const layer_norm *s = node->attributes;
    const bool sums = dx[1].data || dx[2].data;
    const gd_real *x = gi_contiguous_numbers(node->in[0]), *g = gi_contiguous_numbers(dy);
    gd_tensor *w = list(node->in[1], s->n, 1);
    const gd_shape pieces = GD_SHAPE((s->rows + ROWS - 1) / ROWS, s->n);
    gd_tensor *dw = sums ? gd_zeros(pieces) : NULL, *db = sums ? gd_zeros(pieces) : NULL;
    if (!x || !w || !g || (sums && (!dw || !db)))
        return GD_FAILED;
    backward b = { s, x, w->data, g, dx[0].data, dw ? dw->data : NULL, db ? db->data : NULL };
    gi_parallel(s->rows, gi_part_for(s->n, GI_PART_ELEMENTS, ROWS), slope_rows, &b);
    if (dx[1].data)
        add_pieces(s, dw, dx[1].data);
    if (dx[2].data)
        add_pieces(s, db, dx[2].data);
    return GD_DONE;
}

static const gd_op layer_norm_op = {
    .name = "gd_layer_norm", .rule = layer_norm_rule, .fast = layer_norm_fast,
    .reads = GD_READS(0, GD_INPUT(0) | GD_INPUT(1)) | GD_READS(1, GD_INPUT(0)),
    .formula = "z = (x - mean) / sqrt(var + eps), g = dy weight: dx = (g - mean(g) - z mean(g z)) / sqrt(var + eps), "
               "dweight = dy z, dbias = dy",
};

/* ---- The public function ------------------------------------------------------------------------------------ */

static bool fits_last_axes(const char *argument, const gd_tensor *x, const gd_tensor *t, int axes)
{
    if (!t)
        return true;
    bool fits = t->ndim == axes && axes >= 1 && axes <= x->ndim;
    for (int i = 1; i <= axes && fits; i++)
        fits = t->shape[t->ndim - i] == x->shape[x->ndim - i];
    gi_text last = { "axis" };
    if (axes != 1)
        snprintf(last.s, sizeof last.s, "%d axes", axes);
    return fits || gd_fail("gd_layer_norm: x is %s and %s is %s: it must have the shape of x's last %s",
                           gi_text_of(x).s, argument, gi_text_of(t).s, last.s);
}

gd_tensor *gd_layer_norm(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, double eps)
{
    if (!x || !gi_alive("gd_layer_norm", "x", x) || !gi_alive("gd_layer_norm", "weight", weight)
        || !gi_alive("gd_layer_norm", "bias", bias))
        return NULL;
    int axes = weight ? weight->ndim : bias ? bias->ndim : 1;
    if (x->ndim == 0 || axes < 1)
        return gd_fail("gd_layer_norm: x is %s, with %d axes to normalise: at least one is needed",
                       gi_text_of(x).s, x->ndim == 0 ? 0 : axes);
    if (!fits_last_axes("weight", x, weight, axes) || !fits_last_axes("bias", x, bias, axes))
        return NULL;
    if (!(eps >= 0))
        return gd_fail("gd_layer_norm: eps = %g must not be negative", eps);
    int64_t n = 1, examples = 1;
    for (int i = 0; i < x->ndim; i++)
        *(i < x->ndim - axes ? &examples : &n) *= x->shape[i];
    gd_tensor *y = gi_new_like(x), *from = gd_contiguous(gd_detach(x)), *w = list(weight, n, 1);
    gd_tensor *b = list(bias, n, 0);
    layer_norm s = { examples, n, eps, NULL };
    s.row = gi_arena_take(gi_current_scope(), (size_t)examples * sizeof *s.row);
    if (!y || !from || !w || !b || !s.row)
        return NULL;
    gi_parallel(examples, gi_part_for(n, GI_PART_ELEMENTS, 1), normalize_rows,
                &(forward){ &s, from->data, w->data, b->data, y->data });
    return gd_record(&layer_norm_op, y, (gd_tensor *const[]){ x, weight, bias }, 3, &s, sizeof s);
}
