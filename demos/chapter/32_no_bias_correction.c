/* 32_no_bias_correction - the exercise "rewrite the updates so that no correction is needed" (d2l 12.10, 2).
 *
 * The mean v = beta v + (1 - beta) g begins with 0: after t steps the weights of the gradients add up to 1 - beta^t,
 * and the correction divides by that sum: v' = v / (1 - beta^t).  Put v = (1 - beta^t) v' into the recurrence:
 *
 *     (1 - beta^t) v'[t] = beta (1 - beta^(t-1)) v'[t-1] + (1 - beta) g
 *                        = (1 - beta^t) v'[t-1] - (1 - beta) v'[t-1] + (1 - beta) g
 *     v'[t] = v'[t-1] + w (g - v'[t-1]),   w = (1 - beta) / (1 - beta^t)
 *
 * So v' is itself a mean, whose weight w begins with 1 and falls to 1 - beta; for small t it is 1/t, the weight of the
 * plain average.  The same holds for s with g^2.  Below, this is an optimizer of its own.
 *
 *     cc -O2 32_no_bias_correction.c $(pkg-config --cflags --libs gradus64) -o 32_no_bias_correction
 *     32_no_bias_correction [path of airfoil_self_noise.dat] */
#include "airfoil.h"

static void rewritten_update(const gd_update *u)
{
    const gd_adam_options *o = u->options;
    double t = (double)u->t;
    double weight1 = (1 - o->beta1) / (1 - pow(o->beta1, t)), weight2 = (1 - o->beta2) / (1 - pow(o->beta2, t));
    gd_real *v = u->state[0], *s = u->state[1];
    for (int64_t i = 0; i < u->n; i++) {
        gd_real g = u->g[i];
        v[i] += (gd_real)weight1 * (g - v[i]);
        s[i] += (gd_real)weight2 * (g * g - s[i]);
        u->w[i] -= (gd_real)u->lr * v[i] / ((gd_real)sqrt((double)s[i]) + (gd_real)o->eps);
    }
}

static const gd_algorithm rewritten_adam = {
    .name = "rewritten_adam", .options_size = sizeof(gd_adam_options), .states = { "v", "s" },
    .update = rewritten_update
};

static gd_optimizer *rewritten(gd_params *parameters, const void *options)
{
    return gd_optimizer_new(parameters, &rewritten_adam, options);
}

static gd_optimizer *corrected(gd_params *parameters, const void *options)
{
    return gd_adam(parameters, *(const gd_adam_options *)options);
}

static gd_optimizer *uncorrected(gd_params *parameters, const void *options)
{
    gd_adam_options o = *(const gd_adam_options *)options;
    o.bias_correction = GD_CORRECT_NONE;
    return gd_adam(parameters, o);
}

/* The length of the steps, as multiples of lr, while all gradients are 1. */
static void show_steps(gd_plot *plot, const char *name, airfoil_optimizer *make, const gd_adam_options *options)
{
    gd_params *parameters = gd_params_new();
    gd_tensor *x = gd_param(parameters, "x", gd_scalar(0));
    gd_optimizer *o = make(parameters, options);
    for (int t = 1; t <= 3000; t++) {
        GD_SCOPE;
        double before = (double)gd_item(x);
        gd_set_grad(x, gd_scalar(1));
        gd_step(o);
        double steps = (before - (double)gd_item(x)) / options->lr;
        gd_plot_point(plot, name, t, steps);
        if (t == 1 || t == 12 || t == 300)
            printf("step %4d for gradients of 1, %-11s : %.2f lr\n", t, name, steps);
    }
    gd_optimizer_free(o);
    gd_params_free(parameters);
}

int main(int count, char **argument)
{
    const struct { const char *name; airfoil_optimizer *make; gd_plot_look look; } three[] = {
        { "corrected", corrected, { .line = GD_SOLID } },
        { "rewritten", rewritten, { .line = GD_DASHED, .width = 3 } },
        { "uncorrected", uncorrected, { .line = GD_SOLID } } };
    const gd_adam_options options = gd_adam_dialect(GD_D2L);
    airfoil air = airfoil_load(count > 1 ? argument[1] : NULL);
    gd_plot *weight = gd_plot_new("Weight of the newest gradient", "step t", "(1 − β) / (1 − βᵗ)");
    gd_plot *length = gd_plot_new("Step for gradients of 1", "step t", "step / lr");
    gd_plot_log_x(weight, true);
    gd_plot_log_y(weight, true);
    gd_plot_log_x(length, true);
    for (int t = 1; t <= 3000; t++) {
        gd_plot_point(weight, "β₁ = 0.9", t, 0.1 / (1 - pow(0.9, t)));
        gd_plot_point(weight, "β₂ = 0.999", t, 0.001 / (1 - pow(0.999, t)));
        gd_plot_point(weight, "1/t", t, 1.0 / t);
    }
    airfoil_curves curves[3];
    double apart = 0;
    for (int i = 0; i < 3; i++) {
        gd_plot_style(length, three[i].name, three[i].look);
        show_steps(length, three[i].name, three[i].make, &options);
    }
    gd_plot *loss = airfoil_plot(&air, "Adam");
    for (int i = 0; i < 3; i++) {
        curves[i] = airfoil_runs(&air, three[i].make, &options);
        gd_plot_style(loss, three[i].name, three[i].look);
        airfoil_show(loss, three[i].name, &curves[i]);
    }
    for (int i = 0; i < AIRFOIL_SEEDS * AIRFOIL_RECORDS; i++)
        apart = fmax(apart, fabs((&curves[0].loss[0][0])[i] - (&curves[1].loss[0][0])[i]));
    printf("\nfarthest apart in 300 losses, corrected and rewritten: %.1e\n", apart);
    if (!(apart < 1e-6))
        gd_abort("32_no_bias_correction: the two are not the same algorithm");
    gd_plot_save_grid((gd_plot *[]){ weight, length, loss }, 1, 3, "Adam: corrected, rewritten, and without correction",
                      "out/32_no_bias_correction.png");
    printf("Corrected and rewritten are the same; without correction the first steps are up to 6.6 times too long.\n");
    gd_plot_free(weight);
    gd_plot_free(length);
    gd_plot_free(loss);
    return 0;
}
