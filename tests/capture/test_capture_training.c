/* test_capture_training.c - whole steps of training, captured: every optimizer, learning rates, schedules, groups,
 * clipping, averages and dropout have the bits of the same steps made as usual. */
#include <string.h>

#include "support/optimizers.h"
#include "tensor/recycle.h"

enum { STEPS = 14, BATCH = 6, FEATURES = 3, HIDDEN = 5 };

/* What a step does beside forward, backward and gd_step. */
enum { PLAIN = 0, CLIPS = 1, CLIPS_VALUE = 2, AVERAGES = 4, DROPS = 8, ZEROES_FIRST = 16, TWO_PASSES = 32,
       CHOSEN_GRADIENTS = 64 };

typedef struct training {
    int           flags;
    gd_params    *net;
    gd_tensor    *w1, *b1, *w2, *b2;
    gd_optimizer *o;
    gd_ema       *average;
} training;

static training begin(maker *make, int flags)
{
    training t = { .flags = flags, .net = gd_params_new() };
    noise_state = 7;
    t.w1 = gd_param(t.net, "w1", noisy(GD_SHAPE(HIDDEN, FEATURES)));
    t.b1 = gd_param(t.net, "b1", noisy(GD_SHAPE(HIDDEN)));
    t.w2 = gd_param(t.net, "w2", noisy(GD_SHAPE(1, HIDDEN)));
    t.b2 = gd_param(t.net, "b2", noisy(GD_SHAPE(1)));
    t.o = make(t.net);
    t.average = gd_ema_new(t.net, 0.9);
    ck_assert(t.o && t.average);
    return t;
}

static void end(training *t)
{
    gd_ema_free(t->average);
    gd_optimizer_free(t->o);
    gd_params_free(t->net);
}

static gd_tensor *loss_of(const training *t, gd_tensor *x, gd_tensor *y)
{
    gd_tensor *hidden = gd_dropout(gd_tanh(gd_affine(x, t->w1, t->b1)), 0.3, (t->flags & DROPS) != 0);
    return gd_mse_loss(gd_affine(hidden, t->w2, t->b2), y, GD_MEAN);
}

static void find_gradients(const training *t, gd_tensor *loss)
{
    if (t->flags & CHOSEN_GRADIENTS) {
        gd_tensor *const xs[] = { t->w1, t->w2 };
        gd_tensor *dxs[2];
        gd_grad(loss, NULL, xs, 2, dxs, false);
        gd_set_grad(t->w1, dxs[0]);
        gd_set_grad(t->w2, dxs[1]);
    } else {
        gd_backward(loss);
    }
}

static gd_tensor *step(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    training *t = context;
    if (t->flags & ZEROES_FIRST)
        gd_zero_grad(t->o);
    gd_tensor *loss = loss_of(t, in[0], in[1]);
    find_gradients(t, loss);
    if (t->flags & TWO_PASSES)
        gd_backward(loss_of(t, gd_neg(in[0]), in[1]));
    if (t->flags & CLIPS)
        gd_clip_grad_norm(t->net, 0.5);
    if (t->flags & CLIPS_VALUE)
        gd_clip_grad_value(t->net, 0.1);
    gd_step(t->o);
    if (!(t->flags & ZEROES_FIRST))
        gd_zero_grad(t->o);
    if (t->flags & AVERAGES)
        gd_ema_update(t->average);
    return loss;
}

/* ---- Comparing --------------------------------------------------------------------------------------------------- */

typedef struct numbers {
    double at[4096];
    int    n;
} numbers;

static void note_tensor(numbers *to, const gd_tensor *t)
{
    for (int64_t i = 0; t && i < t->numel; i++) {
        ck_assert_int_lt(to->n, 4096);
        to->at[to->n++] = (double)t->data[i];
    }
}

static void note_state(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    (void)owner;
    (void)name;
    numbers *to = context;
    note_tensor(to, tensor);
    if (number)
        to->at[to->n++] = *number;
}

