/* images.c - a convolution is run together with the relu and the mean pooling that follow it, and so are their rules:
 * group of images by group of images, so that the largest tensors of the step are never stored.
 *
 *     y = conv(x), h = relu(y), z = pool(h)       z = gi_conv_pool_forward(x), and where y was positive
 *     dh = rule of pool, dy = rule of relu,       gi_conv_pool_back(dz)
 *     dx, dw, db = rule of conv
 *
 * kernels/as_written/conv_pool.c has the arithmetic, which gives the same bits.  Where it declines, such as for results
 * that are not finite, the run goes on as usual. */
#include <string.h>

#include "autograd/computations.h"
#include "autograd/node.h"
#include "operations/convolution.h"
#include "operations/pool.h"
#include "program.h"

enum { TOGETHER = 3 };

/* Three computations, one after the other, and the same for their rules. */
typedef struct gi_image_group {
    gi_instruction *forward, *back;
    gi_conv_pool    pool;
    gi_step         usual[2][TOGETHER];
} gi_image_group;

/* ---- Running them ------------------------------------------------------------------------------------------------ */

static bool run_usual(const gi_step *s)
{
    for (const gi_step *end = s + TOGETHER; s < end; s++)
        if (!s->compute(s->y, s->x, s->attributes))
            return false;
    return true;
}

static bool run_forward(gd_tensor *z, gd_tensor *const x[], const void *attributes)
{
    gi_image_group *g = (gi_image_group *)(uintptr_t)attributes;
    if (!gi_conv_pool_forward(g->forward->attributes, &g->pool, x[0]->data, x[1]->data, x[2] ? x[2]->data : NULL,
                              z->data))
        return false;
    return g->pool.kept || run_usual(g->usual[0]);
}

/* x[]: dz, and the inputs of the convolution. */
static bool run_back(gd_tensor *unused, gd_tensor *const x[], const void *attributes)
{
    (void)unused;
    const gi_image_group *g = attributes;
    const gi_fast_call *call = g->back[2].attributes;
    if (!g->pool.kept)
        return run_usual(g->usual[1]);
    return gi_conv_pool_back(call->node->attributes, &g->pool, g->back[0].x[0]->data, x[1]->data, x[2]->data,
                             call->to[0].data, call->to[1].data, call->to[2].data);
}

/* ---- Recognizing them -------------------------------------------------------------------------------------------- */

/* Is i gd_relu, or its rule, from x to y? */
static bool is_relu(const gi_instruction *i, bool rule, const gd_real *x, int64_t numel)
{
    return strcmp(i->name, "gd_relu") == 0 && i->lines == 1 && !i->line->add && (i->formula != NULL) == rule
        && i->line->x[0] == x && i->line->step[0] == 1 && i->line->n == numel && !i->unread;
}

static bool same_windows(const gi_windows *s, const gi_conv *c, const gi_conv_pool *p)
{
    return s->h == c->oh && s->w == c->ow && s->kernel[0] == p->kh && s->kernel[1] == p->kw && s->stride[0] == p->kh
        && s->stride[1] == p->kw && s->padding[0] == 0 && s->padding[1] == 0;
}

static bool is_forward(const gi_instruction *i, gi_conv_pool *p)
{
    if (i[0].compute != gi_conv2d_compute || i[2].compute != gi_mean_pool_compute)
        return false;
    const gi_conv *c = i[0].attributes;
    const gi_windows *s = &((const pooling *)i[2].attributes)->windows;
    *p = (gi_conv_pool){ .kh = s->kernel[0], .kw = s->kernel[1] };
    return is_relu(&i[1], false, i[0].y->data, i[0].y->numel) && i[2].x[0]->data == i[1].line->y
        && same_windows(s, c, p) && gi_conv_pool_fits(c, p->kh, p->kw);
}

/* Are these the rules of forward, which reads the same x and w? */
static bool is_back(const gi_instruction *i, const gi_instruction *forward, const gi_conv_pool *p)
{
    if (i[0].compute != gi_mean_pool_grad_compute || i[2].compute != gi_fast_again)
        return false;
    const gd_node *node = ((const gi_fast_call *)i[2].attributes)->node;
    const gi_conv *c = forward[0].attributes;
    return node->op == &gi_conv2d_op && memcmp(node->attributes, c, sizeof *c) == 0
        && same_windows(&((const pooling *)i[0].attributes)->windows, c, p)
        && is_relu(&i[1], true, i[0].y->data, i[0].y->numel) && i[1].line->x[1] == forward[1].line->y
        && i[1].line->step[1] == 1 && i[2].x[0]->data == i[1].line->y && i[2].x[0]->contiguous
        && i[2].x[1]->contiguous && i[2].x[2]->contiguous;
}

