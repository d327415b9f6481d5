/* test_vector.c - a model as one vector, and its loss and gradient as a function of that vector. */
#include "support/support.h"

static gd_params *net;
static gd_tensor *w, *b;

static void make(void)
{
    quietly();
    net = gd_params_new();
    w = gd_param(net, "w", gd_transpose(gd_reshape(gd_arange(0, 6, 1), GD_SHAPE(2, 3)), 0, 1));
    gd_buffer(net, "mean", gd_full(GD_SHAPE(2), 50));
    gd_param(net, "frozen", gd_full(GD_SHAPE(2), 60));
    b = gd_param(net, "b", gd_scalar(7));
    ck_good(gd_params_freeze(net, "frozen"));
}

static void end(void)
{
    gd_params_free(net);
    gd_shutdown();
}

/* sum (w - 2)^2 + b (b + context) */
static int calls;
static gd_tensor *loss(void *context)
{
    calls++;
    gd_tensor *square = gd_sum(gd_square(gd_shift(w, -2)));
    return gd_add(square, gd_mul(b, gd_shift(b, *(double *)context)));
}

START_TEST(parameters_become_a_vector_and_back)
{
    double x[7], row_major[7] = { 0, 3, 1, 4, 2, 5, 7 };
    ck_assert_int_eq(gd_params_vector_size(net), 7);
    ck_good(gd_params_to_vector(net, x, 7));
    for (int i = 0; i < 7; i++)
        ck_assert_double_eq(x[i], row_major[i]);
    for (int i = 0; i < 7; i++)
        x[i] += 10;
    ck_good(gd_vector_to_params(net, x, 7));
    ck_values(w, 10, 13, 11, 14, 12, 15);
    ck_values(b, 17);
    gd_tensor *y = gd_sum(gd_square(w));
    ck_good(gd_vector_to_params(net, x, 7));
    ck_assert(!gd_backward(y));                         /* its rule would read the old values */
    ck_values(gd_params_get(net, "mean"), 50, 50);
    ck_values(gd_params_get(net, "frozen"), 60, 60);
}
END_TEST

START_TEST(gradients_become_a_vector)
{
    double g[7];
    ck_good(gd_grads_to_vector(net, g, 7));
    for (int i = 0; i < 7; i++)
        ck_assert_double_eq(g[i], 0);                   /* there is none yet */
    gd_tensor *dy = gd_transpose(gd_reshape(gd_arange(1, 7, 1), GD_SHAPE(2, 3)), 0, 1);
    ck_good(gd_backward_from(gd_scale(w, 1), dy, true));
    ck_good(gd_grads_to_vector(net, g, 7));
    const double expected[7] = { 1, 4, 2, 5, 3, 6, 0 };
    for (int i = 0; i < 7; i++)
        ck_assert_double_eq(g[i], expected[i]);
}
END_TEST

START_TEST(the_loss_is_a_function_of_the_vector)
{
    double four = 4, g[7], x[7] = { 2, 2, 2, 2, 3, 0, 1 };
    gd_objective f = { net, loss, &four };
    calls = 0;
    ck_assert_double_eq(gd_value_and_grad(&f, x, g, 7), 1 + 4 + 5);
    const double expected[7] = { 0, 0, 0, 0, 2, -4, 6 };
    for (int i = 0; i < 7; i++)
        ck_assert_double_eq(g[i], expected[i]);
    ck_values(w, 2, 2, 2, 2, 3, 0);
    ck_good(gd_value_and_grad(&f, x, g, 7) == 10);      /* gradients do not accumulate */
    ck_assert_double_eq(g[6], 6);
    ck_values(b->grad, 6);
    x[6] = 2;
    ck_assert_double_eq(gd_value_and_grad(&f, x, NULL, 7), 17);
    ck_values(b->grad, 6);                              /* as it was */
    ck_assert(gd_is_recording());
    size_t before = gd_memory_live(), kept = 0;
    for (int i = 0; i < 100; i++)
        gd_value_and_grad(&f, x, g, 7);
#ifdef GD_DEBUG                             /* which keeps memory in quarantine */
    kept = gd_memory_live();
#endif
    ck_assert_uint_le(gd_memory_live(), before + kept);
    ck_assert_int_eq(calls, 103);
    x[0] = INFINITY;
    ck_assert(isinf(gd_value_and_grad(&f, x, g, 7)) && isinf(g[0]));
}
END_TEST

