/* test_grad.c - gd_grad, gradients that are part of a graph, and that no gradient is overwritten by another. */
#include "support/support.h"

/* ---- gd_grad ------------------------------------------------------------------------------------------------ */

START_TEST(grad_leaves_grad_alone)
{
    gd_tensor *x = leaf(2), *w = leaf(5), *h = gd_mul(x, w), *y = gd_square(h), *dxs[3];
    gd_retain_grad(h);
    ck_good(gd_backward(y));
    gd_tensor *kept = x->grad;
    gd_tensor *const xs[] = { h, x, y };
    ck_good(gd_grad(y, NULL, xs, 3, dxs, false));
    ck_values(dxs[0], 20);
    ck_values(dxs[1], 100);
    ck_values(dxs[2], 1);
    ck_assert_ptr_eq(x->grad, kept);
    ck_values(x->grad, 100);
    ck_values(w->grad, 40);
    ck_values(h->grad, 20);
    ck_assert(!dxs[1]->requires_grad);
    ck_good(gd_grad(y, gd_scalar(-1), xs, 2, dxs, false));
    ck_values(dxs[0], -20);
    gd_tensor *const twice[] = { x, x };
    ck_good(gd_grad(y, NULL, twice, 2, dxs, false));
    ck_values(dxs[1], 100);
}
END_TEST

/* A rule that prints the graph from its input, for debugging, while gd_grad runs. */
static FILE *printed;

static void printing_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_graph_print(printed, gd_node_input(node, 0));
    gd_graph_dot(printed, gd_node_input(node, 0));
    dx[0] = gd_scale(dy, 3);
}

START_TEST(a_rule_may_print_the_graph)
{
    const gd_op op = { .name = "printing", .rule = printing_rule, .reads = GD_NOTHING };
    gd_tensor *x = leaf(2), *w = leaf(5), *h = gd_mul(x, w), *y = gd_scale(h, 3), *dxs[2];
    y = gd_record(&op, gd_detach(y), &h, 1, NULL, 0);
    printed = tmpfile();
    ck_assert_ptr_nonnull(printed);
    ck_good(gd_grad(gd_square(y), NULL, (gd_tensor *const[]){ x, h }, 2, dxs, false));
    ck_assert(ftell(printed) > 0);
    fclose(printed);
    ck_values(dxs[0], 2 * 30 * 3 * 5);
    ck_values(dxs[1], 2 * 30 * 3);
    ck_good(gd_grad(h, NULL, &w, 1, dxs, false));
    ck_values(dxs[0], 2);
}
END_TEST

/* Nothing is differentiated beyond the xs, not even what could not be. */
START_TEST(grad_stops_at_the_xs)
{
    gd_tensor *w = leaf(3), *h = gd_square(w), *y = gd_exp(h), *dh;
    gd_no_grad_begin();
    gd_fill(w, 100);
    gd_no_grad_end();
    ck_good(gd_grad(y, NULL, &h, 1, &dh, false));
    ck_values(dh, exp(9));
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: input 0 of gd_square, [], was overwritten after it was recorded, "
                "and the gradient needs the old value");
}
END_TEST

START_TEST(grad_refuses)
{
    gd_tensor *x = leaf(2), *unused = leaf_of(GD_SHAPE(2), (gd_real[]){ 1, 2 });
    gd_tensor *y = gd_square(x), *c = gd_scalar(1);
    gd_tensor *dxs[2] = { x, x };
    ck_assert(!gd_grad(y, NULL, (gd_tensor *const[]){ x, unused }, 2, dxs, false));
    ck_message("gd_grad: y does not depend on xs[1], [2]");
    ck_assert(!dxs[0] && !dxs[1]);
    dxs[0] = dxs[1] = x;
    ck_assert(!gd_grad(y, NULL, (gd_tensor *const[]){ x, c }, 2, dxs, false));
    ck_message("gd_grad: xs[1], [], does not require a gradient");
    ck_assert(!dxs[0] && !dxs[1]);
    dxs[0] = dxs[1] = x;
    ck_assert(!gd_grad(y, NULL, (gd_tensor *const[]){ NULL, x }, 2, dxs, false));
    ck_message("gd_grad: one of the xs is NULL");
    ck_assert(!dxs[0] && !dxs[1]);
    dxs[0] = dxs[1] = x;
    ck_assert(!gd_grad(NULL, NULL, (gd_tensor *const[]){ x, x }, 2, dxs, false));
    ck_message("gd_grad: y is NULL");
    ck_assert(!dxs[0] && !dxs[1]);
    dxs[0] = dxs[1] = x;
    ck_assert(!gd_grad(y, gd_ones(GD_SHAPE(1)), (gd_tensor *const[]){ x, x }, 2, dxs, false));
    ck_message("gd_grad: dy is [1] and y is []: they must have the same shape");
    ck_assert(!dxs[0] && !dxs[1]);
    dxs[0] = x;
    ck_assert(!gd_grad(c, NULL, (gd_tensor *const[]){ x }, 1, dxs, false));
    ck_message("gd_grad: y, [], does not depend on anything that requires a gradient");
    ck_assert_ptr_null(dxs[0]);
    ck_good(gd_grad(y, NULL, &x, 1, dxs, false));                 /* and afterwards all is well */
    ck_values(dxs[0], 4);
}
END_TEST

