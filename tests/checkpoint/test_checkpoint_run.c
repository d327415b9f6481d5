/* test_checkpoint_run.c - everything that belongs to a run is saved and loaded; whatever differs from the saved run
 * is reported. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "gradus.h"
#include "support/scratch.h"

/* ---- A run with everything in it ---------------------------------------------------------------------------- */

typedef struct setup {                      /* what the program supplies */
    double   weight_decay, decay, base;
    int      patience, schedule;
    int64_t  rows, batch;
    uint64_t seed;
    bool     shuffle, drop_last;
    const char *group;
} setup;

static const setup usual = {
    .weight_decay = 0.01, .decay = 0.9, .base = 0.05, .patience = 1, .rows = 24, .batch = 4, .seed = 5,
    .shuffle = true, .group = "b"
};

typedef struct all {
    gd_params *net;
    gd_tensor *w, *b;
    double     best, epochs;
    gd_plateau plateau;
    gd_note    notes[3];
    gd_training_run     run;
} all;

static void begin(all *a, setup s, gd_dataset set)
{
    *a = (all){ .net = gd_params_new(), .best = INFINITY };
    a->w = gd_param(a->net, "w", gd_ones(GD_SHAPE(2, 3)));
    a->b = gd_param(a->net, "b", gd_zeros(GD_SHAPE(3)));
    gd_adam_options options = gd_adam_defaults();
    options.weight_decay = s.weight_decay;
    options.lr = s.base;
    gd_optimizer *o = gd_adam(a->net, options);
    gd_optimizer_group(o, s.group, NULL);
    static const int64_t milestones[] = { 3, 100 };
    gd_set_schedule(&o->first, s.schedule == 0 ? gd_lr_cosine(s.base, 0.001, 40) :
                               s.schedule == 1 ? gd_lr_multistep(s.base, milestones, 2, 0.5) : gd_lr_none());
    set.x = gd_slice(set.x, 0, 0, s.rows, 1);
    a->plateau = gd_plateau_start(0.02, (gd_plateau_options){ .factor = 0.5, .threshold = 0.01,
                                                               .patience = s.patience, .cooldown = 2 });
    a->notes[0] = (gd_note){ .key = "best", .number = &a->best };
    a->notes[1] = (gd_note){ .key = "about", .text = "three \"lines\"\nof\ttext \xe2\x82\xac" };
    a->notes[2] = (gd_note){ .key = "epochs", .number = &a->epochs };
    a->run = (gd_training_run){
        .params = a->net, .optimizer = o, .ema = gd_ema_new(a->net, s.decay), .plateau = &a->plateau,
        .loader = gd_loader_new(set, (gd_loader_options){ .batch = s.batch, .shuffle = s.shuffle, .seed = s.seed,
                                                          .drop_last = s.drop_last }),
        .notes = a->notes, .note_count = 3
    };
    ck_assert(a->run.loader && a->run.ema);
}

static void end(all *a)
{
    gd_loader_free(a->run.loader);
    gd_ema_free(a->run.ema);
    gd_optimizer_free(a->run.optimizer);
    gd_params_free(a->net);
}

static gd_dataset data(void)
{
    gd_seed(3);
    return (gd_dataset){ gd_normal(GD_SHAPE(24, 2), 0, 1), NULL };
}

static void train(all *a, int steps)
{
    gd_batch batch;
    for (int i = 0; i < steps; i++) {
        GD_SCOPE;
        while (!gd_loader_next(a->run.loader, &batch))
            a->epochs++;
        gd_tensor *y = gd_add(gd_matmul(batch.x, a->w), a->b);
        gd_tensor *loss = gd_mean(gd_square(gd_sub(y, gd_normal(GD_SHAPE(batch.size, 3), 0, 1))));
        ck_assert(gd_backward(loss) && gd_step(a->run.optimizer) && gd_ema_update(a->run.ema));
        gd_zero_grad(a->run.optimizer);
        a->best = fmin(a->best, (double)gd_item(loss));
        a->run.optimizer->first.next->lr = gd_plateau_next(&a->plateau, (double)gd_item(loss));
    }
}

static void ck_same_bits(const gd_tensor *s, const gd_tensor *t)
{
    ck_assert_msg(same_bits(s, t), "%s differs", s->name);
}