static numbers all_numbers(training *t)
{
    GD_SCOPE;
    numbers all = { .n = 0 };
    for (int i = 0; i < gd_params_tensors(t->net); i++) {
        note_tensor(&all, gd_params_at(t->net, i));
        note_tensor(&all, gd_params_at(t->net, i)->grad);
        note_tensor(&all, gd_ema_get(t->average, gd_params_at(t->net, i)));
    }
    ck_assert(gd_optimizer_visit(t->o, note_state, &all));
    all.at[all.n++] = (double)t->o->steps;
    return all;
}

static void check_same(training *a, training *b, const char *what, int at)
{
    const numbers x = all_numbers(a), y = all_numbers(b);
    ck_assert_int_eq(x.n, y.n);
    ck_assert_msg(memcmp(x.at, y.at, (size_t)x.n * sizeof *x.at) == 0, "%s: step %d: other numbers", what, at);
}

/* ---- Both ways --------------------------------------------------------------------------------------------------- */

static void both_ways(maker *make, int flags)
{
    training usual = begin(make, flags), captured = begin(make, flags);
    gd_program *program = gd_capture(step, &captured);
    uint64_t random[2][4];
    for (int k = 0; k < 2; k++) {
        gd_seed(5);
        ck_assert(gd_generator_state(NULL, random[k]));
    }
    for (int at = 0; at < STEPS; at++) {
        GD_SCOPE;
        noise_state = 100 + (uint64_t)at;
        gd_tensor *const in[] = { noisy(GD_SHAPE(BATCH, FEATURES)), noisy(GD_SHAPE(BATCH, 1)) };
        if (at == 6) {
            usual.o->lr *= 0.5;
            captured.o->lr *= 0.5;
        }
        ck_assert(gd_generator_set_state(NULL, random[0]));
        const gd_real loss = gd_item(step(in, 2, &usual));
        ck_assert(gd_generator_state(NULL, random[0]) && gd_generator_set_state(NULL, random[1]));
        const gd_real again = gd_item(gd_run(program, in, 2));
        ck_assert(gd_generator_state(NULL, random[1]));
        ck_assert_msg(memcmp(&loss, &again, sizeof loss) == 0, "%s: step %d: loss %.9g, captured %.9g",
                      usual.o->algorithm->name, at, (double)loss, (double)again);
        ck_assert_int_eq(memcmp(random[0], random[1], sizeof random[0]), 0);
        check_same(&usual, &captured, usual.o->algorithm->name, at);
    }
    ck_assert_int_eq(runs_again_of(program), STEPS - 2);
    gd_program_free(program);
    end(&usual);
    end(&captured);
}

START_TEST(every_optimizer)
{
    both_ways(makers[_i], PLAIN);
    both_ways(makers[_i], CLIPS | AVERAGES);
}
END_TEST

START_TEST(what_a_step_may_do)
{
    static const int flags[] = { CLIPS, CLIPS_VALUE, AVERAGES, DROPS, ZEROES_FIRST, TWO_PASSES, CHOSEN_GRADIENTS,
                                 TWO_PASSES | CLIPS | AVERAGES | DROPS | ZEROES_FIRST };
    both_ways(make_adam, flags[_i]);
}
END_TEST

static gd_optimizer *scheduled(gd_params *p)
{
    gd_optimizer *o = make_adamw(p);
    gd_adamw_options options = gd_adamw_defaults();
    options.lr = 0.002;
    gd_group *group = gd_optimizer_group(o, "b", &options);
    ck_assert(group && gd_set_schedule(&o->first, gd_lr_factor(0.05, 0.9, 1e-4)) && gd_optimizer_trace(o, p ?
              gd_params_at(p, 0) : NULL, GD_SHAPE(0, 0)));
    return o;
}

START_TEST(schedules_groups_and_traces)
{
    both_ways(scheduled, CLIPS | AVERAGES | DROPS);
}
END_TEST

int main(void)
{
    gi_least_apart = 1;                     /* results share their memory as soon as they are not small */
    Suite *suite = suite_create("capture: training");
    TCase *cases = tcase_create("both ways");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, every_optimizer, 0, MAKERS);
    tcase_add_loop_test(cases, what_a_step_may_do, 0, 8);
    tcase_add_test(cases, schedules_groups_and_traces);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
