/* test_own_operations.c - operations defined outside the library, correct and faulty; the gradient checks, which
 * must detect every fault; graphs as text and as DOT. */
#include <stdio.h>

#include "support/support.h"

/* ---- An operation whose rule can be made wrong -------------------------------------------------------------- */

/* y = s a + a b, elementwise: da = s dy + dy b, db = dy a. */
typedef enum fault {
    NONE, WRONG_SIGN, MISSING_TERM, FACTOR, TRANSPOSED, ONE_ELEMENT, WRONG_SHAPE, NO_GRADIENT
} fault;

typedef struct attributes {
    double scale;
    fault  fault;
} attributes;

static void own_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const attributes *p = gd_node_attributes(node);
    gd_tensor *a = gd_node_input(node, 0), *b = gd_node_input(node, 1);
    if (gd_needs(node, 0))
        dx[0] = gd_add(gd_scale(dy, p->fault == MISSING_TERM ? 0 : p->scale), gd_mul(dy, b));
    if (!gd_needs(node, 1))
        return;
    gd_tensor *right = gd_mul(dy, a);
    switch (p->fault) {
    case WRONG_SIGN:   dx[1] = gd_neg(right); break;
    case FACTOR:       dx[1] = gd_scale(right, 1.001); break;
    case TRANSPOSED:   dx[1] = gd_transpose(right, 0, 1); break;
    case WRONG_SHAPE:  dx[1] = gd_concat((gd_tensor *const[]){ right, right }, 2, 0); break;
    case NO_GRADIENT:  break;
    case ONE_ELEMENT:  dx[1] = gd_mul(right, gd_from(GD_SHAPE(2, 2), (gd_real[]){ 1, 1, 1, 0 })); break;
    default:           dx[1] = right;
    }
}

static gd_tensor *own(gd_tensor *a, gd_tensor *b, double scale, fault f)
{
    static const gd_op op = {
    .name = "own", .rule = own_rule, .reads = GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0)),
    .formula = "da = s dy + dy b, db = dy a",
};
    gd_tensor *y;
    {
        GD_NO_GRAD;
        y = gd_add(gd_scale(a, scale), gd_mul(a, b));
    }
    attributes p = { scale, f };
    return gd_record(&op, y, (gd_tensor *const[]){ a, b }, 2, &p, sizeof p);
}

static gd_tensor *own_function(gd_tensor *const xs[], int n, void *context)
{
    ck_assert_int_eq(n, 2);
    return own(xs[0], xs[1], 3, *(const fault *)context);
}

static const gd_real numbers[] = { 1.5, -0.5, 0.75, 1.25 }, others[] = { -1, 0.5, 2, 1 };

START_TEST(works_like_a_built_in_one)
{
    gd_tensor *a = leaf_of(GD_SHAPE(2, 2), numbers), *b = leaf_of(GD_SHAPE(1, 2), others), *const xs[] = { a, b };
    gd_tensor *y = own(a, b, 3, NONE);
    ck_values(y, 3, -1.75, 1.5, 4.375);
    ck_good(gd_backward(gd_sum(y)));
    ck_values(a->grad, 2, 3.5, 2, 3.5);
    ck_values(b->grad, 2.25, 0.75);                               /* summed back over the rows */
    fault none = NONE;
    ck_good(gd_gradcheck(own_function, &none, xs, 2, (gd_gradcheck_options){ 0 }));
    if (IN_DOUBLE)
        ck_good(gd_gradgradcheck(own_function, &none, xs, 2, (gd_gradcheck_options){ 0 }));
}
END_TEST

START_TEST(what_a_node_tells)
{
    gd_tensor *a = leaf_of(GD_SHAPE(2, 2), numbers), *b = gd_from(GD_SHAPE(2, 2), others), *y = own(a, b, 3, NONE);
    ck_assert_str_eq(gd_node_op(y->node)->name, "own");
    ck_assert_int_eq(gd_node_inputs(y->node), 2);
    ck_assert_ptr_eq(gd_node_input(y->node, 0), a);
    ck_assert_ptr_null(gd_node_input(y->node, 2));
    ck_assert_ptr_null(gd_node_input(y->node, -1));
    ck_assert_ptr_eq(gd_node_output(y->node), y);
    ck_assert(gd_needs(y->node, 0) && !gd_needs(y->node, 1) && !gd_needs(y->node, 2) && !gd_needs(y->node, -1));
    ck_assert(((const attributes *)gd_node_attributes(y->node))->scale == 3);
}
END_TEST