static gd_tensor *none(void *context)    { (void)context; return NULL; }
static gd_tensor *several(void *context) { (void)context; return gd_scale(w, 2); }
static gd_tensor *constant(void *context) { (void)context; return gd_scalar(3); }
static gd_tensor *misfit(void *context)  { (void)context; return gd_add(w, gd_ones(GD_SHAPE(7))); }
static gd_tensor *open_scope(void *context) { (void)context; gd_scope_begin(); return gd_sum(w); }
static gd_tensor *writing(void *context)
{
    return gd_vector_to_params(net, (double *)context, 7) ? gd_sum(w) : NULL;
}

START_TEST(refusals)
{
    double x[7] = { 0, 0, 0, 0, 0, 0, 0 }, g[7] = { 9, 9, 9, 9, 9, 9, 9 }, four = 4;
    ck_assert(!gd_params_to_vector(net, x, 6));
    ck_message("gd_params_to_vector: n is 6, and the parameters have 7 elements that require a gradient");
    ck_assert(!gd_vector_to_params(net, NULL, 7));
    ck_message("gd_vector_to_params: x is NULL");
    ck_assert(!gd_grads_to_vector(NULL, g, 7) && gd_params_vector_size(NULL) == -1);
    if (sizeof(gd_real) == sizeof(float)) {
        x[3] = 1e300;
        ck_assert(!gd_vector_to_params(net, x, 7));
        ck_message("gd_vector_to_params: x[3] = 1e+300 is beyond the largest number that gd_real holds");
        x[3] = 0;
    }
    ck_values(w, 0, 3, 1, 4, 2, 5);                     /* as they were */
    gd_objective f = { net, loss, &four };
    ck_assert(isnan(gd_value_and_grad(&f, x, g, 8)));
    ck_message("gd_value_and_grad: n is 8, and the parameters have 7 elements that require a gradient");
    struct {
        gd_loss *loss;
        const char *message;
    } wrong[] = {
        { none, "gd_value_and_grad: the loss returned NULL" },
        { several, "gd_value_and_grad: the loss is [3, 2], and must have one element" },
        { constant, "gd_backward: y, [], does not depend on anything that requires a gradient" },
        { misfit, "gd_add: a is [3, 2] (\"w\") and b is [7]: sizes 2 and 7 do not broadcast" },
        { writing,
          "gd_vector_to_params: the loss of gd_value_and_grad, which needs the parameters as they are, is running" },
        { NULL, "gd_value_and_grad: the loss is NULL" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        f = (gd_objective){ net, wrong[i].loss, x };
        ck_assert(isnan(gd_value_and_grad(&f, x, g, 7)));
        ck_message(wrong[i].message);
        ck_assert_double_eq(g[0], 9);
    }
    f.loss = open_scope;
    ck_assert(isnan(gd_value_and_grad(&f, x, g, 7)));
    ck_assert(isnan(gd_value_and_grad(NULL, x, g, 7)));
    ck_message("gd_value_and_grad: f is NULL");
    f = (gd_objective){ net, loss, &four };
    ck_good(gd_value_and_grad(&f, x, g, 7) == 24);      /* all is well again */
    ck_good(gd_vector_to_params(net, x, 7));
}
END_TEST

static Suite *vector_suite(void)
{
    Suite *suite = suite_create("vector");
    TCase *vector = tcase_create("vector");
    tcase_add_checked_fixture(vector, make, end);
    tcase_add_test(vector, parameters_become_a_vector_and_back);
    tcase_add_test(vector, gradients_become_a_vector);
    tcase_add_test(vector, the_loss_is_a_function_of_the_vector);
    tcase_add_test(vector, refusals);
    suite_add_tcase(suite, vector);
    return suite;
}

int main(void)
{
    return run_suite(vector_suite());
}
