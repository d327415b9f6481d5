/* apply.c - running an elementwise loop over tensors of any layout, and recording it. */
#include <string.h>

#include "base/compiler.h"
#include "base/threads.h"
#include "elementwise.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- One input ---------------------------------------------------------------------------------------------- */

typedef struct unary_call {
    gi_unary_loop *loop;
    const gd_real *p;
} unary_call;

static void unary_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    const unary_call *call = context;
    call->loop(n, p[0], p[1], step[1], call->p);
}

static GI_NOINLINE void unary_strided(gd_tensor *y, const gd_tensor *x, const unary_call *call)
{
    gi_nest nest;
    const int64_t *const strides[] = { y->stride, x->stride };
    gi_nest_init(&nest, y->ndim, y->shape, 2, strides);
    gd_real *const start[] = { y->data, x->data };
    gi_nest_spread(&nest, 2, start, unary_inner, call, 1);
}

typedef struct unary_parts {
    unary_call call;
    gd_real   *y, *x;
} unary_parts;

static void unary_part(void *context, int64_t begin, int64_t end)
{
    const unary_parts *u = context;
    u->call.loop(end - begin, u->y + begin, u->x + begin, 1, u->call.p);
}

static GI_NOINLINE void unary_parallel(gd_tensor *y, const gd_tensor *x, const unary_call *call)
{
    gi_parallel(x->numel, GI_PART_ELEMENTS, unary_part, &(unary_parts){ *call, y->data, x->data });
}

gd_tensor *gi_apply_unary(const gd_op *op, gi_unary_loop *loop, gd_tensor *x, const double p[2])
{
    if (!x || !gi_alive(op->name, "x", x))
        return NULL;
    gd_tensor *y = gi_new_like(x);
    if (!y)
        return NULL;
    gd_real numbers[2] = { 0, 0 };
    if (p) {
        numbers[0] = (gd_real)p[0];
        numbers[1] = (gd_real)p[1];
    }
    if (GI_UNLIKELY(!x->contiguous))
        unary_strided(y, x, &(unary_call){ loop, numbers });
    else if (GI_UNLIKELY(x->numel > GI_PART_ELEMENTS))
        unary_parallel(y, x, &(unary_call){ loop, numbers });
    else
        loop(x->numel, y->data, x->data, 1, numbers);
    return p ? gi_record1_with(op, y, x, p, 2 * sizeof *p) : gi_record1(op, y, x);
}

/* ---- Two inputs ------------------------------------------------------------------------------------------ */

static void binary_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    gi_binary_loop *const *loop = context;
    (*loop)(n, p[0], p[1], step[1], p[2], step[2]);
}

static GI_NOINLINE gd_tensor *binary_broadcast(const gd_op *op, gi_binary_loop *loop, gd_tensor *a, gd_tensor *b)
{
    gd_shape shape;
    if (!gi_broadcast_shape(op->name, a, b, &shape))
        return NULL;
    gd_tensor *y = gi_new(op->name, shape.ndim, shape.size);
    if (!y)
        return NULL;
    int64_t a_stride[GD_MAX_DIMS], b_stride[GD_MAX_DIMS];
    gi_broadcast_strides(a, y->ndim, y->shape, a_stride);
    gi_broadcast_strides(b, y->ndim, y->shape, b_stride);
    gi_nest nest;
    const int64_t *const strides[] = { y->stride, a_stride, b_stride };
    gi_nest_init(&nest, y->ndim, y->shape, 3, strides);
    gd_real *const start[] = { y->data, a->data, b->data };
    gi_nest_spread(&nest, 3, start, binary_inner, &loop, 1);
    return y;
}

/* A scalar seen with another shape: the gradient that a full sum hands back. */
static bool is_spread_scalar(const gd_tensor *t)
{
    for (int i = 0; i < t->ndim; i++)
        if (t->stride[i] != 0)
            return false;
    return true;
}

typedef struct binary_parts {
    gi_binary_loop *loop;
    gd_real        *y;
    const gd_real  *a, *b;
    int64_t         a_step, b_step;
} binary_parts;

static void binary_part(void *context, int64_t begin, int64_t end)
{
    const binary_parts *p = context;
    p->loop(end - begin, p->y + begin, p->a + begin * p->a_step, p->a_step, p->b + begin * p->b_step, p->b_step);
}

static GI_NOINLINE void binary_parallel(int64_t n, binary_parts parts)
{
    gi_parallel(n, GI_PART_ELEMENTS, binary_part, &parts);
}

