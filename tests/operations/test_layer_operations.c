/* test_layer_operations.c - the operations of layer_operations.h at the edges: adjoints, ties and NaN, hidden queries,
 * numbers whose squares overflow, positions.  Derivatives: operation_table.h; against PyTorch: test_golden_layers.c. */
#include "support/support.h"

static const double tolerance = IN_DOUBLE ? 1e-12 : 1e-5;

static uint64_t state = 3;

/* <conv(x), y> = <x, conv_transpose(y)> for every size of x that gives this y. */
START_TEST(transposed_convolution_is_the_adjoint)
{
    GD_SCOPE;
    gd_tensor *weight = random_values(GD_SHAPE(4, 3, 3, 2), &state);
    for (int64_t more = 0; more < 2; more++) {
        gd_tensor *x = random_values(GD_SHAPE(2, 6, 7 + more, 5), &state);
        gd_tensor *c = gd_conv2d(x, weight, NULL, (gd_conv2d_options){ { 2, 1 }, { 1, 0 }, { 1, 3 }, 2 });
        gd_tensor *y = random_values(gd_shape_of_tensor(c), &state);
        gd_tensor *t = gd_conv_transpose2d(y, weight, NULL, (gd_conv_transpose2d_options)
                                           { { 2, 1 }, { 1, 0 }, { more, 0 }, { 1, 3 }, 2 });
        ck_shape(t, 2, 6, 7 + more, 5);
        ck_near(gd_item(gd_sum(gd_mul(c, y))), (double)gd_item(gd_sum(gd_mul(x, t))), 100 * tolerance);
    }
}
END_TEST

/* Of stride 1 and an odd kernel that is turned, the two are the same. */
START_TEST(transposed_convolution_of_a_turned_kernel)
{
    GD_SCOPE;
    gd_tensor *x = random_values(GD_SHAPE(2, 1, 6), &state), *w = random_values(GD_SHAPE(1, 1, 3), &state);
    ck_assert(far_apart(gd_conv_transpose1d(x, w, NULL, 1, 1, 0, 1, 1), gd_conv1d(x, gd_flip(w, 2), NULL, 1, 1, 1, 1))
              <= tolerance);
}
END_TEST

START_TEST(interpolation_by_hand)
{
    GD_SCOPE;
    gd_tensor *x = gd_from(GD_SHAPE(1, 1, 3), (const gd_real[]){ 0, 6, 3 });
    ck_values(gd_interpolate(x, GD_SHAPE(6), GD_NEAREST, false), 0, 0, 6, 6, 3, 3);
    ck_values(gd_interpolate(x, GD_SHAPE(2), GD_NEAREST, false), 0, 6);
    ck_values(gd_interpolate(x, GD_SHAPE(5), GD_LINEAR, true), 0, 3, 6, 4.5, 3);
    ck_values(gd_interpolate(x, GD_SHAPE(6), GD_LINEAR, false), 0, 1.5, 4.5, 5.25, 3.75, 3);
    ck_values(gd_interpolate(x, GD_SHAPE(1), GD_LINEAR, true), 0);
    gd_tensor *same = gd_interpolate(x, GD_SHAPE(3), GD_LINEAR, false);
    ck_values(same, 0, 6, 3);
    ck_assert_ptr_ne(same, x);
    ck_assert(gd_interpolate(gd_zeros(GD_SHAPE(0, 2, 3)), GD_SHAPE(2), GD_LINEAR, false)->shape[2] == 2);
}
END_TEST

/* Many gradients meet in one place: their sum does not lose digits. */
START_TEST(gradients_of_wide_windows_are_exact)
{
    GD_SCOPE;
    const int64_t n = 300000;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(1, 1, 1))), *dx;
    gd_tensor *y = gd_interpolate(x, GD_SHAPE(n), GD_NEAREST, false), *dy = gd_full(GD_SHAPE(1, 1, n), 0.1);
    ck_good(gd_grad(y, dy, &x, 1, &dx, false));
    ck_near(gd_item(dx) / (gd_real)n, (double)(gd_real)0.1, IN_DOUBLE ? 1e-16 : 1e-8);
}
END_TEST

