/* test_threads_elementwise.c - elementwise operations, softmax, losses and sums have the same bits on one thread
 * and on several, for sizes around the boundaries of the parts, for views, and for empty tensors. */
#include "support/support.h"
#include "base/threads.h"

enum { PART = GI_PART_ELEMENTS };

static gd_tensor *numbers(gd_shape shape, uint64_t seed)
{
    gd_seed(seed);
    return gd_normal(shape, 0, 2);
}

static gd_tensor *columns_of(gd_tensor *x, int64_t n)
{
    return gd_reshape(gd_slice(x, 0, 0, gd_numel(x) / n * n, 1), GD_SHAPE(gd_numel(x) / n, n));
}

/* The gradient of the sum of w f(x), w other numbers. */
static gd_tensor *gradient(gd_tensor *(*f)(gd_tensor *x), gd_tensor *x)
{
    gd_tensor *leaf = gd_requires_grad(gd_add(x, gd_scalar(0))), *y = f(leaf);
    ck_good(gd_backward(gd_sum(gd_mul(y, numbers(gd_shape_of_tensor(y), 5)))));
    return leaf->grad;
}

static gd_tensor *scaled(gd_tensor *x)         { return gd_scale(x, 0.7); }
static gd_tensor *of_two(gd_tensor *x)         { return gd_mul(gd_add(x, gd_exp(x)), gd_scalar(3)); }
static gd_tensor *scalar_first(gd_tensor *x)   { return gd_sub(gd_scalar(1), x); }
static gd_tensor *every_third(gd_tensor *x)    { return gd_tanh(gd_slice(x, 0, 0, gd_numel(x), 3)); }
static gd_tensor *short_rows(gd_tensor *x)     { return gd_softmax(columns_of(x, 10), 1); }
static gd_tensor *long_rows(gd_tensor *x)      { return gd_softmax(columns_of(x, 5000), 1); }
static gd_tensor *one_row(gd_tensor *x)        { return gd_softmax(x, 0); }
static gd_tensor *columns(gd_tensor *x)        { return gd_softmax(columns_of(x, 100), 0); }
static gd_tensor *exp_sums(gd_tensor *x)       { return gd_logsumexp(columns_of(x, 10), 1, false); }
static gd_tensor *exp_sums_down(gd_tensor *x)  { return gd_logsumexp(columns_of(x, 1000), 0, false); }
static gd_tensor *log_rows(gd_tensor *x)       { return gd_log_softmax(columns_of(x, 1000), 1); }
static gd_tensor *column_sums(gd_tensor *x)    { return gd_sum_axis(columns_of(x, 300), 0, false); }
static gd_tensor *row_sums(gd_tensor *x)       { return gd_sum_axis(columns_of(x, 300), 1, false); }

static gd_tensor *losses(gd_tensor *x)
{
    gd_tensor *rows = columns_of(x, 7), *labels = gd_zeros(GD_SHAPE(rows->shape[0]));
    for (int64_t i = 0; i < labels->numel; i++)
        labels->data[i] = (gd_real)(i * i % 7);
    return gd_cross_entropy(rows, labels, GD_NONE);
}

static const struct { const char *name; gd_tensor *(*f)(gd_tensor *x); } table[] = {
    { "exp", gd_exp }, { "tanh", gd_tanh }, { "sigmoid", gd_sigmoid }, { "gelu", gd_gelu },
    { "scale", scaled }, { "add, mul", of_two }, { "a scalar first", scalar_first },
    { "a view", every_third }, { "sum", gd_sum }, { "softmax of short rows", short_rows },
    { "softmax of long rows", long_rows }, { "softmax of one row", one_row },
    { "logsumexp of rows", exp_sums }, { "logsumexp of columns", exp_sums_down },
    { "softmax of columns", columns }, { "log-softmax", log_rows }, { "column sums", column_sums },
    { "row sums", row_sums }, { "cross-entropy", losses },
};
enum { COUNT = sizeof table / sizeof *table };

static const int64_t sizes[] = { 0, 1, 2 * PART / 3, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1, 3 * PART + 77,
                                 4 * PART - 1, 4 * PART, 9 * PART + 12345 };

static void ck_same_bits(const gd_tensor *a, const gd_tensor *b, const char *what, int64_t n, int threads)
{
    ck_assert_msg(a && b, "%s of %d: %s", what, (int)n, gd_last_error() ? gd_last_error() : "");
    ck_assert(a->numel == b->numel && a->contiguous && b->contiguous);
    ck_assert_msg(same_bits(a, b), "%s of %d: other bits with %d threads", what, (int)n, threads);
}

START_TEST(any_number_of_threads)
{
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        GD_SCOPE;
        int64_t n = sizes[s];
        gd_tensor *x = numbers(GD_SHAPE(n), 3);
        ck_good(gd_set_threads(1));
        gd_tensor *y = table[_i].f(x), *dx = gradient(table[_i].f, x);
        for (int threads = 2; threads <= 3; threads++) {
            ck_good(gd_set_threads(threads));
            ck_same_bits(y, table[_i].f(x), table[_i].name, n, threads);
            ck_same_bits(dx, gradient(table[_i].f, x), table[_i].name, n, threads);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: threads elementwise");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, any_number_of_threads, 0, COUNT);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
