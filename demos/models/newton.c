/* newton - logistic regression by Newton's method, with the Hessian from gd_hessian, beside gradient descent.
 *
 *     w = w - H^-1 g
 *
 * g and H are the first and second derivatives of the mean loss with respect to w, which is two numbers here, so that
 * the loss can be drawn.  The two features have different sizes: the valley is long, and gradient descent with the
 * largest rate that does not diverge crawls along it.  Newton's method sees the curvature: once it is near, each step
 * doubles the number of right digits. */
#include <gradus.h>
#include <math.h>

enum { POINTS = 300, NEWTON_STEPS = 8, DESCENT_STEPS = 40 };
static const double rate = 4;

typedef struct problem {
    gd_tensor *x, *labels;                  /* [POINTS, 2], [POINTS, 1] */
} problem;

/* The mean loss of w [2], with a small weight decay, so that the minimum is finite whatever the data are. */
static gd_tensor *loss(gd_tensor *const in[], int n, void *context)
{
    const problem *p = context;
    (void)n;
    gd_tensor *w = in[0], *logits = gd_matmul(p->x, gd_unsqueeze(w, 1));
    gd_tensor *decay = gd_scale(gd_sum(gd_square(w)), 0.5e-3);
    return gd_add(gd_bce_with_logits(logits, p->labels, GD_MEAN), decay);
}

static double loss_at(double a, double b, void *context)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_tensor *w = gd_from(GD_SHAPE(2), (const gd_real[]){ (gd_real)a, (gd_real)b });
    return (double)gd_item(loss(&w, 1, context));
}

static void newton_step(gd_tensor *w, problem *p)
{
    GD_SCOPE;
    gd_tensor *g, *h;
    gd_vjp(loss, p, &w, 1, NULL, &g, false);
    gd_hessian(loss, p, &w, 1, &h, false);
    gd_add_to(w, gd_solve(h, g), -1);
}

static void descent_step(gd_tensor *w, problem *p)
{
    GD_SCOPE;
    gd_tensor *g;
    gd_vjp(loss, p, &w, 1, NULL, &g, false);
    gd_add_to(w, g, -rate);
}

typedef void stepper(gd_tensor *w, problem *p);

/* losses[k] is the loss before step k.  Returns the last one. */
static double run(stepper *step, problem *p, int steps, double *losses, gd_plot *plot, const char *name)
{
    gd_tensor *w = gd_zeros(GD_SHAPE(2));
    for (int k = 0; k <= steps; k++) {
        gd_plot_point(plot, name, (double)w->data[0], (double)w->data[1]);
        losses[k] = loss_at((double)w->data[0], (double)w->data[1], p);
        if (k < steps)
            step(w, p);
    }
    return losses[steps];
}

int main(void)
{
    gd_on_error(gd_abort);
    gd_seed(3);
    gd_tensor *sizes = gd_from(GD_SHAPE(2), (const gd_real[]){ (gd_real)1.6, (gd_real)0.25 });
    problem p = { gd_mul(gd_normal(GD_SHAPE(POINTS, 2), 0, 1), sizes), NULL };
    gd_tensor *truth = gd_from(GD_SHAPE(2, 1), (const gd_real[]){ 1, 3 });
    p.labels = gd_lt(gd_uniform(GD_SHAPE(POINTS, 1), 0, 1), gd_sigmoid(gd_matmul(p.x, truth)));

    gd_plot *plane = gd_plot_new("The loss over two weights", "first weight", "second weight");
    gd_plot *gaps = gd_plot_new("Above the minimum", "step", "");
    gd_plot_log_y(gaps, true);
    gd_plot_contour(plane, loss_at, &p, -0.5, 2.5, -0.5, 4.5);
    double newton[NEWTON_STEPS + 1], descent[DESCENT_STEPS + 1];
    double lowest = run(newton_step, &p, NEWTON_STEPS, newton, plane, "Newton");
    double reached = run(descent_step, &p, DESCENT_STEPS, descent, plane, "gradient descent");

    printf("step   Newton      gradient descent     (above the minimum, %.6f)\n", lowest);
    for (int k = 0; k <= NEWTON_STEPS; k++)
        printf("%4d   %.3e   %.3e\n", k, newton[k] - lowest, descent[k] - lowest);
    printf("%4d               %.3e\n", DESCENT_STEPS, reached - lowest);
    for (int k = 0; k < NEWTON_STEPS && newton[k] - lowest > 1e-12; k++)
        gd_plot_point(gaps, "Newton", k, newton[k] - lowest);
    for (int k = 0; k <= DESCENT_STEPS; k++)
        gd_plot_point(gaps, "gradient descent", k, descent[k] - lowest);
    gd_plot_save_grid((gd_plot *[]){ plane, gaps }, 1, 2, "Logistic regression", "out/newton.png");
    printf("wrote out/newton.png\n");
    gd_plot_free(plane);
    gd_plot_free(gaps);
    return 0;
}