START_TEST(adaptive_maximum_of_ties_and_nan)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(1, 1, 2, 4),
                                            (const gd_real[]){ 1, 2, 0, (gd_real)NAN, 2, 1, 0, (gd_real)NAN }));
    gd_tensor *y = gd_adaptive_max_pool(x, GD_SHAPE(1, 2)), *dx;
    ck_exact_values(y, 2, (double)NAN);
    ck_good(gd_grad(y, gd_ones_like(y), &x, 1, &dx, false));
    ck_exact_values(dx, 0, 1, 0, 1, 0, 0, 0, 0);
    gd_tensor *least = gd_full(GD_SHAPE(1, 1, 3), (double)-INFINITY);
    ck_exact_values(gd_adaptive_max_pool(least, GD_SHAPE(1)), (double)-INFINITY);
}
END_TEST

START_TEST(group_norm_of_one_group_is_a_layer_norm)
{
    GD_SCOPE;
    gd_tensor *x = random_values(GD_SHAPE(3, 4, 5), &state);
    gd_tensor *flat = gd_layer_norm(gd_reshape(x, GD_SHAPE(3, 20)), NULL, NULL, 1e-5);
    ck_assert(far_apart(gd_reshape(gd_group_norm(x, 1, NULL, NULL, 1e-5), GD_SHAPE(3, 20)), flat) <= tolerance);
    ck_assert(far_apart(gd_instance_norm(x, NULL, NULL, 1e-5), gd_layer_norm(x, NULL, NULL, 1e-5)) <= tolerance);
}
END_TEST

START_TEST(rms_norm_of_any_size)
{
    GD_SCOPE;
    static const double sizes[] = { 1, IN_DOUBLE ? 1e200 : 1e30, IN_DOUBLE ? 1e-200 : 1e-30 };
    for (int i = 0; i < 3; i++) {
        gd_tensor *x = gd_requires_grad(gd_scale(gd_from(GD_SHAPE(1, 2), (const gd_real[]){ 3, 4 }), sizes[i])), *dx[2];
        gd_tensor *y = gd_rms_norm(x, NULL, 0);
        ck_values(y, 3 / sqrt(12.5), 4 / sqrt(12.5));
        for (int twice = 0; twice < 2; twice++)
            ck_good(gd_grad(y, gd_from(GD_SHAPE(1, 2), (const gd_real[]){ 1, 0 }), &x, 1, &dx[twice], twice));
        ck_values(gd_scale(dx[0], sizes[i]), 16 / (12.5 * sqrt(12.5)) / 2, -12 / (12.5 * sqrt(12.5)) / 2);
        ck_assert(far_apart(gd_scale(dx[1], sizes[i]), gd_scale(dx[0], sizes[i])) <= tolerance);
    }
    gd_tensor *zero = gd_requires_grad(gd_zeros(GD_SHAPE(2, 3))), *y = gd_rms_norm(zero, NULL, 0);
    for (int twice = 0; twice < 2; twice++) {
        gd_tensor *dx;
        ck_good(gd_grad(y, gd_ones_like(y), &zero, 1, &dx, twice));
        ck_exact_values(dx, 0, 0, 0, 0, 0, 0);
    }
    ck_exact_values(y, 0, 0, 0, 0, 0, 0);
    ck_values(gd_rms_norm(gd_full(GD_SHAPE(1, 2), 1e-3), NULL, 3e-6), 0.5, 0.5);
}
END_TEST

/* Hiding keys is leaving them out. */
START_TEST(hidden_keys_do_not_count)
{
    GD_SCOPE;
    gd_tensor *q = random_values(GD_SHAPE(1, 1, 3, 4), &state), *k = random_values(GD_SHAPE(1, 1, 5, 4), &state);
    gd_tensor *v = random_values(GD_SHAPE(1, 1, 5, 2), &state), *three = gd_full(GD_SHAPE(1), 3);
    gd_tensor *few = gd_attention(q, gd_slice(k, 2, 0, 3, 1), gd_slice(v, 2, 0, 3, 1), false);
    ck_assert(far_apart(gd_masked_attention(q, k, v, gd_padding_mask(three, 5), false), few) <= tolerance);
    gd_tensor *causal = gd_masked_attention(q, k, v, gd_zeros(GD_SHAPE()), true);
    ck_assert(far_apart(causal, gd_attention(q, k, v, true)) <= tolerance);
    ck_assert(same_bits(gd_masked_attention(q, k, v, NULL, true), gd_attention(q, k, v, true)));
}
END_TEST

