/* test_optim_schedule.c - schedules against their golden tables, composed schedules, the plateau rule, clipping
 * against its golden tables, averages of parameters. */
#include "support/number_table.h"

/* ---- Schedules ------------------------------------------------------------------------------------------- */

static gd_one_cycle_options cycle(bool linear, bool three_phase)
{
    gd_one_cycle_options o = gd_one_cycle_defaults();
    o.linear = linear;
    o.three_phase = three_phase;
    return o;
}

static gd_schedule schedule_of(int i, const char **file)
{
    static const int64_t milestones[] = { 15, 30 };
    switch (i) {
    case 0:  *file = "step";                return gd_lr_step(0.1, 10, 0.5);
    case 1:  *file = "multistep";           return gd_lr_multistep(0.5, milestones, 2, 0.5);
    case 2:  *file = "exponential";         return gd_lr_exponential(0.1, 0.95);
    case 3:  *file = "factor_d2l";          return gd_lr_factor(2, 0.9, 0.01);
    case 4:  *file = "cosine";              return gd_lr_cosine(0.1, 0.001, 50);
    case 5:  *file = "cosine_d2l";          return gd_lr_cosine(0.3, 0.01, 20);
    case 6:  *file = "cosine_warmup_d2l";   return gd_lr_warmup(gd_lr_cosine(0.3, 0.01, 15), 5, 0);
    case 7:  *file = "cosine_restarts";     return gd_lr_restarts(gd_lr_cosine(0.1, 0.001, 10), 10, 2);
    case 8:  *file = "polynomial";          return gd_lr_polynomial(0.1, 0, 30, 2);
    case 9:  *file = "polynomial_warmup";   return gd_lr_warmup(gd_lr_polynomial(0.5, 0.01, 35, 2), 5, 0);
    case 10: *file = "linear_warmup";       return gd_lr_linear(0.01, 0.1, 10);
    case 11: *file = "linear_warmup";       return gd_lr_warmup(gd_lr_constant(0.1), 10, 0.01);
    case 12: *file = "onecycle_cos";        return gd_lr_one_cycle(0.1, 50, cycle(false, false));
    case 13: *file = "onecycle_linear";     return gd_lr_one_cycle(0.1, 50, cycle(true, false));
    case 14: *file = "onecycle_three_phase"; return gd_lr_one_cycle(0.1, 50, cycle(false, true));
    case 15: *file = "inverse_sqrt_d2l";    return gd_lr_inverse_sqrt(0.1, 1);
    default: *file = "inverse_sqrt_warmup"; return gd_lr_inverse_sqrt(0.1, 8);
    }
}
enum { SCHEDULES = 17 };

START_TEST(schedule_is_golden)
{
    const char *file;
    gd_schedule s = schedule_of(_i, &file);
    char name[64];
    snprintf(name, sizeof name, "lr_%s.csv", file);
    table golden = read_table("optimizers", name);
    for (int t = 0; t < golden.rows; t++) {
        double lr = gd_lr_at(s, t), want = entry(&golden, t, 1);
        ck_assert_msg(fabs(lr - want) <= 1e-14, "%s, step %d: %.17g, expected %.17g", name, t, lr, want);
    }
    free(golden.at);
}
END_TEST

START_TEST(optimizer_takes_lr_from_its_schedule)
{
    const char *file;
    gd_schedule s = schedule_of(_i, &file);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(1))), *v = gd_param(net, "v", gd_zeros(GD_SHAPE(1)));
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = 7;
    gd_optimizer *o = gd_sgd(net, options);
    gd_group *other = gd_optimizer_group(o, "v", NULL);
    ck_assert(gd_set_schedule(&o->first, s));
    double at = 0;
    for (int t = 0; t < 50; t++) {
        gd_set_grad(w, gd_ones(GD_SHAPE(1)));
        gd_set_grad(v, gd_ones(GD_SHAPE(1)));
        gd_real before = w->data[0];
        ck_assert(gd_step(o));
        ck_assert_double_eq(o->lr, gd_lr_at(s, t));
        gd_real lr = (gd_real)o->lr;
        ck_assert(w->data[0] == before - lr);
        at -= 7;
        ck_assert(v->data[0] == (gd_real)at && other->lr == 7);
    }
    ck_assert(gd_set_schedule(&o->first, gd_lr_none()));
    o->lr = 3;
    gd_real before = w->data[0];
    ck_assert(gd_step(o));
    ck_assert(w->data[0] == before - 3);
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

