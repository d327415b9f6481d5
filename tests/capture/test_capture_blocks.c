/* test_capture_blocks.c - computations that are run together in blocks give the same bits, with one thread and with
 * several, for a number of elements that blocks do not divide; and what may not be run together is not. */
#include <string.h>

#include "support/support.h"
#include "tensor/recycle.h"

enum { RUNS = 4, ELEMENTS = 70003 };

typedef struct model {
    gd_tensor *v;
} model;

typedef struct problem {
    const char  *name;
    gd_function *function;
    const char  *said;                      /* by gd_program_print */
} problem;

static void back(const model *m, gd_tensor *loss)
{
    gd_zero_grad_of(m->v);
    gd_backward(loss);
}

static gd_tensor *chain(gd_tensor *const in[], int n, void *context)
{
    const model *m = context;
    (void)n;
    gd_tensor *h = gd_tanh(gd_sub(gd_mul(in[0], m->v), gd_scalar(0.25)));
    back(m, gd_sum(gd_mul(gd_square(h), in[0])));
    return gd_scale(gd_exp(gd_relu(h)), 0.5);
}

/* What comes after the result that is returned is read by nobody. */
static gd_tensor *middle(gd_tensor *const in[], int n, void *context)
{
    const model *m = context;
    (void)n;
    gd_tensor *h = gd_square(gd_mul(in[0], m->v));
    gd_tensor *after = gd_neg(gd_abs(h));
    (void)after;
    return h;
}

/* The gradient of a tensor that is used three times is added up within the lines. */
static gd_tensor *used_often(gd_tensor *const in[], int n, void *context)
{
    const model *m = context;
    (void)n;
    gd_tensor *h = gd_mul(m->v, in[0]), *y = gd_mul(gd_sigmoid(h), gd_mul(h, gd_tanh(h)));
    back(m, gd_sum(gd_square(y)));
    return y;
}

/* Two views that lie across each other: rows of one are other rows of the other. */
static gd_tensor *shifted(gd_tensor *const in[], int n, void *context)
{
    const model *m = context;
    (void)n;
    gd_tensor *h = gd_exp(gd_mul(in[0], m->v));
    gd_tensor *a = gd_slice(h, 0, 0, ELEMENTS - 1, 1), *b = gd_slice(h, 0, 1, ELEMENTS, 1);
    return gd_tanh(gd_mul(gd_square(b), a));
}

/* Each element is multiplied by the last one, which the last block computes. */
static gd_tensor *by_the_last(gd_tensor *const in[], int n, void *context)
{
    const model *m = context;
    (void)n;
    gd_tensor *h = gd_tanh(gd_mul(in[0], m->v));
    return gd_mul(gd_square(h), gd_select(h, 0, ELEMENTS - 1));
}

static const problem problems[] = {
    { "chain", chain, "are run together" },
    { "middle", middle, "computations 1 to 2 are run together" },
    { "middle", middle, "gd_neg [70003] -> [70003]  (left out: nobody reads it)" },
    { "used often", used_often, "are run together" },
    { "shifted", shifted, "computations 1 to 2 are run together" },
    { "by the last", by_the_last, "computations 1 to 3 are run together" },
};

static model begin(void)
{
    return (model){ gd_requires_grad(seeded_values(GD_SHAPE(ELEMENTS), 4)) };
}

static bool same_grad(const gd_tensor *a, const gd_tensor *b)
{
    return a->grad && b->grad ? same_bits(a->grad, b->grad) : a->grad == b->grad;
}

START_TEST(same_bits_in_blocks)
{
    const problem *p = &problems[_i];
    for (int threads = 1; threads <= 3; threads++) {
        gd_set_threads(threads);
        model usual = begin(), captured = begin();
        gd_program *program = gd_capture(p->function, &captured);
        for (int run = 0; run < RUNS; run++) {
            GD_SCOPE;
            gd_tensor *x = seeded_values(GD_SHAPE(ELEMENTS), (uint64_t)(10 + run));
            gd_tensor *y = p->function(&x, 1, &usual), *again = gd_run(program, &x, 1);
            ck_assert_msg(same_bits(y, again), "%s, %d threads, run %d", p->name, threads, run);
            ck_assert_msg(same_grad(usual.v, captured.v), "%s, %d threads, run %d: gradients", p->name, threads, run);
        }
        if (threads == 1)
            ck_assert_msg(strstr(said_of(program), p->said), "%s: %s", p->name, said_of(program));
        gd_program_free(program);
    }
    gd_set_threads(1);
}
END_TEST

int main(void)
{
    gi_least_apart = 1;                     /* results share their memory as soon as they are not small */
    Suite *suite = suite_create("capture: blocks");
    TCase *cases = tcase_create("blocks");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, same_bits_in_blocks, 0, sizeof problems / sizeof *problems);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
