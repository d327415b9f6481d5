/* images.c - a convolution is run together with the relu and the pooling that follow it, and so are their rules: group
 * of images by group of images, so that the largest tensors of the step are never stored.
 *
 *     y = conv(x), h = relu(y), z = pool(h)       z = gi_conv_pool_forward(x), and where its gradient goes to
 *     dh = rule of pool, dy = rule of relu,       gi_conv_pool_back(dz)
 *     dx, dw, db = rule of conv
 *
 * The pooling, of means or largest elements, may be missing.  kernels/as_written/conv_pool.c has the arithmetic, which
 * gives the same bits.  Where it declines, such as for results that are not finite, the run goes on as usual. */
#include <string.h>

#include "autograd/computations.h"
#include "autograd/node.h"
#include "operations/convolution.h"
#include "operations/pool.h"
#include "program.h"

enum { MOST = 3 };

/* `count` computations one after the other, and their rules, or NULL. */
typedef struct gi_image_group {
    gi_instruction *forward, *back;
    int             count;
    gi_conv_pool    pool;
    gi_step         usual[2][MOST];
} gi_image_group;

/* ---- Running them ------------------------------------------------------------------------------------------------ */

static bool run_usual(const gi_step *s, int count)
{
    for (const gi_step *end = s + count; s < end; s++)
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
    return g->pool.kept || run_usual(g->usual[0], g->count);
}

/* x[]: dy, and the inputs of the convolution. */
static bool run_back(gd_tensor *dz, gd_tensor *const x[], const void *attributes)
{
    const gi_image_group *g = attributes;
    const gi_fast_call *call = g->back[g->count - 1].attributes;
    if (!g->pool.kept)
        return run_usual(g->usual[1], g->count);
    return gi_conv_pool_back(call->node->attributes, &g->pool, dz->data, x[1]->data, x[2]->data, call->to[0].data,
                             call->to[1].data, call->to[2].data);
}

/* ---- Recognizing them -------------------------------------------------------------------------------------------- */

/* Is i gd_relu, or its rule, whose first operand is x? */
static bool is_relu(const gi_instruction *i, bool rule, const gd_real *x, int64_t numel)
{
    return strcmp(i->name, "gd_relu") == 0 && i->lines == 1 && !i->line->add && (i->formula != NULL) == rule
        && i->line->x[0] == x && i->line->step[0] == 1 && i->line->n == numel && !i->unread;
}

static bool is_pooling(const gi_instruction *i)
{
    return i->compute == gi_mean_pool_compute || i->compute == gi_max_pool_compute;
}

/* Windows that stand side by side over all of y. */
static bool side_by_side(const gi_windows *s, const gi_conv *c)
{
    return s->h == c->oh && s->w == c->ow && s->kernel[0] == s->stride[0] && s->kernel[1] == s->stride[1]
        && s->padding[0] == 0 && s->padding[1] == 0;
}

/* g->count = 2: a convolution and relu; 3: and pooling. */
static bool is_forward(const gi_instruction *i, const gi_instruction *end, gi_image_group *g)
{
    if (end - i < g->count || i->compute != gi_conv2d_compute || !is_relu(&i[1], false, i->y->data, i->y->numel))
        return false;
    g->pool = (gi_conv_pool){ .largest = true, .kh = 1, .kw = 1 };
    if (g->count < MOST)
        return true;
    if (!is_pooling(&i[2]) || i[2].x[0]->data != i[1].line->y)
        return false;
    const gi_windows *s = &((const pooling *)i[2].attributes)->windows;
    g->pool = (gi_conv_pool){ i[2].compute == gi_max_pool_compute, s->kernel[0], s->kernel[1], NULL, false };
    return side_by_side(s, i->attributes) && gi_conv_pool_fits(i->attributes, &g->pool);
}

/* The rule of the pooling of g, if i is it. */
static bool is_pooling_back(const gi_instruction *i, const gi_image_group *g)
{
    const pooling *p = g->forward[2].attributes, *back = i->attributes;
    if (i->compute != (g->pool.largest ? gi_max_pool_grad_compute : gi_mean_pool_grad_compute))
        return false;
    return g->pool.largest ? back->largest == p->largest
                           : side_by_side(&back->windows, g->forward->attributes)
                                 && back->windows.kernel[0] == g->pool.kh && back->windows.kernel[1] == g->pool.kw;
}

/* Are these the rules of g->forward? */
static bool is_back(const gi_instruction *i, const gi_image_group *g)
{
    const gi_instruction *relu = i + g->count - 2, *conv = relu + 1;
    if (conv->compute != gi_fast_again || (g->count == MOST && !is_pooling_back(i, g)))
        return false;
    const gd_node *node = ((const gi_fast_call *)conv->attributes)->node;
    const gi_conv *c = g->forward->attributes;
    const gd_real *dh = g->count == MOST ? i->y->data : relu->n ? relu->x[0]->data : NULL;
    return node->op == &gi_conv2d_op && memcmp(node->attributes, c, sizeof *c) == 0
        && is_relu(relu, true, dh, g->forward->y->numel) && relu->line->x[1] == g->forward[1].line->y
        && relu->line->step[1] == 1 && conv->x[0]->data == relu->line->y && conv->x[0]->contiguous
        && conv->x[1]->contiguous && conv->x[2]->contiguous;
}