/* ---- Gradients that are part of a graph --------------------------------------------------------------------- */

/* y = x^4: every derivative by differentiating the one before. */
START_TEST(derivatives_of_derivatives)
{
    gd_tensor *x = leaf(1.5), *y = gd_mul(gd_mul(x, x), gd_mul(x, x));
    const double expected[] = { 4 * 1.5 * 1.5 * 1.5, 12 * 1.5 * 1.5, 24 * 1.5, 24 };
    for (int order = 0; order < 4; order++) {
        gd_tensor *dy;
        ck_good(gd_grad(y, NULL, &x, 1, &dy, true));
        ck_values(dy, expected[order]);
        ck_assert(dy->requires_grad || order == 3);
        y = dy;
    }
    ck_assert_ptr_null(x->grad);
}
END_TEST

START_TEST(backward_with_create_graph)
{
    gd_tensor *x = leaf(2), *g;
    ck_good(gd_backward_from(gd_pow(x, 3), NULL, true));
    g = x->grad;
    ck_values(g, 12);
    ck_assert(g->requires_grad && g->node);
    gd_zero_grad_of(x);
    ck_good(gd_backward(gd_square(g)));                           /* d(9 x^4)/dx = 36 x^3 */
    ck_values(x->grad, 288);
}
END_TEST

/* The ->grad of a leaf shares memory with nothing else: the next pass adds to it in place. */
START_TEST(gradients_share_no_memory)
{
    gd_tensor *a = leaf_of(GD_SHAPE(2), (gd_real[]){ 1, 2 }), *b = leaf_of(GD_SHAPE(2), (gd_real[]){ 3, 4 });
    gd_tensor *dy = gd_from(GD_SHAPE(2), (gd_real[]){ 1, 10 }), *y = gd_add(a, b);
    for (int first = 0; first < 2; first++)
        for (int second = 0; second < 2; second++) {
            ck_good(gd_backward_from(y, dy, first));
            ck_good(gd_backward_from(y, dy, second));
            ck_values(a->grad, 2, 20);
            ck_values(b->grad, 2, 20);
            ck_values(dy, 1, 10);
            gd_zero_grad_of(a);
            gd_zero_grad_of(b);
            ck_good(gd_backward_from(gd_sum(a), NULL, first));    /* its gradient is one number, broadcast */
            ck_good(gd_backward_from(gd_sum(a), NULL, second));
            ck_values(a->grad, 2, 2);
            ck_assert(a->grad->contiguous);
            gd_zero_grad_of(a);
        }
}
END_TEST

/* A leaf's gradient is written directly into ->grad if that saves a copy; never over another one. */
START_TEST(aimed_gradients)
{
    gd_seed(3);
    gd_tensor *a = gd_requires_grad(gd_normal(GD_SHAPE(6, 5), 0, 1));
    gd_tensor *b = gd_requires_grad(gd_normal(GD_SHAPE(2, 5, 3), 0, 1));
    gd_tensor *y = gd_sum(gd_square(gd_matmul(a, b))), *const xs[] = { a, b }, *dxs[2];
    ck_good(gd_grad(y, NULL, xs, 2, dxs, false));
    for (int i = 0; i < 8; i++) {
        bool a_has = i & 1, b_has = i & 2, half = i & 4;
        a_has ? (void)gd_set_grad(a, gd_zeros_like(a)) : gd_zero_grad_of(a);
        b_has ? (void)gd_set_grad(b, gd_zeros_like(b)) : gd_zero_grad_of(b);
        gd_tensor *again = gd_sum(gd_square(gd_scale(gd_matmul(a, b), sqrt(0.5))));
        ck_good(gd_backward(half ? gd_add(gd_scale(y, 0.5), again) : y));
        ck_assert(far_apart(a->grad, dxs[0]) < (IN_DOUBLE ? 1e-12 : 1e-4));
        ck_assert(far_apart(b->grad, dxs[1]) < (IN_DOUBLE ? 1e-12 : 1e-4));
    }
}
END_TEST

