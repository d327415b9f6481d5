/* linalg_spectrum.c - eigenvalues of symmetric matrices and singular values: shapes and rules.  The arithmetic is in
 * kernels/jacobi.c.
 *
 * All results of a factorization are views of one tensor, so that one rule sees all their gradients: its rows are w and
 * those of v; or those of u, s, and those of v. */
#include <inttypes.h>
#include <string.h>

#include "linalg.h"

#include "autograd/record.h"
#include "base/start.h"
#include "gradus/linalg.h"
#include "gradus/operations.h"
#include "elementwise_parts.h"
#include "kernels/dense.h"
#include "matrices.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static gd_tensor *rows_between(gd_tensor *t, int64_t from, int64_t to)
{
    return gd_slice(t, -2, from, to, 1);
}

/* One row of each matrix, without its axis. */
static gd_tensor *row(gd_tensor *t, int64_t i)
{
    return gd_squeeze(rows_between(t, i, i + 1), -2);
}

/* [.., n] as columns, or rows, that broadcast to [.., n, n]. */
static gd_tensor *as_column(gd_tensor *w)  { return gd_unsqueeze(w, -1); }
static gd_tensor *as_row(gd_tensor *w)     { return gd_unsqueeze(w, -2); }

typedef struct use {
    const char *function, *what;
} use;

static bool is_unused(gd_tensor *none, gd_tensor *const inputs[], const void *attributes)
{
    const char *function = ((const use *)attributes)->function, *what = ((const use *)attributes)->what;
    const gd_tensor *x = inputs[0];
    (void)none;
    const gd_real *numbers = gi_contiguous_numbers(x), *where = gi_contiguous_numbers(inputs[1]);
    if (!numbers || !where)
        return false;
    const int64_t rows = x->shape[x->ndim - 2], columns = x->shape[x->ndim - 1];
    for (int64_t i = 0; i < x->numel; i++) {
        const int64_t k = i / (rows * columns), at = i % (rows * columns);
        if (where[i] == 0 || numbers[i] == 0)
            continue;
        if (rows == columns)
            return gd_fail("%s: %s %" PRId64 " and %" PRId64 " of %s are equal, and the gradient by their vectors, "
                           "which is not 0, has no derivative there", function, what, at / columns, at % columns,
                           gi_at_batch("a", x, k).s);
        return gd_fail("%s: %s %" PRId64 " of %s is 0, and the gradient by its vector, which is not 0, has no "
                       "derivative there", function, what, at % columns, gi_at_batch("a", x, k).s);
    }
    return true;
}

/* x must be 0 wherever mask is not; otherwise the derivative that it asks for does not exist. */
static bool unused(const char *function, gd_tensor *x, gd_tensor *mask, const char *what)
{
    const use u = { function, what };
    return x && mask && gi_start(function, is_unused, NULL, (gd_tensor *const[]){ x, mask }, 2, &u, sizeof u);
}

/* 1 / (g_j - g_i), and 0 where equal says that they are; equal is a constant. */
static gd_tensor *inverse_gaps(gd_tensor *g, gd_tensor *equal)
{
    gd_tensor *gap = gd_add(gd_sub(as_row(g), as_column(g)), equal);
    return gd_div(gd_shift(gd_neg(equal), 1), gap);
}

static gd_tensor *equal_pairs(gd_tensor *w)
{
    gd_tensor *fixed = gd_detach(w);
    return gd_eq(as_row(fixed), as_column(fixed));
}

/* ---- eigh: a = v diag(w) v' ------------------------------------------------------------------------------------- */

static void eigh_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *out = node->out, *w = row(out, 0), *dw = row(dy, 0);
    const int64_t n = w ? w->shape[w->ndim - 1] : 0;
    gd_tensor *v = rows_between(out, 1, n + 1), *dv = rows_between(dy, 1, n + 1), *up = gi_swapped(v);
    gd_tensor *equal = w ? equal_pairs(w) : NULL, *turn = gd_matmul(up, dv);
    gd_tensor *others = gd_sub(equal, gd_eye(n));
    if (!unused("gd_eigh", turn, gd_expand(others, turn ? gd_shape_of_tensor(turn) : GD_SHAPE()), "eigenvalues"))
        return;
    gd_tensor *inner = gd_add(gd_mul(turn, inverse_gaps(w, equal)), gi_diagonal_matrix(dw));
    gd_tensor *da = gd_matmul(gd_matmul(v, inner), up);
    dx[0] = gd_scale(gd_add(da, gi_swapped(da)), 0.5);
}

static const gd_op eigh_op = {
    .name = "gd_eigh", .rule = eigh_rule, .reads = GD_OUTPUT,
    .formula = "da = v (diag(dw) + f (v' dv)) v', f_ij = 1 / (w_j - w_i)",
};

static bool eigh_compute(gd_tensor *y, gd_tensor *const a[], const void *attributes)
{
    (void)attributes;
    const int64_t n = y->shape[y->ndim - 1], count = gi_batch_count(y);
    gd_real *x = gi_symmetric_part("gd_eigh", a[0]);
    for (int64_t k = 0; k < count && x; k++) {
        gd_real *to = y->data + k * (n + 1) * n;
        gi_jacobi_eigen(n, x + k * n * n, to, to + n);
    }
    return x != NULL;
}

gd_eigh_result gd_eigh(gd_tensor *a)
{
    const gd_eigh_result nothing = { NULL, NULL };
    if (!a || !gi_matrix_given("gd_eigh", "a", a, true) || !gi_finite_matrices("gd_eigh", a))
        return nothing;
    const int64_t n = a->shape[a->ndim - 1];
    gd_tensor *y = gi_like_batch("gd_eigh", a, 2, (int64_t[]){ n + 1, n });
    if (!y || !gi_start_one("gd_eigh", eigh_compute, y, a, NULL, 0))
        return nothing;
    y = gi_record1(&eigh_op, y, a);
    const gd_eigh_result f = { row(y, 0), rows_between(y, 1, n + 1) };
    return f.w && f.v ? f : nothing;
}

