/* linear_regression.c - one step of linear regression: batch 10, 5 features, mean squared error, Adam. */
#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

static float        x_data[LINEAR_BATCH * LINEAR_FEATURES], y_data[LINEAR_BATCH];
static gd_tensor   *x, *y, *w, *b;
static gd_params   *net;
static gd_optimizer *adam;
static gd_program   *program;
static floor_linear floor_model;
static double       loss;

static gd_tensor *step(gd_tensor *const in[], int n, void *unused)
{
    (void)n;
    (void)unused;
    gd_tensor *error = gd_mse_loss(gd_affine(in[0], w, b), in[1], GD_MEAN);
    gd_backward(error);
    gd_step(adam);
    gd_zero_grad(adam);
    return error;
}

static void gradus(void *unused, int64_t times)
{
    (void)unused;
    gd_tensor *const in[] = { x, y };
    for (int64_t i = 0; i < times; i++) {
        GD_SCOPE;
        loss = (double)gd_item(step(in, 2, NULL));
    }
}

static void captured(void *unused, int64_t times)
{
    (void)unused;
    gd_tensor *const in[] = { x, y };
    for (int64_t i = 0; i < times; i++)
        loss = (double)gd_item(gd_run(program, in, 2));
}

static void by_hand(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++)
        floor_linear_step(&floor_model, x_data, y_data);
}

static void close_row(void)
{
    gd_program_free(program);
    gd_optimizer_free(adam);
    gd_params_free(net);
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    gd_seed(1);
    x = gd_normal(GD_SHAPE(LINEAR_BATCH, LINEAR_FEATURES), 0, 1);
    y = gd_normal(GD_SHAPE(LINEAR_BATCH, 1), 0, 1);
    gd_copy_out(x, x_data);
    gd_copy_out(y, y_data);
    net = gd_params_new();
    w = gd_param(net, "w", gd_normal(GD_SHAPE(1, LINEAR_FEATURES), 0, 0.01));
    b = gd_param(net, "b", gd_zeros(GD_SHAPE(1)));
    adam = gd_adam(net, gd_adam_dialect(GD_D2L));
    floor_model = (floor_linear){ .adam = { 0.01f, 0.9f, 0.999f, 1e-6f, 0, 1, 1 } };
    gd_copy_out(w, floor_model.w);

    gradus(NULL, 100);
    by_hand(NULL, 100);
    c[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    program = gd_capture(step, NULL);
    c[BENCH_CAPTURED] = (bench_contestant){ .there = true, .run = captured };
    c[BENCH_FLOOR] = (bench_contestant){ .there = true, .run = by_hand };
    return bench_agree(row, "the loss in step 100", loss, (double)floor_model.loss, 1e-4)
        && bench_agree_all(row, "w after 100 steps", w->data, floor_model.w, LINEAR_FEATURES, 1e-4)
        && bench_agree_all(row, "b after 100 steps", b->data, floor_model.w + LINEAR_FEATURES, 1, 1e-4);
}

const bench_row linear_regression_rows[] = {
    { .name = "linear-regression", .what = "linear regression, batch 10, 5 features, forward, backward, Adam",
      .unit = "step", .units = 1, .goal = 6, .captured_goal = 3, .open = open_row, .close = close_row },
    { 0 }
};
