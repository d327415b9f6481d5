/* test_scope_idioms.c - the four idioms of tensor.h: each keeps what should be kept, and memory does not grow.  And
 * what is reported when GD_SCOPE or the end of a scope is forgotten. */
#include <math.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/support.h"
#include "tensor/new.h"

enum { STEPS = 1000, WARM = 10 };

static size_t live_when_warm;

/* After some steps everything is allocated; from then on memory does not grow. */
static void ck_no_growth(int step)
{
    if (step == WARM)
        live_when_warm = gd_memory_live();
    else if (step > WARM)
        ck_assert_uint_eq(gd_memory_live(), live_when_warm);
}

/* h' = tanh(w h + 1), learned a little in each step. */
START_TEST(carry_a_state_over)
{
    gd_tensor *w = gd_requires_grad(gd_full(GD_SHAPE(2, 2), 0.1)), *h = gd_zeros(GD_SHAPE(2, 2));
    gd_real expected[4] = { 0 };
    for (int i = 0; i < STEPS; i++) {
        GD_SCOPE;
        ck_assert(gd_copy_out(h, expected));
        gd_tensor *next = gd_tanh(gd_shift(gd_matmul(h, w), 1));
        ck_good(gd_backward(gd_sum(next)));
        gd_zero_grad_of(w);
        ck_assert(!gd_assign(h, next));                           /* the message names the idiom */
        ck_message("gd_assign: value, [2, 2], requires a gradient, which the change would lose; use GD_NO_GRAD or "
                    "gd_detach");
        ck_good(gd_assign(h, gd_detach(next)));
        double value = tanh(0.2 * (double)expected[0] + 1);
        ck_values(h, value, value, value, value);
        ck_no_growth(i);
    }
}
END_TEST

START_TEST(keep_the_best)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_full(GD_SHAPE(3), 5)), *frozen = gd_freeze(gd_param(net, "f", gd_scalar(1)));
    gd_tensor *mean = gd_buffer(net, "mean", gd_zeros(GD_SHAPE(2)));
    gd_params *best = gd_params_copy(net);
    ck_assert(gd_params_tensors(best) == 3 && gd_params_is_buffer(best, 2) && !gd_params_at(best, 1)->requires_grad);
    ck_assert(gd_params_at(best, 0)->requires_grad && frozen && gd_params_at(best, 0) != w);
    gd_tensor *best_w = gd_zeros(GD_SHAPE(3));                    /* of one tensor */
    double lowest = INFINITY;
    for (int i = 0; i < STEPS; i++) {
        GD_SCOPE;
        gd_no_grad_begin();
        gd_fill(w, (i * 7919) % 1000 - 300);                      /* 0 at one step of many */
        gd_fill(mean, i);
        gd_no_grad_end();
        double loss = (double)gd_item(gd_sum(gd_square(w)));
        if (loss < lowest) {
            lowest = loss;
            ck_good(gd_params_assign(best, net));
            ck_good(gd_assign(best_w, gd_detach(w)));
        }
        ck_no_growth(i);
    }
    ck_values(gd_params_get(best, "w"), 0, 0, 0);
    ck_values(best_w, 0, 0, 0);
    double step = (double)gd_params_get(best, "mean")->data[0];
    ck_assert((int)(step * 7919) % 1000 == 300);
    ck_good(gd_params_assign(net, best));
    ck_values(w, 0, 0, 0);
    ck_values(mean, step, step);
    gd_params_free(net);
    gd_params_free(best);
}
END_TEST

START_TEST(models_that_differ)
{
    gd_params *a = gd_params_new(), *b = gd_params_new(), *c = gd_params_new();
    gd_param(a, "v", gd_ones(GD_SHAPE(1)));
    gd_param(a, "w", gd_ones(GD_SHAPE(2)));
    gd_param(b, "v", gd_zeros(GD_SHAPE(1)));
    gd_param(b, "w", gd_zeros(GD_SHAPE(3)));
    gd_param(c, "v", gd_zeros(GD_SHAPE(1)));
    ck_assert(!gd_params_assign(a, b));
    ck_message("gd_params_assign: \"w\" is [2] in to and [3] in from");
    ck_assert(!gd_params_assign(a, c));
    ck_message("gd_params_assign: to has 2 tensors and from has 1: they must have the same names and shapes");
    gd_param(c, "x", gd_zeros(GD_SHAPE(2)));
    ck_assert(!gd_params_assign(a, c));
    ck_message("gd_params_assign: from has no \"w\": they must have the same names and shapes");
    ck_values(gd_params_get(a, "v"), 1);
    ck_assert(!gd_params_assign(NULL, a));
    ck_message("gd_params_assign: to is NULL");
    ck_assert(!gd_params_copy(NULL));
    ck_message("gd_params_copy: p is NULL");
    ck_good(gd_params_assign(a, a));
    gd_tensor *y = gd_sum(gd_square(gd_params_get(a, "w")));      /* a graph that reads the old values */
    gd_params *d = gd_params_copy(a);
    ck_good(gd_params_assign(a, d));
    ck_assert(!gd_backward(y));
    gd_params_free(a);
    gd_params_free(b);
    gd_params_free(c);
    gd_params_free(d);
}
END_TEST

static gd_tensor *scores(gd_tensor *x)
{
    GD_SCOPE;
    gd_tensor *y = gd_softmax(gd_scale(x, 2), 0);
    return gd_keep(y);
}

static gd_tensor *scores_by_hand(gd_tensor *x)
{
    if (!gd_scope_begin())
        return NULL;
    return gd_scope_end_with(gd_softmax(gd_scale(x, 2), 0));
}

