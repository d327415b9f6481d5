/* weight_norm.c - weights that are functions of other tensors: of a length and a direction, or divided by the largest
 * singular value. */
#include <inttypes.h>
#include <math.h>

#include "base/message.h"
#include "gradus/operations.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

gd_tensor *gd_weight_norm(gd_tensor *v, gd_tensor *g, int axis)
{
    static const char function[] = "gd_weight_norm";
    if (!v || !g || !gi_alive(function, "v", v) || !gi_alive(function, "g", g))
        return NULL;
    const int at = gi_valid_axis(function, axis, v->ndim);
    if (at < 0)
        return NULL;
    if (g->numel != v->shape[at])
        return gd_fail("%s: v is %s and g is %s: one number for each of %" PRId64 " is expected", function,
                       gi_text_of(v).s, gi_text_of(g).s, v->shape[at]);
    gd_shape others = { 0, { 0 } }, beside = { v->ndim, { 0 } };
    for (int i = 0; i < v->ndim; i++) {
        beside.size[i] = i == at ? v->shape[at] : 1;
        if (i != at)
            others.size[others.ndim++] = i;
    }
    gd_tensor *norm = others.ndim ? gd_norm_axes(v, 2, others, true) : gd_abs(v);
    return gd_mul(v, gd_div(gd_reshape(g, beside), norm));
}

/* x / max(|x|, eps) */
static gd_tensor *unit(gd_tensor *x, double eps)
{
    return gd_div(x, gd_clamp(gd_norm(x, 2), eps, (double)INFINITY));
}

static bool fits(const char *function, const char *argument, const gd_tensor *t, int64_t n)
{
    if (t->ndim != 1 || t->shape[0] != n)
        return gd_fail("%s: %s is %s: it must be [%" PRId64 "]", function, argument, gi_text_of(t).s, n);
    return !t->node || gd_fail("%s: %s must not be the result of a recorded operation", function, argument);
}

gd_tensor *gd_spectral_norm(gd_tensor *w, gd_tensor *u, gd_tensor *v, int iterations, double eps)
{
    static const char function[] = "gd_spectral_norm";
    if (!w || !u || !v || !gi_alive(function, "w", w) || !gi_alive(function, "u", u) || !gi_alive(function, "v", v))
        return NULL;
    if (w->ndim < 2 || w->numel == 0)
        return gd_fail("%s: w is %s: it must have two axes or more, and elements", function, gi_text_of(w).s);
    if (iterations < 0 || !(eps >= 0))
        return gd_fail("%s: iterations = %d and eps = %g must not be negative", function, iterations, eps);
    const int64_t rows = w->shape[0], columns = w->numel / rows;
    if (!fits(function, "u", u, rows) || !fits(function, "v", v, columns))
        return NULL;
    gd_tensor *matrix = gd_reshape(w, GD_SHAPE(rows, columns)), *left = gd_detach(u), *right = gd_detach(v);
    gd_no_grad_begin();
    for (int i = 0; i < iterations; i++) {
        right = unit(gd_matmul(left, matrix), eps);
        left = unit(gd_matmul(matrix, right), eps);
    }
    gd_no_grad_end();
    gd_tensor *y = gd_div(w, gd_matmul(left, gd_matmul(matrix, right)));
    if (y && iterations > 0) {              /* the graph reads left and right, not u and v */
        gd_no_grad_begin();
        const bool good = gd_assign(v, right) && gd_assign(u, left);
        gd_no_grad_end();
        if (!good)
            return NULL;
    }
    return y;
}
