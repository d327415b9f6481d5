/* nest.c - loops over strided data.  Every operation that meets a view goes through here; what is contiguous
 * on all sides becomes one single loop. */
#include "core.h"

void gd_nest_init(gd_nest *nest, int ndim, const int64_t *shape, int operands, const int64_t *const strides[])
{
    int last = -1;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 1)
            continue;
        bool merges = last >= 0;
        for (int k = 0; k < operands && merges; k++)
            merges = nest->step[k][last] == strides[k][i] * shape[i];
        if (merges) {
            nest->size[last] *= shape[i];
        } else {
            last++;
            nest->size[last] = shape[i];
        }
        for (int k = 0; k < operands; k++)
            nest->step[k][last] = strides[k][i];
    }
    if (last < 0) {
        last = 0;
        nest->size[0] = 1;
        for (int k = 0; k < operands; k++)
            nest->step[k][0] = 1;
    }
    nest->ndim = last + 1;
}

void gd_nest_run(const gd_nest *nest, int operands, gd_real *const start[], gd_inner_loop *inner,
                 const void *context)
{
    int inmost = nest->ndim - 1;
    int64_t index[GD_MAX_DIMS] = { 0 }, step[GD_OPERANDS];
    gd_real *p[GD_OPERANDS];
    for (int k = 0; k < operands; k++) {
        p[k] = start[k];
        step[k] = nest->step[k][inmost];
    }
    for (int i = 0; i <= inmost; i++)
        if (nest->size[i] == 0)
            return;
    for (;;) {
        inner(nest->size[inmost], p, step, context);
        int i = inmost - 1;
        while (i >= 0 && ++index[i] == nest->size[i]) {     /* an axis that is through starts again */
            for (int k = 0; k < operands; k++)
                p[k] -= nest->step[k][i] * (nest->size[i] - 1);
            index[i--] = 0;
        }
        if (i < 0)
            return;
        for (int k = 0; k < operands; k++)
            p[k] += nest->step[k][i];
    }
}

/* ---- Copying ------------------------------------------------------------------------------------------------ */

static void copy_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    (void)context;
    gd_real *to = p[0];
    const gd_real *from = p[1];
    if (step[0] == 1 && step[1] == 1)
        memcpy(to, from, (size_t)n * sizeof *to);
    else
        for (int64_t i = 0; i < n; i++)
            to[i * step[0]] = from[i * step[1]];
}

void gd_copy_into(const gd_tensor *y, const gd_tensor *x)
{
    if (x->numel == 0)
        return;
    gd_nest nest;
    const int64_t *const strides[] = { y->stride, x->stride };
    gd_nest_init(&nest, x->ndim, x->shape, 2, strides);
    gd_real *const start[] = { y->data, x->data };
    gd_nest_run(&nest, 2, start, copy_inner, NULL);
}

void gd_copy(gd_real *to, const gd_tensor *x)
{
    if (x->contiguous) {
        if (x->numel)
            memcpy(to, x->data, (size_t)x->numel * sizeof *to);
        return;
    }
    gd_tensor y = { .data = to };
    int64_t step = 1;
    for (int i = x->ndim - 1; i >= 0; i--) {
        y.stride[i] = step;
        step *= x->shape[i];
    }
    gd_copy_into(&y, x);
}
