/* test_checkpoint_settings.c - settings in a checkpoint are validated as strictly as model and optimizer: each is
 * damaged, left out and added in turn; averages, the plateau's state, notes; what loading would refuse is refused
 * when saving; and every algorithm resumes exactly, with all of this and with any loader. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "gradus.h"
#include "support/optimizers.h"
#include "support/scratch.h"

/* ---- A run with everything in it ---------------------------------------------------------------------------- */

typedef struct all {
    gd_params *net;
    gd_tensor *w, *b;
    double     best;
    gd_plateau plateau;
    gd_note    notes[2];
    gd_training_run     run;
    int        step;
} all;

static gd_dataset data(void)
{
    gd_seed(3);
    return (gd_dataset){ gd_normal(GD_SHAPE(22, 2), 0, 1), gd_normal(GD_SHAPE(22, 1), 0, 1) };
}

static void begin(all *a, maker *make, gd_dataset set, gd_loader_options options)
{
    *a = (all){ .net = gd_params_new(), .best = INFINITY };
    a->w = gd_param(a->net, "w", gd_ones(GD_SHAPE(2, 3)));
    a->b = gd_param(a->net, "b", gd_zeros(GD_SHAPE(3)));
    gd_param(a->net, "late", gd_ones(GD_SHAPE(1)));             /* has a gradient only from step 5 on */
    gd_optimizer *o = make(a->net);
    static const int64_t milestones[] = { 3, 100 };
    if (!o->algorithm->step)
        gd_set_schedule(&gd_optimizer_group(o, "b", NULL)[0], gd_lr_multistep(0.02, milestones, 2, 0.5));
    a->plateau = gd_plateau_start(0.02, (gd_plateau_options){ .factor = 0.5, .threshold = 0.01, .patience = 2,
                                                               .cooldown = 2 });
    a->notes[0] = (gd_note){ .key = "best", .number = &a->best };
    a->notes[1] = (gd_note){ .key = "about", .text = "text" };
    a->run = (gd_training_run){ .params = a->net, .optimizer = o, .ema = gd_ema_new(a->net, 0.9),
                                .plateau = &a->plateau, .loader = gd_loader_new(set, options), .notes = a->notes,
                                .note_count = 2 };
    ck_assert(o && a->run.loader && a->run.ema);
}

static void end(all *a)
{
    gd_loader_free(a->run.loader);
    gd_ema_free(a->run.ema);
    gd_optimizer_free(a->run.optimizer);
    gd_params_free(a->net);
}

typedef struct task {
    all      *a;
    gd_tensor *noise;
    gd_batch  batch;
} task;

static double loss_of(void *context)
{
    task *t = context;
    gd_zero_grad(t->a->run.optimizer);
    GD_SCOPE;
    gd_tensor *y = gd_add(gd_matmul(t->batch.x, t->a->w), t->a->b);
    gd_tensor *loss = gd_add(gd_mean(gd_square(gd_sub(y, gd_add(t->batch.y, t->noise)))), gd_sum(gd_square(t->a->w)));
    if (t->a->step >= 5)
        loss = gd_add(loss, gd_sum(gd_square(gd_params_get(t->a->net, "late"))));
    return gd_backward(loss) ? (double)gd_item(loss) : NAN;
}

static void train(all *a, int steps)
{
    for (int last = a->step + steps; a->step < last; a->step++) {
        GD_SCOPE;
        task t = { .a = a };
        while (!gd_loader_next(a->run.loader, &t.batch))
            continue;
        t.noise = gd_normal(GD_SHAPE(t.batch.size, 3), 0, 1);
        double loss = gd_step_closure(a->run.optimizer, loss_of, &t);
        ck_assert_msg(!isnan(loss), "%s", gd_last_error());
        ck_assert(gd_ema_update(a->run.ema));
        a->best = fmin(a->best, loss);
        a->run.optimizer->lr = gd_plateau_next(&a->plateau, loss);
    }
}

/* Another path to the file, through which it is written without fsync, since there are many files. */
static const char *quick(const char *name)
{
    static char path[40];
    static int file = -1;
    if (file >= 0)
        close(file);
    file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0666);
    snprintf(path, sizeof path, "/dev/fd/%d", file);
    return access(path, W_OK) == 0 ? path : name;
}

