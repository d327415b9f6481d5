/* test_derivatives.c - every operation of operation_table.h: first and second derivatives against finite
 * differences, alone and in graphs, for views, broadcast, empty and 0-d tensors.
 *
 * Values are compared in test_golden.c and test_values.c.  What rules read: test_rules.c. */
#include "operation_rows.h"

/* ---- One operation in a graph, as a function of its differentiable inputs ----------------------------------- */

typedef enum placement { ALONE, IN_THE_MIDDLE, DIAMOND } placement;
typedef enum layout { PACKED, REVERSED, SWAPPED, SLICED } layout;  /* the axes; the last two; every other column */

typedef struct trial {
    const operation *op;
    placement  placement;
    layout     layout;
    gd_tensor *fixed[OPERATION_INPUTS];         /* the inputs that are not differentiated */
    int        from[OPERATION_INPUTS];          /* which of the xs the input is; -1: fixed */
} trial;

/* The order of the axes in a layout; its own inverse. */
static gd_shape order(layout how, int ndim)
{
    gd_shape axes = { ndim, { 0 } };
    for (int i = 0; i < ndim; i++)
        axes.size[i] = how == REVERSED ? ndim - 1 - i : i;
    if (how == SWAPPED && ndim > 1) {
        axes.size[ndim - 1] = ndim - 2;
        axes.size[ndim - 2] = ndim - 1;
    }
    return axes;
}

/* x seen as the layout says: the inverse of laid_out. */
static gd_tensor *view(layout how, gd_tensor *x)
{
    if (!x || x->ndim == 0 || how == PACKED)
        return x;
    return how == SLICED ? gd_slice(x, -1, 1, x->shape[x->ndim - 1], 2) : gd_permute(x, order(how, x->ndim));
}

/* A contiguous tensor a view of which has the elements of t; the gaps of a slice hold NaN. */
static gd_tensor *laid_out(layout how, gd_tensor *t)
{
    gd_shape shape = gd_shape_of_tensor(t);
    if (how == REVERSED || how == SWAPPED) {
        gd_shape axes = order(how, shape.ndim), stored = shape;
        for (int i = 0; i < shape.ndim; i++)
            stored.size[i] = shape.size[axes.size[i]];
        gd_tensor *packed = gd_zeros(stored), *seen = view(how, packed);
        for (int64_t k = 0; k < gd_numel(t); k++) {
            int64_t offset = 0, rest = k;
            for (int i = shape.ndim - 1; i >= 0; i--) {
                offset += rest % shape.size[i] * seen->stride[i];
                rest /= shape.size[i];
            }
            packed->data[offset] = t->data[k];
        }
        return packed;
    }
    if (how == SLICED && shape.ndim) {
        int64_t n = shape.size[shape.ndim - 1];
        shape.size[shape.ndim - 1] = 2 * n + 1;
        gd_tensor *packed = gd_full(shape, 0.77);
        for (int64_t k = 0; k < gd_numel(t); k++)
            packed->data[k / n * (2 * n + 1) + k % n * 2 + 1] = t->data[k];
        return packed;
    }
    return t;
}

static gd_tensor *moved(gd_tensor *x)
{
    return gd_add(x, gd_scale(gd_sin(x), 0.1));
}

static gd_tensor *run_trial(gd_tensor *const xs[], int n, void *context)
{
    const trial *t = context;
    gd_tensor *in[OPERATION_INPUTS] = { NULL };
    int first = -1;
    for (int i = 0; i < input_count(t->op); i++) {
        in[i] = view(t->layout, t->from[i] < 0 ? t->fixed[i] : xs[t->from[i]]);
        if (t->placement == IN_THE_MIDDLE && differentiable(&t->op->inputs[i]))
            in[i] = moved(in[i]);
        if (first < 0 && t->from[i] >= 0)
            first = i;
    }
    ck_assert(first >= 0 && t->from[first] < n);
    gd_tensor *y = t->op->apply(in);
    if (t->placement == IN_THE_MIDDLE)
        return gd_sin(y);
    if (t->placement == DIAMOND)
        return gd_add(gd_mul(y, gd_sum(gd_square(in[first]))), t->op->apply(in));
    return y;
}

static void check_derivatives(trial *t, gd_tensor *const xs[], int n)
{
    if (!IN_DOUBLE && (t->op->flags & (KINKED | CONSTANT)))
        return;
    ck_assert_msg(gd_gradcheck(run_trial, t, xs, n, (gd_gradcheck_options){ .eps = 0 }),
                  "%s, placement %d, layout %d: %s", t->op->call, t->placement, t->layout, gd_last_error());
    if (IN_DOUBLE && !(t->op->flags & ONCE))
        ck_assert_msg(gd_gradgradcheck(run_trial, t, xs, n, (gd_gradcheck_options){ .eps = 0 }),
                      "%s, placement %d, layout %d: %s", t->op->call, t->placement, t->layout, gd_last_error());
}

