/* muon.c - Muon's step on one weight, against the matrix products of its five iterations alone. */
#include <stdlib.h>

#include <gradus.h>

#include "bench.h"
#include "kernels/gemm.h"

enum { ITERATIONS = 5 };

static gd_params    *net;
static gd_optimizer *optimizer;
static int64_t       rows, columns;
static float        *memory, *x, *y, *a, *b;

static void gradus(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++)
        gd_step(optimizer);
}

/* X X', A A and B X, with rows <= columns. */
static void products(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times * ITERATIONS; i++) {
        const gi_matrix X = { x, rows, columns, columns, 1 }, A = { a, rows, rows, rows, 1 };
        const gi_matrix B = { b, rows, rows, rows, 1 };
        gi_gemm(X, gi_transposed(X), a, rows, false);
        gi_gemm(A, A, b, rows, false);
        gi_gemm(B, X, y, columns, false);
    }
}

static void close_row(void)
{
    gd_optimizer_free(optimizer);
    gd_params_free(net);
    free(memory);
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    columns = 1024;
    rows = row->size;
    const int64_t n = rows * columns;
    memory = aligned_alloc(64, (size_t)(2 * n + 2 * rows * rows) * sizeof *memory);
    if (!memory)
        return fprintf(stderr, "bench: out of memory\n"), false;
    x = memory;
    y = x + n;
    a = y + n;
    b = a + rows * rows;
    GD_SCOPE;
    gd_seed(1);
    net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_normal(GD_SHAPE(rows, columns), 0, 1));
    gd_set_grad(w, gd_normal(GD_SHAPE(rows, columns), 0, 1));
    gd_copy_out(w->grad, x);
    optimizer = gd_muon(net, gd_muon_defaults());
    for (int64_t i = 0; i < n; i++)             /* length 1, as where the iteration begins */
        x[i] /= (float)rows;
    c[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    c[BENCH_FLOOR] = (bench_contestant){ .there = true, .run = products };
    return true;
}

const bench_row muon_rows[] = {
    { .name = "muon-256x1024", .what = "Muon's step on a weight 256 x 1024; floor: its 15 matrix products alone",
      .unit = "step", .units = 1, .goal = 1.3, .size = 256, .open = open_row, .close = close_row },
    { .name = "muon-1024x1024", .what = "Muon's step on a weight 1024 x 1024; floor: its 15 matrix products alone",
      .unit = "step", .units = 1, .goal = 1.3, .size = 1024, .open = open_row, .close = close_row },
    { 0 }
};
