/* masked_attention.c - attention with numbers added to the scores, from gd_matmul and gd_softmax.  Without a mask
 * gd_attention does it in one operation. */
#include <inttypes.h>
#include <math.h>

#include "base/message.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "masked_attention.h"
#include "matrices.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static bool shapes_fit(const char *function, const gd_tensor *q, const gd_tensor *k, const gd_tensor *v)
{
    const bool fit = q->ndim >= 2 && k->ndim >= 2 && v->ndim >= 2 && q->shape[q->ndim - 1] == k->shape[k->ndim - 1]
                     && k->shape[k->ndim - 2] == v->shape[v->ndim - 2];
    return fit || gd_fail("%s: q is %s, k is %s and v is %s: they must be [.., queries, d], [.., keys, d] and "
                          "[.., keys, e]", function, gi_text_of(q).s, gi_text_of(k).s, gi_text_of(v).s);
}

/* mask must broadcast to the scores, not the scores to it along queries and keys. */
static bool mask_fits(const char *function, const gd_tensor *mask, int64_t queries, int64_t keys)
{
    const int64_t last = mask->ndim > 0 ? mask->shape[mask->ndim - 1] : 1;
    const int64_t row = mask->ndim > 1 ? mask->shape[mask->ndim - 2] : 1;
    return ((last == 1 || last == keys) && (row == 1 || row == queries))
           || gd_fail("%s: mask is %s: it must broadcast to [.., %" PRId64 ", %" PRId64 "]", function,
                      gi_text_of(mask).s, queries, keys);
}

/* [queries, keys]: 0 for key j <= query i, -infinity for the keys that are still to come. */
static gd_tensor *no_look_ahead(int64_t queries, int64_t keys)
{
    return gd_triu(gd_full(GD_SHAPE(queries, keys), (double)-INFINITY), 1);
}

/* p where the mask leaves a key for the query, 0 in rows where it leaves none. */
static gd_tensor *seen(gd_tensor *p, gd_tensor *mask, int64_t keys)
{
    if (!p || !keys || mask->numel == 0)
        return p;
    if (mask->ndim == 0)
        mask = gd_unsqueeze(mask, 0);
    gd_tensor *any = gd_ne(gd_max_axis(gd_detach(mask), -1, true), gd_scalar((double)-INFINITY));
    bool all = any && !gi_capturing();      /* else the next run may have others */
    for (int64_t i = 0; any && i < any->numel; i++)
        all &= any->data[i] != 0;
    return all ? p : gd_where(any, p, gd_scalar(0));
}

/* mask fits; or it is NULL */
static gd_tensor *weights(gd_tensor *q, gd_tensor *k, gd_tensor *mask, bool causal)
{
    const int64_t queries = q->shape[q->ndim - 2], keys = k->shape[k->ndim - 2], d = q->shape[q->ndim - 1];
    gd_tensor *scores = gd_matmul(gd_scale(q, d ? 1 / sqrt((double)d) : 1), gi_swapped(k));
    if (causal) {
        gd_tensor *ahead = no_look_ahead(queries, keys);
        mask = mask ? gd_add(mask, ahead) : ahead;
        if (!mask)
            return NULL;
    }
    return mask ? seen(gd_softmax(gd_add(scores, mask), -1), mask, keys) : gd_softmax(scores, -1);
}

gd_tensor *gi_attention_weights(const char *function, gd_tensor *q, gd_tensor *k, gd_tensor *mask, bool causal)
{
    return q && k && (!mask || mask_fits(function, mask, q->shape[q->ndim - 2], k->shape[k->ndim - 2]))
               ? weights(q, k, mask, causal) : NULL;
}

gd_tensor *gd_masked_attention(gd_tensor *q, gd_tensor *k, gd_tensor *v, gd_tensor *mask, bool causal)
{
    static const char function[] = "gd_masked_attention";
    if (!q || !k || !v || !gi_alive(function, "q", q) || !gi_alive(function, "k", k) || !gi_alive(function, "v", v)
        || !gi_alive(function, "mask", mask) || !shapes_fit(function, q, k, v))
        return NULL;
    if (!mask)
        return gd_attention(q, k, v, causal);
    return gd_matmul(gi_attention_weights(function, q, k, mask, causal), v);
}

static bool padding_mask_compute(gd_tensor *mask, gd_tensor *const lengths[], const void *attributes)
{
    (void)attributes;
    const int64_t n = mask->shape[0], keys = mask->shape[3];
    const int64_t *of = gi_labels("gd_padding_mask", "lengths", lengths[0], keys + 1);
    for (int64_t i = 0; of && i < n; i++)
        for (int64_t j = 0; j < keys; j++)
            mask->data[i * keys + j] = j < of[i] ? 0 : (gd_real)-INFINITY;
    return of != NULL;
}

gd_tensor *gd_padding_mask(gd_tensor *lengths, int64_t keys)
{
    static const char function[] = "gd_padding_mask";
    if (!lengths || !gi_alive(function, "lengths", lengths))
        return NULL;
    if (lengths->ndim != 1)
        return gd_fail("%s: lengths is %s: it must be [n]", function, gi_text_of(lengths).s);
    if (keys < 0 || keys == INT64_MAX)
        return gd_fail("%s: keys = %" PRId64 " must not be negative", function, keys);
    gd_tensor *mask = gi_new(function, 4, (int64_t[]){ lengths->shape[0], 1, 1, keys });
    return mask && gi_start_one(function, padding_mask_compute, mask, lengths, NULL, 0) ? mask : NULL;
}
