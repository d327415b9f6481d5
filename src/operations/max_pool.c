/* max_pool.c - max pooling: the largest element of each window.
 *
 * Once it is known where the largest elements stand the pooling is linear: its gradient puts dy back, and the
 * gradient of that is the pooling again, in the same places.  The arithmetic is in kernels/as_written/max_pool.c. */
#include "base/memory.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/pool.h"
#include "pool.h"
#include "tensor/alive.h"
#include "tensor/new.h"

enum { FEW = 16 };                          /* terms that may be added one after the other */

/* Planes for gi_parallel. */
typedef struct max_job {
    const pooling *p;
    gd_real *x, *y, *v;                     /* each part has its own piece of v and v_at */
    int32_t *at, *v_at;
    int64_t  part;
} max_job;

static void max_planes(void *context, int64_t begin, int64_t end)
{
    const max_job *j = context;
    const gi_windows *s = &j->p->windows;
    const int64_t in = s->h * s->w, out = s->oh * s->ow, slot = begin / j->part * s->oh * s->w;
    for (int64_t plane = begin; plane < end; plane++)
        gi_max_pool(s, j->x + plane * in, j->y + plane * out, j->at + plane * out, j->v + slot, j->v_at + slot);
}

/* x = y where the largest stood, else 0.  Where that can be the same place for many windows, v holds what the
 * additions round off, a plane for each part. */
static void put_planes(void *context, int64_t begin, int64_t end)
{
    const max_job *j = context;
    const gi_windows *s = &j->p->windows;
    const int64_t in = s->h * s->w, out = s->oh * s->ow;
    gd_real *rest = j->v ? j->v + begin / j->part * in : NULL;
    for (int64_t plane = begin; plane < end; plane++)
        gi_max_pool_put(s, j->p->largest + plane * out, j->y + plane * out, j->x + plane * in, rest);
}

/* y = x where the largest stood. */
static void take_planes(void *context, int64_t begin, int64_t end)
{
    const max_job *j = context;
    const int64_t in = j->p->windows.h * j->p->windows.w, out = j->p->windows.oh * j->p->windows.ow;
    for (int64_t plane = begin; plane < end; plane++) {
        const int32_t *at = j->p->largest + plane * out;
        for (int64_t i = 0; i < out; i++)
            j->y[plane * out + i] = j->x[plane * in + at[i]];
    }
}

static gd_tensor *take(gd_tensor *x, const pooling *p);

/* put: z = zeros of x's shape, z[largest] += dy. */

static void put_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    dx[0] = take(dz, node->attributes);
}

static const gd_op put_op = {
    .name = "gd_max_pool2d_grad", .rule = put_rule, .reads = GD_NOTHING,
    .formula = "ddy = dz where the largest stood",
};

static bool many_windows(const gi_windows *s)
{
    return (double)(s->kernel[0] * s->kernel[1]) > (double)FEW * (double)(s->stride[0] * s->stride[1]);
}

bool gi_max_pool_grad_compute(gd_tensor *z, gd_tensor *const dy[], const void *attributes)
{
    const pooling *p = attributes;
    const gi_windows *s = &p->windows;
    const int64_t part = gi_pooling_part(p), parts = (p->planes + part - 1) / part;
    const bool many = many_windows(s);
    gd_real *rest = many ? gi_arena_take(gi_current_scope(), (size_t)(parts * s->h * s->w) * sizeof *rest) : NULL;
    if (many && !rest)
        return false;
    gi_parallel(p->planes, part, put_planes,
                &(max_job){ .p = p, .x = z->data, .y = dy[0]->data, .v = rest, .part = part });
    return true;
}

static gd_tensor *put(gd_tensor *dy, const pooling *p)
{
    gd_tensor *z = dy ? gi_new("gd_max_pool2d_grad", 4, p->x_shape.size) : NULL;
    gd_tensor *from = gd_contiguous(gd_detach(dy));
    if (!z || !from || !gi_start_one("gd_max_pool2d_grad", gi_max_pool_grad_compute, z, from, p, sizeof *p))
        return NULL;
    return gd_record(&put_op, z, &dy, 1, p, sizeof *p);
}

static void take_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = put(dy, node->attributes);
}

static const gd_op max_pool2d_op = {
    .name = "gd_max_pool2d", .rule = take_rule, .reads = GD_NOTHING,
    .formula = "dx = dy where the largest stood, else 0",
};

bool gi_max_pool_again_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const pooling *p = attributes;
    gi_parallel(p->planes, gi_pooling_part(p), take_planes, &(max_job){ .p = p, .x = x[0]->data, .y = y->data });
    return true;
}

static gd_tensor *take(gd_tensor *x, const pooling *p)
{
    gd_tensor *y = x ? gi_new("gd_max_pool2d", 4, p->y_shape.size) : NULL, *from = gd_contiguous(gd_detach(x));
    if (!y || !from || !gi_start_one("gd_max_pool2d", gi_max_pool_again_compute, y, from, p, sizeof *p))
        return NULL;
    return gd_record(&max_pool2d_op, y, &x, 1, p, sizeof *p);
}

/* Sets the list of places that largest points to. */
bool gi_max_pool_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const pooling *p = attributes;
    const int64_t part = gi_pooling_part(p), parts = (p->planes + part - 1) / part, line = p->windows.oh * p->windows.w;
    int32_t *v_at = gi_arena_take(gi_current_scope(), (size_t)(parts * line) * sizeof *v_at);
    gd_real *v = gi_arena_take(gi_current_scope(), (size_t)(parts * line) * sizeof *v);
    if (!v_at || !v)
        return false;
    gi_parallel(p->planes, part, max_planes, &(max_job){ p, x[0]->data, y->data, v, p->largest, v_at, part });
    return true;
}

gd_tensor *gd_max_pool2d(gd_tensor *x, gd_pool2d_options options)
{
    pooling p;
    if (!x || !gi_alive("gd_max_pool2d", "x", x) || !gi_pooling_check("gd_max_pool2d", x, &options, &p))
        return NULL;
    gd_tensor *y = gi_new("gd_max_pool2d", 4, p.y_shape.size), *from = gd_contiguous(gd_detach(x));
    p.largest = y ? gi_arena_take(gi_current_scope(), (size_t)y->numel * sizeof *p.largest) : NULL;
    if (!y || !from || !p.largest || !gi_start_one("gd_max_pool2d", gi_max_pool_compute, y, from, &p, sizeof p))
        return NULL;
    return gd_record(&max_pool2d_op, y, &x, 1, &p, sizeof p);
}
