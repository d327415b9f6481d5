/* test_callbacks.c - user code called by the library (rules, closures, handlers): scopes it leaves open or closes
 * too many of are reported, recording is restored, and nothing in use can be freed. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdio.h>
#include <unistd.h>

#include "gradus/checkpoint.h"
#include "support/support.h"

/* ---- Misuse ------------------------------------------------------------------------------------------------ */

typedef enum misuse {
    NOTHING, CLOSES, CLOSES_ALL, LEAVES_OPEN, LEAVES_TWO_OPEN, TURNS_OFF, TURNS_ON, SHUTS_DOWN, MISUSES
} misuse;

static misuse now;
static bool refused;                        /* the call itself was refused */

static void misbehave(void)
{
    int none = 0;
    refused = false;
    switch (now) {
    case CLOSES:          refused = !gd_scope_end(); break;
    case CLOSES_ALL:      gd_scope_leave(&none); refused = gd_last_error(); break;
    case LEAVES_TWO_OPEN: gd_scope_begin();     /* fall through */
    case LEAVES_OPEN:     gd_scope_begin(); break;
    case TURNS_OFF:       gd_no_grad_begin(); break;
    case TURNS_ON:        gd_no_grad_end(); refused = gd_last_error(); break;
    case SHUTS_DOWN:      gd_shutdown(); refused = gd_last_error(); break;
    default:              break;
    }
}

/* The message for each kind of misuse. */
static void ck_misuse_message(const char *call, const char *who)
{
    char expected[200];
    const char *end = "";
    switch (now) {
    case CLOSES: case CLOSES_ALL:
        snprintf(expected, sizeof expected, "gd_scope_end: the innermost scope is not one that %s opened, and stays "
                 "open", who);
        break;
    case LEAVES_OPEN: case LEAVES_TWO_OPEN:
        end = now == LEAVES_OPEN ? "1 scope" : "2 scopes";
        snprintf(expected, sizeof expected, "%s: %s left %s open: each gd_scope_begin needs its gd_scope_end", call,
                 who, end);
        break;
    case TURNS_OFF:
        snprintf(expected, sizeof expected, "%s: %s left recording off: each gd_no_grad_begin needs its "
                 "gd_no_grad_end", call, strncmp(who, "the rule", 8) == 0 ? "a rule" : who);
        break;
    case TURNS_ON:
        snprintf(expected, sizeof expected, "gd_no_grad_end: recording is off, but not by %s, and stays off", who);
        break;
    case SHUTS_DOWN:
        snprintf(expected, sizeof expected, "gd_shutdown: %s, which still needs what would be freed, is running", who);
        break;
    default:
        ck_no_message();
        return;
    }
    ck_message(expected);
}

/* Two scopes are open, no more, and recording is on or off, as before. */
static void ck_works(bool recording)
{
    ck_assert(gd_is_recording() == recording);
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(3), 2));
    if (recording) {
        ck_good(gd_backward(gd_sum(gd_square(x))));
        ck_values(x->grad, 4, 4, 4);
    }
    ck_values(x, 2, 2, 2);
}

/* Runs the callback with every misuse, inside two scopes; for TURNS_ON, with recording off. */
static void every_misuse(bool (*call)(void), const char *name, const char *who, bool fails)
{
    for (now = NOTHING; now < MISUSES; now++) {
        gd_clear_error();
        ck_assert(gd_scope_begin() && gd_scope_begin());
        gd_tensor *mine = gd_full(GD_SHAPE(100), 7);
        if (now == TURNS_ON)
            gd_no_grad_begin();
        bool good = call();
        bool left = now == LEAVES_OPEN || now == LEAVES_TWO_OPEN || now == TURNS_OFF;
        ck_assert_msg(good == !(left && fails), "%s, misuse %d: %s", name, now, gd_last_error());
        ck_assert_msg(refused == !(left || now == NOTHING), "%s, misuse %d", name, now);
        ck_misuse_message(name, who);
        ck_works(now != TURNS_ON);
        if (now == TURNS_ON)
            gd_no_grad_end();
        ck_assert(gd_is_recording());
        ck_values(gd_sum(mine), 700);
        ck_assert(gd_scope_end() && gd_scope_end() && !gd_scope_end());
        gd_clear_error();
    }
    gd_shutdown();
    ck_no_message();
}

/* ---- Rules -------------------------------------------------------------------------------------------------- */

static void bad_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    misbehave();
    dx[0] = gd_scale(dy, 3);
}

static const gd_op bad_op = { .name = "bad_op", .rule = bad_rule, .reads = GD_NOTHING, .formula = NULL };