/* ---- svd: a = u diag(s) v', a [.., m, n], m >= n -------------------------------------------------------------- */

/* x - x' */
static gd_tensor *skew(gd_tensor *x)
{
    return gd_sub(x, gi_swapped(x));
}

/* 1 / s, and 0 where s is. */
static gd_tensor *inverse_or_zero(gd_tensor *s, gd_tensor *zero)
{
    return gd_div(gd_shift(gd_neg(zero), 1), gd_add(s, zero));
}

/* What of du lies outside of the columns of u, over s: (1 - u u') du s^-1. */
static gd_tensor *outside(gd_tensor *u, gd_tensor *du, gd_tensor *s)
{
    gd_tensor *out = gd_sub(du, gd_matmul(u, gd_matmul(gi_swapped(u), du)));
    gd_tensor *fixed = gd_detach(s), *zero = gd_eq(fixed, gd_scalar(0));
    if (!unused("gd_svd", out, gd_expand(as_row(zero), out ? gd_shape_of_tensor(out) : GD_SHAPE()), "singular value"))
        return NULL;
    return gd_mul(out, as_row(inverse_or_zero(s, zero)));
}

static void svd_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gd_tensor *a = node->in[0];
    const int64_t m = a->shape[a->ndim - 2], n = a->shape[a->ndim - 1];
    gd_tensor *u = rows_between(node->out, 0, m), *du = rows_between(dy, 0, m);
    gd_tensor *s = row(node->out, m), *ds = row(dy, m);
    gd_tensor *v = rows_between(node->out, m + 1, m + 1 + n), *dv = rows_between(dy, m + 1, m + 1 + n);
    gd_tensor *turn_u = skew(gd_matmul(gi_swapped(u), du)), *turn_v = skew(gd_matmul(gi_swapped(v), dv));
    gd_tensor *equal = s ? equal_pairs(s) : NULL, *others = gd_sub(equal, gd_eye(n));
    others = turn_u ? gd_expand(others, gd_shape_of_tensor(turn_u)) : NULL;
    if (!unused("gd_svd", turn_u, others, "singular values") || !unused("gd_svd", turn_v, others, "singular values"))
        return;
    gd_tensor *sums = gd_add(as_row(s), as_column(s)), *both_zero = gd_eq(gd_detach(sums), gd_scalar(0));
    gd_tensor *gaps = gd_mul(inverse_gaps(s, equal), inverse_or_zero(sums, both_zero));
    gd_tensor *inner = gd_add(gd_mul(gd_mul(turn_u, gaps), as_row(s)), gd_mul(gd_mul(turn_v, gaps), as_column(s)));
    gd_tensor *da = gd_matmul(u, gd_add(inner, gi_diagonal_matrix(ds)));
    if (m > n)
        da = gd_add(da, outside(u, du, s));
    dx[0] = gd_matmul(da, gi_swapped(v));
}

static const gd_op svd_op = {
    .name = "gd_svd", .rule = svd_rule, .reads = GD_OUTPUT,
    .formula = "da = u (f (u' du - du' u) s + s f (v' dv - dv' v) + diag(ds)) v' + (1 - u u') du s^-1 v'",
};

static bool svd_compute(gd_tensor *y, gd_tensor *const inputs[], const void *attributes)
{
    (void)attributes;
    const gd_tensor *a = inputs[0];
    const int64_t m = a->shape[a->ndim - 2], n = a->shape[a->ndim - 1], count = gi_batch_count(a);
    gd_real *x = gi_work(a->numel, sizeof *x);
    if (!x)
        return false;
    gi_copy(x, a);
    for (int64_t k = 0; k < count; k++) {
        gd_real *to = y->data + k * (m + 1 + n) * n;
        gi_jacobi_svd(m, n, x + k * m * n, to + m * n, to + (m + 1) * n);
        memcpy(to, x + k * m * n, (size_t)(m * n) * sizeof *to);
    }
    return true;
}

static gd_svd_result tall(gd_tensor *a)
{
    const gd_svd_result nothing = { NULL, NULL, NULL };
    const int64_t m = a->shape[a->ndim - 2], n = a->shape[a->ndim - 1];
    gd_tensor *y = gi_like_batch("gd_svd", a, 2, (int64_t[]){ m + 1 + n, n });
    if (!y || !gi_start_one("gd_svd", svd_compute, y, a, NULL, 0))
        return nothing;
    y = gi_record1(&svd_op, y, a);
    return (gd_svd_result){ rows_between(y, 0, m), row(y, m), gi_swapped(rows_between(y, m + 1, m + 1 + n)) };
}

gd_svd_result gd_svd(gd_tensor *a)
{
    gd_svd_result f = { NULL, NULL, NULL };
    if (!a || !gi_matrix_given("gd_svd", "a", a, false) || !gi_finite_matrices("gd_svd", a))
        return f;
    const bool turned = a->shape[a->ndim - 2] < a->shape[a->ndim - 1];
    gd_tensor *as_tall = turned ? gi_swapped(a) : a;
    if (!as_tall)
        return f;
    f = tall(as_tall);
    if (turned)
        f = (gd_svd_result){ gi_swapped(f.vh), f.s, gi_swapped(f.u) };
    return f.u && f.s && f.vh ? f : (gd_svd_result){ NULL, NULL, NULL };
}
