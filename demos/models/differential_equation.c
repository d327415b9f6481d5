/* differential_equation - a network that solves a differential equation, trained by its second derivative.
 *
 *     y'' + y' + 20 y = 0,   y(0) = 1,   y'(0) = 0          a damped oscillation, 0 <= t <= 3
 *
 * The network N gives y(t) = 1 + (1 - e^-t)^2 N(t), which has the right start whatever N is (I. Lagaris, A. Likas,
 * D. Fotiadis, "Artificial neural networks for solving ordinary and partial differential equations", 1998).  The
 * loss is the mean square of the equation's left side at 120 times; y' and y'' come from gd_grad, recorded, so that
 * the loss can be differentiated by the weights.  Nothing is told of the solution; L-BFGS finds it. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double damping = 1, stiffness = 20, end = 3;

typedef struct model {
    gd_params *params;
    gd_linear  first, second, last;
    gd_tensor *t;                           /* [times, 1]: where the equation must hold */
} model;

static gd_tensor *solution(const model *m, gd_tensor *t)
{
    gd_tensor *hidden = gd_tanh(gd_linear_apply(&m->first, t));
    hidden = gd_tanh(gd_linear_apply(&m->second, hidden));
    gd_tensor *flat_start = gd_square(gd_shift(gd_neg(gd_exp(gd_neg(t))), 1));
    return gd_shift(gd_mul(flat_start, gd_linear_apply(&m->last, hidden)), 1);
}

/* dy/dt at each time.  Every y[i] depends on t[i] alone, so that the gradient of their sum holds all of them. */
static gd_tensor *rate(gd_tensor *y, gd_tensor *t)
{
    gd_tensor *dy = NULL;
    gd_grad(gd_sum(y), NULL, &t, 1, &dy, true);
    return dy;
}

static gd_tensor *residual(const model *m, gd_tensor *t)
{
    gd_tensor *y = solution(m, t), *dy = rate(y, t), *ddy = rate(dy, t);
    return gd_add(ddy, gd_add(gd_scale(dy, damping), gd_scale(y, stiffness)));
}

static double closure(void *context)
{
    model *m = context;
    GD_SCOPE;
    for (int i = 0; i < gd_params_tensors(m->params); i++)
        gd_zero_grad_of(gd_params_at(m->params, i));
    gd_tensor *t = gd_requires_grad(gd_detach(m->t));
    gd_tensor *loss = gd_mean(gd_square(residual(m, t)));
    gd_backward(loss);
    return (double)gd_item(loss);
}

static double exact(double t)
{
    double half = damping / 2, w = sqrt(stiffness - half * half);
    return exp(-half * t) * (cos(w * t) + half / w * sin(w * t));
}

static double farthest_from_exact(const model *m)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_tensor *y = solution(m, m->t);
    double farthest = 0;
    for (int64_t i = 0; i < gd_numel(y); i++)
        farthest = fmax(farthest, fabs((double)y->data[i] - exact((double)m->t->data[i])));
    return farthest;
}

static void draw(gd_plot *plot, const model *m, const char *series)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_plot_tensor(plot, series, gd_flatten(m->t, 0), gd_flatten(solution(m, m->t), 0));
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int steps = count > 2 && strcmp(argument[1], "--steps") == 0 ? atoi(argument[2]) : 100;
    gd_seed(1);
    gd_params *p = gd_params_new();
    model m = { p, gd_linear_new(p, "first", 1, 24), gd_linear_new(p, "second", 24, 24),
                gd_linear_new(p, "last", 24, 1), gd_reshape(gd_linspace(0, end, 120), GD_SHAPE(-1, 1)) };
    gd_optimizer *lbfgs = gd_lbfgs(p, gd_lbfgs_defaults());
    gd_plot *plot = gd_plot_new("A network solves y'' + y' + 20 y = 0", "t", "y");
    gd_plot *losses = gd_plot_new("", "step of L-BFGS", "mean square of the left side");
    gd_plot_log_y(losses, true);
    gd_plot_size(plot, 900, 480);
    gd_plot_size(losses, 900, 300);

    for (int64_t i = 0; i < gd_numel(m.t); i++)
        gd_plot_point(plot, "exact", (double)m.t->data[i], exact((double)m.t->data[i]));
    gd_plot_style(plot, "exact", (gd_plot_look){ .line = GD_SOLID, .colour = GD_GREY, .width = 6 });
    draw(plot, &m, "before training");
    printf("step   loss\n");
    for (int step = 0; step < steps; step++) {
        double loss = gd_step_closure(lbfgs, closure, &m);
        gd_plot_point(losses, "", step, loss);
        if (step % 10 == 0)
            printf("%4d   %.3e\n", step, loss);
        if (step == 9)
            draw(plot, &m, "after 10 steps");
    }
    char trained[40];
    snprintf(trained, sizeof trained, "after %d steps", steps);
    draw(plot, &m, trained);
    gd_plot_style(plot, trained, (gd_plot_look){ .line = GD_SOLID, .colour = GD_BLACK, .width = 1.5 });
    printf("\nfarthest from the exact solution: %.2e\n", farthest_from_exact(&m));
    gd_plot_save_grid((gd_plot *[]){ plot, losses }, 2, 1, NULL, "out/differential_equation.png");
    printf("wrote out/differential_equation.png\n");

    gd_plot_free(losses);
    gd_plot_free(plot);
    gd_optimizer_free(lbfgs);
    gd_params_free(p);
    return 0;
}
