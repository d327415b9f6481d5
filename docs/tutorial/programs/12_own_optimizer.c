/* 12_own_optimizer - an optimizer of your own, Yogi; and a run that is saved, interrupted and resumed.
 *
 *     cc -O2 12_own_optimizer.c $(pkg-config --cflags --libs gradus) -o 12_own_optimizer
 *     ./12_own_optimizer
 *
 * Yogi (M. Zaheer et al., 2018; d2l 12.10) is Adam with another second moment. It is written here as the library's own
 * optimizers are, and compared with gd_yogi. Then a run is saved in the middle, and resumed by a model and an optimizer
 * that know nothing of the first half: it ends with the same bits. The picture shows the
 * run in one go, and the two halves upon it. */
#include <gradus.h>
#include <math.h>

/* ---- The optimizer ---- */

typedef struct my_options {
    double lr, beta1, beta2, eps;
} my_options;

/* One parameter, one step: w its elements, g its gradient, state[0] and state[1] what is kept for it. */
static void my_update(const gd_update *u)
{
    const my_options *o = u->options;
    gd_real *v = u->state[0], *s = u->state[1];
    double c1 = 1 - pow(o->beta1, (double)u->t), c2 = 1 - pow(o->beta2, (double)u->t);
    for (int64_t i = 0; i < u->n; i++) {
        double g = (double)u->g[i], g2 = g * g, away = g2 - (double)s[i];
        v[i] = (gd_real)(o->beta1 * (double)v[i] + (1 - o->beta1) * g);
        s[i] = (gd_real)((double)s[i] + (1 - o->beta2) * ((away > 0) - (away < 0)) * g2);
        u->w[i] -= (gd_real)(u->lr * ((double)v[i] / c1) / (sqrt((double)s[i] / c2) + o->eps));
    }
}

static const gd_option my_fields[] = {
    GD_OPTION(my_options, beta1, "[)", 0, 1), GD_OPTION(my_options, beta2, "[)", 0, 1),
    GD_OPTION(my_options, eps, "[)", 0, INFINITY), { NULL, 0, GD_OPTION_REAL, NULL, 0, 0 },
};
static const gd_algorithm my_yogi = {
    .name = "my_yogi", .options_size = sizeof(my_options), .options = my_fields, .states = { "v", "s" },
    .update = my_update,
};

/* ---- A task: y = sin x1 cos x2, learnt by a small network from batches ---- */

typedef struct run {
    gd_params    *net;
    gd_linear     hidden, output;
    gd_optimizer *optimizer;
    gd_loader    *load;
} run;

static gd_dataset data(void)
{
    gd_seed(5);
    gd_tensor *x = gd_uniform(GD_SHAPE(600, 2), -2, 2);
    return (gd_dataset){ x, gd_mul(gd_sin(gd_slice(x, 1, 0, 1, 1)), gd_cos(gd_slice(x, 1, 1, 2, 1))) };
}

static gd_tensor *half_mse(const run *r, gd_tensor *x, gd_tensor *y)
{
    gd_tensor *h = gd_tanh(gd_linear_apply(&r->hidden, x));
    return gd_scale(gd_mean(gd_square(gd_sub(gd_linear_apply(&r->output, h), y))), 0.5);
}

static run begin(gd_dataset set, uint64_t seed, bool built_in)
{
    gd_seed(seed);
    run r = { .net = gd_params_new() };
    r.hidden = gd_linear_new(r.net, "hidden", 2, 32);
    r.output = gd_linear_new(r.net, "output", 32, 1);
    my_options mine = { .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-3 };
    r.optimizer = built_in ? gd_yogi(r.net, gd_yogi_defaults()) : gd_optimizer_new(r.net, &my_yogi, &mine);
    r.load = gd_loader_new(set, (gd_loader_options){ .batch = 20, .shuffle = true, .seed = 1 });
    return r;
}

static void train(run *r, int epochs, gd_dataset set, gd_plot *plot, const char *name)
{
    for (int epoch = 0; epoch < epochs; epoch++) {
        gd_batch batch;
        while (gd_loader_next(r->load, &batch)) {
            GD_SCOPE;
            gd_backward(half_mse(r, batch.x, batch.y));
            gd_step(r->optimizer);
            gd_zero_grad(r->optimizer);
        }
        GD_SCOPE;
        GD_NO_GRAD;
        if (plot)
            gd_plot_point(plot, name, gd_loader_epoch(r->load), (double)gd_item(half_mse(r, set.x, set.y)));
    }
}

static void end(run *r)
{
    gd_loader_free(r->load);
    gd_optimizer_free(r->optimizer);
    gd_params_free(r->net);
}

int main(void)
{
    gd_on_error(gd_abort);
    gd_dataset set = data();
    gd_plot *plot = gd_plot_new("Yogi, and a run that was interrupted", "epoch", "loss");

    /* 1. Mine against the library's */
    run mine = begin(set, 1, false), theirs = begin(set, 1, true);
    train(&mine, 20, set, plot, "in one go");
    train(&theirs, 20, set, NULL, NULL);
    if (gd_params_equal(mine.net, theirs.net, 1e-3, NULL))
        printf("after %d steps my_yogi and gd_yogi have the same parameters\n", (int)mine.optimizer->steps);

    /* 2. Saved after ten epochs */
    run first = begin(set, 1, false);
    train(&first, 10, set, plot, "first half");
    gd_save_run("12_own_optimizer.safetensors", first.net, first.optimizer, first.load);
    end(&first);

    /* 3. Resumed by others: another seed, so other first weights */
    run second = begin(set, 99, false);
    gd_load_run("12_own_optimizer.safetensors", second.net, second.optimizer, second.load);
    printf("resumed at step %d\n", (int)second.optimizer->steps);
    train(&second, 10, set, plot, "second half");
    printf("the end is the same %s\n", gd_params_equal(mine.net, second.net, 0, NULL) ? "bit for bit" : "only nearly");

    gd_plot_style(plot, "first half", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_CIRCLE });
    gd_plot_style(plot, "second half", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_DIAMOND, .marker_size = 9 });
    gd_plot_log_y(plot, true);
    gd_plot_size(plot, 720, 450);
    gd_plot_save(plot, "12_own_optimizer.png");
    gd_plot_free(plot);
    end(&mine);
    end(&theirs);
    end(&second);
    return 0;
}