/* The two runs are equal: they would save the same. */
static void same_runs(const all *a, const all *b)
{
    static char x[16384], y[16384];
    uint64_t random[4];
    memcpy(random, gi_random_state(), sizeof random);
    ck_assert_msg(gd_checkpoint_save(quick("x"), &a->run), "%s", gd_last_error());
    ck_assert_msg(gd_checkpoint_save(quick("y"), &b->run), "%s", gd_last_error());
    size_t n = get_bytes("x", x, sizeof x);
    ck_assert(n < sizeof x && n == get_bytes("y", y, sizeof y) && memcmp(x, y, n) == 0);
    ck_assert(memcmp(random, gi_random_state(), sizeof random) == 0);
}

static const gd_loader_options loaders[] = {
    { .batch = 4, .shuffle = true, .seed = 5 }, { .batch = 4 }, { .batch = 5, .shuffle = true, .drop_last = true },
    { .batch = 22 }, { .batch = 100, .shuffle = true, .seed = 9 },
};
enum { LOADERS = sizeof loaders / sizeof *loaders };

START_TEST(goes_on_exactly)
{
    gd_dataset set = data();
    for (int i = 0; i < LOADERS; i++) {
        all whole, now;
        begin(&whole, saved_makers[_i], set, loaders[i]);
        begin(&now, saved_makers[_i], set, loaders[i]);
        gd_seed(9);
        train(&now, 2);                     /* previous values must not matter */
        gd_seed(1);
        train(&whole, 4 + i);               /* before, at and after the first gradient of "late" */
        ck_assert_msg(gd_checkpoint_save(quick("run"), &whole.run), "%s", gd_last_error());
        train(&whole, 9);
        gd_load_report report;
        ck_assert_msg(gd_checkpoint_load("run", &now.run, (gd_load_options){ .lenient = false }, &report), "%s",
                      gd_last_error());
        ck_assert_str_eq(report.text, "");
        now.step = 4 + i;
        train(&now, 9);
        same_runs(&whole, &now);
        end(&whole);
        end(&now);
    }
}
END_TEST

/* ---- Files that differ from another in one respect ---------------------------------------------------------- */

typedef struct edit {
    const char *key, *value;                /* metadata; value NULL: left out */
    const char *tensor;                     /* element at of this tensor is number */
    int         at;
    double      number;
} edit;

static void rewrite(const char *path, edit e)
{
    const char *names[32];
    gd_tensor *tensors[32];
    gd_metadata pairs[128];
    int64_t n = 0, m = 0;
    bool found = false;
    gd_safetensors *in = gd_safetensors_open("run");
    ck_assert_ptr_nonnull(in);
    for (; n < gd_safetensors_count(in); n++) {
        names[n] = gd_safetensors_name(in, n);
        tensors[n] = gd_safetensors_read(in, names[n]);
        if (e.tensor && strcmp(names[n], e.tensor) == 0) {
            tensors[n]->data[e.at] = (gd_real)e.number;
            found = true;
        }
    }
    for (int64_t i = 0; i < gd_safetensors_metadata_count(in); i++) {
        pairs[m] = gd_safetensors_metadata_at(in, i);
        bool here = e.key && strcmp(pairs[m].key, e.key) == 0;
        found = found || here;
        pairs[m].value = here && e.value ? e.value : pairs[m].value;
        m += !here || e.value;
    }
    if (!found)
        pairs[m++] = (gd_metadata){ e.key, e.value };
    ck_assert(gd_safetensors_write(quick(path), names, tensors, n, pairs, m));
    gd_safetensors_close(in);
}

/* Both readers refuse it, and nothing has changed. */
static void refused(all *now, const all *twin, edit e, bool also_gd_load)
{
    GD_SCOPE;
    rewrite("bad", e);
    uint64_t random[4];
    memcpy(random, gi_random_state(), sizeof random);
    for (int i = 0; i < 1 + also_gd_load; i++) {
        gd_clear_error();
        bool good = i ? gd_load_run("bad", now->net, now->run.optimizer, now->run.loader) :
                        gd_checkpoint_load("bad", &now->run, (gd_load_options){ .lenient = false }, NULL);
        if (good || !gd_last_error())
            ck_abort_msg("%s = %s, %s[%d] = %g was loaded", e.key ? e.key : "-", e.value ? e.value : "nothing",
                         e.tensor ? e.tensor : "-", e.at, e.number);
        if (getenv("GRADUS_TEST_VERBOSE"))
            printf("%s\n", gd_last_error());
    }
    ck_assert(memcmp(random, gi_random_state(), sizeof random) == 0);
    same_runs(twin, now);
}

