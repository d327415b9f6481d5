/* derivatives.c - derivatives of a function from tensors to a tensor: products of its Jacobian with a vector from
 * either side, the Jacobian itself, the Hessian and its product with a vector.
 *
 * All are backward passes through one graph.  It is built on stand-ins for the caller's tensors, in a scope of its own
 * unless the results are to be part of it. */
#include "gradus/derivatives.h"

#include "autograd/function.h"
#include "autograd/grad.h"
#include "autograd/pass.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "gradus/operations.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

typedef struct call {
    const char  *name;                      /* the GI_GUEST of the function, which begins with the public name */
    int          n;
    bool         create_graph;
    gd_tensor  **xs;                        /* the stand-ins */
    gd_tensor   *y;
    gd_arena    *home;                      /* the caller's scope */
    int          no_grad;                   /* the caller's */
} call;

/* ---- Before and after ------------------------------------------------------------------------------------------- */

static void forget(gd_tensor *results[], int count)
{
    for (int i = 0; i < count && results; i++)
        results[i] = NULL;
}

static bool all_given(const char *name, const char *argument, const char *one, gd_tensor *const xs[], int n)
{
    if (!gi_not_null(name, argument, xs))
        return false;
    for (int i = 0; i < n; i++)
        if (!gi_given(name, one, xs[i]) || !gi_all_alive(name, argument, xs, i + 1))
            return false;
    return true;
}

static bool possible(const char *name, gd_function *function, gd_tensor *const xs[], int n, gd_tensor *const results[],
                     const char *argument)
{
    if (!function)
        return gd_fail("%s: function is NULL", name);
    if (n < 1)
        return gd_fail("%s: n = %d tensors; at least one is needed", name, n);
    return gi_not_null(name, argument, results) && all_given(name, "xs", "one of the xs", xs, n) && !gi_pass_runs(name);
}

/* vs[i], directions, have the shapes of xs[i]. */
static bool directions(const char *name, gd_tensor *const xs[], int n, gd_tensor *const vs[])
{
    if (!all_given(name, "vs", "one of the vs", vs, n))
        return false;
    for (int i = 0; i < n; i++)
        if (!gi_same_shape(xs[i], vs[i]))
            return gd_fail("%s: xs[%d] is %s and vs[%d] is %s: they must have the same shape", name, i,
                           gi_text_of(xs[i]).s, i, gi_text_of(vs[i]).s);
    return true;
}

/* In a graph that the caller keeps, a result of x; gradients by the stand-in then count what function does with it,
 * and no other use of x. */
static gd_tensor *stand_in(const call *c, gd_tensor *x)
{
    return c->create_graph && x->requires_grad ? gd_scale(x, 1) : gd_requires_grad(gd_detach(x));
}

static gd_tensor **list_of(int64_t count)
{
    return gi_arena_take(gi_thread.scope, (size_t)count * sizeof(gd_tensor *));
}

static void end(const call *c)
{
    gi_thread.no_grad = (c->no_grad & ~GI_ANOMALY) | (gi_thread.no_grad & GI_ANOMALY);
    if (!c->create_graph)
        gd_scope_end();
}

/* Computes c->y from stand-ins, with recording on.  False, and what was begun has ended, when that fails. */
static bool begin(call *c, const char *name, gd_function *function, void *context, gd_tensor *const xs[], int n,
                  bool create_graph)
{
    *c = (call){ .name = name, .n = n, .create_graph = create_graph, .home = gi_current_scope(),
                 .no_grad = gi_thread.no_grad };
    if (!create_graph && !gd_scope_begin())
        return false;
    gi_thread.no_grad &= ~GI_NO_GRAD_DEPTH;
    const unsigned long failures = gi_failures();
    bool good = (c->xs = list_of(n)) != NULL;
    for (int i = 0; i < n && good; i++)
        good = (c->xs[i] = stand_in(c, xs[i])) != NULL;
    c->y = good ? gi_run_checked(name, function, c->xs, n, context) : NULL;
    if (!c->y && gi_failures() == failures)
        gd_fail("%s: function returned NULL", name);
    if (!c->y)
        end(c);
    return c->y != NULL;
}

/* A result for the caller. */
static gd_tensor *handed_out(const call *c, gd_tensor *t)
{
    return c->create_graph ? t : gd_keep(t);
}

static bool all_handed_out(const call *c, gd_tensor *results[], int count)
{
    for (int i = 0; i < count; i++)
        if (!(results[i] = handed_out(c, results[i])))
            return false;
    return true;
}