/* Inputs of the given shapes (NULL: the row's); differentiated by those whose bit is set. */
static int prepare(trial *t, const gd_shape *shapes, unsigned bits, gd_tensor *xs[])
{
    int n = 0;
    for (int i = 0; i < input_count(t->op); i++) {
        const input *in = &t->op->inputs[i];
        gd_tensor *x = laid_out(t->layout, make_input(in, i, shapes ? shapes[i] : input_shape(in)));
        bool wanted = differentiable(in) && (bits >> i & 1);
        t->from[i] = wanted ? n : -1;
        t->fixed[i] = wanted ? NULL : x;
        if (wanted)
            xs[n++] = gd_requires_grad(x);
    }
    return n;
}

static const unsigned all_inputs = ~0u;

static void try(const operation *op, placement place, layout how, const gd_shape *shapes, unsigned bits)
{
    GD_SCOPE;
    trial t = { .op = op, .placement = place, .layout = how };
    gd_tensor *xs[OPERATION_INPUTS];
    int n = prepare(&t, shapes, bits, xs);
    if (n)
        check_derivatives(&t, xs, n);
    else
        ck_assert(bits != all_inputs);
}

/* ---- The placements ----------------------------------------------------------------------------------------- */

START_TEST(alone)          { try(&operations[_i], ALONE, PACKED, NULL, all_inputs); }
END_TEST
START_TEST(in_the_middle)  { try(&operations[_i], IN_THE_MIDDLE, PACKED, NULL, all_inputs); }
END_TEST
START_TEST(diamond)        { try(&operations[_i], DIAMOND, PACKED, NULL, all_inputs); }
END_TEST

START_TEST(on_views)
{
    try(&operations[_i], ALONE, REVERSED, NULL, all_inputs);
    try(&operations[_i], ALONE, SWAPPED, NULL, all_inputs);
    try(&operations[_i], ALONE, SLICED, NULL, all_inputs);
    try(&operations[_i], IN_THE_MIDDLE, SLICED, NULL, all_inputs);
}
END_TEST

/* Each input differentiated while the others are constants: also those behind a constant first one. */
START_TEST(one_input_at_a_time)
{
    const operation *op = &operations[_i];
    for (int i = 0; i < input_count(op); i++) {
        try(op, ALONE, PACKED, NULL, 1u << i);
        if (input_count(op) > 2)
            try(op, DIAMOND, PACKED, NULL, all_inputs ^ 1u << i);
    }
}
END_TEST

/* Two inputs of the same shape are the same tensor. */
START_TEST(same_tensor_twice)
{
    const operation *op = &operations[_i];
    for (int i = 0; i < input_count(op); i++)
        for (int j = i + 1; j < input_count(op); j++) {
            const input *a = &op->inputs[i], *b = &op->inputs[j];
            if (!differentiable(a) || a->kind != b->kind || a->ndim != b->ndim
                || memcmp(a->sizes + 1, b->sizes + 1, sizeof(int) * (size_t)a->ndim) != 0)
                continue;
            GD_SCOPE;
            trial t = { .op = op };
            gd_tensor *xs[OPERATION_INPUTS];
            int n = prepare(&t, NULL, all_inputs, xs), away = t.from[j];
            t.from[j] = t.from[i];
            for (int k = j + 1; k < input_count(op); k++)
                t.from[k] -= t.from[k] >= 0;
            memmove(&xs[away], &xs[away + 1], sizeof xs[0] * (size_t)(n - 1 - away));
            check_derivatives(&t, xs, n - 1);
        }
}
END_TEST

/* ---- Shapes ------------------------------------------------------------------------------------------------- */

/* A view gives the same as a contiguous copy. */
START_TEST(views_change_no_value)
{
    const operation *op = &operations[_i];
    GD_SCOPE;
    gd_tensor *x[OPERATION_INPUTS] = { NULL }, *seen[OPERATION_INPUTS] = { NULL };
    for (int i = 0; i < input_count(op); i++)
        x[i] = make_input(&op->inputs[i], i, input_shape(&op->inputs[i]));
    gd_tensor *y = op->apply(x);
    ck_assert_msg(y != NULL, "%s: %s", op->call, gd_last_error());
    for (layout how = REVERSED; how <= SLICED; how++) {
        for (int i = 0; i < input_count(op); i++)
            seen[i] = view(how, laid_out(how, x[i]));
        double off = far_apart(op->apply(seen), y);
        ck_assert_msg(off <= (IN_DOUBLE ? 1e-12 : 2e-6), "%s, layout %d: off by %g", op->call, how, off);
    }
}
END_TEST

static const gd_shape one_input_shapes[] = {
    { 0, { 0 } }, { 1, { 1 } }, { 1, { 5 } }, { 2, { 0, 3 } }, { 2, { 2, 0 } }, { 3, { 2, 1, 3 } },
    { 8, { 1, 2, 1, 1, 2, 1, 1, 2 } }
};

