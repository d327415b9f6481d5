/* optimizers.c - the step of an optimizer alone: on one tensor of ten million, where memory sets the pace, and on
 * a thousand tensors of a thousand. */
#include <stdlib.h>

#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

enum { TENSORS = 1000, ELEMENTS = 1000 };

typedef void floor_update(const floor_adam *a, int64_t n, float *restrict w, const float *restrict g,
                          float *restrict m, float *restrict v);

static gd_params    *net;
static gd_optimizer *optimizer;
static int64_t       count, each;               /* tensors, elements in each */
static float        *memory, *w, *g, *m, *v;    /* of the floor: the tensors one after the other */
static floor_adam    options;
static floor_update *update;

static void gradus(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++)
        gd_step(optimizer);
}

static void by_hand(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++) {
        floor_adam_next(&options);
        for (int64_t k = 0; k < count; k++)
            update(&options, each, w + k * each, g + k * each, m + k * each, v + k * each);
    }
}

static void stream(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++)
        floor_stream(count * each, w, g, m, v);
}

static void close_row(void)
{
    gd_optimizer_free(optimizer);
    gd_params_free(net);
    free(memory);
}

static void make_floor(void)
{
    const size_t n = (size_t)(count * each + 15) / 16 * 16;
    memory = aligned_alloc(64, 4 * n * sizeof *memory);
    if (!memory) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    w = memory;
    g = w + n;
    m = g + n;
    v = m + n;
    for (size_t i = 0; i < n; i++)
        m[i] = v[i] = 0;
}

/* Parameters are uniform in +-1; of the gradients, some are large and some small. */
static void make_parameters(void)
{
    net = gd_params_new();
    for (int64_t k = 0; k < count; k++) {
        GD_SCOPE;
        char name[32];
        (void)snprintf(name, sizeof name, "w%d", (int)k);
        gd_tensor *p = gd_param(net, name, gd_uniform(GD_SHAPE(each), -1, 1));
        gd_tensor *gradient = gd_pow(gd_uniform(GD_SHAPE(each), -1, 1), 3);
        gd_set_grad(p, gradient);
        gd_copy_out(p, w + k * each);
        gd_copy_out(gradient, g + k * each);
    }
}

static void shrink_gradients(void)
{
    for (int64_t k = 0; k < count; k++) {
        GD_SCOPE;
        GD_NO_GRAD;
        gd_tensor *p = gd_params_at(net, (int)k);
        gd_set_grad(p, gd_scale(p->grad, 0.05));
        gd_copy_out(p->grad, g + k * each);
    }
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    const bool yogi = row->name[0] == 'y';
    gd_seed(1);
    count = row->size == TENSORS ? TENSORS : 1;
    each = row->size == TENSORS ? ELEMENTS : row->size;
    make_floor();
    make_parameters();
    optimizer = yogi ? gd_yogi(net, gd_yogi_defaults()) : gd_adam(net, gd_adam_defaults());
    update = yogi ? floor_yogi_update : floor_adam_update;
    options = yogi ? (floor_adam){ 0.01f, 0.9f, 0.999f, 1e-3f, 0, 1, 1 }
                   : (floor_adam){ 1e-3f, 0.9f, 0.999f, 1e-8f, 0, 1, 1 };
    gradus(NULL, 3);
    by_hand(NULL, 3);
    shrink_gradients();                         /* so that Yogi's v falls as well */
    gradus(NULL, 20);
    by_hand(NULL, 20);
    bool good = true;
    for (int64_t k = 0; k < count; k++)
        good = good && bench_agree_all(row, "w after 23 steps", gd_params_at(net, (int)k)->data, w + k * each,
                                       each, 1e-5);
    c[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    c[BENCH_FLOOR] = (bench_contestant){ .there = true, .run = by_hand };
    if (count == 1)
        c[BENCH_OTHER_FLOOR] = (bench_contestant){ .there = true, .run = stream };
    return good;
}

const bench_row optimizer_rows[] = {
    { .name = "adam-1e7", .what = "Adam on 10 million parameters; other: the traffic alone, 28 bytes each",
      .unit = "step", .units = 1, .goal = 1.05, .size = 10000000, .open = open_row, .close = close_row },
    { .name = "yogi-1e7", .what = "Yogi on 10 million parameters; other: the traffic alone, 28 bytes each",
      .unit = "step", .units = 1, .goal = 1.05, .size = 10000000, .open = open_row, .close = close_row },
    /* 16 MB for each contestant, which fit into many a third-level cache once, but not twice.  In turns of a few steps
     * each would mostly bring back what the other one has replaced. */
    { .name = "adam-1000x1000", .what = "Adam on 1000 tensors of 1000, in long turns",
      .unit = "step", .units = 1, .goal = 1.15, .size = TENSORS, .turn = 3e-2, .open = open_row, .close = close_row },
    { 0 }
};
