/* apply.c - elementwise operations: runs the loops of elementwise.h over tensors of any layout and records the results;
 * and runs the loops of the fast rules. */
#include <string.h>

#include "base/compiler.h"
#include "base/start.h"
#include "base/threads.h"
#include "elementwise.h"
#include "gradus/tensor.h"
#include "tensor/accumulate.h"
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
    gi_nest_spread_short(&nest, 2, start, unary_inner, call, 1);
}

static void unary_part(void *line, int64_t begin, int64_t end)
{
    const gi_line *u = line;
    u->loop.unary(end - begin, u->y + begin, u->x[0] + begin, 1, u->p);
}

static bool unary_whole(gd_tensor *y, gd_tensor *const x[], const void *line)
{
    (void)y;
    (void)x;
    const gi_line *u = line;
    u->loop.unary(u->n, u->y, u->x[0], 1, u->p);
    return true;
}

typedef struct unary_attributes {
    gi_unary_loop *loop;
    gd_real        p[2];
} unary_attributes;

static GI_NOINLINE void unary_line(gd_tensor *y, const gd_tensor *x, const unary_attributes *a)
{
    gi_line_run(&(gi_line){ .part = unary_part, .whole = unary_whole, .loop.unary = a->loop, .n = x->numel,
                            .y = y->data, .x = { x->data }, .step = { 1 }, .p = { a->p[0], a->p[1] } }, y);
}

static inline bool unary_compute(gd_tensor *y, gd_tensor *const inputs[], const void *attributes)
{
    const unary_attributes *a = attributes;
    const gd_tensor *x = inputs[0];
    if (GI_UNLIKELY(!x->contiguous))
        unary_strided(y, x, &(unary_call){ a->loop, a->p });
    else if (GI_UNLIKELY(x->numel > GI_PART_ELEMENTS) || gi_written_down())
        unary_line(y, x, a);
    else
        a->loop(x->numel, y->data, x->data, 1, a->p);
    return true;
}

static inline gd_tensor *unary(const gd_op *op, gi_unary_loop *loop, gd_tensor *x, const double p[2])
{
    gd_tensor *y = gi_new_like(x);
    if (!y)
        return NULL;
    unary_attributes a = { loop, { 0, 0 } };
    if (p) {
        a.p[0] = (gd_real)p[0];
        a.p[1] = (gd_real)p[1];
    }
    return gi_start_one(op->name, unary_compute, y, x, &a, sizeof a) ? y : NULL;
}

gd_tensor *gi_apply_unary(const gd_op *op, gi_unary_loop *loop, gd_tensor *x, const double p[2])
{
    if (!x || !gi_alive(op->name, "x", x))
        return NULL;
    gd_tensor *y = unary(op, loop, x, p);
    if (!y)
        return NULL;
    return p ? gi_record1_with(op, y, x, p, 2 * sizeof *p) : gi_record1(op, y, x);
}

gd_tensor *gi_apply_test(const gd_op *op, gi_unary_loop *loop, gd_tensor *x)
{
    if (!x || !gi_alive(op->name, "x", x))
        return NULL;
    gd_tensor *y = unary(op, loop, x, NULL);
    return y ? gi_constant(op, y, x, NULL) : NULL;
}

/* ---- Two inputs ------------------------------------------------------------------------------------------ */

static void binary_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    gi_binary_loop *const *loop = context;
    (*loop)(n, p[0], p[1], step[1], p[2], step[2]);
}

static bool broadcast_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    gi_binary_loop *const *loop = attributes;
    const gd_tensor *a = x[0], *b = x[1];
    int64_t a_stride[GD_MAX_DIMS], b_stride[GD_MAX_DIMS];
    gi_broadcast_strides(a, y->ndim, y->shape, a_stride);
    gi_broadcast_strides(b, y->ndim, y->shape, b_stride);
    gi_nest nest;
    const int64_t *const strides[] = { y->stride, a_stride, b_stride };
    gi_nest_init(&nest, y->ndim, y->shape, 3, strides);
    gd_real *const start[] = { y->data, a->data, b->data };
    gi_nest_spread_short(&nest, 3, start, binary_inner, loop, 1);
    return true;
}

static GI_NOINLINE gd_tensor *binary_broadcast(const gd_op *op, gi_binary_loop *loop, gd_tensor *a, gd_tensor *b)
{
    gd_shape shape;
    if (!gi_broadcast_shape(op->name, a, b, &shape))
        return NULL;
    gd_tensor *y = gi_new(op->name, shape.ndim, shape.size), *const x[] = { a, b };
    return y && gi_start(op->name, broadcast_compute, y, x, 2, &loop, sizeof loop) ? y : NULL;
}

/* Are all strides 0?  The gradient that gd_sum passes to its input is such a view of a scalar. */
static bool is_spread_scalar(const gd_tensor *t)
{
    for (int i = 0; i < t->ndim; i++)
        if (t->stride[i] != 0)
            return false;
    return true;
}

