/* pick.c - taking elements by index: gather along an axis, embedding for rows of a table.
 *
 * Each is linear in x.  Its adjoint, the gradient, scatters dy to the indices, adding where an index occurs several
 * times; the adjoint of scattering is gathering again. */
#include <inttypes.h>
#include <string.h>

#include "autograd/record.h"
#include "base/compiler.h"
#include "base/memory.h"
#include "base/scopes.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "kernels/terms.h"
#include "pick.h"
#include "tensor/accumulate.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

enum { FEW = 16 };                          /* terms that may be added one after the other as they are */

GI_KERNEL static void add_terms(int64_t n, gd_real *restrict sum, gd_real *restrict rest, const gd_real *restrict x)
{
    for (int64_t i = 0; i < n; i++)
        real_add_term(&sum[i], &rest[i], x[i]);
}

GI_KERNEL static void add_rest(int64_t n, gd_real *restrict sum, const gd_real *restrict rest)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] = real_whole(sum[i], rest[i]);
}

/* ---- gather: y[i, j, ..] = x[i, index[i, j, ..], ..], the index at the axis's place ------------------------- */

typedef struct gather_attributes {
    int      axis;
    gd_shape shape;                         /* of what is picked from */
} gather_attributes;

typedef struct pick {
    int64_t        step;                    /* along the axis that is indexed */
    const gd_real *whole;                   /* what is put into, */
    gd_real       *rest;                    /* and what the additions there have rounded off, or NULL */
} pick;

/* p[0] iterates over the gathered elements, p[1] over the tensor they come from, at index 0 of the axis, p[2] over the
 * index, which gd_gather has checked. */
static void take_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    const pick *from = context;
    for (int64_t i = 0; i < n; i++)
        p[0][i * step[0]] = p[1][i * step[1] + (int64_t)p[2][i * step[2]] * from->step];
}

/* Adds to sum + rest: see terms.h.  Where an index cannot occur often there is no rest. */
static void put_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    const pick *to = context;
    for (int64_t i = 0; i < n; i++) {
        gd_real *sum = p[1] + i * step[1] + (int64_t)p[2][i * step[2]] * to->step;
        if (to->rest)
            real_add_term(sum, to->rest + (sum - to->whole), p[0][i * step[0]]);
        else
            *sum += p[0][i * step[0]];
    }
}

static void run(const gd_tensor *picked, const gd_tensor *whole, const gd_tensor *index, int axis,
                gi_inner_loop *inner, gd_real *rest)
{
    int64_t standing[GD_MAX_DIMS];
    memcpy(standing, whole->stride, sizeof standing);
    standing[axis] = 0;
    gi_nest nest;
    const int64_t *const strides[] = { picked->stride, standing, index->stride };
    gi_nest_init(&nest, index->ndim, index->shape, 3, strides);
    gd_real *const start[] = { picked->data, whole->data, index->data };
    gi_nest_run(&nest, 3, start, inner, &(pick){ whole->stride[axis], whole->data, rest });
}

static gd_tensor *gather(gd_tensor *x, int axis, gd_tensor *index);

/* put (scatter-add): z = zeros of the given shape, z[i, index[i, j, ..], ..] += x[i, j, ..] */

static void put_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    const gather_attributes *g = node->attributes;
    if (gi_needs(node, 0))
        dx[0] = gather(dz, g->axis, node->in[1]);
    if (gi_needs(node, 1))
        dx[1] = gd_zeros_like(node->in[1]);
}

static const gd_op put_op = {
    .name = "gd_gather_grad", .rule = put_rule, .reads = GD_READS(0, GD_INPUT(1)),
    .formula = "ddy = gd_gather(dz, axis, index)",
};

static bool put_compute(gd_tensor *z, gd_tensor *const inputs[], const void *attributes)
{
    const gather_attributes *g = attributes;
    const gd_tensor *x = inputs[0], *index = inputs[1];
    const bool often = index->shape[g->axis] > FEW;
    gd_tensor *rest = often ? gd_zeros(g->shape) : NULL;
    if (often && !rest)
        return false;
    memset(z->data, 0, (size_t)z->numel * sizeof *z->data);
    run(x, z, index, g->axis, put_inner, rest ? rest->data : NULL);
    if (rest)
        add_rest(z->numel, z->data, rest->data);
    return true;
}

