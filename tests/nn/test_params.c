/* test_params.c - tied names, freezing by prefix, the table of a model, comparing models. */
#define _POSIX_C_SOURCE 200809L
#include "gradus/checkpoint.h"
#include "support/scratch.h"

static gd_tensor *first, *second;

static gd_params *tied_model(double value)
{
    gd_params *net = gd_params_new();
    first = gd_param(net, "in.weight", gd_full(GD_SHAPE(2, 2), value));
    gd_param(net, "out.bias", gd_full(GD_SHAPE(2), value));
    second = gd_param_tied(net, "out.weight", first);
    return net;
}

START_TEST(tied_names)
{
    gd_params *net = tied_model(1);
    ck_assert_ptr_eq(first, second);
    ck_assert_ptr_eq(gd_params_get(net, "out.weight"), first);
    ck_assert_int_eq(gd_params_count(net), 6);
    ck_assert_int_eq(gd_params_tensors(net), 2);
    gd_optimizer *sgd = gd_sgd(net, (gd_sgd_options){ .lr = 0.5 });
    ck_good(gd_backward(gd_sum(gd_add(first, gd_scale(second, 2)))));
    ck_good(gd_step(sgd));                              /* once, with both gradients */
    ck_values(first, -0.5, -0.5, -0.5, -0.5);
    gd_group *out = gd_optimizer_group(sgd, "out.", NULL);  /* the second name counts too */
    out->lr = 0;
    ck_good(gd_step(sgd));
    ck_values(first, -0.5, -0.5, -0.5, -0.5);
    gd_optimizer_free(sgd);
    ck_refused(gd_param_tied(net, "out.weight", first),
               "gd_param_tied: there is a parameter \"out.weight\" already");
    ck_refused(gd_param(net, "out.weight", first), "gd_param: there is a parameter \"out.weight\" already");
    ck_refused(gd_param_tied(net, "x", gd_zeros(GD_SHAPE(3))),
               "gd_param_tied: tensor, [3], is not a parameter or buffer of p");
    gd_params *copy = gd_params_copy(net);
    ck_assert_ptr_eq(gd_params_get(copy, "out.weight"), gd_params_get(copy, "in.weight"));
    ck_good(gd_params_assign(copy, net));
    gd_params_free(copy);
    gd_params_free(net);
}
END_TEST

static bool write_model(const char *const names[], double *values, int n)
{
    gd_tensor *tensors[4];
    for (int i = 0; i < n; i++)
        tensors[i] = strcmp(names[i], "out.bias") == 0 ? gd_full(GD_SHAPE(2), values[i])
                                                       : gd_full(GD_SHAPE(2, 2), values[i]);
    return gd_safetensors_write("model", names, tensors, n, NULL, 0);
}

START_TEST(tied_names_in_files)
{
    gd_params *net = tied_model(3), *other = tied_model(1);
    ck_good(gd_save("model", net, NULL));
    gd_safetensors *file = gd_safetensors_open("model");
    ck_assert_int_eq(gd_safetensors_count(file), 2);    /* saved once */
    gd_safetensors_close(file);
    ck_good(gd_load("model", other, NULL));
    ck_assert(gd_params_equal(net, other, 0, NULL));
    ck_good(write_model((const char *[]){ "out.weight", "out.bias" }, (double[]){ 4, 5 }, 2));
    ck_good(gd_load("model", net, NULL));               /* under the other name */
    ck_values(gd_params_get(net, "in.weight"), 4, 4, 4, 4);
    const char *const both[] = { "in.weight", "out.weight", "out.bias" };
    ck_good(write_model(both, (double[]){ 6, 6, 7 }, 3));
    ck_good(gd_load("model", net, NULL));
    ck_values(gd_params_get(net, "out.weight"), 6, 6, 6, 6);
    ck_good(write_model(both, (double[]){ 6, 8, 7 }, 3));
    ck_refused(gd_load("model", net, NULL), "gd_load: model: \"in.weight\" and \"out.weight\" differ in the file, and "
               "are "
                                            "one tensor in the model");
    ck_values(gd_params_get(net, "out.weight"), 6, 6, 6, 6);
    ck_good(write_model((const char *[]){ "out.weight", "out.bias" }, (double[]){ 9, 1 }, 2));
    ck_good(gd_checkpoint_load("model", &(gd_training_run){ .params = net },
                               (gd_load_options){ .prefix = "out.", .into = "out." }, NULL));
    ck_values(gd_params_get(net, "in.weight"), 9, 9, 9, 9);
    gd_params_free(net);
    gd_params_free(other);
}
END_TEST