static void damage_setting(all *now, const all *twin, const char *key)
{
    bool held = strncmp(key, "gradus/ema", 10) != 0 && strncmp(key, "gradus/plateau", 14) != 0;
    bool whole = strstr(key, "loader") || strstr(key, "group") || strstr(key, "/real") || strstr(key, "/kind");
    refused(now, twin, (edit){ .key = key }, held);
    refused(now, twin, (edit){ .key = key, .value = "" }, held);
    if (strncmp(key, "gradus/note/", 12) == 0)
        return;
    refused(now, twin, (edit){ .key = key, .value = "nonsense" }, held);
    if (!whole || strcmp(key, "gradus/loader/seed") == 0) {
        refused(now, twin, (edit){ .key = key, .value = "7ff8000000000000" }, held && !whole);     /* NaN */
        if (!strstr(key, "eps") && !strstr(key, "weight_decay"))
            refused(now, twin, (edit){ .key = key, .value = "7ff0000000000000" }, held && !whole); /* infinity */
        return;
    }
    refused(now, twin, (edit){ .key = key, .value = "ffffffffffffffff" }, held);
    refused(now, twin, (edit){ .key = key, .value = "8000000000000001" }, held);
}

START_TEST(settings)
{
    gd_dataset set = data();
    all saved, now, twin;
    maker *make = make_adam;
    begin(&saved, make, set, loaders[0]);
    begin(&now, make, set, loaders[0]);
    begin(&twin, make, set, loaders[0]);
    train(&saved, 7);
    ck_assert(gd_checkpoint_save("run", &saved.run));
    gd_seed(4);
    train(&twin, 3);
    gd_seed(4);
    train(&now, 3);
    gd_safetensors *in = gd_safetensors_open("run");
    int count = 0;
    for (int64_t i = 0; i < gd_safetensors_metadata_count(in); i++) {
        const char *key = gd_safetensors_metadata_at(in, i).key;
        if (strcmp(key, "gradus") == 0)
            refused(&now, &twin, (edit){ .key = key }, true);
        if (strncmp(key, "gradus/", 7) == 0 && strcmp(key, "gradus/plateau") != 0) {
            if (strncmp(key, "gradus/note/", 12) == 0)
                refused(&now, &twin, (edit){ .key = key }, false);
            else
                damage_setting(&now, &twin, key);
            count++;
        }
    }
    gd_safetensors_close(in);
    ck_assert_int_gt(count, 50);
    static const char *const strangers[] = {
        "gradus/ghost", "gradus/option/0/ghost", "gradus/option/2/beta1", "gradus/schedule/1/milestone7",
        "gradus/group/ghost", "gradus/loader/ghost",
    };
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        refused(&now, &twin, (edit){ .key = strangers[i], .value = "0000000000000000" }, true);
    refused(&now, &twin, (edit){ .key = "gradus/ema/ghost", .value = "0000000000000000" }, false);
    refused(&now, &twin, (edit){ .key = "gradus/plateau/ghost", .value = "0000000000000000" }, false);
    ck_assert(gd_checkpoint_load("run", &now.run, (gd_load_options){ .lenient = false }, NULL));
    end(&saved);
    end(&now);
    end(&twin);
}
END_TEST

/* With .other_settings a setting present on one side only is reported, but an impossible one is still refused. */
START_TEST(settings_on_one_side)
{
    gd_dataset set = data();
    all a;
    begin(&a, make_adam, set, loaders[0]);
    train(&a, 3);
    ck_assert(gd_checkpoint_save("run", &a.run));
    gd_load_options options = { .other_settings = true };
    gd_load_report report;
    rewrite("other", (edit){ .key = "gradus/option/0/beta1" });
    ck_assert_msg(gd_checkpoint_load("other", &a.run, options, &report), "%s", gd_last_error());
    ck_assert_str_eq(report.text, "other setting: beta1 of group 0 was not saved\n");
    rewrite("other", (edit){ .key = "gradus/option/0/ghost", .value = "0000000000000000" });
    ck_assert(gd_checkpoint_load("other", &a.run, options, &report));
    ck_assert_str_eq(report.text, "other setting: \"gradus/option/0/ghost\" is in the file alone\n");
    rewrite("other", (edit){ .key = "gradus/option/0/beta1", .value = "3ff0000000000000" });
    ck_assert(!gd_checkpoint_load("other", &a.run, options, &report));
    ck_message("gd_checkpoint_load: other: beta1 of group 0 = 1 must lie in [0, 1)");
    rewrite("other", (edit){ .key = "gradus/loader/shuffle", .value = "0000000000000002" });
    ck_assert(!gd_checkpoint_load("other", &a.run, options, &report));
    ck_message("gd_checkpoint_load: other: shuffle of the loader = 2 must be a whole number and lie in [0, 1]");
    rewrite("other", (edit){ .key = "gradus/real", .value = sizeof(gd_real) == 4 ? "0000000000000008" :
                                                                                   "0000000000000004" });
    ck_assert(!gd_checkpoint_load("other", &a.run, (gd_load_options){ .lenient = false }, &report));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "other: the size of gd_real was "));
    ck_assert(gd_checkpoint_load("other", &a.run, options, &report) && report.other_settings == 1);
    end(&a);
}
END_TEST

