/* attention.c - scaled dot-product attention (A. Vaswani et al., "Attention is all you need", 2017, eq. 1):
 * y = softmax(q k' / sqrt(d)) v.  Fused: the arithmetic, and its gradients, are in kernels/attend.c.  A gradient
 * that is to be differentiated again is composed of the operations that the formula names. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "attention.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "kernels/attend.h"
#include "matrices.h"
#include "tensor/alive.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Shapes ------------------------------------------------------------------------------------------------- */

static bool measure(gi_attend_sizes *s, const gd_tensor *q, const gd_tensor *k, const gd_tensor *v, bool causal)
{
    const char *function = "gd_attention: leading axes";
    gd_shape both, shape;
    if (!gi_broadcast_sizes(function, gi_outer_sizes(q), gi_outer_sizes(k), &both)
        || !gi_broadcast_sizes(function, (gi_sizes){ both.ndim, both.size, NULL }, gi_outer_sizes(v), &shape))
        return false;
    const int64_t d = q->shape[q->ndim - 1];
    *s = (gi_attend_sizes){ .axes = shape.ndim, .count = 1, .queries = q->shape[q->ndim - 2],
                            .keys = k->shape[k->ndim - 2], .d = d, .e = v->shape[v->ndim - 1],
                            .scale = d ? 1 / sqrt((double)d) : 1, .causal = causal };
    for (int i = 0; i < shape.ndim; i++)
        s->count *= s->batch[i] = shape.size[i];
    return true;
}

static gi_heads heads(const gi_attend_sizes *s, const gd_tensor *t)
{
    gi_heads x = { .data = t->data, .row = t->stride[t->ndim - 2], .column = t->stride[t->ndim - 1] };
    gi_outer_strides(t, s->axes, s->batch, x.step);
    return x;
}

/* A new tensor [batch, rows, columns]. */
static gd_tensor *matrices(const gi_attend_sizes *s, int64_t rows, int64_t columns)
{
    int64_t shape[GD_MAX_DIMS];
    memcpy(shape, s->batch, sizeof shape);
    shape[s->axes] = rows;
    shape[s->axes + 1] = columns;
    return gi_new("gd_attention", s->axes + 2, shape);
}

/* ---- Rule --------------------------------------------------------------------------------------------------- */

static bool no_look_ahead_compute(gd_tensor *mask, gd_tensor *const none[], const void *attributes)
{
    (void)none, (void)attributes;
    const int64_t queries = mask->shape[0], keys = mask->shape[1];
    for (int64_t i = 0; i < queries; i++)
        for (int64_t j = 0; j < keys; j++)
            mask->data[i * keys + j] = j <= i ? 0 : (gd_real)-INFINITY;
    return true;
}

/* [queries, keys]: 0 where key j <= query i, -infinity for the keys that are still to come. */
static gd_tensor *no_look_ahead(int64_t queries, int64_t keys)
{
    gd_tensor *mask = gi_new("gd_attention", 2, (int64_t[]){ queries, keys });
    return mask && gi_start("gd_attention", no_look_ahead_compute, mask, NULL, 0, NULL, 0) ? mask : NULL;
}

/* p = softmax(scale q k'),  dv = p' dy,  ds = the gradient of softmax at dy v',  dq = scale ds k,  dk = scale ds' q */
void gi_attention_rule(const gi_attend_sizes *s, gd_tensor *const qkv[3], gd_tensor *dy, const bool wanted[3],
                       gd_tensor *dx[3])
{
    gd_tensor *q = qkv[0], *k = qkv[1], *v = qkv[2];
    gd_tensor *scores = gd_scale(gd_matmul(q, gi_swapped(k)), s->scale);
    if (s->causal)
        scores = gd_add(scores, no_look_ahead(s->queries, s->keys));
    gd_tensor *p = gd_softmax(scores, -1);
    if (wanted[2])
        dx[2] = gd_matmul(gi_swapped(p), dy);
    if (!wanted[0] && !wanted[1])
        return;
    gd_tensor *dp = gd_matmul(dy, gi_swapped(v));
    gd_tensor *ds = gd_scale(gd_mul(p, gd_sub(dp, gd_sum_axis(gd_mul(dp, p), -1, true))), s->scale);
    if (wanted[0])
        dx[0] = gd_matmul(ds, k);
    if (wanted[1])
        dx[1] = gd_matmul(gi_swapped(ds), q);
}

