/* truncated_lstm - a long short-term memory learns a chaotic series by truncated backpropagation through time.
 *
 * The series is that of Mackey and Glass ("Oscillation and chaos in physiological control systems", 1977),
 *
 *     dx/dt = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x(t)
 *
 * sampled once per unit of time.  It is cut into eight streams, which are read side by side in windows of 25 steps: the
 * state goes on from window to window, gradients do not (R. J. Williams, J. Peng 1990).  At the end the network goes on
 * alone: it reads its own predictions. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAMS = 8, WINDOW = 25, WINDOWS = 15, TRAINED = STREAMS * WINDOW * WINDOWS, TEST = 400, ALONE = 150,
       HIDDEN = 32, DELAY = 17, FINE = 10 };

/* x(t) at t = 0, 1, .., by small steps of Euler's method, about zero. */
static void mackey_glass(gd_real *x, int n)
{
    enum { BEFORE = 300 };                  /* until it has forgotten how it began */
    const int steps = (n + BEFORE) * FINE;
    double *fine = malloc((size_t)(steps + DELAY * FINE) * sizeof *fine);
    if (!fine) {
        gd_abort("truncated_lstm: no memory for the series");
        return;
    }
    for (int i = 0; i < DELAY * FINE; i++)
        fine[i] = 1.2;
    for (int i = DELAY * FINE; i < steps + DELAY * FINE; i++) {
        const double late = fine[i - DELAY * FINE];
        fine[i] = fine[i - 1] + (0.2 * late / (1 + pow(late, 10)) - 0.1 * fine[i - 1]) / FINE;
    }
    for (int i = 0; i < n; i++)
        x[i] = (gd_real)(fine[(i + BEFORE + DELAY) * FINE - 1] - 0.93);
    free(fine);
}

typedef struct model {
    gd_recurrent_layer lstm;
    gd_linear          output;
} model;

/* x [n, steps] -> the predictions of the next numbers [n, steps], and the state after the last step. */
static gd_tensor *forward(const model *m, gd_tensor *x, gd_lstm_state before, gd_lstm_state *after)
{
    gd_recurrent_result r = gd_recurrent_apply(&m->lstm, gd_unsqueeze(x, 2), NULL, before, false);
    *after = r.state;
    return gd_add(x, gd_squeeze(gd_linear_apply(&m->output, r.y), 2));
}

/* The state of the next window: after backward, which still needs the old one. */
static void carry(gd_lstm_state state, gd_lstm_state after)
{
    GD_NO_GRAD;
    gd_assign(state.h, after.h);
    gd_assign(state.c, after.c);
}

static gd_lstm_state zero_state(int64_t n)
{
    return (gd_lstm_state){ gd_zeros(GD_SHAPE(1, n, HIDDEN)), gd_zeros(GD_SHAPE(1, n, HIDDEN)) };
}

static double train(const model *m, gd_params *p, gd_tensor *series, int epochs, gd_plot *plot)
{
    gd_tensor *streams = gd_reshape(gd_slice(series, 0, 0, TRAINED, 1), GD_SHAPE(STREAMS, -1));
    gd_tensor *targets = gd_reshape(gd_slice(series, 0, 1, TRAINED + 1, 1), GD_SHAPE(STREAMS, -1));
    gd_lstm_state state = zero_state(STREAMS), after;
    gd_adam_options options = gd_adam_defaults();
    options.lr = 0.005;
    gd_optimizer *adam = gd_adam(p, options);
    gd_set_schedule(&adam->first, gd_lr_cosine(0.005, 0.0001, epochs * WINDOWS));
    double error = 0;
    for (int epoch = 1; epoch <= epochs; epoch++) {
        double sum = 0;
        gd_fill(state.h, 0);
        gd_fill(state.c, 0);
        for (int64_t at = 0; at < WINDOW * WINDOWS; at += WINDOW) {
            GD_SCOPE;
            gd_tensor *y = forward(m, gd_slice(streams, 1, at, at + WINDOW, 1), state, &after);
            gd_tensor *loss = gd_mse_loss(y, gd_slice(targets, 1, at, at + WINDOW, 1), GD_MEAN);
            gd_backward(loss);
            carry(state, after);
            gd_clip_grad_norm(p, 1);
            gd_step(adam);
            gd_zero_grad(adam);
            sum += (double)gd_item(loss);
        }
        error = sqrt(sum / WINDOWS);
        gd_plot_point(plot, "", epoch, error);
        if (epoch % (epochs < 10 ? 1 : epochs / 10) == 0)
            printf("epoch %3d   error of a step %.5f\n", epoch, error);
    }
    gd_optimizer_free(adam);
    return error;
}

