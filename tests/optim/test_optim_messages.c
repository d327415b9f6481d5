/* test_optim_messages.c - messages for invalid options and missing dialects; traces; Yogi's initial values. */
#define _XOPEN_SOURCE 700                   /* getpid */
#include <unistd.h>

#include "support/optimizers.h"

/* ---- Messages ---------------------------------------------------------------------------------------------- */

/* Every option of every algorithm: NaN, and a number beyond each end, is refused with the option's name. */
START_TEST(every_option_is_checked)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    int count = 0;
    for (const gd_option *f = o->algorithm->options; f->name; f++, count++) {
        double bad[] = { NAN, f->low - 1, f->high + 1, f->interval[0] == '(' ? f->low : -INFINITY,
                         f->interval[1] == ')' ? f->high : INFINITY };
        char *options = malloc(o->algorithm->options_size);
        for (int k = 0; k < 5; k++) {
            if (k < 3 && (isinf(bad[k]) || bad[k] == f->low || bad[k] == f->high))
                continue;                   /* none, or lost in rounding */
            if (bad[k] == INFINITY && f->high == INFINITY && f->interval[1] == ']')
                continue;                   /* a choice of its own */
            ck_assert(!gd_group_set(&o->first, f->name, bad[k]));
            char want[160];
            snprintf(want, sizeof want, "gd_group_set: %s = %g must lie in %c%g, %g%c", f->name, bad[k],
                     f->interval[0], f->low, f->high, f->interval[1]);
            ck_message(want);
            if (f->kind != GD_OPTION_REAL)
                continue;
            memcpy(options, o->first.options, o->algorithm->options_size);
            memcpy(options + f->offset, &bad[k], sizeof bad[k]);
            ck_assert(gd_optimizer_new(m.net, o->algorithm, options) == NULL);
            memcpy(want, o->algorithm->name, strlen(o->algorithm->name));
            snprintf(want, sizeof want, "%s: %s = %g must lie in %c%g, %g%c%s%s%s", o->algorithm->name, f->name, bad[k],
                     f->interval[0], f->low, f->high, f->interval[1], bad[k] == 0 ? ": " : "",
                     bad[k] == 0 ? o->algorithm->name : "",
                     bad[k] == 0 ? "_defaults() sets what is not given" : "");
            ck_message(want);
        }
        free(options);
    }
    ck_assert_int_ge(count, 4);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

START_TEST(messages)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_adam_options adam_options = gd_adam_defaults();
    adam_options.beta1 = 1.2;
    ck_assert(gd_adam(m.net, adam_options) == NULL);
    ck_message("gd_adam: beta1 = 1.2 must lie in [0, 1)");
    gd_adamw_options adamw_options = gd_adamw_defaults();
    adamw_options.weight_decay = -1;
    ck_assert(gd_adamw(m.net, adamw_options) == NULL);
    ck_message(sizeof(gd_real) == 4 ? "gd_adamw: weight_decay = -1 must lie in [0, 3.40282e+38]" :
                "gd_adamw: weight_decay = -1 must lie in [0, 1.79769e+308]");
    gd_rprop_options rprop_options = gd_rprop_defaults();
    rprop_options.step_max = 1e-7;
    ck_assert(gd_rprop(m.net, rprop_options) == NULL);
    ck_message("gd_rprop: step_min = 1e-06 must not be above step_max = 1e-07");
    gd_sgd_options sgd_options = gd_sgd_dialect(GD_KERAS);
    sgd_options.momentum = 0.9;
    sgd_options.dampening = 0.5;
    ck_assert(gd_sgd(m.net, sgd_options) == NULL);
    ck_message("gd_sgd: dampening = 0.5 must be 0 unless momentum_form is GD_LR_OUTSIDE");
    gd_lbfgs_options lbfgs_options = gd_lbfgs_defaults();
    lbfgs_options.c1 = 0.95;
    ck_assert(gd_lbfgs(m.net, lbfgs_options) == NULL);
    ck_message("gd_lbfgs: c1 = 0.95 must be below c2 = 0.9");
    lbfgs_options = gd_lbfgs_defaults();
    lbfgs_options.max_iter = 0;
    ck_assert(gd_lbfgs(m.net, lbfgs_options) == NULL);
    ck_message("gd_lbfgs: max_iter = 0 must lie in [1, inf): gd_lbfgs_defaults() sets what is not given");
    ck_assert(gd_adam(NULL, gd_adam_defaults()) == NULL);
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_adam: params"));
    gd_clear_error();
    ck_assert(!gd_step(NULL));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_step: o"));
    gd_clear_error();
    gd_zero_grad(NULL);
    gd_clear_error();
    gd_optimizer_free(NULL);
    gd_optimizer *o = gd_adam(m.net, gd_adam_defaults());
    m.a->grad = gd_ones(GD_SHAPE(4, 3));
    gd_set_grad(m.b, gd_ones(GD_SHAPE(5)));
    gd_tensor *b = gd_keep(m.b);
    ck_assert(!gd_step(o) && same_bits(b, m.b) && o->steps == 0);
    ck_message("gd_step: a is [3, 4] and its gradient is [4, 3]: they must have the same shape");
    m.a->grad = NULL;
    ck_assert(!gd_yogi_start_from(o));
    ck_message("gd_yogi_start_from: o is gd_adam, not gd_yogi");
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

