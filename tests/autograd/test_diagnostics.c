/* test_diagnostics.c - messages that help to locate an error: parameter names, where a path to the leaves ends,
 * results mistaken for leaves, and the operation that produced the first NaN (gd_detect_anomaly). */
#include "support/support.h"

/* ---- Names --------------------------------------------------------------------------------------------------- */

START_TEST(names_of_parameters)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "layer7.weight", gd_ones(GD_SHAPE(1, 9)));
    gd_tensor *b = gd_param(net, "layer7.bias", gd_ones(GD_SHAPE(4))), *x = gd_ones(GD_SHAPE(5, 8));
    ck_assert_ptr_null(gd_affine(x, w, b));
    ck_message("gd_affine: x is [5, 8] and weight is [1, 9] (\"layer7.weight\"): they must be [.., in] and [out, in]");
    ck_assert_ptr_null(gd_affine(gd_ones(GD_SHAPE(5, 9)), w, b));
    ck_message("gd_affine: weight is [1, 9] (\"layer7.weight\") and bias is [4] (\"layer7.bias\"): they must be "
                "[out, in] and [out]");
    ck_assert_ptr_null(gd_add(x, w));
    ck_message("gd_add: a is [5, 8] and b is [1, 9] (\"layer7.weight\"): sizes 8 and 9 do not broadcast");
    ck_assert_ptr_null(gd_matmul(x, gd_transpose(w, 0, 1)));
    ck_message("gd_matmul: a is [5, 8] and b is [9, 1] (a view of \"layer7.weight\"): the inner sizes 8 and 9 differ");
    ck_assert_ptr_null(gd_reshape(w, GD_SHAPE(2, 4)));
    ck_message("gd_reshape: x is [1, 9] (\"layer7.weight\") with 9 elements, which do not fill the shape [2, 4]");
    ck_assert_ptr_null(gd_conv2d(gd_ones(GD_SHAPE(1, 1, 2, 2)), w, NULL, (gd_conv2d_options){ .groups = 1 }));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "weight is [1, 9] (\"layer7.weight\")"));
    ck_assert_ptr_null(gd_mse_loss(x, w, GD_MEAN));
    ck_message("gd_mse_loss: prediction is [5, 8] and target is [1, 9] (\"layer7.weight\"): they must have the same "
                "shape");
    ck_assert(!gd_backward(w));
    ck_message("gd_backward: y is [1, 9] (\"layer7.weight\"); without dy it must have one element");
    gd_params_free(net);
}
END_TEST

START_TEST(a_long_name_ends_the_message_in_order)
{
    GD_SCOPE;
    char name[400];
    memset(name, 'n', sizeof name);
    memcpy(name + sizeof name - 8, ".weight", 8);
    gd_tensor *w = gd_set_name(gd_ones(GD_SHAPE(2)), name);
    ck_assert_ptr_null(gd_add(w, gd_ones(GD_SHAPE(3))));
    const char *message = gd_last_error();
    ck_assert_msg(strstr(message, "nnn.weight\") and b is [3]: sizes 2 and 3 do not broadcast"), "%s", message);
    ck_assert_uint_lt(strlen(message), 200);
    gd_tensor *big = gd_zeros(GD_SHAPE(0, 1, 1000000000, 1, 1000000000, 1, 1, 1));
    gd_set_name(big, name);
    ck_assert_ptr_null(gd_squeeze(big, 0));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), ".weight\"): axis 0 has size 0, not 1"));
}
END_TEST

/* A name given elsewhere in the message is not repeated with the shape. */
START_TEST(names_are_told_once)
{
    GD_SCOPE;
    char text[400];
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    gd_tensor *w = gd_set_name(gd_requires_grad(gd_ones(GD_SHAPE(2))), "w");
    gd_print(file, w);
    gd_graph_print(file, gd_sum(gd_square(w)));
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    ck_assert_msg(!strstr(text, "(\"w\")") && strncmp(text, "w [2]: [1, 1]", 13) == 0, "%s", text);
}
END_TEST

/* ---- Where a path ends --------------------------------------------------------------------------------------- */

#define NOTHING "gd_backward: y, [], does not depend on anything that requires a gradient"