static gd_tensor *through_bad_op(gd_tensor *x)
{
    return gd_record(&bad_op, gd_scale(gd_detach(x), 3), &x, 1, NULL, 0);
}

/* The graph is made first, while recording is on. */
static bool backward(bool create_graph)
{
    bool off = !gd_is_recording(), good;
    if (off)
        gd_no_grad_end();
    gd_tensor *x = gd_requires_grad(gd_scalar(2)), *y = gd_square(through_bad_op(gd_square(x)));
    if (off)
        gd_no_grad_begin();
    good = gd_backward_from(y, NULL, create_graph);
    ck_assert(good == (x->grad != NULL));
    if (good)
        ck_values(x->grad, 288);
    return good;
}

static bool plain_backward(void) { return backward(false); }

START_TEST(a_rule)
{
    every_misuse(plain_backward, "gd_backward_from", "the rule of bad_op", true);
}
END_TEST

START_TEST(a_rule_that_is_recorded)
{
    now = TURNS_OFF;                       /* the rest of the pass would have no second derivative */
    GD_SCOPE;
    ck_assert(!backward(true));
    ck_message("gd_backward_from: a rule left recording off: each gd_no_grad_begin needs its gd_no_grad_end");
    now = LEAVES_OPEN;
    ck_assert(!backward(true));
    ck_message("gd_backward_from: the rule of bad_op left 1 scope open: each gd_scope_begin needs its gd_scope_end");
    ck_works(true);
}
END_TEST

static gd_params *net;
static gd_optimizer *adam;

static void freeing_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    gd_params_free(net);
    ck_message("gd_params_free: the rule of freeing_op, which may need the model, is running");
    ck_assert(!gd_backward(dy));
    ck_message("gd_backward: a backward pass is already running");
    dx[0] = gd_scale(dy, 1);
}

static const gd_op freeing_op = { .name = "freeing_op", .rule = freeing_rule, .reads = GD_NOTHING, .formula = NULL };

START_TEST(a_rule_that_frees_the_model)
{
    net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(4)));
    ck_good(gd_backward(gd_sum(gd_record(&freeing_op, gd_scale(gd_detach(w), 1), &w, 1, NULL, 0))));
    ck_values(w->grad, 1, 1, 1, 1);
    gd_params_free(net);
    ck_no_message();
}
END_TEST

/* ---- Closures ----------------------------------------------------------------------------------------------- */

static double closure(void *context)
{
    (void)context;
    misbehave();
    bool off = !gd_is_recording();
    gd_tensor *w = gd_params_get(net, "w");
    gd_zero_grad(adam);
    if (off)                                /* nothing is recorded: a gradient by hand */
        return gd_set_grad(w, gd_ones(GD_SHAPE(2))) ? 1 : NAN;
    gd_tensor *loss = gd_sum(gd_square(w));
    return gd_backward(loss) ? (double)gd_item(loss) : NAN;
}

static bool closure_step(void)
{
    return !isnan(gd_step_closure(adam, closure, NULL));
}

START_TEST(a_closure)
{
    for (int lbfgs = 0; lbfgs < 2; lbfgs++) {
        net = gd_params_new();
        gd_param(net, "w", gd_ones(GD_SHAPE(2)));
        adam = lbfgs ? gd_lbfgs(net, gd_lbfgs_defaults()) : gd_adam(net, gd_adam_defaults());
        if (!lbfgs)
            every_misuse(closure_step, "gd_step_closure", "the closure of gd_step_closure", true);
        for (now = CLOSES; now < MISUSES && lbfgs; now++)
            if (now != TURNS_ON) {
                GD_SCOPE;
                bool left = now == LEAVES_OPEN || now == LEAVES_TWO_OPEN || now == TURNS_OFF;
                ck_assert(closure_step() == !left);
                ck_assert(gd_last_error());
                ck_works(true);
            }
        gd_optimizer_free(adam);
        gd_params_free(net);
    }
}
END_TEST

static double meddling_closure(void *path)
{
    ck_assert(!gd_load(path, net, adam));
    ck_message("gd_load: called inside of a step of the same optimizer, gd_lbfgs");
    ck_assert(!gd_load(path, net, NULL));
    ck_message("gd_load: the closure of gd_step_closure, which needs the parameters as they are, is running");
    ck_assert(!gd_step(adam) && isnan(gd_step_closure(adam, meddling_closure, path)));
    ck_message("gd_step_closure: called inside of a step of the same optimizer, gd_lbfgs");
    gd_optimizer_free(adam);
    ck_message("gd_optimizer_free: called inside of a step of the same optimizer, gd_lbfgs");
    gd_params_free(net);
    ck_message("gd_params_free: the closure of gd_step_closure, which may need the model, is running");
    ck_assert(!gd_group_set(&adam->first, "history_size", 2));
    ck_message("gd_group_set: called inside of a step of the same optimizer, gd_lbfgs");
    return closure(NULL);
}

