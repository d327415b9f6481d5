/* 11_own_layer - an operation of your own, checked, and a layer of your own that uses it.
 *
 *     cc -O2 11_own_layer.c $(pkg-config --cflags --libs gradus) -o 11_own_layer
 *     ./11_own_layer [bumps]
 *
 * The operation is the bump y = exp(-x^2), with its rule. The layer puts 8 of them at places and with widths that it
 * learns (a radial basis function network: D. Broomhead, D. Lowe, 1988). The picture shows the curve that it has learnt
 * and the bumps that add up to it. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

/* ---- The operation ---- */

/* y = exp(-x^2), so dx = -2 x y dy. */
static void bump_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *x = gd_node_input(node, 0), *y = gd_node_output(node);
    dx[0] = gd_mul(dy, gd_scale(gd_mul(x, y), -2));
}

static const gd_op bump_op = {
    .name = "bump", .rule = bump_rule, .reads = GD_INPUTS | GD_OUTPUT, .formula = "dx = -2 x y dy",
};

static gd_tensor *bump(gd_tensor *x)
{
    if (!x)
        return NULL;                                    /* an earlier call has failed, and has said so */
    gd_tensor *from = gd_contiguous(gd_detach(x)), *y = gd_zeros_like(x);
    for (int64_t i = 0; from && y && i < gd_numel(y); i++)
        y->data[i] = (gd_real)exp(-(double)from->data[i] * (double)from->data[i]);
    return gd_record(&bump_op, y, &x, 1, NULL, 0);
}

static gd_tensor *bump_to_check(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return bump(xs[0]);
}

/* ---- The layer ---- */

/* y = sum_j height_j bump((x - centre_j) slope_j):  x [n, 1] -> [n, 1] */
typedef struct bumps {
    gd_tensor *centre, *slope;                          /* [bumps] */
    gd_tensor *height;                                  /* [bumps, 1] */
} bumps;

static bumps bumps_new(gd_params *params, int64_t n)
{
    bumps layer;
    layer.centre = gd_param(params, "bumps.centre", gd_linspace(-3, 3, n));
    layer.slope  = gd_param(params, "bumps.slope", gd_ones(GD_SHAPE(n)));
    layer.height = gd_param(params, "bumps.height", gd_zeros(GD_SHAPE(n, 1)));
    return layer;
}

static gd_tensor *bumps_hidden(const bumps *layer, gd_tensor *x)        /* [n, 1] -> [n, bumps] */
{
    return bump(gd_mul(gd_sub(x, layer->centre), layer->slope));
}

static gd_tensor *bumps_apply(const bumps *layer, gd_tensor *x)
{
    return gd_matmul(bumps_hidden(layer, x), layer->height);
}

/* The layer as a function of its parameters, for gd_gradcheck: xs are centre, slope and height. */
static gd_tensor *layer_to_check(gd_tensor *const xs[], int n, void *context)
{
    (void)n;
    return bumps_apply(&(bumps){ xs[0], xs[1], xs[2] }, context);
}

/* ---- Use ---- */

static void draw(const bumps *layer, gd_tensor *x, gd_tensor *y)
{
    gd_plot *plot = gd_plot_new("A curve made of bumps", "x", "y");
    gd_plot_tensor(plot, "data", gd_flatten(x, 0), gd_flatten(y, 0));
    gd_plot_style(plot, "data", (gd_plot_look){ .line = GD_NO_LINE, .colour = GD_BLACK, .marker_size = 5 });
    gd_plot_tensor(plot, "learnt", gd_flatten(x, 0), gd_flatten(bumps_apply(layer, x), 0));
    gd_plot_style(plot, "learnt", (gd_plot_look){ .line = GD_SOLID, .colour = GD_VERMILLION });
    gd_tensor *each = gd_mul(bumps_hidden(layer, x), gd_transpose(layer->height, 0, 1));       /* [n, bumps] */
    for (int j = 0; j < each->shape[1]; j++) {
        char name[16];
        snprintf(name, sizeof name, j == 0 ? "its bumps" : "bump %d", j);
        gd_plot_tensor(plot, name, gd_flatten(x, 0), gd_contiguous(gd_select(each, 1, j)));
        gd_plot_style(plot, name, (gd_plot_look){ .line = GD_SOLID, .colour = GD_SKY, .width = 1, .no_legend = j > 0 });
    }
    gd_plot_size(plot, 720, 450);
    gd_plot_save(plot, "11_own_layer.png");
    gd_plot_free(plot);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int64_t n = count > 1 ? atoi(argument[1]) : 8;

    /* 1. The operation, checked */
    gd_tensor *at = gd_requires_grad(gd_linspace(-2, 2, 9));
    if (gd_gradcheck(bump_to_check, NULL, &at, 1, gd_gradcheck_defaults()))
        printf("the bump's first derivative is right\n");
    if (gd_gradgradcheck(bump_to_check, NULL, &at, 1, gd_gradcheck_defaults()))
        printf("the bump's second derivative is right\n");

    /* 2. The layer, checked */
    gd_params *net = gd_params_new();
    bumps layer = bumps_new(net, n);
    gd_tensor *x = gd_reshape(gd_linspace(-3, 3, 80), GD_SHAPE(80, 1));
    gd_tensor *xs[] = { layer.centre, layer.slope, layer.height };
    if (gd_gradcheck(layer_to_check, x, xs, 3, gd_gradcheck_defaults()))
        printf("the layer's gradients are right\n\n");

    /* 3. The layer, trained */
    gd_tensor *y = gd_mul(gd_sin(gd_scale(x, 3)), gd_exp(gd_scale(x, -0.3)));
    gd_adam_options options = gd_adam_defaults();
    options.lr = 0.02;
    gd_optimizer *adam = gd_adam(net, options);
    for (int step = 0; step <= 2000; step++) {
        GD_SCOPE;
        gd_tensor *loss = gd_scale(gd_mean(gd_square(gd_sub(bumps_apply(&layer, x), y))), 0.5);
        if (step % 500 == 0)
            printf("step %4d   loss %.5f\n", step, (double)gd_item(loss));
        gd_backward(loss);
        gd_step(adam);
        gd_zero_grad(adam);
    }
    draw(&layer, x, y);
    gd_optimizer_free(adam);
    gd_params_free(net);
    return 0;
}