static inline gd_tensor *binary(const gd_op *op, gi_binary_loop *loop, gd_tensor *a, gd_tensor *b)
{
    if (!a || !b || !gi_alive(op->name, "a", a) || !gi_alive(op->name, "b", b))
        return NULL;
    int64_t a_step = 1, b_step = 1;
    const gd_tensor *like = a;
    bool same = gi_same_shape(a, b);
    if (GI_UNLIKELY(!(a->contiguous & b->contiguous))) {
        if (same && b->contiguous && is_spread_scalar(a)) {
            a_step = 0;
            like = b;
        } else if (same && a->contiguous && is_spread_scalar(b)) {
            b_step = 0;
        } else {
            return binary_broadcast(op, loop, a, b);
        }
    } else if (!same) {
        if (b->numel == 1 && b->ndim <= a->ndim) {
            b_step = 0;
        } else if (a->numel == 1 && a->ndim <= b->ndim) {
            a_step = 0;
            like = b;
        } else {
            return binary_broadcast(op, loop, a, b);
        }
    }
    gd_tensor *y = gi_new_like(like);
    if (GI_UNLIKELY(!y))
        return NULL;
    if (GI_UNLIKELY(y->numel > GI_PART_ELEMENTS))
        binary_parallel(y->numel, (binary_parts){ loop, y->data, a->data, b->data, a_step, b_step });
    else
        loop(y->numel, y->data, a->data, a_step, b->data, b_step);
    return y;
}

gd_tensor *gi_apply_binary(const gd_op *op, gi_binary_loop *loop, gd_tensor *a, gd_tensor *b)
{
    gd_tensor *y = binary(op, loop, a, b);
    return y ? gi_record2(op, y, a, b) : NULL;
}

gd_tensor *gi_apply_comparison(const gd_op *op, gi_binary_loop *loop, gd_tensor *a, gd_tensor *b)
{
    gd_tensor *y = binary(op, loop, a, b);
    return y ? gi_constant(op, y, a, b) : NULL;
}

/* ---- where: y = condition ? a : b ------------------------------------------------------------------------ */

static void where_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    (void)context;
    for (int64_t i = 0; i < n; i++)
        p[0][i] = p[1][i * step[1]] != 0 ? p[2][i * step[2]] : p[3][i * step[3]];
}

static void where_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *condition = node->in[0];
    if (gi_wanted(node, 0))
        dx[0] = gd_zeros_like(condition);
    if (gi_wanted(node, 1))
        dx[1] = gd_where(condition, dy, gd_scalar(0));
    if (gi_wanted(node, 2))
        dx[2] = gd_where(condition, gd_scalar(0), dy);
}

static const gd_op where_op = {
    "gd_where", where_rule, GD_READS(1, GD_INPUT(0)) | GD_READS(2, GD_INPUT(0)),
    "da = gd_where(condition, dy, 0), db = gd_where(condition, 0, dy)"
};

gd_tensor *gd_where(gd_tensor *condition, gd_tensor *a, gd_tensor *b)
{
    if (!condition || !a || !b || !gi_alive("gd_where", "condition", condition) || !gi_alive("gd_where", "a", a)
        || !gi_alive("gd_where", "b", b))
        return NULL;
    gd_shape both, all;
    if (!gi_broadcast_shape("gd_where", a, b, &both))
        return NULL;
    gd_tensor stands_for_both = { .ndim = both.ndim };
    memcpy(stands_for_both.shape, both.size, sizeof both.size);
    if (!gi_broadcast_shape("gd_where: condition against a and b", condition, &stands_for_both, &all))
        return NULL;
    gd_tensor *y = gi_new("gd_where", all.ndim, all.size);
    if (!y)
        return NULL;
    const gd_tensor *input[] = { condition, a, b };
    int64_t stride[3][GD_MAX_DIMS];
    for (int k = 0; k < 3; k++)
        gi_broadcast_strides(input[k], y->ndim, y->shape, stride[k]);
    gi_nest nest;
    const int64_t *const strides[] = { y->stride, stride[0], stride[1], stride[2] };
    gi_nest_init(&nest, y->ndim, y->shape, 4, strides);
    gd_real *const start[] = { y->data, condition->data, a->data, b->data };
    gi_nest_spread(&nest, 4, start, where_inner, NULL, 1);
    return gd_record(&where_op, y, (gd_tensor *const[]){ condition, a, b }, 3, NULL, 0);
}

/* ---- sum += value ---------------------------------------------------------------------------------------- */

GI_KERNEL static void accumulate_loop(int64_t n, gd_real *restrict sum, const gd_real *restrict value)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += value[i];
}

typedef struct accumulate_call {
    gd_real       *sum;
    const gd_real *value;
} accumulate_call;

static void accumulate_part(void *context, int64_t begin, int64_t end)
{
    const accumulate_call *call = context;
    accumulate_loop(end - begin, call->sum + begin, call->value + begin);
}

void gi_accumulate_loop(int64_t n, gd_real *sum, const gd_real *value)
{
    if (GI_LIKELY(n <= GI_PART_ELEMENTS))
        accumulate_loop(n, sum, value);
    else
        gi_parallel(n, GI_PART_ELEMENTS, accumulate_part, &(accumulate_call){ sum, value });
}

void gi_accumulate_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    (void)context;
    if (step[0] == 1 && step[1] == 1) {
        accumulate_loop(n, p[0], p[1]);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        p[0][i * step[0]] += p[1][i * step[1]];
}
