/* test_linalg.c - linear algebra and einsum: against PyTorch with gradients; the properties that define each
 * factorization, at all sizes; special matrices; what is refused.  First and second derivatives against differences are
 * in test_derivatives.c. */
#include <stdio.h>

#include "support/golden_records.h"
#include "support/support.h"

/* ---- Against PyTorch: the cases of golden/scripts/linalg.py ------------------------------------------------------ */

typedef gd_tensor *case_function(gd_tensor *a, gd_tensor *b);

#define CASES                                                                                                   \
    CASE(solve,              gd_solve(a, b))                                                                    \
    CASE(solve_vector,       gd_solve(a, b))                                                                    \
    CASE(triangular,         gd_solve_triangular(a, b, true, false))                                            \
    CASE(triangular_unit,    gd_solve_triangular(a, b, false, true))                                            \
    CASE(inverse,            gd_inverse(a))                                                                     \
    CASE(det,                gd_det(a))                                                                         \
    CASE(logabsdet,          gd_slogdet(a).logabsdet)                                                           \
    CASE(cholesky,           gd_cholesky(a))                                                                    \
    CASE(qr_q,               gd_qr(a).q)                                                                        \
    CASE(qr_r,               gd_qr(a).r)                                                                        \
    CASE(qr_wide_q,          gd_qr(a).q)                                                                        \
    CASE(qr_wide_r,          gd_qr(a).r)                                                                        \
    CASE(eigh_w,             gd_eigh(a).w)                                                                      \
    CASE(eigh_v,             gd_square(gd_eigh(a).v))                                                           \
    CASE(svd_s,              gd_svd(a).s)                                                                       \
    CASE(svd_u,              gd_square(gd_svd(a).u))                                                            \
    CASE(svd_vh,             gd_square(gd_svd(a).vh))                                                           \
    CASE(svd_wide_u,         gd_square(gd_svd(a).u))                                                            \
    CASE(svd_wide_vh,        gd_square(gd_svd(a).vh))                                                           \
    CASE(lstsq,              gd_lstsq(a, b))                                                                    \
    CASE(lstsq_wide,         gd_lstsq(a, b))                                                                    \
    CASE(einsum_product,     einsum("ij,jk->ik", a, b))                                                         \
    CASE(einsum_batch,       einsum("bij,bkj->bik", a, b))                                                      \
    CASE(einsum_dots,        einsum("...ij,jk...->k...i", a, b))                                                \
    CASE(einsum_implicit,    einsum(" ba, cb ", a, b))                                                          \
    CASE(einsum_trace,       einsum("ii", a, b))                                                                \
    CASE(einsum_diagonals,   einsum("iijj -> ji", a, b))                                                        \
    CASE(einsum_sum,         einsum("ij,kl->jl", a, b))                                                         \
    CASE(einsum_elementwise, einsum("ij,ij->ij", a, b))                                                         \
    CASE(einsum_stretched,   einsum("ij,ij->j", a, b))

static gd_tensor *einsum(const char *equation, gd_tensor *a, gd_tensor *b)
{
    return gd_einsum(equation, (gd_tensor *const[]){ a, b }, b ? 2 : 1);
}

#define CASE(name, call) static gd_tensor *case_##name(gd_tensor *a, gd_tensor *b) { return (void)b, call; }
CASES
#undef CASE
#define CASE(name, call) { #name, case_##name },
static const struct golden_case {
    const char    *name;
    case_function *function;
} cases[] = { CASES };
#undef CASE
enum { NUMBER_OF_CASES = sizeof cases / sizeof *cases };

static const char file[] = "linalg/linalg.txt";

static bool takes_two(const char *name)
{
    static const char *const one[] = { "inverse", "det", "logabsdet", "cholesky", "qr", "eigh", "svd", "einsum_trace",
                                       "einsum_diagonals" };
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        if (strncmp(name, one[i], strlen(one[i])) == 0)
            return false;
    return true;
}

static gd_tensor *record(const char *name, const char *part)
{
    char whole[64];
    snprintf(whole, sizeof whole, "%s.%s", name, part);
    return golden_record(file, whole);
}

