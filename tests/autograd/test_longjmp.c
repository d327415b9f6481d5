/* test_longjmp.c - rules, closures and handlers left by longjmp: the interrupted call is detected and cleaned up at
 * the next opportunity, and everything works as before. */
#include <setjmp.h>

#include "support/support.h"

static jmp_buf out;
static char heard[1000];                    /* all messages */

static void listen(const char *message)
{
    snprintf(heard + strlen(heard), sizeof heard - strlen(heard), "%s\n", message);
}

static void jump(const char *message)
{
    (void)message;
    longjmp(out, 1);
}

static void ck_heard(const char *expected)
{
    ck_assert_msg(strstr(heard, expected), "\"%s\" should hold \"%s\"", heard, expected);
    heard[0] = '\0';
}

/* No scope is open, recording is on, gradients are correct, and all memory can be freed. */
static void ck_works(void)
{
    gd_clear_error();
    ck_assert(gd_is_recording());
    for (int times = 0; times < 2; times++) {
        GD_SCOPE;
        gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(3), 2)), *dx;
        ck_good(gd_backward(gd_sum(gd_square(x))));
        ck_values(x->grad, 4, 4, 4);
        ck_good(gd_grad(gd_sum(gd_mul(gd_square(x), x)), NULL, &x, 1, &dx, false));
        ck_values(dx, 12, 12, 12);
    }
    ck_assert(!gd_scope_end());
    ck_assert_str_eq(gd_last_error(), "gd_scope_end: no scope is open");
    gd_clear_error();
    heard[0] = '\0';
    gd_shutdown();
    ck_assert_str_eq(heard, "");
}

static void jumping_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    gd_scope_begin();
    dx[0] = gd_scale(dy, 3);
    longjmp(out, 1);
}

static const gd_op jumping_op = { .name = "jumping_op", .rule = jumping_rule };

static gd_tensor *through_jumping_op(gd_tensor *x)
{
    return gd_sum(gd_record(&jumping_op, gd_scale(gd_detach(x), 3), &x, 1, NULL, 0));
}

/* The kinds of passes. */
static void run_pass(int kind, gd_tensor *y, gd_tensor *x)
{
    gd_tensor *dx;
    if (kind < 2)
        gd_backward_from(y, NULL, kind == 1);
    else
        gd_grad(y, NULL, &x, 1, &dx, kind == 3);
}

START_TEST(a_rule_is_left)
{
    gd_on_error(listen);
    heard[0] = '\0';
    {
        GD_SCOPE;
        gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(3)));
        if (setjmp(out) == 0) {
            GD_SCOPE;
            run_pass(_i, gd_square(through_jumping_op(gd_square(x))), x);
        }
    }
    ck_heard("warning: a backward pass was left by longjmp, unfinished\n");
    ck_works();
}
END_TEST

START_TEST(the_next_pass_notices)
{
    gd_on_error(listen);
    heard[0] = '\0';
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(3))), *y = gd_sum(gd_square(x)), *lost;
    if (setjmp(out) == 0)
        run_pass(_i, through_jumping_op(x), x);
    lost = gd_sum(gd_square(x));
    ck_assert_ptr_nonnull(lost);
    ck_assert(!gd_backward(lost));
    ck_heard("gd_backward: an earlier backward pass was left by longjmp; what was computed since then is lost\n");
    ck_good(gd_backward(y));
    ck_values(x->grad, 2, 2, 2);
}
END_TEST

START_TEST(a_handler_leaves_a_pass)
{
    heard[0] = '\0';
    gd_on_error(jump);
    {
        GD_SCOPE;
        gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(3)));
        if (setjmp(out) == 0) {
            GD_SCOPE;
            gd_tensor *y = gd_sum(gd_square(gd_square(x)));
            gd_no_grad_begin();
            gd_fill(x, 2);
            gd_no_grad_end();
            run_pass(_i, y, x);
        }
        gd_on_error(listen);
    }
    ck_heard("warning: a backward pass was left by longjmp, unfinished\n");
    ck_works();
}
END_TEST

/* The handler leaves gd_grad, which had marked the graph. */
START_TEST(a_handler_leaves_gd_grad)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(3))), *other = gd_requires_grad(gd_ones(GD_SHAPE(3)));
    gd_tensor *big = gd_square(gd_square(x)), *y = gd_sum(big), *xs[] = { x, other }, *dxs[2], *dx;
    gd_on_error(jump);
    if (setjmp(out) == 0)
        gd_grad(big, NULL, &x, 1, &dx, false);
    if (setjmp(out) == 0)
        gd_grad(y, NULL, xs, 2, dxs, false);
    gd_on_error(NULL);
    ck_assert_str_eq(gd_last_error(), "gd_grad: y does not depend on xs[1], [3]");
    ck_good(gd_grad(y, NULL, &x, 1, &dx, false));
    ck_values(dx, 4, 4, 4);
    ck_good(gd_backward(y));
    ck_values(x->grad, 4, 4, 4);
}
END_TEST

