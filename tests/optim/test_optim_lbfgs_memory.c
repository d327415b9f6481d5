/* test_optim_lbfgs_memory.c - L-BFGS's history when its size changes, when numbers and states are corrupted, and
 * when the direction it gives is useless; failures inside the closure. */
#define _XOPEN_SOURCE 700
#include <unistd.h>

#include "gradus/checkpoint.h"
#include "support/number_table.h"

#include "optim/inside.h"

enum { N = 20, PAIRS = 10 };

/* Rosenbrock in N dimensions: the sum of (1 - w_i)^2 + 100 (w_(i+1) - w_i^2)^2. */
typedef struct valley { gd_params *net; gd_tensor *w; gd_optimizer *o; int evaluations, fail_at; bool told; } valley;

static double evaluate(void *context)
{
    valley *p = context;
    if (++p->evaluations == p->fail_at) {
        if (p->told)
            gd_fail("out of memory: said the closure");
        return NAN;
    }
    gd_zero_grad(p->o);
    GD_SCOPE;
    gd_tensor *here = gd_slice(p->w, 0, 0, N - 1, 1), *next = gd_slice(p->w, 0, 1, N, 1);
    gd_tensor *f = gd_add(gd_sum(gd_square(gd_shift(gd_neg(here), 1))),
                          gd_scale(gd_sum(gd_square(gd_sub(next, gd_square(here)))), 100));
    return gd_backward(f) ? (double)gd_item(f) : NAN;
}

static valley valley_new(int history)
{
    valley p = { .net = gd_params_new() };
    p.w = gd_param(p.net, "w", gd_full(GD_SHAPE(N), -1));
    for (int i = 0; i < N; i += 2)
        p.w->data[i] = (gd_real)1.2;
    gd_lbfgs_options options = gd_lbfgs_defaults();
    options.history_size = history;
    p.o = gd_lbfgs(p.net, options);
    ck_assert_ptr_nonnull(p.o);
    return p;
}

static void valley_free(valley *p)
{
    gd_optimizer_free(p->o);
    gd_params_free(p->net);
}

static double number(const valley *p, const char *name)
{
    return *gd_optimizer_number(p->o, NULL, name);
}

/* A full history. */
static valley after_steps(void)
{
    valley p = valley_new(PAIRS);
    for (int i = 0; i < 3; i++)
        ck_assert(!isnan(gd_step_closure(p.o, evaluate, &p)));
    ck_assert_double_eq(number(&p, "pairs"), PAIRS);
    return p;
}

/* The k-th newest pair: s, then y, then rho. */
static void read_pair(const valley *p, int k, gd_real to[2 * N + 1])
{
    gd_tensor *s = gd_optimizer_state(p->o, NULL, "s"), *y = gd_optimizer_state(p->o, NULL, "y");
    int rows = (int)s->shape[0], row = ((int)number(p, "newest") - k + rows) % rows;
    ck_assert(row >= 0 && y->shape[0] == rows);
    memcpy(to, s->data + row * N, N * sizeof *to);
    memcpy(to + N, y->data + row * N, N * sizeof *to);
    to[2 * N] = gd_optimizer_state(p->o, NULL, "rho")->data[row];
}

/* Only allocates the history: every gradient is small enough to stop. */
static void call_without_iteration(valley *p)
{
    double tolerance = gd_group_get(&p->o->first, "tolerance_grad");
    ck_assert(gd_group_set(&p->o->first, "tolerance_grad", 1e30));
    ck_assert(!isnan(gd_step_closure(p->o, evaluate, p)));
    ck_assert(gd_group_set(&p->o->first, "tolerance_grad", tolerance));
}

static const int sizes[][2] = { { 3, 3 }, { 1, 1 }, { 9, 9 }, { 10, 10 }, { 11, 10 }, { 500, 10 } };
enum { SIZES = sizeof sizes / sizeof sizes[0] };

