/* test_returned_tensors.c - tensors that user-defined rules and functions return to the library: dead ones, which
 * debug builds report, and a result of gd_record that would outlive its entry on the tape. */
#include "support/support.h"

/* ---- Arguments of gd_record ----------------------------------------------------------------------------------- */

static void doubling_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    for (int i = 0; i < gd_node_inputs(node); i++)
        dx[i] = gd_scale(dy, 2);
}

static const gd_op doubling = { .name = "doubling", .rule = doubling_rule };

START_TEST(a_result_made_outside_of_the_scope_it_is_recorded_in)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(2))), *y = gd_scale(gd_detach(x), 2);
    gd_params *net = gd_params_new();
    gd_tensor *buffer = gd_buffer(net, "buffer", y);
    static const char told[] = "gd_record: y of doubling was made outside of the current scope, and outlives what is "
                               "recorded in it: make and record it in the same scope";
    ck_assert_ptr_null(gd_record(&doubling, buffer, &x, 1, NULL, 0));
    ck_message(told);
    {
        GD_SCOPE;
        ck_assert_ptr_null(gd_record(&doubling, y, &x, 1, NULL, 0));
        ck_message(told);
        ck_assert(!y->node && !y->requires_grad);
        gd_tensor *z = gd_record(&doubling, gd_detach(y), &x, 1, NULL, 0);       /* a view of it is made here */
        ck_good(gd_backward(gd_sum(z)));
        ck_values(x->grad, 2, 2);
        GD_NO_GRAD;
        ck_assert_ptr_eq(gd_record(&doubling, y, &x, 1, NULL, 0), y);           /* nothing is recorded */
    }
    ck_assert_ptr_eq(gd_record(&doubling, y, &x, 1, NULL, 0), y);
    ck_good(gd_backward(gd_sum(y)));
    ck_values(x->grad, 4, 4);
    gd_params_free(net);
}
END_TEST

/* What was made while no scope was open belongs to the program. */
START_TEST(a_result_of_the_program_is_not_recorded_in_a_scope)
{
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(2))), *y = gd_ones(GD_SHAPE(2));
    {
        GD_SCOPE;
        ck_refused(gd_record(&doubling, y, &x, 1, NULL, 0), "gd_record: y of doubling was made outside of the current "
                   "scope, and outlives what is recorded in it: make and record it in the same scope");
    }
    ck_assert_ptr_eq(gd_record(&doubling, y, &x, 1, NULL, 0), y);
}
END_TEST

START_TEST(what_gd_record_refuses)
{
    static const gd_op nameless = { .rule = doubling_rule };
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(2))), *y = gd_ones(GD_SHAPE(2));
    char message[160];
    ck_assert_ptr_null(gd_record(&nameless, y, &x, 1, NULL, 0));
    ck_message("gd_record: the name of op is NULL");
    ck_assert_ptr_null(gd_record(&doubling, y, &x, -1, NULL, 0));
    ck_message("gd_record: doubling: n = -1 must not be negative");
    ck_assert_ptr_null(gd_record(&doubling, y, NULL, 1, NULL, 0));
    ck_message("gd_record: doubling: inputs is NULL, and n = 1");
    ck_assert_ptr_null(gd_record(&doubling, y, &x, 1, NULL, 8));
    ck_message("gd_record: doubling: attributes is NULL, and size = 8");
    static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 100, SIZE_MAX / 2 + 1 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ck_assert_ptr_null(gd_record(&doubling, y, &x, 1, &sizes, sizes[i]));
        snprintf(message, sizeof message, "gd_record: doubling: size = %zu is more than memory can hold", sizes[i]);
        ck_message(message);
    }
    ck_assert_ptr_null(gd_record(&doubling, y, &x, 1, &sizes, SIZE_MAX / 2));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "out of memory"));
    ck_assert(!y->node && gd_record(&doubling, y, &x, 1, &sizes, sizeof sizes));
    ck_assert(memcmp(gd_node_attributes(y->node), sizes, sizeof sizes) == 0);
}
END_TEST

#ifdef GD_DEBUG
/* ---- Rules ---------------------------------------------------------------------------------------------------- */

static int dead;                            /* which dx is returned dead */

static void dying_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    for (int i = 0; i < gd_node_inputs(node); i++)
        if (i == dead) {
            GD_SCOPE;
            dx[i] = gd_scale(dy, 2);
        } else {
            dx[i] = gd_scale(dy, 2);
        }
}

static void viewing_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    GD_SCOPE;
    dx[0] = gd_transpose(gd_transpose(gd_reshape(gd_scale(dy, 2), GD_SHAPE(2, 1)), 0, 1), 0, 1);
}

static const gd_op dying = { .name = "dying", .rule = dying_rule };
static const gd_op viewing = { .name = "viewing", .rule = viewing_rule };

static gd_tensor *of(const gd_op *op, gd_tensor *const xs[], int n)
{
    return gd_sum(gd_record(op, gd_scale(gd_detach(xs[0]), 2 * n), xs, n, NULL, 0));
}

static gd_tensor *checked(gd_tensor *const xs[], int n, void *op)
{
    return of(op, xs, n);
}