static void ck_close(const char *name, const char *part, gd_tensor *t)
{
    const double off = far_apart(t, record(name, part));
    ck_assert_msg(off <= (IN_DOUBLE ? 1e-10 : 1e-3), "%s.%s is off by %g: %s", name, part, off,
                  gd_last_error() ? gd_last_error() : "");
}

/* Also of views: inputs whose last two axes are exchanged in memory. */
START_TEST(agrees_with_pytorch)
{
    const struct golden_case *c = &cases[_i];
    for (int seen = 0; seen < 2; seen++) {
        gd_tensor *a = gd_requires_grad(record(c->name, "a"));
        gd_tensor *b = takes_two(c->name) ? gd_requires_grad(record(c->name, "b")) : NULL;
        gd_tensor *turned = gd_contiguous(gd_transpose(a, -2, -1));
        gd_tensor *y = c->function(seen ? gd_transpose(turned, -2, -1) : a, b);
        ck_close(c->name, "y", y);
        ck_good(gd_backward_from(y, record(c->name, "dy"), false));
        ck_close(c->name, "da", a->grad);
        if (b)
            ck_close(c->name, "db", b->grad);
    }
}
END_TEST

/* ---- What defines a factorization ------------------------------------------------------------------------------- */

static uint64_t state;

static gd_tensor *turned(gd_tensor *t)
{
    return gd_transpose(t, -2, -1);
}

/* a and b agree to a few roundings for each row. */
static void ck_same(const char *what, gd_tensor *a, gd_tensor *b, double size)
{
    const double off = far_apart(a, b), tolerance = (IN_DOUBLE ? 1e-14 : 6e-6) * size;
    ck_assert_msg(off <= tolerance, "%s is off by %g, more than %g: %s", what, off, tolerance,
                  gd_last_error() ? gd_last_error() : "");
}

static const int64_t sizes[] = { 1, 2, 3, 5, 8, 17, 40 };

START_TEST(factorizations)
{
    const int64_t n = sizes[_i];
    const double size = 10 * (double)n;
    for (int64_t m = n; m <= n + 3; m += 3) {
        gd_tensor *a = random_values(GD_SHAPE(2, m, n), &state), *eye = gd_expand(gd_eye(n), GD_SHAPE(2, n, n));
        for (int wide = 0; wide < 2; wide++) {
            gd_tensor *x = wide ? turned(a) : a;
            gd_qr_result f = gd_qr(x);
            ck_same("q r", gd_matmul(f.q, f.r), x, size);
            ck_same("q' q", gd_matmul(turned(f.q), f.q), eye, size);
            ck_same("r", gd_triu(f.r, 0), f.r, 0);
            gd_svd_result g = gd_svd(x);
            ck_same("u s vh", gd_matmul(gd_mul(g.u, gd_unsqueeze(g.s, -2)), g.vh), x, size);
            ck_same("u' u", gd_matmul(turned(g.u), g.u), eye, size);
            ck_same("v' v", gd_matmul(g.vh, turned(g.vh)), eye, size);
            for (int64_t k = 1; k < n; k++)
                ck_assert(element(g.s, k) <= element(g.s, k - 1) && element(g.s, k) >= 0);
        }
    }
    gd_tensor *a = random_values(GD_SHAPE(3, n, n), &state), *s = gd_add(a, turned(a));
    gd_eigh_result h = gd_eigh(s);
    ck_same("v w v'", gd_matmul(gd_mul(h.v, gd_unsqueeze(h.w, -2)), turned(h.v)), s, size);
    ck_same("v' v", gd_matmul(turned(h.v), h.v), gd_expand(gd_eye(n), GD_SHAPE(3, n, n)), size);
    gd_tensor *p = gd_add(gd_matmul(a, turned(a)), gd_eye(n)), *l = gd_cholesky(p);
    ck_same("l l'", gd_matmul(l, turned(l)), p, size);
    ck_same("p p^-1", gd_matmul(p, gd_inverse(p)), gd_expand(gd_eye(n), GD_SHAPE(3, n, n)), size * size);
    ck_same("ln det", gd_slogdet(p).logabsdet, gd_sum_axis(gd_log(gd_eigh(p).w), -1, false), size * size);
}
END_TEST

