/* linalg_solve.c - systems of equations, inverses and determinants: shapes and rules.  The arithmetic is in
 * kernels/dense.c. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "linalg.h"

#include "autograd/record.h"
#include "autograd/start_rule.h"
#include "base/start.h"
#include "gradus/linalg.h"
#include "gradus/operations.h"
#include "elementwise_parts.h"
#include "kernels/dense.h"
#include "matrices.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static int64_t rows(const gd_tensor *t)     { return t->shape[t->ndim - 2]; }
static int64_t columns(const gd_tensor *t)  { return t->shape[t->ndim - 1]; }

/* a x = b, where b has so many rows: do the sizes fit? */
static bool fit(const char *function, const gd_tensor *a, const gd_tensor *b, int64_t n)
{
    return rows(a) == n || gd_fail("%s: a is %s and b is %s: a has %" PRId64 " rows and b %" PRId64, function,
                                   gi_text_of(a).s, gi_text_of(b).s, rows(a), n);
}

static GI_COLD bool singular(const char *function, const gd_tensor *a, int64_t k, int64_t pivot)
{
    return gd_fail("%s: %s is singular: pivot %" PRId64 " is 0", function, gi_at_batch("a", a, k).s, pivot);
}

/* ---- Triangular systems: x = a^-1 b ----------------------------------------------------------------------------- */

typedef struct triangle {
    bool upper, unit;
} triangle;

/* db = a'^-1 dx, da = -db x', in the triangle. */
static void triangular_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const triangle *t = node->attributes;
    gd_tensor *db = gd_solve_triangular(gi_swapped(node->in[0]), dy, !t->upper, t->unit);
    if (gi_needs(node, 0)) {
        gd_tensor *da = gd_neg(gd_matmul(db, gi_swapped(node->out)));
        dx[0] = t->upper ? gd_triu(da, t->unit) : gd_tril(da, -(int64_t)t->unit);
    }
    if (gi_needs(node, 1))
        dx[1] = db;
}

static const gd_op triangular_op = {
    .name = "gd_solve_triangular", .rule = triangular_rule,
    .reads = GD_READS(0, GD_INPUT(0) | GD_THE_OUTPUT) | GD_READS(1, GD_INPUT(0)),
    .formula = "db = gd_solve_triangular(a', dx), da = the triangle of -db x'",
};

static bool triangular_compute(gd_tensor *x, gd_tensor *const inputs[], const void *attributes)
{
    const triangle *t = attributes;
    const gd_tensor *a = inputs[0], *b = inputs[1];
    const gd_real *numbers = gi_contiguous_numbers(a);
    if (!numbers)
        return false;
    gi_copy(x->data, b);
    const int64_t n = rows(a), k = columns(b), count = gi_batch_count(a);
    for (int64_t i = 0; i < count; i++) {
        const int64_t zero = gi_substitute(n, numbers + i * n * n, t->upper, t->unit, k, x->data + i * n * k);
        if (zero >= 0)
            return singular("gd_solve_triangular", a, i, zero);
    }
    return true;
}

gd_tensor *gd_solve_triangular(gd_tensor *a, gd_tensor *b, bool upper, bool unit)
{
    static const char name[] = "gd_solve_triangular";
    gd_shape leading;
    if (!a || !b || !gi_matrix_given(name, "a", a, true) || !gi_matrix_given(name, "b", b, false)
        || !fit(name, a, b, rows(b)) || !gi_common_batch(name, a, b, &leading))
        return NULL;
    a = gi_in_batch(a, &leading);
    b = gi_in_batch(b, &leading);
    gd_tensor *x = a && b ? gi_new_like(b) : NULL, *const inputs[] = { a, b };
    const triangle t = { upper, unit };
    return x && gi_start(name, triangular_compute, x, inputs, 2, &t, sizeof t)
               ? gi_record2_with(&triangular_op, x, a, b, &t, sizeof t) : NULL;
}

/* ---- General systems -------------------------------------------------------------------------------------------- */

static gd_tensor *solve_matrices(gd_tensor *a, gd_tensor *b);

static void solve_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *db = solve_matrices(gi_swapped(node->in[0]), dy);
    if (gi_needs(node, 0))
        dx[0] = gd_neg(gd_matmul(db, gi_swapped(node->out)));
    if (gi_needs(node, 1))
        dx[1] = db;
}

static const gd_op solve_op = {
    .name = "gd_solve", .rule = solve_rule,
    .reads = GD_READS(0, GD_INPUT(0) | GD_THE_OUTPUT) | GD_READS(1, GD_INPUT(0)),
    .formula = "db = gd_solve(a', dx), da = -db x'",
};

