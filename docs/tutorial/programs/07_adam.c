/* 07_adam - Adam, line by line.
 *
 *     cc -O2 07_adam.c $(pkg-config --cflags --libs gradus) -o 07_adam
 *     ./07_adam [learning rate]
 *
 * The algorithm of D. Kingma and J. Ba (2015) with the letters of d2l 12.10: v the first moment, s the second. On
 * the valley of chapter 6 its first steps are printed number by number; after 100 steps it stands where gd_adam
 * stands. The picture shows both coordinates on their way, with Adam and with gradient descent. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

static const double beta1 = 0.9, beta2 = 0.999, eps = 1e-6;

static gd_tensor *f(gd_tensor *x)                       /* 0.1 x1^2 + 2 x2^2 */
{
    return gd_sum(gd_mul(gd_from(GD_SHAPE(2), (gd_real[]){ (gd_real)0.1, 2 }), gd_square(x)));
}

/* Step t, from 1: x [2] the parameter with its gradient, v and s [2] its moments. */
static void adam_step(gd_tensor *x, gd_tensor *v, gd_tensor *s, int t, double lr)
{
    gd_tensor *g = x->grad;
    gd_assign(v, gd_add(gd_scale(v, beta1), gd_scale(g, 1 - beta1)));                   /* v = b1 v + (1 - b1) g */
    gd_assign(s, gd_add(gd_scale(s, beta2), gd_scale(gd_square(g), 1 - beta2)));        /* s = b2 s + (1 - b2) g^2 */
    gd_tensor *v_hat = gd_scale(v, 1 / (1 - pow(beta1, t)));                            /* bias correction */
    gd_tensor *s_hat = gd_scale(s, 1 / (1 - pow(beta2, t)));
    gd_tensor *step = gd_scale(gd_div(v_hat, gd_shift(gd_sqrt(s_hat), eps)), lr);       /* lr v^ / (sqrt(s^) + eps) */
    if (t <= 3)
        for (int i = 0; i < 2; i++)
            printf("%d  x%d %9.5f  g %9.5f  v %9.5f  s %9.6f  v^ %9.5f  s^ %9.5f  step %8.5f\n", t, i + 1,
                   (double)x->data[i], (double)g->data[i], (double)v->data[i], (double)s->data[i],
                   (double)v_hat->data[i], (double)s_hat->data[i], (double)step->data[i]);
    gd_assign(x, gd_sub(x, step));                                                      /* x = x - step */
}

static gd_tensor *start(void)
{
    return gd_from(GD_SHAPE(2), (gd_real[]){ -5, -2 });
}

/* The same with an optimizer of the library. */
static gd_params *with(gd_optimizer *make(gd_params *, double), double lr, gd_plot *plot, const char *x1,
                       const char *x2)
{
    gd_params *params = gd_params_new();
    gd_tensor *x = gd_param(params, "x", start());
    gd_optimizer *o = make(params, lr);
    for (int t = 1; t <= 100; t++) {
        GD_SCOPE;
        if (t <= 60) {
            gd_plot_point(plot, x1, t - 1, (double)x->data[0]);
            gd_plot_point(plot, x2, t - 1, (double)x->data[1]);
        }
        gd_backward(f(x));
        gd_step(o);
        gd_zero_grad(o);
    }
    gd_optimizer_free(o);
    return params;
}

static gd_optimizer *make_adam(gd_params *params, double lr)
{
    gd_adam_options options = gd_adam_dialect(GD_D2L);          /* the book's eps, 1e-6 */
    options.lr = lr;
    return gd_adam(params, options);
}

static gd_optimizer *make_sgd(gd_params *params, double lr)
{
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = lr;
    return gd_sgd(params, options);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    double lr = count > 1 ? atof(argument[1]) : 0.2;

    /* 1. Line by line */
    gd_tensor *x = gd_requires_grad(start()), *v = gd_zeros(GD_SHAPE(2)), *s = gd_zeros(GD_SHAPE(2));
    for (int t = 1; t <= 100; t++) {
        GD_SCOPE;
        gd_backward(f(x));
        GD_NO_GRAD;
        adam_step(x, v, s, t, lr);
        gd_zero_grad_of(x);
    }

    /* 2. And built in */
    gd_plot *plot = gd_plot_new("Two coordinates on their way to the minimum", "step", "x₁, x₂");
    gd_params *adam = with(make_adam, lr, plot, "x₁, Adam", "x₂, Adam");
    gd_params *sgd  = with(make_sgd, 0.4, plot, "x₁, gradient descent", "x₂, gradient descent");
    gd_tensor *built_in = gd_params_get(adam, "x");
    printf("\nafter 100 steps   line by line %8.5f %8.5f   gd_adam %8.5f %8.5f\n", (double)x->data[0],
           (double)x->data[1], (double)built_in->data[0], (double)built_in->data[1]);

    gd_plot_hline(plot, 0, "minimum");
    gd_plot_size(plot, 720, 450);
    gd_plot_save(plot, "07_adam.png");
    gd_plot_free(plot);
    gd_params_free(adam);
    gd_params_free(sgd);
    return 0;
}
