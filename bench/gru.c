/* gru.c - one step of demos/13_gru.c: a gated recurrent unit unrolled over 32 characters, 32 texts at a time, a state
 * of 128 numbers; cross-entropy, gradients clipped to norm 1, Adam. */
#include <stdlib.h>

#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

enum { T = GRU_LENGTH, B = GRU_BATCH };

static gd_tensor          *x, *next;
static gd_params          *net;
static gd_embedding_layer  letters;
static gd_cell             gru;
static gd_linear           output;
static gd_optimizer       *adam;
static gd_program         *program;
static floor_gru          *floor_own, *floor_blas;
static double              loss;
static float               floor_loss;

/* The mean loss of all next characters, as the demo computes it, and a step that reduces it. */
static gd_tensor *step(gd_tensor *const in[], int n, void *unused)
{
    (void)n;
    (void)unused;
    gd_tensor *h = gd_zeros(GD_SHAPE(B, GRU_HIDDEN)), *read = gd_embedding_apply(&letters, in[0]), *states[T];
    for (int64_t t = 0; t < T; t++)
        states[t] = h = gd_gru_apply(&gru, gd_squeeze(gd_slice(read, 1, t, t + 1, 1), 1), h);
    gd_tensor *logits = gd_linear_apply(&output, gd_stack(states, T, 1));
    gd_tensor *l = gd_cross_entropy(gd_reshape(logits, GD_SHAPE(-1, GRU_LETTERS)), gd_flatten(in[1], 0), GD_MEAN);
    gd_backward(l);
    gd_clip_grad_norm(net, 1);
    gd_step(adam);
    gd_zero_grad(adam);
    return l;
}

static void gradus(void *unused, int64_t times)
{
    (void)unused;
    gd_tensor *const in[] = { x, next };
    for (int64_t i = 0; i < times; i++) {
        GD_SCOPE;
        loss = (double)gd_item(step(in, 2, NULL));
    }
}

static void captured(void *unused, int64_t times)
{
    (void)unused;
    gd_tensor *const in[] = { x, next };
    for (int64_t i = 0; i < times; i++)
        loss = (double)gd_item(gd_run(program, in, 2));
}

static void by_hand(void *model, int64_t times)
{
    for (int64_t i = 0; i < times; i++)
        floor_loss = floor_gru_step(model, x->data, next->data);
}

static void close_row(void)
{
    floor_gru_free(floor_own);
    floor_gru_free(floor_blas);
    floor_own = floor_blas = NULL;
    gd_program_free(program);
    gd_optimizer_free(adam);
    gd_params_free(net);
}

/* All parameters, one after the other. */
static void parameters(float *to)
{
    for (int i = 0; i < gd_params_tensors(net); to += gd_numel(gd_params_at(net, i++)))
        gd_copy_out(gd_params_at(net, i), to);
}

static floor_gru *new_floor(floor_product *product, float lr, const float *from)
{
    floor_gru *f = floor_gru_new(product, lr, from);
    if (!f) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    return f;
}

static void hold_still(void)                    /* see mlp.c */
{
    adam->lr = 1e-9;
    floor_gru_rate(floor_own, 1e-9f);
    if (floor_blas)
        floor_gru_rate(floor_blas, 1e-9f);
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    enum { STEPS = 10 };
    static float all[GRU_PARAMETERS];
    gd_seed(1);
    x = gd_zeros(GD_SHAPE(B, T));
    next = gd_zeros(GD_SHAPE(B, T));
    for (int64_t i = 0; i < B * T; i++) {
        x->data[i] = (float)(i * i * 7 % 1009 % GRU_LETTERS);
        next->data[i] = (float)((i + 1) * (i + 1) * 7 % 1009 % GRU_LETTERS);
    }
    net = gd_params_new();
    letters = gd_embedding_new(net, "letters", GRU_LETTERS, GRU_WIDTH);
    gru = gd_gru_new(net, "gru", GRU_WIDTH, GRU_HIDDEN);
    output = gd_linear_new(net, "output", GRU_HIDDEN, GRU_LETTERS);
    gd_adam_options options = gd_adam_defaults();
    options.lr = 3e-3;
    adam = gd_adam(net, options);
    parameters(all);
    floor_own = new_floor(floor_product_gradus, (float)options.lr, all);
#ifdef HAVE_OPENBLAS
    floor_blas = new_floor(floor_product_openblas, (float)options.lr, all);
    c[BENCH_OTHER_FLOOR] = (bench_contestant){ .there = true, .run = by_hand, .state = floor_blas };
    by_hand(floor_blas, STEPS);
#endif
    c[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    c[BENCH_FLOOR] = (bench_contestant){ .there = true, .run = by_hand, .state = floor_own };
    gradus(NULL, STEPS);
    by_hand(floor_own, STEPS);
    parameters(all);
    const bool good = bench_agree(row, "the loss in step 10", loss, (double)floor_loss, 1e-4)
        && bench_agree_all(row, "parameters after 10 steps", all, floor_gru_parameters(floor_own), GRU_PARAMETERS, 2e-3)
        && (!floor_blas || bench_agree_all(row, "parameters after 10 steps, OpenBLAS", all,
                                           floor_gru_parameters(floor_blas), GRU_PARAMETERS, 2e-3));
    hold_still();
    program = gd_capture(step, NULL);
    c[BENCH_CAPTURED] = (bench_contestant){ .there = true, .run = captured };
    return good;
}

const bench_row gru_rows[] = {
    { .name = "gru", .what = "GRU over 32 characters, batch 32, state 128, Adam; other: products by OpenBLAS",
      .unit = "step", .units = 1,
      .goal = 1.5, .captured_goal = 1.5, .open = open_row, .close = close_row },
    { 0 }
};