static void attention_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_attention_attributes *a = node->attributes;
    const bool wanted[] = { gi_needs(node, 0), gi_needs(node, 1), gi_needs(node, 2) };
    gi_attention_rule(&a->sizes, node->in, dy, wanted, dx);
}

/* x's gradient of x's shape in contiguous memory; where x was broadcast over the batch there is no such thing. */
static gi_heads heads_like(const gi_attend_sizes *s, const gd_tensor *x, gd_real *data)
{
    gi_heads h = { .data = data, .row = x->shape[x->ndim - 1], .column = 1 };
    int64_t step = x->shape[x->ndim - 2] * x->shape[x->ndim - 1];
    for (int i = s->axes - 1; i >= 0; i--) {
        h.step[i] = step;
        step *= s->batch[i];
    }
    return h;
}

static bool has_whole_batch(const gi_attend_sizes *s, const gd_tensor *x)
{
    bool whole = x->ndim - 2 == s->axes;
    for (int i = 0; whole && i < s->axes; i++)
        whole = x->shape[i] == s->batch[i];
    return whole;
}

static gd_fast attention_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const gi_attention_attributes *a = node->attributes;
    const gi_attend_sizes *s = &a->sizes;
    gi_heads x[3], slope[3];
    for (int i = 0; i < 3; i++) {
        if (dx[i].data && !has_whole_batch(s, node->in[i]))
            return GD_DECLINED;
        x[i] = heads(s, node->in[i]);
        slope[i] = heads_like(s, node->in[i], dx[i].data);
    }
    gd_tensor *work = gi_new("gd_attention", 1, (int64_t[]){ gi_attend_work(s) });
    if (!work)
        return GD_FAILED;
    const gi_heads y = heads(s, dy);
    gi_attend_grad(s, &x[0], &x[1], &x[2], &y, a->p,
                   (gi_attend_slopes){ dx[0].data ? &slope[0] : NULL, dx[1].data ? &slope[1] : NULL,
                                       dx[2].data ? &slope[2] : NULL }, work->data);
    return GD_DONE;
}

enum { QK = GD_INPUT(0) | GD_INPUT(1), QKV = QK | GD_INPUT(2) };

static const gd_op attention_op = {
    .name = "gd_attention", .rule = attention_rule, .fast = attention_fast,
    .reads = GD_READS(0, QKV) | GD_READS(1, QKV) | GD_READS(2, QK),
    .formula = "p = softmax(q k' / sqrt(d)): dv = p' dy, ds = p (dy v' - sum(p dy v')) / sqrt(d), dq = ds k, "
               "dk = ds' q"
};

/* ---- The public function ------------------------------------------------------------------------------------ */

static bool attention_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gi_attention_attributes *a = attributes;
    const gi_attend_sizes *s = &a->sizes;
    const gi_heads q = heads(s, x[0]), k = heads(s, x[1]), v = heads(s, x[2]), to = heads(s, y);
    gi_attend(s, &q, &k, &v, &to, a->p);
    return true;
}

gd_tensor *gd_attention(gd_tensor *q, gd_tensor *k, gd_tensor *v, bool causal)
{
    if (!q || !k || !v || !gi_alive("gd_attention", "q", q) || !gi_alive("gd_attention", "k", k)
        || !gi_alive("gd_attention", "v", v))
        return NULL;
    bool fit = q->ndim >= 2 && k->ndim >= 2 && v->ndim >= 2 && q->shape[q->ndim - 1] == k->shape[k->ndim - 1]
               && k->shape[k->ndim - 2] == v->shape[v->ndim - 2];
    if (!fit)
        return gd_fail("gd_attention: q is %s, k is %s and v is %s: they must be [.., queries, d], [.., keys, d] "
                       "and [.., keys, e]", gi_text_of(q).s, gi_text_of(k).s, gi_text_of(v).s);
    gi_attention_attributes a;
    if (!measure(&a.sizes, q, k, v, causal))
        return NULL;
    gd_tensor *y = matrices(&a.sizes, a.sizes.queries, a.sizes.e);
    gd_tensor *p = gi_new("gd_attention", 3, (int64_t[]){ a.sizes.count, a.sizes.queries, a.sizes.keys });
    if (!y || !p)
        return NULL;
    a.p = p->data;
    gd_tensor *const inputs[] = { q, k, v };
    if (!gi_start("gd_attention", attention_compute, y, inputs, 3, &a, sizeof a))
        return NULL;
    return gd_record(&attention_op, y, inputs, 3, &a, sizeof a);
}