/* ---- Averages, plateau, notes, states ------------------------------------------------------------------------- */

#define ONE  "3ff0000000000000"
#define ZERO "0000000000000000"

static const edit damages[] = {
    { .tensor = "gradus/ema/w", .at = 3, .number = NAN },
    { .tensor = "gradus/ema/w", .number = INFINITY },
    { .tensor = "gradus/ema/b", .at = 2, .number = -INFINITY },
    { .key = "gradus/plateau", .value = ONE ONE "0000000000000001" "0000000000000001" },     /* bad and cooling */
    { .key = "gradus/plateau", .value = ONE ONE "0000000000000003" ZERO },
    { .key = "gradus/plateau", .value = ONE ONE ZERO "0000000000000003" },
    { .key = "gradus/plateau", .value = "7ff0000000000000" ONE ZERO ZERO },
    { .key = "note/best", .value = "text" },
    { .tensor = "optimizer/w/exp_avg", .number = NAN },
    { .tensor = "optimizer/w/exp_avg_sq", .at = 5, .number = INFINITY },
};

START_TEST(around_the_optimizer)
{
    gd_dataset set = data();
    all saved, now, twin;
    begin(&saved, make_adam, set, loaders[0]);
    begin(&now, make_adam, set, loaders[0]);
    begin(&twin, make_adam, set, loaders[0]);
    train(&saved, 7);
    ck_assert(gd_checkpoint_save("run", &saved.run));
    gd_seed(4);
    train(&twin, 3);
    gd_seed(4);
    train(&now, 3);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
        refused(&now, &twin, damages[i], false);
    gd_note swapped[] = { { .key = "best", .text = "" }, { .key = "about", .number = &now.best } };
    for (int i = 0; i < 2; i++) {
        gd_training_run run = { .params = now.net, .notes = swapped + i, .note_count = 1 };
        ck_assert(!gd_checkpoint_load("run", &run, (gd_load_options){ .lenient = false }, NULL));
        if (i == 0)
            ck_message("gd_checkpoint_load: run: the note \"best\" is a number in the file and a text in the program");
        else
            ck_message("gd_checkpoint_load: run: the note \"about\" is a text in the file and a number in the program");
    }
    end(&saved);
    end(&now);
    end(&twin);
}
END_TEST

static const edit memories[] = {
    { .tensor = "optimizer//s", .number = NAN }, { .tensor = "optimizer//y", .number = INFINITY },
    { .tensor = "optimizer//d", .at = 3, .number = NAN },
    { .tensor = "optimizer//prev_flat_grad", .at = 8, .number = -INFINITY },
    { .key = "optimizer//H_diag", .value = ZERO },
    { .key = "optimizer//step", .value = ONE },                 /* fewer than pairs */
};

START_TEST(pairs_of_lbfgs)
{
    gd_dataset set = data();
    all saved, now, twin;
    begin(&saved, make_lbfgs, set, loaders[3]);
    begin(&now, make_lbfgs, set, loaders[3]);
    begin(&twin, make_lbfgs, set, loaders[3]);
    gd_seed(2);
    train(&saved, 4);
    ck_assert_double_gt(*gd_optimizer_number(saved.run.optimizer, NULL, "pairs"), 1);
    ck_assert_double_gt(*gd_optimizer_number(saved.run.optimizer, NULL, "step_length"), 0);
    ck_assert(gd_checkpoint_save("run", &saved.run));
    gd_seed(4);
    train(&twin, 3);
    gd_seed(4);
    train(&now, 3);
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
        refused(&now, &twin, memories[i], true);
    end(&saved);
    end(&now);
    end(&twin);
}
END_TEST

