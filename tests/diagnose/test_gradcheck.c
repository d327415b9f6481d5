/* test_gradcheck.c - what gd_gradcheck and gd_gradgradcheck report for functions that change between calls, and for
 * right and wrong gradients of large and small numbers, where no single step of the differences fits all. */
#include "support/support.h"

static const gd_gradcheck_options defaults = { 0 };

static gd_tensor *vector(int n, const double *values)
{
    return gd_requires_grad(tensor_of(GD_SHAPE(n), values));
}

#define VECTOR(...) \
    vector((int)(sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)), (const double[]){ __VA_ARGS__ })

#define FUNCTION(name, call)                                                         \
    static gd_tensor *name(gd_tensor *const xs[], int n, void *context)              \
    {                                                                                \
        gd_tensor *x = xs[0];                                                        \
        (void)n, (void)context;                                                      \
        return call;                                                                 \
    }

/* ---- Functions that change ---------------------------------------------------------------------------------- */

FUNCTION(dropped, gd_dropout(gd_square(x), 0.5, true))
FUNCTION(dropped_alike, (gd_seed(7), gd_dropout(gd_square(x), 0.5, true)))
FUNCTION(counts, gd_scale(gd_square(x), ++*(int *)context > 8 ? 2 : 1))

START_TEST(functions_that_change)
{
    gd_tensor *x = VECTOR(0.5, 900, -3, 2, 1, 4, 2, -1), *one = VECTOR(3);
    ck_assert(!gd_gradcheck(dropped, NULL, &x, 1, defaults));
    ck_message_begins("gd_gradcheck: function changes between calls: for the same xs element ");
    ck_assert(!gd_gradgradcheck(dropped, NULL, &x, 1, defaults));
    ck_message_begins("gd_gradgradcheck: function changes between calls: for the same xs element ");
    int calls = 0;
    ck_assert(!gd_gradcheck(counts, &calls, &one, 1, defaults));
    ck_message("gd_gradcheck: function changes between calls: for the same xs element 0 of its result is 9 and then "
                "18; where it draws random numbers, as gd_dropout does, let it call gd_seed first");
    ck_values(one, 3);
    ck_good(gd_gradcheck(dropped_alike, NULL, &x, 1, defaults));
    ck_good(gd_gradgradcheck(dropped_alike, NULL, &x, 1, defaults));
}
END_TEST

/* ---- Right gradients ---------------------------------------------------------------------------------------- */

FUNCTION(square, gd_square(x))
FUNCTION(cube, gd_pow(x, 3))
FUNCTION(sum_of_squares, gd_sum(gd_square(x)))
FUNCTION(far_up, gd_shift(x, 1e6))
FUNCTION(near_and_far, gd_concat((gd_tensor *const[]){ gd_square(x), gd_shift(x, 1e6) }, 2, 0))
FUNCTION(power_of_e, gd_exp(x))
FUNCTION(logarithm, gd_log(x))
FUNCTION(root, gd_sqrt(x))
FUNCTION(inverse, gd_div(gd_scalar(1), x))
FUNCTION(sine, gd_sin(x))
FUNCTION(tenths, gd_scale(x, 0.1))
FUNCTION(squashed, gd_tanh(x))
FUNCTION(logistic, gd_sigmoid(x))
FUNCTION(cosine_less_one, gd_shift(gd_cos(x), -1))
FUNCTION(shares, gd_softmax(x, 0))
FUNCTION(smooth_max, gd_logsumexp(x, 0, false))
FUNCTION(length, gd_norm(x, 2))
FUNCTION(gelu_of_tanh, gd_gelu_tanh(x))
FUNCTION(likelihood, gd_bce_with_logits(x, gd_ones(GD_SHAPE(2)), GD_MEAN))

static void ck_right(const char *name, gd_function *f, gd_tensor *x)
{
    ck_assert_msg(gd_gradcheck(f, NULL, &x, 1, defaults), "%s: %s", name, gd_last_error());
    ck_assert_msg(gd_gradgradcheck(f, NULL, &x, 1, defaults), "%s: %s", name, gd_last_error());
}

/* Infinite outputs have no difference quotient. */
FUNCTION(infinite, gd_add(gd_square(x), gd_scalar((double)INFINITY)))

START_TEST(infinite_outputs)
{
    gd_tensor *x = VECTOR(3, 1e6);
    ck_assert(!gd_gradcheck(infinite, NULL, &x, 1, defaults));
    ck_message_begins("gd_gradcheck: xs[0], [2], element ");
}
END_TEST