static void same_runs(all *a, all *b)
{
    gd_optimizer *o = a->run.optimizer, *p = b->run.optimizer;
    ck_same_bits(a->w, b->w);
    ck_same_bits(a->b, b->b);
    ck_same_bits(gd_ema_get(a->run.ema, a->w), gd_ema_get(b->run.ema, b->w));
    ck_same_bits(gd_ema_get(a->run.ema, a->b), gd_ema_get(b->run.ema, b->b));
    ck_same_bits(gd_optimizer_state(o, a->w, "exp_avg_sq"), gd_optimizer_state(p, b->w, "exp_avg_sq"));
    ck_assert(o->lr == p->lr && o->first.next->lr == p->first.next->lr && o->steps == p->steps);
    ck_assert(a->best == b->best && a->epochs == b->epochs);
    ck_assert(a->plateau.lr == b->plateau.lr && a->plateau.best == b->plateau.best &&
              a->plateau.bad == b->plateau.bad && a->plateau.cooling == b->plateau.cooling);
    gd_position s = gd_loader_position(a->run.loader), t = gd_loader_position(b->run.loader);
    ck_assert(s.epoch == t.epoch && s.example == t.example);
}

START_TEST(goes_on_exactly)
{
    gd_dataset set = data();
    all whole, first, second;
    setup s = usual;
    s.schedule = _i % 3;
    begin(&whole, s, set);
    begin(&first, s, set);
    begin(&second, s, set);
    gd_seed(1);
    train(&whole, 23);
    gd_seed(1);
    train(&first, 9 + _i);
    ck_assert_msg(gd_checkpoint_save("run", &first.run), "%s", gd_last_error());
    gd_seed(9);
    train(&second, 2);                      /* previous values must not matter */
    second.notes[1].text = NULL;
    gd_load_report report;
    ck_assert_msg(gd_checkpoint_load("run", &second.run, (gd_load_options){ .lenient = false }, &report), "%s",
                  gd_last_error());
    ck_assert(report.other_settings == 0 && report.loaded == 2);
    ck_assert_str_eq(report.text, "");
    ck_assert_str_eq(second.notes[1].text, first.notes[1].text);
    same_runs(&first, &second);
    train(&second, 23 - (9 + _i));
    same_runs(&whole, &second);
    end(&whole);
    end(&first);
    end(&second);
}
END_TEST

/* ---- Other settings ----------------------------------------------------------------------------------------- */

static const struct { const char *said; bool of_loader, of_optimizer; } others[] = {
    { .said = "weight_decay of group 0 was 0.01 when the run was saved and is 0 now", .of_optimizer = true },
    { .said = "the number final of the schedule of group 0", .of_optimizer = true },
    { .said = "the schedule of group 0 was gd_lr_cosine when the run was saved and is gd_lr_multistep now",
      .of_optimizer = true },
    { .said = "the schedule of group 0 was gd_lr_cosine when the run was saved and is gd_lr_none now",
      .of_optimizer = true },
    { .said = "the group of \"w\" was 0 when the run was saved and is 1 now", .of_optimizer = true },
    { .said = "the number of rows of the loader was 24 when the run was saved and is 20 now", .of_loader = true },
    { .said = "batch of the loader was 4 when the run was saved and is 3 now", .of_loader = true },
    { .said = "shuffle of the loader was 1 when the run was saved and is 0 now", .of_loader = true },
    { .said = "seed of the loader was 5 when the run was saved and is 6 now", .of_loader = true },
    { .said = "drop_last of the loader was 0 when the run was saved and is 1 now", .of_loader = true },
    { .said = "decay of the averages was 0.9 when the run was saved and is 0.99 now" },
    { .said = "patience of the plateau was 1 when the run was saved and is 2 now" },
};

static setup other_setup(int i)
{
    setup s = usual;
    switch (i) {
    case 0: s.weight_decay = 0;  break;
    case 1:                      break;     /* below */
    case 2: s.schedule = 1;      break;
    case 3: s.schedule = 2;      break;
    case 4: s.group = "w";       break;
    case 5: s.rows = 20;         break;
    case 6: s.batch = 3;         break;
    case 7: s.shuffle = false;   break;
    case 8: s.seed = 6;          break;
    case 9: s.drop_last = true;  break;
    case 10: s.decay = 0.99;     break;
    default: s.patience = 2;     break;
    }
    return s;
}

static char heard[2000];

