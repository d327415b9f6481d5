/* 41_newton_schulz - what Muon does to a gradient: it keeps the directions and makes all singular values about 1.
 *
 *     A = X X',   X = a X + (b A + c A A) X        five times, from X = G/|G|
 *
 * Since the book; Jordan and others, "Muon: an optimizer for hidden layers in neural networks" (2024).  With G = U S V'
 * every singular value s goes through a s + b s³ + c s⁵, while U and V stay.  The polynomial is steep at 0, so that
 * small singular values grow by 3.4445 each time, and does not settle at 1: after five iterations singular values
 * of 0.006 and more are in [0.68, 1.13], and some smaller ones at up to 1.20, the polynomial's maximum.
 *
 *     cc -O2 41_newton_schulz.c $(pkg-config --cflags --libs gradus64) -lm -o 41_newton_schulz */
#include <gradus.h>
#include <math.h>

enum { ROWS = 40, COLUMNS = 60, TIMES = 5 };
static const double a = 3.4445, b = -4.7750, c = 2.0315;

static double polynomial(double s, void *times)
{
    for (int k = 0; k < *(int *)times; k++)
        s = a * s + b * s * s * s + c * s * s * s * s * s;
    return s;
}

static gd_tensor *iterate(gd_tensor *X)
{
    gd_tensor *A = gd_matmul(X, gd_transpose(X, 0, 1));
    gd_tensor *B = gd_add(gd_scale(A, b), gd_scale(gd_matmul(A, A), c));
    return gd_add(gd_scale(X, a), gd_matmul(B, X));
}

/* A step of gd_muon from 0, with no momentum, no decay and learning rate 1, is minus the result. */
static double distance_to_muon(gd_tensor *G, gd_tensor *X)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros_like(G));
    gd_muon_options o = gd_muon_defaults();
    o.lr = 1;
    o.momentum = o.weight_decay = 0;
    gd_optimizer *muon = gd_muon(net, o);
    gd_set_grad(w, G);
    gd_step(muon);
    double distance = (double)gd_item(gd_max(gd_abs(gd_add(w, X))));
    gd_optimizer_free(muon);
    gd_params_free(net);
    return distance;
}

static void show(gd_plot *plot, int k, gd_tensor *X)
{
    char name[40];
    (void)snprintf(name, sizeof name, k == 0 ? "G/|G|" : k == 1 ? "1 iteration" : "%d iterations", k);
    gd_tensor *s = gd_svd(X).s;
    gd_plot_tensor(plot, name, gd_arange(1, ROWS + 1, 1), s);
    printf("%-13s  singular values %.5f .. %.5f\n", name, (double)s->data[ROWS - 1], (double)s->data[0]);
}

int main(void)
{
    gd_on_error(gd_abort);
    GD_SCOPE;
    GD_NO_GRAD;
    gd_seed(1);
    gd_plot *curves = gd_plot_new("the polynomial, applied again and again", "singular value before", "after");
    gd_plot *values = gd_plot_new("a gradient of 40 x 60", "number", "singular value");
    for (int k = 1; k <= TIMES; k += k == 1 ? 1 : k == 2 ? 1 : 2) {
        char name[40];
        (void)snprintf(name, sizeof name, k == 1 ? "once" : "%d times", k);
        gd_plot_function(curves, name, polynomial, &k, 0, 1);
    }
    gd_plot *panels[] = { curves, values };
    for (int i = 0; i < 2; i++) {
        gd_plot_hline(panels[i], 0.68, "0.68");
        gd_plot_hline(panels[i], 1.13, "1.13");
        gd_plot_size(panels[i], 560, 430);
    }
    gd_plot_xlim(curves, 0, 1);
    gd_plot_log_y(values, true);

    /* Few strong directions and many weak ones, as in gradients of layers: the k-th column is multiplied by 0.95^k. */
    gd_tensor *left = gd_mul(gd_normal(GD_SHAPE(ROWS, ROWS), 0, 1), gd_exp(gd_arange(0, -0.05 * (ROWS - 0.5), -0.05)));
    gd_tensor *G = gd_matmul(left, gd_normal(GD_SHAPE(ROWS, COLUMNS), 0, 1));
    gd_tensor *X = gd_div(G, gd_sqrt(gd_sum(gd_square(G))));
    show(values, 0, X);
    for (int k = 1; k <= TIMES; k++) {
        X = iterate(X);
        show(values, k, X);
    }
    printf("largest distance to a step of gd_muon: %.1e\n", distance_to_muon(G, X));
    gd_plot_save_grid(panels, 1, 2, "Newton-Schulz: singular values become about 1", "out/41_newton_schulz.png");
    gd_plot_free(curves);
    gd_plot_free(values);
    printf("wrote out/41_newton_schulz.png: after five iterations weak directions count as much as strong ones\n");
    return 0;
}
