/* test_unchanged_on_failure.c - calls that fail halfway change nothing: loading, stepping, layers, averages.  Names
 * that no checkpoint can hold are refused at once. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gradus.h"
#include "support/scratch.h"

/* ---- Loading ------------------------------------------------------------------------------------------------ */

/* Replaces the first occurrence of a text in the header of f. */
static void damage(const char *path, const char *key, const char *value)
{
    static char bytes[8192];
    size_t n = get_bytes(path, bytes, sizeof bytes - 1);
    for (char *at = bytes; at + strlen(key) < bytes + n; at++)
        if (memcmp(at, key, strlen(key)) == 0) {
            memcpy(at + strlen(key) + 3, value, strlen(value));
            put_bytes(path, bytes, n);
            return;
        }
    ck_abort_msg("%s has no %s", path, key);
}

/* An option was set since the last step, so that the states must be rebuilt; then a load fails. */
START_TEST(state_survives_a_failed_load)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_ones(GD_SHAPE(1))), *b = gd_param(p, "b", gd_ones(GD_SHAPE(1)));
    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    gd_set_grad(w, gd_ones(GD_SHAPE(1)));
    gd_set_grad(b, gd_ones(GD_SHAPE(1)));
    ck_assert(gd_step(o) && gd_save("f", p, o));
    damage("f", "optimizer/b/step", "zz");
    ck_assert(gd_group_set(&o->first, "weight_decay", 0));
    for (int i = 0; i < 3; i++) {
        ck_assert(!gd_load("f", p, o));
        ck_message("gd_load: f: damaged number \"optimizer/b/step\"");
        gd_tensor *m = gd_optimizer_state(o, w, "exp_avg");
        ck_assert_ptr_nonnull(m);
        ck_assert_double_eq_tol((double)m->data[0], 0.1, 1e-7);
    }
    ck_assert(gd_step(o));
    ck_assert_double_eq_tol((double)gd_optimizer_state(o, w, "exp_avg")->data[0], 0.19, 1e-7);
    gd_optimizer_free(o);
    gd_params_free(p);
}
END_TEST

/* Neither failed nor successful loads leak memory. */
START_TEST(memory_of_loads)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_ones(GD_SHAPE(500)));
    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    ck_assert(gd_save("fresh", p, o));
    gd_set_grad(w, gd_ones(GD_SHAPE(500)));
    ck_assert(gd_step(o) && gd_save("f", p, o) && gd_save("bad", p, o));
    damage("bad", "optimizer/w/step", "zz");
    size_t live = 0;
    for (int i = 0; i < 200; i++) {
        GD_SCOPE;
        ck_assert(!gd_load("bad", p, o) && gd_load("fresh", p, o));
        ck_assert_ptr_null(gd_optimizer_state(o, w, "exp_avg"));
        ck_assert(gd_load("f", p, o));
        if (i == 10)
            live = gd_memory_live();
    }
    ck_assert_uint_le(gd_memory_live(), live);
    ck_assert_double_eq_tol((double)gd_optimizer_state(o, w, "exp_avg")->data[499], 0.1, 1e-7);
    gd_optimizer_free(o);
    gd_params_free(p);
}
END_TEST

/* Options that were changed between the last step and the checkpoint: the run goes on as if it had not been saved. */
START_TEST(options_changed_before_saving)
{
    for (int kind = 0; kind < 3; kind++) {
        gd_params *p = gd_params_new(), *q = gd_params_new();
        gd_tensor *w = gd_param(p, "w", gd_ones(GD_SHAPE(2))), *v = gd_param(q, "w", gd_ones(GD_SHAPE(2)));
        gd_sgd_options sgd = gd_sgd_defaults();
        sgd.momentum = kind == 1 ? 0.9 : 0;
        gd_optimizer *o = kind < 2 ? gd_sgd(p, sgd) : gd_adam(p, gd_adam_defaults());
        const char *option = kind < 2 ? "momentum" : "amsgrad";
        double value = kind == 0 ? 0.9 : kind == 1 ? 0 : 1;
        for (int i = 0; i < 6; i++) {
            if (i == 3) {
                ck_assert(gd_group_set(&o->first, option, value));
                ck_assert(gd_save("f", p, o));
            }
            gd_set_grad(w, gd_full(GD_SHAPE(2), 1 + i));
            ck_assert(gd_step(o));
        }
        sgd.momentum = value;
        gd_optimizer *second = kind < 2 ? gd_sgd(q, sgd) : gd_adam(q, gd_adam_defaults());
        if (kind == 2)
            gd_group_set(&second->first, option, value);
        ck_assert_msg(gd_load("f", q, second), "%s", gd_last_error());
        for (int i = 3; i < 6; i++) {
            gd_set_grad(v, gd_full(GD_SHAPE(2), 1 + i));
            ck_assert(gd_step(second));
        }
        ck_assert_msg(memcmp(w->data, v->data, 2 * sizeof *w->data) == 0, "case %d", kind);
        gd_optimizer_free(o);
        gd_optimizer_free(second);
        gd_params_free(p);
        gd_params_free(q);
    }
}
END_TEST