START_TEST(rules_that_hand_back_dead_gradients)
{
    GD_SCOPE;
    gd_tensor *xs[5], *dxs[5];
    for (int i = 0; i < 5; i++)
        xs[i] = gd_requires_grad(gd_ones(GD_SHAPE(2)));
    for (int n = 1; n <= 5; n++)
        for (dead = 0; dead < n; dead++) {
            char told[100], message[120];
            snprintf(told, sizeof told, "dx[%d] of the rule of dying was made in a scope that has ended", dead);
            ck_assert(!gd_backward(of(&dying, xs, n)));
            snprintf(message, sizeof message, "gd_backward: %s", told);
            ck_message(message);
            ck_assert(!gd_backward_from(of(&dying, xs, n), NULL, true));
            snprintf(message, sizeof message, "gd_backward_from: %s", told);
            ck_message(message);
            ck_assert(!gd_grad(of(&dying, xs, n), NULL, xs, n, dxs, false));
            snprintf(message, sizeof message, "gd_grad: %s", told);
            ck_message(message);
            ck_assert(!gd_gradcheck(checked, (void *)(uintptr_t)&dying, xs, n, (gd_gradcheck_options){ 0 }));
            snprintf(message, sizeof message, "gd_gradcheck: %s", told);
            ck_message(message);
        }
    for (int i = 0; i < 5; i++)
        ck_assert_ptr_null(xs[i]->grad);
    dead = 5;
    ck_good(gd_backward(of(&dying, xs, 5)));
    ck_values(xs[0]->grad, 2, 2);
    gd_tensor *column = gd_requires_grad(gd_ones(GD_SHAPE(2, 1)));
    ck_assert(!gd_backward(of(&viewing, &column, 1)));
    ck_message("gd_backward: dx[0] of the rule of viewing was made in a scope that has ended");
}
END_TEST

/* A rule that returns in a second pass the tensor it made in the first. */
static gd_tensor *made;

static void keeping_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    dx[0] = made ? made : (made = gd_scale(dy, 2));
}

START_TEST(a_rule_that_keeps_its_gradient)
{
    static const gd_op keeping = { .name = "keeping", .rule = keeping_rule };
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(2))), *y = of(&keeping, &x, 1);
    made = NULL;
    ck_good(gd_backward(y));
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: dx[0] of the rule of keeping was made in a scope that has ended");
    ck_values(x->grad, 2, 2);
}
END_TEST

/* ---- ->grad assigned by the program, which it should not --------------------------------------------------------- */

static double dying_closure(void *net)
{
    GD_SCOPE;
    gd_params_at(net, 0)->grad = gd_ones(GD_SHAPE(2));
    return 1;
}

START_TEST(a_dead_gradient)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    gd_optimizer *o = gd_sgd(net, gd_sgd_defaults());
    {
        GD_SCOPE;
        w->grad = gd_ones(GD_SHAPE(2));
    }
    ck_assert(!gd_step(o));
    ck_message("gd_step: the gradient of a parameter was made in a scope that has ended");
    ck_values(w, 1, 1);
    gd_optimizer *lbfgs = gd_lbfgs(net, gd_lbfgs_defaults());
    w->grad = NULL;
    ck_assert(isnan(gd_step_closure(lbfgs, dying_closure, net)));
    ck_message("gd_step_closure: the gradient of a parameter was made in a scope that has ended");
    ck_assert(isnan(gd_step_closure(o, dying_closure, net)));
    ck_message("gd_step: the gradient of a parameter was made in a scope that has ended");
    gd_optimizer_free(lbfgs);
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

/* ---- Functions to be checked ------------------------------------------------------------------------------------ */

static int calls_until_death;

static gd_tensor *dying_function(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    if (calls_until_death-- > 0)
        return gd_square(xs[0]);
    GD_SCOPE;
    return gd_square(xs[0]);
}

static gd_tensor *frees_the_model(gd_tensor *const xs[], int n, void *net)
{
    (void)n;
    gd_tensor *y = gd_sum(gd_square(xs[0]));
    gd_params_free(net);
    return y;
}

static gd_tensor *of_a_freed_model(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    gd_params *net = gd_params_new();
    gd_tensor *y = gd_mul(xs[0], gd_param(net, "w", xs[0]));
    gd_params_free(net);
    return y;
}

START_TEST(functions_that_hand_back_dead_results)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(2)));
    for (int calls = 0; calls < 6; calls++) {
        calls_until_death = calls;
        ck_assert(!gd_gradcheck(dying_function, NULL, &x, 1, (gd_gradcheck_options){ 0 }));
        ck_message("gd_gradcheck: the result of the function was made in a scope that has ended");
        calls_until_death = calls;
        ck_assert(!gd_gradgradcheck(dying_function, NULL, &x, 1, (gd_gradcheck_options){ 0 }));
        ck_message("gd_gradgradcheck: the result of the function was made in a scope that has ended");
    }
    ck_assert(!gd_gradcheck(of_a_freed_model, NULL, &x, 1, (gd_gradcheck_options){ 0 }));
    ck_message("gd_gradcheck: y depends on input 1 of gd_mul, which belonged to a model that has been freed");
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", x);
    ck_assert(!gd_gradcheck(frees_the_model, net, &w, 1, (gd_gradcheck_options){ 0 }));
    ck_message("gd_gradcheck: xs[0] belonged to a model that has been freed");
    net = gd_params_new();
    w = gd_param(net, "w", x);
    ck_assert(!gd_gradgradcheck(frees_the_model, net, &w, 1, (gd_gradcheck_options){ 0 }));
    ck_message("gd_gradgradcheck: xs[0] belonged to a model that has been freed");
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("autograd: returned tensors");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, a_result_made_outside_of_the_scope_it_is_recorded_in);
    tcase_add_test(all, a_result_of_the_program_is_not_recorded_in_a_scope);
    tcase_add_test(all, what_gd_record_refuses);
#ifdef GD_DEBUG
    tcase_add_test(all, rules_that_hand_back_dead_gradients);
    tcase_add_test(all, a_rule_that_keeps_its_gradient);
    tcase_add_test(all, a_dead_gradient);
    tcase_add_test(all, functions_that_hand_back_dead_results);
#endif
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
