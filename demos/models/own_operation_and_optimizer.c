/* own_operation_and_optimizer - quantile regression with a loss and an optimizer that the library does not have.
 *
 * The operation is the pinball loss of a quantile q (R. Koenker, G. Bassett, "Regression quantiles", 1978):
 *
 *     l = q (y - f) where y > f, (1 - q) (f - y) elsewhere;     dl/df = -q there, 1 - q elsewhere
 *
 * Its mean is smallest where the part q of all targets lies below f.  The optimizer is normalised descent with
 * momentum (A. Cutkosky, H. Mehta, "Momentum improves normalized SGD", 2020, eq. 2), whose steps have the length lr
 * whatever the gradients are:
 *
 *     m = beta m + (1 - beta) g;     w = w - lr m / |m|
 *
 * One network learns five quantiles of a noisy wave whose noise grows to the right. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The operation ------------------------------------------------------------------------------------------ */

/* The loss has no slope where f = y, and none of second order; comparisons are constants for differentiation. */
static void pinball_rule(const gd_node *node, gd_tensor *dl, gd_tensor **dx)
{
    gd_tensor *f = gd_node_input(node, 0), *y = gd_node_input(node, 1), *q = gd_node_input(node, 2);
    if (gd_needs(node, 0))
        dx[0] = gd_mul(dl, gd_sub(gd_lt(y, f), q));
    if (gd_needs(node, 1))
        dx[1] = gd_mul(dl, gd_sub(q, gd_lt(y, f)));
    if (gd_needs(node, 2))
        dx[2] = gd_mul(dl, gd_sub(y, f));
}

static const gd_op pinball_op = { .name = "pinball", .rule = pinball_rule, .reads = GD_INPUTS,
                                  .formula = "df = dl ([y < f] - q)" };

/* f [n, k], y [n, k], q [n, k] -> [n, k] */
static gd_tensor *pinball(gd_tensor *f, gd_tensor *y, gd_tensor *q)
{
    gd_tensor *l = NULL;
    {
        GD_NO_GRAD;                         /* the value; what it is made of needs no nodes of its own */
        gd_tensor *above = gd_sub(y, f);
        l = gd_maximum(gd_mul(q, above), gd_mul(gd_shift(q, -1), above));
    }
    return gd_record(&pinball_op, l, (gd_tensor *[]){ f, y, q }, 3, NULL, 0);
}

static gd_tensor *mean_pinball(gd_tensor *const in[], int n, void *context)
{
    (void)n, (void)context;
    return gd_mean(pinball(in[0], in[1], in[2]));
}

/* ---- The optimizer ------------------------------------------------------------------------------------------ */

typedef struct normalized_options { double lr, beta; } normalized_options;

static void normalized_update(const gd_update *u)
{
    const double beta = ((const normalized_options *)u->options)->beta;
    gd_real *m = u->state[0];
    double square = 0;
    for (int64_t i = 0; i < u->n; i++) {
        m[i] = (gd_real)(beta * (double)m[i] + (1 - beta) * (double)u->g[i]);
        square += (double)m[i] * (double)m[i];
    }
    const gd_real s = (gd_real)(square > 0 ? u->lr / sqrt(square) : 0);
    for (int64_t i = 0; i < u->n; i++)
        u->w[i] -= s * m[i];
}

static const gd_option normalized_fields[] = { GD_OPTION(normalized_options, beta, "[)", 0, 1),
                                               { NULL, 0, GD_OPTION_REAL, NULL, 0, 0 } };
static const gd_algorithm normalized = { .name = "normalized", .options_size = sizeof(normalized_options),
                                         .options = normalized_fields, .states = { "m" }, .update = normalized_update };

/* ---- The regression ----------------------------------------------------------------------------------------- */

enum { POINTS = 1000, QUANTILES = 5 };
static const gd_real quantile[QUANTILES] = { (gd_real)0.05, (gd_real)0.25, (gd_real)0.5, (gd_real)0.75, (gd_real)0.95 };

