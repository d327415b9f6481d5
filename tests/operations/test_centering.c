/* test_centering.c - operations that subtract a mean keep their digits far from zero, and neither overflow nor
 * underflow on the way: layer and batch norm, variance, standard deviation, gd_standardize, means, the mean squared
 * error, pooling. */
#include <float.h>

#include "support/support.h"

#define EPS (IN_DOUBLE ? DBL_EPSILON : (double)FLT_EPSILON)

static gd_tensor *list(int n, const double *x)
{
    gd_tensor *t = gd_zeros(GD_SHAPE(n));
    for (int i = 0; i < n; i++)
        t->data[i] = (gd_real)x[i];
    return t;
}

#define LIST(...) list((int)(sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)), (const double[]){ __VA_ARGS__ })

/* Compared with the largest expected number, in units of EPS. */
static void check(const gd_tensor *t, int64_t n, const long double *expected, double bound, const char *what)
{
    long double most = 0;
    ck_assert_msg(t != NULL, "%s: %s", what, gd_last_error() ? gd_last_error() : "NULL");
    ck_assert_int_eq(gd_numel(t), n);
    for (int64_t k = 0; k < n; k++)
        most = fmaxl(most, fabsl(expected[k]));
    for (int64_t k = 0; k < n; k++) {
        const double off = fabs((double)(((long double)element(t, k) - expected[k]) / most)) / EPS;
        ck_assert_msg(off <= bound, "%s: [%d] is %.9g, not %.9Lg: %g units off", what, (int)k, element(t, k),
                      expected[k], off);
    }
}

/* ---- By hand, in long double ----------------------------------------------------------------------------------- */

enum { MOST = 3000 };

typedef struct norm {
    long double z[MOST], dx[MOST], mean, var;
} norm;

/* n numbers `step` apart: z = (x - mean) / sqrt(var + eps), and dx of z . g. */
static void by_hand(norm *r, int64_t n, const gd_real *x, const gd_real *g, int64_t step, long double eps)
{
    long double mean = 0, left = 0, var = 0, mean_g = 0, left_g = 0, mean_gz = 0;
    for (int64_t i = 0; i < n; i++)
        mean += (long double)x[i * step] / n;
    for (int64_t i = 0; i < n; i++)
        left += ((long double)x[i * step] - mean) / n;
    for (int64_t i = 0; i < n; i++) {
        r->z[i] = (long double)x[i * step] - mean - left;
        var += r->z[i] * r->z[i] / n;
    }
    r->mean = mean + left;
    r->var = var;
    for (int64_t i = 0; i < n; i++) {
        r->z[i] /= sqrtl(var + eps);
        mean_g += (long double)g[i * step] / n;
    }
    for (int64_t i = 0; i < n; i++)
        left_g += ((long double)g[i * step] - mean_g) / n;
    for (int64_t i = 0; i < n; i++)
        mean_gz += ((long double)g[i * step] - mean_g - left_g) * r->z[i] / n;
    for (int64_t i = 0; i < n; i++)
        r->dx[i] = ((long double)g[i * step] - mean_g - left_g - r->z[i] * mean_gz) / sqrtl(var + eps);
}

/* Numbers that differ only in their last places: 2^digits + units in the last place; or of magnitude 2^scale. */
static void fill(gd_tensor *x, int digits, int scale, unsigned seed)
{
    uint64_t state = seed;
    for (int64_t k = 0; k < x->numel; k++) {
        const double few = (double)draw(&state, 64) - 20, base = ldexp(1, digits);
        x->data[k] = (gd_real)ldexp(digits >= 0 ? base + ldexp(few, digits - 20) : few, scale);
    }
}

static norm r;

static const struct { int64_t n; int digits, scale; double eps; } cases[] = {
    { 3, 0, 0, 1e-5 },   { 5, 14, 0, 1e-5 },    { 16, 20, 0, 1e-5 },    { 64, 22, 0, 0 },      { 1000, 20, 0, 0 },
    { 3000, 22, 0, 0 },  { 17, -1, 0, 1e-5 },   { 4, -1, 100, 1e-5 },   { 40, -1, 100, 1e-5 }, { 40, -1, -100, 0 },
    { 700, -1, 115, 0 }, { 5, 20, 90, 1e-5 },   { 9, -1, -118, 0 },     { 9, -1, -100, 1e-5 }, { 2000, 20, -80, 0 },
    { 8, -1, 60, 1e-5 }, { 8, -1, 55, 1e-5 },
};
enum { CASES = sizeof cases / sizeof *cases };

