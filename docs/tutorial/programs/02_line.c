/* 02_line - a line through points: linear regression by gradient descent.
 *
 *     cc -O2 02_line.c $(pkg-config --cflags --libs gradus) -o 02_line
 *     ./02_line [learning rate]
 *
 * 40 made-up points lie near y = 1.5 x + 0.5.  From w = b = 0, each step goes a little against the gradient of the mean
 * squared error; after 100 steps the line is the one that the closed formula gives.  The picture shows the points and
 * the line on its way. */
#include <gradus.h>
#include <stdlib.h>

enum { POINTS = 40, STEPS = 100 };

static gd_tensor *x, *y, *w, *b;                        /* x, y [40]; w, b [] */

static gd_tensor *line(gd_tensor *at)
{
    return gd_add(gd_mul(w, at), b);
}

static gd_tensor *loss(void)
{
    return gd_scale(gd_mean(gd_square(gd_sub(line(x), y))), 0.5);       /* 1/n sum 1/2 (w x + b - y)^2 */
}

/* w = cov(x, y) / var(x), b = mean y - w mean x: where both derivatives of the loss are zero. */
static void print_closed_formula(void)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i < POINTS; i++) {
        double xi = (double)x->data[i], yi = (double)y->data[i];
        sx += xi, sy += yi, sxx += xi * xi, sxy += xi * yi;
    }
    double slope = (POINTS * sxy - sx * sy) / (POINTS * sxx - sx * sx);
    printf("exact   %.4f   %.4f\n", slope, (sy - slope * sx) / POINTS);
}

static gd_plot *new_plot(void)
{
    gd_plot *plot = gd_plot_new("A line finds its points", "x", "y");
    gd_plot_tensor(plot, "points", x, y);
    gd_plot_style(plot, "points", (gd_plot_look){ .line = GD_NO_LINE });
    gd_plot_style(plot, "after 1 step", (gd_plot_look){ .line = GD_DOTTED });
    gd_plot_style(plot, "after 3 steps", (gd_plot_look){ .line = GD_DASHED });
    gd_plot_style(plot, "after 100 steps", (gd_plot_look){ .line = GD_SOLID });
    gd_plot_size(plot, 720, 450);
    return plot;
}

static void draw_line(gd_plot *plot, const char *name)
{
    gd_tensor *ends = gd_linspace(-1, 1, 2);
    gd_plot_tensor(plot, name, ends, line(ends));
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    double lr = count > 1 ? atof(argument[1]) : 0.5;

    /* 1. Data and parameters */
    gd_seed(1);
    x = gd_uniform(GD_SHAPE(POINTS), -1, 1);
    y = gd_add(gd_shift(gd_scale(x, 1.5), 0.5), gd_normal(GD_SHAPE(POINTS), 0, 0.2));
    w = gd_requires_grad(gd_scalar(0));
    b = gd_requires_grad(gd_scalar(0));

    gd_plot *plot = new_plot();

    /* 2. The training loop */
    printf("step    w        b        loss\n");
    for (int step = 0; step <= STEPS; step++) {
        GD_SCOPE;                                       /* what is made in this step is freed at its end */
        gd_tensor *now = loss();
        if (step == 0 || step == 1 || step == 3 || step == 10 || step == STEPS)
            printf("%5d   %.4f   %.4f   %.4f\n", step, (double)gd_item(w), (double)gd_item(b), (double)gd_item(now));
        if (step == 1 || step == 3 || step == STEPS)
            draw_line(plot, step == 1 ? "after 1 step" : step == 3 ? "after 3 steps" : "after 100 steps");
        gd_backward(now);
        GD_NO_GRAD;                                     /* the update itself is not to be differentiated */
        gd_add_to(w, w->grad, -lr);                     /* w = w - lr dw */
        gd_add_to(b, b->grad, -lr);
        gd_zero_grad_of(w);
        gd_zero_grad_of(b);
    }

    /* 3. Is it right? */
    print_closed_formula();
    gd_plot_save(plot, "02_line.png");
    gd_plot_free(plot);
    return 0;
}