/* The last step of a function that returns y: NULL, and no results, unless all is good. */
static gd_tensor *finish(const call *c, bool good, gd_tensor *results[], int count)
{
    gd_tensor *y = good && all_handed_out(c, results, count) ? handed_out(c, c->y) : NULL;
    end(c);
    if (!y)
        forget(results, count);
    return y;
}

/* sum over i of as[i] . bs[i], of those as that depend on anything; NULL without a message when there is none. */
static bool dot(gd_tensor *const as[], gd_tensor *const bs[], int n, gd_tensor **sum)
{
    *sum = NULL;
    for (int i = 0; i < n; i++) {
        if (!as[i]->requires_grad)
            continue;
        gd_tensor *term = gd_sum(gd_mul(as[i], bs[i]));
        *sum = *sum ? gd_add(*sum, term) : term;
        if (!*sum)
            return false;
    }
    return true;
}

/* ---- Products -------------------------------------------------------------------------------------------------- */

static const char vjp[] = GI_GUEST("gd_vjp", "the function"), jvp_[] = GI_GUEST("gd_jvp", "the function"),
                  jacobian[] = GI_GUEST("gd_jacobian", "the function"),
                  hessian[] = GI_GUEST("gd_hessian", "the function"), hvp[] = GI_GUEST("gd_hvp", "the function");

static bool seed_fits(const call *c, const gd_tensor *dy)
{
    if (!dy && c->y->numel != 1)
        return gd_fail("%s: y is %s; without dy it must have one element", c->name, gi_text_of(c->y).s);
    if (dy && !gi_same_shape(c->y, dy))
        return gd_fail("%s: dy is %s and y is %s: they must have the same shape", c->name, gi_text_of(dy).s,
                       gi_text_of(c->y).s);
    return true;
}

gd_tensor *gd_vjp(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *dy, gd_tensor *dxs[],
                  bool create_graph)
{
    call c;
    forget(dxs, n);
    if (!possible(vjp, function, xs, n, dxs, "dxs") || !gi_alive(vjp, "dy", dy)
        || !begin(&c, vjp, function, context, xs, n, create_graph))
        return NULL;
    const bool good = seed_fits(&c, dy) && gi_grad_or_zero(vjp, c.y, dy, c.xs, n, dxs, create_graph);
    return finish(&c, good, dxs, n);
}

/* *jvp = sum over i of dy/dxs[i] vs[i]: u' J, for a u that is 0, is differentiated by u along vs. */
static bool push_forward(const call *c, gd_tensor *const vs[], gd_tensor **jvp)
{
    gd_tensor *u = gd_requires_grad(gd_zeros_like(c->y)), **pulled = list_of(c->n), *sum;
    if (!u || !pulled || !gi_grad_or_zero(c->name, c->y, u, c->xs, c->n, pulled, true) || !dot(pulled, vs, c->n, &sum))
        return false;
    if (!sum)
        return (*jvp = gd_zeros_like(c->y)) != NULL;
    return gi_grad_or_zero(c->name, sum, NULL, &u, 1, jvp, c->create_graph);
}

gd_tensor *gd_jvp(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *const vs[],
                  gd_tensor **jvp, bool create_graph)
{
    call c;
    forget(jvp, 1);
    if (!possible(jvp_, function, xs, n, jvp, "jvp") || !directions(jvp_, xs, n, vs)
        || !begin(&c, jvp_, function, context, xs, n, create_graph))
        return NULL;
    return finish(&c, push_forward(&c, vs, jvp), jvp, 1);
}

static bool one_element(const call *c)
{
    return c->y->numel == 1 || gd_fail("%s: y is %s; it must have one element", c->name, gi_text_of(c->y).s);
}

/* The gradient g of y, as part of the graph. */
static bool gradient(const call *c, gd_tensor *g[])
{
    return g && one_element(c) && gi_grad_or_zero(c->name, c->y, NULL, c->xs, c->n, g, true);
}

/* The gradient of g . vs. */
static bool second_along(const call *c, gd_tensor *const vs[], gd_tensor *hvs[])
{
    gd_tensor **g = list_of(c->n), *sum;
    if (!gradient(c, g) || !dot(g, vs, c->n, &sum))
        return false;
    if (sum)
        return gi_grad_or_zero(c->name, sum, NULL, c->xs, c->n, hvs, c->create_graph);
    for (int i = 0; i < c->n; i++)
        if (!(hvs[i] = gd_zeros_like(c->xs[i])))
            return false;
    return true;
}

gd_tensor *gd_hvp(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *const vs[],
                  gd_tensor *hvs[], bool create_graph)
{
    call c;
    forget(hvs, n);
    if (!possible(hvp, function, xs, n, hvs, "hvs") || !directions(hvp, xs, n, vs)
        || !begin(&c, hvp, function, context, xs, n, create_graph))
        return NULL;
    return finish(&c, second_along(&c, vs, hvs), hvs, n);
}

