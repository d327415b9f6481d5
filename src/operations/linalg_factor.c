/* linalg_factor.c - Cholesky and QR factorizations, and least squares: shapes and rules.  The arithmetic is in
 * kernels/dense.c.
 *
 * q and r are views of one result, whose rows are those of q and then those of r', so that one rule sees both
 * gradients. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "linalg.h"

#include "autograd/record.h"
#include "base/start.h"
#include "gradus/linalg.h"
#include "gradus/operations.h"
#include "kernels/dense.h"
#include "matrices.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Cholesky: a = l l' ----------------------------------------------------------------------------------------- */

/* l' s l = p:  s = l'^-1 p l^-1, and da is its symmetric part. */
static void cholesky_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *l = node->out, *up = gi_swapped(l), *product = gd_matmul(up, dy);
    gd_tensor *half = gd_scale(gd_mul(product, gd_eye(l->shape[l->ndim - 1])), 0.5);
    gd_tensor *p = gd_sub(gd_tril(product, 0), half);
    gd_tensor *left = gd_solve_triangular(up, p, true, false);
    gd_tensor *s = gd_solve_triangular(up, gi_swapped(left), true, false);
    dx[0] = gd_scale(gd_add(s, gi_swapped(s)), 0.5);
}

static const gd_op cholesky_op = {
    .name = "gd_cholesky", .rule = cholesky_rule, .reads = GD_OUTPUT,
    .formula = "da = (s + s') / 2, l' s l = the lower triangle of l' dl with half of its diagonal",
};

static bool cholesky_compute(gd_tensor *l, gd_tensor *const inputs[], const void *attributes)
{
    (void)attributes;
    const gd_tensor *a = inputs[0];
    gd_real *x = gi_symmetric_part("gd_cholesky", a), pivot = 0;
    const int64_t n = a->shape[a->ndim - 1], count = gi_batch_count(a);
    for (int64_t k = 0; k < count && x; k++) {
        const int64_t bad = gi_cholesky(n, x + k * n * n, &pivot);
        if (bad >= 0)
            return gd_fail("gd_cholesky: %s is not positive definite: pivot %" PRId64 " is %g",
                           gi_at_batch("a", a, k).s, bad, (double)pivot);
    }
    if (x && l->numel)
        memcpy(l->data, x, (size_t)l->numel * sizeof *x);
    return x != NULL;
}

gd_tensor *gd_cholesky(gd_tensor *a)
{
    if (!a || !gi_matrix_given("gd_cholesky", "a", a, true))
        return NULL;
    gd_tensor *l = gi_new_like(a);
    return l && gi_start_one("gd_cholesky", cholesky_compute, l, a, NULL, 0) ? gi_record1(&cholesky_op, l, a) : NULL;
}

/* ---- QR: a = q r, a [.., m, n], m >= n -------------------------------------------------------------------------- */

static gd_tensor *rows_between(gd_tensor *t, int64_t from, int64_t to)
{
    return gd_slice(t, -2, from, to, 1);
}

/* The lower triangle of x, mirrored. */
static gd_tensor *mirrored(gd_tensor *x)
{
    return gd_add(gd_tril(x, 0), gi_swapped(gd_tril(x, -1)));
}

/* da = (dq + q mirrored(r dr' - dq' q)) (r^-1)'.  What is below the diagonal of r is constant. */
static void qr_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gd_tensor *a = node->in[0];
    const int64_t m = a->shape[a->ndim - 2], n = a->shape[a->ndim - 1];
    gd_tensor *q = rows_between(node->out, 0, m), *r = gi_swapped(rows_between(node->out, m, m + n));
    gd_tensor *dq = rows_between(dy, 0, m), *dr = gd_triu(gi_swapped(rows_between(dy, m, m + n)), 0);
    gd_tensor *middle = gd_sub(gd_matmul(r, gi_swapped(dr)), gd_matmul(gi_swapped(dq), q));
    gd_tensor *b = gd_add(dq, gd_matmul(q, mirrored(middle)));
    dx[0] = gi_swapped(gd_solve_triangular(r, gi_swapped(b), true, false));
}

static const gd_op qr_op = {
    .name = "gd_qr", .rule = qr_rule, .reads = GD_OUTPUT,
    .formula = "da = (dq + q copyltu(r dr' - dq' q)) (r^-1)'",
};