/* Element k of the result comes from element k of each input, and from nothing else. */
static void compare_with_scalars(const operation *op, gd_tensor *const x[])
{
    gd_tensor *y = op->apply(x), *one[OPERATION_INPUTS] = { NULL };
    ck_assert_msg(y != NULL, "%s: %s", op->call, gd_last_error());
    for (int64_t k = 0; k < gd_numel(y); k++) {
        GD_SCOPE;
        for (int i = 0; i < input_count(op); i++) {
            int64_t at = 0, rest = k, below = 1;        /* the index of y without x's stretched axes */
            for (int axis = 1; axis <= y->ndim; axis++) {
                int64_t index = rest % y->shape[y->ndim - axis];
                rest /= y->shape[y->ndim - axis];
                if (axis > x[i]->ndim)
                    continue;
                int64_t size = x[i]->shape[x[i]->ndim - axis];
                at += (size == 1 ? 0 : index) * below;
                below *= size;
            }
            one[i] = gd_scalar(element(x[i], at));
        }
        double expected = (double)gd_item(op->apply(one));
        ck_assert_msg(far_apart(gd_scalar(element(y, k)), gd_scalar(expected)) <= (IN_DOUBLE ? 1e-14 : 1e-6),
                      "%s: element %d is %.17g, not %.17g", op->call, (int)k, element(y, k), expected);
    }
}

START_TEST(elementwise_on_all_shapes)
{
    const operation *op = &operations[_i];
    for (size_t k = 0; op->flags & ELEMENTWISE && k < sizeof one_input_shapes / sizeof *one_input_shapes; k++) {
        try(op, ALONE, PACKED, &one_input_shapes[k], all_inputs);
        GD_SCOPE;
        gd_tensor *x = make_input(&op->inputs[0], 0, one_input_shapes[k]);
        for (layout how = PACKED; how <= SLICED; how++)
            compare_with_scalars(op, (gd_tensor *const[]){ view(how, laid_out(how, x)) });
    }
}
END_TEST

static const gd_shape broadcast_shapes[][3] = {
    { { 2, { 3, 4 } },       { 1, { 4 } },       { 2, { 3, 1 } } },
    { { 1, { 4 } },          { 2, { 3, 4 } },    { 0, { 0 } } },
    { { 2, { 3, 1 } },       { 2, { 1, 4 } },    { 2, { 3, 4 } } },
    { { 0, { 0 } },          { 2, { 2, 3 } },    { 1, { 3 } } },
    { { 2, { 2, 3 } },       { 0, { 0 } },       { 3, { 2, 1, 1 } } },
    { { 3, { 2, 1, 3 } },    { 2, { 4, 1 } },    { 2, { 4, 3 } } },
    { { 2, { 4, 1 } },       { 3, { 2, 1, 3 } }, { 1, { 1 } } },
    { { 1, { 1 } },          { 2, { 2, 3 } },    { 3, { 1, 1, 1 } } },
    { { 3, { 1, 1, 1 } },    { 0, { 0 } },       { 0, { 0 } } },
    { { 2, { 0, 3 } },       { 1, { 3 } },       { 0, { 0 } } },
    { { 2, { 3, 1 } },       { 2, { 3, 0 } },    { 1, { 1 } } },
    { { 0, { 0 } },          { 1, { 0 } },       { 0, { 0 } } },
    { { 5, { 2, 1, 2, 1, 2 } }, { 4, { 2, 1, 2, 1 } }, { 1, { 2 } } },
};
enum { BROADCAST_SHAPES = sizeof broadcast_shapes / sizeof broadcast_shapes[0] };

START_TEST(broadcast)
{
    const operation *op = &operations[_i];
    for (int k = 0; op->flags & BROADCASTS && k < BROADCAST_SHAPES; k++) {
        try(op, ALONE, PACKED, broadcast_shapes[k], all_inputs);
        try(op, IN_THE_MIDDLE, REVERSED, broadcast_shapes[k], all_inputs);
        try(op, DIAMOND, SLICED, broadcast_shapes[k], all_inputs);
        GD_SCOPE;
        gd_tensor *x[OPERATION_INPUTS] = { NULL };
        for (layout how = PACKED; how <= SLICED; how++) {
            for (int i = 0; i < input_count(op); i++)
                x[i] = view(how, laid_out(how, make_input(&op->inputs[i], i, broadcast_shapes[k][i])));
            compare_with_scalars(op, x);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: derivatives");
    TCase *each = tcase_create("all");
    tcase_add_checked_fixture(each, quietly, NULL);
    tcase_set_timeout(each, 300);
    tcase_add_loop_test(each, alone, 0, OPERATIONS);
    tcase_add_loop_test(each, in_the_middle, 0, OPERATIONS);
    tcase_add_loop_test(each, diamond, 0, OPERATIONS);
    tcase_add_loop_test(each, on_views, 0, OPERATIONS);
    tcase_add_loop_test(each, one_input_at_a_time, 0, OPERATIONS);
    tcase_add_loop_test(each, same_tensor_twice, 0, OPERATIONS);
    tcase_add_loop_test(each, views_change_no_value, 0, OPERATIONS);
    tcase_add_loop_test(each, elementwise_on_all_shapes, 0, OPERATIONS);
    tcase_add_loop_test(each, broadcast, 0, OPERATIONS);
    suite_add_tcase(suite, each);
    return run_suite(suite);
}
