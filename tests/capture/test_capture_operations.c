/* test_capture_operations.c - every operation of operation_table.h, captured: values and gradients have the bits of the
 * function called as usual, when the numbers are others in each run; with inputs given to gd_run and with leaves, on
 * packed tensors and on views. */
#include <string.h>

#include "operations/operation_rows.h"
#include "tensor/recycle.h"

enum { RUNS = 5 };

/* The row with everything it is applied to. */
typedef struct problem {
    const operation *op;
    int              n;
    bool             views;                 /* of each leaf a view with other strides */
    bool             twice;                 /* gradients of gradients */
    gd_tensor       *leaf[OPERATION_INPUTS];        /* where an input gets a gradient */
    gd_tensor       *value[OPERATION_INPUTS];       /* of a run: what an input of gd_run is, or a leaf becomes */
} problem;

static gd_tensor *seen(const problem *p, gd_tensor *leaf)
{
    return p->views && leaf->ndim >= 2 ? gd_transpose(leaf, -1, -2) : leaf;
}

/* The gradients are recorded, and what is made of them has gradients. */
static void back_twice(const problem *p, gd_tensor *y, gd_tensor *weights)
{
    gd_tensor *xs[OPERATION_INPUTS], *dxs[OPERATION_INPUTS], *sum = gd_scalar(0);
    int n = 0;
    for (int i = 0; i < p->n; i++)
        if (p->leaf[i])
            xs[n++] = p->leaf[i];
    if (!gd_grad(y, weights, xs, n, dxs, true))
        return;
    for (int i = 0; i < n; i++)
        sum = gd_add(sum, gd_sum(gd_square(dxs[i])));
    if (sum && sum->requires_grad)
        gd_backward(sum);
}

/* in: the inputs without a gradient.  Every element of the result counts with a weight of its own. */
static gd_tensor *forward_and_back(gd_tensor *const in[], int n, void *context)
{
    const problem *p = context;
    gd_tensor *x[OPERATION_INPUTS] = { NULL };
    int k = 0;
    for (int i = 0; i < p->n; i++)
        x[i] = p->leaf[i] ? seen(p, p->leaf[i]) : k < n ? in[k++] : NULL;
    gd_tensor *y = p->op->apply(x);
    if (y && y->requires_grad && !(p->op->flags & CONSTANT)) {
        gd_tensor *weights = gd_add(gd_scale(gd_detach(y), 0.37), gd_scalar(0.6));
        if (p->twice)
            back_twice(p, y, weights);
        else
            gd_backward_from(y, weights, false);
    }
    return y;
}

static gd_shape stored(const problem *p, gd_shape shape)
{
    const int last = shape.ndim - 1;
    if (p->views && shape.ndim >= 2) {
        const int64_t size = shape.size[last];
        shape.size[last] = shape.size[last - 1];
        shape.size[last - 1] = size;
    }
    return shape;
}

/* Numbers of the domain, others in each run: those of make_input, rotated. */
static gd_tensor *numbers(const input *in, int i, gd_shape shape, int run)
{
    gd_tensor *first = make_input(in, i, shape), *t = gd_zeros(shape);
    for (int64_t k = 0; k < first->numel; k++)
        t->data[k] = first->data[(k + run) % first->numel];
    return t;
}

static problem begin(const operation *op, bool views, bool leaves)
{
    problem p = { .op = op, .n = input_count(op), .views = views };
    for (int i = 0; i < p.n && leaves; i++)
        if (differentiable(&op->inputs[i]))
            p.leaf[i] = gd_requires_grad(gd_zeros(stored(&p, input_shape(&op->inputs[i]))));
    return p;
}

static void set(problem *p, int run)
{
    for (int i = 0; i < p->n; i++) {
        const input *in = &p->op->inputs[i];
        if (p->leaf[i]) {
            GD_NO_GRAD;
            ck_assert_msg(gd_assign(p->leaf[i], numbers(in, i, stored(p, input_shape(in)), run)), "%s: %s", p->op->call,
                          gd_last_error());
            gd_zero_grad_of(p->leaf[i]);
        } else {
            p->value[i] = numbers(in, i, input_shape(in), run);
        }
    }
}

