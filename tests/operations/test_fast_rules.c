/* test_fast_rules.c - every operation of operation_table.h: an ordinary backward pass, which takes fast rules, gives
 * the gradients that the rules in operations give, on views, broadcast, empty, of one element, added to other
 * gradients, and at the ends of the range. */
#include <float.h>

#include "autograd/node.h"
#include "operation_rows.h"

#ifdef GD_DOUBLE
#define EPS DBL_EPSILON
#else
#define EPS ((double)FLT_EPSILON)
#endif

typedef enum layout { PACKED, SWAPPED, SLICED, SHARED, LAYOUTS } layout;

/* A leaf, and beside it what the operation gets: the leaf, a view of it, or a result that is used twice. */
static gd_tensor *seen(layout how, gd_tensor *leaf)
{
    if (how == SWAPPED && leaf->ndim >= 2)
        return gd_transpose(leaf, -1, -2);
    if (how == SLICED && leaf->ndim >= 1)
        return gd_slice(leaf, -1, 0, leaf->shape[leaf->ndim - 1], 2);
    return how == SHARED ? gd_neg(leaf) : leaf;
}

static gd_shape stored(layout how, gd_shape shape)
{
    const int last = shape.ndim - 1;
    if (how == SWAPPED && shape.ndim >= 2) {
        const int64_t size = shape.size[last];
        shape.size[last] = shape.size[last - 1];
        shape.size[last - 1] = size;
    }
    if (how == SLICED && shape.ndim >= 1 && shape.size[last])
        shape.size[last] = 2 * shape.size[last] - 1;
    return shape;
}

typedef struct graph {
    gd_tensor *leaf[OPERATION_INPUTS], *in[OPERATION_INPUTS], *y;
    gd_tensor *xs[OPERATION_INPUTS];
    int        n;
} graph;

/* Every element of the result counts with a weight of its own; with SHARED each input has another use, recorded later,
 * so that the operation's gradient is added to one that is there. */
static void use(graph *g, layout how)
{
    gd_tensor *sum = gd_sum(gd_mul(g->y, make_input(&operations[0].inputs[0], 5, gd_shape_of_tensor(g->y))));
    for (int i = 0; i < OPERATION_INPUTS && how == SHARED; i++)
        if (g->in[i] && g->in[i]->requires_grad)
            sum = gd_add(sum, gd_sum(gd_mul(g->in[i], make_input(&operations[0].inputs[0], 4,
                                                                 gd_shape_of_tensor(g->in[i])))));
    g->y = sum;
}

/* Equal up to roundings of numbers as large as the largest gradient; the same infinities; NaN where NaN is. */
static void compare(const char *call, const char *what, const gd_tensor *fast, const gd_tensor *plain, double scale)
{
    ck_assert_int_eq(fast->numel, plain->numel);
    for (int64_t k = 0; k < fast->numel; k++) {
        const double a = (double)fast->data[k], b = (double)plain->data[k];
        const bool same = isnan(a) || isnan(b) ? isnan(a) == isnan(b) : a == b || fabs(a - b) <= 64 * EPS * scale;
        ck_assert_msg(same, "%s, %s: element %d is %.9g by the fast rule, and %.9g", call, what, (int)k, a, b);
    }
}

static double largest(const gd_tensor *t)
{
    double most = 0;
    for (int64_t k = 0; k < t->numel; k++)
        if (isfinite(t->data[k]) && fabs((double)t->data[k]) > most)
            most = fabs((double)t->data[k]);
    return most;
}

static void check(const operation *op, const char *what, graph *g)
{
    gd_tensor *fast[OPERATION_INPUTS], *plain[OPERATION_INPUTS];
    if (!g->n || !g->y->requires_grad)
        return;
    ck_assert_msg(gd_grad(g->y, NULL, g->xs, g->n, fast, false), "%s, %s: %s", op->call, what, gd_last_error());
    ck_assert_msg(gd_grad(g->y, NULL, g->xs, g->n, plain, true), "%s, %s: %s", op->call, what, gd_last_error());
    for (int i = 0; i < g->n; i++)
        compare(op->call, what, gd_contiguous(fast[i]), gd_contiguous(plain[i]), 1 + largest(gd_contiguous(plain[i])));
}

/* The operation on inputs of other shapes than the row's, where shapes is given. */
static graph built(const operation *op, layout how, const gd_shape *shapes)
{
    graph g = { .n = 0 };
    for (int i = 0; i < input_count(op); i++) {
        const gd_shape shape = shapes ? shapes[i] : input_shape(&op->inputs[i]);
        g.leaf[i] = make_input(&op->inputs[i], i, differentiable(&op->inputs[i]) ? stored(how, shape) : shape);
        g.in[i] = g.leaf[i];
        if (!differentiable(&op->inputs[i]))
            continue;
        g.xs[g.n++] = gd_requires_grad(g.leaf[i]);
        g.in[i] = op->inputs[i].kind == DOMAIN_ANY || how != SHARED ? seen(how, g.leaf[i]) : gd_scale(g.leaf[i], 1);
    }
    g.y = op->apply(g.in);
    ck_assert_msg(g.y != NULL, "%s: %s", op->call, gd_last_error());
    if (op->flags & CONSTANT)
        g.n = 0;
    else
        use(&g, how);
    return g;
}