static double saw(int64_t t, const void *context)
{
    return *(const double *)context * (double)(t % 3);
}

START_TEST(schedules_compose)
{
    double scale = 0.5;
    gd_schedule s = gd_lr_warmup(gd_lr_custom(saw, &scale), 2, 1);
    ck_assert_double_eq(gd_lr_at(s, 0), 1);
    ck_assert_double_eq(gd_lr_at(s, 1), 0.5);       /* half way to saw(0) = 0 */
    for (int t = 2; t < 20; t++)
        ck_assert_double_eq(gd_lr_at(s, t), 0.5 * ((t - 2) % 3));
    s = gd_lr_warmup(gd_lr_restarts(gd_lr_linear(1, 0, 4), 4, 1), 3, 0);
    for (int t = 3; t < 4003; t++)
        ck_assert_double_eq_tol(gd_lr_at(s, t), 1 - ((t - 3) % 4) / 4.0, 1e-12);
    ck_assert_double_eq(gd_lr_at(s, INT64_C(3) + 4 * INT64_C(1000000000000)), 1);       /* at once */
    ck_assert_double_eq(gd_lr_at(s, 1), 1.0 / 3);
    s = gd_lr_restarts(gd_lr_step(1, 1, 0.5), 2, 3);            /* 2 steps, then 6, then 18: stretched */
    double want[] = { 1, .5, 1, 1, 1, .5, .5, .5, 1, 1, 1, 1, 1, 1, 1, 1, 1, .5 };
    for (int t = 0; t < 18; t++)
        ck_assert_double_eq(gd_lr_at(s, t), want[t]);
    ck_assert_double_eq(gd_lr_at(gd_lr_cosine(0.1, 0.001, 10), 1000), 0.001);
    ck_assert_double_eq(gd_lr_at(gd_lr_polynomial(0.1, 0.02, 10, 3), 10), 0.02);
    gd_schedule one = gd_lr_one_cycle(1, 25, cycle(true, false));          /* the way up ends at 6.5 */
    ck_assert_double_eq_tol(gd_lr_at(one, 6), 0.04 + 0.96 * 6 / 6.5, 1e-14);
    ck_assert_double_eq_tol(gd_lr_at(one, 7), 1 + (0.04e-4 - 1) * 0.5 / 17.5, 1e-14);
    ck_assert_double_eq_tol(gd_lr_at(gd_lr_one_cycle(1, 10, gd_one_cycle_defaults()), 99), 1 / 25e4, 1e-15);
}
END_TEST

static void ck_rates(gd_schedule s, const double *want, int n)
{
    for (int t = 0; t < n; t++)
        ck_assert_msg(fabs(gd_lr_at(s, t) - want[t]) < 1e-15, "step %d: %g, not %g", t, gd_lr_at(s, t), want[t]);
    ck_assert(gd_lr_at(s, INT64_MAX) == want[n - 1]);
}

