/* test_capture_blocks.c - computations that are run together in blocks of rows give the same bits, with one thread and
 * with several, for numbers of rows that blocks do not divide; and what may not be run together is not. */
#include <string.h>

#include "support/support.h"

enum { RUNS = 4, IMAGES = 37, ELEMENTS = 70003 };

typedef struct model {
    gd_tensor *w, *b, *w2, *v;
} model;

typedef struct problem {
    const char  *name;
    gd_function *function;
    const char  *said;                      /* by gd_program_print */
} problem;

static gd_tensor *numbers(gd_shape shape, int seed)
{
    gd_tensor *t = gd_zeros(shape);
    for (int64_t i = 0; i < t->numel; i++)
        t->data[i] = (gd_real)((i * 7919 + seed * 104729) % 2003 - 1001) / 1000;
    return t;
}

static void back(const model *m, gd_tensor *loss)
{
    gd_zero_grad_of(m->w);
    gd_zero_grad_of(m->b);
    gd_zero_grad_of(m->w2);
    gd_zero_grad_of(m->v);
    gd_backward(loss);
}

/* ---- Elementwise lines ------------------------------------------------------------------------------------------- */

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

/* ---- Images ------------------------------------------------------------------------------------------------------ */

static gd_tensor *images(gd_tensor *const in[], int n, void *context)
{
    const model *m = context;
    (void)n;
    const gd_pool2d_options pool = { .kernel = { 2, 2 }, .stride = { 2, 2 } };
    const gd_conv2d_options same = { .stride = { 1, 1 }, .padding = { 2, 2 } };
    gd_tensor *x = gd_reshape(gd_slice(in[0], 0, 0, IMAGES * 24 * 24, 1), GD_SHAPE(IMAGES, 1, 24, 24));
    gd_tensor *h = gd_avg_pool2d(gd_tanh(gd_conv2d(x, m->w, m->b, same)), pool);
    h = gd_avg_pool2d(gd_relu(gd_conv2d(h, m->w2, NULL, same)), pool);
    back(m, gd_sum(gd_square(h)));
    return h;
}

/* The result of the first convolution is read again by one that comes after the group. */
static gd_tensor *read_again(gd_tensor *const in[], int n, void *context)
{
    const model *m = context;
    (void)n;
    const gd_conv2d_options same = { .stride = { 1, 1 }, .padding = { 2, 2 } };
    gd_tensor *x = gd_reshape(gd_slice(in[0], 0, 0, IMAGES * 24 * 24, 1), GD_SHAPE(IMAGES, 1, 24, 24));
    gd_tensor *h = gd_conv2d(x, m->w, m->b, same);
    gd_tensor *y = gd_sum(gd_tanh(h));
    back(m, gd_add(y, gd_max(h)));
    return y;
}

static const problem problems[] = {
    { "chain", chain, "are run together" },
    { "middle", middle, "computations 1 to 2 are run together" },
    { "middle", middle, "gd_neg [70003] -> [70003]  (left out: nobody reads it)" },
    { "used often", used_often, "are run together" },
    { "shifted", shifted, "computations 1 to 2 are run together" },
    { "by the last", by_the_last, "computations 1 to 3 are run together" },
    { "images", images, "computations 1 to 7 are run together" },
    { "read again", read_again, "computations 1 to 2 are run together" },
};

static model begin(void)
{
    return (model){ .w = gd_requires_grad(numbers(GD_SHAPE(3, 1, 5, 5), 1)),
                    .b = gd_requires_grad(numbers(GD_SHAPE(3), 2)),
                    .w2 = gd_requires_grad(numbers(GD_SHAPE(4, 3, 5, 5), 3)),
                    .v = gd_requires_grad(numbers(GD_SHAPE(ELEMENTS), 4)) };
}

static void check_said(gd_program *program, const problem *p)
{
    char text[8192] = "";
    FILE *file = tmpfile();
    gd_program_print(file, program);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    ck_assert_msg(strstr(text, p->said), "%s: %s", p->name, text);
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
            gd_tensor *x = numbers(GD_SHAPE(ELEMENTS), 10 + run);
            gd_tensor *y = p->function(&x, 1, &usual), *again = gd_run(program, &x, 1);
            ck_assert_msg(same_bits(y, again), "%s, %d threads, run %d", p->name, threads, run);
            ck_assert_msg(same_grad(usual.w, captured.w) && same_grad(usual.b, captured.b)
                          && same_grad(usual.w2, captured.w2) && same_grad(usual.v, captured.v),
                          "%s, %d threads, run %d: gradients", p->name, threads, run);
        }
        if (threads == 1)
            check_said(program, p);
        gd_program_free(program);
    }
    gd_set_threads(1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("capture: blocks");
    TCase *cases = tcase_create("blocks");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, same_bits_in_blocks, 0, sizeof problems / sizeof *problems);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
