/* test_ties_and_nan.c - points where a function has no derivative, or no finite one: ties, NaN among numbers, rows
 * of equal elements.  One convention: the subgradient of least norm, which divides a tie evenly and gives 0 where
 * everything is equal; a NaN that is selected receives the gradient; where the slope depends on a NaN it is NaN. */
#include "support/support.h"

#define INF  ((double)INFINITY)
#define NONE ((double)NAN)

static gd_tensor *vector(int n, const double *values)
{
    return gd_requires_grad(tensor_of(GD_SHAPE(n), values));
}

#define VECTOR(...) \
    vector((int)(sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)), (const double[]){ __VA_ARGS__ })

/* The gradient of y, summed, by x. */
static gd_tensor *gradient(gd_tensor *y, gd_tensor *x)
{
    gd_tensor *dx = NULL;
    ck_good(gd_grad(gd_sum(y), NULL, &x, 1, &dx, false));
    return dx;
}

START_TEST(nan_among_numbers)
{
    gd_tensor *x = VECTOR(1, NONE, 3);
    ck_values(gradient(gd_max(x), x), 0, 1, 0);
    ck_values(gradient(gd_min(x), x), 0, 1, 0);
    x = VECTOR(NONE, 2, NONE, 2);
    ck_values(gradient(gd_max_axis(x, 0, true), x), 0.5, 0, 0.5, 0);
    ck_values(gradient(gd_min_axes(x, GD_SHAPE(0), false), x), 0.5, 0, 0.5, 0);
    ck_values(gradient(gd_norm(x, INF), x), NONE, 0, NONE, 0);
    ck_values(gd_argmax(x, 0), 0);
    ck_values(gd_argmax(VECTOR(INF, NONE, NONE), 0), 1);
}
END_TEST

START_TEST(nan_of_two)
{
    gd_tensor *a = VECTOR(NONE, 1, NONE, 2, 3, INF), *b = VECTOR(1, NONE, NONE, 2, 2, INF);
    ck_values(gd_maximum(a, b), NONE, NONE, NONE, 2, 3, INF);
    ck_values(gradient(gd_maximum(a, b), a), 1, 0, 0.5, 0.5, 1, 0.5);
    ck_values(gradient(gd_maximum(a, b), b), 0, 1, 0.5, 0.5, 0, 0.5);
    ck_values(gd_minimum(a, b), NONE, NONE, NONE, 2, 2, INF);
    ck_values(gradient(gd_minimum(a, b), a), 1, 0, 0.5, 0.5, 0, 0.5);
    ck_values(gradient(gd_minimum(a, b), b), 0, 1, 0.5, 0.5, 1, 0.5);
}
END_TEST

START_TEST(nan_stays_in_slopes)
{
    gd_tensor *x = VECTOR(NONE, -2, 0, 2);
    ck_values(gradient(gd_relu(x), x), NONE, 0, 0, 1);
    ck_values(gradient(gd_leaky_relu(x, 0.25), x), NONE, 0.25, 0.25, 1);
    ck_values(gradient(gd_elu(x, 2), x), NONE, 2 * exp(-2), 2, 1);
    ck_values(gradient(gd_clamp(x, -1, 1), x), NONE, 0, 1, 0);
    ck_values(gradient(gd_abs(x), x), NONE, -1, 0, 1);
    ck_values(gradient(gd_sqrt(gd_square(x)), x), NONE, -1, NONE, 1);
    ck_values(gradient(gd_l1_loss(x, gd_zeros_like(x), GD_SUM), x), NONE, -1, 0, 1);
    ck_values(gradient(gd_huber_loss(x, gd_zeros_like(x), 1, GD_SUM), x), NONE, -1, 0, 1);
    ck_values(gradient(gd_hinge_loss(x, gd_ones(GD_SHAPE(4)), GD_SUM), x), NONE, -1, -1, 0);
    ck_values(gradient(gd_sign(x), x), 0, 0, 0, 0);         /* 0 for any x */
    ck_values(gd_sign(x), NONE, -1, 0, 1);
    ck_values(gd_dropout(x, 1, true), 0, 0, 0, 0);
}
END_TEST

