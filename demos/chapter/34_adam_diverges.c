/* 34_adam_diverges - the exercise "construct a case in which Adam diverges and Yogi converges" (d2l 12.10, exercise 4).
 *
 * rare.h has the problem.  Adam divides by the root of a mean that forgets within 1/(1 - beta2) steps: in the step
 * with the large slope it moves by about lr/sqrt(1 - beta2), however large the slope; afterwards s falls, and the n - 1
 * steps the other way grow until they have outweighed it.  Yogi's s hardly falls, AMSGrad's never.
 *
 *     R  n = 5000, c = 10000, the book's hyperparameters: lr 0.01, beta 0.9 and 0.999
 *     S  the same in a tenth of the time: n = 500, c = 1000, lr 0.1, beta2 0.99
 *     D  R with the learning rate 0.3/sqrt(t) of the theory of convergence
 *
 *     cc -O2 34_adam_diverges.c $(pkg-config --cflags --libs gradus64) -o 34_adam_diverges */
#include "rare.h"

static gd_optimizer *rmsprop(gd_params *parameters, rare_setting s)
{
    gd_rmsprop_options o = gd_rmsprop_dialect(GD_D2L);
    o.lr = s.lr;
    return gd_rmsprop(parameters, o);
}

static gd_optimizer *adagrad(gd_params *parameters, rare_setting s)
{
    (void)s;
    return gd_adagrad(parameters, gd_adagrad_dialect(GD_D2L));      /* lr 0.1 */
}

static gd_optimizer *sgd(gd_params *parameters, rare_setting s)
{
    gd_sgd_options o = gd_sgd_defaults();
    o.lr = s.lr / 1000;                                     /* 1e-5 and 1e-4: the long step is 0.1 */
    return gd_sgd(parameters, o);
}

static const struct { const char *name; rare_optimizer *make; } contestants[] = {
    { "Adam", rare_adam }, { "Yogi", rare_yogi }, { "AMSGrad", rare_amsgrad },
    { "RMSProp", rmsprop }, { "Adagrad", adagrad }, { "SGD", sgd },
};

typedef struct sight {
    rare        problem;
    const char *name;
    gd_plot    *x, *f;
    int64_t     steps;
    double      low, high;                  /* of x in the last tenth of the steps */
} sight;

static void see(void *context, int64_t t, double x)
{
    sight *s = context;
    if (t % (s->steps / 400) == 0) {
        gd_plot_point(s->x, s->name, (double)t / 1000, x);
        gd_plot_point(s->f, s->name, (double)t / 1000, rare_mean(s->problem, x));
    }
    if ((double)t > 0.9 * (double)s->steps) {
        s->low = fmin(s->low, x);
        s->high = fmax(s->high, x);
    }
}

/* panels: x over the steps, up to `top`, and F on a logarithmic axis. */
static void run_case(char letter, rare r, rare_setting s, int64_t steps, int n, double top, gd_plot *panels[2])
{
    char title[64];
    snprintf(title, sizeof title, "Case %c: the parameter", letter);
    panels[0] = gd_plot_new(title, "thousand steps", "x");
    panels[1] = gd_plot_new("the mean loss", "thousand steps", "F(x)");
    gd_plot_size(panels[1], 600, 300);
    gd_plot_legend(panels[0], GD_LEGEND_NONE);
    gd_plot_legend(panels[1], GD_LEGEND_OUTSIDE);
    gd_plot_ylim(panels[0], -0.15 * top, top);
    gd_plot_log_y(panels[1], true);
    for (int i = 0; i < n; i++) {
        gd_plot_style(panels[0], contestants[i].name, (gd_plot_look){ .line = GD_SOLID });
        gd_plot_style(panels[1], contestants[i].name, (gd_plot_look){ .line = GD_SOLID });
        sight seen = { r, contestants[i].name, panels[0], panels[1], steps, INFINITY, -INFINITY };
        double x = rare_run(r, contestants[i].make, s, steps, see, &seen);
        printf("%c  %-8s %12.6f %12.6f   %10.5f .. %10.5f\n", letter, contestants[i].name, x, rare_mean(r, x),
               seen.low, seen.high);
    }
}

int main(void)
{
    gd_on_error(gd_abort);
    gd_plot *panels[6];
    printf("case, optimizer       x at last         F(x)   range of x in the last tenth\n");
    run_case('R', (rare){ 5000, 10000, false }, (rare_setting){ 0.01, 0.9, 0.999, 0, 0 }, 200000, 6, 20, &panels[0]);
    run_case('S', (rare){ 500, 1000, false }, (rare_setting){ 0.1, 0.9, 0.99, 0, 0 }, 20000, 6, 60, &panels[2]);
    run_case('D', (rare){ 5000, 10000, false }, (rare_setting){ 0.01, 0.9, 0.999, 0, 0.3 }, 200000, 3, 3, &panels[4]);
    gd_plot_save_grid(panels, 3, 2, "Adam and RMSProp leave the minimum at 0; the others approach it",
                      "out/34_adam_diverges.png");
    printf("\nF is convex with its minimum at 0: Adam and RMSProp move away from it for ever, Yogi, AMSGrad"
           " and SGD\ncome to it, and Adagrad is on its way.\n");
    for (int i = 0; i < 6; i++)
        gd_plot_free(panels[i]);
    return 0;
}