/* Scales of the double library reach ten times as far. */
static int scale_of(int i)
{
    return IN_DOUBLE ? 8 * cases[i].scale : cases[i].scale;
}

START_TEST(layer_norm)
{
    GD_SCOPE;
    const int64_t n = cases[_i].n, rows = 4;
    gd_tensor *x = gd_requires_grad(gd_zeros(GD_SHAPE(rows, n))), *g = gd_zeros(GD_SHAPE(rows, n));
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(n))), *b = gd_requires_grad(gd_zeros(GD_SHAPE(n)));
    fill(x, cases[_i].digits, scale_of(_i), 1);
    fill(g, 20, 0, 2);
    gd_tensor *y = gd_layer_norm(x, w, b, cases[_i].eps);
    gd_backward_from(y, g, false);
    gd_tensor *dx = x->grad, *again[1];
    ck_good(gd_grad(gd_layer_norm(x, w, NULL, cases[_i].eps), g, &x, 1, again, true));   /* the composed rule */
    static long double dw[MOST];
    memset(dw, 0, sizeof dw);
    for (int64_t row = 0; row < rows; row++) {
        by_hand(&r, n, x->data + row * n, g->data + row * n, 1, (long double)cases[_i].eps);
        check(gd_slice(y, 0, row, row + 1, 1), n, r.z, 20, "layer norm");
        check(gd_slice(dx, 0, row, row + 1, 1), n, r.dx, 60, "layer norm's gradient");
        check(gd_slice(again[0], 0, row, row + 1, 1), n, r.dx, 60, "layer norm's gradient as a graph");
        for (int64_t i = 0; i < n; i++)
            dw[i] += r.z[i] * (long double)g->data[row * n + i];
    }
    check(w->grad, n, dw, 20, "layer norm's gradient by weight");
}
END_TEST

/* Channels of [n / b, 2, b]; the second is ordinary. */
START_TEST(batch_norm)
{
    GD_SCOPE;
    for (int64_t b = 1; b < 5; b += 3) {
        const int64_t n = cases[_i].n, a = (n + b - 1) / b, all = a * b;
        gd_tensor *x = gd_requires_grad(gd_zeros(GD_SHAPE(a, b, 2))), *g = gd_zeros(GD_SHAPE(a, b, 2)), *none = NULL;
        if (all > MOST || all < 2)
            continue;
        fill(x, cases[_i].digits, scale_of(_i), 3);
        fill(g, 20, 0, 4);
        for (int64_t k = 0; k < all; k++)
            x->data[2 * k + 1] = (gd_real)(k % 5);
        gd_tensor *mean = gd_zeros(GD_SHAPE(2)), *var = gd_zeros(GD_SHAPE(2));
        gd_tensor *channels = b == 1 ? gd_reshape(x, GD_SHAPE(a, 2)) : gd_transpose(x, 1, 2);
        gd_tensor *slopes = b == 1 ? gd_reshape(g, GD_SHAPE(a, 2)) : gd_transpose(g, 1, 2);
        gd_tensor *y = gd_batch_norm(channels, none, none, mean, var, true, 1, cases[_i].eps);
        gd_backward_from(y, slopes, false);
        for (int c = 0; c < 2; c++) {
            by_hand(&r, all, x->data + c, g->data + c, 2, (long double)cases[_i].eps);
            gd_tensor *of_c = gd_transpose(y, 1, -1);
            check(gd_slice(gd_reshape(b == 1 ? y : of_c, GD_SHAPE(all, 2)), 1, c, c + 1, 1), all, r.z, 20,
                  "batch norm");
            check(gd_slice(gd_reshape(x->grad, GD_SHAPE(all, 2)), 1, c, c + 1, 1), all, r.dx, 60,
                  "batch norm's gradient");
            check(gd_slice(mean, 0, c, c + 1, 1), 1, &r.mean, 2, "running mean");
            const long double sample = r.var * all / (all - 1);
            if (sample < ldexpl(1, IN_DOUBLE ? 1000 : 120) && sample > ldexpl(1, IN_DOUBLE ? -1000 : -120))
                check(gd_slice(var, 0, c, c + 1, 1), 1, &sample, 20, "running variance");
        }
    }
}
END_TEST