typedef struct model {
    gd_linear first, second, last;
} model;

static gd_tensor *forward(const model *m, gd_tensor *x)         /* [n, 1] -> [n, QUANTILES] */
{
    x = gd_tanh(gd_linear_apply(&m->first, x));
    x = gd_tanh(gd_linear_apply(&m->second, x));
    return gd_linear_apply(&m->last, x);
}

static void draw(const model *m, gd_tensor *x, gd_tensor *y)
{
    gd_plot *plot = gd_plot_new("Five quantiles of a noisy wave", "x", "y");
    gd_plot_tensor(plot, "data", gd_flatten(x, 0), gd_flatten(y, 0));
    gd_plot_style(plot, "data", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_CIRCLE, .marker_size = 3,
                                                .colour = GD_GREY });
    gd_tensor *line = gd_linspace(0, 1, 200), *f = forward(m, gd_unsqueeze(line, 1));
    for (int k = 0; k < QUANTILES; k++) {
        char name[20];
        snprintf(name, sizeof name, "%.0f %%", 100 * (double)quantile[k]);
        gd_plot_tensor(plot, name, line, gd_select(f, 1, k));
        gd_plot_style(plot, name, (gd_plot_look){ .line = GD_SOLID });
    }
    gd_plot_save(plot, "out/own_operation_and_optimizer.png");
    gd_plot_free(plot);
    printf("wrote out/own_operation_and_optimizer.png\n");
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int steps = count > 2 && strcmp(argument[1], "--steps") == 0 ? atoi(argument[2]) : 1500;
    gd_seed(1);
    gd_tensor *x = gd_uniform(GD_SHAPE(POINTS, 1), 0, 1);
    gd_tensor *noise = gd_mul(gd_shift(gd_scale(x, 0.5), 0.05), gd_normal(GD_SHAPE(POINTS, 1), 0, 1));
    gd_tensor *y = gd_add(gd_sin(gd_scale(x, 8)), noise);
    gd_tensor *q = gd_expand(gd_from(GD_SHAPE(QUANTILES), quantile), GD_SHAPE(POINTS, QUANTILES));
    gd_tensor *targets = gd_expand(y, GD_SHAPE(POINTS, QUANTILES));

    gd_tensor *check[] = { gd_requires_grad(gd_normal(GD_SHAPE(3, 2), 0, 1)), gd_requires_grad(gd_ones(GD_SHAPE(3, 2))),
                           gd_requires_grad(gd_full(GD_SHAPE(3, 2), 0.3)) };
    if (!gd_gradcheck(mean_pinball, NULL, check, 3, gd_gradcheck_defaults()))
        gd_abort(gd_last_error());
    printf("gd_gradcheck: the rule agrees with difference quotients\n\n");

    gd_params *p = gd_params_new();
    model m = { gd_linear_new(p, "first", 1, 32), gd_linear_new(p, "second", 32, 32),
                gd_linear_new(p, "last", 32, QUANTILES) };
    gd_optimizer *o = gd_optimizer_new(p, &normalized, &(normalized_options){ .lr = 0.05, .beta = 0.9 });
    gd_set_schedule(&o->first, gd_lr_cosine(0.05, 0.0005, steps));
    for (int step = 0; step <= steps; step++) {
        GD_SCOPE;
        gd_tensor *loss = gd_mean(pinball(forward(&m, x), targets, q));
        if (step % 300 == 0)
            printf("%5d   loss %.4f\n", step, (double)gd_item(loss));
        gd_backward(loss);
        gd_step(o);
        gd_zero_grad(o);
    }

    GD_NO_GRAD;
    gd_tensor *below = gd_mean_axis(gd_lt(targets, forward(&m, x)), 0, false);
    printf("\nquantile   part of the data below it\n");
    for (int k = 0; k < QUANTILES; k++)
        printf("%8.2f   %.3f\n", (double)quantile[k], (double)below->data[k]);
    draw(&m, x, y);
    gd_optimizer_free(o);
    gd_params_free(p);
    return 0;
}
