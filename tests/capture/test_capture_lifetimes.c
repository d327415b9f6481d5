/* test_capture_lifetimes.c - large results that are not needed at the same time share their memory, with the same bits
 * in each run; and what is needed later does not. */
#include <string.h>

#include "base/memory.h"
#include "debug/quarantine.h"
#include "support/support.h"
#include "tensor/recycle.h"

enum { RUNS = 4, ROWS = 40, SIZE = 120, LAYERS = 6 };     /* ROWS x SIZE is above gi_least_apart */

typedef struct model {
    gd_tensor *w[LAYERS], *state;
} model;

typedef struct problem {
    const char  *name;
    gd_function *function;
    int          shared;                    /* how many results have others' memory; -1: some */
} problem;

static model begin(void)
{
    model m;
    for (int i = 0; i < LAYERS; i++)
        m.w[i] = gd_requires_grad(seeded_values(GD_SHAPE(SIZE, SIZE), (uint64_t)i));
    m.state = seeded_values(GD_SHAPE(ROWS, SIZE), LAYERS);
    return m;
}

static void back(const model *m, gd_tensor *y)
{
    for (int i = 0; i < LAYERS; i++)
        gd_zero_grad_of(m->w[i]);
    gd_backward(gd_sum(gd_square(y)));
}

/* ---- Steps ------------------------------------------------------------------------------------------------------- */

/* 12 results: the last one stays, of the others two are needed at a time. */
static gd_tensor *forward(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = in[0];
    GD_NO_GRAD;
    for (int i = 0; i < LAYERS; i++)
        h = gd_softmax(gd_matmul(h, m->w[i]), 1);
    return h;
}

static gd_tensor *with_views(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = in[0];
    GD_NO_GRAD;
    for (int i = 0; i < LAYERS; i++) {
        gd_tensor *columns = gd_transpose(gd_matmul(h, m->w[i]), 0, 1);
        h = gd_tanh(gd_transpose(gd_cumsum(columns, 1), 0, 1));
        h = gd_contiguous(h);
    }
    return h;
}

/* The first result is needed until the end. */
static gd_tensor *long_way(gd_tensor *const in[], int n, void *context)
{
    const gd_tensor *first = gd_softmax(in[0], 1);
    gd_tensor *const same[] = { (gd_tensor *)(uintptr_t)first };
    return gd_mul(forward(same, n, context), same[0]);
}

/* The result is a part of one that is made early. */
static gd_tensor *early_result(gd_tensor *const in[], int n, void *context)
{
    gd_tensor *first = gd_softmax(in[0], 1), *y = gd_slice(first, 0, 3, 9, 1);
    forward(&first, n, context);
    return y;
}

/* Each layer's product is needed no more when tanh of it is there. */
static gd_tensor *training(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = in[0];
    for (int i = 0; i < LAYERS; i++)
        h = gd_softmax(gd_matmul(h, m->w[i]), 1);
    back(m, h);
    return gd_scale(h, 2);
}

static gd_tensor *different_sizes(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = in[0];
    for (int i = 0; i < LAYERS; i++) {
        h = gd_softmax(gd_matmul(h, m->w[i]), 1);
        h = gd_log_softmax(i % 2 ? gd_slice(h, 0, 0, ROWS, 1) : gd_concat((gd_tensor *[]){ h, h }, 2, 0), 1);
    }
    back(m, h);
    return h;
}

/* A result that is written in parts, and one that is changed in place. */
static gd_tensor *in_place(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    GD_NO_GRAD;
    gd_tensor *h = gd_softmax(in[0], 1), *a = gd_matmul(h, m->w[0]), *b = gd_matmul(h, m->w[1]);
    gd_assign(gd_slice(a, 0, 0, 20, 1), gd_slice(b, 0, 20, 40, 1));
    gd_tensor *c = gd_softmax(a, 1);
    gd_assign(m->state, c);
    gd_tensor *d = gd_matmul(gd_add(m->state, b), m->w[2]);
    return gd_cumsum(gd_softmax(d, 1), 0);
}

static gd_tensor *recurrent(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = gd_zeros(GD_SHAPE(ROWS, SIZE));
    for (int i = 0; i < LAYERS; i++)
        h = gd_dropout(gd_tanh(gd_add(gd_matmul(in[0], m->w[0]), gd_matmul(h, m->w[1]))), 0.2, true);
    back(m, h);
    return h;
}

static gd_tensor *nothing_to_share(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    GD_NO_GRAD;
    gd_tensor *h = gd_softmax(in[0], 1);
    return gd_add(gd_matmul(h, m->w[0]), h);
}

static const problem problems[] = {
    { "forward", forward, 9 }, { "with views", with_views, -1 }, { "long way", long_way, 10 },
    { "early result", early_result, 10 }, { "training", training, 6 }, { "different sizes", different_sizes, -1 },
    { "in place", in_place, -1 }, { "recurrent", recurrent, -1 }, { "nothing to share", nothing_to_share, 0 },
};

/* ---- Tests ------------------------------------------------------------------------------------------------------- */

static int64_t bytes_less(gd_program *program)
{
    const char *said = strstr(said_of(program), "which share memory: ");
    ck_assert(!said || said[strlen("which share memory: ")] != '-');
    return said ? strtoll(said + strlen("which share memory: "), NULL, 10) : 0;
}

/* Some bytes belong to each place beside the result. */
static bool is_nearly(int64_t bytes, int64_t expected)
{
    return bytes < expected + 8192 && bytes > expected - 8192;
}

static bool same_model(const model *a, const model *b)
{
    for (int i = 0; i < LAYERS; i++)
        if ((a->w[i]->grad == NULL) != (b->w[i]->grad == NULL)
            || (a->w[i]->grad && !same_bits(a->w[i]->grad, b->w[i]->grad)))
            return false;
    return same_bits(a->state, b->state);
}

