/* attention.c - scaled dot-product attention (A. Vaswani et al., "Attention is all you need", 2017, eq. 1):
 * y = softmax(q k' / sqrt(d)) v.  A composition: the softmax subtracts the largest score of each row, and nothing
 * else here can overflow where q and k do not. */
#include <inttypes.h>

#include "engine.h"

/* [queries, keys]: 0 where key j <= query i, -infinity for the keys that are still to come. */
static gd_tensor *no_look_ahead(int64_t queries, int64_t keys)
{
    gd_tensor *mask = gd_zeros(GD_SHAPE(queries, keys));
    for (int64_t i = 0; mask && i < queries; i++)
        for (int64_t j = i + 1; j < keys; j++)
            mask->data[i * keys + j] = (gd_real)-INFINITY;
    return mask;
}

gd_tensor *gd_attention(gd_tensor *q, gd_tensor *k, gd_tensor *v, bool causal)
{
    if (!q || !k || !v)
        return NULL;
    bool fit = q->ndim >= 2 && k->ndim >= 2 && v->ndim >= 2 && q->shape[q->ndim - 1] == k->shape[k->ndim - 1]
               && k->shape[k->ndim - 2] == v->shape[v->ndim - 2];
    if (!fit)
        return gd_fail("gd_attention: q is %s, k is %s and v is %s: they must be [.., queries, d], [.., keys, d] "
                       "and [.., keys, e]", gd_text_of(q).s, gd_text_of(k).s, gd_text_of(v).s);
    int64_t d = q->shape[q->ndim - 1];
    gd_tensor *scaled = gd_scale(q, d ? 1 / sqrt((double)d) : 1);
    gd_tensor *scores = gd_matmul(scaled, gd_transpose(k, -2, -1));
    if (causal)
        scores = gd_add(scores, no_look_ahead(q->shape[q->ndim - 2], k->shape[k->ndim - 2]));
    return gd_matmul(gd_softmax(scores, -1), v);
}
