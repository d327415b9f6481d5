/* 07_optimizers - every optimizer on airfoil, by the book's protocol: batches of 10, 2 epochs, the loss over all
 * 1500 examples every 200, and the book's learning rates where the book has the algorithm.
 *
 * The table tells end loss, best loss, and after how many steps the loss first lay within 1 % of the
 * least-squares optimum, below which no method can get (airfoil: 0.241688); one plot shows all curves. */
#include <gradus.h>
#include <math.h>

static gd_tensor *w, *b;

static gd_tensor *half_mse(gd_tensor *x, gd_tensor *y)
{
    return gd_scale(gd_mean(gd_square(gd_sub(gd_add(gd_matmul(x, w), b), y))), 0.5);
}

/* ---- The contestants ------------------------------------------------------------------------------------- */

#define CONTESTANT(name, algorithm, options_expression, ...)                                             \
    static gd_optimizer *make_##name(gd_params *p)                                                       \
    {                                                                                                    \
        gd_##algorithm##_options o = options_expression;                                                 \
        __VA_ARGS__;                                                                                     \
        return gd_##algorithm(p, o);                                                                     \
    }

CONTESTANT(sgd,      sgd,      gd_sgd_dialect(GD_D2L),      o.lr = 0.05)
CONTESTANT(momentum, sgd,      gd_sgd_dialect(GD_D2L),      o.lr = 0.005, o.momentum = 0.9)
CONTESTANT(nesterov, sgd,      gd_sgd_defaults(),           o.lr = 0.005, o.momentum = 0.9, o.nesterov = true)
CONTESTANT(adagrad,  adagrad,  gd_adagrad_dialect(GD_D2L),  o.lr = 0.1)
CONTESTANT(rmsprop,  rmsprop,  gd_rmsprop_dialect(GD_D2L),  o.lr = 0.01)
CONTESTANT(adadelta, adadelta, gd_adadelta_dialect(GD_D2L), (void)o)
CONTESTANT(adam,     adam,     gd_adam_dialect(GD_D2L),     (void)o)
CONTESTANT(amsgrad,  adam,     gd_adam_dialect(GD_D2L),     o.amsgrad = GD_AMSGRAD_RAW)
CONTESTANT(adamw,    adamw,    gd_adamw_defaults(),         o.lr = 0.01)
CONTESTANT(adamax,   adamax,   gd_adamax_defaults(),        o.lr = 0.01)
CONTESTANT(nadam,    nadam,    gd_nadam_defaults(),         o.lr = 0.01)
CONTESTANT(radam,    radam,    gd_radam_defaults(),         o.lr = 0.01)
CONTESTANT(yogi,     yogi,     gd_yogi_dialect(GD_D2L),     (void)o)
CONTESTANT(adabelief, adabelief, gd_adabelief_defaults(),   o.lr = 0.01)
CONTESTANT(lamb,     lamb,     gd_lamb_defaults(),          o.lr = 0.02)
CONTESTANT(lion,     lion,     gd_lion_defaults(),          o.lr = 0.003)

static const struct { const char *name; gd_optimizer *(*make)(gd_params *); const char *setting; } contestants[] = {
    { "SGD", make_sgd, "lr 0.05" },                       { "momentum", make_momentum, "lr 0.005, 0.9" },
    { "Nesterov", make_nesterov, "lr 0.005, 0.9" },       { "Adagrad", make_adagrad, "lr 0.1" },
    { "RMSProp", make_rmsprop, "lr 0.01, gamma 0.9" },    { "Adadelta", make_adadelta, "rho 0.9" },
    { "Adam", make_adam, "lr 0.01" },                     { "AMSGrad", make_amsgrad, "lr 0.01" },
    { "AdamW", make_adamw, "lr 0.01, decay 0.01" },       { "Adamax", make_adamax, "lr 0.01" },
    { "NAdam", make_nadam, "lr 0.01" },                   { "RAdam", make_radam, "lr 0.01" },
    { "Yogi", make_yogi, "lr 0.01, eps 1e-3" },           { "AdaBelief", make_adabelief, "lr 0.01" },
    { "LAMB", make_lamb, "lr 0.02" },                     { "Lion", make_lion, "lr 0.003" },
};
enum { CONTESTANTS = sizeof contestants / sizeof contestants[0] };