static void hear(const char *message)
{
    snprintf(heard + strlen(heard), sizeof heard - strlen(heard), "%s\n", message);
}

START_TEST(other_settings)
{
    gd_dataset set = data();
    all saved, now;
    begin(&saved, usual, set);
    gd_seed(1);
    train(&saved, 8);                       /* in the middle of an epoch, and not where batches of 3 begin */
    ck_assert(gd_checkpoint_save("run", &saved.run));
    begin(&now, other_setup(_i), set);
    if (_i == 1)
        gd_set_schedule(&now.run.optimizer->first, gd_lr_cosine(usual.base, 0.002, 40));
    gd_real before = now.w->data[0];
    ck_assert(!gd_checkpoint_load("run", &now.run, (gd_load_options){ .lenient = false }, NULL));
    ck_assert_msg(strstr(gd_last_error(), others[_i].said), "%s", gd_last_error());
    ck_assert(now.w->data[0] == before && now.run.optimizer->steps == 0);

    gd_load_report report;
    ck_assert_msg(gd_checkpoint_load("run", &now.run, (gd_load_options){ .other_settings = true }, &report), "%s",
                  gd_last_error());
    ck_assert_msg(strstr(report.text, others[_i].said), "%s", report.text);
    ck_assert_int_ge(report.other_settings, 1);
    if (_i == 2 || _i == 3)
        ck_assert_ptr_null(strstr(report.text, "the number"));
    ck_same_bits(saved.w, now.w);
    gd_position at = gd_loader_position(now.run.loader);
    ck_assert_int_eq(at.epoch, 1);
    ck_assert_int_eq(at.example, _i == 6 ? 0 : 8);
    ck_assert((_i == 6) == (strstr(report.text, "the loader begins epoch 1 anew, not at example 8") != NULL));

    heard[0] = '\0';                        /* gd_load: other options are told, another loader is refused */
    gd_clear_error();
    gd_on_error(hear);
    bool good = gd_load_run("run", now.net, NULL, now.run.loader);
    ck_assert(good != others[_i].of_loader);
    ck_assert((strstr(heard, others[_i].said) != NULL) == others[_i].of_loader);
    heard[0] = '\0';
    gd_clear_error();
    /* the averages in the file are not loaded */
    ck_assert(gd_load("run", now.net, now.run.optimizer));
    ck_assert_msg((strstr(heard, others[_i].said) != NULL) == others[_i].of_optimizer, "%s", heard);
    ck_assert_ptr_null(gd_last_error());
    gd_on_error(gd_abort);                  /* gd_notice does not abort here */
    ck_assert(gd_load("run", now.net, now.run.optimizer));
    gd_on_error(NULL);
    end(&saved);
    end(&now);
}
END_TEST

START_TEST(the_first_of_several)
{
    gd_dataset set = data();
    all saved, now;
    setup s = usual;
    begin(&saved, s, set);
    ck_assert(gd_checkpoint_save("run", &saved.run));
    s.weight_decay = 0.02;
    s.seed = 1;
    s.decay = 0.5;
    begin(&now, s, set);
    ck_assert(!gd_checkpoint_load("run", &now.run, (gd_load_options){ .lenient = false }, NULL));
    ck_message("gd_checkpoint_load: run: weight_decay of group 0 was 0.01 when the run was saved and is 0.02 now (and "
               "3 more); gd_checkpoint_load with .other_settings goes on all the same");
    end(&saved);
    end(&now);
}
END_TEST

/* ---- What is missing or damaged ----------------------------------------------------------------------------- */

/* The saved run with one piece of its metadata, or one tensor, changed. */
static void rewrite(const char *path, const char *key, const char *value, const char *tensor)
{
    const char *names[32];
    gd_tensor *tensors[32];
    gd_metadata pairs[128];
    int64_t n = 0, m = 0;
    gd_safetensors *in = gd_safetensors_open("run");
    ck_assert_ptr_nonnull(in);
    for (int64_t i = 0; i < gd_safetensors_count(in); i++) {
        names[n] = gd_safetensors_name(in, i);
        tensors[n] = gd_safetensors_read(in, names[n]);
        n += !tensor || strcmp(names[n], tensor) != 0;
    }
    for (int64_t i = 0; i < gd_safetensors_metadata_count(in); i++) {
        pairs[m] = gd_safetensors_metadata_at(in, i);
        bool found = key && (strcmp(key, "gradus") == 0 ? strncmp(pairs[m].key, key, 6) == 0 :
                                                          strcmp(pairs[m].key, key) == 0);
        if (found && value)
            pairs[m].value = value;
        m += !found || value;
    }
    ck_assert(gd_safetensors_write(path, names, tensors, n, pairs, m));
    gd_safetensors_close(in);
}