START_TEST(recording)
{
    static const gd_op op = { .name = "own", .rule = own_rule, .reads = GD_NOTHING };
    gd_tensor *a = leaf_of(GD_SHAPE(2, 2), numbers), *c = gd_from(GD_SHAPE(2, 2), others);
    gd_tensor *y = gd_ones(GD_SHAPE(1));
    ck_assert_ptr_eq(gd_record(&op, y, (gd_tensor *const[]){ c, NULL }, 2, NULL, 0), y);
    ck_assert(!y->requires_grad && !y->node);                     /* nothing that requires a gradient */
    gd_no_grad_begin();
    ck_assert_ptr_eq(gd_record(&op, y, &a, 1, NULL, 0), y);
    gd_no_grad_end();
    ck_assert(!y->requires_grad && !y->node);
    ck_assert_ptr_null(gd_record(&op, NULL, &a, 1, NULL, 0));
    ck_no_message();
    ck_assert_ptr_null(gd_record(&op, gd_square(a), &a, 1, NULL, 0));
    ck_message("gd_record: y of own is already the result of an operation; it must be a fresh tensor");
    ck_assert_ptr_null(gd_record(&op, a, &a, 1, NULL, 0));
    ck_message("gd_record: y of own is already a leaf that requires a gradient; it must be a fresh tensor");
    ck_assert_ptr_null(gd_record(NULL, y, &a, 1, NULL, 0));
    ck_message("gd_record: op is NULL");
    ck_assert(!a->node && a->requires_grad);
    ck_assert_ptr_eq(gd_record(&op, y, (gd_tensor *const[]){ NULL, a }, 2, NULL, 0), y);
    ck_assert(y->requires_grad && !gd_needs(y->node, 0) && gd_needs(y->node, 1));
}
END_TEST

/* ---- Faulty rules ------------------------------------------------------------------------------------------- */

START_TEST(faulty_rules_are_named)
{
    gd_tensor *a = leaf_of(GD_SHAPE(2, 2), numbers), *b = leaf_of(GD_SHAPE(2, 2), others);
    ck_assert(!gd_backward(gd_sum(own(a, b, 3, WRONG_SHAPE))));
    ck_message("gd_backward: the rule of own gave a gradient of shape [4, 2] for input 1, which is [2, 2]");
    ck_assert(!gd_backward(gd_sum(own(a, b, 3, NO_GRADIENT))));
    ck_message("gd_backward: the rule of own gave no gradient for input 1");
    ck_assert(!a->grad && !b->grad);
    gd_freeze(b);
    ck_good(gd_backward(gd_sum(own(a, b, 3, NO_GRADIENT))));     /* it is not wanted now */
    ck_values(a->grad, 2, 3.5, 5, 4);
}
END_TEST

static void failing_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    dx[0] = gd_matmul(dy, gd_ones(GD_SHAPE(3)));
}

START_TEST(the_first_message_stands)
{
    static const gd_op op = { .name = "failing", .rule = failing_rule, .reads = GD_NOTHING };
    gd_tensor *a = leaf_of(GD_SHAPE(4), numbers), *y = gd_record(&op, gd_ones(GD_SHAPE(4)), &a, 1, NULL, 0);
    ck_assert(!gd_backward(gd_sum(y)));
    ck_message("gd_matmul: a is [4] and b is [3]: the inner sizes 4 and 3 differ");
    ck_assert_ptr_null(a->grad);
}
END_TEST

START_TEST(an_operation_without_derivative)
{
    static const gd_op op = { .name = "rounded", .reads = GD_NOTHING };
    gd_tensor *a = leaf_of(GD_SHAPE(4), numbers), *dx;
    gd_tensor *y = gd_sum(gd_scale(gd_record(&op, gd_ones(GD_SHAPE(4)), &a, 1, NULL, 0), 2));
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: rounded has no derivative");
    ck_assert(!gd_grad(y, NULL, &a, 1, &dx, false));
    ck_message("gd_grad: rounded has no derivative");
    ck_assert(!a->grad && !dx);
}
END_TEST

static void restless_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *x = gd_node_input(node, 0), *inner;
    ck_assert(!gd_backward(gd_node_output(node)));
    ck_message("gd_backward: a backward pass is already running");
    ck_assert(!gd_grad(gd_node_output(node), dy, &x, 1, &inner, false));
    ck_message("gd_grad: a backward pass is already running");
    dx[0] = dy;
}

START_TEST(no_pass_inside_a_pass)
{
    static const gd_op op = { .name = "restless", .rule = restless_rule, .reads = GD_NOTHING };
    gd_tensor *a = leaf_of(GD_SHAPE(), numbers);
    ck_good(gd_backward(gd_record(&op, gd_scalar(1), &a, 1, NULL, 0)));
    ck_values(a->grad, 1);
}
END_TEST

/* ---- The check must detect every fault ---------------------------------------------------------------------- */