START_TEST(empty_matrices)
{
    gd_tensor *none = gd_requires_grad(gd_zeros(GD_SHAPE(0, 0))), *batch = gd_zeros(GD_SHAPE(0, 3, 3));
    ck_values(gd_det(none), 1);
    ck_values(gd_slogdet(none).sign, 1);
    ck_values(gd_slogdet(none).logabsdet, 0);
    ck_shape(gd_inverse(none), 0, 0);
    ck_shape(gd_cholesky(none), 0, 0);
    ck_shape(gd_solve(none, gd_zeros(GD_SHAPE(0, 2))), 0, 2);
    ck_shape(gd_qr(gd_zeros(GD_SHAPE(3, 0))).q, 3, 0);
    ck_shape(gd_qr(gd_zeros(GD_SHAPE(0, 3))).r, 0, 3);
    ck_shape(gd_svd(gd_zeros(GD_SHAPE(2, 0, 3))).vh, 2, 0, 3);
    ck_shape(gd_eigh(none).w, 0);
    ck_shape(gd_det(batch), 0);
    ck_shape(gd_eigh(batch).v, 0, 3, 3);
    ck_shape(gd_solve(batch, gd_ones(GD_SHAPE(3))), 0, 3);
    ck_good(gd_backward(gd_det(none)));
    ck_shape(none->grad, 0, 0);
    gd_tensor *const xs[] = { gd_zeros(GD_SHAPE(2, 0)), gd_zeros(GD_SHAPE(0, 3)) };
    ck_values(gd_einsum("ij,jk->ik", xs, 2), 0, 0, 0, 0, 0, 0);
}
END_TEST

/* ---- Special matrices ------------------------------------------------------------------------------------------- */

START_TEST(determinants_of_singular_matrices)
{
    gd_tensor *a = leaf_of(GD_SHAPE(3, 2, 2), (gd_real[]){ 1, 2, 2, 4, 0, 0, 0, 0, 1, 2, 3, 4 });
    gd_tensor *y = gd_det(a);
    ck_values(y, 0, 0, -2);
    ck_good(gd_backward(gd_sum(y)));
    ck_values(a->grad, 4, -2, -2, 1, 0, 0, 0, 0, 4, -3, -2, 1);
    gd_slogdet_result f = gd_slogdet(a);
    ck_values(f.sign, 0, 0, -1);
    ck_assert(isinf(element(f.logabsdet, 0)) && element(f.logabsdet, 0) < 0 && !f.sign->requires_grad);
    ck_near(element(f.logabsdet, 2), log(2), 1e-6);
    ck_refused(gd_backward(gd_sum(f.logabsdet)), "gd_inverse: a[0] is singular: pivot 1 is 0");
    gd_tensor *large = gd_scale(gd_eye(4), IN_DOUBLE ? 1e200 : 1e30);
    large->data[10] = large->data[15] = IN_DOUBLE ? (gd_real)1e-200 : (gd_real)1e-30;
    ck_near(gd_item(gd_det(large)), 1, 1e-5);                     /* the product of the first two overflows */
}
END_TEST

START_TEST(equal_eigenvalues)
{
    gd_tensor *a = gd_requires_grad(gd_eye(3));
    gd_eigh_result f = gd_eigh(a);
    ck_good(gd_backward(gd_sum(gd_square(f.w))));                 /* of no eigenvectors */
    ck_values(a->grad, 2, 0, 0, 0, 2, 0, 0, 0, 2);
    gd_zero_grad_of(a);
    ck_refused(gd_backward(gd_sum(gd_mul(f.v, gd_reshape(gd_arange(0, 9, 1), GD_SHAPE(3, 3))))),
               "gd_eigh: eigenvalues 0 and 1 of a are equal, and the gradient by their vectors, which is not 0, has no "
               "derivative there");
    ck_assert_ptr_null(a->grad);
    gd_svd_result g = gd_svd(a);
    ck_good(gd_backward(gd_sum(g.s)));
    ck_values(a->grad, 1, 0, 0, 0, 1, 0, 0, 0, 1);
    ck_refused(gd_backward(gd_sum(gd_mul(g.u, gd_reshape(gd_arange(0, 9, 1), GD_SHAPE(3, 3))))),
               "gd_svd: singular values 0 and 1 of a are equal, and the gradient by their vectors, which is not 0, has "
               "no derivative there");
}
END_TEST