/* ---- Whole matrices: a pass for each element of y -------------------------------------------------------------- */

/* y.shape + x.shape. */
static bool joined(const call *c, const char *of, const gd_tensor *y, int i, gd_shape *shape)
{
    const gd_tensor *x = c->xs[i];
    if (y->ndim + x->ndim > GD_MAX_DIMS)
        return gd_fail("%s: %s is %s and xs[%d] is %s: the result would have more than %d axes", c->name, of,
                       gi_text_of(y).s, i, gi_text_of(x).s, GD_MAX_DIMS);
    *shape = gd_shape_of_tensor(y);
    for (int k = 0; k < x->ndim; k++)
        shape->size[shape->ndim++] = x->shape[k];
    return true;
}

/* 1 at element k of y's shape, else 0. */
static gd_tensor *unit(const gd_tensor *y, int64_t k)
{
    gd_tensor *e = gd_zeros_like(y);
    if (e)
        e->data[k] = 1;
    return e;
}

/* Row k of each matrix, as numbers: row k of to[i] is the gradient of element k of y. */
static bool copy_rows(const call *c, gd_tensor *y, gd_tensor *const to[])
{
    bool good = true;
    for (int64_t k = 0; k < y->numel && good; k++) {
        if (!gd_scope_begin())
            return false;
        gd_tensor *e = unit(y, k), **row = list_of(c->n);
        good = e && row && gi_grad_or_zero(c->name, y, e, c->xs, c->n, row, false);
        for (int i = 0; i < c->n && good; i++)
            gi_copy(to[i]->data + k * row[i]->numel, row[i]);
        gd_scope_end();
    }
    return good;
}

/* The same as part of the graph: rows are stacked. */
static bool stack_rows(const call *c, gd_tensor *y, const gd_shape *shapes, gd_tensor *to[])
{
    gd_tensor **row = list_of(c->n), **rows = list_of(c->n * y->numel);
    if (!row || !rows)
        return false;
    for (int64_t k = 0; k < y->numel; k++) {
        gd_tensor *e = unit(y, k);
        if (!e || !gi_grad_or_zero(c->name, y, e, c->xs, c->n, row, true))
            return false;
        for (int i = 0; i < c->n; i++)
            rows[i * y->numel + k] = row[i];
    }
    for (int i = 0; i < c->n; i++) {
        gd_tensor *all = y->numel ? gd_stack(rows + i * y->numel, (int)y->numel, 0) : NULL;
        to[i] = y->numel ? gd_reshape(all, shapes[i]) : gd_zeros(shapes[i]);
        if (!to[i])
            return false;
    }
    return true;
}

/* to[i] = dy / dxs[i], in the caller's scope. */
static bool matrices(const call *c, const char *of, gd_tensor *y, gd_tensor *to[])
{
    gd_shape *shapes = gi_arena_take(gi_thread.scope, (size_t)c->n * sizeof *shapes);
    bool good = shapes != NULL;
    for (int i = 0; i < c->n && good; i++)
        good = joined(c, of, y, i, &shapes[i]);
    if (!good || c->create_graph)
        return good && stack_rows(c, y, shapes, to);
    for (int i = 0; i < c->n; i++)
        if (!(to[i] = gi_new_in(c->home, c->name, shapes[i].ndim, shapes[i].size)))
            return false;
    return copy_rows(c, y, to);
}

bool gd_jacobian(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *jacobians[],
                 bool create_graph)
{
    call c;
    forget(jacobians, n);
    if (!possible(jacobian, function, xs, n, jacobians, "jacobians")
        || !begin(&c, jacobian, function, context, xs, n, create_graph))
        return false;
    const bool good = matrices(&c, "y", c.y, jacobians);
    end(&c);
    if (!good)
        forget(jacobians, n);
    return good;
}

bool gd_hessian(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *hessians[],
                bool create_graph)
{
    call c;
    const bool few = n >= 1 && n <= 46340;          /* n n is an int */
    forget(hessians, few ? n * n : 0);
    if ((n > 0 && !few && !gd_fail("gd_hessian: n = %d tensors are too many", n))
        || !possible(hessian, function, xs, n, hessians, "hessians")
        || !begin(&c, hessian, function, context, xs, n, create_graph))
        return false;
    gd_tensor **g = list_of(n);
    bool good = gradient(&c, g);
    for (int i = 0; i < n && good; i++)
        good = matrices(&c, "dy/dx", g[i], hessians + i * n);
    end(&c);
    if (!good)
        forget(hessians, n * n);
    return good;
}
