/* loss_distance.c - losses of distances between vectors: cosine similarity, cosine embedding, triplet margin.  Made of
 * other operations; norms neither overflow nor have infinite slopes at 0. */
#include <math.h>

#include "autograd/record.h"
#include "base/message.h"
#include "gradus/operations.h"
#include "loss.h"
#include "loss_check.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

/* x divided by its norm along an axis, or by eps. */
static gd_tensor *directed(gd_tensor *x, int axis, double eps)
{
    return gd_div(x, gd_clamp(gd_norm_axes(x, 2, GD_SHAPE(axis), true), eps, (double)INFINITY));
}

static gd_tensor *cosine(gd_tensor *a, gd_tensor *b, int axis, double eps)
{
    return gd_sum_axis(gd_mul(directed(a, axis, eps), directed(b, axis, eps)), axis, false);
}

gd_tensor *gd_cosine_similarity(gd_tensor *a, gd_tensor *b, int axis, double eps)
{
    const char *function = "gd_cosine_similarity";
    gd_shape shape;
    if (!a || !b || !gi_alive(function, "a", a) || !gi_alive(function, "b", b)
        || !gi_broadcast_shape(function, a, b, &shape))
        return NULL;
    const int at = gi_valid_axis(function, axis, shape.ndim);
    if (at < 0)
        return NULL;
    if (!((gd_real)eps > 0))
        return gd_fail("%s: eps = %g must be positive", function, eps);
    return cosine(gd_expand(a, shape), gd_expand(b, shape), at, eps);
}

/* Is target what a has without its last axis? */
static bool target_fits(const gd_tensor *a, const gd_tensor *b, const gd_tensor *target)
{
    const bool fits = (a->ndim == 1 || a->ndim == 2) && gi_same_shape(a, b) && target->ndim == a->ndim - 1
                      && (a->ndim == 1 || target->shape[0] == a->shape[0]);
    return fits || gd_fail("gd_cosine_embedding_loss: a is %s, b is %s and target is %s: they must be [n, d], [n, d] "
                           "and [n], or [d], [d] and []", gi_text_of(a).s, gi_text_of(b).s, gi_text_of(target).s);
}

gd_tensor *gd_cosine_embedding_loss(gd_tensor *a, gd_tensor *b, gd_tensor *target, double margin,
                                    gd_reduction reduction)
{
    const char *function = "gd_cosine_embedding_loss";
    if (!a || !b || !target || !gi_alive(function, "a", a) || !gi_alive(function, "b", b)
        || !gi_alive(function, "target", target) || !target_fits(a, b, target)
        || !gi_elements_signs(function, "target", target))
        return NULL;
    if (!(margin >= -1 && margin <= 1))
        return gd_fail("%s: margin = %g must lie in [-1, 1]", function, margin);
    gd_tensor *similar = cosine(a, b, a->ndim - 1, 1e-8);
    gd_tensor *apart = gd_relu(gd_shift(similar, -margin)), *together = gd_shift(gd_neg(similar), 1);
    return gi_reduced_loss(function, gd_where(gd_gt(target, gd_scalar(0)), together, apart), reduction);
}

/* ---- Triplets ----------------------------------------------------------------------------------------------- */

static gd_tensor *distance(gd_tensor *x, gd_tensor *y, const gd_triplet_options *o)
{
    return gd_norm_axes(gd_shift(gd_sub(x, y), o->eps), o->p, GD_SHAPE(-1), false);
}

static bool triplet_options_fit(const char *function, const gd_triplet_options *o)
{
    if (!(o->p > 0))
        return gd_fail("%s: p = %g must be positive; options begin as gd_triplet_defaults()", function, o->p);
    if (!(o->margin > 0))
        return gd_fail("%s: margin = %g must be positive", function, o->margin);
    return o->eps >= 0 || gd_fail("%s: eps = %g must not be negative", function, o->eps);
}

gd_tensor *gd_triplet_margin_loss(gd_tensor *anchor, gd_tensor *positive, gd_tensor *negative,
                                  gd_triplet_options options)
{
    const char *function = "gd_triplet_margin_loss";
    if (!anchor || !positive || !negative || !gi_alive(function, "anchor", anchor)
        || !gi_alive(function, "positive", positive) || !gi_alive(function, "negative", negative))
        return NULL;
    if (anchor->ndim == 0 || !gi_same_shape(anchor, positive) || !gi_same_shape(anchor, negative))
        return gd_fail("%s: anchor is %s, positive is %s and negative is %s: they must have the same shape, [.., d]",
                       function, gi_text_of(anchor).s, gi_text_of(positive).s, gi_text_of(negative).s);
    if (!triplet_options_fit(function, &options))
        return NULL;
    gd_tensor *near = distance(anchor, positive, &options), *far = distance(anchor, negative, &options);
    if (options.swap)
        far = gd_minimum(far, distance(positive, negative, &options));
    gd_tensor *l = gd_relu(gd_shift(gd_sub(near, far), options.margin));
    return gi_reduced_loss(function, l, options.reduction);
}