/* Does computation i write all of these numbers anew? */
static bool overwrites(const gi_instruction *i, const gd_real *data, int64_t numel)
{
    if (i->lines)
        return i->lines == 1 && !i->line->add && i->line->y == data && i->line->n >= numel && !i->unread;
    return (i->compute == gi_conv2d_compute || is_pooling(i) || i->compute == gi_mean_pool_grad_compute
            || i->compute == gi_max_pool_grad_compute) && i->y->data == data && i->y->numel >= numel;
}

static bool inside(const gi_instruction *i, const gi_image_group *g)
{
    return (i >= g->forward && i < g->forward + g->count) || (g->back && i >= g->back && i < g->back + g->count);
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
        if (inside(i, g))
            continue;
        if (gi_reads(i, data, numel))
            return true;
        if (overwrites(i, data, numel))
            return false;
        if (i->y && gi_reads_tensor(i->y, data, numel))
            return true;
    }
    return false;
}

/* Does another computation read where the largest elements of windows stood? */
static bool reads_places(const gi_instruction *i, const gi_image_group *g)
{
    return (i->compute == gi_max_pool_grad_compute || i->compute == gi_max_pool_again_compute) && !inside(i, g)
        && ((const pooling *)i->attributes)->largest == ((const pooling *)g->forward[2].attributes)->largest;
}

/* Results that would not be stored: of all computations but the last. */
static bool read_nowhere_else(const gi_version *v, const gi_image_group *g)
{
    for (const gi_instruction *i = v->list, *end = i + v->count; i < end && g->count == MOST && g->pool.largest; i++)
        if (reads_places(i, g))
            return false;
    for (int k = 0; k < g->count - 1; k++)
        if (read_outside(v, g, g->forward + k) || (g->back && read_outside(v, g, g->back + k)))
            return false;
    return true;
}

/* Usually what the first computation reads may lie where the last one writes; together they read and write in turns. */
static bool in_other_memory(const gi_image_group *g)
{
    const gd_tensor *z = g->forward[g->count - 1].y;
    for (int k = 0; k < g->forward->n; k++)
        if (gi_reads_tensor(g->forward->x[k], z->data, z->numel))
            return false;
    const gi_instruction *conv = g->back ? &g->back[g->count - 1] : NULL;
    const gi_fast_call *call = conv ? conv->attributes : NULL;
    for (int k = 0; conv && k + 1 < conv->n; k++)
        if (call->to[k].data && gi_reads_tensor(g->back->x[0], call->to[k].data, conv->x[k + 1]->numel))
            return false;
    return true;
}

/* ---- Making a group ---------------------------------------------------------------------------------------------- */

static bool usual_steps(const gi_instruction *i, gi_step *to, int count)
{
    for (int k = 0; k < count; k++)
        if (gi_usual_steps(&i[k], &to[k]) != 1)
            return false;
    return true;
}

static void number(gi_version *v, gi_instruction *first, int count)
{
    v->blocks++;
    for (int k = 0; k < count; k++)
        first[k].block = v->blocks;
}

/* Do g->count computations from g->forward on, and their rules, fit together? */
static bool complete(gi_version *v, gi_image_group *g)
{
    const gi_instruction *end = v->list + v->count;
    if (!is_forward(g->forward, end, g))
        return false;
    for (gi_instruction *i = g->forward + g->count; end - i >= g->count && !g->back; i++)
        if (is_back(i, g))
            g->back = i;
    return usual_steps(g->forward, g->usual[0], g->count) && (!g->back || usual_steps(g->back, g->usual[1], g->count))
        && read_nowhere_else(v, g) && in_other_memory(g);
}

/* The group that begins with computation i, as long as possible, or NULL; it is marked. */
static bool find_group(gi_version *v, gi_instruction *i, gi_image_group **group)
{
    gi_image_group g = { 0 };
    *group = NULL;
    for (int count = MOST; count > 1; count--) {
        g = (gi_image_group){ .forward = i, .count = count };
        if (complete(v, &g))
            break;
        g.count = 0;
    }
    if (!g.count)
        return true;
    const size_t passes = (size_t)gi_conv_pool_passes(i->attributes) * sizeof *g.pool.passes;
    if (!(*group = gi_arena_take(&v->notes, sizeof g)) || !(g.pool.passes = gi_arena_take(&v->notes, passes)))
        return false;
    **group = g;
    number(v, i, g.count);
    i->images = *group;
    if (g.back)
        g.back->images = *group;
    return true;
}

bool gi_images_from(gi_version *v, int64_t at, int64_t *count, gi_step *step)
{
    gi_instruction *i = &v->list[at];
    gi_image_group *g = i->images;
    *count = 0;
    if (g) {
        number(v, i, g->count);
        *step = (gi_step){ run_back, i->x[0], i[g->count - 1].x, g };
    } else {
        if (!find_group(v, i, &g))
            return false;
        if (!g)
            return true;
        *step = (gi_step){ run_forward, i[g->count - 1].y, i->x, g };
    }
    *count = g->count;
    return true;
}
