/* growth.c - how the cost of a step grows: with the batch, the width and the depth of a model, with the number of
 * parameters and of threads.  Prints the numbers and draws them with Gradus.
 *
 *     growth [--processor-time] [picture.png]
 *
 * A straight line of slope 1 in these pictures is cost in proportion; where it is flat, a fixed cost per operation
 * rules.  All is measured with one thread but the last two pictures, which also have two. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

static const double enough = 0.15;              /* seconds for one point */

/* ---- Models: layers of relu between input and output ----------------------------------------------------- */

typedef struct model {
    gd_params    *net;
    gd_optimizer *adam;
    gd_linear    *layers;
    int           depth;
    gd_tensor    *x, *labels;
} model;

/* He's initialisation (2015, eq. 10), made uniform: with less, the gradients of a hundred layers fade to subnormal
 * numbers, and these are slow. */
static void spread(gd_tensor *weight)
{
    GD_SCOPE;
    GD_NO_GRAD;
    const double reach = sqrt(6 / (double)weight->shape[1]);
    gd_assign(weight, gd_uniform(gd_shape_of_tensor(weight), -reach, reach));
}

static model new_model(int64_t batch, int64_t in, int64_t width, int depth)
{
    model m = { .net = gd_params_new(), .depth = depth, .layers = malloc((size_t)depth * sizeof *m.layers) };
    if (!m.layers)
        gd_abort("growth: out of memory");
    for (int i = 0; i < depth; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%d", i);
        m.layers[i] = gd_linear_new(m.net, name, i ? width : in, i == depth - 1 ? 10 : width);
        spread(m.layers[i].weight);
    }
    gd_adam_options options = gd_adam_defaults();
    options.lr = 1e-9;
    m.adam = gd_adam(m.net, options);
    m.x = gd_uniform(GD_SHAPE(batch, in), 0, 1);
    m.labels = gd_zeros(GD_SHAPE(batch));
    return m;
}

static void free_model(model *m)
{
    gd_optimizer_free(m->adam);
    gd_params_free(m->net);
    free(m->layers);
    gd_shutdown();
}

static void step(void *state)
{
    const model *m = state;
    GD_SCOPE;
    gd_tensor *h = m->x;
    for (int i = 0; i < m->depth; i++)
        h = i ? gd_linear_apply(&m->layers[i], gd_relu(h)) : gd_linear_apply(&m->layers[i], h);
    gd_backward(gd_cross_entropy(h, m->labels, GD_MEAN));
    gd_step(m->adam);
    gd_zero_grad(m->adam);
}

/* ---- Measuring ------------------------------------------------------------------------------------------- */

/* The median over runs that take enough seconds together, three at least; the first run is left out. */
static double time_of(void (*run)(void *), void *state)
{
    enum { MOST = 1000 };
    static double seconds[MOST];
    int count = 0, times = 1;
    run(state);
    for (;; times *= 2) {                       /* as often as can be clocked well */
        const double start = bench_now();
        for (int i = 0; i < times; i++)
            run(state);
        if (bench_now() - start > 5e-5)
            break;
    }
    for (double all = 0; count < MOST && (count < 3 || all < enough); count++) {
        const double start = bench_now();
        for (int i = 0; i < times; i++)
            run(state);
        all += bench_now() - start;
        seconds[count] = (bench_now() - start) / times;
    }
    return bench_spread_of(seconds, count).middle;
}

static void point(gd_plot *plot, const char *series, double x, double seconds)
{
    gd_plot_point(plot, series, x, seconds * 1e3);
    printf("  %-24s %11.0f  %12.6f ms\n", series, x, seconds * 1e3);
    fflush(stdout);
}

static gd_plot *panel(const char *title, const char *x_label)
{
    gd_plot *plot = gd_plot_new(title, x_label, "one step, ms");
    gd_plot_log_x(plot, true);
    gd_plot_log_y(plot, true);
    printf("%s\n", title);
    return plot;
}

static double time_of_model(int64_t batch, int64_t in, int64_t width, int depth)
{
    model m = new_model(batch, in, width, depth);
    const double seconds = time_of(step, &m);
    free_model(&m);
    return seconds;
}

/* ---- Batch, width, depth --------------------------------------------------------------------------------- */

typedef struct hand { floor_mlp *mlp; int64_t batch; const float *x, *labels; } hand;

static void step_by_hand(void *state)
{
    const hand *h = state;
    floor_mlp_step(h->mlp, h->batch, h->x, h->labels);
}

static double time_by_hand(int64_t batch)
{
    model m = new_model(batch, MLP_IN, MLP_HIDDEN, 2);
    hand h = { floor_mlp_new(batch, floor_product_gradus, 1e-9f, m.layers[0].weight->data, m.layers[0].bias->data,
                             m.layers[1].weight->data, m.layers[1].bias->data), batch, m.x->data, m.labels->data };
    if (!h.mlp)
        gd_abort("growth: out of memory");
    const double seconds = time_of(step_by_hand, &h);
    floor_mlp_free(h.mlp);
    free_model(&m);
    return seconds;
}