/* ---- Stepping ----------------------------------------------------------------------------------------------- */

static double not_a_number(int64_t step, const void *context)
{
    (void)context;
    return step == 0 ? 0.5 : NAN;
}

START_TEST(a_step_that_fails)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_ones(GD_SHAPE(2))), *b = gd_param(p, "b", gd_ones(GD_SHAPE(2)));
    gd_yogi_options options = gd_yogi_defaults();
    options.init_v_from_first_grad = true;
    gd_optimizer *o = gd_yogi(p, options);
    gd_group *group = gd_optimizer_group(o, "b", NULL);
    gd_set_schedule(&o->first, gd_lr_custom(not_a_number, NULL));
    gd_set_schedule(group, gd_lr_custom(not_a_number, NULL));
    gd_set_grad(w, gd_full(GD_SHAPE(2), 3));
    b->grad = gd_ones(GD_SHAPE(3));                              /* of another shape */
    ck_assert(!gd_step(o));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "must have the same shape"));
    ck_assert_ptr_null(gd_optimizer_state(o, w, "exp_avg_sq"));  /* it would have the shape of that gradient */
    ck_assert(o->lr == options.lr && group->lr == options.lr && o->steps == 0);
    gd_set_grad(w, gd_full(GD_SHAPE(2), 2));
    gd_set_grad(b, gd_full(GD_SHAPE(2), 2));
    ck_assert(gd_step(o));
    ck_assert_double_eq((double)gd_optimizer_state(o, w, "exp_avg_sq")->data[0], 4);
    ck_assert(o->lr == 0.5 && group->lr == 0.5);
    ck_assert(!gd_step(o));                                     /* lr is NaN */
    ck_assert(o->lr == 0.5 && group->lr == 0.5 && o->steps == 1);
    ck_assert(gd_save("f", p, o) && gd_load("f", p, o));
    gd_optimizer_free(o);
    gd_params_free(p);
}
END_TEST

/* ---- Layers ------------------------------------------------------------------------------------------------- */

static bool make_layer(gd_params *p, int i)
{
    const gd_conv2d_options conv = { { 1, 1 }, { 0, 0 }, { 1, 1 }, 1 };
    switch (i) {
    case 0:  return gd_linear_new(p, "x", 2, 2).weight != NULL;
    case 1:  return gd_conv2d_new(p, "x", 1, 1, 2, 2, conv).weight != NULL;
    case 2:  return gd_conv1d_new(p, "x", 1, 1, 2, 1, 0, 1, 1).weight != NULL;
    case 3:  return gd_layer_norm_new(p, "x", GD_SHAPE(2)).weight != NULL;
    case 4:  return gd_batch_norm_new(p, "x", 2).weight != NULL;
    case 5:  return gd_rnn_new(p, "x", 2, 2).weight_ih != NULL;
    case 6:  return gd_lstm_new(p, "x", 2, 2).weight_ih != NULL;
    case 7:  return gd_gru_new(p, "x", 2, 2).weight_ih != NULL;
    case 8:  return gd_multihead_new(p, "x", 2, 1).in_proj_weight != NULL;
    default: return gd_embedding_new(p, "x", 2, 2).weight != NULL;
    }
}

static const char *const last[] = { "x.bias", "x.bias", "x.bias", "x.bias", "x.running_var", "x.bias_hh", "x.bias_hh",
                                    "x.bias_hh", "x.out_proj.bias", "x.weight" };

/* The last name of the layer exists already: none of its tensors is added, no random number is drawn. */
START_TEST(a_layer_that_fails)
{
    gd_params *p = gd_params_new();
    gd_tensor *there = gd_param(p, last[_i], gd_ones(GD_SHAPE(2)));
    gd_seed(5);
    ck_assert(!make_layer(p, _i));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "there is a parameter"));
    ck_assert_int_eq(gd_params_tensors(p), 1);
    ck_assert_ptr_eq(gd_params_get(p, last[_i]), there);
    gd_tensor *drawn = gd_uniform(GD_SHAPE(1), 0, 1);
    gd_seed(5);
    ck_assert(drawn->data[0] == gd_uniform(GD_SHAPE(1), 0, 1)->data[0]);
    gd_params *q = gd_params_new();
    ck_assert(make_layer(q, _i));
    gd_params_free(p);
    gd_params_free(q);
}
END_TEST

/* ---- Names -------------------------------------------------------------------------------------------------- */