static void binary_part(void *line, int64_t begin, int64_t end)
{
    const gi_line *p = line;
    p->loop.binary(end - begin, p->y + begin, p->x[0] + begin * p->step[0], p->step[0],
                   p->x[1] + begin * p->step[1], p->step[1]);
}

static bool binary_whole(gd_tensor *y, gd_tensor *const x[], const void *line)
{
    (void)y;
    (void)x;
    const gi_line *p = line;
    p->loop.binary(p->n, p->y, p->x[0], p->step[0], p->x[1], p->step[1]);
    return true;
}

typedef struct binary_attributes {
    gi_binary_loop *loop;
    int64_t         a_step, b_step;         /* through contiguous numbers: 0 or 1 */
} binary_attributes;

static GI_NOINLINE void binary_line(gd_tensor *y, gd_tensor *const x[], const binary_attributes *p)
{
    gi_line_run(&(gi_line){ .part = binary_part, .whole = binary_whole, .loop.binary = p->loop, .n = y->numel,
                            .y = y->data, .x = { x[0]->data, x[1]->data },
                            .step = { (int8_t)p->a_step, (int8_t)p->b_step } }, y);
}

static inline bool binary_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const binary_attributes *p = attributes;
    if (GI_UNLIKELY(y->numel > GI_PART_ELEMENTS) || gi_written_down())
        binary_line(y, x, p);
    else
        p->loop(y->numel, y->data, x[0]->data, p->a_step, x[1]->data, p->b_step);
    return true;
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
    gd_tensor *y = gi_new_like(like), *const x[] = { a, b };
    const binary_attributes p = { loop, a_step, b_step };
    return GI_LIKELY(y) && gi_start(op->name, binary_compute, y, x, 2, &p, sizeof p) ? y : NULL;
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

/* ---- Fast rules ------------------------------------------------------------------------------------------------- *
 *
 * A gradient that is added to an existing one is computed in a small buffer first: fused into the addition, it would be
 * rounded differently from the rule's. */

enum { BUFFER = 512 };                      /* numbers */

static void unary_slope_numbers(const gi_line *s, int64_t n, gd_real *dx, const gd_real *dy, int64_t dy_step,
                                const gd_real *of, int64_t of_step)
{
    if (!s->add) {
        s->loop.unary_slope(n, dx, dy, dy_step, of, of_step, s->p);
        return;
    }
    gd_real buffer[BUFFER];
    for (int64_t i = 0; i < n; i += BUFFER) {
        const int64_t m = n - i < BUFFER ? n - i : BUFFER;
        s->loop.unary_slope(m, buffer, dy + i * dy_step, dy_step, of + i * of_step, of_step, s->p);
        gi_accumulate_numbers(m, dx + i, buffer);
    }
}

static void unary_slope_part(void *line, int64_t begin, int64_t end)
{
    const gi_line *s = line;
    unary_slope_numbers(s, end - begin, s->y + begin, s->x[0] + begin * s->step[0], s->step[0],
                        s->x[1] + begin * s->step[1], s->step[1]);
}

static bool unary_slope_whole(gd_tensor *y, gd_tensor *const x[], const void *line)
{
    (void)y;
    (void)x;
    const gi_line *s = line;
    unary_slope_numbers(s, s->n, s->y, s->x[0], s->step[0], s->x[1], s->step[1]);
    return true;
}

static void unary_slope_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *line)
{
    if (n == 1 || step[0] == 1)
        unary_slope_numbers(line, n, p[0], p[1], step[1], p[2], step[2]);
    else
        for (int64_t i = 0; i < n; i++)
            unary_slope_numbers(line, 1, p[0] + i * step[0], p[1] + i * step[1], 0, p[2] + i * step[2], 0);
}

gd_fast gi_fast_unary(const gd_node *node, const gd_tensor *dy, const gd_target *dx, gi_unary_slope_loop *loop,
                      const gd_tensor *of, const double *p)
{
    static const gd_real nothing[1] = { 0 };
    const gd_tensor *x = node->in[0];
    gi_line s = { .part = unary_slope_part, .whole = unary_slope_whole,
                  .loop.unary_slope = loop, .n = x->numel, .y = dx->data,
                  .x = { dy->data, of ? of->data : nothing }, .step = { 1, of ? 1 : 0 }, .add = dx->add,
                  .p = { p ? (gd_real)p[0] : 0, p ? (gd_real)p[1] : 0 } };
    if (!dy->contiguous && is_spread_scalar(dy))
        s.step[0] = 0;
    if (GI_LIKELY((dy->contiguous || s.step[0] == 0) && (!of || of->contiguous))) {
        gi_line_run(&s, node);
        return GD_DONE;
    }
    static const int64_t standing[GD_MAX_DIMS] = { 0 };
    int64_t to[GD_MAX_DIMS];
    gi_row_major_strides(x->ndim, x->shape, to);
    gi_nest nest;
    const int64_t *const strides[] = { to, dy->stride, of ? of->stride : standing };
    gi_nest_init(&nest, x->ndim, x->shape, 3, strides);
    gd_real *const start[] = { dx->data, dy->data, (gd_real *)(uintptr_t)s.x[1] };
    gi_nest_spread_short(&nest, 3, start, unary_slope_inner, &s, 1);
    return GD_DONE;
}

