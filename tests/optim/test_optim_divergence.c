/* test_optim_divergence.c - problems on which Adam diverges while Yogi and AMSGrad converge: whole trajectories
 * against golden tables. */
#include "support/number_table.h"

/* The gradient of f_t(x) in step t = 1, 2, ..; the settings of golden/optimizers/adam_diverges_NAME.csv. */
typedef double slope(int t, double x);

static double rare_short(int t, double x)           /* 1000 max(x, 0) every 500 steps, else -x */
{
    return (t - 1) % 500 ? -1 : x > 0 ? 1000 : 0;
}

static double online(int t, double x)               /* 4 x every 3 steps, else -x; x in [-1, 1] */
{
    (void)x;
    return t % 3 == 1 ? 4 : -1;
}

static double sparse(int t, double x)               /* 3 max(x, 0), -x, -x with 999 zeros after each */
{
    int at = (t - 1) % 3000;
    return at == 0 ? (x > 0 ? 3 : 0) : at % 1000 ? 0 : -1;
}

typedef struct divergence {
    const char *name;
    slope *g;
    double lr, beta1, beta2, start;
    bool   clipped;
    double far, near;                       /* in the end |x| of Adam is > far off, of the others < near */
    double tolerance;                       /* of the float build: ten times what the golden notes measured */
} divergence;

static const divergence divergences[] = {
    { "rare_short", rare_short, 0.1, 0.9, 0.99, 1, false, 40, 0.5, 2e-3 },
    { "online", online, 0.01, 0, 1.0 / 17, 0, true, 1.9, 0.01, 6e-5 },
    { "sparse", sparse, 0.01, 0.9, 0.999, 1, false, 2.5, 0.3, 1e-3 },
};

static gd_optimizer *column(const divergence *c, int k, gd_params *p)
{
    gd_adam_options adam_options = gd_adam_dialect(GD_D2L);
    gd_yogi_options yogi_options = gd_yogi_dialect(GD_D2L);
    gd_rmsprop_options rmsprop_options = gd_rmsprop_dialect(GD_D2L);
    gd_adagrad_options adagrad_options = gd_adagrad_dialect(GD_D2L);
    gd_sgd_options sgd_options = gd_sgd_defaults();
    adam_options.lr = yogi_options.lr = rmsprop_options.lr = c->lr;
    adam_options.beta1 = yogi_options.beta1 = c->beta1;
    adam_options.beta2 = yogi_options.beta2 = c->beta2;
    adam_options.amsgrad = k == 2 ? GD_AMSGRAD_RAW : GD_AMSGRAD_OFF;
    sgd_options.lr = 1e-4;
    switch (k) {
    case 1:  return gd_yogi(p, yogi_options);
    case 3:  return gd_rmsprop(p, rmsprop_options);
    case 4:  return gd_adagrad(p, adagrad_options);
    case 5:  return gd_sgd(p, sgd_options);
    default: return gd_adam(p, adam_options);
    }
}

START_TEST(adam_diverges)
{
    const divergence *c = &divergences[_i / 6];
    int k = _i % 6;
    if (k > 2 && c->g != rare_short)
        return;                             /* those tables have Adam, Yogi and AMSGrad */
    char file[64];
    snprintf(file, sizeof file, "adam_diverges_%s.csv", c->name);
    table golden = read_table("optimizers", file);
    gd_params *p = gd_params_new();
    gd_tensor *x = gd_param(p, "x", gd_scalar(c->start)), *g = gd_scalar(0);
    gd_optimizer *o = column(c, k, p);
    int row = 1;
    double tolerance = sizeof(gd_real) == 4 ? c->tolerance : 1e-9;
    for (int t = 1; row < golden.rows; t++) {
        g->data[0] = (gd_real)c->g(t, x->data[0]);
        gd_set_grad(x, g);
        ck_assert(gd_step(o));
        GD_NO_GRAD;
        if (c->clipped)
            gd_clamp_to(x, -1, 1);
        if (t != (int)entry(&golden, row, 0))
            continue;
        double want = entry(&golden, row++, 1 + k);
        ck_assert_msg(close_to(x->data[0], want, tolerance), "%s, %s, step %d: %.17g, expected %.17g", file,
                      o->algorithm->name, t, (double)x->data[0], want);
    }
    double off = fabs(gd_item(x) - (c->clipped ? -1 : 0));
    if (k == 0)
        ck_assert_msg(off > c->far, "Adam on %s ends at %g", c->name, (double)gd_item(x));
    if (k == 1 || k == 2)
        ck_assert_msg(off < c->near, "%s on %s ends at %g", o->algorithm->name, c->name, (double)gd_item(x));
    free(golden.at);
    gd_optimizer_free(o);
    gd_params_free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: divergence");
    TCase *tc = tcase_create("all");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, adam_diverges, 0, 18);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
