/* chain.c - what one operation costs when the arithmetic costs nothing: a chain of 1000 products of one element
 * by a constant, forward and backward; the time for one of them. */
#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

enum { LENGTH = 1000 };
static const float factor = 1.001f;

static gd_tensor  *x, *c;
static gd_program *program;
static double     y_item, dx_item;
static float      floor_y, floor_dx;

static gd_tensor *step(gd_tensor *const in[], int n, void *unused)
{
    (void)in;
    (void)n;
    (void)unused;
    gd_zero_grad_of(x);
    gd_tensor *y = x;
    for (int k = 0; k < LENGTH; k++)
        y = gd_mul(y, c);
    gd_backward(y);
    return y;
}

static void gradus(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++) {
        GD_SCOPE;
        y_item = (double)gd_item(step(NULL, 0, NULL));
        dx_item = (double)gd_item(x->grad);
    }
}

static void captured(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++) {
        y_item = (double)gd_item(gd_run(program, NULL, 0));
        dx_item = (double)gd_item(x->grad);
    }
}

static void by_hand(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++)
        floor_y = floor_chain(LENGTH, 1, factor, &floor_dx);
}

static void close_row(void)
{
    gd_program_free(program);
}

static bool open_row(const bench_row *row, bench_contestant *contestants)
{
    x = gd_requires_grad(gd_scalar(1));
    c = gd_scalar((double)factor);
    gradus(NULL, 1);
    by_hand(NULL, 1);
    program = gd_capture(step, NULL);
    contestants[BENCH_CAPTURED] = (bench_contestant){ .there = true, .run = captured };
    contestants[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    contestants[BENCH_FLOOR] = (bench_contestant){ .there = true, .run = by_hand };
    return bench_agree(row, "y", y_item, (double)floor_y, 1e-5)
        && bench_agree(row, "dx", dx_item, (double)floor_dx, 1e-5);
}

const bench_row chain_rows[] = {
    { .name = "chain", .what = "a chain of 1000 products of one element by a constant, and back: one of them",
      .unit = "op", .units = LENGTH, .goal = 3.5, .captured_goal = 1.5, .open = open_row, .close = close_row },
    { 0 }
};
