/* join.c - concat and stack. */
#include <inttypes.h>

#include "autograd/record.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- concat: y = xs one after the other along an axis ---------------------------------------------------- */

/* Each input's gradient is its own slice of dy, also behind inputs that need none. */
static void concat_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int *axis = node->attributes;
    int64_t start = 0;
    for (int i = 0; i < node->n; i++) {
        int64_t stop = start + node->in[i]->shape[*axis];
        if (gi_needs(node, i))
            dx[i] = gd_slice(dy, *axis, start, stop, 1);
        start = stop;
    }
}

static const gd_op concat_op = {
    .name = "gd_concat", .rule = concat_rule, .reads = GD_NOTHING,
    .formula = "dx_i = its slice of dy",
};

static bool fit_together(gd_tensor *const xs[], int n, int axis)
{
    for (int i = 1; i < n; i++) {
        bool same = xs[i]->ndim == xs[0]->ndim;
        for (int k = 0; k < xs[0]->ndim && same; k++)
            same = k == axis || xs[i]->shape[k] == xs[0]->shape[k];
        if (!same)
            return gd_fail("gd_concat: xs[0] is %s and xs[%d] is %s: they must agree in all axes but %d",
                           gi_text_of(xs[0]).s, i, gi_text_of(xs[i]).s, axis);
    }
    return true;
}

static bool all_given(const char *function, gd_tensor *const xs[], int n)
{
    if (n < 1)
        return gd_fail("%s: n = %d tensors; at least one is needed", function, n);
    if (!gi_not_null(function, "xs", xs))
        return false;
    for (int i = 0; i < n; i++)
        if (!xs[i])
            return false;
    return gi_all_alive(function, "xs", xs, n);
}

typedef struct concat_attributes {
    int axis, n;
} concat_attributes;

static bool concat_compute(gd_tensor *y, gd_tensor *const xs[], const void *attributes)
{
    const concat_attributes *c = attributes;
    gd_tensor part = *y;                    /* the slice of y that the next input fills */
    part.contiguous = false;
    for (int i = 0; i < c->n; i++) {
        part.shape[c->axis] = xs[i]->shape[c->axis];
        gi_copy_into(&part, xs[i]);
        part.data += part.shape[c->axis] * part.stride[c->axis];
    }
    return true;
}

gd_tensor *gd_concat(gd_tensor *const xs[], int n, int axis)
{
    if (!all_given("gd_concat", xs, n))
        return NULL;
    int at = gi_valid_axis("gd_concat", axis, xs[0]->ndim);
    if (at < 0 || !fit_together(xs, n, at))
        return NULL;
    gd_shape shape = gd_shape_of_tensor(xs[0]);
    for (int i = 1; i < n; i++)
        shape.size[at] += xs[i]->shape[at];
    gd_tensor *y = gi_new("gd_concat", shape.ndim, shape.size);
    const concat_attributes c = { at, n };
    return y && gi_start("gd_concat", concat_compute, y, xs, n, &c, sizeof c)
               ? gd_record(&concat_op, y, xs, n, &at, sizeof at) : NULL;
}

/* ---- stack: concat along a new axis ---------------------------------------------------------------------- */

gd_tensor *gd_stack(gd_tensor *const xs[], int n, int axis)
{
    if (!all_given("gd_stack", xs, n))
        return NULL;
    for (int i = 1; i < n; i++)
        if (!gi_same_shape(xs[i], xs[0]))
            return gd_fail("gd_stack: xs[0] is %s and xs[%d] is %s: they must have the same shape",
                           gi_text_of(xs[0]).s, i, gi_text_of(xs[i]).s);
    int at = xs[0]->ndim < GD_MAX_DIMS ? gi_valid_axis("gd_stack", axis, xs[0]->ndim + 1) : axis;
    gd_tensor **rows = gi_arena_take(gi_current_scope(), (size_t)n * sizeof *rows);
    if (at < 0 || !rows)
        return NULL;
    for (int i = 0; i < n; i++)
        if (!(rows[i] = gd_unsqueeze(xs[i], at)))
            return NULL;
    return gd_concat(rows, n, at);
}