static int inputs_of(const problem *p, gd_tensor *in[])
{
    int n = 0;
    for (int i = 0; i < p->n; i++)
        if (!p->leaf[i])
            in[n++] = p->value[i];
    return n;
}

static bool same_gradients(const gd_tensor *a, const gd_tensor *b)
{
    return a && b ? same_bits(a, b) : a == b;
}

/* Operations that cannot be captured, and what is said about them; their values are checked like all others. */
static const struct {
    const char *call, *said;
} refused[] = {
    { "gd_masked_select(", "cannot be captured: gd_masked_select gives a result whose shape depends on numbers" },
    { "gd_nonzero(",       "cannot be captured: gd_nonzero gives a result whose shape depends on numbers" },
    { "gd_unique(",        "cannot be captured: gd_unique gives a result whose shape depends on numbers" },
};

/* Operations whose rules decide by numbers: in a pass that is recorded they cannot be captured. */
static bool decides(const char *text)
{
    static const char *const names[] = { "gd_norm", "gd_std_axes", "gd_logsumexp", "gd_det" };
    char said[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(said, sizeof said, "cannot be captured: %s has a derivative that depends on values", names[i]);
        if (strstr(text, said))
            return true;
    }
    return false;
}

/* A captured version was run again in all runs but the first two: the program says so. */
static void check_runs(const operation *op, gd_program *program, bool twice)
{
    const char *text = said_of(program);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (strncmp(op->call, refused[i].call, strlen(refused[i].call)) == 0) {
            ck_assert_msg(strstr(text, refused[i].said), "%s: %s", op->call, text);
            return;
        }
    if (twice && decides(text))
        return;
    const char *at = strstr(text, "run again "), *reason = strstr(text, "cannot be captured");
    ck_assert_msg(at && atoi(at + strlen("run again ")) == RUNS - 2, "%s: %.*s", op->call,
                  reason ? (int)strcspn(reason, "\n") : 80, reason ? reason : text);
}

static void check(const operation *op, bool views, bool leaves, bool no_grad, bool twice)
{
    GD_SCOPE;
    problem usual = begin(op, views, leaves), captured = begin(op, views, leaves);
    usual.twice = captured.twice = twice;
    gd_program *program = gd_capture(forward_and_back, &captured);
    for (int run = 0; run < RUNS; run++) {
        GD_SCOPE;
        set(&usual, run);
        set(&captured, run);
        gd_tensor *in[OPERATION_INPUTS];
        const int n = inputs_of(&usual, in);
        gd_seed(17 + (uint64_t)run);
        if (no_grad)
            gd_no_grad_begin();
        gd_tensor *y = forward_and_back(in, n, &usual);
        gd_seed(17 + (uint64_t)run);
        gd_tensor *again = gd_run(program, in, n);
        if (no_grad)
            gd_no_grad_end();
        ck_assert_msg(same_bits(y, again), "%s: run %d has other values", op->call, run);
        for (int i = 0; i < usual.n; i++)
            if (usual.leaf[i])
                ck_assert_msg(same_gradients(usual.leaf[i]->grad, captured.leaf[i]->grad),
                              "%s: run %d: other gradients", op->call, run);
    }
    check_runs(op, program, twice);
    gd_program_free(program);
}

START_TEST(with_leaves)
{
    check(&operations[_i], false, true, false, false);
}
END_TEST

START_TEST(with_views_of_leaves)
{
    check(&operations[_i], true, true, false, false);
}
END_TEST

START_TEST(with_inputs)
{
    check(&operations[_i], false, false, false, false);
}
END_TEST

START_TEST(without_recording)
{
    check(&operations[_i], false, true, true, false);
}
END_TEST

START_TEST(with_gradients_of_gradients)
{
    check(&operations[_i], false, true, false, true);
}
END_TEST

int main(void)
{
    gi_least_apart = 1;                     /* results share their memory as soon as they are not small */
    Suite *suite = suite_create("capture: operations");
    TCase *cases = tcase_create("table");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, with_leaves, 0, OPERATIONS);
    tcase_add_loop_test(cases, with_views_of_leaves, 0, OPERATIONS);
    tcase_add_loop_test(cases, with_inputs, 0, OPERATIONS);
    tcase_add_loop_test(cases, without_recording, 0, OPERATIONS);
    tcase_add_loop_test(cases, with_gradients_of_gradients, 0, OPERATIONS);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
