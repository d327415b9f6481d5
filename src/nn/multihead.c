/* multihead.c - multi-head attention: the width is split into heads, each with its own attention. */
#include <inttypes.h>
#include <math.h>

#include "base/message.h"
#include "gradus/tensor.h"
#include "gradus/transformer.h"
#include "layer.h"
#include "operations/masked_attention.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

gd_multihead gd_multihead_new(gd_params *p, const char *name, int64_t width, int64_t heads)
{
    const gd_multihead none = { NULL, NULL, NULL, NULL, heads };
    gd_multihead m = none;
    gi_params_place mark;
    if (!gi_layer_begin("gd_multihead_new", p, name, 2, (const int64_t[]){ width, heads },
                        (const char *const[]){ "width", "heads" }, &mark))
        return none;
    if (width % heads) {
        gd_fail("gd_multihead_new: \"%s\": heads = %" PRId64 " must divide width = %" PRId64, name, heads, width);
        gi_layer_end(p, &mark, false);
        return none;
    }
    double bound = 1 / sqrt((double)width);
    gd_tensor *in = gd_xavier_uniform(GD_SHAPE(3 * width, width), 1);
    gd_tensor *out = gd_uniform(GD_SHAPE(width, width), -bound, bound);
    gd_tensor *zeros = gd_zeros(GD_SHAPE(3 * width)), *zero = gd_zeros(GD_SHAPE(width));
    m.in_proj_weight = gi_layer_param(p, name, "in_proj_weight", in);
    m.in_proj_bias = m.in_proj_weight ? gi_layer_param(p, name, "in_proj_bias", zeros) : NULL;
    m.out_weight = m.in_proj_bias ? gi_layer_param(p, name, "out_proj.weight", out) : NULL;
    m.out_bias = m.out_weight ? gi_layer_param(p, name, "out_proj.bias", zero) : NULL;
    return gi_layer_end(p, &mark, m.out_bias != NULL) ? m : none;
}

/* Rows [i width, (i + 1) width) of the three affine maps, which are stacked. */
static gd_tensor *projected(const gd_multihead *m, gd_tensor *x, int64_t i)
{
    int64_t width = m->out_bias->shape[0];
    return gd_affine(x, gd_slice(m->in_proj_weight, 0, i * width, (i + 1) * width, 1),
                     gd_slice(m->in_proj_bias, 0, i * width, (i + 1) * width, 1));
}

/* [n, length, width] -> [n, heads, length, width / heads] */
static gd_tensor *in_heads(const gd_multihead *m, gd_tensor *x)
{
    if (!x)
        return NULL;
    gd_shape shape = GD_SHAPE(x->shape[0], x->shape[1], m->heads, x->shape[2] / m->heads);
    return gd_transpose(gd_reshape(x, shape), 1, 2);
}

/* False, and a message unless an argument is NULL. */
static bool applicable(const char *function, const gd_multihead *m, const gd_tensor *query, const gd_tensor *key,
                       const gd_tensor *value)
{
    if (!gi_not_null(function, "layer", m) || !m->out_bias || !query || !key || !value
        || !gi_alive(function, "query", query)
        || !gi_alive(function, "key", key) || !gi_alive(function, "value", value)
        || !gi_alive(function, "layer->in_proj_weight", m->in_proj_weight)
        || !gi_alive(function, "layer->in_proj_bias", m->in_proj_bias)
        || !gi_alive(function, "layer->out_weight", m->out_weight)
        || !gi_alive(function, "layer->out_bias", m->out_bias))
        return false;
    return (query->ndim == 3 && key->ndim == 3 && value->ndim == 3)
           || gd_fail("%s: query is %s, key is %s and value is %s: they must be "
                      "[n, length, width]", function, gi_text_of(query).s, gi_text_of(key).s, gi_text_of(value).s);
}