START_TEST(freezes_by_prefix)
{
    gd_params *net = tied_model(1);
    gd_tensor *bias = gd_params_get(net, "out.bias");
    gd_buffer(net, "count", gd_scalar(0));
    ck_good(gd_backward(gd_sum(first)));
    ck_good(gd_params_freeze(net, "in."));
    ck_assert(!first->requires_grad && !first->grad && bias->requires_grad);
    ck_good(gd_params_unfreeze(net, ""));
    ck_assert(first->requires_grad && !gd_params_get(net, "count")->requires_grad);
    ck_good(gd_params_freeze(net, "out."));             /* by a tied name too */
    ck_assert(!first->requires_grad && !bias->requires_grad);
    ck_refused(gd_params_freeze(net, "outer"), "gd_params_freeze: no parameter has a name that begins with \"outer\"");
    ck_refused(gd_params_unfreeze(net, "count"),
               "gd_params_unfreeze: no parameter has a name that begins with \"count\"");
    gd_params_free(net);
}
END_TEST

START_TEST(prints_a_table)
{
    char text[2000] = { 0 };
    FILE *out = fopen("table", "w+");
    gd_params *net = tied_model(3);
    gd_buffer(net, "mean", gd_scalar(2));
    ck_good(gd_backward(gd_sum(first)));
    gd_params_freeze(net, "out.bias");
    gd_params_print(out, net);
    rewind(out);
    ck_assert(fread(text, 1, sizeof text - 1, out) > 0);
    const char *const expected = IN_DOUBLE ?
        "name       shape                  elements         norm  of gradient          bytes\n"
        "in.weight  [2, 2]                        4            6            2             32\n"
        "out.bias   [2]                           2       4.2426            -             16  frozen\n"
        "mean       []                            1            2            -              8  buffer\n"
        "out.weight is in.weight\n"
        "total                                    7                                       56  4 trained, 2 frozen, "
        "1 in buffers\n" :
        "name       shape                  elements         norm  of gradient          bytes\n"
        "in.weight  [2, 2]                        4            6            2             16\n"
        "out.bias   [2]                           2       4.2426            -              8  frozen\n"
        "mean       []                            1            2            -              4  buffer\n"
        "out.weight is in.weight\n"
        "total                                    7                                       28  4 trained, 2 frozen, "
        "1 in buffers\n";
    ck_assert_str_eq(text, expected);
    fclose(out);
    gd_params_free(net);
}
END_TEST

START_TEST(compares_models)
{
    GD_NO_GRAD;
    gd_params *a = tied_model(1), *b = gd_params_copy(a);
    gd_params_difference d;
    ck_assert(gd_params_equal(a, b, 0, &d) && !d.name && gd_params_equal(a, a, 0, NULL));
    gd_tensor *bias = gd_params_get(b, "out.bias"), *weight = gd_params_get(b, "in.weight");
    bias->data[1] = 5;
    ck_assert(!gd_params_equal(a, b, 0, &d));
    ck_assert_str_eq(d.name, "out.bias");
    ck_assert(d.element == 1 && d.largest == 4 && d.a == 1 && d.b == 5);
    ck_assert(gd_params_equal(a, b, 4, &d));
    weight->data[2] = (gd_real)NAN;
    ck_assert(!gd_params_equal(a, b, 4, &d));
    ck_assert(strcmp(d.name, "in.weight") == 0 && isinf(d.largest) && d.element == 2);
    gd_params_get(a, "in.weight")->data[2] = (gd_real)NAN;
    ck_assert(gd_params_equal(a, b, 4, NULL));
    gd_param(b, "more", gd_scalar(0));
    ck_assert(!gd_params_equal(a, b, 4, &d));
    ck_assert(strcmp(d.name, "more") == 0 && d.element == -1);
    ck_no_message();
    ck_refused(gd_params_equal(a, b, -1, NULL), "gd_params_equal: tolerance = -1 must not be negative");
    gd_params_free(a);
    gd_params_free(b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("params");
    TCase *tests = scratch_case(suite, "params");
    tcase_add_test(tests, tied_names);
    tcase_add_test(tests, tied_names_in_files);
    tcase_add_test(tests, freezes_by_prefix);
    tcase_add_test(tests, prints_a_table);
    tcase_add_test(tests, compares_models);
    return run_suite(suite);
}