START_TEST(a_closure_that_meddles)
{
    char path[] = "guests.XXXXXX";
    int file = mkstemp(path);
    ck_assert(file >= 0);
    close(file);
    now = NOTHING;
    net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    adam = gd_lbfgs(net, gd_lbfgs_defaults());
    ck_good(gd_save(path, net, adam));
    ck_good(!isnan(gd_step_closure(adam, meddling_closure, path)));
    ck_no_message();
    ck_good(gd_load(path, net, adam));
    ck_values(w, 1, 1);
    gd_optimizer_free(adam);
    gd_params_free(net);
    remove(path);
}
END_TEST

static void see_nothing(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    (void)context, (void)owner, (void)name, (void)tensor, (void)number;
}

/* A parameter that the model gets while L-BFGS has counted its elements. */
static double growing_closure(void *context)
{
    if (!gd_params_get(net, "late"))
        gd_param(net, "late", gd_ones(GD_SHAPE(1000)));
    gd_clear_error();
    ck_assert(!gd_optimizer_visit(adam, see_nothing, NULL));
    ck_message("gd_param: called inside of a step of the same optimizer, gd_lbfgs");
    return closure(context);
}

START_TEST(a_closure_that_adds_a_parameter)
{
    now = NOTHING;
    net = gd_params_new();
    gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    adam = gd_lbfgs(net, gd_lbfgs_defaults());
    ck_good(!isnan(gd_step_closure(adam, growing_closure, NULL)));
    gd_optimizer_free(adam);
    gd_params_free(net);
}
END_TEST

/* ---- Other callbacks ---------------------------------------------------------------------------------------- */

static gd_tensor *function(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    misbehave();
    return gd_square(xs[0]);
}

static bool check_function(void)
{
    gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(2), 2));
    return gd_gradcheck(function, NULL, &x, 1, (gd_gradcheck_options){ 0 });
}

static bool check_twice(void)
{
    gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(2), 2));
    return gd_gradgradcheck(function, NULL, &x, 1, (gd_gradcheck_options){ 0 });
}

START_TEST(a_function_to_be_checked)
{
    for (now = CLOSES; now <= LEAVES_TWO_OPEN; now++) {
        GD_SCOPE;
        bool left = now >= LEAVES_OPEN;
        ck_assert(check_function() == !left);
        ck_misuse_message("gd_gradcheck", "the function of gd_gradcheck");
        ck_assert(check_twice() == !left);
        ck_misuse_message("gd_gradgradcheck", "the function of gd_gradgradcheck");
        ck_works(true);
    }
}
END_TEST

static double surface(double x, double y, void *context)
{
    (void)context;
    if (x == 0 && y == 0)
        misbehave();
    return x + y;
}

static bool contour(void)
{
    gd_plot *plot = gd_plot_new("", "", "");
    bool good = gd_plot_contour(plot, surface, NULL, 0, 1, 0, 1);
    gd_plot_free(plot);
    return good;
}

static double curve(double x, void *context)
{
    (void)context;
    if (x == 0)
        misbehave();
    return x;
}

static bool draws_curve(void)
{
    gd_plot *plot = gd_plot_new("", "", "");
    bool good = gd_plot_function(plot, "f", curve, NULL, 0, 1);
    gd_plot_free(plot);
    return good;
}

START_TEST(a_curve)
{
    every_misuse(draws_curve, "gd_plot_function", "f of gd_plot_function", true);
}
END_TEST

START_TEST(a_surface)
{
    every_misuse(contour, "gd_plot_contour", "f of gd_plot_contour", true);
}
END_TEST

static double rate(int64_t step, const void *context)
{
    (void)step, (void)context;
    misbehave();
    return 0.5;
}

static bool schedule(void)
{
    return gd_lr_at(gd_lr_custom(rate, NULL), 3) == 0.5;
}

START_TEST(a_schedule)
{
    every_misuse(schedule, "gd_lr_at", "the function of gd_lr_at", false);
}
END_TEST

static void bad_update(const gd_update *u)
{
    misbehave();
    u->w[0] -= (gd_real)u->lr * u->g[0];
}

static const gd_algorithm bad_algorithm = { .name = "bad", .options_size = sizeof(double), .update = bad_update };

static bool own_step(void)
{
    gd_params *p = gd_params_new();
    gd_optimizer *o = gd_optimizer_new(p, &bad_algorithm, &(double){ 1 });
    gd_tensor *w = gd_param(p, "w", gd_scalar(3));
    bool good = gd_set_grad(w, gd_scalar(1)) && gd_step(o) && w->data[0] == 2;
    gd_optimizer_free(o);
    gd_params_free(p);
    return good;
}

