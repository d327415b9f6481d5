/* test_huge_sizes.c - sizes whose products or multiples overflow int64_t are refused, with the numbers as given,
 * before anything is computed from them. */
#include <inttypes.h>
#include <stdint.h>

#include "support/support.h"

START_TEST(layers)
{
    gd_params *p = gd_params_new();
    ck_refused(gd_lstm_new(p, "cell", 3, INT64_MAX).weight_ih,
               "gd_lstm_new: \"cell\": hidden = 9223372036854775807 is more than memory can hold");
    ck_refused(gd_gru_new(p, "cell", 3, INT64_MAX / 3).weight_ih,
               "gd_gru_new: \"cell\": hidden = 3074457345618258602 is more than memory can hold");
    ck_refused(gd_multihead_new(p, "m", INT64_MAX, 1).out_bias,
               "gd_multihead_new: \"m\": width = 9223372036854775807 is more than memory can hold");
    ck_refused(gd_conv2d_new(p, "conv", INT64_MAX / 8, 1, INT64_MAX / 8, 2, (gd_conv2d_options){ .groups = 1 }).weight,
               "gd_uniform: shape [1, 1152921504606846975, 1152921504606846975, 2] has more elements than memory can "
               "hold");
    ck_assert_int_eq(gd_params_tensors(p), 0);
    gd_params_free(p);
}
END_TEST

START_TEST(repeats)
{
    gd_tensor *x = gd_ones(GD_SHAPE(2, 3)), *empty = gd_ones(GD_SHAPE(0, 2));
    ck_refused(gd_repeat(x, GD_SHAPE(1, INT64_MAX / 2)),
               "gd_repeat: x is [2, 3] and times is [1, 4611686018427387903]: "
               "that is more elements than memory can hold");
    ck_refused(gd_repeat(empty, GD_SHAPE(1, INT64_MAX)),
               "gd_repeat: x is [0, 2] and times is [1, 9223372036854775807]: "
               "that is more elements than memory can hold");
    ck_refused(gd_repeat(x, GD_SHAPE(INT64_MAX, 0)),
               "gd_repeat: x is [2, 3] and times is [9223372036854775807, 0]: "
               "that is more elements than memory can hold");
    gd_tensor *none = gd_repeat(x, GD_SHAPE(7, 0));
    ck_assert(none && none->shape[0] == 14 && none->shape[1] == 0);
}
END_TEST

START_TEST(windows)
{
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(1, 1, 4, 4))), *k = gd_ones(GD_SHAPE(1, 1, 2, 2));
    const int64_t half = INT64_C(1) << 40;
    ck_refused(gd_max_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 2 }, .stride = { INT64_MAX, 1 } }),
               "gd_max_pool2d: kernel 2, stride 9223372036854775807 of axis 2: none may be above 2147483647");
    ck_refused(gd_avg_pool2d(x, (gd_pool2d_options){ .kernel = { 2 * half, 2 * half }, .padding = { half, half },
                                                     .count_padding = true }),
               "gd_avg_pool2d: kernel 2199023255552, stride 2199023255552 of axis 2: none may be above 2147483647");
    ck_refused(gd_conv2d(x, k, NULL, (gd_conv2d_options){ .stride = { 1, INT64_MAX } }),
               "gd_conv2d: stride 9223372036854775807, padding 0, dilation 1 of axis 3: none may be above 2147483647");
    /* The largest stride that is accepted: one window. */
    gd_tensor *y = gd_max_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 2 }, .stride = { INT32_MAX, INT32_MAX } });
    ck_assert(y && gd_numel(y) == 1 && gd_backward(y));
    ck_assert(gd_at(x->grad, GD_SHAPE(0, 0, 0, 0)) == 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tensor: huge sizes");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, layers);
    tcase_add_test(all, repeats);
    tcase_add_test(all, windows);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
