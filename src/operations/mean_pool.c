/* mean_pool.c - average pooling: the mean of each window.  It is linear: its gradient shares dy among the window, and
 * the gradient of that is the pooling again.  The arithmetic is in kernels/as_written/mean_pool.c. */
#include "base/memory.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/pool.h"
#include "pool.h"
#include "tensor/alive.h"
#include "tensor/new.h"

/* Planes for gi_parallel; each part of them has its own piece of v, and of work. */
typedef struct mean_job {
    const pooling *p;
    gd_real *x, *y, *v, *work;
    const gd_real *share;
    int64_t  part;
} mean_job;

/* y = the means of x. */
static void mean_planes(void *context, int64_t begin, int64_t end)
{
    const mean_job *j = context;
    const gi_windows *s = &j->p->windows;
    gd_real *v = j->v + begin / j->part * s->oh * s->w;
    for (int64_t plane = begin; plane < end; plane++)
        gi_mean_pool(s, j->share, j->x + plane * s->h * s->w, v, j->y + plane * s->oh * s->ow);
}

/* x = each element of y shared among its window. */
static void spread_planes(void *context, int64_t begin, int64_t end)
{
    const mean_job *j = context;
    const gi_windows *s = &j->p->windows;
    const int64_t slot = begin / j->part;
    for (int64_t plane = begin; plane < end; plane++)
        gi_mean_pool_spread(s, j->share, j->y + plane * s->oh * s->ow, j->v + slot * s->oh * s->w,
                            j->work + slot * s->ow, j->x + plane * s->h * s->w);
}

static bool over_planes(const pooling *p, gd_real *x, gd_real *y, gi_body *body)
{
    const gi_windows *s = &p->windows;
    const int64_t part = gi_pooling_part(p), parts = (p->planes + part - 1) / part;
    gd_real *share = gi_arena_take(gi_current_scope(), (size_t)(s->oh * s->ow) * sizeof *share);
    gd_real *v = gi_arena_take(gi_current_scope(), (size_t)(parts * s->oh * s->w) * sizeof *v);
    gd_real *work = gi_arena_take(gi_current_scope(), (size_t)(parts * s->ow) * sizeof *work);
    if (!share || !v || !work)
        return false;
    gi_mean_pool_shares(s, share);
    gi_parallel(p->planes, part, body, &(mean_job){ p, x, y, v, work, share, part });
    return true;
}

static gd_tensor *mean_pool(gd_tensor *x, const pooling *p);

bool gi_mean_pool_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    return over_planes(attributes, x[0]->data, y->data, mean_planes);
}

bool gi_mean_pool_grad_compute(gd_tensor *z, gd_tensor *const dy[], const void *attributes)
{
    return over_planes(attributes, z->data, dy[0]->data, spread_planes);
}

/* spread: z of x's shape, each element of dy shared among its window. */

static void spread_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    dx[0] = mean_pool(dz, node->attributes);
}

static const gd_op spread_op = {
    .name = "gd_avg_pool2d_grad", .rule = spread_rule, .reads = GD_NOTHING,
    .formula = "ddy = gd_avg_pool2d(dz)",
};

static gd_tensor *spread(gd_tensor *dy, const pooling *p)
{
    gd_tensor *z = dy ? gi_new("gd_avg_pool2d_grad", 4, p->x_shape.size) : NULL;
    gd_tensor *from = gd_contiguous(gd_detach(dy));
    if (!z || !from || !gi_start_one("gd_avg_pool2d_grad", gi_mean_pool_grad_compute, z, from, p, sizeof *p))
        return NULL;
    return gd_record(&spread_op, z, &dy, 1, p, sizeof *p);
}

static void mean_pool_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = spread(dy, node->attributes);
}

static const gd_op avg_pool2d_op = {
    .name = "gd_avg_pool2d", .rule = mean_pool_rule, .reads = GD_NOTHING,
    .formula = "dx = dy shared among each window",
};

static gd_tensor *mean_pool(gd_tensor *x, const pooling *p)
{
    gd_tensor *y = x ? gi_new("gd_avg_pool2d", 4, p->y_shape.size) : NULL;
    gd_tensor *from = gd_contiguous(gd_detach(x));
    if (!y || !from || !gi_start_one("gd_avg_pool2d", gi_mean_pool_compute, y, from, p, sizeof *p))
        return NULL;
    return gd_record(&avg_pool2d_op, y, &x, 1, p, sizeof *p);
}

gd_tensor *gd_avg_pool2d(gd_tensor *x, gd_pool2d_options options)
{
    pooling p;
    return x && gi_alive("gd_avg_pool2d", "x", x) && gi_pooling_check("gd_avg_pool2d", x, &options, &p)
               ? mean_pool(x, &p) : NULL;
}
