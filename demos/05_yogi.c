/* 05_yogi - Yogi from scratch and built in, and Adam against Yogi.
 *
 * M. Zaheer et al., "Adaptive methods for nonconvex optimization" (NeurIPS 2018), in the book's form:
 * s moves towards g^2 by an amount that depends on g^2 alone, s += (1 - beta2) sign(g^2 - s) g^2, where Adam
 * moves it by (1 - beta2) (g^2 - s).  So s cannot collapse after a rare large gradient.  Three copies of
 * a linear model see the same batches. */
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

static void yogi_from_scratch(gd_tensor *params[], moments state[], int n, int t)
{
    const double lr = 0.01, beta1 = 0.9, beta2 = 0.999, eps = 1e-3;
    GD_NO_GRAD;
    for (int i = 0; i < n; i++) {
        gd_tensor *p = params[i], *v = state[i].v, *s = state[i].s, *g2 = gd_square(p->grad);
        gd_assign(v, gd_add(gd_scale(v, beta1), gd_scale(p->grad, 1 - beta1)));
        gd_assign(s, gd_add(s, gd_scale(gd_mul(gd_sign(gd_sub(g2, s)), g2), 1 - beta2)));
        gd_tensor *v_hat = gd_scale(v, 1 / (1 - pow(beta1, t)));
        gd_tensor *s_hat = gd_scale(s, 1 / (1 - pow(beta2, t)));
        gd_assign(p, gd_sub(p, gd_scale(gd_div(v_hat, gd_shift(gd_sqrt(s_hat), eps)), lr)));
        gd_zero_grad_of(p);
    }
}

static void train_step(model m, gd_optimizer *o, gd_batch batch)
{
    gd_backward(half_mse(m, batch.x, batch.y));
    gd_step(o);
    gd_zero_grad(o);
}

static double farthest_apart(gd_tensor *a, gd_tensor *b)
{
    GD_NO_GRAD;
    return (double)gd_item(gd_max(gd_abs(gd_sub(a, b))));
}

static double loss_over(model m, gd_dataset set)
{
    GD_NO_GRAD;
    return (double)gd_item(half_mse(m, set.x, set.y));
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
    model scratch = new_model(), with_yogi = new_model(), with_adam = new_model();
    gd_tensor *params[] = { scratch.w, scratch.b };
    moments state[] = { { gd_zeros(GD_SHAPE(5, 1)), gd_zeros(GD_SHAPE(5, 1)) },
                        { gd_zeros(GD_SHAPE(1)), gd_zeros(GD_SHAPE(1)) } };
    gd_optimizer *yogi = gd_yogi(with_yogi.params, gd_yogi_dialect(GD_D2L));
    gd_optimizer *adam = gd_adam(with_adam.params, gd_adam_dialect(GD_D2L));
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 10, .shuffle = true, .seed = 1 });
    gd_plot *plot = gd_plot_new(airfoil ? "Adam and Yogi on airfoil noise" : "Adam and Yogi on made-up data", "epoch",
                                "loss");

    double apart = 0;
    printf("step   Yogi from scratch   gd_yogi      gd_adam\n");
    for (int t = 1; t <= 300;) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_backward(half_mse(scratch, batch.x, batch.y));
            yogi_from_scratch(params, state, 2, t);
            train_step(with_yogi, yogi, batch);
            train_step(with_adam, adam, batch);
            apart = fmax(apart, fmax(farthest_apart(scratch.w, with_yogi.w), farthest_apart(scratch.b, with_yogi.b)));
            if (t % 20 == 0) {
                double a = loss_over(scratch, set), b = loss_over(with_yogi, set), c = loss_over(with_adam, set);
                gd_plot_point(plot, "Yogi, built in", gd_loader_epoch(load), b);
                gd_plot_point(plot, "Yogi from scratch", gd_loader_epoch(load), a);
                gd_plot_point(plot, "Adam", gd_loader_epoch(load), c);
                if (t % 60 == 0)
                    printf("%4d   %.8f          %.8f   %.8f\n", t, a, b, c);
            }
            t++;
        }
    }
    printf("\nfarthest apart in any parameter, Yogi from scratch and built in, after any of 300 steps: %.1e\n", apart);
    if (!(apart < 1e-6))
        gd_abort("05_yogi: the two are not the same algorithm");
    gd_plot_save(plot, "out/05_yogi.png");
    printf("wrote out/05_yogi.png\n");

    gd_plot_free(plot);
    gd_loader_free(load);
    gd_optimizer_free(adam);
    gd_optimizer_free(yogi);
    gd_params_free(with_adam.params);
    gd_params_free(with_yogi.params);
    gd_params_free(scratch.params);
    return 0;
}