static void ck_ends(gd_tensor *y, const char *message)
{
    ck_assert_ptr_nonnull(y);
    ck_assert(!gd_backward(y));
    ck_message(message);
}

START_TEST(where_the_path_ends)
{
    GD_SCOPE;
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(3))), *x = gd_ones(GD_SHAPE(3)), *y;
    {
        GD_NO_GRAD;
        y = gd_sum(gd_square(gd_mul(x, w)));
        ck_ends(y, NOTHING ": the path ends at gd_mul, which was not recorded: recording was off (GD_NO_GRAD)");
        ck_ends(gd_sum(x), NOTHING ": recording is off (GD_NO_GRAD)");
    }
    ck_ends(y, NOTHING ": the path ends at gd_mul, which was not recorded: recording was off (GD_NO_GRAD)");
    ck_ends(gd_add(y, gd_sum(x)),
            NOTHING ": the path ends at gd_mul, which was not recorded: recording was off (GD_NO_GRAD)");
    ck_ends(gd_sum(x), NOTHING);
    ck_ends(gd_sum(gd_exp(gd_detach(gd_square(w)))), NOTHING ": the path ends at gd_detach");
    ck_ends(gd_sum(gd_where(x, gd_keep(w), x)), NOTHING ": the path ends at gd_keep");
    ck_ends(gd_sum(gd_mul(x, gd_gt(w, x))), NOTHING ": the path ends at gd_gt");
    ck_ends(gd_sum(gd_one_hot(gd_gt(w, x), 2)), NOTHING ": the path ends at gd_gt");
    ck_ends(gd_sum(gd_one_hot(gd_abs(gd_sign(w)), 2)), NOTHING ": the path ends at gd_one_hot");
    ck_ends(gd_sum(gd_standardize(w)), NOTHING ": the path ends at gd_standardize");
    ck_ends(gd_mean(gd_scale(gd_argmax(gd_reshape(w, GD_SHAPE(1, 3)), 1), 2)), NOTHING ": the path ends at gd_argmax");
    ck_ends(gd_sum(gd_concat((gd_tensor *const[]){ x, gd_detach(w) }, 2, 0)), NOTHING ": the path ends at gd_detach");
    ck_ends(gd_sum(gd_affine(x, gd_ones(GD_SHAPE(2, 3)), gd_slice(gd_detach(w), 0, 0, 2, 1))),
            NOTHING ": the path ends at gd_detach");
    ck_ends(gd_sum(gd_square(gd_freeze(w))), NOTHING ": the path ends at gd_freeze");
    gd_requires_grad(w);
    ck_good(gd_backward(gd_sum(gd_square(w))));
    ck_assert_ptr_null(gd_retain_grad(gd_detach(w)));
    ck_message("gd_retain_grad: t does not require a gradient: the path ends at gd_detach");
}
END_TEST

START_TEST(where_a_path_to_xs_ends)
{
    GD_SCOPE;
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(3))), *v = gd_requires_grad(gd_ones(GD_SHAPE(3))), *dx;
    gd_tensor *y = gd_sum(gd_mul(v, gd_detach(gd_square(w))));
    ck_assert(!gd_grad(y, NULL, &w, 1, &dx, false));
    ck_message("gd_grad: y does not depend on xs[0], [3]: the path ends at gd_detach");
    gd_tensor *z = gd_detach(w);
    ck_assert(!gd_grad(y, NULL, &z, 1, &dx, false));
    ck_message("gd_grad: xs[0], [3], does not require a gradient: the path ends at gd_detach");
    ck_good(gd_grad(y, NULL, &v, 1, &dx, true));                  /* what is kept for messages does not affect a pass */
    ck_good(gd_backward(gd_sum(gd_mul(v, gd_gt(v, gd_scalar(0))))));
    ck_values(v->grad, 1, 1, 1);
}
END_TEST

/* A rule may detach, compare, and keep: its results are temporary, and their memory is accounted for. */
static void detaching_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *x = gd_node_input(node, 0);
    gd_tensor *mask = gd_mul(gd_detach(gd_gt(x, gd_scalar(0))), gd_detach(x));
    dx[0] = gd_mul(gd_mul(dy, mask), gd_detach(gd_add(x, gd_detach(dy))));
}

