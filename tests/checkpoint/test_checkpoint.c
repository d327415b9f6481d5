/* test_checkpoint.c - a run that is saved, discarded, loaded and continued ends bit for bit like an uninterrupted
 * one; a bad file is reported and changes nothing. */
#define _XOPEN_SOURCE 700
#include "gradus.h"
#include "support/scratch.h"

/* ---- A training run with everything in it ------------------------------------------------------------------- */

typedef struct run {
    gd_params    *net;
    gd_linear     hidden, output;
    gd_tensor    *late;                     /* has a gradient only from step 10 on */
    gd_optimizer *o;
    gd_loader    *load;
    int           step;
} run;

static gd_optimizer *make(const char *name, gd_params *p)
{
    if (strcmp(name, "sgd") == 0) {
        gd_sgd_options o = gd_sgd_defaults();
        o.lr = 0.05;
        o.momentum = 0.9;
        return gd_sgd(p, o);
    }
    if (strcmp(name, "nadam") == 0)
        return gd_nadam(p, gd_nadam_defaults());
    if (strcmp(name, "yogi") == 0)
        return gd_yogi(p, gd_yogi_defaults());
    gd_adam_options o = gd_adam_defaults();
    o.amsgrad = strcmp(name, "amsgrad") == 0 ? GD_AMSGRAD_RAW : o.amsgrad;
    return gd_adam(p, o);
}

static gd_dataset data(void)
{
    gd_seed(7);
    return (gd_dataset){ gd_normal(GD_SHAPE(50, 3), 0, 1), gd_normal(GD_SHAPE(50, 1), 0, 1) };
}

static run new_run(const char *optimizer, gd_dataset set, uint64_t seed)
{
    gd_seed(seed);
    run r = { .net = gd_params_new() };
    r.hidden = gd_linear_new(r.net, "hidden", 3, 8);
    r.output = gd_linear_new(r.net, "output", 8, 1);
    r.late = gd_param(r.net, "late", gd_ones(GD_SHAPE(1)));
    r.o = make(optimizer, r.net);
    gd_group *biases = gd_optimizer_group(r.o, "hidden.bias", NULL);
    biases->lr = 0.02;
    r.load = gd_loader_new(set, (gd_loader_options){ .batch = 8, .shuffle = true, .seed = 3 });
    ck_assert(r.o && r.load);
    return r;
}

static void free_run(run *r)
{
    gd_loader_free(r->load);
    gd_optimizer_free(r->o);
    gd_params_free(r->net);
}

/* The noise on the batch draws from the thread's generator. */
static void train(run *r, int steps)
{
    gd_batch batch;
    for (int last = r->step + steps; r->step < last;) {
        if (!gd_loader_next(r->load, &batch))
            continue;
        GD_SCOPE;
        r->step++;
        if (r->step == 5)
            r->o->lr *= 0.5;
        gd_tensor *x = gd_add(batch.x, gd_normal(gd_shape_of_tensor(batch.x), 0, 0.1));
        gd_tensor *y = gd_linear_apply(&r->output, gd_tanh(gd_linear_apply(&r->hidden, x)));
        if (r->step > 10)
            y = gd_mul(y, r->late);
        ck_assert(gd_backward(gd_mse_loss(y, batch.y, GD_MEAN)));
        ck_assert(gd_step(r->o));
        gd_zero_grad(r->o);
    }
}

static void ck_same_runs(const run *a, const run *b)
{
    for (int i = 0; i < gd_params_tensors(a->net); i++) {
        gd_tensor *s = gd_params_at(a->net, i), *t = gd_params_at(b->net, i);
        ck_assert_msg(same_bits(s, t), "%s differs", s->name);
    }
    ck_assert_double_eq(a->o->lr, b->o->lr);
    ck_assert_int_eq(a->o->steps, b->o->steps);
}

static const struct { const char *optimizer; int saved_at; } resumed[] = {
    { "adam", 1 }, { "adam", 7 }, { "adam", 17 }, { "amsgrad", 17 }, { "yogi", 17 }, { "nadam", 12 },
    { "sgd", 17 }, { "sgd", 8 },
};

START_TEST(goes_on_bit_for_bit)
{
    const char *path = "run.safetensors";
    gd_dataset set = data();
    run whole = new_run(resumed[_i].optimizer, set, 11);
    train(&whole, 40);

    run first = new_run(resumed[_i].optimizer, set, 11);
    train(&first, resumed[_i].saved_at);
    ck_assert(gd_save_run(path, first.net, first.o, first.load));
    int step = first.step;
    free_run(&first);

    run second = new_run(resumed[_i].optimizer, set, 99);
    train(&second, 3);                      /* previous values must not matter */
    ck_assert(gd_load_run(path, second.net, second.o, second.load));
    second.step = step;
    train(&second, 40 - step);
    ck_same_runs(&whole, &second);
    free_run(&second);
    free_run(&whole);
}
END_TEST

START_TEST(parameters_alone)
{
    const char *path = "model.safetensors";
    gd_params *p = gd_params_new(), *q = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_arange(0, 6, 1)), *b = gd_buffer(p, "seen", gd_full(GD_SHAPE(2), 3));
    gd_tensor *w2 = gd_param(q, "w", gd_zeros(GD_SHAPE(6))), *b2 = gd_buffer(q, "seen", gd_zeros(GD_SHAPE(2)));
    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    gd_set_grad(w, gd_ones(GD_SHAPE(6)));
    ck_assert(gd_step(o));
    ck_assert(gd_save(path, p, o));
    uint64_t version = w2->version;
    ck_assert(gd_load(path, q, NULL));
    ck_assert(memcmp(w->data, w2->data, 6 * sizeof *w->data) == 0 &&
              memcmp(b->data, b2->data, 2 * sizeof *b->data) == 0);
    ck_assert_msg(w2->version != version, "backward would not notice that the value is new");
    gd_optimizer_free(o);
    gd_params_free(p);
    gd_params_free(q);
}
END_TEST