START_TEST(singular_values_of_zero)
{
    gd_tensor *a = leaf_of(GD_SHAPE(3, 2), (gd_real[]){ 3, 0, 0, 0, 4, 0 });
    gd_svd_result f = gd_svd(a);
    ck_values(f.s, 5, 0);
    ck_same("u' u", gd_matmul(turned(f.u), f.u), gd_eye(2), 10);
    ck_good(gd_backward(gd_sum(f.s)));
    ck_assert(isfinite(element(a->grad, 0)));
    gd_tensor *w = gd_reshape(gd_arange(1, 7, 1), GD_SHAPE(3, 2));
    ck_refused(gd_backward(gd_sum(gd_mul(f.u, w))),
               "gd_svd: singular value 1 of a is 0, and the gradient by its vector, which is not 0, has no derivative "
               "there");
    ck_values(gd_svd(gd_zeros(GD_SHAPE(2, 2))).s, 0, 0);
    ck_values(gd_svd(gd_zeros(GD_SHAPE(2, 2))).u, 1, 0, 0, 1);
}
END_TEST

/* Squares of the elements overflow, or vanish. */
START_TEST(large_and_small)
{
    const double factors[] = { IN_DOUBLE ? 1e200 : 1e30, IN_DOUBLE ? 1e-200 : 1e-30 };
    gd_tensor *a = tensor_of(GD_SHAPE(3, 2), (double[]){ 1, 2, -3, 4, 5, 0 }), *s = gd_matmul(turned(a), a);
    for (int i = 0; i < 2; i++) {
        ck_same("s", gd_scale(gd_svd(gd_scale(a, factors[i])).s, 1 / factors[i]), gd_svd(a).s, 10);
        ck_same("w", gd_scale(gd_eigh(gd_scale(s, factors[i])).w, 1 / factors[i]), gd_eigh(s).w, 100);
        ck_same("r", gd_scale(gd_qr(gd_scale(a, factors[i])).r, 1 / factors[i]), gd_qr(a).r, 10);
        ck_same("q", gd_qr(gd_scale(a, factors[i])).q, gd_qr(a).q, 10);
    }
}
END_TEST

/* ---- Refusals --------------------------------------------------------------------------------------------------- */

START_TEST(refusals)
{
    gd_tensor *m23 = gd_ones(GD_SHAPE(2, 3)), *v3 = gd_ones(GD_SHAPE(3)), *e2 = gd_eye(2), *bad = gd_eye(2);
    gd_tensor *batch = gd_ones(GD_SHAPE(2, 3, 2, 2)), *nan = gd_full(GD_SHAPE(2, 2), NAN);
    bad->data[1] = 1;
    ck_refused(gd_inverse(m23), "gd_inverse: a is [2, 3]: its matrices must be square");
    ck_refused(gd_det(v3), "gd_det: a is [3]: a matrix needs two axes");
    ck_refused(gd_inverse(batch), "gd_inverse: a[0, 0] is singular: pivot 1 is 0");
    ck_refused(gd_solve(gd_zeros(GD_SHAPE(2, 2)), e2), "gd_solve: a is singular: pivot 0 is 0");
    ck_refused(gd_solve(e2, v3), "gd_solve: a is [2, 2] and b is [3]: a has 2 rows and b 3");
    ck_refused(gd_solve(e2, gd_scalar(1)), "gd_solve: b is []: it must be a vector or a matrix");
    ck_refused(gd_solve(batch, gd_ones(GD_SHAPE(4, 2, 1))),
               "gd_solve: leading axes: a is [2, 3] and b is [4]: sizes 3 and 4 do not broadcast");
    ck_refused(gd_solve_triangular(bad, m23, false, false) && gd_solve_triangular(gd_tril(bad, -1), m23, false, false),
               "gd_solve_triangular: a is singular: pivot 0 is 0");
    ck_refused(gd_cholesky(bad), "gd_cholesky: a is not symmetric: the elements [1, 0] and [0, 1] are 0 and 1");
    ck_refused(gd_cholesky(gd_neg(e2)), "gd_cholesky: a is not positive definite: pivot 0 is -1");
    ck_refused(gd_cholesky(batch), "gd_cholesky: a[0, 0] is not positive definite: pivot 1 is 0");
    ck_refused(gd_eigh(bad).w, "gd_eigh: a is not symmetric: the elements [1, 0] and [0, 1] are 0 and 1");
    ck_refused(gd_eigh(nan).w, "gd_eigh: a has the element nan");
    ck_refused(gd_svd(nan).s, "gd_svd: a has the element nan");
    ck_refused(gd_qr(nan).q, "gd_qr: a has the element nan");
    ck_refused(gd_lstsq(m23, v3), "gd_lstsq: b is [3]: a matrix needs two axes");
    ck_refused(gd_lstsq(m23, gd_ones(GD_SHAPE(3, 1))), "gd_lstsq: a is [2, 3] and b is [3, 1]: a has 2 rows and b 3");
    gd_clear_error();
    ck_assert_ptr_null(gd_lstsq(m23, gd_ones(GD_SHAPE(2, 1))));
    ck_message_begins("gd_lstsq: a is not of full rank: the diagonal of its r goes down from 1.73205 to ");
}
END_TEST