START_TEST(variance)
{
    GD_SCOPE;
    const int64_t n = cases[_i].n;
    gd_tensor *x = gd_requires_grad(gd_zeros(GD_SHAPE(n, 2))), *columns = gd_transpose(x, 0, 1), *dx[1];
    fill(x, cases[_i].digits, scale_of(_i), 5);
    for (int64_t k = 0; k < n; k++)
        x->data[2 * k + 1] = (gd_real)(k % 5);
    gd_tensor *std = gd_std_axis(x, 0, 0, true), *std_too = gd_std_axes(columns, GD_SHAPE(1), 0, false);
    gd_tensor *var = gd_var_axis(x, 0, 1, false), *standard = gd_standardize(x);
    for (int c = 0; c < 2; c++) {
        by_hand(&r, n, x->data + c, x->data + c, 2, 0);
        const long double root = sqrtl(r.var), sample = r.var * n / (n - 1);
        check(gd_slice(std, 1, c, c + 1, 1), 1, &root, 10, "gd_std_axis");
        check(gd_slice(std_too, 0, c, c + 1, 1), 1, &root, 10, "gd_std_axes");
        const bool in_range = sample < ldexpl(1, IN_DOUBLE ? 1000 : 120)
                           && (sample == 0 || sample > ldexpl(1, IN_DOUBLE ? -1000 : -120));
        if (in_range)
            check(gd_slice(var, 0, c, c + 1, 1), 1, &sample, 10, "gd_var_axis");
        check(gd_slice(standard, 1, c, c + 1, 1), n, r.z, 10, "gd_standardize");
        for (int64_t i = 0; i < n; i++)
            r.dx[i] = r.z[i] / n;
        ck_good(gd_grad(gd_slice((gd_std_axis(x, 0, 0, true)), 1, c, c + 1, 1), NULL, &x, 1, dx, true));
        check(gd_slice(dx[0], 1, c, c + 1, 1), n, r.dx, 20, "gd_std_axis's gradient");
        for (int64_t i = 0; i < n; i++)
            r.dx[i] = 2 * r.z[i] * root / (n - 1);
        ck_good(gd_grad(gd_slice(gd_var_axis(x, 0, 1, false), 0, c, c + 1, 1), NULL, &x, 1, dx, false));
        check(gd_slice(dx[0], 1, c, c + 1, 1), n, r.dx, 20, "gd_var_axis's gradient");
    }
}
END_TEST

/* ---- Reported examples, and similar ones ------------------------------------------------------------------------- */

START_TEST(reported)
{
    GD_SCOPE;
    const double root = sqrt(1.5);
    ck_values(gd_layer_norm(LIST(1e8, 1e8 + 16, 1e8 + 32), NULL, NULL, 0), -root, 0, root);
    gd_tensor *x = gd_zeros(GD_SHAPE(16));
    for (int i = 0; i < 16; i++)
        x->data[i] = (gd_real)(1e4 + i * 1e-3);
    ck_assert(fabs(element(gd_layer_norm(x, NULL, NULL, 1e-5), 0) - (IN_DOUBLE ? -1.34164 : -1.33133)) < 1e-4);
    ck_values(gd_layer_norm(LIST(1e30, 2e30, 3e30, 4e30), NULL, NULL, 1e-5), -3 / sqrt(5), -1 / sqrt(5), 1 / sqrt(5),
              3 / sqrt(5));
    ck_values(gd_scale(gd_std_axis(LIST(1e30, 3e30), 0, 0, false), 1e-30), 1);
    ck_values(gd_scale(gd_std_axis(LIST(1e-30, 3e-30), 0, 0, false), 1e30), 1);
    ck_values(gd_std_axis(LIST(2, 2, 2), 0, 0, false), 0);
}
END_TEST

START_TEST(no_slope_without_deviations)     /* the finite subgradient of std, as for gd_norm */
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2, 2), (gd_real[]){ 3, 3, 1, 2 }));
    gd_backward(gd_sum(gd_std_axis(x, 1, 1, false)));
    ck_values(x->grad, 0, 0, -sqrt(0.5), sqrt(0.5));
}
END_TEST

