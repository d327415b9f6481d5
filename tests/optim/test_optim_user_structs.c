/* test_optim_user_structs.c - structs filled in by the program: the fields and ranges of an algorithm, a run to be
 * saved or loaded.  Errors in them are refused with a message before they are used. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <stdio.h>

#include "gradus.h"
#include "support/scratch.h"

/* ---- An algorithm's options and ranges ------------------------------------------------------------------------ */

typedef struct own_options {
    double lr, rho;
    int    whole;
    bool   flag;
} own_options;

static void own_update(const gd_update *u)
{
    (void)u;
}

static double constant(int64_t step, const void *context)
{
    (void)step, (void)context;
    return 1;
}

typedef struct wrong_field {
    gd_option   field;
    const char *told;
} wrong_field;

#define EXPECTED ": \"[]\", \"[)\", \"(]\" or \"()\" was expected"
#define RHO(...) { "rho", offsetof(own_options, rho), __VA_ARGS__ }

static const wrong_field wrong_fields[] = {
    { RHO(GD_OPTION_REAL, NULL, 0, 1), "the interval of rho is NULL" },
    { RHO(GD_OPTION_REAL, "", 0, 1), "the interval of rho is \"\"" EXPECTED },
    { RHO(GD_OPTION_REAL, "[", 0, 1), "the interval of rho is \"[\"" EXPECTED },
    { RHO(GD_OPTION_REAL, "][", 0, 1), "the interval of rho is \"][\"" EXPECTED },
    { RHO(GD_OPTION_REAL, "[0", 0, 1), "the interval of rho is \"[0\"" EXPECTED },
    { RHO(GD_OPTION_REAL, "{}", 0, 1), "the interval of rho is \"{}\"" EXPECTED },
    { RHO(GD_OPTION_REAL, "[0, 1] and much more", 0, 1), "the interval of rho is \"[0, 1] a\"" EXPECTED },
    { RHO(GD_OPTION_REAL, "[]", 1, 0), "the interval of rho, from 1 to 0, is empty" },
    { RHO(GD_OPTION_REAL, "[]", 0, NAN), "the interval of rho, from 0 to nan, is empty" },
    { RHO((gd_option_kind)3, "[]", 0, 1), "the kind of rho, 3, is not a gd_option_kind" },
    { RHO((gd_option_kind)-1, "[]", 0, 1), "the kind of rho, -1, is not a gd_option_kind" },
    { { "far", SIZE_MAX, GD_OPTION_REAL, "[]", 0, 1 }, "the option far does not lie within the options" },
    { { "far", sizeof(own_options) - 4, GD_OPTION_REAL, "[]", 0, 1 },
      "the option far does not lie within the options" },
    { { "far", sizeof(own_options) - 1, GD_OPTION_WHOLE, "[]", 0, 1 },
      "the option far does not lie within the options" }
};

START_TEST(fields_of_an_algorithm)
{
    const wrong_field *w = &wrong_fields[_i];
    const gd_option fields[] = { w->field, { .name = NULL } };
    const gd_algorithm own = { .name = "own", .options_size = sizeof(own_options), .options = fields,
                               .update = own_update };
    gd_params *net = gd_params_new();
    char message[200];
    snprintf(message, sizeof message, "gd_optimizer_new: own: %s", w->told);
    ck_assert_ptr_null(gd_optimizer_new(net, &own, &(own_options){ .lr = 1 }));
    ck_message(message);
    gd_params_free(net);
}
END_TEST