/* y, copies of the right sides, becomes the solutions; false, and a message, where a matrix is singular. */
static bool eliminate(const char *function, const gd_tensor *a, int64_t k, gd_real *y)
{
    const int64_t n = rows(a), count = gi_batch_count(a);
    gd_real *lu = gi_work(a->numel, sizeof *lu);
    int64_t *swap = gi_work(n, sizeof *swap);
    if (!lu || !swap)
        return false;
    gi_copy(lu, a);
    for (int64_t i = 0; i < count; i++) {
        const int64_t zero = gi_lu(n, lu + i * n * n, swap);
        if (zero >= 0)
            return singular(function, a, i, zero);
        gi_lu_solve(n, lu + i * n * n, swap, k, y + i * n * k);
    }
    return true;
}

static bool solve_compute(gd_tensor *x, gd_tensor *const inputs[], const void *attributes)
{
    (void)attributes;
    gi_copy(x->data, inputs[1]);
    return eliminate("gd_solve", inputs[0], columns(x), x->data);
}

/* Both have the same leading axes. */
static gd_tensor *solve_matrices(gd_tensor *a, gd_tensor *b)
{
    gd_tensor *x = a && b ? gi_new_like(b) : NULL, *const inputs[] = { a, b };
    return x && gi_start("gd_solve", solve_compute, x, inputs, 2, NULL, 0) ? gi_record2(&solve_op, x, a, b) : NULL;
}

/* As torch.linalg.solve: one axis, or the shape of a without the last axis. */
static bool is_vector(const gd_tensor *a, const gd_tensor *b)
{
    bool vector = b->ndim == a->ndim - 1;
    for (int i = 0; vector && i < b->ndim; i++)
        vector = b->shape[i] == a->shape[i];
    return vector || b->ndim == 1;
}

gd_tensor *gd_solve(gd_tensor *a, gd_tensor *b)
{
    gd_shape leading;
    if (!a || !b || !gi_matrix_given("gd_solve", "a", a, true) || !gi_alive("gd_solve", "b", b))
        return NULL;
    if (b->ndim == 0)
        return gd_fail("gd_solve: b is %s: it must be a vector or a matrix", gi_text_of(b).s);
    const bool vector = is_vector(a, b);
    if (!fit("gd_solve", a, b, vector ? columns(b) : rows(b)))
        return NULL;
    b = vector ? gd_unsqueeze(b, -1) : b;
    if (!b || !gi_common_batch("gd_solve", a, b, &leading))
        return NULL;
    gd_tensor *x = solve_matrices(gi_in_batch(a, &leading), gi_in_batch(b, &leading));
    return vector ? gd_squeeze(x, -1) : x;
}

/* ---- The inverse ------------------------------------------------------------------------------------------------ */

static void inverse_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *turned = gi_swapped(node->out);
    dx[0] = gd_neg(gd_matmul(gd_matmul(turned, dy), turned));
}

static const gd_op inverse_op = {
    .name = "gd_inverse", .rule = inverse_rule, .reads = GD_OUTPUT, .formula = "da = -y' dy y'",
};

static bool inverse_compute(gd_tensor *y, gd_tensor *const a[], const void *attributes)
{
    (void)attributes;
    const int64_t n = rows(y);
    memset(y->data, 0, (size_t)y->numel * sizeof *y->data);
    for (int64_t i = 0; i < y->numel; i += n * n)
        for (int64_t k = 0; k < n; k++)
            y->data[i + k * n + k] = 1;
    return eliminate("gd_inverse", a[0], n, y->data);
}

gd_tensor *gd_inverse(gd_tensor *a)
{
    if (!a || !gi_matrix_given("gd_inverse", "a", a, true))
        return NULL;
    gd_tensor *y = gi_new_like(a);
    return y && gi_start_one("gd_inverse", inverse_compute, y, a, NULL, 0) ? gi_record1(&inverse_op, y, a) : NULL;
}

/* ---- Determinants ----------------------------------------------------------------------------------------------- */

/* The determinant is mantissa 2^exponent, so that no product of pivots overflows. */
typedef struct product {
    double mantissa;
    int64_t exponent;
} product;

static product determinant(int64_t n, gd_real *lu, int64_t *swap)
{
    product p = { 1, 0 };
    gi_lu(n, lu, swap);
    for (int64_t i = 0; i < n; i++) {
        int exponent = 0;
        p.mantissa = frexp(p.mantissa * (swap[i] == i ? 1 : -1) * (double)lu[i * n + i], &exponent);
        p.exponent += exponent;
    }
    return p;
}

/* Calls take for the determinant of each matrix. */
static bool determinants(const gd_tensor *a, product *of)
{
    const int64_t n = rows(a), count = gi_batch_count(a);
    gd_real *lu = gi_work(a->numel, sizeof *lu);
    int64_t *swap = gi_work(n, sizeof *swap);
    if (!lu || !swap || !of)
        return false;
    gi_copy(lu, a);
    for (int64_t i = 0; i < count; i++)
        of[i] = determinant(n, lu + i * n * n, swap);
    return true;
}