START_TEST(faults_are_seen)
{
    static const struct { fault fault; const char *element; } faults[] = {
        { WRONG_SIGN, "gd_gradcheck: xs[1], [2, 2], element 0: the gradient is " },
        { MISSING_TERM, "gd_gradcheck: xs[0], [2, 2], element " },
        { FACTOR, "gd_gradcheck: xs[1], [2, 2], element 0: the gradient is " },
        { TRANSPOSED, "gd_gradcheck: xs[1], [2, 2], element " },
        { ONE_ELEMENT, "gd_gradcheck: xs[1], [2, 2], element 3: the gradient is " },
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        gd_tensor *a = leaf_of(GD_SHAPE(2, 2), numbers), *b = leaf_of(GD_SHAPE(2, 2), others);
        gd_tensor *const xs[] = { a, b };
        fault f = faults[i].fault;
        if (!IN_DOUBLE && f == FACTOR)                            /* too small for float */
            continue;
        bool passed = gd_gradcheck(own_function, &f, xs, 2, (gd_gradcheck_options){ 0 });
        ck_assert_msg(!passed, "fault %d passed", (int)f);
        bool named = strncmp(gd_last_error(), faults[i].element, strlen(faults[i].element)) == 0;
        ck_assert_msg(named, "fault %d: %s", (int)f, gd_last_error());
        ck_values(a, 1.5, -0.5, 0.75, 1.25);
        ck_values(b, -1, 0.5, 2, 1);
        ck_assert(!a->grad && !b->grad && gd_is_recording());
        gd_clear_error();
    }
}
END_TEST

/* A rule right at first and wrong when it is differentiated itself: y = x^2, whose rule hides that it reads x. */
static void flat_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gd_mul(dy, gd_scale(gd_detach(gd_node_input(node, 0)), 2));
}

static gd_tensor *flat_square(gd_tensor *const xs[], int n, void *context)
{
    static const gd_op op = { .name = "flat", .rule = flat_rule, .reads = GD_INPUTS };
    (void)n, (void)context;
    gd_tensor *y;
    {
        GD_NO_GRAD;
        y = gd_square(xs[0]);
    }
    return gd_record(&op, y, xs, 1, NULL, 0);
}

START_TEST(faults_of_second_derivatives_are_seen)
{
    gd_tensor *a = leaf_of(GD_SHAPE(4), numbers);
    ck_good(gd_gradcheck(flat_square, NULL, &a, 1, (gd_gradcheck_options){ 0 }));
    ck_assert(!gd_gradgradcheck(flat_square, NULL, &a, 1, (gd_gradcheck_options){ 0 }));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_gradgradcheck: xs[0], [4], element "));
}
END_TEST

/* y = 0 x, but the rule says 0.0009 everywhere. */
static void tilted_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    dx[0] = gd_full(gd_shape_of_tensor(dy), 9e-4);
}

static gd_tensor *tilted(gd_tensor *const xs[], int n, void *context)
{
    static const gd_op op = { .name = "tilted", .rule = tilted_rule, .reads = GD_NOTHING };
    (void)n, (void)context;
    return gd_record(&op, gd_zeros_like(xs[0]), xs, 1, NULL, 0);
}

START_TEST(a_direction_sees_what_no_element_shows)
{
    gd_tensor *a = gd_requires_grad(gd_ones(GD_SHAPE(200)));
    ck_assert(!gd_gradcheck(tilted, NULL, &a, 1, (gd_gradcheck_options){ .rtol = 1e-6, .atol = 1e-3 }));
    const char *expected = "gd_gradcheck: along a random direction the gradient is ";
    ck_assert_msg(strncmp(gd_last_error(), expected, strlen(expected)) == 0, "%s", gd_last_error());
    gd_clear_error();
    ck_assert(!gd_gradcheck(tilted, NULL, &a, 1, (gd_gradcheck_options){ .rtol = 1e-6, .atol = 8e-4 }));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "xs[0], [200], element "));
    ck_values(gd_max(gd_detach(a)), 1);
    ck_values(gd_min(gd_detach(a)), 1);
}
END_TEST

static gd_tensor *fresh_copy(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_scale(xs[0], 1);
}

