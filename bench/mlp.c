/* mlp.c - one step of the MLP 784-256-10: relu, cross-entropy, Adam. */
#include <stdlib.h>

#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

static int64_t       batch;
static gd_tensor    *x, *labels;
static gd_params    *net;
static gd_linear     hidden, output;
static gd_optimizer *adam;
static gd_program   *program;
static floor_mlp    *floor_own, *floor_blas;
static double        loss;
static float         floor_loss;

static gd_tensor *step(gd_tensor *const in[], int n, void *unused)
{
    (void)n;
    (void)unused;
    gd_tensor *logits = gd_linear_apply(&output, gd_relu(gd_linear_apply(&hidden, in[0])));
    gd_tensor *l = gd_cross_entropy(logits, in[1], GD_MEAN);
    gd_backward(l);
    gd_step(adam);
    gd_zero_grad(adam);
    return l;
}

static void gradus(void *unused, int64_t times)
{
    (void)unused;
    gd_tensor *const in[] = { x, labels };
    for (int64_t i = 0; i < times; i++) {
        GD_SCOPE;
        loss = (double)gd_item(step(in, 2, NULL));
    }
}

static void captured(void *unused, int64_t times)
{
    (void)unused;
    gd_tensor *const in[] = { x, labels };
    for (int64_t i = 0; i < times; i++)
        loss = (double)gd_item(gd_run(program, in, 2));
}

static void by_hand(void *model, int64_t times)
{
    for (int64_t i = 0; i < times; i++)
        floor_loss = floor_mlp_step(model, batch, x->data, labels->data);
}

static void close_row(void)
{
    floor_mlp_free(floor_own);
    floor_mlp_free(floor_blas);
    floor_own = floor_blas = NULL;
    gd_program_free(program);
    gd_optimizer_free(adam);
    gd_params_free(net);
}

static floor_mlp *new_floor(floor_product *product)
{
    floor_mlp *f = floor_mlp_new(batch, product, 1e-3f, hidden.weight->data, hidden.bias->data,
                                 output.weight->data, output.bias->data);
    if (!f) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    return f;
}

/* From here on the model stays where it is, however long one measures: a unit that dies in the course of thousands
 * of steps on one batch leaves momenta that decay to subnormal numbers, with which processors are slow. */
static void hold_still(void)
{
    adam->lr = 1e-9;
    floor_mlp_rate(floor_own, 1e-9f);
    if (floor_blas)
        floor_mlp_rate(floor_blas, 1e-9f);
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    enum { STEPS = 10 };
    batch = row->size;
    gd_seed(1);
    x = gd_uniform(GD_SHAPE(batch, MLP_IN), 0, 1);
    labels = gd_zeros(GD_SHAPE(batch));
    for (int64_t i = 0; i < batch; i++)
        labels->data[i] = (float)(i * 7 % MLP_OUT);
    net = gd_params_new();
    hidden = gd_linear_new(net, "hidden", MLP_IN, MLP_HIDDEN);
    output = gd_linear_new(net, "output", MLP_HIDDEN, MLP_OUT);
    adam = gd_adam(net, gd_adam_defaults());
    floor_own = new_floor(floor_product_gradus);
#ifdef HAVE_OPENBLAS
    floor_blas = new_floor(floor_product_openblas);
    c[BENCH_OTHER_FLOOR] = (bench_contestant){ .there = true, .run = by_hand, .state = floor_blas };
    by_hand(floor_blas, STEPS);
#endif
    program = gd_capture(step, NULL);
    c[BENCH_CAPTURED] = (bench_contestant){ .there = true, .run = captured };
    c[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    c[BENCH_FLOOR] = (bench_contestant){ .there = true, .run = by_hand, .state = floor_own };
    gradus(NULL, STEPS);
    by_hand(floor_own, STEPS);
    const bool good = bench_agree(row, "the loss in step 10", loss, (double)floor_loss, 1e-4)
        && bench_agree_all(row, "w1 after 10 steps", hidden.weight->data, floor_mlp_w1(floor_own),
                           MLP_HIDDEN * MLP_IN, 2e-3)
        && (!floor_blas || bench_agree_all(row, "w1 after 10 steps, OpenBLAS", hidden.weight->data,
                                           floor_mlp_w1(floor_blas), MLP_HIDDEN * MLP_IN, 2e-3));
    hold_still();
    return good;
}

#define MLP_ROW(batch, times, times_captured) \
    { .name = "mlp-" #batch, .what = "MLP 784-256-10, batch " #batch ", Adam; other: products by OpenBLAS", \
      .unit = "step", .units = 1, .goal = times, .captured_goal = times_captured, \
      .size = batch, .open = open_row, .close = close_row }

const bench_row mlp_rows[] = { MLP_ROW(32, 1.15, 1.03), MLP_ROW(256, 1.08, 1.02), MLP_ROW(1024, 1.05, 1.02), { 0 } };