START_TEST(right_at_every_size)
{
    ck_right("square", square, VECTOR(1e6));
    ck_right("square", square, VECTOR(-1e8, 1e6, 3, 0, 1e-3, -1e-8));
    ck_right("cube", cube, VECTOR(1e4, -20, 0.1));
    ck_right("sum of squares", sum_of_squares, VECTOR(1e6, 1, -2e6, 0));
    ck_right("far up", far_up, VECTOR(1, 0.01, 0));
    ck_right("near and far", near_and_far, VECTOR(1, 0.01, 0));
    ck_right("exp", power_of_e, VECTOR(60, 20, 0, -5, -60));
    ck_right("log", logarithm, VECTOR(1e-4, 1e-3, 0.1, 5, 1e7));
    ck_right("sqrt", root, VECTOR(1e-4, 0.01, 2, 1e8));
    ck_right("1 / x", inverse, VECTOR(1e-3, -0.01, 2, 1e5));
    ck_right("sin", sine, VECTOR(1000, -300, 7, 0));
    ck_right("x / 10", tenths, VECTOR(1e7, -1, 1e-7, 0));
}
END_TEST

/* ---- Wrong gradients ---------------------------------------------------------------------------------------- */

typedef struct fault { double factor, more; } fault;        /* dx = dy (factor 2 x + more) where |x| < below */

static const fault *the_fault;
static double below;

static void wrong_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *x = gd_node_input(node, 0), *right = gd_scale(x, 2);
    gd_tensor *wrong = gd_shift(gd_scale(right, the_fault->factor), the_fault->more);
    dx[0] = gd_mul(dy, gd_where(gd_lt(gd_abs(x), gd_scalar(below)), wrong, right));
}

static gd_tensor *wrong_square(gd_tensor *const xs[], int n, void *context)
{
    static const gd_op op = { .name = "wrong_square", .rule = wrong_rule, .reads = GD_INPUTS };
    (void)n, (void)context;
    gd_tensor *y;
    {
        GD_NO_GRAD;
        y = gd_square(xs[0]);
    }
    return gd_record(&op, y, xs, 1, NULL, 0);
}

/* 0 x, with a rule that gives a slope. */
static void rising_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *x = gd_node_input(node, 0);
    dx[0] = gd_mul(dy, gd_where(gd_lt(gd_abs(x), gd_scalar(below)), gd_scalar(0.5), gd_scale(x, 2)));
}

static gd_tensor *flat_below(gd_tensor *const xs[], int n, void *context)
{
    static const gd_op op = { .name = "flat_below", .rule = rising_rule, .reads = GD_INPUTS };
    (void)n, (void)context;
    gd_tensor *y;
    {
        GD_NO_GRAD;
        y = gd_where(gd_lt(gd_abs(xs[0]), gd_scalar(below)), gd_scalar(1), gd_square(xs[0]));
    }
    return gd_record(&op, y, xs, 1, NULL, 0);
}

START_TEST(wrong_at_every_size)
{
    const fault faults[] = { { 1.1, 0 }, { 0.9, 0 }, { -1, 0 }, { 0, 0 }, { 0.5, 0 } };
    const double sizes[] = { 1e8, 1e6, -1e6, 1000, 3, 0.5 };
    below = 1e30;
    for (size_t k = 0; k < 5; k++)
        for (size_t i = 0; i < 6; i++) {
            the_fault = &faults[k];
            gd_tensor *x = VECTOR(sizes[i]);
            ck_assert_msg(!gd_gradcheck(wrong_square, NULL, &x, 1, defaults), "fault %d at %g passed", (int)k,
                          sizes[i]);
            ck_message_begins("gd_gradcheck: xs[0], [1], element 0: the gradient is ");
        }
    /* an additional term in a small gradient, also beside a huge one */
    const fault more = { 1, 0.5 };
    the_fault = &more;
    below = 10;
    gd_tensor *x = VECTOR(1e6, 1, 1e8, 0), *y = VECTOR(1e6, 1, -1e8);
    ck_assert(!gd_gradcheck(wrong_square, NULL, &x, 1, defaults));
    ck_message_begins("gd_gradcheck: xs[0], [4], element ");
    ck_assert(!gd_gradcheck(flat_below, NULL, &y, 1, defaults));
    ck_message_begins("gd_gradcheck: xs[0], [3], element 1: the gradient is ");
}
END_TEST

/* Gradients far below the absolute tolerance, alone and beside others. */
START_TEST(wrong_and_small)
{
    const fault faults[] = { { 1.1, 0 }, { 0.9, 0 }, { -1, 0 }, { 0, 0 }, { 3, 0 } };
    const double sizes[] = { 1e-3, -1e-6, 1e-6, 1e-8, 1e-10 };
    for (size_t k = 0; k < 5; k++)
        for (size_t i = 0; i < 5; i++) {
            the_fault = &faults[k];
            below = 1;
            gd_tensor *x = VECTOR(sizes[i]), *y = VECTOR(1000, 3, sizes[i]);
            ck_assert_msg(!gd_gradcheck(wrong_square, NULL, &x, 1, defaults), "fault %d at %g passed", (int)k,
                          sizes[i]);
            ck_message_begins("gd_gradcheck: xs[0], [1], element 0: the gradient is ");
            if (IN_DOUBLE) {                /* in float the square of 1000 leaves no digits for it */
                ck_assert_msg(!gd_gradcheck(wrong_square, NULL, &y, 1, defaults), "fault %d at %g passed", (int)k,
                              sizes[i]);
                ck_message_begins("gd_gradcheck: xs[0], [3], element 2: the gradient is ");
            }
            /* a tolerance given by the caller is used as it is */
            ck_good(gd_gradcheck(wrong_square, NULL, &x, 1, (gd_gradcheck_options){ .atol = 0.1 }));
        }
}
END_TEST