START_TEST(wrong_use_of_the_check)
{
    gd_tensor *a = leaf_of(GD_SHAPE(2, 2), numbers), *c = gd_from(GD_SHAPE(2, 2), numbers);
    gd_tensor *h = gd_square(a), *v = gd_requires_grad(gd_transpose(c, 0, 1));
    const gd_gradcheck_options o = { 0 };
    ck_assert(!gd_gradcheck(NULL, NULL, &a, 1, o));
    ck_message("gd_gradcheck: function is NULL");
    ck_assert(!gd_gradcheck(fresh_copy, NULL, &a, 0, o));
    ck_message("gd_gradcheck: n = 0 tensors; at least one is needed");
    ck_assert(!gd_gradcheck(fresh_copy, NULL, &c, 1, o));
    ck_message("gd_gradcheck: xs[0], [2, 2], must be a contiguous leaf that requires a gradient");
    ck_assert(!gd_gradgradcheck(fresh_copy, NULL, &h, 1, o));
    ck_message("gd_gradgradcheck: xs[0], [2, 2], must be a contiguous leaf that requires a gradient");
    ck_assert(!gd_gradcheck(fresh_copy, NULL, &v, 1, o));
    ck_message("gd_gradcheck: xs[0], [2, 2], must be a contiguous leaf that requires a gradient");
    ck_assert(gd_gradcheck(fresh_copy, NULL, &a, 1, o));
    ck_assert(gd_gradgradcheck(fresh_copy, NULL, &a, 1, o) || !IN_DOUBLE);
    ck_no_message();
}
END_TEST

/* ---- Graphs as text and as DOT ------------------------------------------------------------------------------ */

static const char *written(void (*print)(FILE *, gd_tensor *), gd_tensor *y)
{
    static char text[4000];
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    print(file, y);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

START_TEST(a_graph_in_words)
{
    gd_tensor *x = gd_set_name(gd_from(GD_SHAPE(3, 2), (gd_real[]){ 1, 2, 3, 4, 5, 6 }), "x");
    gd_tensor *w = gd_set_name(gd_requires_grad(gd_ones(GD_SHAPE(2))), "w");
    gd_tensor *y = gd_sum(gd_mul(x, w));
    ck_assert_str_eq(written(gd_graph_print, y),
                     "backward from result [], dy = 1:\n"
                     "  1. gd_sum(result [3, 2]) -> result []\n"
                     "     dy [] arrives;  dx = dy spread over the summed axes\n"
                     "  2. gd_mul(x [3, 2], w [2]) -> result [3, 2]\n"
                     "     dy [3, 2] arrives;  da = gd_mul(dy, b), db = gd_mul(dy, a)\n"
                     "     -> grad of w [2]\n");
    ck_assert_str_eq(written(gd_graph_print, x),
                     "x [3, 2] does not depend on anything that requires a gradient\n");
    ck_good(gd_backward(y));                                      /* printing leaves no marks */
    ck_values(w->grad, 9, 12);
}
END_TEST

static int times(const char *text, const char *part)
{
    int n = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        n++;
    return n;
}

START_TEST(a_graph_as_a_drawing)
{
    gd_tensor *x = gd_set_name(gd_ones(GD_SHAPE(2)), "a \"quoted\" \\name");
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(2)));
    gd_tensor *h = gd_mul(x, w), *y = gd_sum(gd_add(h, h));
    const char *dot = written(gd_graph_dot, y);
    ck_assert_ptr_nonnull(strstr(dot, "digraph gradus {\n"));
    ck_assert_int_eq(times(dot, " -> "), 5);                      /* every input of every node */
    ck_assert_int_eq(times(dot, "label=\"gd_mul\\n[2]\""), 1);
    ck_assert_int_eq(times(dot, "label=\"gd_add\\n[2]\""), 1);
    ck_assert_int_eq(times(dot, "label=\"gd_sum\\n[]\""), 1);
    ck_assert_int_eq(times(dot, "label=\"a quoted name\\n[2]\""), 1);
    ck_assert_str_eq(dot + strlen(dot) - 2, "}\n");
    gd_graph_dot(NULL, y);
    gd_graph_print(NULL, y);
    ck_no_message();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: own operations");
    TCase *record = tcase_create("recording"), *check = tcase_create("checking"), *graphs = tcase_create("graphs");
    tcase_add_checked_fixture(record, quietly, gd_shutdown);
    tcase_add_test(record, works_like_a_built_in_one);
    tcase_add_test(record, what_a_node_tells);
    tcase_add_test(record, recording);
    tcase_add_test(record, faulty_rules_are_named);
    tcase_add_test(record, the_first_message_stands);
    tcase_add_test(record, an_operation_without_derivative);
    tcase_add_test(record, no_pass_inside_a_pass);
    suite_add_tcase(suite, record);
    tcase_add_checked_fixture(check, quietly, gd_shutdown);
    tcase_add_test(check, faults_are_seen);
    tcase_add_test(check, faults_of_second_derivatives_are_seen);
    tcase_add_test(check, a_direction_sees_what_no_element_shows);
    tcase_add_test(check, wrong_use_of_the_check);
    suite_add_tcase(suite, check);
    tcase_add_checked_fixture(graphs, quietly, gd_shutdown);
    tcase_add_test(graphs, a_graph_in_words);
    tcase_add_test(graphs, a_graph_as_a_drawing);
    suite_add_tcase(suite, graphs);
    return run_suite(suite);
}