/* No algorithm but Adagrad, whose sum is one, has an infinite second moment beside a finite parameter. */
START_TEST(infinite_moments)
{
    static const char *const states[] = { "exp_avg_sq", "max_exp_avg_sq", "square_avg", "exp_inf" };
    gd_dataset set = data();
    all a;
    begin(&a, saved_makers[_i], set, loaders[0]);
    train(&a, 3);
    ck_assert(gd_checkpoint_save("run", &a.run));
    gd_safetensors *in = gd_safetensors_open("run");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        char name[60];
        snprintf(name, sizeof name, "optimizer/w/%s", states[i]);
        if (gd_safetensors_find(in, name) >= 0)
            refused(&a, &a, (edit){ .tensor = name, .at = 1, .number = INFINITY }, true);
    }
    gd_safetensors_close(in);
    end(&a);
}
END_TEST

/* ---- What gd_load would refuse is refused when it is saved ---------------------------------------------------- */

START_TEST(saving_what_cannot_be_loaded)
{
    gd_dataset set = data();
    all a;
    begin(&a, make_adam, set, loaders[0]);
    train(&a, 3);
    gd_real *state = gd_optimizer_state(a.run.optimizer, a.w, "exp_avg")->data, old = state[2];
    state[2] = NAN;
    ck_assert(!gd_save("run", a.net, a.run.optimizer));
    ck_message("gd_save: \"w\": exp_avg is nan at element 2 and must lie in (-inf, inf)");
    state[2] = old;
    gd_real *average = gd_ema_get(a.run.ema, a.w)->data;
    old = average[1];
    average[1] = INFINITY;
    ck_assert(!gd_checkpoint_save("run", &a.run));
    ck_message("gd_checkpoint_save: \"w\": the average is inf at element 1 and must lie in (-inf, inf)");
    average[1] = old;
    a.plateau.options.patience = -1;
    ck_assert(!gd_checkpoint_save("run", &a.run));
    a.plateau.options.patience = 2;
    a.notes[1].text = "\xff";
    ck_assert(!gd_checkpoint_save("run", &a.run));
    ck_message("gd_checkpoint_save: the text of the note \"about\" is not UTF-8");
    a.notes[1].text = "";
    ck_assert(access("run", F_OK) != 0 && gd_checkpoint_save("run", &a.run));

    gd_params *p = gd_params_new();         /* a copy of a model keeps which of its buffers are variances */
    gd_batch_norm_layer norm = gd_batch_norm_new(p, "norm", 2);
    gd_params *copy = gd_params_copy(p);
    norm.running_var->data[1] = -1;
    ck_assert(!gd_save("norm", p, NULL));
    ck_message("gd_save: \"norm.running_var\" is -1 at element 1: a variance cannot be negative");
    gd_params_get(copy, "norm.running_var")->data[0] = -2;
    ck_assert(!gd_save("norm", copy, NULL));
    gd_params_free(p);
    gd_params_free(copy);
    end(&a);
}
END_TEST

/* No program could load such a file as a whole; a model with the same names, as the best one so far, may be saved
 * instead. */
START_TEST(saving_with_another_model)
{
    gd_params *net = gd_params_new(), *other = gd_params_new();
    gd_param(net, "w", gd_ones(GD_SHAPE(3)));
    gd_param(other, "v", gd_ones(GD_SHAPE(3)));
    gd_params *best = gd_params_copy(net);
    gd_optimizer *o = gd_adam(net, gd_adam_defaults());
    gd_ema *ema = gd_ema_new(net, 0.9);
    ck_assert(!gd_save("run", other, o));
    ck_message("gd_save: params is not the model of the optimizer: it has no \"w\" of shape [3]");
    ck_assert(!gd_checkpoint_save("run", &(gd_training_run){ .params = other, .ema = ema }));
    ck_message("gd_checkpoint_save: params is not the model of the averages: it has no \"w\" of shape [3]");
    gd_param(other, "w", gd_ones(GD_SHAPE(2)));
    ck_assert(!gd_save("run", other, o) && access("run", F_OK) != 0);
    ck_assert(gd_save("run", best, o) && gd_load("run", net, o));
    gd_ema_free(ema);
    gd_optimizer_free(o);
    gd_params_free(net);
    gd_params_free(best);
    gd_params_free(other);
}
END_TEST