static double jumping_closure(void *context)
{
    (void)context;
    GD_SCOPE;
    longjmp(out, 1);
}

static gd_params *net;

static double good_closure(void *o)
{
    GD_SCOPE;
    gd_zero_grad(o);
    gd_tensor *loss = gd_sum(gd_square(gd_params_get(net, "w")));
    return gd_backward(loss) ? (double)gd_item(loss) : NAN;
}

/* The optimizer can be used, and freed, and so can its model. */
START_TEST(a_closure_is_left)
{
    gd_on_error(listen);
    heard[0] = '\0';
    net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    gd_optimizer *o = _i ? gd_lbfgs(net, gd_lbfgs_defaults()) : gd_sgd(net, gd_sgd_defaults());
    {
        GD_SCOPE;
        if (setjmp(out) == 0)
            gd_step_closure(o, jumping_closure, NULL);
    }
    ck_heard("warning: the closure of gd_step_closure was left by longjmp, unfinished\n");
    double before = gd_step_closure(o, good_closure, o), after = gd_step_closure(o, good_closure, o);
    ck_assert_msg(after < before && before == 2 && w->data[0] < 1, "%g and %g", before, after);
    gd_optimizer_free(o);
    gd_params_free(net);
    ck_works();
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

/* A step in which the closure of another optimizer steps, as in a meta-learner. */
static double stepping_closure(void *inner)
{
    return gd_step_closure(inner, good_closure, inner);
}

START_TEST(steps_in_closures)
{
    net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    gd_params *others = gd_params_new();
    gd_tensor *v = gd_param(others, "v", gd_ones(GD_SHAPE(1)));
    gd_optimizer *inner = gd_lbfgs(net, gd_lbfgs_defaults()), *outer = gd_sgd(others, gd_sgd_defaults());
    ck_good(gd_set_grad(v, gd_ones(GD_SHAPE(1))));
    ck_assert(gd_step_closure(outer, stepping_closure, inner) == 2);
    ck_no_message();
    ck_assert(v->data[0] < 1 && w->data[0] < 1);
    gd_optimizer_free(inner);
    gd_optimizer_free(outer);
    gd_params_free(net);
    gd_params_free(others);
    ck_no_message();
}
END_TEST

/* A handler that always jumps is called for what GD_SCOPE closed only after it is closed. */
START_TEST(a_handler_that_jumps_at_warnings)
{
    volatile int jumps = 0;
    gd_on_error(jump);
    if (setjmp(out) == 0) {
        GD_SCOPE;
        gd_scope_begin();
    } else {
        jumps++;
    }
    gd_on_error(NULL);
    ck_assert_int_eq(jumps, 1);
    ck_works();
}
END_TEST

/* gd_detect_anomaly keeps the value that a rule or a checked function has set. */
static void watching_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    gd_detect_anomaly(true);
    dx[0] = gd_scale(dy, 3);
}

static const gd_op watching_op = { .name = "watching_op", .rule = watching_rule };

static gd_tensor *watching(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    gd_detect_anomaly(true);
    return gd_square(xs[0]);
}

static void ck_watches(void)
{
    gd_clear_error();
    ck_assert_ptr_null(gd_log(gd_full(GD_SHAPE(1), -1)));
    ck_assert(gd_last_error() && strstr(gd_last_error(), "gd_detect_anomaly"));
    gd_detect_anomaly(false);
    ck_assert_ptr_nonnull(gd_log(gd_full(GD_SHAPE(1), -1)));
}

START_TEST(anomalies_are_looked_for_from_a_rule_on)
{
    gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(2), 2));
    ck_good(gd_backward(gd_sum(gd_record(&watching_op, gd_scale(gd_detach(x), 3), &x, 1, NULL, 0))));
    ck_watches();
    ck_good(gd_gradcheck(watching, NULL, &x, 1, (gd_gradcheck_options){ 0 }));
    ck_watches();
    ck_good(gd_gradgradcheck(watching, NULL, &x, 1, (gd_gradcheck_options){ 0 }));
    ck_watches();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: longjmp");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_loop_test(all, a_rule_is_left, 0, 4);
    tcase_add_loop_test(all, the_next_pass_notices, 0, 4);
    tcase_add_loop_test(all, a_handler_leaves_a_pass, 0, 4);
    tcase_add_test(all, a_handler_leaves_gd_grad);
    tcase_add_loop_test(all, a_closure_is_left, 0, 2);
    tcase_add_test(all, steps_in_closures);
    tcase_add_test(all, a_handler_that_jumps_at_warnings);
    tcase_add_test(all, anomalies_are_looked_for_from_a_rule_on);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