/* Reads the test series up to ALONE steps before its end, then goes on from its own predictions. */
static double go_on_alone(const model *m, gd_tensor *test, gd_plot *plot)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_lstm_state state = zero_state(1), after;
    const int64_t given = TEST - ALONE;
    gd_tensor *y = forward(m, gd_unsqueeze(gd_slice(test, 0, 0, given, 1), 0), state, &after);
    gd_tensor *last = gd_slice(y, 1, given - 1, given, 1);
    double farthest = 0;
    for (int64_t t = given; t < TEST; t++) {
        gd_plot_point(plot, "the network, alone", (double)t, (double)gd_item(last));
        if (t < given + 50)
            farthest = fmax(farthest, fabs((double)gd_item(last) - (double)test->data[t]));
        carry(state, after);
        last = forward(m, last, state, &after);
    }
    return farthest;
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int epochs = count > 2 && strcmp(argument[1], "--epochs") == 0 ? atoi(argument[2]) : 200;
    gd_seed(1);
    gd_tensor *series = gd_zeros(GD_SHAPE(TRAINED + 1 + TEST));
    mackey_glass(series->data, TRAINED + 1 + TEST);
    gd_tensor *test = gd_contiguous(gd_slice(series, 0, TRAINED + 1, TRAINED + 1 + TEST, 1));
    gd_params *p = gd_params_new();
    model m = { gd_recurrent_new(p, "lstm", GD_LSTM, 1, HIDDEN, gd_recurrent_defaults()),
                gd_linear_new(p, "output", HIDDEN, 1) };

    gd_plot *errors = gd_plot_new("", "epoch", "error of a step");
    gd_plot *plot = gd_plot_new("A network goes on alone", "t", "x");
    gd_plot_log_y(errors, true);
    double error = train(&m, p, series, epochs, errors);
    for (int t = 150; t < TEST; t++)
        gd_plot_point(plot, "series", t, (double)test->data[t]);
    gd_plot_style(plot, "series", (gd_plot_look){ .line = GD_SOLID, .colour = GD_GREY, .width = 4 });
    double farthest = go_on_alone(&m, test, plot);
    double still = (double)gd_item(gd_std_axis(gd_sub(gd_slice(test, 0, 1, TEST, 1), gd_slice(test, 0, 0, TEST - 1, 1)),
                                               0, 0, false));
    printf("\nerror of a step: %.5f; of saying that nothing changes: %.5f\n", error, still);
    printf("alone for 50 steps: never farther than %.3f from the series\n", farthest);
    gd_plot_style(plot, "the network, alone", (gd_plot_look){ .line = GD_SOLID, .colour = GD_VERMILLION });
    gd_plot_ylim(plot, -0.7, 0.9);
    gd_plot_size(plot, 900, 380);
    gd_plot_size(errors, 900, 260);
    gd_plot_save_grid((gd_plot *[]){ plot, errors }, 2, 1, NULL, "out/truncated_lstm.png");
    printf("wrote out/truncated_lstm.png\n");

    gd_plot_free(plot);
    gd_plot_free(errors);
    gd_params_free(p);
    return 0;
}