START_TEST(slopes_of_the_largest_numbers)     /* x - mean is larger than they are */
{
    GD_SCOPE;
    const double big = IN_DOUBLE ? 0x1p1023 : 0x1p127;
    gd_tensor *x = gd_requires_grad(gd_mul(LIST(1, -1, 1, 1), gd_scalar(big)));
    ck_good(gd_backward(gd_std_axis(x, 0, 1, false)));
    ck_values(x->grad, 1.0 / 6, -0.5, 1.0 / 6, 1.0 / 6);
    gd_zero_grad_of(x);
    ck_good(gd_backward(gd_std_axes(gd_reshape(x, GD_SHAPE(2, 2)), GD_SHAPE(), 1, true)));
    ck_values(x->grad, 1.0 / 6, -0.5, 1.0 / 6, 1.0 / 6);
}
END_TEST

START_TEST(large_means)
{
    GD_SCOPE;
    const double big = IN_DOUBLE ? DBL_MAX : (double)FLT_MAX, inf = (double)INFINITY;
    gd_tensor *x = gd_scale(gd_from(GD_SHAPE(3, 2), (gd_real[]){ 0.75, 1, 1, -0.5, 0.5, 1 }), big);
    ck_values(gd_scale(gd_mean(x), 1 / big), 0.625);
    ck_values(gd_scale(gd_mean_axis(x, 0, false), 1 / big), 0.75, 0.5);
    ck_values(gd_scale(gd_mean_axes(gd_transpose(x, 0, 1), GD_SHAPE(1), true), 1 / big), 0.75, 0.5);
    ck_values(gd_scale(gd_sum(gd_mul(LIST(1, 1, -1, -0.5), gd_scalar(big))), 1 / big), 0.5);
    ck_assert(isinf(element(gd_sum(x), 0)));            /* the sum itself is too large */
    const double small = IN_DOUBLE ? DBL_MIN : (double)FLT_MIN;         /* beside it, all digits of a small one */
    gd_tensor *both = gd_from(GD_SHAPE(2, 2), (gd_real[]){ 1, 1, 1, (gd_real)(1 + 8 * EPS) });
    both = gd_mul(both, LIST(big, small));
    ck_assert(element(gd_mean_axis(both, 0, false), 1) == small * (1 + 4 * EPS));
    ck_assert(element(gd_mean_axis(both, 0, false), 0) == big);
    ck_values(gd_mean(LIST(inf, 1)), inf);
    ck_values(gd_mean(LIST(inf, -inf)), (double)NAN);
    ck_values(gd_scale(gd_l1_loss(x, gd_zeros_like(x), GD_MEAN), 1 / big), 4.75 / 6);
    const double large = sqrt(big) * 0.75;
    ck_values(gd_scale(gd_mse_loss(gd_full(GD_SHAPE(4), large), gd_zeros(GD_SHAPE(4)), GD_MEAN), 1 / big), 0.5625);
    ck_values(gd_scale(gd_mse_loss(gd_full(GD_SHAPE(4), 2 * large), gd_full(GD_SHAPE(4), large), GD_MEAN), 1 / big),
              0.5625);
    ck_assert(isinf(element(gd_mse_loss(gd_full(GD_SHAPE(4), large), gd_zeros(GD_SHAPE(4)), GD_SUM), 0)));
    ck_values(gd_scale(gd_var_axis(LIST(large, large, -large, -large), 0, 0, false), 1 / big), 0.5625);
    gd_tensor *image = gd_reshape(gd_concat((gd_tensor *const[]){ x, x }, 2, 0), GD_SHAPE(1, 1, 3, 4));
    const gd_pool2d_options o = { .kernel = { 3, 2 }, .padding = { 1, 0 }, .stride = { 2, 2 } };
    ck_values(gd_scale(gd_avg_pool2d(image, o), 1 / big), 3.25 / 4, 2.25 / 4, 2.0 / 4, 3.25 / 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: centering");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_loop_test(all, layer_norm, 0, CASES);
    tcase_add_loop_test(all, batch_norm, 0, CASES);
    tcase_add_loop_test(all, variance, 0, CASES);
    tcase_add_test(all, reported);
    tcase_add_test(all, no_slope_without_deviations);
    tcase_add_test(all, slopes_of_the_largest_numbers);
    tcase_add_test(all, large_means);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