#define REFUSES(algorithm, dialect_name) do { \
        gd_##algorithm##_options options = gd_##algorithm##_dialect(dialect_name); \
        const char message[] = "gd_" #algorithm "_dialect: there is no dialect " #dialect_name \
                                " of this algorithm"; \
        ck_assert_str_eq(gd_last_error(), message); \
        ck_assert(gd_##algorithm(m.net, options) == NULL); \
        ck_message(message); \
        ck_assert(gd_##algorithm(m.net, options) == NULL); \
        ck_message("gd_" #algorithm ": lr = nan must lie in [0, inf)"); \
    } while (0)

START_TEST(missing_dialects_are_errors)
{
    gd_on_error(NULL);
    model m = model_new();
    REFUSES(sgd, GD_TFA);
    REFUSES(sgd, GD_PAPER);
    REFUSES(sgd, GD_D2L_TF_AS_PRINTED);
    REFUSES(adagrad, GD_TFA);
    REFUSES(adagrad, GD_PAPER);
    REFUSES(rmsprop, GD_PAPER);
    REFUSES(adadelta, GD_TFA);
    REFUSES(adam, GD_TFA);
    REFUSES(adamw, GD_D2L);
    REFUSES(adamw, GD_TFA);
    REFUSES(adamw, GD_D2L_TF_AS_PRINTED);
    REFUSES(yogi, GD_TORCH);
    REFUSES(yogi, GD_KERAS);
    REFUSES(adamax, GD_D2L);
    REFUSES(nadam, GD_D2L);
    REFUSES(radam, GD_KERAS);
    REFUSES(adabelief, GD_TORCH);
    REFUSES(adabelief, GD_TFA);
    REFUSES(lamb, GD_TORCH);
    REFUSES(lamb, GD_KERAS);
    REFUSES(muon, GD_D2L);
    REFUSES(muon, GD_TFA);
    REFUSES(lion, GD_TORCH);
    REFUSES(lion, GD_D2L);
    REFUSES(rprop, GD_D2L);
    REFUSES(adafactor, GD_OPTAX);
    REFUSES(adafactor, GD_KERAS);
    REFUSES(schedule_free_adamw, GD_TORCH);
    REFUSES(asgd, GD_KERAS);
    REFUSES(lbfgs, GD_OPTAX);
    gd_adam_options options = gd_adam_dialect((gd_dialect)99);
    ck_assert(isnan(options.lr));
    ck_message("gd_adam_dialect: dialect = 99 is not a gd_dialect");
    gd_params_free(m.net);
}
END_TEST

/* ---- Traces ------------------------------------------------------------------------------------------------- */

START_TEST(traces_show_adam)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = gd_adam(m.net, gd_adam_dialect(GD_D2L));
    ck_assert(!gd_trace_csv(o, "x.csv"));
    ck_message("gd_trace_csv: nothing was recorded: see gd_optimizer_trace");
    ck_assert(gd_optimizer_trace(o, m.a, GD_SHAPE(1, 2)) && gd_optimizer_trace(o, m.b, GD_SHAPE(4)));
    ck_assert(!gd_optimizer_trace(o, m.a, GD_SHAPE(3, 0)));
    ck_message("gd_optimizer_trace: index 3 of axis 0 must lie in [0, 3)");
    ck_assert(!gd_optimizer_trace(o, m.a, GD_SHAPE(1)));
    ck_message("gd_optimizer_trace: a is [3, 4] and needs 2 indices, not 1");
    double w = m.a->data[6], s_m = 0, s_v = 0;
    for (int t = 1; t <= 200; t++) {
        random_step(o, &m, t % 2);
        const gd_trace_row *row = gd_trace_at(o, t % 2 ? gd_trace_rows(o) - 2 : gd_trace_rows(o) - 1);
        s_m = 0.9 * s_m + 0.1 * row->g;
        s_v = 0.999 * s_v + 0.001 * row->g * row->g;
        double c1 = 1 - pow(0.9, t), c2 = 1 - pow(0.999, t);
        ck_assert(strcmp(row->parameter, "a") == 0 && row->element == 6 && row->step == t && row->t == t);
        ck_assert(close_to(row->state[0], s_m, 1e-6) && close_to(row->state[1], s_v, 1e-6));
        ck_assert(isnan(row->state[2]));
        ck_assert(close_to(row->corrected[0], s_m / c1, 1e-6) && close_to(row->corrected[1], s_v / c2, 1e-6));
        ck_assert(close_to(row->moved, -0.01 * s_m / c1 / (sqrt(s_v / c2) + 1e-6), 1e-6));
        ck_assert(row->w == (double)m.a->data[6] && fabs(row->w - w - row->moved) < 1e-7);
        w = row->w;
    }
    ck_assert_int_eq((int)gd_trace_rows(o), 300);
    ck_assert(gd_trace_at(o, 300) == NULL);
    ck_message("gd_trace_at: i = 300 must lie in [0, 300)");
    char path[64], picture[72];
    snprintf(path, sizeof path, "/tmp/gradus-trace-%ld.csv", (long)getpid());
    snprintf(picture, sizeof picture, "%s.png", path);
    ck_assert(gd_trace_csv(o, path));
    FILE *in = fopen(path, "r");
    char line[512];
    ck_assert_ptr_nonnull(fgets(line, sizeof line, in));
    ck_assert_str_eq(line, "step,parameter,element,t,g,w,moved,exp_avg,exp_avg_corrected,exp_avg_sq,"
                           "exp_avg_sq_corrected\n");
    int lines = 0;
    while (fgets(line, sizeof line, in)) {
        const gd_trace_row *row = gd_trace_at(o, lines++);
        long long step, element;
        double t, g, value, moved;
        int got = sscanf(line, "%lld,%*[a-z.],%lld,%lf,%lf,%lf,%lf", &step, &element, &t, &g, &value, &moved);
        ck_assert(got == 6 && step == row->step && element == row->element && t == row->t);
        ck_assert(g == row->g && value == row->w && moved == row->moved);
    }
    ck_assert_int_eq(lines, 300);
    fclose(in);
    if (gd_trace_picture(o, picture)) {
        in = fopen(picture, "rb");
        ck_assert(fread(line, 1, 8, in) == 8 && memcmp(line, "\x89PNG\r\n\x1a\n", 8) == 0);
        fclose(in);
        if (!getenv("GRADUS_TEST_VERBOSE"))
            remove(picture);
    } else {
        ck_assert_ptr_nonnull(strstr(gd_last_error(), "stb_image_write"));
        gd_clear_error();
    }
    remove(path);
    gd_optimizer_free(o);
    gd_params_free(m.net);
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

/* ---- Yogi's initial values ---------------------------------------------------------------------------------- */

START_TEST(yogi_starts_from_a_large_batch)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = gd_yogi(m.net, gd_yogi_dialect(GD_PAPER));
    double sum[5] = { 0 };
    for (int k = 0; k < 4; k++) {
        GD_SCOPE;
        gd_tensor *g = noisy(GD_SHAPE(5));
        gd_set_grad(m.b, g);
        for (int i = 0; i < 5; i++)
            sum[i] += (double)g->data[i] * g->data[i];
        ck_assert(gd_yogi_start_from(o));
    }
    for (int i = 0; i < 5; i++)
        ck_assert(close_to(gd_optimizer_state(o, m.b, "exp_avg_sq")->data[i], sum[i] / 4, 1e-6));
    ck_assert(gd_optimizer_state(o, m.a, "exp_avg_sq") == NULL);
    gd_zero_grad(o);
    gd_set_grad(m.b, gd_full(GD_SHAPE(5), 2));
    gd_set_grad(m.a, gd_full(GD_SHAPE(3, 4), 3));
    ck_assert(gd_step(o));
    ck_assert(close_to(gd_optimizer_state(o, m.b, "exp_avg_sq")->data[2], sum[2] / 4 + 0.001 * 4, 1e-6));
    ck_assert(gd_optimizer_state(o, m.a, "exp_avg_sq")->data[2] == 9);
    ck_assert(!gd_yogi_start_from(o));
    ck_message("gd_yogi_start_from: a was stepped already");
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: messages");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, every_option_is_checked, 0, MAKERS);
    tcase_add_test(tc, messages);
    tcase_add_test(tc, missing_dialects_are_errors);
    tcase_add_test(tc, traces_show_adam);
    tcase_add_test(tc, yogi_starts_from_a_large_batch);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