/* Does computation i write all of these numbers anew? */
static bool overwrites(const gi_instruction *i, const gd_real *data, int64_t numel)
{
    if (i->lines)
        return i->lines == 1 && !i->line->add && i->line->y == data && i->line->n >= numel && !i->unread;
    return (i->compute == gi_conv2d_compute || i->compute == gi_mean_pool_compute
            || i->compute == gi_mean_pool_grad_compute) && i->y->data == data && i->y->numel >= numel;
}

/* Does a computation but those of the group read what `by` writes?  Memory is used again: what reads it after others
 * have written there does not count. */
static bool read_outside(const gi_version *v, const gi_image_group *g, const gi_instruction *by)
{
    const gd_real *data = by->lines ? by->line->y : by->y->data;
    const int64_t numel = by->lines ? by->line->n : by->y->numel;
    if (gi_reads_tensor(v->result, data, numel))
        return true;
    for (const gi_instruction *i = by + 1, *end = v->list + v->count; i < end; i++) {
        const bool inside = (i >= g->forward && i < g->forward + TOGETHER)
                         || (g->back && i >= g->back && i < g->back + TOGETHER);
        if (!inside && gi_reads(i, data, numel))
            return true;
        if (!inside && overwrites(i, data, numel))
            return false;
        if (!inside && i->y && gi_reads_tensor(i->y, data, numel))
            return true;
    }
    return false;
}

/* Results that would not be stored: of all computations but the last. */
static bool read_nowhere_else(const gi_version *v, const gi_image_group *g)
{
    for (int k = 0; k < TOGETHER - 1; k++)
        if (read_outside(v, g, g->forward + k) || (g->back && read_outside(v, g, g->back + k)))
            return false;
    return true;
}

/* ---- Making a group ---------------------------------------------------------------------------------------------- */

static bool usual_steps(const gi_instruction *i, gi_step *to)
{
    for (int k = 0; k < TOGETHER; k++)
        if (gi_usual_steps(&i[k], &to[k]) != 1)
            return false;
    return true;
}

static void number(gi_version *v, gi_instruction *first)
{
    v->blocks++;
    for (int k = 0; k < TOGETHER; k++)
        first[k].block = v->blocks;
}

/* The group that begins with the convolution i, if there is one: its rules are marked, and *group is not NULL. */
static bool find_group(gi_version *v, gi_instruction *i, gi_image_group **group)
{
    gi_conv_pool pool;
    *group = NULL;
    if (i + TOGETHER > v->list + v->count || !is_forward(i, &pool))
        return true;
    gi_image_group *g = gi_arena_take(&v->notes, sizeof *g);
    const size_t bits = (size_t)gi_conv_pool_positive(i->attributes) * sizeof *pool.positive;
    if (!g || !(pool.positive = gi_arena_take(&v->notes, bits)))
        return false;
    *g = (gi_image_group){ .forward = i, .pool = pool };
    for (gi_instruction *j = i + TOGETHER; j + TOGETHER <= v->list + v->count && !g->back; j++)
        if (is_back(j, i, &pool))
            g->back = j;
    if (!usual_steps(i, g->usual[0]) || (g->back && !usual_steps(g->back, g->usual[1])) || !read_nowhere_else(v, g))
        return true;
    number(v, i);
    if (g->back)
        g->back->images = g;
    *group = g;
    return true;
}

bool gi_images_from(gi_version *v, int64_t at, int64_t *count, gi_step *step)
{
    gi_instruction *i = &v->list[at];
    gi_image_group *g;
    *count = 0;
    if (i->images) {
        number(v, i);
        *step = (gi_step){ run_back, NULL, i[2].x, i->images };
    } else {
        if (!find_group(v, i, &g))
            return false;
        if (!g)
            return true;
        *step = (gi_step){ run_forward, i[2].y, i->x, g };
    }
    *count = TOGETHER;
    return true;
}
