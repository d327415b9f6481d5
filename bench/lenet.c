/* lenet.c - one step of LeNet on 256 images: forward, backward, Adam. */
#include <stdlib.h>

#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

enum { BATCH = 256, LAYERS = 5 };

static gd_tensor    *x, *labels, *weight[LAYERS], *bias[LAYERS];
static gd_params    *net;
static gd_optimizer *adam;
static gd_program   *program;
static floor_lenet  *hand, *hand_blas;
static double        loss;
static float         floor_loss;

static gd_tensor *convolution(gd_tensor *input, int layer, int64_t padding)
{
    const gd_pool2d_options pool = { .kernel = { 2, 2 }, .stride = { 2, 2 } };
    const gd_conv2d_options options = { .stride = { 1, 1 }, .padding = { padding, padding } };
    return gd_avg_pool2d(gd_relu(gd_conv2d(input, weight[layer], bias[layer], options)), pool);
}

static gd_tensor *step(gd_tensor *const in[], int n, void *unused)
{
    (void)n;
    (void)unused;
    gd_tensor *h = gd_flatten(convolution(convolution(in[0], 0, 2), 1, 0), 1);
    h = gd_relu(gd_affine(h, weight[2], bias[2]));
    h = gd_relu(gd_affine(h, weight[3], bias[3]));
    gd_tensor *l = gd_cross_entropy(gd_affine(h, weight[4], bias[4]), in[1], GD_MEAN);
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
        floor_loss = floor_lenet_step(model, x->data, labels->data);
}

static void close_row(void)
{
    floor_lenet_free(hand);
    floor_lenet_free(hand_blas);
    gd_program_free(program);
    gd_optimizer_free(adam);
    gd_params_free(net);
}

/* parameters, size all: weight and bias of each layer in turn */
static void copy_parameters(float *parameters)
{
    for (int i = 0; i < gd_params_tensors(net); i++) {
        gd_copy_out(gd_params_at(net, i), parameters);
        parameters += gd_numel(gd_params_at(net, i));
    }
}

static void make_model(void)
{
    const gd_shape shapes[LAYERS] = { GD_SHAPE(6, 1, 5, 5), GD_SHAPE(16, 6, 5, 5), GD_SHAPE(120, 400),
                                      GD_SHAPE(84, 120), GD_SHAPE(10, 84) };
    const double reach[LAYERS] = { 0.2, 0.0816, 0.05, 0.0913, 0.109 };      /* 1 / sqrt(inputs of one output) */
    net = gd_params_new();
    for (int i = 0; i < LAYERS; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%d.weight", i);
        weight[i] = gd_param(net, name, gd_uniform(shapes[i], -reach[i], reach[i]));
        (void)snprintf(name, sizeof name, "%d.bias", i);
        bias[i] = gd_param(net, name, gd_uniform(GD_SHAPE(shapes[i].size[0]), -reach[i], reach[i]));
    }
    adam = gd_adam(net, gd_adam_defaults());
}

static floor_lenet *new_floor(floor_product *product, const float *parameters, int steps)
{
    floor_lenet *f = floor_lenet_new(BATCH, product, 1e-3f, parameters);
    if (!f) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    by_hand(f, steps);
    return f;
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    enum { STEPS = 5 };
    static float parameters[LENET_PARAMETERS];
    gd_seed(1);
    x = gd_uniform(GD_SHAPE(BATCH, 1, 28, 28), 0, 1);
    labels = gd_zeros(GD_SHAPE(BATCH));
    for (int i = 0; i < BATCH; i++)
        labels->data[i] = (float)(i * 7 % 10);
    make_model();
    copy_parameters(parameters);
    hand_blas = NULL;
#ifdef HAVE_OPENBLAS
    hand_blas = new_floor(floor_product_openblas, parameters, STEPS);
    c[BENCH_OTHER_FLOOR] = (bench_contestant){ .there = true, .run = by_hand, .state = hand_blas };
    floor_lenet_rate(hand_blas, 1e-9f);         /* the model stays where it is: see mlp.c */
#endif
    hand = new_floor(floor_product_gradus, parameters, STEPS);
    floor_lenet_rate(hand, 1e-9f);
    gradus(NULL, STEPS);
    adam->lr = 1e-9;
    copy_parameters(parameters);
    program = gd_capture(step, NULL);
    c[BENCH_CAPTURED] = (bench_contestant){ .there = true, .run = captured };
    c[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    c[BENCH_FLOOR] = (bench_contestant){ .there = true, .run = by_hand, .state = hand };
    return bench_agree(row, "the loss in step 5", loss, (double)floor_loss, 1e-5)
        && bench_agree_all(row, "a parameter after 5 steps", parameters, floor_lenet_parameters(hand),
                           LENET_PARAMETERS, 5e-4);
}

const bench_row lenet_rows[] = {
    { .name = "lenet", .what = "LeNet, relu, mean pools, batch 256, Adam; other: dense layers by OpenBLAS",
      .unit = "step", .units = 1, .goal = 1.5, .captured_goal = 1.2, .open = open_row, .close = close_row },
    { 0 }
};