START_TEST(a_query_without_keys_gives_zero)
{
    GD_SCOPE;
    gd_tensor *q = gd_requires_grad(random_values(GD_SHAPE(2, 1, 2, 2), &state));
    gd_tensor *v = gd_requires_grad(random_values(GD_SHAPE(2, 1, 3, 2), &state));
    gd_tensor *lengths = gd_from(GD_SHAPE(2), (const gd_real[]){ 0, 2 }), *xs[] = { q, v }, *dxs[2];
    gd_tensor *y = gd_masked_attention(q, v, v, gd_padding_mask(lengths, 3), false);
    ck_exact_values(gd_slice(y, 0, 0, 1, 1), 0, 0, 0, 0);
    for (int twice = 0; twice < 2; twice++) {
        ck_good(gd_grad(y, gd_ones_like(y), xs, 2, dxs, twice));
        ck_exact_values(gd_slice(dxs[0], 0, 0, 1, 1), 0, 0, 0, 0);
        ck_exact_values(gd_slice(dxs[1], 0, 0, 1, 1), 0, 0, 0, 0, 0, 0);
        ck_assert(isfinite((double)gd_item(gd_sum(dxs[0]))) && isfinite((double)gd_item(gd_sum(dxs[1]))));
    }
    gd_tensor *nan = gd_masked_attention(q, v, v, gd_full(GD_SHAPE(1, 3), (double)NAN), false);
    ck_assert(isnan((double)gd_item(gd_sum(nan))));
}
END_TEST

START_TEST(positions)
{
    GD_SCOPE;
    gd_tensor *y = gd_sinusoidal_positions(3, 5);
    for (int p = 0; p < 3; p++)
        for (int k = 0; k < 5; k++) {
            double angle = p * pow(10000, -(k - k % 2) / 5.0);
            ck_near(element(y, p * 5 + k), k % 2 ? cos(angle) : sin(angle), tolerance);
        }
    gd_tensor *x = gd_from(GD_SHAPE(1, 4), (const gd_real[]){ 1, 2, 3, 4 });
    const double a = 3, b = 0.3;            /* position 3, base 100: frequencies 1 and 1/10 */
    ck_values(gd_rotary(x, 3, 100, false), cos(a) - 2 * sin(a), sin(a) + 2 * cos(a), 3 * cos(b) - 4 * sin(b),
              3 * sin(b) + 4 * cos(b));
    ck_values(gd_rotary(x, 3, 100, true), cos(a) - 3 * sin(a), 2 * cos(b) - 4 * sin(b), sin(a) + 3 * cos(a),
              2 * sin(b) + 4 * cos(b));
    ck_exact_values(gd_rotary(x, 0, 100, true), 1, 2, 3, 4);
    /* scores depend on the distance alone */
    gd_tensor *q = random_values(GD_SHAPE(1, 6), &state), *k = random_values(GD_SHAPE(1, 6), &state);
    double near_start = (double)gd_item(gd_sum(gd_mul(gd_rotary(q, 5, 100, false), gd_rotary(k, 2, 100, false))));
    ck_near(gd_item(gd_sum(gd_mul(gd_rotary(q, 25, 100, false), gd_rotary(k, 22, 100, false)))), near_start, 1e-5);
}
END_TEST

START_TEST(threads_change_no_bit)
{
    GD_SCOPE;
    gd_tensor *x = random_values(GD_SHAPE(9, 5, 40, 50), &state), *rows = gd_reshape(x, GD_SHAPE(-1, 100));
    gd_tensor *of[2][3];
    for (int run = 0; run < 2; run++) {
        gd_set_threads(1 + 2 * run);
        of[run][0] = gd_interpolate(x, GD_SHAPE(37, 99), GD_LINEAR, false);
        of[run][1] = gd_adaptive_avg_pool(x, GD_SHAPE(7, 9));
        of[run][2] = gd_rms_norm(rows, NULL, 1e-5);
    }
    for (int i = 0; i < 3; i++)
        ck_assert(same_bits(of[0][i], of[1][i]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: of layers");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, transposed_convolution_is_the_adjoint);
    tcase_add_test(all, transposed_convolution_of_a_turned_kernel);
    tcase_add_test(all, interpolation_by_hand);
    tcase_add_test(all, gradients_of_wide_windows_are_exact);
    tcase_add_test(all, adaptive_maximum_of_ties_and_nan);
    tcase_add_test(all, group_norm_of_one_group_is_a_layer_norm);
    tcase_add_test(all, rms_norm_of_any_size);
    tcase_add_test(all, hidden_keys_do_not_count);
    tcase_add_test(all, a_query_without_keys_gives_zero);
    tcase_add_test(all, positions);
    tcase_add_test(all, threads_change_no_bit);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