static gd_plot *against_batch(void)
{
    gd_plot *plot = panel("Batch: MLP 784-256-10, Adam", "examples in a batch");
    for (int64_t batch = 1; batch <= 65536; batch *= 4) {
        point(plot, "Gradus", (double)batch, time_of_model(batch, MLP_IN, MLP_HIDDEN, 2));
        point(plot, "by hand", (double)batch, time_by_hand(batch));
    }
    return plot;
}

static gd_plot *against_width(void)
{
    gd_plot *plot = panel("Width: three layers, batch 64, Adam", "units in a layer");
    for (int64_t width = 16; width <= 4096; width *= 2)
        point(plot, "Gradus", (double)width, time_of_model(64, width, width, 3));
    return plot;
}

static gd_plot *against_depth(void)
{
    static const int depths[] = { 1, 3, 10, 30, 100, 300, 1000 };
    gd_plot *plot = panel("Depth: layers of 32, batch 16, Adam", "layers");
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++)
        point(plot, "Gradus", depths[i], time_of_model(16, 32, 32, depths[i]));
    return plot;
}

/* ---- Parameters: the optimizer alone --------------------------------------------------------------------- */

static void step_optimizer(void *optimizer)
{
    gd_step(optimizer);
}

typedef struct arrays { floor_adam adam; int64_t n; float *w, *g, *m, *v; } arrays;

static void step_arrays(void *state)
{
    arrays *a = state;
    floor_adam_next(&a->adam);
    floor_adam_update(&a->adam, a->n, a->w, a->g, a->m, a->v);
}

static double time_of_arrays(int64_t n)
{
    const size_t each = (size_t)(n + 15) / 16 * 16;
    float *memory = aligned_alloc(64, 4 * each * sizeof *memory);
    if (!memory)
        return 0;
    for (size_t i = 0; i < 4 * each; i++)
        memory[i] = 0.5f;
    arrays a = { { 1e-3f, 0.9f, 0.999f, 1e-8f, 0, 1, 1 }, n,
                 memory, memory + each, memory + 2 * each, memory + 3 * each };
    const double seconds = time_of(step_arrays, &a);
    free(memory);
    return seconds;
}

static double time_of_adam(int64_t n)
{
    gd_params *net = gd_params_new();
    {
        GD_SCOPE;
        gd_tensor *w = gd_param(net, "w", gd_full(GD_SHAPE(n), 0.5));
        gd_set_grad(w, w);
    }
    gd_optimizer *adam = gd_adam(net, gd_adam_defaults());
    const double seconds = time_of(step_optimizer, adam);
    gd_optimizer_free(adam);
    gd_params_free(net);
    gd_shutdown();
    return seconds;
}

static gd_plot *against_parameters(void)
{
    gd_plot *plot = panel("Parameters: Adam alone, one tensor", "parameters");
    for (int64_t n = 1000; n <= 100000000; n *= 10) {
        point(plot, "Gradus", (double)n, time_of_adam(n));
        const double seconds = time_of_arrays(n);
        if (seconds > 0)
            point(plot, "by hand", (double)n, seconds);
    }
    return plot;
}

/* ---- Threads --------------------------------------------------------------------------------------------- */

static void point_for_threads(gd_plot *plot, int threads, int64_t batch)
{
    if (!gd_set_threads(threads))
        return;                                 /* a library without threads */
    point(plot, threads == 1 ? "1 thread" : "2 threads", (double)batch,
          time_of_model(batch, MLP_IN, MLP_HIDDEN, 2));
}

static gd_plot *against_threads(void)
{
    gd_plot *plot = panel("Threads: MLP 784-256-10, Adam", "examples in a batch");
    for (int64_t batch = 1; batch <= 65536; batch *= 4)
        for (int threads = 1; threads <= 2; threads++)
            point_for_threads(plot, threads, batch);
    gd_set_threads(1);
    return plot;
}

static gd_plot *parameters_and_threads(void)
{
    gd_plot *plot = panel("Threads: Adam alone, one tensor", "parameters");
    for (int64_t n = 1000; n <= 100000000; n *= 10)
        for (int threads = 1; threads <= 2; threads++)
            if (gd_set_threads(threads))
                point(plot, threads == 1 ? "1 thread" : "2 threads", (double)n, time_of_adam(n));
    gd_set_threads(1);
    return plot;
}

int main(int count, char **argument)
{
    const char *path = "out/growth.png";
    for (int i = 1; i < count; i++) {
        if (strcmp(argument[i], "--processor-time") == 0)
            bench_processor_time = true;
        else
            path = argument[i];
    }
    gd_on_error(gd_abort);
    gd_set_threads(1);
    gd_plot *panels[6] = { 0 };
    panels[0] = against_batch();
    panels[1] = against_width();
    panels[2] = against_depth();
    panels[3] = against_parameters();
    panels[4] = against_threads();
    panels[5] = parameters_and_threads();
    gd_plot_save_grid(panels, 2, 3, "What one step costs", path);
    for (int i = 0; i < 6; i++)
        gd_plot_free(panels[i]);
    printf("wrote %s\n", path);
    return 0;
}