/* ---- Invalid files --------------------------------------------------------------------------------------- */

START_TEST(messages)
{
    const char *path = "model.safetensors";
    gd_params *p = gd_params_new(), *q = gd_params_new(), *more = gd_params_new(), *less = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_ones(GD_SHAPE(2, 3)));
    gd_param(p, "b", gd_ones(GD_SHAPE(3)));
    gd_tensor *other = gd_param(q, "w", gd_full(GD_SHAPE(3, 2), 5));
    gd_param(q, "b", gd_ones(GD_SHAPE(3)));
    for (int i = 0; i < 2; i++)
        gd_param(more, gd_params_at(p, i)->name, gd_params_at(p, i));
    gd_param(more, "c", gd_ones(GD_SHAPE(1)));
    gd_tensor *less_w = gd_param(less, "w", gd_full(GD_SHAPE(2, 3), 5));
    gd_optimizer *adam = gd_adam(p, gd_adam_defaults()), *yogi = gd_yogi(p, gd_yogi_defaults());

    ck_assert(!gd_load(path, p, NULL));
    ck_message("gd_safetensors_open: model.safetensors cannot be read: No such file or directory");
    ck_assert(gd_save(path, p, NULL));
    ck_assert(!gd_load(path, p, adam));
    ck_message("gd_load: model.safetensors holds the state of no optimizer, and not of gd_adam");
    gd_set_grad(w, gd_ones(GD_SHAPE(2, 3)));
    ck_assert(gd_step(adam));
    ck_assert(gd_save(path, p, adam));
    ck_assert(!gd_load(path, p, yogi));
    ck_message("gd_load: model.safetensors holds the state of gd_adam, and not of gd_yogi");
    ck_assert(!gd_load(path, q, NULL));
    ck_message("gd_load: model.safetensors: \"w\" is [2, 3] in the file and [3, 2] in the model");
    ck_assert_double_eq((double)other->data[0], 5);
    ck_assert(!gd_load(path, more, NULL));
    ck_message("gd_load: model.safetensors has no tensor \"c\"");
    ck_assert(!gd_load(path, less, NULL));
    ck_message("gd_load: model.safetensors has a tensor \"b\" that the model does not have");
    ck_assert_double_eq((double)less_w->data[0], 5);
    ck_assert(!gd_save("no/such/folder/x", p, NULL));
    ck_assert_ptr_nonnull(strstr(gd_last_error(),
                                 "no/such/folder/x cannot be written: there is no folder no/such/folder"));
    gd_optimizer_free(adam);
    gd_optimizer_free(yogi);
    gd_params_free(p);
    gd_params_free(q);
    gd_params_free(more);
    gd_params_free(less);
}
END_TEST

/* Cut at any byte, a file is refused and nothing changes. */
START_TEST(truncated_anywhere)
{
    const char *path = "whole.safetensors", *cut = "cut.safetensors";
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_ones(GD_SHAPE(3)));
    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    gd_set_grad(w, gd_ones(GD_SHAPE(3)));
    ck_assert(gd_step(o));
    ck_assert(gd_save(path, p, o));
    static char bytes[8192];
    FILE *file = fopen(path, "rb");
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    ck_assert(n > 100 && n < sizeof bytes);
    gd_fill((gd_no_grad_begin(), w), 9);
    gd_no_grad_end();
    gd_tensor *state = gd_optimizer_state(o, w, "exp_avg");
    gd_real before = state->data[0];
    for (size_t length = 0; length < n; length++) {
        file = fopen(cut, "wb");
        fwrite(bytes, 1, length, file);
        fclose(file);
        gd_clear_error();
        ck_assert_msg(!gd_load(cut, p, o), "a file cut to %zu bytes was loaded", length);
        ck_assert_ptr_nonnull(gd_last_error());
        ck_assert_double_eq((double)w->data[0], 9);
        ck_assert(state->data[0] == before && o->steps == 1);
    }
    gd_optimizer_free(o);
    gd_params_free(p);
}
END_TEST

/* An option that needs a state: the message says what the option needs, and what to do. */
START_TEST(a_state_that_was_not_kept)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_ones(GD_SHAPE(2)));
    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    ck_assert(gd_set_grad(w, gd_ones(GD_SHAPE(2))) && gd_step(o) && gd_save("run", p, o));
    ck_assert(gd_group_set(&o->first, "amsgrad", GD_AMSGRAD_RAW));
    ck_assert(!gd_load("run", p, o));
    ck_message("gd_load: run has no tensor \"optimizer/w/max_exp_avg_sq\", a state that the options of gd_adam keep; "
               "gd_checkpoint_load with .other_settings starts it anew");
    gd_training_run whole = { .params = p, .optimizer = o };
    ck_assert(gd_checkpoint_load("run", &whole, (gd_load_options){ .other_settings = true }, NULL));
    ck_assert(gd_set_grad(w, gd_ones(GD_SHAPE(2))) && gd_step(o));
    ck_assert(gd_optimizer_state(o, w, "max_exp_avg_sq")->data[0] > 0);
    gd_optimizer_free(o);
    gd_params_free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("checkpoint");
    TCase *t = scratch_case(suite, "all");
    tcase_add_loop_test(t, goes_on_bit_for_bit, 0, (int)(sizeof resumed / sizeof *resumed));
    tcase_add_test(t, parameters_alone);
    tcase_add_test(t, messages);
    tcase_add_test(t, a_state_that_was_not_kept);
    tcase_add_test(t, truncated_anywhere);
    return run_suite(suite);
}
