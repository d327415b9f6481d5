/* 10_own_operation - an operation of your own, with everything the built-in ones have.
 *
 * The library does not know squareplus (J. T. Barron, "Squareplus", 2021, eq. 1), a smooth relu without exp:
 *
 *     y  = (x + sqrt(x^2 + b)) / 2
 *     y' = (1 + x / sqrt(x^2 + b)) / 2
 *
 * An operation is a value, a rule and a gd_op that ties them together.  Because the rule is written in the
 * library's operations, second and third derivatives come by themselves.  gd_gradcheck and gd_gradgradcheck
 * compare them with difference quotients; then the picture shows y, y' and y''. */
#include <gradus.h>
#include <math.h>

/* dx = dy y'.  The node knows the input, and the number b that was recorded with it. */
static void squareplus_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *x = gd_node_input(node, 0);
    const double *b = gd_node_attributes(node);
    gd_tensor *root = gd_sqrt(gd_shift(gd_square(x), *b));
    gd_tensor *slope = gd_scale(gd_shift(gd_div(x, root), 1), 0.5);
    dx[0] = gd_mul(dy, slope);
}

/* What the rule reads must not be overwritten before backward: here the input. */
static const gd_op squareplus_op = {
    .name = "squareplus", .rule = squareplus_rule, .reads = GD_READS(0, GD_INPUT(0)),
    .formula = "dx = dy (1 + x / sqrt(x^2 + b)) / 2",
};

static gd_tensor *squareplus(gd_tensor *x, double b)
{
    if (!x)
        return NULL;                        /* an earlier failure: pass it on quietly */
    if (!(b > 0))
        return gd_fail("squareplus: b = %g must be positive", b);
    gd_tensor *from = gd_contiguous(gd_detach(x)), *y = gd_zeros_like(x);
    for (int64_t i = 0; y && i < gd_numel(y); i++) {
        double t = (double)from->data[i];
        y->data[i] = (gd_real)((t + sqrt(t * t + b)) / 2);
    }
    return gd_record(&squareplus_op, y, &x, 1, &b, sizeof b);
}

/* ---- Is it right? --------------------------------------------------------------------------------------- */

static gd_tensor *function_to_check(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return squareplus(xs[0], 0.5);
}

/* A wrong rule, to see that the check would notice: it forgets the 1. */
static void wrong_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *x = gd_node_input(node, 0);
    const double *b = gd_node_attributes(node);
    dx[0] = gd_mul(dy, gd_scale(gd_div(x, gd_sqrt(gd_shift(gd_square(x), *b))), 0.5));
}

static const gd_op wrong_op = { .name = "squareplus with a wrong rule", .rule = wrong_rule, .reads = GD_INPUTS };

static gd_tensor *wrong_function(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    const double b = 0.5;
    gd_tensor *x = xs[0], *right = squareplus(gd_detach(x), b);
    return gd_record(&wrong_op, right, &x, 1, &b, sizeof b);
}

static void check(void)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2, 3), (gd_real[]){ -2, -0.5, 0, 0.25, 1, 3 }));
    if (!gd_gradcheck(function_to_check, NULL, &x, 1, (gd_gradcheck_options){ 0 }))
        gd_abort(gd_last_error());
    printf("gd_gradcheck:     first derivatives agree with difference quotients\n");
    if (!gd_gradgradcheck(function_to_check, NULL, &x, 1, (gd_gradcheck_options){ 0 }))
        gd_abort(gd_last_error());
    printf("gd_gradgradcheck: second derivatives too\n");
    gd_on_error(NULL);
    if (gd_gradcheck(wrong_function, NULL, &x, 1, (gd_gradcheck_options){ 0 }))
        gd_abort("10_own_operation: the check did not notice a wrong rule");
    printf("and of a rule that forgets a term it says:\n  %s\n\n", gd_last_error());
    gd_clear_error();
    gd_on_error(gd_abort);
}

int main(void)
{
    gd_on_error(gd_abort);
    check();

    gd_tensor *x = gd_set_name(gd_requires_grad(gd_linspace(-4, 4, 201)), "x");
    gd_tensor *y = squareplus(x, 1), *dy = NULL, *ddy = NULL;
    printf("backward through it:\n");
    gd_graph_print(stdout, gd_sum(y));
    gd_grad(gd_sum(y), NULL, &x, 1, &dy, true);             /* recorded, so that it can be differentiated again */
    gd_grad(gd_sum(dy), NULL, &x, 1, &ddy, false);

    /* At 0: y = sqrt(b) / 2, y' = 1/2, y'' = 1 / (2 sqrt(b)), here with b = 1. */
    const gd_shape middle = GD_SHAPE(100);
    double y0 = (double)gd_at(y, middle), dy0 = (double)gd_at(dy, middle), ddy0 = (double)gd_at(ddy, middle);
    printf("\nat x = 0:  y = %.4f   y' = %.4f   y'' = %.4f\n", y0, dy0, ddy0);
    if (fabs(y0 - 0.5) + fabs(dy0 - 0.5) + fabs(ddy0 - 0.5) > 1e-5)
        gd_abort("10_own_operation: all three should be 1/2");

    gd_plot *plot = gd_plot_new("squareplus, an operation defined outside the library", "x", "");
    gd_plot_tensor(plot, "squareplus", x, y);
    gd_plot_tensor(plot, "its derivative", x, dy);
    gd_plot_tensor(plot, "its second derivative", x, ddy);
    gd_plot_tensor(plot, "relu", x, gd_relu(gd_detach(x)));
    gd_plot_style(plot, "relu", (gd_plot_look){ .line = GD_DASHED });
    gd_plot_save(plot, "out/10_own_operation.png");
    gd_plot_free(plot);
    printf("wrote out/10_own_operation.png\n");
    return 0;
}