/* States that the program's options do not need: skipped with other_settings, or where the run still has them. */
START_TEST(a_state_too_many)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(3)));
    gd_adam_options options = gd_adam_defaults();
    options.amsgrad = GD_AMSGRAD_RAW;
    gd_optimizer *with = gd_adam(net, options), *without = gd_adam(net, gd_adam_defaults());
    gd_set_grad(w, gd_ones(GD_SHAPE(3)));
    ck_assert(gd_step(with) && gd_save("run", net, with));
    gd_training_run run = { .params = net, .optimizer = without };
    ck_assert(!gd_load("run", net, without));
    ck_assert_msg(gd_checkpoint_load("run", &run, (gd_load_options){ .other_settings = true }, NULL), "%s",
                  gd_last_error());
    ck_assert(gd_optimizer_state(without, w, "exp_avg") && !gd_optimizer_state(without, w, "max_exp_avg_sq"));
    ck_assert(gd_group_set(&with->first, "amsgrad", GD_AMSGRAD_OFF));     /* its state waits for the next step */
    ck_assert_msg(gd_load("run", net, with), "%s", gd_last_error());
    gd_optimizer_free(with);
    gd_optimizer_free(without);
    gd_params_free(net);
}
END_TEST

static char noticed[600];
static void note(const char *message)
{
    snprintf(noticed, sizeof noticed, "%s", message);
}

/* lr comes from the file, and a program with another one gets a message. */
START_TEST(another_learning_rate)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(3)));
    gd_adam_options options = gd_adam_defaults();
    options.lr = 0.125;
    gd_optimizer *o = gd_adam(net, options);
    gd_set_grad(w, gd_ones(GD_SHAPE(3)));
    ck_assert(gd_step(o));
    o->first.lr = 0.0625;                   /* as the plateau rule would */
    ck_assert(gd_save("run", net, o));
    gd_on_error(note);
    ck_assert(gd_load("run", net, o) && !*noticed);
    gd_optimizer_free(o);

    options.lr = 0.5;
    o = gd_adam(net, options);
    ck_assert(gd_load("run", net, o) && o->first.lr == 0.0625);
    ck_assert_str_eq(noticed, "gd_load: run: the lr that group 0 was made with was 0.125 when the run was saved and is "
                              "0.5 now; lr goes on as the run left it");
    o->first.lr = 1;
    gd_training_run run = { .params = net, .optimizer = o };
    ck_assert(!gd_checkpoint_load("run", &run, (gd_load_options){ .lenient = false }, NULL) && o->first.lr == 1);
    ck_assert_str_eq(noticed, "gd_checkpoint_load: run: the lr that group 0 was made with was 0.125 when the run was "
                              "saved and is 0.5 now; lr goes on as the run left it; gd_checkpoint_load with "
                              ".other_settings goes on all the same");
    ck_assert(gd_checkpoint_load("run", &run, (gd_load_options){ .other_settings = true }, NULL));
    ck_assert(o->first.lr == 0.0625);
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

START_TEST(the_phases_of_warm_up_stable_decay)
{
    model m = model_new();
    gd_optimizer *o = make_sgd_plain(m.net);
    const gd_training_run run = { .params = m.net, .optimizer = o };
    gd_set_schedule(&o->first, gd_lr_wsd(0.1, 0.01, 1, 2, 3));
    random_step(o, &m, true);
    ck_assert(gd_checkpoint_save("run", &run));
    ck_assert(gd_checkpoint_load("run", &run, gd_load_defaults(), NULL));
    gd_set_schedule(&o->first, gd_lr_wsd(0.1, 0.01, 1, 2, 4));
    ck_assert(!gd_checkpoint_load("run", &run, gd_load_defaults(), NULL));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "the number decay of the schedule of group 0 was 3 when the run was "
                                                  "saved and is 4 now"));
    gd_set_schedule(&o->first, gd_lr_constant(0.1));
    ck_assert(!gd_checkpoint_load("run", &run, gd_load_defaults(), NULL));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "the schedule of group 0 was gd_lr_wsd when the run was saved and is "
                                                  "gd_lr_constant now"));
    gd_clear_error();
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("checkpoint: settings");
    TCase *t = scratch_case(suite, "all");
    tcase_add_loop_test(t, goes_on_exactly, 0, SAVED_MAKERS);
    tcase_add_test(t, settings);
    tcase_add_test(t, settings_on_one_side);
    tcase_add_test(t, around_the_optimizer);
    tcase_add_test(t, pairs_of_lbfgs);
    tcase_add_loop_test(t, infinite_moments, 0, SAVED_MAKERS);
    tcase_add_test(t, saving_what_cannot_be_loaded);
    tcase_add_test(t, saving_with_another_model);
    tcase_add_test(t, a_state_too_many);
    tcase_add_test(t, another_learning_rate);
    tcase_add_test(t, the_phases_of_warm_up_stable_decay);
    return run_suite(suite);
}
