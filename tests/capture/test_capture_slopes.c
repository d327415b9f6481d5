/* test_capture_slopes.c - functions that are computed together with their slopes give the same bits, with one thread
 * and with several; and where the operand is needed for something else they are computed one after the other. */
#include <math.h>
#include <string.h>

#include "support/support.h"

enum { RUNS = 4, ROWS = 37, SIZE = 53 };

typedef struct model {
    gd_tensor *w;
} model;

typedef struct problem {
    const char  *name;
    gd_function *function;
    int          together;                  /* how many functions are computed together with their slopes */
} problem;

static model begin(void)
{
    return (model){ gd_requires_grad(seeded_values(GD_SHAPE(SIZE, SIZE), 5)) };
}

static void back(const model *m, gd_tensor *y)
{
    gd_zero_grad_of(m->w);
    gd_backward(gd_sum(gd_square(y)));
}

/* ---- Steps ------------------------------------------------------------------------------------------------------- */

#define ONE_FUNCTION(name)                                                          \
    static gd_tensor *name##_step(gd_tensor *const in[], int n, void *context)      \
    {                                                                               \
        (void)n;                                                                    \
        const model *m = context;                                                   \
        gd_tensor *y = gd_##name(gd_matmul(in[0], m->w));                           \
        back(m, y);                                                                 \
        return y;                                                                   \
    }
ONE_FUNCTION(gelu)
ONE_FUNCTION(gelu_tanh)
ONE_FUNCTION(silu)
ONE_FUNCTION(mish)
ONE_FUNCTION(tanh)

static gd_tensor *of_views(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = gd_reshape(gd_matmul(in[0], m->w), GD_SHAPE(SIZE, ROWS)), *y = gd_gelu(h);
    back(m, y);
    return y;
}

static gd_tensor *of_a_part(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *y = gd_gelu(gd_slice(gd_matmul(in[0], m->w), 0, 2, 30, 1));
    back(m, y);
    return y;
}

static gd_tensor *of_a_transposed(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *y = gd_gelu(gd_transpose(gd_matmul(in[0], m->w), 0, 1));
    back(m, y);
    return y;
}

/* The gradient is added to another one. */
static gd_tensor *used_twice(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = gd_matmul(in[0], m->w), *y = gd_mul(h, gd_gelu(h));
    back(m, y);
    return y;
}

static gd_tensor *two_of_one(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = gd_matmul(in[0], m->w), *y = gd_add(gd_silu(h), gd_gelu(h));
    back(m, y);
    return y;
}

static gd_tensor *of_a_parameter(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *y = gd_matmul(in[0], gd_gelu(m->w));
    back(m, y);
    return y;
}

static gd_tensor *returned(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = gd_matmul(in[0], m->w);
    back(m, gd_gelu(h));
    return h;
}

/* The rule follows at once, and is run in blocks with the value. */
static gd_tensor *in_one_block(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *many[10];
    for (int i = 0; i < 10; i++)
        many[i] = in[0];
    gd_zero_grad_of(m->w);
    gd_tensor *x = gd_concat(many, 10, 0), *y = gd_gelu(gd_matmul(x, m->w));
    gd_backward_from(y, x, false);
    return y;
}

static gd_tensor *forward_only(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    GD_NO_GRAD;
    return gd_gelu(gd_matmul(in[0], m->w));
}

static const problem problems[] = {
    { "gelu", gelu_step, 1 }, { "gelu_tanh", gelu_tanh_step, 1 }, { "silu", silu_step, 1 }, { "mish", mish_step, 1 },
    { "tanh", tanh_step, 0 }, { "of views", of_views, 1 }, { "of a part", of_a_part, 0 },
    { "of a transposed", of_a_transposed, 0 }, { "used twice", used_twice, 0 }, { "two of one", two_of_one, 0 },
    { "of a parameter", of_a_parameter, 0 }, { "returned", returned, 0 },
    { "in one block", in_one_block, 1 }, { "forward only", forward_only, 0 },
};

/* ---- Tests ------------------------------------------------------------------------------------------------------- */

static int together(gd_program *program)
{
    int count = 0;
    for (const char *at = said_of(program); (at = strstr(at, "x becomes the slope")) != NULL; at++)
        count++;
    return count;
}

/* Numbers from all of the range: of a row of x, all but one element are 0. */
static void spread(gd_tensor *x, int run)
{
    static const double ends[] = {
        0, -0.0, 1e-30, -1e-30, 3, -3, 12, -12, 90, -90, 1e30, -1e30, INFINITY, -INFINITY, NAN
    };
    for (int i = 0; run % 2 && i < (int)(sizeof ends / sizeof *ends); i++)
        for (int j = 0; j < SIZE; j++)
            x->data[i * SIZE + j] = j == i ? (gd_real)ends[i] : 0;
}

/* The same bits, but for the sign of a NaN, which depends on what the compiler multiplies by what. */
static bool same_numbers(const gd_tensor *a_, const gd_tensor *b_)
{
    const gd_tensor *a = gd_contiguous((gd_tensor *)(uintptr_t)a_), *b = gd_contiguous((gd_tensor *)(uintptr_t)b_);
    if (!a || !b || a->numel != b->numel)
        return false;
    for (int64_t i = 0; i < a->numel; i++)
        if (memcmp(&a->data[i], &b->data[i], sizeof *a->data) != 0 && !(isnan(a->data[i]) && isnan(b->data[i])))
            return false;
    return true;
}

static void same_steps(const problem *p, int threads)
{
    model usual = begin(), captured = begin();
    gd_program *program = gd_capture(p->function, &captured);
    for (int run = 0; run < RUNS; run++) {
        GD_SCOPE;
        gd_tensor *x = seeded_values(GD_SHAPE(ROWS, SIZE), (uint64_t)(10 + run));
        spread(x, run);
        gd_tensor *y = p->function(&x, 1, &usual), *again = gd_run(program, &x, 1);
        ck_assert_msg(y && again, "%s: %s", p->name, gd_last_error());
        ck_assert_msg(same_numbers(y, again), "%s, %d threads, run %d", p->name, threads, run);
        ck_assert_msg((usual.w->grad == NULL) == (captured.w->grad == NULL)
                      && (!usual.w->grad || same_numbers(usual.w->grad, captured.w->grad)),
                      "%s, %d threads, run %d: gradient", p->name, threads, run);
    }
    ck_assert_int_eq(runs_again_of(program), RUNS - 2);
    ck_assert_msg(together(program) == p->together, "%s: %d together", p->name, together(program));
    gd_program_free(program);
}

START_TEST(same_bits_together)
{
    for (int threads = 1; threads <= 3; threads++) {
        gd_set_threads(threads);
        same_steps(&problems[_i], threads);
    }
    gd_set_threads(1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("capture: slopes");
    TCase *cases = tcase_create("slopes");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, same_bits_together, 0, sizeof problems / sizeof *problems);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