START_TEST(rules_that_detach)
{
    static const gd_op op = { .name = "detaching", .rule = detaching_rule, .reads = GD_INPUTS };
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ 3, -1 }));
    for (int i = 1; i <= 3; i++) {
        gd_tensor *y = gd_record(&op, gd_ones(GD_SHAPE(2)), &x, 1, NULL, 0);
        ck_good(gd_backward(gd_sum(gd_add(y, gd_scale(y, 1)))));
        ck_values(x->grad, i * 2 * 3 * 5, 0);
    }
}
END_TEST

/* ---- Results mistaken for leaves ------------------------------------------------------------------------------- */

START_TEST(a_result_is_no_leaf)
{
    GD_SCOPE;
    gd_tensor *w = gd_set_name(gd_requires_grad(gd_full(GD_SHAPE(2), 3)), "w");
    ck_good(gd_backward(gd_sum(gd_square(w))));
    gd_clear_error();
    ck_assert(isnan((double)gd_item(NULL)));
    ck_message("gd_item: t is NULL");                            /* nothing was mistaken for a leaf */
    w = gd_sub(w, gd_scale(w->grad, 0.1));
    ck_good(gd_backward(gd_sum(gd_square(w))));
    ck_assert_ptr_null(w->grad);
    static const char why[] = "was it made with the ->grad of the result of gd_sub on [2] (\"w\")?  A result is not a "
                              "leaf and keeps no ->grad: change the leaf in place, or see gd_retain_grad";
    char expected[400];
    ck_assert(!gd_backward(gd_sum(gd_square(gd_sub(w, gd_scale(w->grad, 0.1))))));
    snprintf(expected, sizeof expected, "gd_backward: y is NULL; %s", why);
    ck_message(expected);
    ck_assert(isnan((double)gd_at(w->grad, GD_SHAPE(0))));
    snprintf(expected, sizeof expected, "gd_at: t is NULL; %s", why);
    ck_message(expected);
    GD_NO_GRAD;
    ck_assert(!gd_add_to(w, w->grad, -0.1));
    ck_message("gd_add_to: x is the recorded result of gd_sub; only leaves can be changed");
    gd_zero_grad_of(w);
    ck_message("gd_zero_grad_of: t, [2], has no ->grad (it is the result of gd_sub, not a leaf): see gd_retain_grad");
    gd_zero_grad_of(gd_retain_grad(w));
    ck_no_message();
}
END_TEST

START_TEST(a_result_is_no_parameter)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    gd_optimizer *o = gd_adam(net, gd_adam_defaults());
    gd_ema *average = gd_ema_new(net, 0.5);
    w = gd_sub(w, gd_ones(GD_SHAPE(2)));
    ck_assert_ptr_null(gd_optimizer_state(o, w, "exp_avg"));
    ck_message("gd_optimizer_state: the tensor, [2], is not a parameter of this optimizer's model (it is the result "
                "of gd_sub, not a leaf)");
    ck_assert_ptr_null(gd_ema_get(average, w));
    ck_message("gd_ema_get: the tensor is not a parameter of this model (it is the result of gd_sub, not a leaf)");
    gd_ema_free(average);
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

/* ---- gd_detect_anomaly ----------------------------------------------------------------------------------------- */