START_TEST(an_algorithm)
{
    every_misuse(own_step, "gd_step", "the algorithm of gd_step", false);
}
END_TEST

static void visitor(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    (void)owner, (void)name, (void)tensor, (void)number;
    if (!(*(int *)context)++)
        misbehave();
}

static bool visit(void)
{
    int visits = 0;
    gd_params *p = gd_params_new();
    gd_optimizer *o = gd_sgd(p, gd_sgd_defaults());
    gd_param(p, "w", gd_scalar(3));
    bool good = gd_optimizer_visit(o, visitor, &visits);
    gd_optimizer_free(o);
    gd_params_free(p);
    return good && visits == 1;
}

START_TEST(a_visitor)
{
    every_misuse(visit, "gd_optimizer_visit", "visit of gd_optimizer_visit", true);
}
END_TEST

/* ---- The error handler ---------------------------------------------------------------------------------------- */

static int told;
static char heard[4][200];

static void bad_handler(const char *message)
{
    if (told < 4)
        snprintf(heard[told], sizeof heard[0], "%s", message);
    told++;
    if (told == 1)
        misbehave();
}

START_TEST(a_handler)
{
    for (now = CLOSES; now < MISUSES; now++) {
        GD_SCOPE;
        gd_tensor *mine = gd_full(GD_SHAPE(100), 7);
        if (now == TURNS_ON)
            gd_no_grad_begin();
        told = 0;
        gd_on_error(bad_handler);
        ck_assert(!gd_matmul(gd_ones(GD_SHAPE(2, 3)), gd_ones(GD_SHAPE(2, 3))));
        gd_on_error(NULL);
        ck_assert_msg(told >= 2, "misuse %d: told %d times", now, told);
        ck_assert(strncmp(heard[0], "gd_matmul: ", 11) == 0);
        ck_misuse_message("gd_on_error", "the handler of gd_on_error");
        ck_works(now != TURNS_ON);
        if (now == TURNS_ON)
            gd_no_grad_end();
        ck_values(gd_sum(mine), 700);
        gd_clear_error();
    }
}
END_TEST

static void failing_handler(const char *message)
{
    (void)message;
    told++;
    gd_scope_end();
}

static jmp_buf out;

static void jumping_handler(const char *message)
{
    (void)message;
    told++;
    longjmp(out, 1);
}

static void fail_deep(int depth)
{
    if (depth)
        fail_deep(depth - 1);
    else
        gd_matmul(gd_ones(GD_SHAPE(2, 3)), gd_ones(GD_SHAPE(2, 3)));
}

START_TEST(a_handler_that_fails_for_ever_and_one_that_jumps)
{
    GD_SCOPE;
    told = 0;
    gd_on_error(failing_handler);
    fail_deep(0);
    ck_assert(told >= 1 && told < 10);
    gd_on_error(jumping_handler);
    told = 0;
    for (volatile int i = 0; i < 100; i++) {
        ck_assert(gd_scope_begin());
        if (setjmp(out) == 0)
            fail_deep(i % 3);
        ck_assert_int_eq(told, i + 1);
        ck_assert(gd_scope_end());          /* outside the callback: the scope was opened here */
    }
    gd_on_error(NULL);
    gd_clear_error();
    gd_shutdown();
    ck_no_message();
}
END_TEST

/* A program that exits in its handler, or anywhere else inside a call, exits without a further message. */
static void leaving_handler(const char *message)
{
    (void)message;
    exit(3);
}

START_TEST(a_handler_that_ends_the_program)
{
    gd_on_error(leaving_handler);
    GD_SCOPE;
    gd_scope_end();
    gd_scope_end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: callbacks");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, a_rule);
    tcase_add_test(all, a_rule_that_is_recorded);
    tcase_add_test(all, a_rule_that_frees_the_model);
    tcase_add_test(all, a_closure);
    tcase_add_test(all, a_closure_that_meddles);
    tcase_add_test(all, a_closure_that_adds_a_parameter);
    tcase_add_test(all, a_function_to_be_checked);
    tcase_add_test(all, a_curve);
    tcase_add_test(all, a_surface);
    tcase_add_test(all, a_schedule);
    tcase_add_test(all, an_algorithm);
    tcase_add_test(all, a_visitor);
    tcase_add_test(all, a_handler);
    tcase_add_test(all, a_handler_that_fails_for_ever_and_one_that_jumps);
    tcase_add_exit_test(all, a_handler_that_ends_the_program, 3);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