START_TEST(another_history_size_keeps_the_newest_pairs)
{
    valley p = after_steps();
    int history = sizes[_i][0], kept = sizes[_i][1];
    gd_real before[PAIRS][2 * N + 1], after[2 * N + 1];
    for (int k = 0; k < PAIRS; k++)
        read_pair(&p, k, before[k]);
    ck_assert(gd_group_set(&p.o->first, "history_size", history));
    call_without_iteration(&p);
    ck_assert_double_eq(number(&p, "pairs"), kept);
    for (int k = 0; k < kept; k++) {
        read_pair(&p, k, after);
        ck_assert_msg(memcmp(before[k], after, sizeof after) == 0, "history %d, pair %d", history, k);
    }
    double first = gd_step_closure(p.o, evaluate, &p);
    ck_assert(evaluate(&p) < first);
    ck_assert_double_le(number(&p, "pairs"), history);
    ck_assert(gd_group_set(&p.o->first, "history_size", 4));
    for (int i = 0; i < 8; i++)
        gd_step_closure(p.o, evaluate, &p);
    ck_assert_double_eq(number(&p, "pairs"), 4);
    for (int i = 0; i < N; i++)
        ck_assert_msg(fabs(p.w->data[i] - 1) < 0.02, "w[%d] = %g", i, (double)p.w->data[i]);
    valley_free(&p);
}
END_TEST

/* With a smaller history the directions are those of an optimizer that always had the smaller one. */
START_TEST(a_smaller_memory_goes_on_as_if_it_had_been_small)
{
    valley p = valley_new(PAIRS), small = valley_new(3);
    ck_assert(gd_group_set(&p.o->first, "max_iter", 3) && gd_group_set(&small.o->first, "max_iter", 3));
    gd_step_closure(p.o, evaluate, &p);
    gd_step_closure(small.o, evaluate, &small);
    ck_assert(gd_group_set(&p.o->first, "history_size", 3));
    for (int i = 0; i < 5; i++) {
        gd_step_closure(p.o, evaluate, &p);
        gd_step_closure(small.o, evaluate, &small);
        ck_assert(memcmp(p.w->data, small.w->data, N * sizeof *p.w->data) == 0);
    }
    valley_free(&p);
    valley_free(&small);
}
END_TEST

START_TEST(an_option_set_back_and_forth_takes_no_more_memory)
{
    valley p = after_steps();
    size_t live = 0;
    for (int i = 0; i < 200; i++) {
        ck_assert(gd_group_set(&p.o->first, "history_size", i % 2 ? 10 : 2));
        call_without_iteration(&p);
        if (i == 20)
            live = gd_memory_live();
    }
    ck_assert_uint_eq(gd_memory_live(), live);
    valley_free(&p);
}
END_TEST

/* lr = 0 moves nothing, costs one evaluation, and forgets nothing. */
START_TEST(no_learning_rate)
{
    valley p = after_steps();
    gd_real before[N];
    memcpy(before, p.w->data, sizeof before);
    p.o->lr = 0;
    int evaluations = p.evaluations;
    ck_assert(!isnan(gd_step_closure(p.o, evaluate, &p)) && p.evaluations == evaluations + 1);
    ck_assert(memcmp(before, p.w->data, sizeof before) == 0 && number(&p, "pairs") == PAIRS);
    p.o->lr = 1;
    double first = gd_step_closure(p.o, evaluate, &p);
    ck_assert(evaluate(&p) < first);
    valley_free(&p);
}
END_TEST

/* ---- Corrupted numbers --------------------------------------------------------------------------------------- */

static const double odd[] = { 100000, -1000003, 2.5, -1, 11, 1e300, -1e300, NAN, INFINITY, -INFINITY };
enum { ODD = sizeof odd / sizeof odd[0] };
static const char *const names[] = { "pairs", "newest", "step_length", "H_diag", "step" };
enum { NAMES = sizeof names / sizeof names[0] };

START_TEST(whatever_the_numbers_hold)
{
    valley p = after_steps();
    *gd_optimizer_number(p.o, NULL, names[_i % NAMES]) = odd[_i / NAMES];
    double first = gd_step_closure(p.o, evaluate, &p);
    ck_assert_msg(!isnan(first), "%s", gd_last_error());
    ck_assert_msg(evaluate(&p) < first, "%s = %g: no progress", names[_i % NAMES], odd[_i / NAMES]);
    for (int k = 0; k < NAMES; k++)
        ck_assert(number(&p, names[k]) >= 0 && number(&p, names[k]) < INFINITY);
    ck_assert_double_le(number(&p, "pairs"), PAIRS);
    ck_assert_double_lt(number(&p, "newest"), PAIRS);
    valley_free(&p);
}
END_TEST

