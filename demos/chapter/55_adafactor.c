/* 55_adafactor - what Adam and Adafactor keep for each parameter, and how they train the same network.
 *
 * Adam keeps m and v, two numbers for each weight.  Adafactor keeps of v the means of rows and columns alone, n + m
 * numbers for a matrix of n m weights, and no m: of a large model's memory, two thirds are free again (N. Shazeer and
 * M. Stern 2018).  Its step is relative to the size of the weights, so that its learning rates are other numbers; both
 * have the best of a grid here.  The network has two hidden layers of 128, on airfoil noise.
 *
 *     cc -O2 55_adafactor.c $(pkg-config --cflags --libs gradus64) -o 55_adafactor
 *     55_adafactor [steps] [path of airfoil_self_noise.dat] */
#include <stdlib.h>

#include "airfoil.h"

enum { ADAM, ADAFACTOR, METHODS, RATES = 4, RECORDS = 40 };

typedef struct result {
    double  loss[RECORDS];
    int64_t weights, kept;                  /* numbers of the model, and of the optimizer's states */
} result;

/* Called for every number and state tensor of an optimizer. */
static void count_state(void *sum, const char *parameter, const char *name, gd_tensor *state, double *number)
{
    (void)parameter, (void)name, (void)number;
    *(int64_t *)sum += state ? gd_numel(state) : 0;
}

static result run(const airfoil *air, int method, double lr, int steps)
{
    gd_seed(1);
    gd_params *p = gd_params_new();
    gd_linear first = gd_linear_new(p, "first", 5, 128), second = gd_linear_new(p, "second", 128, 128),
              output = gd_linear_new(p, "output", 128, 1);
    gd_optimizer *o = method == ADAM ? gd_adam(p, gd_adam_defaults()) : gd_adafactor(p, gd_adafactor_defaults());
    o->lr = lr;
    gd_loader *load = gd_loader_new(air->set, (gd_loader_options){ .batch = 32, .shuffle = true, .seed = 1 });
    result r = { .weights = gd_params_count(p) };
    double sum = 0;
    for (int t = 1, k = 0, seen = 0; t <= steps; t++) {
        GD_SCOPE;
        gd_batch batch;
        while (!gd_loader_next(load, &batch))
            continue;
        gd_tensor *h = gd_tanh(gd_linear_apply(&second, gd_tanh(gd_linear_apply(&first, batch.x))));
        gd_tensor *loss = gd_scale(gd_mean(gd_square(gd_sub(gd_linear_apply(&output, h), batch.y))), 0.5);
        gd_backward(loss);
        gd_step(o);
        gd_zero_grad(o);
        sum += (double)gd_item(loss);
        seen++;
        if (t == (k + 1) * steps / RECORDS) {
            r.loss[k++] = sum / seen;
            sum = seen = 0;
        }
    }
    gd_optimizer_visit(o, count_state, &r.kept);
    gd_loader_free(load);
    gd_optimizer_free(o);
    gd_params_free(p);
    return r;
}

int main(int count, char **argument)
{
    const int steps = count > 1 ? atoi(argument[1]) : 2000;
    airfoil air = airfoil_load(count > 2 ? argument[2] : NULL);
    const double rates[METHODS][RATES] = { { 0.001, 0.003, 0.01, 0.03 }, { 0.01, 0.03, 0.1, 0.3 } };
    const char *names[METHODS + 1] = { "Adam", "Adafactor", NULL };
    gd_tensor *weights = gd_zeros(GD_SHAPE(METHODS)), *kept = gd_zeros(GD_SHAPE(METHODS));
    gd_plot *memory = gd_plot_new("numbers in memory", "", "numbers");
    gd_plot *losses = gd_plot_new("loss of the batches", "step", "loss");
    gd_plot_log_y(losses, true);
    for (int method = 0; method < METHODS; method++) {
        result best = { .loss = { [RECORDS - 1] = INFINITY } };
        double lr = 0;
        for (int i = 0; i < RATES; i++) {
            result r = run(&air, method, rates[method][i], steps);
            if (r.loss[RECORDS - 1] < best.loss[RECORDS - 1]) {
                best = r;
                lr = rates[method][i];
            }
        }
        printf("%-10s %lld weights, %lld numbers of state; loss %.4f with lr %g\n", names[method],
               (long long)best.weights, (long long)best.kept, best.loss[RECORDS - 1], lr);
        weights->data[method] = (gd_real)best.weights;
        kept->data[method] = (gd_real)best.kept;
        for (int k = 0; k < RECORDS; k++)
            gd_plot_point(losses, names[method], (double)((k + 1) * steps / RECORDS), best.loss[k]);
    }
    gd_plot_bar(memory, "weights", names, weights);
    gd_plot_bar(memory, "the optimizer's states", names, kept);
    gd_plot_ylim(memory, 0, 3e4 + (double)weights->data[ADAM]);         /* room for the legend */
    char title[64];
    snprintf(title, sizeof title, "Adam and Adafactor %s", air.on);
    gd_plot_save_grid((gd_plot *[]){ memory, losses }, 1, 2, title, "out/55_adafactor.png");
    printf("\nThe states of Adafactor take a small part of the memory that Adam's take, which is twice the model's.\n");
    gd_plot_free(memory);
    gd_plot_free(losses);
    return 0;
}
