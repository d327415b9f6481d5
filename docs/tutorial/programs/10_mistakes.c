/* 10_mistakes - five mistakes, and how to find them.
 *
 *     cc -O2 10_mistakes.c $(pkg-config --cflags --libs gradus) -o 10_mistakes
 *     ./10_mistakes
 *
 * Shapes that do not fit; gradients that are not set to zero; a learning rate that is too large; a NaN; a derivative
 * that is wrong. Each is made on purpose, and the tool that finds it is shown. The picture shows the loss curves of a
 * healthy run and of two sick ones. */
#include <gradus.h>

/* Prints what the library said last, and forgets it. */
static void print_message(void)
{
    printf("%s\n", gd_last_error() ? gd_last_error() : "no message");
    gd_clear_error();
}

/* ---- 1. Shapes ---- */

static void wrong_shapes(void)
{
    GD_SCOPE;
    gd_tensor *x = gd_zeros(GD_SHAPE(10, 5)), *w = gd_set_name(gd_zeros(GD_SHAPE(6, 1)), "w");
    gd_tensor *y = gd_mean(gd_square(gd_matmul(x, w)));     /* gd_matmul returns NULL, and so do the other two */
    if (!y)
        print_message();
}

/* The dangerous one: [10, 1] - [10] is broadcast to [10, 10], and no message says so. */
static void broadcast_by_mistake(void)
{
    GD_SCOPE;
    gd_tensor *prediction = gd_zeros(GD_SHAPE(10, 1)), *target = gd_zeros(GD_SHAPE(10));
    gd_tensor *difference = gd_sub(prediction, target);
    printf("[10, 1] - [10] has %d axes and %d elements\n", difference->ndim, (int)gd_numel(difference));
}

/* ---- 2. and 3. A loop, healthy or not ---- */

static double train(double lr, bool zero_grad, gd_plot *plot, const char *name)
{
    GD_SCOPE;
    gd_seed(1);
    gd_tensor *x = gd_normal(GD_SHAPE(50, 3), 0, 1), *y = gd_sum_axis(x, 1, true);
    gd_params *net = gd_params_new();
    gd_linear layer = gd_linear_new(net, "linear", 3, 1);
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = lr;
    gd_optimizer *sgd = gd_sgd(net, options);
    double last = 0;
    for (int step = 0; step < 40; step++) {
        GD_SCOPE;
        gd_tensor *loss = gd_scale(gd_mean(gd_square(gd_sub(gd_linear_apply(&layer, x), y))), 0.5);
        last = (double)gd_item(loss);
        gd_plot_point(plot, name, step, last);
        gd_backward(loss);
        gd_step(sgd);
        if (zero_grad)
            gd_zero_grad(sgd);
    }
    gd_optimizer_free(sgd);
    gd_params_free(net);
    return last;
}

/* ---- 4. NaN ---- */

static void not_a_number(void)
{
    GD_SCOPE;
    gd_tensor *p = gd_set_name(gd_requires_grad(gd_from(GD_SHAPE(3), (gd_real[]){ 0.5, 0.25, 0 })), "p");
    gd_tensor *entropy = gd_neg(gd_sum(gd_mul(p, gd_log(p))));          /* - sum p ln p, and 0 ln 0 is NaN */
    printf("entropy: %s\n", gd_item(entropy) == gd_item(entropy) ? "a number" : "not a number");
    gd_detect_anomaly(true);
    entropy = gd_neg(gd_sum(gd_mul(p, gd_log(p))));
    print_message();
    gd_detect_anomaly(false);
}

/* ---- 5. A wrong derivative ---- */

/* y = x^3, with a rule that should say 3 x^2 dy. */
static void cube_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gd_mul(dy, gd_scale(gd_square(gd_node_input(node, 0)), 2));
}

static const gd_op cube_op = { .name = "cube", .rule = cube_rule, .reads = GD_INPUTS };

static gd_tensor *cube(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    gd_tensor *x = xs[0];
    return gd_record(&cube_op, gd_pow(gd_detach(x), 3), &x, 1, NULL, 0);
}

static void wrong_derivative(void)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(3), (gd_real[]){ 1, 2, 4 }));
    if (!gd_gradcheck(cube, NULL, &x, 1, gd_gradcheck_defaults()))
        print_message();
}

int main(void)
{
    gd_on_error(NULL);                                  /* messages are printed here, where they are expected */
    wrong_shapes();
    broadcast_by_mistake();

    gd_plot *plot = gd_plot_new("Three runs of the same model", "step", "loss");
    printf("\nafter 40 steps, healthy:                loss %.6f\n", train(0.3, true, plot, "healthy"));
    printf("after 40 steps, no gd_zero_grad:        loss %.6f\n", train(0.3, false, plot, "no gd_zero_grad"));
    printf("after 40 steps, learning rate 2.5:      loss %.2e\n\n", train(2.5, true, plot, "learning rate too large"));

    not_a_number();
    printf("\n");
    wrong_derivative();

    gd_plot_log_y(plot, true);
    gd_plot_ylim(plot, 1e-6, 1e6);
    gd_plot_size(plot, 720, 450);
    gd_plot_save(plot, "10_mistakes.png");
    gd_plot_free(plot);
    return 0;
}
