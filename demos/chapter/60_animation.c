/* 60_animation - three optimizers on their way down a long valley, as an animated picture (d2l 12.6, 12.10).
 *
 *     f(x1, x2) = 0.1 x1^2 + 2 x2^2,      from (-5, -2)
 *
 * f is 20 times as steep along x2 as along x1.  Gradient descent must keep its learning rate below 0.5, or x2 diverges;
 * with 0.4 it creeps along x1.  Momentum adds up the small gradients along x1, while those along x2, which change sign,
 * cancel each other.  Adam divides each coordinate by the size of its gradients: it sets out diagonally, as if the
 * valley were round.
 *
 *     cc -O2 60_animation.c $(pkg-config --cflags --libs gradus64) -o 60_animation */
#include <stdlib.h>

#include "descent.h"

static gd_tensor *f(gd_tensor *x1, gd_tensor *x2)
{
    return gd_add(gd_scale(gd_square(x1), 0.1), gd_scale(gd_square(x2), 2));
}

typedef struct runner {
    const char   *name;
    gd_params    *point;
    gd_optimizer *optimizer;
} runner;

enum { RUNNERS = 3 };

static void line_up(runner all[RUNNERS])
{
    gd_sgd_options descent = gd_sgd_defaults(), momentum = gd_sgd_defaults();
    gd_adam_options adam = gd_adam_defaults();
    descent.lr = 0.4;
    momentum.lr = 0.6;
    momentum.momentum = 0.5;
    adam.lr = 0.4;
    for (int k = 0; k < RUNNERS; k++)
        all[k].point = start_2d();
    all[0].name = "gradient descent";
    all[0].optimizer = gd_sgd(all[0].point, descent);
    all[1].name = "momentum";
    all[1].optimizer = gd_sgd(all[1].point, momentum);
    all[2].name = "Adam";
    all[2].optimizer = gd_adam(all[2].point, adam);
}

static double coordinate(const runner *r, const char *name)
{
    return (double)gd_item(gd_params_get(r->point, name));
}

static void step(runner *r)
{
    GD_SCOPE;
    gd_backward(f(gd_params_get(r->point, "x1"), gd_params_get(r->point, "x2")));
    gd_step(r->optimizer);
    gd_zero_grad(r->optimizer);
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 20;
    runner all[RUNNERS];
    gd_on_error(gd_abort);
    line_up(all);
    gd_plot *plot = plot_2d("Three ways down 0.1 x₁² + 2 x₂²", f, -5.5, 1.5, -2.6, 3.3);
    gd_plot_size(plot, 720, 460);
    gd_plot_legend(plot, GD_LEGEND_TOP_RIGHT);              /* in the same place in every frame */
    gd_animation *film = gd_animation_new("out/60_animation.png",
                                          (gd_animation_options){ .delay_ms = 200, .last_ms = 2000 });
    for (int k = 0; k <= steps; k++) {
        for (int i = 0; i < RUNNERS; i++) {
            if (k > 0)
                step(&all[i]);
            gd_plot_point(plot, all[i].name, coordinate(&all[i], "x1"), coordinate(&all[i], "x2"));
        }
        gd_animation_frame(film, plot);
    }
    gd_animation_end(film);
    gd_plot_free(plot);
    for (int i = 0; i < RUNNERS; i++) {
        printf("%-32s after %d steps: x1 %f  x2 %f\n", all[i].name, steps, coordinate(&all[i], "x1"),
               coordinate(&all[i], "x2"));
        gd_optimizer_free(all[i].optimizer);
        gd_params_free(all[i].point);
    }
    printf("wrote out/60_animation.png: gradient descent creeps along the valley, momentum swings across it, "
           "Adam sets out diagonally and overshoots\n");
    return 0;
}