static gd_tensor *put(gd_tensor *x, const gather_attributes *g, gd_tensor *index)
{
    gd_tensor *z = x ? gi_new("gd_gather_grad", g->shape.ndim, g->shape.size) : NULL, *const inputs[] = { x, index };
    return z && gi_start("gd_gather_grad", put_compute, z, inputs, 2, g, sizeof *g)
               ? gd_record(&put_op, z, inputs, 2, g, sizeof *g) : NULL;
}

gd_tensor *gi_put_at(gd_tensor *x, gd_shape shape, int axis, gd_tensor *index)
{
    return index ? put(x, &(gather_attributes){ axis, shape }, index) : NULL;
}

static void gather_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    if (gi_needs(node, 0))
        dx[0] = put(dy, node->attributes, node->in[1]);
    if (gi_needs(node, 1))
        dx[1] = gd_zeros_like(node->in[1]);
}

static const gd_op gather_op = {
    .name = "gd_gather", .rule = gather_rule, .reads = GD_READS(0, GD_INPUT(1)),
    .formula = "dx = zeros, += dy at index",
};

static bool gather_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gather_attributes *g = attributes;
    run(y, x[0], x[1], g->axis, take_inner, NULL);
    return true;
}

static gd_tensor *gather(gd_tensor *x, int axis, gd_tensor *index)
{
    gd_tensor *y = x && index ? gi_new_like(index) : NULL, *const inputs[] = { x, index };
    if (!y)
        return NULL;
    gather_attributes g = { axis, gd_shape_of_tensor(x) };
    return gi_start("gd_gather", gather_compute, y, inputs, 2, &g, sizeof g)
               ? gd_record(&gather_op, y, inputs, 2, &g, sizeof g) : NULL;
}

gd_tensor *gd_gather(gd_tensor *x, int axis, gd_tensor *index)
{
    if (!x || !index || !gi_alive("gd_gather", "x", x) || !gi_alive("gd_gather", "index", index))
        return NULL;
    int at = gi_valid_axis("gd_gather", axis, x->ndim);
    if (at < 0)
        return NULL;
    bool fits = index->ndim == x->ndim;
    for (int i = 0; i < x->ndim && fits; i++)
        fits = i == at || index->shape[i] <= x->shape[i];
    if (!fits)
        return gd_fail("gd_gather: x is %s and index is %s: index must have as many axes, none but axis %d longer "
                       "than x's", gi_text_of(x).s, gi_text_of(index).s, at);
    return gi_check_labels("gd_gather", "index", index, x->shape[at]) ? gather(x, at, index) : NULL;
}

/* ---- embedding: y[.., :] = table[index[..], :] -------------------------------------------------------------- */

/* embedding_grad: z = zeros [rows, d], z[index[..], :] += dy[.., :] */

static void embedding_grad_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    if (gi_needs(node, 0))
        dx[0] = gd_embedding(dz, node->in[1]);
    if (gi_needs(node, 1))
        dx[1] = gd_zeros_like(node->in[1]);
}

static const gd_op embedding_grad_op = {
    .name = "gd_embedding_grad", .rule = embedding_grad_rule, .reads = GD_READS(0, GD_INPUT(1)),
    .formula = "ddy = gd_embedding(dz, index)",
};

/* The largest number of times that a row occurs; -1 when memory is out. */
static int64_t most_often(const int64_t *row, int64_t n, int64_t rows)
{
    int64_t *count = gi_arena_take(gi_current_scope(), (size_t)rows * sizeof *count), most = 0;
    if (!count)
        return -1;
    memset(count, 0, (size_t)rows * sizeof *count);
    for (int64_t i = 0; i < n; i++)
        if (++count[row[i]] > most)
            most = count[row[i]];
    return most;
}

