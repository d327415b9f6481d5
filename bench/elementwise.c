/* elementwise.c - functions of many numbers, forward: exp, tanh, sigmoid, gelu, softmax over rows, a sum. */
#include <stdlib.h>
#include <string.h>

#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

typedef struct function {
    const char     *name;
    gd_tensor    *(*gradus)(gd_tensor *x);
    floor_function *floor;
} function;

static gd_tensor *softmax(gd_tensor *x)
{
    return gd_softmax(x, 1);
}

static const function functions[] = {
    { "exp", gd_exp, floor_exp }, { "tanh", gd_tanh, floor_tanh }, { "sigmoid", gd_sigmoid, floor_sigmoid },
    { "gelu", gd_gelu, floor_gelu }, { "softmax", softmax, floor_softmax }, { "sum", gd_sum, floor_sum },
};

static const function *f;
static gd_tensor      *x;
static float          *y;

static void gradus(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++) {
        GD_SCOPE;
        f->gradus(x);
    }
}

static void by_hand(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++)
        f->floor(x->numel, x->data, y);
}

static void close_row(void)
{
    free(y);
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    const int64_t n = row->size;
    f = functions;
    while (strncmp(row->name, f->name, strlen(f->name)) != 0)
        f++;
    y = aligned_alloc(64, ((size_t)n * sizeof *y + 63) / 64 * 64);
    if (!y) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    gd_seed(1);
    x = gd_normal(GD_SHAPE(n / SOFTMAX_ROW, SOFTMAX_ROW), 0, 2);
    c[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    c[BENCH_FLOOR] = (bench_contestant){ .there = true, .run = by_hand };
    GD_SCOPE;
    by_hand(NULL, 1);
    const gd_tensor *result = f->gradus(x);
    return bench_agree_all(row, "y", result->data, y, result->numel, f->floor == floor_sum ? 1e-5 : 1e-6);
}

#define ROW(function, text, n) \
    { .name = function "-" #n, .what = text ", " #n " elements", .unit = "call", .units = 1, .goal = 1.2, \
      .size = (int64_t)n, .open = open_row, .close = close_row }
#define ROWS(function, text) ROW(function, text, 1e3), ROW(function, text, 1e5), ROW(function, text, 1e7)

const bench_row elementwise_rows[] = {
    ROWS("exp", "exp"), ROWS("tanh", "tanh"), ROWS("sigmoid", "sigmoid"), ROWS("gelu", "gelu with erf"),
    ROWS("softmax", "softmax over rows of 1000"), ROWS("sum", "sum"), { 0 }
};
