/* test_layers_without_bias.c - nn.Linear and nn.Conv2d with bias=False: the model has no such parameter, so that their
 * checkpoints fit. */
#include "support/support.h"

START_TEST(layers_without_a_bias)
{
    gd_params *p = gd_params_new();
    gd_linear linear = gd_linear_without_bias(p, "linear", 2, 1);
    gd_conv2d_layer conv = gd_conv2d_without_bias(p, "conv", 2, 4, 1, 1, (gd_conv2d_options){ .groups = 2 });
    ck_assert_int_eq(gd_params_tensors(p), 2);
    ck_assert_ptr_null(linear.bias);
    ck_assert_ptr_null(conv.bias);
    ck_shape(linear.weight, 1, 2);
    ck_shape(conv.weight, 4, 1, 1, 1);
    ck_good(gd_assign(gd_detach(linear.weight), gd_from(GD_SHAPE(1, 2), (gd_real[]){ 3, 5 })));
    ck_values(gd_linear_apply(&linear, gd_from(GD_SHAPE(1, 2), (gd_real[]){ 1, 10 })), 53);
    ck_good(gd_assign(gd_detach(conv.weight), gd_from(GD_SHAPE(4, 1, 1, 1), (gd_real[]){ 1, 2, 3, 4 })));
    ck_values(gd_conv2d_apply(&conv, gd_from(GD_SHAPE(1, 2, 1, 1), (gd_real[]){ 1, 10 })), 1, 2, 30, 40);

    /* Put together by hand: the other layers that may be without one. */
    gd_tensor *one = gd_ones(GD_SHAPE(1, 1, 1));
    gd_conv1d_layer line = { .weight = one, .stride = 1, .dilation = 1, .groups = 1 };
    ck_values(gd_conv1d_apply(&line, gd_full(GD_SHAPE(1, 1, 2), 7)), 7, 7);
    gd_conv_transpose1d_layer back = { .weight = one, .stride = 1, .dilation = 1, .groups = 1 };
    ck_values(gd_conv_transpose1d_apply(&back, gd_full(GD_SHAPE(1, 1, 2), 7)), 7, 7);
    gd_conv_transpose2d_layer square = { .weight = gd_full(GD_SHAPE(1, 1, 1, 1), 2) };
    ck_values(gd_conv_transpose2d_apply(&square, gd_full(GD_SHAPE(1, 1, 1, 2), 7)), 14, 14);
    gd_layer_norm_layer norm = { .weight = gd_full(GD_SHAPE(2), 3), .eps = 0 };
    ck_values(gd_layer_norm_apply(&norm, gd_from(GD_SHAPE(2), (gd_real[]){ 1, 3 })), -3, 3);

    ck_assert_ptr_null(gd_linear_without_bias(p, "l", 0, 1).weight);
    ck_message("gd_linear_without_bias: \"l\": in = 0 and out = 1 must be at least 1");
    ck_assert_ptr_null(gd_conv2d_without_bias(p, "conv", 1, 1, 1, 1, gd_conv2d_defaults()).weight);
    ck_message("gd_param: there is a parameter \"conv.weight\" already");
    ck_assert_int_eq(gd_params_tensors(p), 2);
    gd_params_free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("layers without a bias");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, layers_without_a_bias);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