/* ---- One run ------------------------------------------------------------------------------------------------ */

/* The loss of the best w and b, by L-BFGS. */
typedef struct problem { gd_dataset set; gd_params *net; } problem;

static double whole_loss(void *context)
{
    problem *p = context;
    GD_SCOPE;
    gd_zero_grad_of(w);
    gd_zero_grad_of(b);
    gd_tensor *loss = half_mse(p->set.x, p->set.y);
    gd_backward(loss);
    return (double)gd_item(loss);
}

static double least_squares(gd_dataset set)
{
    problem p = { set, gd_params_new() };
    w = gd_param(p.net, "w", gd_zeros(GD_SHAPE(5, 1)));
    b = gd_param(p.net, "b", gd_zeros(GD_SHAPE(1)));
    gd_optimizer *o = gd_lbfgs(p.net, gd_lbfgs_defaults());
    gd_step_closure(o, whole_loss, &p);
    double loss = whole_loss(&p);
    gd_optimizer_free(o);
    gd_params_free(p.net);
    return loss;
}

static void run(gd_dataset set, double optimum, int which, gd_plot *plot, gd_plot *closer)
{
    const char *name = contestants[which].name;
    gd_params *net = gd_params_new();
    gd_seed(1);
    w = gd_param(net, "w", gd_normal(GD_SHAPE(5, 1), 0, 0.01));
    b = gd_param(net, "b", gd_zeros(GD_SHAPE(1)));
    gd_optimizer *o = contestants[which].make(net);
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 10, .shuffle = true, .seed = 1 });
    double loss = 0, best = INFINITY;
    int64_t near = 0;
    for (int epoch = 0; epoch < 2; epoch++) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_backward(half_mse(batch.x, batch.y));
            gd_step(o);
            gd_zero_grad(o);
            loss = (double)gd_item(half_mse(set.x, set.y));
            best = fmin(best, loss);
            if (!near && loss < 1.01 * optimum)
                near = o->steps;
            if (o->steps % 20 == 0)
                gd_plot_point(which < CONTESTANTS / 2 ? plot : closer, name, gd_loader_epoch(load), loss);
        }
    }
    char steps[24] = "-";
    if (near)
        snprintf(steps, sizeof steps, "%d", (int)near);
    printf("%-10s %-20s %10.6f %10.6f %8s\n", name, contestants[which].setting, loss, best, steps);
    gd_loader_free(load);
    gd_optimizer_free(o);
    gd_params_free(net);
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
    const double optimum = least_squares(set);
    gd_plot *panels[2];
    for (int i = 0; i < 2; i++) {
        panels[i] = gd_plot_new(i ? "from AdamW to Lion" : "from SGD to AMSGrad", "epoch", "loss");
        gd_plot_size(panels[i], 620, 520);
        gd_plot_ylim(panels[i], 0.97 * optimum, 1.45 * optimum);
        gd_plot_xlim(panels[i], 0, 2);
        gd_plot_hline(panels[i], optimum, "least squares");
    }
    printf("%-10s %-20s %10s %10s %8s\n", "", "", "end loss", "best", "steps");
    for (int i = 0; i < CONTESTANTS; i++)
        run(set, optimum, i, panels[0], panels[1]);
    printf("\nsteps: until the loss over all examples first lies within 1 %% of %.6f\n", optimum);
    gd_plot_save_grid(panels, 1, 2,
                      airfoil ? "Sixteen optimizers on airfoil noise" : "Sixteen optimizers on made-up data",
                      "out/07_optimizers.png");
    printf("wrote out/07_optimizers.png\n");
    gd_plot_free(panels[0]);
    gd_plot_free(panels[1]);
    return 0;
}