/* y [n, heads, queries, width / heads]: the heads side by side, and the last affine map. */
static gd_tensor *joined(const gd_multihead *m, gd_tensor *y, const gd_tensor *query)
{
    return gd_affine(gd_reshape(gd_transpose(y, 1, 2), gd_shape_of_tensor(query)), m->out_weight, m->out_bias);
}

gd_tensor *gd_multihead_apply(const gd_multihead *m, gd_tensor *query, gd_tensor *key, gd_tensor *value,
                              bool causal)
{
    if (!applicable("gd_multihead_apply", m, query, key, value))
        return NULL;
    gd_tensor *y = gd_attention(in_heads(m, projected(m, query, 0)), in_heads(m, projected(m, key, 1)),
                                in_heads(m, projected(m, value, 2)), causal);
    return joined(m, y, query);
}

/* ---- With masks --------------------------------------------------------------------------------------------- */

static bool masks_fit(const char *function, const gd_tensor *query, const gd_tensor *key, int64_t heads,
                      const gd_attention_masks *of)
{
    const gd_tensor *padding = of->padding, *scores = of->scores;
    if (padding && (padding->ndim != 2 || padding->shape[0] != key->shape[0] || padding->shape[1] != key->shape[1]))
        return gd_fail("%s: masks.padding is %s: it must be [%" PRId64 ", %" PRId64 "], n and keys", function,
                       gi_text_of(padding).s, key->shape[0], key->shape[1]);
    const int64_t to[4] = { query->shape[0], heads, query->shape[1], key->shape[1] };
    bool fits = !scores || scores->ndim <= 4;
    for (int i = 1; scores && fits && i <= scores->ndim; i++)
        fits = scores->shape[scores->ndim - i] == 1 || scores->shape[scores->ndim - i] == to[4 - i];
    return fits || gd_fail("%s: masks.scores is %s: it must broadcast to %s, n, heads, queries and keys", function,
                           gi_text_of(scores).s, gi_shape_text(4, to).s);
}

/* Both masks as one that is added to the scores, or NULL; false when it cannot be made. */
static bool one_mask(const gd_attention_masks *of, gd_tensor **mask)
{
    *mask = of->scores;
    if (!of->padding)
        return true;
    gd_tensor *hidden = gd_where(of->padding, gd_scalar((double)-INFINITY), gd_scalar(0));
    hidden = gd_unsqueeze(gd_unsqueeze(hidden, 1), 1);
    *mask = *mask ? gd_add(*mask, hidden) : hidden;
    return *mask != NULL;
}

gd_tensor *gd_multihead_attend(const gd_multihead *m, gd_tensor *query, gd_tensor *key, gd_tensor *value,
                               gd_attention_masks masks, double dropout, bool training)
{
    static const char function[] = "gd_multihead_attend";
    gd_tensor *mask;
    if (!applicable(function, m, query, key, value) || !gi_alive(function, "masks.padding", masks.padding)
        || !gi_alive(function, "masks.scores", masks.scores))
        return NULL;
    if (query->shape[0] != key->shape[0] || key->shape[0] != value->shape[0] || key->shape[1] != value->shape[1])
        return gd_fail("%s: query is %s, key is %s and value is %s: n must be the same, and key and value of the same "
                       "length", function, gi_text_of(query).s, gi_text_of(key).s, gi_text_of(value).s);
    if (!masks_fit(function, query, key, m->heads, &masks))
        return NULL;
    if (!(dropout >= 0 && dropout <= 1))
        return gd_fail("%s: dropout = %g must lie in [0, 1]", function, dropout);
    if (!one_mask(&masks, &mask))
        return NULL;
    gd_tensor *q = in_heads(m, projected(m, query, 0)), *k = in_heads(m, projected(m, key, 1));
    gd_tensor *v = in_heads(m, projected(m, value, 2));
    gd_tensor *y = NULL;
    if (!training || dropout == 0)
        y = gd_masked_attention(q, k, v, mask, masks.causal);
    else
        y = gd_matmul(gd_dropout(gi_attention_weights(function, q, k, mask, masks.causal), dropout, true), v);
    return y ? joined(m, y, query) : NULL;
}
