/* 05_two_layers - the backward pass of a network with two layers, by hand and by tape.
 *
 *     cc -O2 05_two_layers.c $(pkg-config --cflags --libs gradus) -o 05_two_layers
 *     ./05_two_layers
 *
 * The network of d2l 5.3, with its letters: z = W1 x, h = tanh(z), o = W2 h, loss L = 1/2 |o - y|^2. First one
 * example: the formulas in plain C beside what gd_backward finds. Then the same network, with the tape's gradients,
 * learns a wave; the picture shows it before and after. */
#include <gradus.h>
#include <math.h>

enum { IN = 2, HIDDEN = 3, OUT = 2 };

static const gd_real x[IN] = { 1, -2 }, y[OUT] = { 0.5, -1 };
static const gd_real W1[HIDDEN][IN] = { { 0.5, -0.25 }, { -0.75, 0.25 }, { 0.125, 0.5 } };
static const gd_real W2[OUT][HIDDEN] = { { 0.25, -0.5, 0.75 }, { -0.5, 0.125, 1 } };

static double dW1[HIDDEN][IN], dW2[OUT][HIDDEN];

static double by_hand(void)
{
    double h[HIDDEN], o[OUT], d_o[OUT], dh[HIDDEN], dz[HIDDEN], loss = 0;

    for (int j = 0; j < HIDDEN; j++) {                  /* forward: z = W1 x, h = tanh(z) */
        double z = 0;
        for (int k = 0; k < IN; k++)
            z += (double)(W1[j][k] * x[k]);
        h[j] = tanh(z);
    }
    for (int i = 0; i < OUT; i++) {                     /* o = W2 h, L = 1/2 sum (o - y)^2 */
        o[i] = 0;
        for (int j = 0; j < HIDDEN; j++)
            o[i] += (double)W2[i][j] * h[j];
        loss += 0.5 * (o[i] - (double)y[i]) * (o[i] - (double)y[i]);
    }

    for (int i = 0; i < OUT; i++)                       /* backward: dL/do = o - y */
        d_o[i] = o[i] - (double)y[i];
    for (int i = 0; i < OUT; i++)                       /* dL/dW2 = dL/do h' */
        for (int j = 0; j < HIDDEN; j++)
            dW2[i][j] = d_o[i] * h[j];
    for (int j = 0; j < HIDDEN; j++) {                  /* dL/dh = W2' dL/do */
        dh[j] = 0;
        for (int i = 0; i < OUT; i++)
            dh[j] += (double)W2[i][j] * d_o[i];
    }
    for (int j = 0; j < HIDDEN; j++)                    /* dL/dz = dL/dh tanh'(z), and tanh' = 1 - tanh^2 */
        dz[j] = dh[j] * (1 - h[j] * h[j]);
    for (int j = 0; j < HIDDEN; j++)                    /* dL/dW1 = dL/dz x' */
        for (int k = 0; k < IN; k++)
            dW1[j][k] = dz[j] * (double)x[k];
    return loss;
}

static double by_tape(gd_tensor *w1, gd_tensor *w2)
{
    gd_tensor *input = gd_from(GD_SHAPE(IN, 1), x), *target = gd_from(GD_SHAPE(OUT, 1), y);
    gd_tensor *o = gd_matmul(w2, gd_tanh(gd_matmul(w1, input)));
    gd_tensor *loss = gd_scale(gd_sum(gd_square(gd_sub(o, target))), 0.5);
    gd_backward(loss);
    return (double)gd_item(loss);
}

static void print_both(const char *name, const double *hand, const gd_tensor *tape)
{
    for (int64_t i = 0; i < tape->shape[0]; i++) {
        printf("%s  by hand ", i == 0 ? name : "   ");
        for (int64_t k = 0; k < tape->shape[1]; k++)
            printf(" %9.6f", hand[i * tape->shape[1] + k]);
        printf("    by tape ");
        for (int64_t k = 0; k < tape->shape[1]; k++)
            printf(" %9.6f", (double)gd_at(tape, GD_SHAPE(i, k)));
        printf("\n");
    }
}

/* Two layers with biases on 64 points of a wave: gd_linear is W x + b, for all rows of x at once. */
static void learn_a_wave(void)
{
    gd_tensor *at = gd_reshape(gd_linspace(-2, 2, 64), GD_SHAPE(64, 1));
    gd_tensor *wave = gd_sin(gd_scale(at, 2));
    gd_seed(3);
    gd_params *net = gd_params_new();
    gd_linear hidden = gd_linear_new(net, "hidden", 1, 32), output = gd_linear_new(net, "output", 32, 1);
    gd_plot *plot = gd_plot_new("Two layers learn sin 2x", "x", "y");
    gd_plot_tensor(plot, "sin 2x", gd_flatten(at, 0), gd_flatten(wave, 0));
    gd_plot_style(plot, "sin 2x", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_CIRCLE, .marker_size = 4 });

    for (int step = 0; step <= 4000; step++) {
        GD_SCOPE;
        gd_tensor *o = gd_linear_apply(&output, gd_tanh(gd_linear_apply(&hidden, at)));
        gd_tensor *loss = gd_scale(gd_mean(gd_square(gd_sub(o, wave))), 0.5);
        if (step % 1000 == 0)
            printf("step %4d   loss %.4f\n", step, (double)gd_item(loss));
        if (step == 0 || step == 4000)
            gd_plot_tensor(plot, step == 0 ? "before" : "after", gd_flatten(at, 0), gd_flatten(o, 0));
        gd_backward(loss);
        GD_NO_GRAD;
        for (int i = 0; i < gd_params_tensors(net); i++) {
            gd_tensor *p = gd_params_at(net, i);
            gd_add_to(p, p->grad, -0.1);
            gd_zero_grad_of(p);
        }
    }
    gd_plot_style(plot, "before", (gd_plot_look){ .line = GD_DASHED });
    gd_plot_style(plot, "after", (gd_plot_look){ .line = GD_SOLID });
    gd_plot_size(plot, 720, 450);
    gd_plot_save(plot, "05_two_layers.png");
    gd_plot_free(plot);
    gd_params_free(net);
}

int main(void)
{
    gd_on_error(gd_abort);
    gd_tensor *w1 = gd_requires_grad(gd_from(GD_SHAPE(HIDDEN, IN), &W1[0][0]));
    gd_tensor *w2 = gd_requires_grad(gd_from(GD_SHAPE(OUT, HIDDEN), &W2[0][0]));
    printf("L    by hand %.6f    by tape %.6f\n", by_hand(), by_tape(w1, w2));
    print_both("dW2", &dW2[0][0], w2->grad);
    print_both("dW1", &dW1[0][0], w1->grad);
    printf("\n");
    learn_a_wave();
    return 0;
}
