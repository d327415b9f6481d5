/* 44_adabelief - AdaBelief beside Adam, on functions with kinks and on a ravine.
 *
 *     Adam:       v = beta2 v + (1 - beta2) g²            how large are the gradients?
 *     AdaBelief:  s = beta2 s + (1 - beta2) (g - m)²      how far are they from what m made one believe?
 *
 * Since the book; Zhuang and others, "AdaBelief optimizer" (NeurIPS 2020), whose figure 2 has these functions.  On a
 * slope that does not change g - m is small and AdaBelief takes large steps where Adam's stay at lr; across a ravine,
 * where gradients change their sign, g - m is large and its steps are short.
 *
 *     cc -O2 44_adabelief.c $(pkg-config --cflags --libs gradus64) -lm -o 44_adabelief
 *     44_adabelief [steps] */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

static gd_tensor *kinks(gd_tensor *x, gd_tensor *y)        /* |x| + |y| */
{
    return gd_add(gd_abs(x), gd_abs(y));
}

static gd_tensor *kinked_ravine(gd_tensor *x, gd_tensor *y)         /* |x + y| + |x - y|/10 */
{
    return gd_add(gd_abs(gd_add(x, y)), gd_scale(gd_abs(gd_sub(x, y)), 0.1));
}

static gd_tensor *ravine(gd_tensor *x, gd_tensor *y)       /* (x + y)² + (x - y)²/10 */
{
    return gd_add(gd_square(gd_add(x, y)), gd_scale(gd_square(gd_sub(x, y)), 0.1));
}

static const struct { const char *name; gd_tensor *(*f)(gd_tensor *x, gd_tensor *y); double x, y; } functions[] = {
    { "|x| + |y|", kinks, -1.2, 0.45 },
    { "|x + y| + |x - y|/10", kinked_ravine, -1.2, 0.45 },
    { "(x + y)² + (x - y)²/10", ravine, -1.2, 0.45 },
};

static double surface(double x, double y, void *which)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(functions[*(int *)which].f(gd_scalar(x), gd_scalar(y)));
}

static gd_optimizer *make(gd_params *p, bool belief)
{
    gd_adam_options adam = gd_adam_defaults();
    gd_adabelief_options adabelief = gd_adabelief_defaults();
    adam.lr = adabelief.lr = 1e-2;
    adam.beta2 = adabelief.beta2 = 0.999;
    return belief ? gd_adabelief(p, adabelief) : gd_adam(p, adam);
}

static void descend(int which, bool belief, int steps, gd_plot *trace, gd_plot *values)
{
    const char *name = belief ? "AdaBelief" : "Adam";
    gd_params *p = gd_params_new();
    gd_tensor *x = gd_param(p, "x", gd_scalar(functions[which].x));
    gd_tensor *y = gd_param(p, "y", gd_scalar(functions[which].y));
    gd_optimizer *o = make(p, belief);
    double value = 0;
    int near = -1;
    for (int step = 0; step <= steps; step++) {
        GD_SCOPE;
        gd_tensor *f = functions[which].f(x, y);
        value = (double)gd_item(f);
        near = near < 0 && value < 0.1 ? step : near;
        gd_plot_point(trace, name, (double)gd_item(x), (double)gd_item(y));
        gd_plot_point(values, name, step, value);
        gd_backward(f);
        gd_step(o);
        gd_zero_grad(o);
    }
    printf("%-24s %-10s %.6f after %d steps", functions[which].name, name, value, steps);
    printf(near < 0 ? "\n" : ", below 0.1 after %d\n", near);
    gd_optimizer_free(o);
    gd_params_free(p);
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 300;
    gd_plot *panels[6];
    gd_on_error(gd_abort);
    for (int which = 0; which < 3; which++) {
        gd_plot *trace = panels[which] = gd_plot_new(functions[which].name, "x", which == 0 ? "y" : "");
        gd_plot *values = panels[which + 3] = gd_plot_new("", "step", which == 0 ? "f" : "");
        gd_plot_contour(trace, surface, &which, -1.5, 0.5, -0.6, 1.1);
        gd_plot_log_y(values, true);
        for (int belief = 0; belief < 2; belief++) {
            const char *name = belief ? "AdaBelief" : "Adam";
            gd_plot_look look = { .line = GD_SOLID, .marker = GD_NO_MARKER,
                                  .colour = belief ? GD_VERMILLION : GD_BLUE };
            gd_plot_style(trace, name, look);
            gd_plot_style(values, name, look);
            descend(which, belief, steps, trace, values);
        }
        gd_plot_legend(trace, which == 0 ? GD_LEGEND_TOP_RIGHT : GD_LEGEND_NONE);
        gd_plot_legend(values, GD_LEGEND_NONE);
        gd_plot_size(trace, 430, 370);
        gd_plot_size(values, 430, 260);
    }
    gd_plot_save_grid(panels, 2, 3, "Adam and AdaBelief, learning rate 0.01", "out/44_adabelief.png");
    for (int i = 0; i < 6; i++)
        gd_plot_free(panels[i]);
    printf("wrote out/44_adabelief.png: where gradients agree with their mean, AdaBelief's steps grow beyond lr\n");
    return 0;
}
