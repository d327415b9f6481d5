/* test_checkpoint_names.c - parameters and algorithms with unusual names: whatever gd_param and gd_optimizer_new
 * accept can be saved and loaded. */
#define _XOPEN_SOURCE 700
#include "gradus.h"
#include "support/scratch.h"

typedef struct plain_options { double lr, x; } plain_options;

static void plain_update(const gd_update *u)
{
    for (int64_t i = 0; i < u->n; i++)
        u->w[i] -= (gd_real)u->lr * u->g[i];
}

static const char *const odd_names[] = {
    "a b", "\n\t\"\\/{}", "\xe2\x82\xac", "\x01", "optimizer", "gradus", "lr", "steps", "/", "//", "w/exp_avg",
    "note/x", "random", "__metadata__2", "0", "optimizer.", "module.gradus/x", "\x7f", "format",
};
enum { ODD = sizeof odd_names / sizeof *odd_names };

START_TEST(odd_names_of_parameters)
{
    gd_params *p = gd_params_new(), *q = gd_params_new();
    for (int i = 0; i < ODD; i++) {
        ck_assert_msg(gd_param(p, odd_names[i], gd_full(GD_SHAPE(2), i)), "%s", gd_last_error());
        gd_param(q, odd_names[ODD - 1 - i], gd_zeros(GD_SHAPE(2)));
    }
    gd_optimizer *o = gd_adam(p, gd_adam_defaults()), *n = gd_adam(q, gd_adam_defaults());
    gd_optimizer_group(o, "l", NULL);
    gd_optimizer_group(n, "l", NULL);
    for (int i = 0; i < ODD; i++)
        gd_set_grad(gd_params_at(p, i), gd_full(GD_SHAPE(2), i + 1));
    ck_assert(gd_step(o));
    gd_ema *e = gd_ema_new(p, 0.5), *f = gd_ema_new(q, 0.5);
    ck_assert_msg(gd_checkpoint_save("odd", &(gd_training_run){ .params = p, .optimizer = o, .ema = e }), "%s",
                  gd_last_error());
    ck_assert_msg(gd_checkpoint_load("odd", &(gd_training_run){ .params = q, .optimizer = n, .ema = f },
                                     (gd_load_options){ .lenient = false }, NULL), "%s", gd_last_error());
    for (int i = 0; i < ODD; i++) {
        gd_tensor *w = gd_params_get(p, odd_names[i]), *v = gd_params_get(q, odd_names[i]);
        ck_assert(w->data[0] == v->data[0] && gd_optimizer_state(o, w, "exp_avg")->data[1] ==
                                                  gd_optimizer_state(n, v, "exp_avg")->data[1]);
    }
    gd_tensor *w = gd_params_at(p, 0);
    ck_assert(gd_set_name(w, "optimizer/w/exp_avg") == NULL && strcmp(w->name, "a b") == 0);
    ck_message("gd_set_name: t is \"a b\" of a model, which is found and saved under that name");
    ck_assert(!gd_set_name(w, NULL) && gd_params_get(p, "a b") == w);
    gd_ema_free(e);
    gd_ema_free(f);
    gd_optimizer_free(o);
    gd_optimizer_free(n);
    gd_params_free(p);
    gd_params_free(q);
}
END_TEST

START_TEST(names_of_an_algorithm)
{
    gd_params *p = gd_params_new();
    gd_param(p, "lr", gd_ones(GD_SHAPE(1)));
    static const gd_option bad[] = { { .name = "x\xff", .interval = "[]" }, { .name = NULL } };
    static const gd_option twice[] = { { .name = "x", .interval = "[]" }, { .name = "x", .interval = "[]" },
                                       { .name = NULL } };
    gd_algorithm a = { .name = "plain", .options_size = sizeof(plain_options), .update = plain_update };
    plain_options options = { 0.1, 0 };
    a.options = bad;
    ck_assert_ptr_null(gd_optimizer_new(p, &a, &options));
    ck_message("gd_optimizer_new: plain: the name of an option is empty or not UTF-8");
    a.options = twice;
    ck_assert_ptr_null(gd_optimizer_new(p, &a, &options));
    ck_message("gd_optimizer_new: plain has the option \"x\" twice");
    a.options = NULL;
    a.numbers[0] = "0";                     /* of the parameter "lr" it would be the learning rate of group 0 */
    ck_assert_ptr_null(gd_optimizer_new(p, &a, &options));
    ck_message("gd_optimizer_new: plain: a number cannot be called \"0\": digits stand for groups");
    a.numbers[0] = "x0";
    gd_optimizer *o = gd_optimizer_new(p, &a, &options);
    ck_assert_msg(o && gd_save("own", p, o) && gd_load("own", p, o), "%s", gd_last_error());
    gd_optimizer_free(o);
    gd_params_free(p);
}
END_TEST

/* The parameters a and b, one tensor, which is called as first says. */
static gd_params *tied(bool b_first)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, b_first ? "b" : "a", gd_ones(GD_SHAPE(2)));
    gd_param_tied(p, b_first ? "a" : "b", w);
    gd_param(p, "c", gd_ones(GD_SHAPE(2)));
    return p;
}

START_TEST(other_names_of_tied_parameters)
{
    for (int k = 0; k < 4; k++) {
        gd_params *p = tied(k & 1), *q = tied(k & 2);
        gd_optimizer *o = gd_adam(p, gd_adam_defaults()), *n = gd_adam(q, gd_adam_defaults());
        gd_ema *e = gd_ema_new(p, 0.5), *f = gd_ema_new(q, 0.5);
        gd_optimizer_group(o, "c", NULL);
        gd_optimizer_group(n, "c", NULL);
        gd_set_grad(gd_params_get(p, "a"), gd_full(GD_SHAPE(2), 3));
        gd_set_grad(gd_params_get(p, "c"), gd_full(GD_SHAPE(2), 4));
        ck_assert(gd_step(o) && gd_ema_update(e));
        ck_good(gd_checkpoint_save("tied", &(gd_training_run){ .params = p, .optimizer = o, .ema = e }));
        ck_good(gd_checkpoint_load("tied", &(gd_training_run){ .params = q, .optimizer = n, .ema = f },
                                   (gd_load_options){ .lenient = false }, NULL));
        ck_assert(gd_ema_swap(e) && gd_ema_swap(f));
        for (int i = 0; i < 3; i++) {
            const char *name = (const char *[]){ "a", "b", "c" }[i];
            gd_tensor *w = gd_params_get(p, name), *v = gd_params_get(q, name);
            ck_assert(w->data[0] == v->data[0] && w->data[0] != 1);
            ck_assert(gd_optimizer_state(o, w, "exp_avg_sq")->data[0] ==
                      gd_optimizer_state(n, v, "exp_avg_sq")->data[0]);
        }
        ck_assert(gd_ema_swap(e) && gd_ema_swap(f));
        ck_no_message();
        gd_ema_free(e);
        gd_ema_free(f);
        gd_optimizer_free(o);
        gd_optimizer_free(n);
        gd_params_free(p);
        gd_params_free(q);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("checkpoint: names");
    TCase *t = scratch_case(suite, "all");
    tcase_add_test(t, odd_names_of_parameters);
    tcase_add_test(t, other_names_of_tied_parameters);
    tcase_add_test(t, names_of_an_algorithm);
    return run_suite(suite);
}