START_TEST(every_layout)
{
    static const char *const names[LAYOUTS] = { "packed", "swapped", "sliced", "shared" };
    const operation *op = &operations[_i];
    for (layout how = PACKED; how < LAYOUTS; how++) {
        GD_SCOPE;
        graph g = built(op, how, NULL);
        if (!(op->flags & ONCE))
            check(op, names[how], &g);
    }
}
END_TEST

START_TEST(other_shapes)
{
    static const char *const names[] = { "one element", "empty", "broadcast from the left", "broadcast from the right",
                                         "a scalar beside", "large" };
    const operation *op = &operations[_i];
    const gd_shape whole = GD_SHAPE(3, 4), row = GD_SHAPE(4), column = GD_SHAPE(3, 1), scalar = { 0, { 0 } };
    const gd_shape one = GD_SHAPE(1), none = GD_SHAPE(0, 3), large = GD_SHAPE(7, 700);
    const gd_shape pairs[][3] = { { one, one, one }, { none, none, none }, { row, whole, whole },
                                  { whole, column, whole }, { whole, scalar, scalar }, { large, large, large } };
    if (!(op->flags & (ELEMENTWISE | BROADCASTS)))
        return;
    for (layout how = PACKED; how < LAYOUTS; how++)
        for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
            GD_SCOPE;
            graph g = built(op, how, pairs[k]);
            check(op, names[k], &g);
        }
}
END_TEST

/* Where the rule in operations is finite or NaN the fast rule is, too; both may lose what is beyond the range. */
START_TEST(ends_of_the_range)
{
    static const double ends[] = { 0.0, -0.0, 1e-30, -1e-30, 0.5, -0.5, 3, -3, 30, -30, 1e4, -1e4, (double)INFINITY,
                                   -(double)INFINITY, (double)NAN };
    enum { N = sizeof ends / sizeof *ends };
    const operation *op = &operations[_i];
    if (!(op->flags & (ELEMENTWISE | BROADCASTS)) || (op->flags & CONSTANT) || op->inputs[0].kind == DOMAIN_CLASSES)
        return;
    const bool two = op->flags & BROADCASTS;
    graph g = { .n = two ? 2 : 1 };
    for (int i = 0; i < g.n; i++) {
        g.xs[i] = gd_requires_grad(gd_zeros(two ? GD_SHAPE(N, N) : GD_SHAPE(N)));
        for (int64_t k = 0; k < g.xs[i]->numel; k++)
            g.xs[i]->data[k] = (gd_real)ends[i ? k / N : k % N];
    }
    gd_tensor *y = op->apply(g.xs), *dy = gd_ones_like(y), *fast[2], *plain[2];
    ck_assert(gd_grad(y, dy, g.xs, g.n, fast, false) && gd_grad(y, dy, g.xs, g.n, plain, true));
    for (int i = 0; i < g.n; i++)
        for (int64_t k = 0; k < fast[i]->numel; k++) {
            const double a = (double)fast[i]->data[k], b = (double)plain[i]->data[k];
            const bool same = isnan(a) || isnan(b) ? isnan(a) == isnan(b)
                                                   : a == b || fabs(a - b) <= 64 * EPS * (1 + fabs(b));
            ck_assert_msg(same, "%s at %g, %g: gradient %d is %.9g by the fast rule, and %.9g", op->call,
                          (double)g.xs[0]->data[k], two ? (double)g.xs[1]->data[k] : 0, i, a, b);
        }
}
END_TEST

/* Some operations must have one: else nothing is compared above. */
START_TEST(there_are_fast_rules)
{
    int fast = 0;
    for (int i = 0; i < OPERATIONS; i++) {
        GD_SCOPE;
        graph g = { .n = 0 };
        for (int k = 0; k < input_count(&operations[i]); k++) {
            g.in[k] = make_input(&operations[i].inputs[k], k, input_shape(&operations[i].inputs[k]));
            if (differentiable(&operations[i].inputs[k]))
                gd_requires_grad(g.in[k]);
        }
        const gd_tensor *y = operations[i].apply(g.in);
        for (const gd_node *node = y->requires_grad ? y->node : NULL; node; node = node->prev)
            fast += node->op->fast != NULL;
    }
    ck_assert_int_ge(fast, 40);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fast rules");
    TCase *each = tcase_create("each operation");
    tcase_add_checked_fixture(each, quietly, gd_shutdown);
    tcase_add_loop_test(each, every_layout, 0, OPERATIONS);
    tcase_add_loop_test(each, other_shapes, 0, OPERATIONS);
    tcase_add_loop_test(each, ends_of_the_range, 0, OPERATIONS);
    tcase_add_test(each, there_are_fast_rules);
    suite_add_tcase(suite, each);
    return run_suite(suite);
}