START_TEST(the_first_nan_forward)
{
    GD_SCOPE;
    gd_tensor *w = gd_set_name(leaf_of(GD_SHAPE(3), (gd_real[]){ 1, -1, 2 }), "w"), *x = gd_ones(GD_SHAPE(3));
    gd_tensor *y = gd_sum(gd_mul(gd_log(w), x));
    ck_assert(isnan((double)gd_item(y)));
    ck_no_message();                                             /* it is off at first */
    gd_detect_anomaly(true);
    ck_assert_ptr_null(gd_sum(gd_mul(gd_log(w), x)));
    ck_message("gd_log: element 1 of the result, [3], is nan (gd_detect_anomaly); input 0 is [3] (\"w\"), there -1");
    ck_assert_ptr_null(gd_sum(gd_exp(gd_scale(gd_square(w), 1e4))));
    ck_message("gd_exp: element 0 of the result, [3], is inf (gd_detect_anomaly); input 0 is [3], the result of "
                "gd_scale, there 10000");
    {
        GD_NO_GRAD;                                               /* also where nothing is recorded */
        ck_assert_ptr_null(gd_sqrt(gd_neg(x)));
        ck_message("gd_sqrt: element 0 of the result, [3], is nan (gd_detect_anomaly); input 0 is [3], there -1");
    }
    ck_assert(gd_is_recording());
    ck_assert_ptr_null(gd_matmul(gd_full(GD_SHAPE(1, 2), NAN), gd_ones(GD_SHAPE(2, 3))));
    ck_message("gd_matmul: element 0 of the result, [1, 3], is nan (gd_detect_anomaly); input 0 is [1, 2], with nan "
                "at element 0; input 1 is [2, 3], all finite");
    gd_tensor *mask = gd_where(gd_gt(w, gd_scalar(0)), x, gd_scalar(-INFINITY));
    ck_assert_msg(mask, "%s", gd_last_error());                   /* an infinity in the input */
    ck_values(gd_softmax(mask, 0), 0.5, 0, 0.5);
    gd_detect_anomaly(false);
    ck_assert_ptr_nonnull(gd_log(gd_neg(x)));
    ck_no_message();
}
END_TEST

START_TEST(the_first_nan_backward)
{
    GD_SCOPE;
    gd_detect_anomaly(true);
    gd_tensor *x = gd_set_name(gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ 4, 0 })), "x");
    gd_tensor *y = gd_sum(gd_mul(gd_sqrt(x), gd_from(GD_SHAPE(2), (gd_real[]){ 1, 0 })));
    ck_assert_msg(y, "%s", gd_last_error());
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: the gradient of input 0 of gd_sqrt is nan at element 1 (gd_detect_anomaly); input 0 is "
                "[2] (\"x\"), there 0; the result is [2], the result of gd_sqrt, there 0; dy is [2], there 0");
    ck_assert_ptr_null(x->grad);
    gd_tensor *dx;
    ck_assert(!gd_grad(y, NULL, &x, 1, &dx, false));
    ck_assert_msg(strncmp(gd_last_error(), "gd_grad: the gradient of input 0 of gd_sqrt is nan", 50) == 0, "%s",
                  gd_last_error());
    ck_good(gd_backward(gd_sum(gd_square(x))));                   /* and a good pass is as it was */
    ck_values(x->grad, 8, 0);
    ck_good(gd_grad(gd_sum(gd_exp(gd_square(x))), NULL, &x, 1, &dx, true));
    ck_assert_ptr_nonnull(dx->node);
    gd_detect_anomaly(false);
    ck_good(gd_backward(y));
    ck_assert(isnan((double)x->grad->data[1]));
}
END_TEST

START_TEST(anomalies_and_no_grad_nest)
{
    GD_SCOPE;
    {
        GD_NO_GRAD;
        gd_detect_anomaly(true);
        ck_assert(!gd_is_recording());
    }
    ck_assert(gd_is_recording());
    ck_assert_ptr_null(gd_log(gd_scalar(-1)));
    gd_no_grad_begin();
    gd_detect_anomaly(false);
    ck_assert(!gd_is_recording());
    gd_no_grad_end();
    ck_assert(gd_is_recording());
    ck_assert_ptr_nonnull(gd_log(gd_scalar(-1)));
    gd_clear_error();
    gd_no_grad_end();
    ck_message("gd_no_grad_end: there was no gd_no_grad_begin");
    gd_detect_anomaly(true);
    gd_no_grad_end();
    ck_message("gd_no_grad_end: there was no gd_no_grad_begin");
    gd_shutdown();
    ck_assert_ptr_nonnull(gd_log(gd_scalar(-1)));                 /* off again */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: diagnostics");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, names_of_parameters);
    tcase_add_test(all, a_long_name_ends_the_message_in_order);
    tcase_add_test(all, names_are_told_once);
    tcase_add_test(all, where_the_path_ends);
    tcase_add_test(all, where_a_path_to_xs_ends);
    tcase_add_test(all, rules_that_detach);
    tcase_add_test(all, a_result_is_no_leaf);
    tcase_add_test(all, a_result_is_no_parameter);
    tcase_add_test(all, the_first_nan_forward);
    tcase_add_test(all, the_first_nan_backward);
    tcase_add_test(all, anomalies_and_no_grad_nest);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