START_TEST(rows_of_minus_infinity)
{
    gd_tensor *x = VECTOR(-INF, -INF), *four = gd_requires_grad(gd_full(GD_SHAPE(2, 2, 2), -INF));
    ck_values(gd_logsumexp(x, 0, false), -INF);
    ck_values(gradient(gd_logsumexp(x, 0, false), x), 0.5, 0.5);
    ck_values(gradient(gd_max(x), x), 0.5, 0.5);
    gd_tensor *dx = gradient(gd_logsumexp_axes(four, GD_SHAPE(0, 2), true), four);
    ck_shape(dx, 2, 2, 2);
    ck_values(gd_max(dx), 0.25);
    ck_values(gd_min(dx), 0.25);
    ck_values(gd_softmax(x, 0), 0.5, 0.5);
    ck_values(gradient(gd_square(gd_softmax(x, 0)), x), 0, 0);
    ck_values(gd_log_softmax(x, 0), -log(2), -log(2));
    ck_values(gradient(gd_square(gd_log_softmax(x, 0)), x), 0, 0);
    gd_tensor *rows = gd_requires_grad(gd_from(GD_SHAPE(2, 2), (gd_real[]){
        (gd_real)-INFINITY, (gd_real)-INFINITY, 0, 0 }));
    ck_values(gd_cross_entropy(rows, gd_zeros(GD_SHAPE(2)), GD_NONE), log(2), log(2));
    ck_values(gradient(gd_cross_entropy(rows, gd_zeros(GD_SHAPE(2)), GD_SUM), rows), -0.5, 0.5, -0.5, 0.5);
    ck_values(gradient(gd_logsumexp(rows, 1, false), rows), 0.5, 0.5, 0.5, 0.5);
    ck_values(gradient(gd_logsumexp(rows, 0, false), rows), 0, 0, 1, 1);
}
END_TEST

/* The gradient of softmax's weights over scores that overflow, as in gd_softmax. */
START_TEST(attention_to_infinite_scores)
{
    gd_tensor *q = gd_from(GD_SHAPE(2, 1), (gd_real[]){ 1, -1 }), *v = gd_from(GD_SHAPE(3, 1), (gd_real[]){ 1, 2, 4 });
    gd_tensor *k = gd_from(GD_SHAPE(3, 1), (gd_real[]){ (gd_real)INFINITY, 0, (gd_real)INFINITY });
    ck_values(gd_attention(q, k, v, false), 2.5, 2);
    ck_values(gd_attention(q, gd_full(GD_SHAPE(3, 1), -INF), gd_scale(v, 3), false), 7, 7);
    ck_values(gd_attention(q, gd_full(GD_SHAPE(3, 1), NONE), v, false), NONE, NONE);
}
END_TEST

START_TEST(norms_at_zero)
{
    const double p[] = { 0.5, 1, 1.5, 2, 3, INF };
    for (int i = 0; i < 6; i++) {
        gd_tensor *x = VECTOR(0, -0.0, 0);
        gd_tensor *dx = gradient(gd_norm(x, p[i]), x);
        ck_values(dx, 0, 0, 0);
    }
    gd_tensor *x = VECTOR(3, 0, -4);
    ck_values(gradient(gd_norm(x, 2), x), 0.6, 0, -0.8);
    ck_values(gradient(gd_norm(x, 0.5), x), 1 + 2 / sqrt(3), 0, -(1 + sqrt(3) / 2));
}
END_TEST

