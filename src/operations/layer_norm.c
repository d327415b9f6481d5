/* layer_norm.c - layer normalisation (J. L. Ba, J. R. Kiros, G. E. Hinton 2016): each example is brought to mean 0
 * and variance 1 over its last axes, then scaled and shifted by learned numbers.
 *
 * x is treated as [rows, n].  One operation, so that y needs one pass over a row in the first-level cache, and its
 * three gradients another one.  A gradient that is to be differentiated again is composed of the operations of
 * standardize.c. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/layer_norm.h"
#include "kernels/sums.h"
#include "operations/standardize.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

enum { ROWS = 16 };                         /* whose terms of dw and db are added one after the other */

typedef struct forward {
    const gi_layer_norm *s;
    const gd_real       *x, *w, *b;
    gd_real             *y;
} forward;

static void normalize_rows(void *context, int64_t begin, int64_t end)
{
    const forward *f = context;
    gi_layer_norm_rows(f->s, begin, end, f->x, f->w, f->b, f->y);
}

typedef struct backward {
    const gi_layer_norm *s;
    const gd_real       *x, *w, *dy;
    gd_real             *dx, *dw, *db;      /* dw and db: sums over ROWS rows at a time, one below the other */
} backward;

/* begin is a multiple of ROWS, and so is end, but at the end. */
static void slope_rows(void *context, int64_t begin, int64_t end)
{
    const backward *b = context;
    const int64_t n = b->s->n;
    for (int64_t i = begin, last; i < end; i = last) {
        last = end - i < ROWS ? end : i + ROWS;
        if (b->dx && n > 0)
            gi_layer_norm_slope_rows(b->s, i, last, b->x, b->w, b->dy, b->dx);
        if (b->dw)
            gi_layer_norm_add_rows(b->s, i, last, b->x, b->dy, b->dw + i / ROWS * n, b->db + i / ROWS * n);
    }
}

/* The sums of the pieces. */
static void add_pieces(const gi_layer_norm *s, const gd_tensor *pieces, gd_real *sum)
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
    const gi_layer_norm *s = node->attributes;
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
    const gi_layer_norm *s = node->attributes;
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

static bool layer_norm_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gi_layer_norm *s = attributes;
    gi_parallel(s->rows, gi_part_for(s->n, GI_PART_ELEMENTS, 1), normalize_rows,
                &(forward){ s, x[0]->data, x[1]->data, x[2]->data, y->data });
    return true;
}

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
    gd_tensor *b = list(bias, n, 0), *const inputs[] = { from, w, b };
    gi_layer_norm s = { examples, n, eps, NULL };
    s.row = gi_arena_take(gi_current_scope(), (size_t)examples * sizeof *s.row);
    if (!y || !from || !w || !b || !s.row || !gi_start("gd_layer_norm", layer_norm_compute, y, inputs, 3, &s, sizeof s))
        return NULL;
    return gd_record(&layer_norm_op, y, (gd_tensor *const[]){ x, weight, bias }, 3, &s, sizeof s);
}
