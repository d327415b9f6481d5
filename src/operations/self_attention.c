/* self_attention.c - attention of a sequence to itself, all heads in one operation.  Queries, keys and values lie side
 * by side in one tensor, as one affine map makes them, and so do the results of the heads.
 *
 * It is gd_attention of the parts; but the kernels of attend.c read each head where it lies and write its result, and
 * its gradients, where they end, so that nothing is copied when the heads are split and joined. */
#include <inttypes.h>
#include <math.h>

#include "attention.h"
#include "autograd/record.h"
#include "base/start.h"
#include "gradus/layer_operations.h"
#include "gradus/operations.h"
#include "gradus/tensor.h"
#include "kernels/attend.h"
#include "tensor/alive.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* The heads of x [.., n, heads d] or, from column `first` on, of a wider x. */
static gi_heads heads_in(const gi_attend_sizes *s, const gd_tensor *x, gd_real *data, int64_t first)
{
    const int64_t column = x->stride[x->ndim - 1];
    gi_heads h = { .data = data + first * column, .row = x->stride[x->ndim - 2], .column = column };
    for (int i = 0; i < s->axes - 1; i++)
        h.step[i] = x->stride[i];
    h.step[s->axes - 1] = s->d * column;
    return h;
}

/* How many numbers of a row belong to the queries, and as many to the keys and to the values. */
static int64_t width_of(const gi_attend_sizes *s)
{
    return s->batch[s->axes - 1] * s->d;
}

/* ---- Rule --------------------------------------------------------------------------------------------------- */

/* [.., n, width] of x from column first on  ->  [.., heads, n, d] */
static gd_tensor *split(const gi_attend_sizes *s, gd_tensor *x, int64_t first)
{
    gd_tensor *part = gd_slice(x, -1, first, first + width_of(s), 1);
    if (!part)
        return NULL;
    gd_shape shape = gd_shape_of_tensor(part);
    shape.size[shape.ndim - 1] = s->batch[s->axes - 1];
    shape.size[shape.ndim++] = s->d;
    return gd_transpose(gd_reshape(part, shape), -3, -2);
}

/* [.., heads, n, d]  ->  [.., n, width] */
static gd_tensor *joined(const gi_attend_sizes *s, gd_tensor *y)
{
    gd_tensor *rows = gd_transpose(y, -3, -2);
    if (!rows)
        return NULL;
    gd_shape shape = gd_shape_of_tensor(rows);
    shape.size[--shape.ndim - 1] = width_of(s);
    return gd_reshape(rows, shape);
}

static void self_attention_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_attend_sizes *s = &((const gi_attention_attributes *)node->attributes)->sizes;
    gd_tensor *parts[3], *slopes[3] = { NULL };
    for (int i = 0; i < 3; i++)
        parts[i] = split(s, node->in[0], i * width_of(s));
    gi_attention_rule(s, parts, split(s, dy, 0), (const bool[]){ true, true, true }, slopes);
    for (int i = 0; i < 3; i++)
        slopes[i] = joined(s, slopes[i]);
    dx[0] = slopes[0] && slopes[1] && slopes[2] ? gd_concat(slopes, 3, -1) : NULL;
}

static gd_fast self_attention_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const gi_attention_attributes *a = node->attributes;
    const gi_attend_sizes *s = &a->sizes;
    const gd_tensor *x = node->in[0];
    gd_tensor *work = gi_new("gd_self_attention", 1, (int64_t[]){ gi_attend_work(s) });
    gd_tensor whole = { .data = dx->data };
    if (!work)
        return GD_FAILED;
    gi_set_row_major(&whole, x->ndim, x->shape);
    gi_heads part[3], slope[3];
    for (int i = 0; i < 3; i++) {
        part[i] = heads_in(s, x, x->data, i * width_of(s));
        slope[i] = heads_in(s, &whole, whole.data, i * width_of(s));
    }
    const gi_heads y = heads_in(s, dy, dy->data, 0);
    gi_attend_grad(s, &part[0], &part[1], &part[2], &y, a->p, (gi_attend_slopes){ &slope[0], &slope[1], &slope[2] },
                   work->data);
    return GD_DONE;
}

static const gd_op self_attention_op = {
    .name = "gd_self_attention", .rule = self_attention_rule, .fast = self_attention_fast,
    .reads = GD_READS(0, GD_INPUT(0)),
    .formula = "of each head, p = softmax(q k' / sqrt(d)): dv = p' dy, ds = p (dy v' - sum(p dy v')) / sqrt(d), "
               "dq = ds k, dk = ds' q"
};

/* ---- The public function ------------------------------------------------------------------------------------ */

static bool self_attention_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gi_attention_attributes *a = attributes;
    const gi_attend_sizes *s = &a->sizes;
    gi_heads part[3];
    for (int i = 0; i < 3; i++)
        part[i] = heads_in(s, x[0], x[0]->data, i * width_of(s));
    const gi_heads to = heads_in(s, y, y->data, 0);
    gi_attend(s, &part[0], &part[1], &part[2], &to, a->p);
    return true;
}

static gi_attend_sizes measured(const gd_tensor *qkv, int64_t heads, bool causal)
{
    const int64_t n = qkv->shape[qkv->ndim - 2], d = qkv->shape[qkv->ndim - 1] / 3 / heads;
    gi_attend_sizes s = { .axes = qkv->ndim - 1, .count = heads, .queries = n, .keys = n, .d = d, .e = d,
                          .scale = d ? 1 / sqrt((double)d) : 1, .causal = causal };
    for (int i = 0; i < s.axes - 1; i++)
        s.count *= s.batch[i] = qkv->shape[i];
    s.batch[s.axes - 1] = heads;
    return s;
}

gd_tensor *gd_self_attention(gd_tensor *qkv, int64_t heads, bool causal)
{
    if (!qkv || !gi_alive("gd_self_attention", "qkv", qkv))
        return NULL;
    if (heads < 1)
        return gd_fail("gd_self_attention: heads = %" PRId64 " must be at least 1", heads);
    if (qkv->ndim < 2 || qkv->ndim == GD_MAX_DIMS || qkv->shape[qkv->ndim - 1] % 3
        || qkv->shape[qkv->ndim - 1] / 3 % heads)
        return gd_fail("gd_self_attention: qkv is %s: it must be [.., n, 3 width] with at most %d axes, and heads = %"
                       PRId64 " must divide width", gi_text_of(qkv).s, GD_MAX_DIMS - 1, heads);
    gi_attention_attributes a = { measured(qkv, heads, causal), NULL };
    int64_t shape[GD_MAX_DIMS];
    for (int i = 0; i < qkv->ndim; i++)
        shape[i] = i < qkv->ndim - 1 ? qkv->shape[i] : qkv->shape[i] / 3;
    gd_tensor *y = gi_new("gd_self_attention", qkv->ndim, shape);
    gd_tensor *p = gi_new("gd_self_attention", 3, (int64_t[]){ a.sizes.count, a.sizes.queries, a.sizes.keys });
    if (!y || !p)
        return NULL;
    a.p = p->data;
    return gi_start_one("gd_self_attention", self_attention_compute, y, qkv, &a, sizeof a)
               ? gi_record1_with(&self_attention_op, y, qkv, &a, sizeof a) : NULL;
}
