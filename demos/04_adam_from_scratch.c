/* 04_adam_from_scratch - the eight lines of the book's Adam section, in tensor operations, beside gd_adam.
 *
 * D. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1, with the book's names:
 * v the first moment, s the second.  Two copies of a linear model see the same batches; after every step
 * their parameters must be the same, up to the rounding of one step. */
#include <gradus.h>
#include <math.h>

typedef struct model {
    gd_params *params;
    gd_tensor *w, *b;
} model;

typedef struct moments {
    gd_tensor *v, *s;
} moments;

static model new_model(void)
{
    gd_params *params = gd_params_new();
    return (model){ params, gd_param(params, "w", gd_zeros(GD_SHAPE(5, 1))),
                    gd_param(params, "b", gd_zeros(GD_SHAPE(1))) };
}

static gd_tensor *half_mse(model m, gd_tensor *x, gd_tensor *y)
{
    return gd_scale(gd_mean(gd_square(gd_sub(gd_add(gd_matmul(x, m.w), m.b), y))), 0.5);
}

static void adam_from_scratch(gd_tensor *params[], moments state[], int n, int t)
{
    const double lr = 0.01, beta1 = 0.9, beta2 = 0.999, eps = 1e-6;
    GD_NO_GRAD;
    for (int i = 0; i < n; i++) {
        gd_tensor *p = params[i], *v = state[i].v, *s = state[i].s;
        gd_assign(v, gd_add(gd_scale(v, beta1), gd_scale(p->grad, 1 - beta1)));
        gd_assign(s, gd_add(gd_scale(s, beta2), gd_scale(gd_square(p->grad), 1 - beta2)));
        gd_tensor *v_hat = gd_scale(v, 1 / (1 - pow(beta1, t)));
        gd_tensor *s_hat = gd_scale(s, 1 / (1 - pow(beta2, t)));
        gd_assign(p, gd_sub(p, gd_scale(gd_div(v_hat, gd_shift(gd_sqrt(s_hat), eps)), lr)));
        gd_zero_grad_of(p);
    }
}

static double farthest_apart(gd_tensor *a, gd_tensor *b)
{
    GD_NO_GRAD;
    return (double)gd_item(gd_max(gd_abs(gd_sub(a, b))));
}

/* x and y of airfoil; where the file is not to be had, a made-up plane with noise, and that is said. */
static gd_dataset data(const char *path, bool *airfoil)
{
    gd_on_error(NULL);
    gd_dataset set = gd_airfoil(path);
    gd_on_error(gd_abort);
    *airfoil = set.x != NULL;
    if (*airfoil)
        return set;
    printf("%s\n\nMade-up data take its place: y is the sum of five numbers times 0.3, and noise.\n\n",
           gd_last_error());
    gd_tensor *x = gd_normal(GD_SHAPE(1500, 5), 0, 1);
    return (gd_dataset){ x, gd_add(gd_scale(gd_sum_axis(x, 1, true), 0.3), gd_normal(GD_SHAPE(1500, 1), 0, 0.7)) };
}

int main(int count, char **argument)
{
    bool airfoil;
    gd_dataset set = data(count > 1 ? argument[1] : NULL, &airfoil);
    model scratch = new_model(), built_in = new_model();
    gd_tensor *params[] = { scratch.w, scratch.b };
    moments state[] = { { gd_zeros(GD_SHAPE(5, 1)), gd_zeros(GD_SHAPE(5, 1)) },
                        { gd_zeros(GD_SHAPE(1)), gd_zeros(GD_SHAPE(1)) } };
    gd_optimizer *adam = gd_adam(built_in.params, gd_adam_dialect(GD_D2L));
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 10, .shuffle = true, .seed = 1 });
    gd_plot *plot = gd_plot_new(airfoil ? "Adam on airfoil noise: eight lines and built in"
                                        : "Adam on made-up data: eight lines and built in", "epoch", "loss");

    double apart = 0;
    printf("step   from scratch   built in\n");
    for (int t = 1; t <= 300;) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *loss1 = half_mse(scratch, batch.x, batch.y), *loss2 = half_mse(built_in, batch.x, batch.y);
            gd_backward(loss1);
            adam_from_scratch(params, state, 2, t);
            gd_backward(loss2);
            gd_step(adam);
            gd_zero_grad(adam);
            apart = fmax(apart, fmax(farthest_apart(scratch.w, built_in.w), farthest_apart(scratch.b, built_in.b)));
            if (t % 20 == 0) {
                GD_NO_GRAD;
                double a = (double)gd_item(half_mse(scratch, set.x, set.y));
                double b = (double)gd_item(half_mse(built_in, set.x, set.y));
                gd_plot_point(plot, "from scratch", gd_loader_epoch(load), a);
                gd_plot_point(plot, "gd_adam", gd_loader_epoch(load), b);
                if (t % 60 == 0)
                    printf("%4d   %.8f     %.8f\n", t, a, b);
            }
            t++;
        }
    }
    printf("\nfarthest apart in any parameter after any of 300 steps: %.1e\n", apart);
    if (!(apart < 1e-6))
        gd_abort("04_adam_from_scratch: the two are not the same algorithm");
    gd_plot_style(plot, "gd_adam", (gd_plot_look){ .line = GD_DASHED });
    gd_plot_save(plot, "out/04_adam_from_scratch.png");
    printf("wrote out/04_adam_from_scratch.png\n");

    gd_plot_free(plot);
    gd_loader_free(load);
    gd_optimizer_free(adam);
    gd_params_free(built_in.params);
    gd_params_free(scratch.params);
    return 0;
}