static const struct { const char *key, *value, *tensor, *said; } damaged[] = {
    { NULL, NULL, "gradus/ema/w", "gd_checkpoint_load: bad has no tensor \"gradus/ema/w\"" },
    { "gradus/plateau", NULL, NULL, "gd_checkpoint_load: bad: there is no \"gradus/plateau\"" },
    { "note/best", NULL, NULL, "gd_checkpoint_load: bad: there is no \"note/best\"" },
    { "note/about", NULL, NULL, "gd_checkpoint_load: bad: there is no \"note/about\"" },
    { "note/epochs", "7", NULL, "gd_checkpoint_load: bad: damaged number \"note/epochs\"" },
    { "gradus/loader/seed", "", NULL, "gd_checkpoint_load: bad: damaged number \"gradus/loader/seed\"" },
    { "loader", NULL, NULL, "gd_checkpoint_load: bad: there is no \"loader\"" },
    /* lr, best, bad, cooling */
    { "gradus/plateau", "7ff80000000000003ff000000000000000000000000000000000000000000000", NULL,
      "gd_checkpoint_load: bad: the plateau has lr = nan and best = 1: lr must lie in [0, inf), and best be a number" },
    { "gradus/plateau", "bff00000000000003ff000000000000000000000000000000000000000000000", NULL,
      "gd_checkpoint_load: bad: the plateau has lr = -1 and best = 1: lr must lie in [0, inf), and best be a number" },
    { "gradus/plateau", "3ff00000000000007ff800000000000000000000000000000000000000000000", NULL,
      "gd_checkpoint_load: bad: the plateau has lr = 1 and best = nan: lr must lie in [0, inf), and best be a number" },
    { "gradus/plateau", "3ff00000000000003ff000000000000000000000000000020000000000000000", NULL,
      "gd_checkpoint_load: bad: bad = 2 must be a whole number and lie in [0, 1]" },
    { "gradus/plateau", "3ff00000000000003ff000000000000000000001000000000000000000000000", NULL,
      "gd_checkpoint_load: bad: bad = -1 must be a whole number and lie in [0, 1]" },
    { "gradus/plateau", "3ff00000000000003ff00000000000000000000000000000ffffffffffffffff", NULL,
      "gd_checkpoint_load: bad: cooling = -1 must be a whole number and lie in [0, 2]" },
};

START_TEST(missing_or_damaged)
{
    gd_dataset set = data();
    all saved, now;
    begin(&saved, usual, set);
    begin(&now, usual, set);
    train(&saved, 8);
    ck_assert(gd_checkpoint_save("run", &saved.run));
    all before;
    begin(&before, usual, set);
    gd_seed(4);
    train(&before, 3);
    gd_seed(4);
    train(&now, 3);
    uint64_t random[4];
    memcpy(random, gi_random_state(), sizeof random);
    now.notes[1].text = "mine";
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        rewrite("bad", damaged[i].key, damaged[i].value, damaged[i].tensor);
        ck_assert(!gd_checkpoint_load("bad", &now.run, (gd_load_options){ .lenient = false }, NULL));
        ck_message(damaged[i].said);
        same_runs(&before, &now);
        ck_assert_str_eq(now.notes[1].text, "mine");
        ck_assert(memcmp(random, gi_random_state(), sizeof random) == 0);
    }
    ck_assert(gd_checkpoint_load("run", &now.run, (gd_load_options){ .lenient = false }, NULL));
    same_runs(&saved, &now);
    end(&saved);
    end(&now);
    end(&before);
}
END_TEST

