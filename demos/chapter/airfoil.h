/* airfoil.h - what the programs on airfoil noise share: the data, one run by the book's protocol, and the same run from
 * 20 seeds.
 *
 * Dive into Deep Learning, "Minibatch stochastic gradient descent": 1500 examples of 5 features, standardised; a linear
 * model; batches of 10; 2 epochs = 300 steps; after every 200 examples the loss over all 1500 is recorded.  One run
 * says little, since another shuffle gives another end: hence the mean, and the lowest and highest of 20 seeds. */
#ifndef CHAPTER_AIRFOIL_H
#define CHAPTER_AIRFOIL_H

#include <gradus.h>
#include <math.h>
#include <stdio.h>

enum { AIRFOIL_SEEDS = 20, AIRFOIL_RECORDS = 15 };

typedef struct airfoil {
    gd_dataset  set;                        /* x [1500, 5], y [1500, 1] */
    double      optimum;                    /* the loss of the least-squares solution: no method gets below */
    const char *on;                         /* "on airfoil noise", for titles */
} airfoil;

typedef struct airfoil_curves {
    double loss[AIRFOIL_SEEDS][AIRFOIL_RECORDS];
} airfoil_curves;

/* mean (x w + b - y)^2 / 2 */
static inline gd_tensor *half_mse(gd_tensor *x, gd_tensor *y, gd_tensor *w, gd_tensor *b)
{
    return gd_scale(gd_mean(gd_square(gd_sub(gd_add(gd_matmul(x, w), b), y))), 0.5);
}

/* The loss at the solution of [x 1] [w; b] = y by least squares. */
static inline double least_squares_loss(gd_dataset set)
{
    GD_SCOPE;
    gd_tensor *columns[] = { set.x, gd_ones(GD_SHAPE(set.x->shape[0], 1)) };
    gd_tensor *solution = gd_lstsq(gd_concat(columns, 2, 1), set.y);
    return (double)gd_item(half_mse(set.x, set.y, gd_slice(solution, 0, 0, 5, 1), gd_slice(solution, 0, 5, 6, 1)));
}

/* Errors end the program from here on.  Where the file is not to be had, a made-up plane with noise takes its place,
 * and that is said. */
static inline airfoil airfoil_load(const char *path)
{
    gd_on_error(NULL);
    airfoil air = { gd_airfoil(path), 0, "on airfoil noise" };
    gd_on_error(gd_abort);
    if (!air.set.x) {
        printf("%s\n\nMade-up data take its place: y is the sum of five numbers times 0.3, and noise.\n\n",
               gd_last_error());
        gd_seed(1);
        air.set.x = gd_normal(GD_SHAPE(1500, 5), 0, 1);
        air.set.y = gd_add(gd_scale(gd_sum_axis(air.set.x, 1, true), 0.3), gd_normal(GD_SHAPE(1500, 1), 0, 0.7));
        air.on = "on made-up data";
    }
    air.optimum = least_squares_loss(air.set);
    return air;
}

/* An optimizer for the parameters of one run; setting is whatever the program passed to airfoil_runs. */
typedef gd_optimizer *airfoil_optimizer(gd_params *parameters, const void *setting);

/* One run: AIRFOIL_RECORDS losses.  A run that diverges goes on as infinities and NaN. */
static inline void airfoil_run(const airfoil *air, airfoil_optimizer *make, const void *setting, uint64_t seed,
                               double *losses)
{
    gd_seed(seed);
    gd_params *parameters = gd_params_new();
    gd_tensor *w = gd_param(parameters, "w", gd_normal(GD_SHAPE(5, 1), 0, 0.01));
    gd_tensor *b = gd_param(parameters, "b", gd_zeros(GD_SHAPE(1)));
    gd_optimizer *o = make(parameters, setting);
    gd_loader *load = gd_loader_new(air->set, (gd_loader_options){ .batch = 10, .shuffle = true, .seed = seed });
    for (int t = 1; t <= 300;) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_backward(half_mse(batch.x, batch.y, w, b));
            gd_step(o);
            gd_zero_grad(o);
            if (t % 20 == 0) {
                GD_NO_GRAD;
                losses[t / 20 - 1] = (double)gd_item(half_mse(air->set.x, air->set.y, w, b));
            }
            t++;
        }
    }
    gd_loader_free(load);
    gd_optimizer_free(o);
    gd_params_free(parameters);
}

static inline airfoil_curves airfoil_runs(const airfoil *air, airfoil_optimizer *make, const void *setting)
{
    airfoil_curves curves = { .loss = { { 0 } } };
    for (int i = 0; i < AIRFOIL_SEEDS; i++)
        airfoil_run(air, make, setting, (uint64_t)(i + 1), curves.loss[i]);
    return curves;
}

/* Mean, lowest and highest loss over the seeds at record k = 0 .. AIRFOIL_RECORDS - 1. */
typedef struct airfoil_range {
    double mean, low, high;
} airfoil_range;

static inline airfoil_range airfoil_range_at(const airfoil_curves *curves, int k)
{
    airfoil_range range = { 0, INFINITY, -INFINITY };
    for (int i = 0; i < AIRFOIL_SEEDS; i++) {
        range.mean += curves->loss[i][k] / AIRFOIL_SEEDS;
        range.low = fmin(range.low, curves->loss[i][k]);
        range.high = fmax(range.high, curves->loss[i][k]);
    }
    return range;
}

/* ---- What is printed and drawn -------------------------------------------------------------------------------- */

static inline gd_plot *airfoil_plot(const airfoil *air, const char *what)
{
    char title[128];
    snprintf(title, sizeof title, "%s %s: mean and range of 20 seeds", what, air->on);
    gd_plot *plot = gd_plot_new(title, "epoch", "loss");
    gd_plot_xlim(plot, 0, 2);
    gd_plot_ylim(plot, air->optimum - 0.01, air->optimum + 0.1);
    gd_plot_hline(plot, air->optimum, "least squares");
    printf("%s %s: loss after 2 epochs, 20 seeds; the optimum is %.6f\n", what, air->on, air->optimum);
    printf("%-24s     mean   lowest  highest\n", "");
    return plot;
}

/* One line of the table; the mean as a curve, with the lowest and highest of the seeds around it. */
static inline void airfoil_show(gd_plot *plot, const char *name, const airfoil_curves *curves)
{
    for (int k = 0; k < AIRFOIL_RECORDS; k++) {
        airfoil_range range = airfoil_range_at(curves, k);
        gd_plot_point(plot, name, 200.0 * (k + 1) / 1500, range.mean);
        gd_plot_band_point(plot, name, 200.0 * (k + 1) / 1500, range.low, range.high);
    }
    airfoil_range end = airfoil_range_at(curves, AIRFOIL_RECORDS - 1);
    printf("%-24s %8.6f %8.6f %8.6f\n", name, end.mean, end.low, end.high);
}

#endif