/* c_ij = (-1)^(i + j) det(a without row i and column j): a [.., n, n]  ->  c [.., n, n]. */
static gd_tensor *cofactors(gd_tensor *a)
{
    const int64_t n = rows(a), m = n - 1, count = gi_batch_count(a);
    if (n < 2)
        return gd_ones_like(a);
    gd_tensor *index = gd_zeros(GD_SHAPE(count, n * n * m * m)), *sign = gd_zeros(GD_SHAPE(n, n));
    gd_tensor *flat = gd_reshape(a, GD_SHAPE(count, n * n));
    if (!index || !sign || !flat)
        return NULL;
    gd_real *next = index->data;
    for (int64_t k = 0; k < count; k++)
        for (int64_t i = 0; i < n * n; i++)
            for (int64_t at = 0; at < n * n; at++)
                if (at / n != i / n && at % n != i % n)
                    *next++ = (gd_real)at;
    for (int64_t i = 0; i < n * n; i++)
        sign->data[i] = (i / n + i % n) % 2 ? -1 : 1;
    gd_tensor *minors = gd_det(gd_reshape(gd_gather(flat, 1, index), GD_SHAPE(count, n * n, m, m)));
    return gd_mul(gd_reshape(minors, gd_shape_of_tensor(a)), sign);
}

static gd_tensor *as_matrix(gd_tensor *y)
{
    return gd_unsqueeze(gd_unsqueeze(y, -1), -1);
}

static void det_slope(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *a = node->in[0], *y = node->out;
    bool regular = true;
    for (int64_t i = 0; i < y->numel; i++)
        regular = regular && y->data[i] != 0;
    if (regular)
        dx[0] = gd_mul(as_matrix(gd_mul(dy, y)), gi_swapped(gd_inverse(a)));
    else
        dx[0] = gd_mul(as_matrix(dy), cofactors(a));
}

static void det_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gi_start_rule(det_slope, node, dy, dx);
}

static const gd_op det_op = {
    .name = "gd_det", .rule = det_rule, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "da = dy y gd_inverse(a)', or dy times the cofactors of a",
};

static bool det_compute(gd_tensor *y, gd_tensor *const a[], const void *attributes)
{
    (void)attributes;
    const int64_t count = y->numel;
    product *of = gi_work(count, sizeof *of);
    if (!determinants(a[0], of))
        return false;
    for (int64_t i = 0; i < count; i++) {
        const int64_t most = 1 << 14;       /* far beyond the range of a double */
        const int64_t exponent = of[i].exponent > most ? most : of[i].exponent < -most ? -most : of[i].exponent;
        y->data[i] = (gd_real)ldexp(of[i].mantissa, (int)exponent);
    }
    return true;
}

gd_tensor *gd_det(gd_tensor *a)
{
    if (!a || !gi_matrix_given("gd_det", "a", a, true))
        return NULL;
    gd_tensor *y = gi_like_batch("gd_det", a, 0, NULL);
    return y && gi_start_one("gd_det", det_compute, y, a, NULL, 0) ? gi_record1(&det_op, y, a) : NULL;
}

static void logabsdet_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gd_mul(as_matrix(dy), gi_swapped(gd_inverse(node->in[0])));
}

static const gd_op logabsdet_op = {
    .name = "gd_slogdet", .rule = logabsdet_rule, .reads = GD_INPUTS, .formula = "da = dlogabsdet gd_inverse(a)'",
};
static const gd_op sign_op = { .name = "the sign of gd_slogdet", .reads = GD_NOTHING };

/* x: a and the sign, which is written as well. */
static bool slogdet_compute(gd_tensor *logabsdet, gd_tensor *const x[], const void *attributes)
{
    static const double ln_2 = 0.69314718055994530942;
    (void)attributes;
    const int64_t count = logabsdet->numel;
    product *of = gi_work(count, sizeof *of);
    if (!determinants(x[0], of))
        return false;
    for (int64_t i = 0; i < count; i++) {
        const double m = of[i].mantissa;
        x[1]->data[i] = (gd_real)(isnan(m) ? m : (m > 0) - (m < 0));
        logabsdet->data[i] = (gd_real)(log(fabs(m)) + (m == 0 ? 0 : (double)of[i].exponent * ln_2));
    }
    return true;
}

gd_slogdet_result gd_slogdet(gd_tensor *a)
{
    gd_slogdet_result y = { NULL, NULL };
    if (!a || !gi_matrix_given("gd_slogdet", "a", a, true))
        return y;
    y.sign = gi_like_batch("gd_slogdet", a, 0, NULL);
    y.logabsdet = y.sign ? gi_like_batch("gd_slogdet", a, 0, NULL) : NULL;
    gd_tensor *const x[] = { a, y.sign };
    if (!y.logabsdet || !gi_start("gd_slogdet", slogdet_compute, y.logabsdet, x, 2, NULL, 0))
        return (gd_slogdet_result){ NULL, NULL };
    gi_computed(y.sign);
    y.sign = gi_constant(&sign_op, y.sign, a, NULL);
    y.logabsdet = y.sign ? gi_record1(&logabsdet_op, y.logabsdet, a) : NULL;
    return y.logabsdet ? y : (gd_slogdet_result){ NULL, NULL };
}