/* States that are NaN give a direction that is: the pairs are dropped. */
START_TEST(pairs_that_lead_nowhere_are_dropped)
{
    static const char *const state[] = { "s", "y", "rho", "d", "prev_flat_grad" };
    valley p = after_steps();
    gd_tensor *t = gd_optimizer_state(p.o, NULL, state[_i % 5]);
    gd_fill(t, _i < 5 ? (gd_real)NAN : _i < 10 ? (gd_real)-1 : (gd_real)1e30);
    for (int i = 0; i < 3; i++) {
        double first = gd_step_closure(p.o, evaluate, &p);
        ck_assert_msg(!isnan(first), "%s", gd_last_error());
        ck_assert_msg(evaluate(&p) < first, "%s: no progress in call %d", state[_i % 5], i);
    }
    valley_free(&p);
}
END_TEST

START_TEST(a_checkpoint_of_another_history_size)
{
    valley p = after_steps(), other = valley_new(_i ? 25 : 3);
    char path[] = "/tmp/gradus-lbfgs-XXXXXX";
    int file = mkstemp(path);
    ck_assert(file >= 0 && close(file) == 0);
    ck_assert(gd_save(path, p.net, p.o));
    bool loaded = gd_load(path, other.net, other.o);
    remove(path);
    ck_assert_msg(loaded, "%s", gd_last_error());
    double first = gd_step_closure(other.o, evaluate, &other);
    ck_assert(evaluate(&other) < first);
    ck_assert_double_le(number(&other, "pairs"), _i ? 25 : 3);
    ck_assert_double_ge(number(&other, "pairs"), 3);
    valley_free(&p);
    valley_free(&other);
}
END_TEST

/* ---- Searches that fail -------------------------------------------------------------------------------------- */

typedef struct barrier { gd_tensor *w; gd_optimizer *o; int evaluations; } barrier;

static double barrier_at(void *context)
{
    barrier *p = context;
    p->evaluations++;
    gd_zero_grad(p->o);
    GD_SCOPE;
    gd_tensor *f = gd_sum(gd_sub(p->w, gd_log(p->w)));
    return gd_backward(f) ? (double)gd_item(f) : NAN;
}

/* The curvature at the start is a million times that of the minimum (1, 1). */
START_TEST(curvature_that_was_left_behind)
{
    static const double starts[][2] = { { 1e-3, 10 }, { 1e-3, 1e-3 }, { 1e-2, 50 }, { 1e-4, 2 }, { 30, 1e-3 } };
    gd_params *net = gd_params_new();
    barrier p = { .w = gd_param(net, "w", tensor_of(GD_SHAPE(2), starts[_i])) };
    p.o = gd_lbfgs(net, gd_lbfgs_defaults());
    for (int i = 0; i < 6; i++)
        ck_assert(!isnan(gd_step_closure(p.o, barrier_at, &p)));
    for (int i = 0; i < 2; i++)
        ck_assert_msg(fabs(p.w->data[i] - 1) < 2e-4, "w[%d] = %.9g", i, (double)p.w->data[i]);
    int evaluations = p.evaluations;        /* at the minimum a call is one evaluation, or little more */
    gd_step_closure(p.o, barrier_at, &p);
    ck_assert_int_le(p.evaluations - evaluations, 3);
    gd_optimizer_free(p.o);
    gd_params_free(net);
}
END_TEST

/* ---- Failures inside the closure ----------------------------------------------------------------------------- */

START_TEST(the_message_of_the_closure_stands)
{
    gd_on_error(NULL);
    valley p = valley_new(PAIRS);
    p.fail_at = 1;
    ck_assert(isnan(gd_step_closure(p.o, evaluate, &p)) && p.o->steps == 0);
    ck_message("gd_lbfgs: the closure's loss is nan");
    p.told = true;
    p.fail_at = p.evaluations + 1;
    ck_assert(isnan(gd_step_closure(p.o, evaluate, &p)));
    ck_message("out of memory: said the closure");
    p.fail_at = p.evaluations + 1;          /* the same message once more is a message, too */
    gd_fail("out of memory: said the closure");
    ck_assert(isnan(gd_step_closure(p.o, evaluate, &p)));
    ck_message("out of memory: said the closure");
    p.fail_at = 0;
    double first = evaluate(&p);
    int evaluations = p.evaluations;
    p.fail_at = evaluations + 9;            /* in the middle: the best point so far stays */
    ck_assert(isnan(gd_step_closure(p.o, evaluate, &p)) && p.o->steps == 0);
    ck_message("out of memory: said the closure");
    ck_assert_int_eq(p.evaluations, evaluations + 9);
    double now = evaluate(&p);
    ck_assert(now < first);
    ck_assert(gd_step_closure(p.o, evaluate, &p) == now && evaluate(&p) < now);
    ck_no_message();
    valley_free(&p);
}
END_TEST