START_TEST(same_bits_in_shared_memory)
{
    const problem *p = &problems[_i];
    for (int threads = 1; threads <= 3; threads++) {
        gd_set_threads(threads);
        model usual = begin(), captured = begin();
        gd_program *program = gd_capture(p->function, &captured);
        for (int run = 0; run < RUNS; run++) {
            GD_SCOPE;
            gd_tensor *x = seeded_values(GD_SHAPE(ROWS, SIZE), (uint64_t)(10 + run));
            gd_seed(1 + (unsigned)run);
            gd_tensor *y = p->function(&x, 1, &usual);
            gd_seed(1 + (unsigned)run);
            gd_tensor *again = gd_run(program, &x, 1);
            ck_assert_msg(y && again, "%s: %s", p->name, gd_last_error());
            ck_assert_msg(same_bits(y, again), "%s, %d threads, run %d", p->name, threads, run);
            ck_assert_msg(same_model(&usual, &captured), "%s, %d threads, run %d: model", p->name, threads, run);
        }
        ck_assert_int_eq(runs_again_of(program), RUNS - 2);
        const int64_t bytes = bytes_less(program), one = ROWS * SIZE * (int64_t)sizeof(gd_real);
        if (GI_QUARANTINES)                 /* debug builds share nothing */
            ck_assert_int_eq(bytes, 0);
        else
            ck_assert_msg(p->shared < 0 ? bytes > 0 : is_nearly(bytes, p->shared * one),
                          "%s: %lld bytes less, of %lld each", p->name, (long long)bytes, (long long)one);
        gd_program_free(program);
    }
    gd_set_threads(1);
}
END_TEST

/* Two large results, then three of a third of their size and one of three, which lie in the place of the large. */
static gd_tensor *thirds(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *t[3];
    GD_NO_GRAD;
    gd_tensor *first = gd_sum(gd_softmax(gd_matmul(in[0], m->w[0]), 1));
    for (int64_t i = 0; i < 3; i++)
        t[i] = gd_matmul(gd_slice(in[0], 0, i * (ROWS / 3), (i + 1) * (ROWS / 3), 1), m->w[i]);
    return gd_add(first, gd_sum(gd_concat(t, 3, 0)));
}

START_TEST(small_ones_side_by_side)
{
    model m = begin();
    gd_program *program = gd_capture(thirds, &m);
    gi_least_apart = 1024;
    for (int run = 0; run < RUNS; run++) {
        GD_SCOPE;
        gd_tensor *x = seeded_values(GD_SHAPE(ROWS, SIZE), (uint64_t)run), *y = thirds(&x, 1, &m);
        ck_assert(same_bits(y, gd_run(program, &x, 1)));
    }
    const int64_t expected = 2 * (ROWS / 3 * 3) * SIZE * (int64_t)sizeof(gd_real);
    if (!GI_QUARANTINES)
        ck_assert_msg(is_nearly(bytes_less(program), expected), "%lld bytes less, %lld expected",
                      (long long)bytes_less(program), (long long)expected);
    gd_program_free(program);
    gi_least_apart = 4096;
}
END_TEST

static gd_tensor *with_gradients(gd_tensor *const in[], int n, void *context)
{
    const model *m = context;
    gd_tensor *y = training(in, n, context);
    for (int i = 0; i < LAYERS; i++)
        gd_zero_grad_of(m->w[i]);
    return y;
}

/* A captured step holds less memory than an ordinary one, whose memory stays for the next, and none of the latter. */
START_TEST(holds_less_than_eagerly)
{
    model m = begin();
    gd_tensor *x = seeded_values(GD_SHAPE(50 * ROWS, SIZE), 1);
    size_t held[2];
    for (int k = 0; k < 2; k++) {
        gi_pool_free();
        const size_t before = gd_memory_live();
        gd_program *program = k ? gd_capture(with_gradients, &m) : NULL;
        for (int run = 0; run < RUNS; run++) {
            GD_SCOPE;
            ck_assert_ptr_nonnull(k ? gd_run(program, &x, 1) : with_gradients(&x, 1, &m));
        }
        held[k] = gd_memory_live() - before;
        gd_program_free(program);
    }
    if (!GI_QUARANTINES)
        ck_assert_msg(3 * held[1] <= 2 * held[0], "%zu, eagerly %zu", held[1], held[0]);
}
END_TEST

/* What is shared is given back. */
START_TEST(holds_less_memory)
{
    model m = begin();
    gd_tensor *x = seeded_values(GD_SHAPE(ROWS, SIZE), 1);
    size_t held[2];
    for (int k = 0; k < 2; k++) {
        gi_least_apart = k ? 4096 : INT64_MAX;
        gd_program *program = gd_capture(forward, &m);
        gi_pool_free();
        const size_t before = gd_memory_live();
        for (int run = 0; run < RUNS; run++)
            ck_assert_ptr_nonnull(gd_run(program, &x, 1));
        held[k] = gd_memory_live() - before;
        gd_program_free(program);
    }
    gi_least_apart = 4096;
    if (!GI_QUARANTINES)
        ck_assert_msg(held[1] + 6 * ROWS * SIZE * sizeof(gd_real) < held[0], "%zu, %zu", held[1], held[0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("capture: lifetimes");
    TCase *cases = tcase_create("lifetimes");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, same_bits_in_shared_memory, 0, sizeof problems / sizeof *problems);
    tcase_add_test(cases, small_ones_side_by_side);
    tcase_add_test(cases, holds_less_than_eagerly);
    tcase_add_test(cases, holds_less_memory);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