/* Rows without variance are normalized to 0 even when eps is 0. */
START_TEST(norm_layers_of_constant_rows)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2, 3), (gd_real[]){ 5, 5, 5, 1, 2, 3 }));
    gd_tensor *w = gd_full(GD_SHAPE(3), 2), *b = gd_full(GD_SHAPE(3), 0.25);
    gd_tensor *y = gd_layer_norm(x, w, b, 0), *weights = gd_from(GD_SHAPE(2, 3), (gd_real[]){ 1, 2, 4, 1, 2, 4 });
    ck_values(gd_slice(y, 0, 0, 1, 1), 0.25, 0.25, 0.25);
    ck_values(gd_slice(gradient(gd_mul(y, weights), x), 0, 0, 1, 1), 0, 0, 0);
    gd_tensor *columns = gd_requires_grad(gd_contiguous(gd_transpose(gd_detach(x), 0, 1)));
    y = gd_batch_norm(columns, NULL, NULL, NULL, NULL, true, 0.1, 0);
    ck_values(gd_slice(y, 1, 0, 1, 1), 0, 0, 0);
    gd_tensor *dx = gradient(gd_mul(y, gd_transpose(weights, 0, 1)), columns);
    ck_values(gd_slice(dx, 1, 0, 1, 1), 0, 0, 0);
    ck_assert(isfinite(element(gd_sum(dx), 0)));
}
END_TEST

/* With running statistics, too, a channel without variance gives its bias. */
START_TEST(batch_norm_by_no_variance)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2, 2), (gd_real[]){ 5, 1, 7, 3 }));
    gd_tensor *b = gd_full(GD_SHAPE(2), 0.25);
    gd_tensor *mean = gd_from(GD_SHAPE(2), (gd_real[]){ 5, 1 }), *var = gd_from(GD_SHAPE(2), (gd_real[]){ 0, 4 });
    gd_tensor *y = gd_batch_norm(x, NULL, b, mean, var, false, 0.1, 0);
    ck_values(y, 0.25, 0.25, 0.25, 1.25);
    ck_values(gradient(y, x), 0, 0.5, 0, 0.5);
    ck_values(gd_batch_norm(x, NULL, b, mean, gd_full(GD_SHAPE(2), NONE), false, 0.1, 0), NONE, NONE, NONE, NONE);
}
END_TEST

/* Of several NaN in a window the first in row-major order is the largest; windows overlap and touch the border. */
START_TEST(pools_of_nan)
{
    const gd_real nan = (gd_real)NAN, inf = (gd_real)INFINITY;
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(1, 1, 2, 4), (gd_real[]){
        1, nan, -inf, -inf, nan, nan, -inf, -inf }));
    gd_tensor *y = gd_max_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 2 } });
    ck_values(y, NONE, -INF);
    ck_values(gradient(y, x), 0, 1, 1, 0, 0, 0, 0, 0);
    y = gd_max_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 2 }, .stride = { 1, 1 } });
    ck_values(y, NONE, NONE, -INF);
    ck_values(gradient(y, x), 0, 2, 1, 0, 0, 0, 0, 0);
    gd_tensor *z = gd_requires_grad(gd_from(GD_SHAPE(1, 1, 3, 3), (gd_real[]){ 0, 0, 0, 0, nan, nan, 0, nan, 7 }));
    y = gd_max_pool2d(z, (gd_pool2d_options){ .kernel = { 3, 3 }, .stride = { 2, 2 }, .padding = { 1, 1 } });
    ck_values(y, NONE, NONE, NONE, NONE);
    ck_values(gradient(y, z), 0, 0, 0, 0, 4, 0, 0, 0, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: ties and NaN");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, nan_among_numbers);
    tcase_add_test(all, nan_of_two);
    tcase_add_test(all, nan_stays_in_slopes);
    tcase_add_test(all, rows_of_minus_infinity);
    tcase_add_test(all, attention_to_infinite_scores);
    tcase_add_test(all, norms_at_zero);
    tcase_add_test(all, norm_layers_of_constant_rows);
    tcase_add_test(all, batch_norm_by_no_variance);
    tcase_add_test(all, pools_of_nan);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