START_TEST(right_and_small)
{
    ck_right("square", square, VECTOR(1e-6, -1e-3, 1e-10, 0, 1e6));
    ck_right("cube", cube, VECTOR(1e-3, -1e-5, 0, 10));
    ck_right("exp", power_of_e, VECTOR(-20, -30, -10, 1));
    ck_right("tanh", squashed, VECTOR(4, 6, 8, 10, -7, 1e-4));
    ck_right("sigmoid", logistic, VECTOR(9, 15, 20, -20, -9, 1e-4));
    ck_right("cos - 1", cosine_less_one, VECTOR(1e-6, 1e-4, -1e-3, 1e-2, 0));
    ck_right("softmax", shares, VECTOR(10, 0, -8, 3));
    ck_right("softmax", shares, VECTOR(-10, 9));
    ck_right("logsumexp", smooth_max, VECTOR(-20, 18));
    ck_right("norm", length, VECTOR(1e-15, 0.5));
    ck_right("gelu", gelu_of_tanh, VECTOR(-6, -4));
    if (IN_DOUBLE)
        ck_right("sin", sine, VECTOR(1e5, 1e6));
    ck_right("bce", likelihood, VECTOR(-1e7, 0.5));
    ck_right("far up", far_up, VECTOR(1e-6, -1e-6));
}
END_TEST

START_TEST(options_out_of_range)
{
    gd_tensor *x = VECTOR(3);
    const gd_gradcheck_options bad[] = { { .eps = -1 }, { .rtol = -1e-3 }, { .atol = -1 }, { .eps = (double)NAN },
                                         { .rtol = (double)NAN },
                                         { .atol = (double)NAN }, { .eps = (double)INFINITY } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert(!gd_gradcheck(square, NULL, &x, 1, bad[i]));
        ck_message_begins("gd_gradcheck: eps = ");
        ck_assert(!gd_gradgradcheck(square, NULL, &x, 1, bad[i]));
        ck_message_begins("gd_gradgradcheck: eps = ");
    }
}
END_TEST

/* Right at first, wrong when it is differentiated: x^2 whose rule hides that it reads x. */
static void hiding_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *x = gd_node_input(node, 0);
    dx[0] = gd_mul(dy, gd_scale(gd_where(gd_lt(gd_abs(x), gd_scalar(below)), gd_detach(x), x), 2));
}

static gd_tensor *hiding(gd_tensor *const xs[], int n, void *context)
{
    static const gd_op op = { .name = "hiding", .rule = hiding_rule, .reads = GD_INPUTS };
    (void)n, (void)context;
    gd_tensor *y;
    {
        GD_NO_GRAD;
        y = gd_square(xs[0]);
    }
    return gd_record(&op, y, xs, 1, NULL, 0);
}

START_TEST(wrong_second_derivatives_at_every_size)
{
    const double sizes[] = { 1e8, 1e6, -1e6, 1000, 3, 0.5 };
    below = 1e30;
    for (size_t i = 0; i < 6; i++) {
        gd_tensor *x = VECTOR(sizes[i]);
        ck_good(gd_gradcheck(hiding, NULL, &x, 1, defaults));
        ck_assert_msg(!gd_gradgradcheck(hiding, NULL, &x, 1, defaults), "%g passed", sizes[i]);
        ck_message_begins("gd_gradgradcheck: xs[0], [1], element 0: the gradient is ");
    }
    below = 10;
    gd_tensor *x = VECTOR(1e6, 1, 1e8);
    ck_assert(!gd_gradgradcheck(hiding, NULL, &x, 1, defaults));
    ck_message_begins("gd_gradgradcheck: xs[0], [3], element 1: the gradient is ");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: gradcheck");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, functions_that_change);
    tcase_add_test(all, infinite_outputs);
    tcase_add_test(all, right_at_every_size);
    tcase_add_test(all, wrong_at_every_size);
    tcase_add_test(all, wrong_and_small);
    tcase_add_test(all, right_and_small);
    tcase_add_test(all, options_out_of_range);
    tcase_add_test(all, wrong_second_derivatives_at_every_size);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
