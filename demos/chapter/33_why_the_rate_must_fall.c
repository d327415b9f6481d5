/* 33_why_the_rate_must_fall - the exercise "why reduce the learning rate as we converge?" (d2l 12.10, exercise 3).
 *
 * f(x) = x^2/2, and each gradient carries noise of variance 1: g = x + noise.  With a constant rate SGD is
 * x = (1 - lr) x - lr noise, whose variance settles where V = (1 - lr)^2 V + lr^2.  So the mean loss falls to
 *
 *     V/2 = lr / (2 (2 - lr))
 *
 * and stays there: near the minimum the gradients are noise, and the steps no longer get shorter.  A small rate has a
 * low floor, but takes long to get there.  The rate 1/t makes x the mean of all noise so far: the loss is 1/(2t),
 * without a floor.  Adam only divides by the root of the noise's own variance, which is 1 here: its floor is near that
 * of SGD, about lr/4.  Dividing by sqrt(s) does not replace a falling rate.
 *
 * 1000 copies run at the same time, as the elements of one tensor; the mean of their losses is drawn.
 *
 *     cc -O2 33_why_the_rate_must_fall.c $(pkg-config --cflags --libs gradus64) -o 33_why_the_rate_must_fall
 *     33_why_the_rate_must_fall [steps] */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

static gd_optimizer *sgd(gd_params *parameters)
{
    return gd_sgd(parameters, gd_sgd_defaults());
}

static gd_optimizer *adam(gd_params *parameters)
{
    return gd_adam(parameters, gd_adam_defaults());
}

static double one_over(int64_t t, const void *context)      /* schedules count from t = 0 */
{
    (void)context;
    return 1.0 / ((double)t + 1);
}

/* From x = 1; prints the mean loss over the last quarter of the steps, or at the end where the rate falls. */
static void descend(gd_plot *plot, const char *name, gd_optimizer *make(gd_params *), gd_schedule lr, double expected,
                    int steps)
{
    gd_seed(1);
    gd_params *parameters = gd_params_new();
    gd_tensor *x = gd_param(parameters, "x", gd_ones(GD_SHAPE(1000)));
    gd_optimizer *o = make(parameters);
    gd_set_schedule(&o->first, lr);
    bool falls = lr.kind != gd_lr_constant(1).kind;
    double sum = 0, loss = 0, next = 1;
    for (int t = 1; t <= steps; t++) {
        GD_SCOPE;
        GD_NO_GRAD;
        gd_set_grad(x, gd_add(x, gd_normal(GD_SHAPE(1000), 0, 1)));
        gd_step(o);
        loss = (double)gd_item(gd_mean(gd_square(x))) / 2;
        sum += t > 3 * steps / 4 ? loss / (steps - 3 * steps / 4) : 0;
        if (t >= next) {                                    /* equally dense on the logarithmic axis */
            gd_plot_point(plot, name, t, loss);
            next *= 1.05;
        }
    }
    printf("%-18s loss %.6f   expected %.6f\n", name, falls ? loss : sum, expected);
    gd_optimizer_free(o);
    gd_params_free(parameters);
}

static gd_plot *panel(const char *title)
{
    gd_plot *plot = gd_plot_new(title, "step", "mean loss");
    gd_plot_log_x(plot, true);
    gd_plot_log_y(plot, true);
    gd_plot_ylim(plot, 1e-5, 1);
    gd_plot_legend(plot, GD_LEGEND_BOTTOM_LEFT);
    return plot;
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int steps = count > 1 ? atoi(argument[1]) : 4000;
    if (steps < 100)
        gd_abort("33_why_the_rate_must_fall: at least 100 steps are needed");
    const double rates[] = { 0.3, 0.03, 0.003 };
    gd_plot *left = panel("SGD"), *right = panel("Adam");
    for (int i = 0; i < 3; i++) {
        char name[32];
        double floor = rates[i] / (2 * (2 - rates[i]));
        snprintf(name, sizeof name, "SGD, lr %g", rates[i]);
        descend(left, name, sgd, gd_lr_constant(rates[i]), floor, steps);
        gd_plot_hline(left, floor, "");
        snprintf(name, sizeof name, "Adam, lr %g", rates[i]);
        descend(right, name, adam, gd_lr_constant(rates[i]), rates[i] / 4, steps);
    }
    descend(left, "SGD, lr 1/t", sgd, gd_lr_custom(one_over, NULL), 0.5 / steps, steps);
    descend(right, "Adam, lr 0.3/√t", adam, gd_lr_inverse_sqrt(0.3, 1), 0.3 / sqrt(steps) / 4, steps);
    gd_plot_save_grid((gd_plot *[]){ left, right }, 1, 2, "x²/2 with noisy gradients",
                      "out/33_why_the_rate_must_fall.png");
    printf("\nA constant rate ends at a floor that is in proportion to it; a falling rate has none.\n");
    gd_plot_free(left);
    gd_plot_free(right);
    return 0;
}