/* x of a line: dy, a, b, y. */
static inline gi_pair pair_at(const gi_line *s, int64_t i)
{
    return (gi_pair){ s->x[0] + i * s->step[0], s->x[1] + i * s->step[1], s->x[2] + i * s->step[2], s->x[3] + i,
                      s->step[0], s->step[1], s->step[2], 1 };
}

static gi_pair pair_from(const gi_pair *p, int64_t i)
{
    return (gi_pair){ p->dy + i * p->dy_step, p->a + i * p->a_step, p->b + i * p->b_step, p->y + i * p->y_step,
                      p->dy_step, p->a_step, p->b_step, p->y_step };
}

static void binary_slope_numbers(const gi_line *s, int64_t n, gd_real *dx, const gi_pair *p)
{
    if (!s->add) {
        s->loop.binary_slope(n, dx, p);
        return;
    }
    gd_real buffer[BUFFER];
    for (int64_t i = 0; i < n; i += BUFFER) {
        const gi_pair from = pair_from(p, i);
        const int64_t m = n - i < BUFFER ? n - i : BUFFER;
        s->loop.binary_slope(m, buffer, &from);
        gi_accumulate_numbers(m, dx + i, buffer);
    }
}

static void binary_slope_part(void *line, int64_t begin, int64_t end)
{
    const gi_line *s = line;
    const gi_pair from = pair_at(s, begin);
    binary_slope_numbers(s, end - begin, s->y + begin, &from);
}

static bool binary_slope_whole(gd_tensor *y, gd_tensor *const x[], const void *line)
{
    (void)y;
    (void)x;
    const gi_line *s = line;
    const gi_pair all = pair_at(s, 0);
    binary_slope_numbers(s, s->n, s->y, &all);
    return true;
}

static void binary_slope_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    if (n == 1 || step[0] == 1) {
        const gi_pair line = { p[1], p[2], p[3], p[4], step[1], step[2], step[3], step[4] };
        binary_slope_numbers(context, n, p[0], &line);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        const gi_pair one = { p[1] + i * step[1], p[2] + i * step[2], p[3] + i * step[3], p[4] + i * step[4],
                              0, 0, 0, 0 };
        binary_slope_numbers(context, 1, p[0] + i * step[0], &one);
    }
}

/* The step through t's data, next to y's elements in row-major order: 1, 0 if t is a single number, -1 if there is no
 * such constant. */
static int64_t step_along(const gd_tensor *t, const gd_tensor *y)
{
    if (t->numel == 1 || (gi_same_shape(t, y) && !t->contiguous && is_spread_scalar(t)))
        return 0;
    return t->contiguous && gi_same_shape(t, y) ? 1 : -1;
}

static void binary_slope_strided(const gi_line *s, const gd_tensor *dy, const gd_tensor *a, const gd_tensor *b,
                                 const gd_tensor *y)
{
    int64_t a_stride[GD_MAX_DIMS], b_stride[GD_MAX_DIMS];
    gi_broadcast_strides(a, y->ndim, y->shape, a_stride);
    gi_broadcast_strides(b, y->ndim, y->shape, b_stride);
    gi_nest nest;
    const int64_t *const strides[] = { y->stride, dy->stride, a_stride, b_stride, y->stride };
    gi_nest_init(&nest, y->ndim, y->shape, 5, strides);
    gd_real *const start[] = { s->y, dy->data, a->data, b->data, y->data };
    gi_nest_spread_short(&nest, 5, start, binary_slope_inner, s, 1);
}

gd_fast gi_fast_binary(const gd_node *node, const gd_tensor *dy, const gd_target *dx, gi_binary_slope_loop *da,
                       gi_binary_slope_loop *db)
{
    const gd_tensor *a = node->in[0], *b = node->in[1], *y = node->out;
    if ((dx[0].data && !gi_same_shape(a, y)) || (dx[1].data && !gi_same_shape(b, y)))
        return GD_DECLINED;
    const int64_t step[] = { step_along(dy, y), step_along(a, y), step_along(b, y) };
    const bool in_step = step[0] >= 0 && step[1] >= 0 && step[2] >= 0;
    for (int i = 0; i < 2; i++) {
        if (!dx[i].data)
            continue;
        gi_line s = { .part = binary_slope_part, .whole = binary_slope_whole,
                  .loop.binary_slope = i ? db : da, .n = y->numel, .y = dx[i].data,
                      .x = { dy->data, a->data, b->data, y->data },
                      .step = { (int8_t)step[0], (int8_t)step[1], (int8_t)step[2], 1 }, .add = dx[i].add };
        if (GI_LIKELY(in_step))
            gi_line_run(&s, node);
        else
            binary_slope_strided(&s, dy, a, b, y);
    }
    return GD_DONE;
}
