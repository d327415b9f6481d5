/* test_golden_elementwise.c - elementwise operations against PyTorch's numbers in golden/elementwise: values,
 * gradients and Hessian-vector products.  golden/scripts/elementwise.py writes the files.  Other operations are in
 * test_golden.c. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdio.h>

#include "support/golden.h"

#define X(name) golden_input(g, #name)
#define N(key)  golden_number(g, #key, 0)

#define ROWS(ROW)                                               \
    ROW(tan,         gd_tan(X(x)))                              \
    ROW(asin,        gd_asin(X(x)))                             \
    ROW(acos,        gd_acos(X(x)))                             \
    ROW(atan,        gd_atan(X(x)))                             \
    ROW(asinh,       gd_asinh(X(x)))                            \
    ROW(acosh,       gd_acosh(X(x)))                            \
    ROW(atanh,       gd_atanh(X(x)))                            \
    ROW(expm1,       gd_expm1(X(x)))                            \
    ROW(log1p,       gd_log1p(X(x)))                            \
    ROW(log2,        gd_log2(X(x)))                             \
    ROW(log10,       gd_log10(X(x)))                            \
    ROW(rsqrt,       gd_rsqrt(X(x)))                            \
    ROW(reciprocal,  gd_reciprocal(X(x)))                       \
    ROW(floor,       gd_floor(X(x)))                            \
    ROW(ceil,        gd_ceil(X(x)))                             \
    ROW(trunc,       gd_trunc(X(x)))                            \
    ROW(round,       gd_round(X(x)))                            \
    ROW(selu,        gd_selu(X(x)))                             \
    ROW(mish,        gd_mish(X(x)))                             \
    ROW(logsigmoid,  gd_logsigmoid(X(x)))                       \
    ROW(hardsigmoid, gd_hardsigmoid(X(x)))                      \
    ROW(hardswish,   gd_hardswish(X(x)))                        \
    ROW(hardtanh,    gd_hardtanh(X(x), N(low), N(high)))        \
    ROW(pow_tensor,  gd_pow_tensor(X(a), X(b)))                 \
    ROW(remainder,   gd_remainder(X(a), X(b)))                  \
    ROW(atan2,       gd_atan2(X(a), X(b)))                      \
    ROW(prelu,       gd_prelu(X(x), X(weight)))                 \
    ROW(glu,         gd_glu(X(x), (int)N(axis)))

#define FUNCTION(op, call) static gd_tensor *golden_##op(const golden *g) { return call; }
ROWS(FUNCTION)

#define ENTRY(op, call) { #op, golden_##op },
static const struct row {
    const char *name;
    gd_tensor *(*call)(const golden *g);
} rows[] = { ROWS(ENTRY) };
enum { COUNT = sizeof rows / sizeof rows[0], FILES = 70 };

static const char folder[] = "tests/golden/elementwise";
static char paths[FILES + 1][300];
static int found;

static void find_files(void)
{
    DIR *directory = opendir(folder);
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL && found <= FILES;) {
        const size_t length = strlen(entry->d_name);
        if (length > 4 && length < 200 && strcmp(entry->d_name + length - 4, ".txt") == 0)
            snprintf(paths[found++], sizeof paths[0], "%s/%s", folder, entry->d_name);
    }
    closedir(directory);
}

static int row_of(const golden *g)
{
    for (int i = 0; i < COUNT; i++)
        if (strcmp(rows[i].name, g->op) == 0)
            return i;
    return -1;
}

static void compare(const golden *g, const char *what, const gd_tensor *t, const golden_tensor *expected)
{
    ck_assert_msg(t && expected, "%s: no %s: %s", g->name, what, gd_last_error());
    bool same = t->ndim == expected->shape.ndim;
    for (int i = 0; i < t->ndim && same; i++)
        same = t->shape[i] == expected->shape.size[i];
    ck_assert_msg(same, "%s: %s %s has another shape", g->name, what, expected->name);
    const double off = far_from(t, expected->values);
    ck_assert_msg(off <= (IN_DOUBLE ? 1e-10 : 2e-5), "%s: %s %s is off by %g: %s", g->name, what, expected->name, off,
                  in_words(t));
}

/* H v as the gradient of the sum of v_i dx_i; in float arguments like 1 + 1e-7 have lost their digits already. */
static void compare_file(golden *g, const struct row *r)
{
    golden_make_inputs(g);
    gd_tensor *y = r->call(g), *dy = golden_tensor_of(&g->upstreams.of[0]);
    ck_assert_msg(y != NULL, "%s: %s", g->name, gd_last_error());
    if (!IN_DOUBLE && strstr(g->name, "special"))
        return;
    compare(g, "output", y, &g->outputs.of[0]);
    gd_tensor *xs[GOLDEN_TENSORS], *fast[GOLDEN_TENSORS], *dxs[GOLDEN_TENSORS], *product = gd_scalar(0);
    const int n = golden_inputs(g);
    ck_assert_int_eq(n, g->grads.n);
    for (int i = 0; i < n; i++)
        xs[i] = golden_input(g, g->grads.of[i].name);
    ck_good(gd_grad(y, dy, xs, n, fast, false));
    ck_good(gd_grad(y, dy, xs, n, dxs, true));
    for (int i = 0; i < n; i++) {
        compare(g, "grad by the fast rule", fast[i], &g->grads.of[i]);
        compare(g, "grad", dxs[i], &g->grads.of[i]);
        if (g->hvps.n)
            product = gd_add(product, gd_sum(gd_mul(dxs[i], golden_tensor_of(golden_find(&g->vectors,
                                                                                         g->grads.of[i].name)))));
    }
    if (!g->hvps.n || !IN_DOUBLE)
        return;
    const bool constant = !product->requires_grad;          /* as dx = dy is: the second derivative is 0 */
    ck_good(constant || gd_grad(product, NULL, xs, n, dxs, false));
    for (int i = 0; i < n; i++)
        compare(g, "hvp", constant ? gd_zeros_like(xs[i]) : dxs[i], golden_find(&g->hvps, g->grads.of[i].name));
}

static golden *read_file(int i)
{
    golden *g = malloc(sizeof *g);
    ck_assert_ptr_nonnull(g);
    ck_assert_msg(golden_read(paths[i], g), "%s: %s", paths[i], g->wrong);
    ck_assert_msg(row_of(g) >= 0, "%s: no row for %s", paths[i], g->op);
    return g;
}

START_TEST(one_file)
{
    ck_assert_int_eq(found, FILES);
    golden *g = read_file(_i);
    GD_SCOPE;
    compare_file(g, &rows[row_of(g)]);
    ck_no_message();
    free(g);
}
END_TEST

/* No row without a file; and second derivatives are there, but for constant pieces. */
START_TEST(all_rows_are_used)
{
    int files[COUNT] = { 0 }, second = 0;
    for (int i = 0; i < found; i++) {
        golden *g = read_file(i);
        files[row_of(g)]++;
        second += g->hvps.n > 0;
        free(g);
    }
    for (int i = 0; i < COUNT; i++)
        ck_assert_msg(files[i] > 0, "no file for %s", rows[i].name);
    ck_assert_int_ge(second, 50);
}
END_TEST

int main(void)
{
    find_files();
    Suite *suite = suite_create("operations: golden, elementwise");
    TCase *files = tcase_create("all");
    tcase_add_checked_fixture(files, quietly, NULL);
    tcase_add_loop_test(files, one_file, 0, FILES);
    tcase_add_test(files, all_rows_are_used);
    suite_add_tcase(suite, files);
    return run_suite(suite);
}