START_TEST(ranges_of_an_algorithm)
{
    gd_range ranges[] = { { "m", false, NULL, 0, 1 }, { .name = NULL } };
    const gd_algorithm own = { .name = "own", .options_size = sizeof(own_options), .states = { "m" },
                               .update = own_update, .ranges = ranges };
    gd_params *net = gd_params_new();
    ck_assert_ptr_null(gd_optimizer_new(net, &own, &(own_options){ .lr = 1 }));
    ck_message("gd_optimizer_new: own: the interval of m is NULL");
    ranges[0].interval = "<>";
    ck_assert_ptr_null(gd_optimizer_new(net, &own, &(own_options){ .lr = 1 }));
    ck_message("gd_optimizer_new: own: the interval of m is \"<>\"" EXPECTED);
    ranges[0].interval = "()";
    gd_optimizer *o = gd_optimizer_new(net, &own, &(own_options){ .lr = 1 });
    ck_assert(o != NULL);
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

START_TEST(more_than_there_is_room_for)
{
    static const char told[] = "gd_optimizer_new: own: at most 6 states, 4 numbers and 4 sets of zeros are possible, "
                               "and a NULL behind them";
    const gd_algorithm own = { .name = "own", .options_size = sizeof(own_options), .update = own_update };
    gd_params *net = gd_params_new();
    gd_algorithm wrong[] = { own, own, own };
    for (int k = 0; k <= GD_MAX_STATES; k++)
        wrong[0].states[k] = &"abcdefg"[k];
    for (int k = 0; k <= GD_MAX_NUMBERS; k++)
        wrong[1].numbers[k] = &"abcdefg"[k];
    for (int k = 0; k <= GD_MAX_ZEROS; k++)
        wrong[2].zeros[k] = "rho";
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_null(gd_optimizer_new(net, &wrong[i], &(own_options){ .lr = 1 }));
        ck_message(told);
    }
    wrong[0].states[GD_MAX_STATES] = NULL;
    gd_optimizer *o = gd_optimizer_new(net, &wrong[0], &(own_options){ .lr = 1 });
    ck_assert_ptr_nonnull(o);
    gd_schedule s = { .kind = gd_lr_custom(constant, NULL).kind };     /* by hand, and half of it */
    ck_assert(isnan(gd_lr_at(s, 0)));
    ck_message("gd_lr_at: schedule.function is NULL");
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

/* ---- A run ------------------------------------------------------------------------------------------------------ */

static bool loads(gd_training_run *run)
{
    return gd_checkpoint_load("f", run, (gd_load_options){ .other_settings = true }, NULL);
}

START_TEST(runs_that_cannot_be)
{
    gd_params *net = gd_params_new();
    gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    gd_plateau plateau = gd_plateau_start(0.1, gd_plateau_defaults());
    double number = 3;
    gd_training_run run = { .params = net, .plateau = &plateau, .notes = &(gd_note){ .key = "k", .number = &number },
                   .note_count = 1 };
    ck_assert(gd_checkpoint_save("f", &run));
    number = 4;
    run.note_count = -1;
    ck_assert(!gd_checkpoint_save("f", &run));
    ck_message("gd_checkpoint_save: note_count = -1 must not be negative");
    ck_assert(!loads(&run));
    ck_message("gd_checkpoint_load: note_count = -1 must not be negative");
    run.note_count = 1;
    plateau = (gd_plateau){ .lr = 0 };
    ck_assert(!gd_checkpoint_save("f", &run));
    ck_message("gd_checkpoint_save: the plateau was not made by gd_plateau_start");
    ck_assert(!loads(&run));
    ck_message("gd_checkpoint_load: the plateau was not made by gd_plateau_start");
    ck_assert(isnan(gd_plateau_next(&plateau, 1)));
    ck_message("gd_plateau_next: the plateau was not made by gd_plateau_start");
    gd_plateau_options options = gd_plateau_defaults();
    options.factor = 5;
    plateau = gd_plateau_start(0.1, options);
    gd_clear_error();
    ck_assert(!gd_checkpoint_save("f", &run) && gd_last_error());
    gd_clear_error();
    ck_assert(!loads(&run));
    ck_message("gd_checkpoint_load: the plateau is one that gd_plateau_start has refused");
    ck_assert(isnan(plateau.lr) && number == 4);
    plateau = gd_plateau_start(0.2, gd_plateau_defaults());
    ck_assert(loads(&run));
    ck_assert(plateau.lr == 0.1 && number == 3);
    gd_params_free(net);
}
END_TEST

/* A batch without examples leaves the running statistics unchanged. */
START_TEST(a_batch_norm_of_nothing)
{
    gd_tensor *mean = gd_full(GD_SHAPE(3), 2), *var = gd_full(GD_SHAPE(3), 5);
    static const gd_shape shapes[] = { { 2, { 0, 3 } }, { 3, { 0, 3, 4 } }, { 3, { 2, 3, 0 } }, { 4, { 0, 3, 0, 1 } } };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        gd_tensor *y = gd_batch_norm(gd_zeros(shapes[i]), NULL, NULL, mean, var, true, 0.1, 1e-5);
        ck_assert(y && gd_numel(y) == 0);
        ck_exact_values(mean, 2, 2, 2);
        ck_exact_values(var, 5, 5, 5);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: user structs");
    TCase *all = scratch_case(suite, "all");
    tcase_add_loop_test(all, fields_of_an_algorithm, 0, (int)(sizeof wrong_fields / sizeof *wrong_fields));
    tcase_add_test(all, ranges_of_an_algorithm);
    tcase_add_test(all, more_than_there_is_room_for);
    tcase_add_test(all, runs_that_cannot_be);
    tcase_add_test(all, a_batch_norm_of_nothing);
    return run_suite(suite);
}