/* An old gradient in a graph is not silently replaced by a new one. */
START_TEST(old_gradients_in_graphs)
{
    gd_seed(4);
    gd_tensor *w = gd_requires_grad(gd_normal(GD_SHAPE(5, 5), 0, 1));
    gd_tensor *v = gd_requires_grad(gd_ones(GD_SHAPE(5, 5))), *x = gd_normal(GD_SHAPE(5, 5), 0, 1);
    ck_good(gd_backward(gd_sum(gd_square(w))));
    gd_tensor *u = gd_sum(gd_mul(v, w->grad));
    gd_zero_grad_of(w);
    ck_assert(!gd_backward(gd_add(gd_sum(gd_matmul(x, w)), u)));
    ck_message("gd_backward: input 1 of gd_mul, [5, 5], was overwritten after it was recorded, "
                "and the gradient needs the old value");
    ck_assert(!w->grad && !v->grad);
    ck_good(gd_backward(gd_sum(gd_square(w))));                   /* its memory is used again */
    u = gd_sum(gd_mul(v, w->grad));
    gd_zero_grad_of(w);
    ck_good(gd_backward(gd_sum(gd_scale(w, 2))));
    ck_assert(!gd_backward(u));
    ck_message("gd_backward: input 1 of gd_mul, [5, 5], was overwritten after it was recorded, "
                "and the gradient needs the old value");
}
END_TEST

START_TEST(no_labels)                       /* in a scope that has not allocated yet */
{
    gd_tensor *x = gd_requires_grad(gd_zeros(GD_SHAPE(0, 4)));
    gd_tensor *l = gd_cross_entropy(x, gd_zeros(GD_SHAPE(0)), GD_NONE);
    ck_good(l != NULL && gd_backward_from(l, gd_ones(GD_SHAPE(0)), false));
}
END_TEST

START_TEST(aims_that_miss)
{
    gd_seed(3);
    gd_tensor *w = gd_requires_grad(gd_normal(GD_SHAPE(8, 8), 0, 1)), *dw;
    gd_tensor *y = gd_sum(gd_square(gd_matmul(w, w)));              /* two gradients for one tensor */
    ck_good(gd_grad(y, NULL, &w, 1, &dw, false));
    ck_good(gd_backward(y));
    ck_assert(far_apart(w->grad, dw) < (IN_DOUBLE ? 1e-12 : 1e-4));
    gd_tensor *a = gd_requires_grad(gd_normal(GD_SHAPE(2, 1, 8, 8), 0, 1));
    gd_tensor *b = gd_requires_grad(gd_normal(GD_SHAPE(1, 2, 8, 8), 0, 1)), *const xs[] = { a, b }, *dxs[2];
    y = gd_sum(gd_square(gd_matmul(gd_shift(a, 0), b)));            /* both summed over broadcast axes */
    ck_good(gd_grad(y, NULL, xs, 2, dxs, false));
    ck_good(gd_backward(y));
    ck_assert(far_apart(a->grad, dxs[0]) < (IN_DOUBLE ? 1e-12 : 1e-4));
    ck_assert(far_apart(b->grad, dxs[1]) < (IN_DOUBLE ? 1e-12 : 1e-4));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: grad");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, grad_leaves_grad_alone);
    tcase_add_test(all, grad_stops_at_the_xs);
    tcase_add_test(all, grad_refuses);
    tcase_add_test(all, derivatives_of_derivatives);
    tcase_add_test(all, backward_with_create_graph);
    tcase_add_test(all, gradients_share_no_memory);
    tcase_add_test(all, aimed_gradients);
    tcase_add_test(all, a_rule_may_print_the_graph);
    tcase_add_test(all, aims_that_miss);
    tcase_add_test(all, no_labels);
    tcase_add_test(all, old_gradients_in_graphs);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
