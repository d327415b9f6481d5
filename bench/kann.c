/* kann.c - KANN's side of the benchmarks, with `make bench KANN=folder`, the folder having its sources: the same
 * workloads on one thread, spoken to through pipes as pytorch.py is, see peers.c.
 *
 * KANN computes costs and gradients; its own optimizer is RMSprop, so that Adam is the floor's, floor/adam.c, over all
 * parameters at once, which KANN keeps in a row.  Before a workload is measured its parameters must agree with those of
 * the floor after some steps. */
#define _POSIX_C_SOURCE 200809L                 /* clock_gettime */

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "floor/floor.h"

#include <kann.h>

typedef struct model {
    kann_t     *net;
    float      *x, *y, *m, *v;                  /* the batch and its truth; Adam's states */
    int         parameters;
    floor_adam  adam;
} model;

static void *numbers(int64_t count)
{
    float *p = calloc((size_t)count, sizeof *p);
    if (!p) {
        fprintf(stderr, "bench/kann: out of memory\n");
        exit(1);
    }
    return p;
}

/* In [-1, 1), always the same ones. */
static void fill(int64_t count, float *to)
{
    uint32_t state = 1;
    for (int64_t i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        to[i] = (float)(state >> 8) / (1 << 23) - 1;
    }
}

static model new_model(kad_node_t *cost, int batch, int in, int out, floor_adam adam)
{
    model k = { .net = kann_new(cost, 0), .x = numbers((int64_t)batch * in), .y = numbers((int64_t)batch * out),
                .adam = adam };
    kann_set_batch_size(k.net, batch);
    kann_feed_bind(k.net, KANN_F_IN, 0, &k.x);
    kann_feed_bind(k.net, KANN_F_TRUTH, 0, &k.y);
    k.parameters = kann_size_var(k.net);
    k.m = numbers(k.parameters);
    k.v = numbers(k.parameters);
    return k;
}

static void free_model(model *k)
{
    if (k->net)
        kann_delete(k->net);
    free(k->x), free(k->y), free(k->m), free(k->v);
    *k = (model){ 0 };
}

static void steps(model *k, int64_t times)
{
    for (int64_t i = 0; i < times; i++) {
        kann_cost(k->net, 0, 1);
        floor_adam_next(&k->adam);
        floor_adam_update(&k->adam, k->parameters, k->net->x, k->net->g, k->m, k->v);
    }
}

/* Parameter number i, in the order in which the layers were made. */
static float *parameter(const model *k, int i)
{
    for (int at = 0; at < k->net->n; at++)
        if (kad_is_var(k->net->v[at]) && i-- == 0)
            return k->net->v[at]->x;
    return NULL;
}

static bool agree(const char *row, int64_t count, const float *a, const float *b, float tolerance)
{
    for (int64_t i = 0; i < count; i++)
        if (!(fabsf(a[i] - b[i]) <= tolerance * (1 + fabsf(b[i])))) {
            fprintf(stderr, "bench/kann: %s: a parameter is %.9g for KANN and %.9g for the floor\n", row,
                    (double)a[i], (double)b[i]);
            return false;
        }
    return true;
}

/* ---- The workloads ------------------------------------------------------------------------------------------- */

static bool open_linear(model *k)
{
    const floor_adam adam = { 0.01f, 0.9f, 0.999f, 1e-6f, 0, 1, 1 };
    floor_linear hand = { .adam = adam };
    *k = new_model(kann_layer_cost(kann_layer_input(LINEAR_FEATURES), 1, KANN_C_MSE), LINEAR_BATCH, LINEAR_FEATURES,
                   1, adam);
    fill(LINEAR_BATCH * LINEAR_FEATURES, k->x);
    fill(LINEAR_BATCH, k->y);
    memcpy(hand.w, parameter(k, 0), LINEAR_FEATURES * sizeof *hand.w);
    steps(k, 100);
    for (int i = 0; i < 100; i++)
        floor_linear_step(&hand, k->x, k->y);
    return agree("w of linear regression", LINEAR_FEATURES, parameter(k, 0), hand.w, 1e-4f)
        && agree("b of linear regression", 1, parameter(k, 1), hand.w + LINEAR_FEATURES, 1e-4f);
}

static bool open_mlp(model *k, int batch)
{
    enum { STEPS = 10 };
    kad_node_t *hidden = kad_relu(kann_layer_dense(kann_layer_input(MLP_IN), MLP_HIDDEN));
    *k = new_model(kann_layer_cost(hidden, MLP_OUT, KANN_C_CEM), batch, MLP_IN, MLP_OUT,
                   (floor_adam){ 1e-3f, 0.9f, 0.999f, 1e-8f, 0, 1, 1 });
    float *labels = numbers(batch);
    fill((int64_t)batch * MLP_IN, k->x);
    for (int i = 0; i < batch; i++) {
        labels[i] = (float)(i * 7 % MLP_OUT);
        k->y[i * MLP_OUT + i * 7 % MLP_OUT] = 1;
    }
    floor_mlp *hand = floor_mlp_new(batch, floor_product_gradus, k->adam.lr, parameter(k, 0), parameter(k, 1),
                                    parameter(k, 2), parameter(k, 3));
    for (int i = 0; i < STEPS && hand; i++)
        floor_mlp_step(hand, batch, k->x, labels);
    steps(k, STEPS);
    const bool good = hand && agree("w1 of the MLP", MLP_HIDDEN * MLP_IN, parameter(k, 0), floor_mlp_w1(hand), 2e-3f);
    k->adam.lr = 1e-9f;                         /* from here on it stays where it is: see mlp.c */
    floor_mlp_free(hand);
    free(labels);
    return good;
}

static bool open_row(model *k, const char *name)
{
    if (strcmp(name, "linear-regression") == 0)
        return open_linear(k);
    return strncmp(name, "mlp-", 4) == 0 && open_mlp(k, atoi(name + 4));
}

/* ---- The questions ------------------------------------------------------------------------------------------- */

static double now(bool processor_time)
{
    struct timespec t;
    clock_gettime(processor_time ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int count, char **argument)
{
    const bool processor_time = count > 1 && strcmp(argument[1], "processor") == 0;
    char line[128], name[100];
    long long times;
    model k = { 0 };
    kann_srand(1);
    printf("KANN %s, with Adam by hand\n", KANN_VERSION);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "run %lld", &times) == 1) {
            const double start = now(processor_time);
            steps(&k, times);
            printf("%.9g\n", now(processor_time) - start);
        } else {
            free_model(&k);
            printf(sscanf(line, "open %99s", name) != 1 || open_row(&k, name) ? "ok\n" : "no\n");
        }
        fflush(stdout);
    }
    free_model(&k);
    return 0;
}