static double without_backward(void *context)
{
    gd_zero_grad(((valley *)context)->o);
    return 1;
}

static double with_infinite_gradient(void *context)
{
    valley *p = context;
    evaluate(p);
    p->w->grad->data[7] = -(gd_real)INFINITY;
    return 1;
}

/* The model grows during a step, which the optimizer registers at its end; its numbers are overwritten, and
 * an option is refused. */
static double meddling(void *context)
{
    valley *p = context;
    if (p->evaluations == 4) {
        gd_param(p->net, "late", gd_ones(GD_SHAPE(3000)));
        *gd_optimizer_number(p->o, NULL, "pairs") = 1e9;
        *gd_optimizer_number(p->o, NULL, "newest") = -1e9;
        ck_assert(!gd_group_set(&p->o->first, "history_size", 100));
        ck_message("gd_group_set: called inside of a step of the same optimizer, gd_lbfgs");
        ck_assert(!gd_check_finite(p->o));
        ck_message("gd_param: called inside of a step of the same optimizer, gd_lbfgs");
    }
    return evaluate(context);
}

START_TEST(closures_that_meddle)
{
    valley p = valley_new(2);
    gd_on_error(NULL);
    double first = gd_step_closure(p.o, meddling, &p);
    ck_assert(evaluate(&p) < first && p.o->inside->count == 1);
    ck_assert_double_le(number(&p, "pairs"), 2);
    first = gd_step_closure(p.o, evaluate, &p);
    ck_assert(evaluate(&p) < first && p.o->inside->count == 2 && gd_params_get(p.net, "late")->data[2999] == 1);
    ck_assert_int_eq((int)gd_optimizer_state(p.o, NULL, "s")->shape[1], N + 3000);
    valley_free(&p);
}
END_TEST

static double of_any_algorithm(void *context)
{
    (void)context;
    return NAN;
}

START_TEST(closures_without_a_gradient)
{
    gd_on_error(NULL);
    valley p = valley_new(PAIRS);
    ck_assert(isnan(gd_step_closure(p.o, without_backward, &p)));
    ck_message("gd_step_closure: the model's only parameter has no gradient: gd_backward comes before it, gd_zero_grad "
               "after it");
    ck_assert(isnan(gd_step_closure(p.o, with_infinite_gradient, &p)));
    ck_message("gd_step_closure: the gradient of w is -inf at [7]");
    gd_params *empty = gd_params_new();
    gd_optimizer *o = gd_lbfgs(empty, gd_lbfgs_defaults());
    ck_assert(isnan(gd_step_closure(o, of_any_algorithm, NULL)));
    ck_message("gd_step_closure: the model has no parameters");
    gd_optimizer_free(o);
    gd_params_free(empty);
    o = gd_adam(p.net, gd_adam_defaults());
    ck_assert(isnan(gd_step_closure(o, of_any_algorithm, NULL)));
    ck_message("gd_step_closure: the closure's loss is nan");
    gd_optimizer_free(o);
    valley_free(&p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: L-BFGS memory");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, another_history_size_keeps_the_newest_pairs, 0, SIZES);
    tcase_add_test(tc, a_smaller_memory_goes_on_as_if_it_had_been_small);
    tcase_add_test(tc, an_option_set_back_and_forth_takes_no_more_memory);
    tcase_add_test(tc, no_learning_rate);
    tcase_add_loop_test(tc, whatever_the_numbers_hold, 0, ODD * NAMES);
    tcase_add_loop_test(tc, pairs_that_lead_nowhere_are_dropped, 0, 15);
    tcase_add_loop_test(tc, a_checkpoint_of_another_history_size, 0, 2);
    tcase_add_loop_test(tc, curvature_that_was_left_behind, 0, 5);
    tcase_add_test(tc, the_message_of_the_closure_stands);
    tcase_add_test(tc, closures_without_a_gradient);
    tcase_add_test(tc, closures_that_meddle);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