START_TEST(warm_up_stable_decay)
{
    ck_rates(gd_lr_wsd(0.4, 0.1, 4, 3, 3), (double[]){ 0, .1, .2, .3, .4, .4, .4, .4, .3, .2, .1, .1 }, 12);
    ck_rates(gd_lr_wsd(0.4, 0, 0, 2, 2), (double[]){ .4, .4, .4, .2, 0, 0 }, 6);
    ck_rates(gd_lr_wsd(0.4, 0.1, 2, 0, 0), (double[]){ 0, .05, .1, .1 }, 4);       /* up to where it begins: final */
    ck_rates(gd_lr_wsd(0.4, 0.1, 0, 1, 0), (double[]){ .4, .1, .1 }, 3);
    ck_rates(gd_lr_wsd(0.4, 0, 2, 0, 4), (double[]){ 0, .2, .4, .3, .2, .1, 0, 0 }, 8);
    ck_rates(gd_lr_linear_warmup(0.4, 0, 8, 4), (double[]){ 0, .1, .2, .3, .4, .3, .2, .1, 0, 0 }, 10);
    ck_rates(gd_lr_linear_warmup(0.4, 0.2, 4, 0), (double[]){ .4, .35, .3, .25, .2, .2 }, 6);
    gd_on_error(NULL);
    ck_assert(isnan(gd_lr_at(gd_lr_wsd(-1, 0, 1, 1, 1), 0)));
    ck_message("gd_lr_wsd: base = -1 must lie in [0, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_wsd(1, 0, -1, 1, 1), 0)));
    ck_message("gd_lr_wsd: warmup = -1 must lie in [0, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_wsd(1, 0, 1, -2, 1), 0)));
    ck_message("gd_lr_wsd: stable = -2 must lie in [0, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_wsd(1, NAN, 1, 1, -3), 0)));
    ck_message("gd_lr_wsd: final = nan must lie in [0, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_wsd(1, 0, 1, 1, -3), 0)));
    ck_message("gd_lr_wsd: decay = -3 must lie in [0, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_linear_warmup(1, 0, 5, 5), 0)));
    ck_message("gd_lr_linear_warmup: steps = 5 must lie in (5, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_linear_warmup(1, 0, 5, -1), 2)));
    ck_message("gd_lr_linear_warmup: warmup = -1 must lie in [0, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_linear_warmup(1, -2, 5, 1), 2)));
    ck_message("gd_lr_linear_warmup: final = -2 must lie in [0, inf)");
}
END_TEST

START_TEST(plateau_is_golden)
{
    table golden = read_table("optimizers", "lr_plateau.csv");
    gd_plateau p = gd_plateau_start(0.1, (gd_plateau_options){ .factor = 0.5, .patience = 3, .threshold = 1e-4,
                                                              .min_lr = 0.001 });
    for (int t = 0; t < golden.rows; t++) {
        ck_assert_double_eq_tol(p.lr, entry(&golden, t, 1), 1e-15);
        ck_assert_double_eq(gd_plateau_next(&p, entry(&golden, t, 2)), p.lr);
    }
    free(golden.at);
}
END_TEST

/* The rule with a cooldown, by hand: after a cut, cooldown losses do not count. */
START_TEST(plateau_cools_down)
{
    gd_plateau p = gd_plateau_start(1, (gd_plateau_options){ .factor = 0.5, .patience = 1, .cooldown = 2 });
    double want[] = { 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25 };
    double loss[] = { 5, 5, 5, 5, 5, 5, NAN, 5 };
    for (int t = 0; t < 8; t++)
        ck_assert_msg(gd_plateau_next(&p, loss[t]) == want[t], "step %d: %g, expected %g", t, p.lr, want[t]);
}
END_TEST

START_TEST(schedules_refuse)
{
    gd_on_error(NULL);
    ck_assert(isnan(gd_lr_at(gd_lr_step(0.1, 0, 0.5), 3)));
    ck_message("gd_lr_step: every = 0 must lie in (0, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_warmup(gd_lr_constant(NAN), 3, 0), 0)));
    ck_message("gd_lr_constant: base = nan must lie in [0, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_multistep(0.1, NULL, 17, 0.5), 0)));
    ck_message("gd_lr_multistep: n = 17 must lie in [0, 16]");
    gd_lr_restarts(gd_lr_constant(1), 10, 0.5);
    ck_message("gd_lr_restarts: growth = 0.5 must lie in [1, inf)");
    gd_lr_restarts(gd_lr_constant(1), 0, 1);
    ck_message("gd_lr_restarts: period = 0 must lie in (0, inf)");
    gd_lr_warmup(gd_lr_constant(1), -1, 0);
    ck_message("gd_lr_warmup: steps = -1 must lie in [0, inf)");
    ck_assert(isnan(gd_lr_at(gd_lr_warmup(gd_lr_none(), 5, 0), 0)));
    ck_message("gd_lr_warmup: s is gd_lr_none(), which has no learning rate");
    ck_assert(isnan(gd_lr_at(gd_lr_restarts(gd_lr_none(), 5, 1), 0)));
    ck_message("gd_lr_restarts: s is gd_lr_none(), which has no learning rate");
    gd_lr_cosine(0.1, -1, 10);
    ck_message("gd_lr_cosine: final = -1 must lie in [0, inf)");
    gd_lr_polynomial(0.1, 0, 10, 0);
    ck_message("gd_lr_polynomial: power = 0 must lie in (0, inf)");
    gd_lr_factor(1, -0.5, 0);
    ck_message("gd_lr_factor: factor = -0.5 must lie in (0, inf)");
    gd_lr_exponential(1, INFINITY);
    ck_message("gd_lr_exponential: gamma = inf must lie in (0, inf)");
    gd_lr_inverse_sqrt(1, 0);
    ck_message("gd_lr_inverse_sqrt: warmup = 0 must lie in [1, inf)");
    gd_lr_one_cycle(1, 3, gd_one_cycle_defaults());
    ck_message("gd_lr_one_cycle: steps = 3 must lie in (3.33333, inf)");
    gd_lr_custom(NULL, NULL);
    ck_message("gd_lr_custom: function is NULL");
    ck_assert(isnan(gd_plateau_start(0.1, (gd_plateau_options){ .factor = 1 }).lr));
    ck_message("gd_plateau_start: factor = 1 must lie in (0, 1)");
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(1)));
    gd_optimizer *o = gd_sgd(net, gd_sgd_defaults());
    gd_set_grad(w, gd_ones(GD_SHAPE(1)));
    gd_set_schedule(&o->first, gd_lr_constant(-1));
    ck_message("gd_lr_constant: base = -1 must lie in [0, inf)");
    ck_assert(!gd_step(o) && w->data[0] == 1 && o->steps == 0);
    ck_message("gd_step: lr = nan must lie in [0, inf)");
    gd_optimizer_free(o);
    gd_params_free(net);
    gd_on_error(NULL);
}
END_TEST

/* ---- Clipping ----------------------------------------------------------------------------------------------- */

typedef struct two { gd_params *net; gd_tensor *a, *b, *still, *buffer; } two;

static two two_new(void)
{
    two t = { .net = gd_params_new() };
    t.a = gd_param(t.net, "A", gd_zeros(GD_SHAPE(3, 2)));
    t.still = gd_param(t.net, "still", gd_zeros(GD_SHAPE(5)));          /* never has a gradient */
    t.buffer = gd_buffer(t.net, "buffer", gd_zeros(GD_SHAPE(1)));
    t.b = gd_param(t.net, "B", gd_zeros(GD_SHAPE(4)));
    return t;
}

static void set_gradients(const two *t, const double *g, bool strided)
{
    gd_set_grad(t->a, tensor_of(GD_SHAPE(3, 2), g));
    gd_set_grad(t->b, tensor_of(GD_SHAPE(4), g + 6));
    if (strided) {                          /* the same gradient, columns first in memory */
        double turned[6];
        for (int i = 0; i < 6; i++)
            turned[i % 2 * 3 + i / 2] = g[i];
        t->a->grad = gd_transpose(tensor_of(GD_SHAPE(2, 3), turned), 0, 1);
        ck_assert(!t->a->grad->contiguous);
    }
}

static double clip(int i, gd_params *p, const char **file)
{
    switch (i) {
    case 0:  *file = "clip_norm2_pytorch.csv";   return gd_clip_grad_norm(p, 1);
    case 1:  *file = "clip_norm1_pytorch.csv";   return gd_clip_grad_norm_as(p, 1, 1, GD_TORCH);
    case 2:  *file = "clip_norminf_pytorch.csv"; return gd_clip_grad_norm_as(p, 1, INFINITY, GD_TORCH);
    case 3:  *file = "clip_norm2_d2l.csv";       return gd_clip_grad_norm_as(p, 1, 2, GD_D2L);
    default: *file = "clip_value.csv";           return gd_clip_grad_value(p, 0.5);
    }
}

START_TEST(clipping_is_golden)
{
    const char *file;
    two t = two_new();
    clip(_i, t.net, &file);                 /* no gradients: nothing happens */
    table golden = read_table("optimizers", file), problem = read_table("optimizers", "problem.csv");
    for (int step = 1; step < problem.rows; step++)
        for (int strided = 0; strided < 2; strided++) {
            GD_SCOPE;
            set_gradients(&t, problem.at + step * problem.columns + 1, strided);
            double norm = clip(_i, t.net, &file), want = entry(&golden, step - 1, 1);
            ck_assert_msg(close_to(norm, want, TOLERANCE), "%s, step %d: norm %g, expected %g", file, step, norm,
                          want);
            for (int i = 0; i < 10; i++) {
                double g = i < 6 ? gd_at(t.a->grad, GD_SHAPE(i / 2, i % 2)) : t.b->grad->data[i - 6];
                want = entry(&golden, step - 1, i + 2);
                ck_assert_msg(close_to(g, want, TOLERANCE), "%s, step %d, g[%d]: %g, expected %g", file, step, i,
                              g, want);
            }
            gd_zero_grad_of(t.a);
        }
    free(golden.at);
    free(problem.at);
    gd_params_free(t.net);
}
END_TEST

START_TEST(clipping_edges)
{
    gd_on_error(NULL);
    two t = two_new();
    double huge = sizeof(gd_real) == 4 ? 3e38 : 1e308;
    double big[10] = { 3, 0, 0, 0, 0, 0, 4, 0, 0, 0 };
    for (int i = 0; i < 10; i++)
        big[i] *= huge / 5;
    set_gradients(&t, big, false);
    ck_assert(close_to(gd_clip_grad_norm(t.net, 10) / huge, 1, 1e-6));          /* squares would overflow */
    ck_assert(close_to(t.a->grad->data[0], 6, 1e-5) && close_to(t.b->grad->data[0], 8, 1e-5));
    double tiny[10] = { 3e-30, 0, 0, 0, 0, 0, 4e-30, 0, 0, 0 };
    set_gradients(&t, tiny, false);
    ck_assert(close_to(gd_clip_grad_norm(t.net, 1) / 5e-30, 1, 1e-6));          /* squares would vanish */
    ck_assert(close_to(gd_clip_grad_norm_as(t.net, 1, 3, GD_TORCH) / 4.4979414452754e-30, 1, 1e-6));
    ck_assert(t.a->grad->data[0] == (gd_real)3e-30);
    double zero[10] = { 0 };
    set_gradients(&t, zero, false);
    ck_assert(gd_clip_grad_norm_as(t.net, 0, 2, GD_D2L) == 0 && t.a->grad->data[0] == 0);
    double bad[10] = { 5, 0, 0, 0, 0, 0, 0, INFINITY, 0, 0 };
    set_gradients(&t, bad, false);
    ck_no_message();
    ck_assert(isnan(gd_clip_grad_norm(t.net, 1)) && t.a->grad->data[0] == 5);
    ck_message("gd_clip_grad_norm: the gradient of B has the value inf: no gradient was changed");
    bad[7] = NAN;
    set_gradients(&t, bad, false);
    ck_assert(isnan(gd_clip_grad_value(t.net, 1)) && t.a->grad->data[0] == 5);
    ck_message("gd_clip_grad_value: the gradient of B has the value nan: no gradient was changed");
    ck_assert(isnan(gd_clip_grad_norm(t.net, -1)));
    ck_message("gd_clip_grad_norm: max = -1 must lie in [0, inf]");
    ck_assert(isnan(gd_clip_grad_norm_as(t.net, 1, 0, GD_TORCH)));
    ck_message("gd_clip_grad_norm: norm = 0 must lie in (0, inf]");
    ck_assert(isnan(gd_clip_grad_norm_as(t.net, 1, 2, GD_KERAS)));
    ck_message("gd_clip_grad_norm: there is no dialect GD_KERAS of this algorithm");
    ck_assert(isnan(gd_clip_grad_norm(NULL, 1)));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_clip_grad_norm: params"));
    gd_clear_error();
    gd_params_free(t.net);
}
END_TEST

/* ---- Averages ----------------------------------------------------------------------------------------------- */

START_TEST(averages_follow)
{
    gd_on_error(NULL);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_full(GD_SHAPE(2, 3), 1));
    gd_buffer(net, "buffer", gd_zeros(GD_SHAPE(2)));
    gd_ema *ema = gd_ema_new(net, 0.9);
    double want = 1, late_want = 0;
    gd_tensor *late = NULL;
    for (int i = 0; i < 10; i++) {
        if (i == 4)
            late = gd_param(net, "late", gd_full(GD_SHAPE(1), late_want = 5));
        GD_NO_GRAD;
        gd_fill(w, i);
        ck_assert(gd_ema_update(ema));
        want = 0.9 * want + 0.1 * i;
        ck_assert(close_to(gd_ema_get(ema, w)->data[5], want, 1e-6));
        if (late)
            ck_assert(close_to(gd_ema_get(ema, late)->data[0], late_want, 1e-6));
    }
    uint64_t version = w->version;
    ck_assert(gd_ema_swap(ema) && close_to(w->data[0], want, 1e-6) && gd_ema_get(ema, w)->data[0] == 9);
    ck_assert(w->version != version && !gd_ema_update(ema));
    ck_message("gd_ema_update: the averages are swapped in: call gd_ema_swap first");
    ck_assert(gd_ema_swap(ema) && w->data[0] == 9 && gd_ema_update(ema));
    ck_assert(gd_ema_new(net, 1) == NULL);
    ck_message("gd_ema_new: decay = 1 must lie in [0, 1)");
    ck_assert(gd_ema_get(ema, gd_zeros(GD_SHAPE(1))) == NULL);
    ck_message("gd_ema_get: the tensor is not a parameter of this model");
    gd_ema_free(ema);
    gd_ema_free(NULL);
    gd_params_free(net);
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: schedule");
    TCase *tc = tcase_create("schedules");
    tcase_add_loop_test(tc, schedule_is_golden, 0, SCHEDULES);
    tcase_add_loop_test(tc, optimizer_takes_lr_from_its_schedule, 0, SCHEDULES);
    tcase_add_test(tc, schedules_compose);
    tcase_add_test(tc, warm_up_stable_decay);
    tcase_add_test(tc, plateau_is_golden);
    tcase_add_test(tc, plateau_cools_down);
    tcase_add_test(tc, schedules_refuse);
    suite_add_tcase(suite, tc);
    tc = tcase_create("clipping");
    tcase_add_loop_test(tc, clipping_is_golden, 0, 5);
    tcase_add_test(tc, clipping_edges);
    suite_add_tcase(suite, tc);
    tc = tcase_create("averages");
    tcase_add_test(tc, averages_follow);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