/* z [rows, d] = zeros, z[index[..]] += dy[..] */
static bool add_rows(gd_real *z, const gd_tensor *dy, const gd_tensor *index, int64_t rows)
{
    const int64_t d = dy->shape[dy->ndim - 1], n = index->numel;
    const gd_real *from = gi_contiguous_numbers(dy);
    int64_t *row = gi_labels("gd_embedding", "index", index, rows);
    const int64_t most = row && n > FEW ? most_often(row, n, rows) : 0;
    gd_tensor *rest = most > FEW ? gd_zeros(GD_SHAPE(rows, d)) : NULL;
    if (!from || !row || most < 0 || (most > FEW && !rest))
        return false;
    memset(z, 0, (size_t)(rows * d) * sizeof *z);
    for (int64_t i = 0; i < n; i++)
        if (rest)
            add_terms(d, z + row[i] * d, rest->data + row[i] * d, from + i * d);
        else
            gi_accumulate_numbers(d, z + row[i] * d, from + i * d);
    if (rest)
        add_rest(rows * d, z, rest->data);
    return true;
}

static bool embedding_grad_compute(gd_tensor *z, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    return add_rows(z->data, x[0], x[1], z->shape[0]);
}

static gd_tensor *embedding_grad(gd_tensor *dy, gd_tensor *index, int64_t rows)
{
    gd_tensor *z = gi_new("gd_embedding_grad", 2, (int64_t[]){ rows, dy->shape[dy->ndim - 1] });
    gd_tensor *const x[] = { dy, index };
    return z && gi_start("gd_embedding_grad", embedding_grad_compute, z, x, 2, NULL, 0)
               ? gi_record2(&embedding_grad_op, z, dy, index) : NULL;
}

static void embedding_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    if (gi_needs(node, 0))
        dx[0] = embedding_grad(dy, node->in[1], node->in[0]->shape[0]);
    if (gi_needs(node, 1))
        dx[1] = gd_zeros_like(node->in[1]);
}

static gd_fast embedding_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    if (dx[1].data)
        memset(dx[1].data, 0, (size_t)node->in[1]->numel * sizeof *dx[1].data);
    return !dx[0].data || add_rows(dx[0].data, dy, node->in[1], node->in[0]->shape[0]) ? GD_DONE : GD_FAILED;
}

static const gd_op embedding_op = {
    .name = "gd_embedding", .rule = embedding_rule, .fast = embedding_fast, .reads = GD_READS(0, GD_INPUT(1)),
    .formula = "dtable = zeros, += dy in the rows of index",
};

static bool embedding_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    const gd_tensor *table = x[0], *index = x[1];
    const int64_t d = table->shape[1];
    const int64_t *row = gi_labels("gd_embedding", "index", index, table->shape[0]);
    const gd_real *rows = row ? gi_contiguous_numbers(table) : NULL;
    for (int64_t i = 0; rows && i < index->numel && d; i++)
        memcpy(y->data + i * d, rows + row[i] * d, (size_t)d * sizeof *y->data);
    return rows != NULL;
}

gd_tensor *gd_embedding(gd_tensor *table, gd_tensor *index)
{
    if (!table || !index || !gi_alive("gd_embedding", "table", table) || !gi_alive("gd_embedding", "index", index))
        return NULL;
    if (table->ndim != 2 || index->ndim == GD_MAX_DIMS)
        return gd_fail("gd_embedding: table is %s and index is %s: they must be [rows, d] and at most %d axes",
                       gi_text_of(table).s, gi_text_of(index).s, GD_MAX_DIMS - 1);
    gd_shape shape = gd_shape_of_tensor(index);
    shape.size[shape.ndim++] = table->shape[1];
    gd_tensor *y = gi_new("gd_embedding", shape.ndim, shape.size), *const x[] = { table, index };
    return y && gi_start("gd_embedding", embedding_compute, y, x, 2, NULL, 0)
               ? gd_record(&embedding_op, y, x, 2, NULL, 0) : NULL;
}