START_TEST(refused_equations)
{
    gd_tensor *const xs[] = { gd_ones(GD_SHAPE(2, 3)), gd_ones(GD_SHAPE(4, 2)) };
    ck_refused(gd_einsum(NULL, xs, 2), "gd_einsum: equation is NULL");
    ck_refused(gd_einsum("ij", xs, 0), "gd_einsum: n = 0 operands; at least one is needed");
    ck_refused(gd_einsum("ij->ij", NULL, 1), "gd_einsum: xs is NULL");
    ck_refused(gd_einsum("ij,jk->ik", xs, 2), "gd_einsum: \"ij,jk->ik\": j is 4 in operand 1, [4, 2], and 3 before");
    ck_refused(gd_einsum("ij", xs, 2), "gd_einsum: \"ij\": it has 1 operand, and n = 2");
    ck_refused(gd_einsum("ij,ki,kl", xs, 2), "gd_einsum: \"ij,ki,kl\": it has more operands than there are");
    ck_refused(gd_einsum("i,ki", xs, 2), "gd_einsum: \"i,ki\": operand 0 is [2, 3], with 2 axes; the equation names 1");
    ck_refused(gd_einsum("ijk", xs, 1), "gd_einsum: \"ijk\": operand 0 is [2, 3], with 2 axes; the equation names 3");
    ck_refused(gd_einsum("ii->i", xs, 1), "gd_einsum: \"ii->i\": i is both 2 and 3 in operand 0, [2, 3]");
    ck_refused(gd_einsum("ij->ik", xs, 1), "gd_einsum: \"ij->ik\": the result has k, and no operand has it");
    ck_refused(gd_einsum("ij->ii", xs, 1), "gd_einsum: \"ij->ii\": the result has i twice");
    ck_refused(gd_einsum("i1->i", xs, 1), "gd_einsum: \"i1->i\": '1' is no letter, and no place for it");
    ck_refused(gd_einsum("ij-i", xs, 1), "gd_einsum: \"ij-i\": a '-' is no arrow \"->\"");
    ck_refused(gd_einsum("ij->i,j", xs, 1), "gd_einsum: \"ij->i,j\": there is something behind the result");
    ck_refused(gd_einsum("......", xs, 1), "gd_einsum: \"......\": '.' is no letter, and no place for it");
}
END_TEST

static void prepare(void)
{
    quietly();
    state = 3;
}

int main(void)
{
    Suite *suite = suite_create("operations: linear algebra");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, prepare, NULL);
    tcase_add_loop_test(all, agrees_with_pytorch, 0, NUMBER_OF_CASES);
    tcase_add_loop_test(all, factorizations, 0, (int)(sizeof sizes / sizeof *sizes));
    tcase_add_test(all, empty_matrices);
    tcase_add_test(all, determinants_of_singular_matrices);
    tcase_add_test(all, equal_eigenvalues);
    tcase_add_test(all, singular_values_of_zero);
    tcase_add_test(all, large_and_small);
    tcase_add_test(all, refusals);
    tcase_add_test(all, refused_equations);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
