/* 07_stochastic - gradient descent with noisy gradients, and what the learning rate has to do about it (d2l 12.4).
 *
 *     x = x - lr_t (grad f(x) + e),    e ~ N(0, 1) for each coordinate,    f(x1, x2) = x1^2 + 2 x2^2
 *
 *     constant      lr_t = 0.1                        the noise keeps x away from the minimum for ever
 *     exponential   lr_t = 0.1 e^(-0.1 t)             the sum of all lr_t is 1.05: x stops before it has arrived
 *     polynomial    lr_t = 0.1 (1 + 0.1 t)^(-1/2)     falls slowly enough to arrive, and far enough to calm down
 *
 *     cc -O2 07_stochastic.c $(pkg-config --cflags --libs gradus64) -o 07_stochastic */
#include <math.h>
#include <stdlib.h>

#include "descent.h"

static gd_tensor *f(gd_tensor *x1, gd_tensor *x2)
{
    return gd_add(gd_square(x1), gd_scale(gd_square(x2), 2));
}

/* Another sample at each call: its gradient is that of f plus e. */
static gd_tensor *noisy_f(gd_tensor *x1, gd_tensor *x2)
{
    gd_tensor *e1 = gd_normal(GD_SHAPE(), 0, 1), *e2 = gd_normal(GD_SHAPE(), 0, 1);
    return gd_add(f(x1, x2), gd_add(gd_mul(e1, x1), gd_mul(e2, x2)));
}

static gd_optimizer *sgd(gd_schedule schedule)
{
    gd_optimizer *o = gd_sgd(start_2d(), gd_sgd_defaults());
    gd_set_schedule(&o->first, schedule);
    return o;
}

/* The distance from the minimum after each step, as the root of its mean square over `seeds` runs. */
static double mean_distance(gd_schedule schedule, int steps, int seeds, gd_plot *plot, const char *name)
{
    gd_tensor *squares = gd_zeros(GD_SHAPE(steps));
    for (int seed = 0; seed < seeds; seed++) {
        gd_seed((uint64_t)seed);
        gd_optimizer *o = sgd(schedule);
        gd_params *point = o->params;
        gd_tensor *x1 = gd_params_get(point, "x1"), *x2 = gd_params_get(point, "x2");
        for (int step = 0; step < steps; step++) {
            GD_SCOPE;
            gd_backward(noisy_f(x1, x2));
            gd_step(o);
            gd_zero_grad(o);
            squares->data[step] += x1->data[0] * x1->data[0] + x2->data[0] * x2->data[0];
        }
        gd_optimizer_free(o);
        gd_params_free(point);
    }
    gd_tensor *distance = gd_sqrt(gd_scale(squares, 1.0 / seeds));
    gd_plot_tensor(plot, name, gd_arange(1, steps + 1, 1), distance);
    return (double)distance->data[steps - 1];
}

static double polynomial(int64_t t, const void *context)
{
    (void)context;
    return 0.1 / sqrt(1 + 0.1 * (double)t);
}

int main(int count, char **argument)
{
    int seeds = count > 1 ? atoi(argument[1]) : 100, steps = count > 2 ? atoi(argument[2]) : 1000;
    gd_on_error(gd_abort);
    if (seeds < 1 || steps < 1)
        gd_abort("07_stochastic: seeds and steps must be at least 1");
    const char *names[] = { "constant", "exponential", "polynomial" };
    gd_schedule schedules[] = { gd_lr_constant(0.1), gd_lr_exponential(0.1, exp(-0.1)),
                                gd_lr_custom(polynomial, NULL) };
    gd_plot *panels[4];
    panels[3] = gd_plot_new("Distance from the minimum", "step", "root mean square");
    gd_plot_log_x(panels[3], true);
    gd_plot_log_y(panels[3], true);
    for (int i = 0; i < 3; i++) {
        gd_schedule schedule = schedules[i];
        panels[i] = plot_2d(names[i], f, -5.5, 1, -2.6, 1.15);
        gd_plot_style(panels[i], names[i], (gd_plot_look){ .marker_size = 5, .colour = (gd_colour)(GD_BLUE + i) });
        gd_plot_legend(panels[i], GD_LEGEND_NONE);
        gd_seed(1);
        train_2d(panels[i], names[i], noisy_f, sgd(schedule), steps < 100 ? steps : 100);
        printf("    distance from the minimum after %d steps, over %d seeds: %.4f\n", steps, seeds,
               mean_distance(schedule, steps, seeds, panels[3], names[i]));
    }
    gd_plot_save_grid(panels, 2, 2, "Stochastic gradient descent with three learning rates", "out/07_stochastic.png");
    for (int i = 0; i < 4; i++)
        gd_plot_free(panels[i]);
    printf("wrote out/07_stochastic.png: one keeps dancing around the minimum, one stops too early, one arrives\n");
    return 0;
}
