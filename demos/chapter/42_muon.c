/* 42_muon - Muon beside AdamW on a small network, both tuned by the same grid of learning rates.
 *
 * One optimizer does both: the matrices of the hidden layers move by Muon, and the first layer, the head and all biases
 * by AdamW, as a group of the same object.  Since the book; Jordan and others, "Muon: an optimizer for hidden layers in
 * neural networks" (2024).  The network, 16-64-64-64-1, learns what another one with random weights computes.
 *
 *     cc -O2 42_muon.c $(pkg-config --cflags --libs gradus) -lm -o 42_muon
 *     42_muon [steps] [seeds] */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

enum { IN = 16, WIDTH = 64, LAYERS = 4, BATCH = 64, RATES = 5 };
static const double rates[RATES] = { 1e-3, 3e-3, 1e-2, 3e-2, 1e-1 };

typedef struct network { gd_linear layer[LAYERS]; } network;

static network network_new(gd_params *p)
{
    return (network){ { gd_linear_new(p, "first", IN, WIDTH), gd_linear_new(p, "hidden1", WIDTH, WIDTH),
                        gd_linear_new(p, "hidden2", WIDTH, WIDTH), gd_linear_new(p, "head", WIDTH, 1) } };
}

static gd_tensor *output(const network *n, gd_tensor *x)
{
    for (int i = 0; i + 1 < LAYERS; i++)
        x = gd_tanh(gd_linear_apply(&n->layer[i], x));
    return gd_linear_apply(&n->layer[LAYERS - 1], x);
}

static gd_optimizer *make(gd_params *p, const network *n, bool muon, double lr)
{
    gd_adamw_options adamw = gd_adamw_defaults();
    gd_muon_options hidden = gd_muon_defaults(), others = gd_muon_adamw_defaults();
    adamw.lr = hidden.lr = others.lr = lr;
    hidden.weight_decay = 0.01;
    hidden.muon_scale = GD_MUON_MATCH_RMS_ADAMW;            /* so that one learning rate suits both groups */
    if (!muon)
        return gd_adamw(p, adamw);
    gd_optimizer *o = gd_muon(p, hidden);
    gd_group *group = gd_muon_others(o, others);
    gd_group_add(group, n->layer[0].weight);
    gd_group_add(group, n->layer[LAYERS - 1].weight);
    return o;
}

/* The learning rate falls to 0 along a cosine, in all groups.  Every tenth of the run one loss, smoothed. */
static double train(bool muon, double lr, int seed, int steps, double *losses)
{
    gd_seed((uint64_t)seed + 1);
    gd_params *teachers = gd_params_new(), *p = gd_params_new();
    network teacher = network_new(teachers), n = network_new(p);
    for (int i = 0; i < LAYERS; i++) {
        GD_NO_GRAD;
        gd_assign(teacher.layer[i].weight, gd_scale(teacher.layer[i].weight, 4));
    }
    gd_optimizer *o = make(p, &n, muon, lr);
    for (gd_group *group = &o->first; group; group = group->next)
        gd_set_schedule(group, gd_lr_cosine(lr, 0, steps));
    double recent = NAN;
    for (int step = 0; step < steps; step++) {
        GD_SCOPE;
        gd_tensor *x = gd_normal(GD_SHAPE(BATCH, IN), 0, 1);
        gd_tensor *loss = gd_mse_loss(output(&n, x), gd_detach(output(&teacher, x)), GD_MEAN);
        gd_backward(loss);
        gd_step(o);
        gd_zero_grad(o);
        recent = step == 0 ? (double)gd_item(loss) : 0.95 * recent + 0.05 * (double)gd_item(loss);
        losses[step] = recent;
    }
    gd_optimizer_free(o);
    gd_params_free(p);
    gd_params_free(teachers);
    return recent;
}

int main(int count, char **argument)
{
    const int steps = count > 1 ? atoi(argument[1]) : 1500, seeds = count > 2 ? atoi(argument[2]) : 3;
    gd_on_error(gd_abort);
    gd_plot *plot = gd_plot_new("A network learns from another one", "step", "mean squared error");
    double *losses = calloc((size_t)steps * RATES * (size_t)seeds, sizeof *losses);
    gd_plot_log_y(plot, true);
    printf("mean loss at the end, over %d seeds\n%-8s", seeds, "rate");
    for (int r = 0; r < RATES; r++)
        printf("  %8g", rates[r]);
    for (int muon = 0; muon < 2 && losses; muon++) {
        int best = 0;
        double end[RATES] = { 0 };
        printf("\n%-8s", muon ? "Muon" : "AdamW");
        for (int r = 0; r < RATES; r++) {
            for (int s = 0; s < seeds; s++)
                end[r] += train(muon, rates[r], s, steps, losses + (r * seeds + s) * steps) / seeds;
            printf("  %8.5f", end[r]);
            best = end[r] < end[best] ? r : best;
        }
        char name[40];
        (void)snprintf(name, sizeof name, "%s, %g", muon ? "Muon and AdamW" : "AdamW", rates[best]);
        const int apart = steps > 200 ? steps / 200 : 1;
        for (int step = 0; step < steps; step += apart) {
            double low = INFINITY, high = 0, mean = 0;
            for (int s = 0; s < seeds; s++) {
                const double loss = losses[(best * seeds + s) * steps + step];
                low = fmin(low, loss);
                high = fmax(high, loss);
                mean += loss / seeds;
            }
            gd_plot_point(plot, name, step, mean);
            gd_plot_band_point(plot, name, step, low, high);
        }
    }
    gd_plot_save(plot, "out/42_muon.png");
    gd_plot_free(plot);
    free(losses);
    printf("\nwrote out/42_muon.png: the mean, and the range over the seeds, at the best rate of each\n");
    return 0;
}