START_TEST(return_a_result)
{
    gd_tensor *x = gd_requires_grad(gd_zeros(GD_SHAPE(4)));
    for (int i = 0; i < STEPS; i++) {
        GD_SCOPE;
        gd_tensor *a = scores(x), *b = scores_by_hand(x);
        {
            GD_SCOPE;
            gd_full(GD_SHAPE(5000), -1);                          /* the functions' memory is recycled */
        }
        ck_values(a, 0.25, 0.25, 0.25, 0.25);
        ck_values(b, 0.25, 0.25, 0.25, 0.25);
        ck_assert(!b->node && !b->requires_grad);
        ck_no_growth(i);
    }
    ck_assert(!gd_scope_end_with(x));
    ck_message("gd_scope_end_with: no scope is open");
    ck_assert(gd_scope_begin() && !gd_scope_end_with(NULL) && !gd_scope_end());
    ck_message("gd_scope_end: no scope is open");
}
END_TEST

static double error_of(gd_tensor *w, gd_tensor *x)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(gd_mean(gd_square(gd_sub(w, x))));
}

START_TEST(evaluate)
{
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(50))), *x = gd_zeros(GD_SHAPE(50));
    for (int i = 0; i < STEPS; i++) {
        ck_assert(error_of(w, x) == 1);
        ck_no_growth(i);
    }
    ck_assert(gd_is_recording());
}
END_TEST

/* ---- Forgotten scopes ------------------------------------------------------------------------------------------ */

static int told;
static char heard[400];

static void listen(const char *message)
{
    told++;
    snprintf(heard, sizeof heard, "%s", message);
}

#define ck_heard(times, expected) \
    do { \
        ck_assert_msg(told == (times) && strcmp(heard, expected) == 0, "%d messages, the last one: %s", told, heard); \
        ck_no_message(); \
        told = 0; \
    } while (0)

START_TEST(a_forgotten_scope)
{
    told = 0;
    gd_on_error(listen);
    gd_set_memory_warning(3 << 20);
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(100, 100)));
    for (int i = 0; i < 200; i++)                                 /* 16 MB and more */
        gd_backward(gd_mean(gd_square(w)));
    ck_heard(1, "warning: what was made while no scope was open has passed 3145728 bytes and stays until gd_shutdown; "
                "is GD_SCOPE missing in a loop?  (gd_set_memory_warning sets this limit)");
    gd_shutdown();
    gd_set_memory_warning(3 << 20);
    for (int i = 0; i < 200; i++) {
        GD_SCOPE;
        gd_ones(GD_SHAPE(100, 1000));
    }
    ck_assert_int_eq(told, 0);
    gd_set_memory_warning(0);
    for (int i = 0; i < 200; i++)
        gd_ones(GD_SHAPE(100, 100));
    ck_assert_int_eq(told, 0);
    gd_set_memory_warning((size_t)1 << 30);
}
END_TEST

/* Two data sets of 100 MB, whose pages are never touched, count for 64 MB each. */
START_TEST(large_data_are_no_forgotten_scope)
{
    told = 0;
    gd_on_error(listen);
    gd_set_memory_warning((size_t)150 << 20);
    for (int i = 0; i < 2; i++)
        ck_assert_ptr_nonnull(gi_new("test", 1, (int64_t[]){ (100 << 20) / (int64_t)sizeof(gd_real) }));
    ck_assert_int_eq(told, 0);
    gd_set_memory_warning((size_t)1 << 30);
}
END_TEST

static jmp_buf out;

static void jump_out(bool deeper)
{
    GD_SCOPE;
    {
        GD_SCOPE;
        if (deeper)
            gd_scope_begin();
        gd_ones(GD_SHAPE(10));
        longjmp(out, 1);
    }
}

START_TEST(scopes_left_open)
{
    told = 0;
    gd_on_error(listen);
    {
        GD_SCOPE;
        if (setjmp(out) == 0)
            jump_out(true);
        ck_assert_int_eq(told, 0);
    }
    ck_heard(1, "warning: GD_SCOPE: scopes opened inside it and left open, closed now: 3; is there a gd_scope_begin "
                "without gd_scope_end, or a longjmp out of a GD_SCOPE?");
    ck_assert(!gd_scope_end());
    told = 0;
    gd_clear_error();
    {
        GD_SCOPE;
        ck_assert(gd_scope_begin());
    }
    ck_heard(1, "warning: GD_SCOPE: scopes opened inside it and left open, closed now: 1; is there a gd_scope_begin "
                "without gd_scope_end, or a longjmp out of a GD_SCOPE?");
    for (int i = 0; i < 1100; i++)
        ck_assert(gd_scope_begin());
    ck_heard(1, "warning: gd_scope_begin: 1000 scopes are open; is there a gd_scope_begin without gd_scope_end, or a "
                "longjmp out of a GD_SCOPE?");
    gd_shutdown();
    ck_heard(1, "warning: gd_shutdown: scopes opened by gd_scope_begin and left open, closed now: 1100");
    GD_SCOPE;
    gd_shutdown();                                                /* a scope around main: nothing is forgotten */
    ck_assert_int_eq(told, 0);
}
END_TEST

/* A warning does not end a program that aborts at its first error. */
START_TEST(a_warning_under_gd_abort)
{
    gd_on_error(gd_abort);
    ck_assert(gd_scope_begin());
    gd_shutdown();
    exit(5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tensor: scope idioms");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, carry_a_state_over);
    tcase_add_test(all, keep_the_best);
    tcase_add_test(all, models_that_differ);
    tcase_add_test(all, return_a_result);
    tcase_add_test(all, evaluate);
    tcase_add_test(all, a_forgotten_scope);
    tcase_add_test(all, large_data_are_no_forgotten_scope);
    tcase_add_test(all, scopes_left_open);
    tcase_add_exit_test(all, a_warning_under_gd_abort, 5);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