static bool qr_compute(gd_tensor *y, gd_tensor *const inputs[], const void *attributes)
{
    (void)attributes;
    const gd_tensor *a = inputs[0];
    const int64_t m = a->shape[a->ndim - 2], n = a->shape[a->ndim - 1], count = gi_batch_count(a);
    gd_real *x = gi_work(a->numel, sizeof *x), *r = gi_work(n * n, sizeof *r), *tau = gi_work(n, sizeof *tau);
    if (!x || !r || !tau)
        return false;
    gi_copy(x, a);
    for (int64_t k = 0; k < count; k++) {
        gd_real *q = x + k * m * n, *to = y->data + k * (m + n) * n;
        gi_householder(m, n, q, r, tau);
        memcpy(to, q, (size_t)(m * n) * sizeof *to);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++)
                to[(m + j) * n + i] = r[i * n + j];
    }
    return true;
}

static gd_qr_result tall(gd_tensor *a)
{
    const int64_t m = a->shape[a->ndim - 2], n = a->shape[a->ndim - 1];
    gd_tensor *y = gi_like_batch("gd_qr", a, 2, (int64_t[]){ m + n, n });
    if (!y || !gi_start_one("gd_qr", qr_compute, y, a, NULL, 0))
        return (gd_qr_result){ NULL, NULL };
    y = gi_record1(&qr_op, y, a);
    return (gd_qr_result){ rows_between(y, 0, m), gi_swapped(rows_between(y, m, m + n)) };
}

/* a = (x, y) = q (u, q' y), where x = q u. */
static gd_qr_result wide(gd_tensor *a, int64_t m, int64_t n)
{
    gd_qr_result f = tall(gd_slice(a, -1, 0, m, 1));
    gd_tensor *rest = gd_matmul(gi_swapped(f.q), gd_slice(a, -1, m, n, 1));
    f.r = f.r && rest ? gd_concat((gd_tensor *const[]){ f.r, rest }, 2, -1) : NULL;
    return f;
}

gd_qr_result gd_qr(gd_tensor *a)
{
    gd_qr_result f = { NULL, NULL };
    if (!a || !gi_matrix_given("gd_qr", "a", a, false) || !gi_finite_matrices("gd_qr", a))
        return f;
    const int64_t m = a->shape[a->ndim - 2], n = a->shape[a->ndim - 1];
    f = m >= n ? tall(a) : wide(a, m, n);
    return f.q && f.r ? f : (gd_qr_result){ NULL, NULL };
}

/* ---- Least squares ---------------------------------------------------------------------------------------------- */

#ifdef GD_DOUBLE
static const double ulp = DBL_EPSILON;
#else
static const double ulp = (double)FLT_EPSILON;
#endif

/* Is r, the result of a matrix of a, so far from singular that its inverse means something? */
static bool has_full_rank(gd_tensor *none, gd_tensor *const inputs[], const void *attributes)
{
    (void)none, (void)attributes;
    const gd_tensor *a = inputs[0], *r = inputs[1];
    const gd_real *x = gi_contiguous_numbers(r);
    if (!x)
        return false;
    const int64_t n = r->shape[r->ndim - 1], count = gi_batch_count(r);
    const double longest = (double)(a->shape[a->ndim - 1] > a->shape[a->ndim - 2] ? a->shape[a->ndim - 1]
                                                                                  : a->shape[a->ndim - 2]);
    for (int64_t k = 0; k < count; k++) {
        double least = INFINITY, most = 0;
        for (int64_t i = 0; i < n; i++) {
            const double size = fabs((double)x[(k * n + i) * n + i]);
            least = size < least ? size : least;
            most = size > most ? size : most;
        }
        if (n > 0 && least <= longest * ulp * most)
            return gd_fail("gd_lstsq: %s is not of full rank: the diagonal of its r goes down from %g to %g",
                           gi_at_batch("a", a, k).s, most, least);
    }
    return true;
}

/* m >= n: r x = q' b.  m < n: a' = q r, and x = q y with r' y = b is the shortest solution. */
gd_tensor *gd_lstsq(gd_tensor *a, gd_tensor *b)
{
    if (!a || !b || !gi_matrix_given("gd_lstsq", "a", a, false) || !gi_matrix_given("gd_lstsq", "b", b, false))
        return NULL;
    const int64_t m = a->shape[a->ndim - 2], n = a->shape[a->ndim - 1];
    if (b->shape[b->ndim - 2] != m)
        return gd_fail("gd_lstsq: a is %s and b is %s: a has %" PRId64 " rows and b %" PRId64, gi_text_of(a).s,
                       gi_text_of(b).s, m, b->shape[b->ndim - 2]);
    gd_qr_result f = gd_qr(m >= n ? a : gi_swapped(a));
    if (!f.r || !gi_start("gd_lstsq", has_full_rank, NULL, (gd_tensor *const[]){ a, f.r }, 2, NULL, 0))
        return NULL;
    if (m >= n)
        return gd_solve_triangular(f.r, gd_matmul(gi_swapped(f.q), b), true, false);
    return gd_matmul(f.q, gd_solve_triangular(gi_swapped(f.r), b, false, false));
}