/* A file of an older version, without settings, averages and the rest. */
START_TEST(older_files)
{
    gd_dataset set = data();
    all saved, now;
    begin(&saved, usual, set);
    begin(&now, usual, set);
    train(&saved, 8);
    ck_assert(gd_save_run("run", saved.net, saved.run.optimizer, saved.run.loader));
    rewrite("old", "gradus", NULL, NULL);
    ck_assert_msg(gd_load_run("old", now.net, now.run.optimizer, now.run.loader), "%s", gd_last_error());
    ck_same_bits(saved.w, now.w);
    now.run.ema = (gd_ema_free(now.run.ema), NULL);
    now.run.plateau = NULL;
    now.run.note_count = 0;
    ck_assert(gd_checkpoint_load("old", &now.run, (gd_load_options){ .lenient = false }, NULL));
    end(&saved);
    end(&now);
}
END_TEST

START_TEST(refusals)
{
    gd_dataset set = data();
    all a;
    begin(&a, usual, set);
    train(&a, 2);
    ck_assert(gd_ema_swap(a.run.ema));
    ck_assert(!gd_checkpoint_save("run", &a.run));
    ck_message("gd_checkpoint_save: the averages are swapped in: call gd_ema_swap first");
    ck_assert(gd_ema_swap(a.run.ema) && gd_checkpoint_save("run", &a.run) && gd_ema_swap(a.run.ema));
    ck_assert(!gd_checkpoint_load("run", &a.run, (gd_load_options){ .lenient = false }, NULL));
    ck_message("gd_checkpoint_load: the averages are swapped in: call gd_ema_swap first");
    ck_assert(gd_ema_swap(a.run.ema));
    a.notes[2].key = "best";
    ck_assert(!gd_checkpoint_save("run", &a.run));
    ck_message("gd_checkpoint_save: two notes have the key \"best\"");
    a.notes[2].key = NULL;
    ck_assert(!gd_checkpoint_save("run", &a.run));
    ck_message("gd_checkpoint_save: the key of a note is NULL");
    a.notes[2] = (gd_note){ .key = "neither" };
    ck_assert(!gd_checkpoint_save("run", &a.run));
    ck_message("gd_checkpoint_save: neither is NULL");
    a.run.note_count = 2;
    a.run.optimizer->lr = NAN;              /* gd_load would refuse it */
    ck_assert(!gd_checkpoint_save("run", &a.run));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_checkpoint_save: lr = nan of group 0 must lie in [0, "));
    a.run.optimizer->lr = 0.1;
    *gd_optimizer_number(a.run.optimizer, a.w, "step") = 3;
    ck_assert(!gd_checkpoint_save("run", &a.run));
    ck_message("gd_checkpoint_save: \"w\": step = 3 is more than the 2 steps of the optimizer");
    ck_assert(!gd_checkpoint_save("run", &(gd_training_run){ .params = NULL }));
    ck_message("gd_checkpoint_save: params is NULL");
    end(&a);
}
END_TEST

/* Groups too many and too few are refused, and so are parameters. */
START_TEST(counts)
{
    gd_params *p = gd_params_new(), *more = gd_params_new();
    gd_param(p, "w", gd_ones(GD_SHAPE(2)));
    gd_param(more, "w", gd_ones(GD_SHAPE(2)));
    gd_optimizer *one = gd_adam(p, gd_adam_defaults()), *two = gd_adam(p, gd_adam_defaults());
    gd_optimizer_group(two, "x", NULL);
    ck_assert(gd_save("one", p, one) && gd_save("two", p, two));
    ck_assert(!gd_load("one", p, two));
    ck_message("gd_load: one: groups of parameters: 1 in the file and 2 in the optimizer");
    ck_assert(!gd_load("two", p, one));
    ck_message("gd_load: two: groups of parameters: 2 in the file and 1 in the optimizer");
    gd_buffer(more, "x", gd_ones(GD_SHAPE(1)));
    gd_optimizer *o = gd_adam(more, gd_adam_defaults());
    ck_assert(!gd_load("one", more, o));
    ck_message("gd_load: one has no tensor \"x\"");
    gd_optimizer_free(one);
    gd_optimizer_free(two);
    gd_optimizer_free(o);
    gd_params_free(p);
    gd_params_free(more);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("checkpoint: run");
    TCase *t = scratch_case(suite, "all");
    tcase_add_loop_test(t, goes_on_exactly, 0, 6);
    tcase_add_loop_test(t, other_settings, 0, (int)(sizeof others / sizeof *others));
    tcase_add_test(t, the_first_of_several);
    tcase_add_test(t, missing_or_damaged);
    tcase_add_test(t, older_files);
    tcase_add_test(t, refusals);
    tcase_add_test(t, counts);
    return run_suite(suite);
}