static const struct { const char *name, *said; } names[] = {
    { "", "the name is empty" },
    { "__metadata__", "the name \"__metadata__\" is reserved in checkpoints" },
    { "optimizer/w/exp_avg", "the name \"optimizer/w/exp_avg\" begins with \"optimizer/\", which is reserved in "
                             "checkpoints" },
    { "optimizer/", "the name \"optimizer/\" begins with \"optimizer/\", which is reserved in checkpoints" },
    { "gradus/ema/w", "the name \"gradus/ema/w\" begins with \"gradus/\", which is reserved in checkpoints" },
    { "w\xff", "the name \"w\xff\" is not UTF-8, as checkpoints are" },
    { "\xc3", "the name \"\xc3\" is not UTF-8, as checkpoints are" },
    { "\xed\xa0\x80", "the name \"\xed\xa0\x80\" is not UTF-8, as checkpoints are" },
};
static const char *const fine[] = { "optimizer", "optimizers/w", "metadata", "gradus", "loader", "random", "w\n\"\\",
                                    "\xe2\x82\xac", "optimizer.w", "a/b/c", " ", "note/x", "lr", "lr/0", "/w" };

START_TEST(names_of_parameters)
{
    char said[200];
    gd_params *p = gd_params_new(), *q = gd_params_new();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ck_assert_ptr_null(gd_param(p, names[i].name, gd_ones(GD_SHAPE(1))));
        snprintf(said, sizeof said, "gd_param: %s", names[i].said);
        ck_message(said);
        ck_assert_ptr_null(gd_buffer(p, names[i].name, gd_ones(GD_SHAPE(1))));
        snprintf(said, sizeof said, "gd_buffer: %s", names[i].said);
        ck_message(said);
    }
    ck_assert_int_eq(gd_params_tensors(p), 0);
    ck_assert_ptr_null(gd_linear_new(p, "optimizer/x", 1, 1).weight);
    gd_clear_error();
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        ck_assert(gd_param(p, fine[i], gd_full(GD_SHAPE(1), (double)i)) && gd_param(q, fine[i], gd_ones(GD_SHAPE(1))));
    gd_optimizer *o = gd_nadam(p, gd_nadam_defaults()), *other = gd_nadam(q, gd_nadam_defaults());
    gd_ema *ema = gd_ema_new(p, 0.5), *average = gd_ema_new(q, 0.5);
    for (int i = 0; i < gd_params_tensors(p); i++)
        gd_set_grad(gd_params_at(p, i), gd_ones(GD_SHAPE(1)));
    ck_assert(gd_step(o));
    ck_assert_msg(gd_checkpoint_save("f", &(gd_training_run){ .params = p, .optimizer = o, .ema = ema }), "%s",
                  gd_last_error());
    ck_assert_msg(gd_checkpoint_load("f", &(gd_training_run){ .params = q, .optimizer = other, .ema = average },
                                     (gd_load_options){ .lenient = false }, NULL), "%s", gd_last_error());
    for (int i = 0; i < gd_params_tensors(p); i++)
        ck_assert(gd_params_at(p, i)->data[0] == gd_params_at(q, i)->data[0]);
    gd_ema_free(ema);
    gd_ema_free(average);
    gd_optimizer_free(o);
    gd_optimizer_free(other);
    gd_params_free(p);
    gd_params_free(q);
}
END_TEST

typedef struct options { double lr; } options;

static void update(const gd_update *u)
{
    (void)u;
}

START_TEST(names_of_algorithms)
{
    gd_params *p = gd_params_new();
    gd_param(p, "w", gd_ones(GD_SHAPE(1)));
    const options o = { .lr = 0.1 };
    gd_algorithm a = { .name = "own\xff", .options_size = sizeof o, .update = update };
    ck_assert_ptr_null(gd_optimizer_new(p, &a, &o));
    ck_message("gd_optimizer_new: the algorithm's name is not UTF-8");
    a = (gd_algorithm){ .name = "own", .options_size = sizeof o, .update = update, .states = { "m", "m" } };
    ck_assert_ptr_null(gd_optimizer_new(p, &a, &o));
    ck_message("gd_optimizer_new: own has \"m\" twice");
    a.states[1] = "a/b";
    ck_assert_ptr_null(gd_optimizer_new(p, &a, &o));
    a.states[1] = NULL;
    a.numbers[0] = "step";
    ck_assert_ptr_null(gd_optimizer_new(p, &a, &o));
    a.numbers[0] = "\xff";
    ck_assert_ptr_null(gd_optimizer_new(p, &a, &o));
    a.numbers[0] = "m";                     /* a state and a number may share a name */
    gd_optimizer *own = gd_optimizer_new(p, &a, &o);
    ck_assert_ptr_nonnull(own);
    gd_set_grad(gd_params_at(p, 0), gd_ones(GD_SHAPE(1)));
    ck_assert(gd_step(own) && gd_save("f", p, own) && gd_load("f", p, own));
    gd_optimizer_free(own);
    gd_params_free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("checkpoint: unchanged on failure");
    TCase *t = scratch_case(suite, "all");
    tcase_add_test(t, state_survives_a_failed_load);
    tcase_add_test(t, memory_of_loads);
    tcase_add_test(t, options_changed_before_saving);
    tcase_add_test(t, a_step_that_fails);
    tcase_add_loop_test(t, a_layer_that_fails, 0, (int)(sizeof last / sizeof *last));
    tcase_add_test(t, names_of_parameters);
    tcase_add_test(t, names_of_algorithms);
    return run_suite(suite);
}
