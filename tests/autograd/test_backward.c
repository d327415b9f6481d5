/* test_backward.c - what gd_backward does to each gradient, following PyTorch.
 *
 * gd_grad and higher-order gradients are in test_grad.c, overwritten values in test_versions.c, scopes in
 * test_scopes.c, user-defined operations and the gradient checks in test_own_operations.c. */
#include "support/support.h"

/* ---- Leaves ------------------------------------------------------------------------------------------------- */

START_TEST(gradients_accumulate_until_zeroed)
{
    gd_tensor *x = leaf(3), *y = gd_square(x);
    ck_assert_ptr_null(x->grad);
    ck_good(gd_backward(y));
    ck_values(x->grad, 6);
    ck_good(gd_backward(y));
    ck_values(x->grad, 12);
    ck_good(gd_backward(gd_scale(x, 2)));
    ck_values(x->grad, 14);
    gd_zero_grad_of(x);
    ck_assert_ptr_null(x->grad);
    ck_good(gd_backward(y));
    ck_values(x->grad, 6);
    ck_assert_ptr_null(y->grad);
}
END_TEST

START_TEST(one_tensor_used_five_times)
{
    gd_tensor *x = leaf(0.7);
    gd_tensor *y = gd_add(gd_add(gd_mul(x, x), gd_mul(gd_sin(x), x)), x);
    ck_good(gd_backward(y));
    ck_values(x->grad, 2 * 0.7 + cos(0.7) * 0.7 + sin(0.7) + 1);
}
END_TEST

/* One tensor receives the same gradient many times: as it is, and as views of it. */
START_TEST(one_gradient_for_many_inputs)
{
    gd_tensor *x = leaf_of(GD_SHAPE(2), (gd_real[]){ 1, 2 });
    gd_tensor *w = gd_from(GD_SHAPE(3, 2), (gd_real[]){ 1, 2, 3, 4, 5, 6 });
    gd_tensor *three[] = { x, x, x };
    ck_good(gd_backward(gd_sum(gd_mul(gd_stack(three, 3, 0), w))));
    ck_values(x->grad, 9, 12);
    gd_zero_grad_of(x);
    ck_good(gd_backward(gd_sum(gd_add(gd_add(x, x), gd_add(x, x)))));
    ck_values(x->grad, 4, 4);
    gd_zero_grad_of(x);
    gd_tensor *same = gd_reshape(x, GD_SHAPE(1, 2));
    ck_good(gd_backward(gd_sum(gd_mul(gd_add(same, gd_add(x, same)), gd_slice(w, 0, 1, 2, 1)))));
    ck_values(x->grad, 9, 12);
}
END_TEST

START_TEST(diamond_and_graph_used_twice)
{
    gd_tensor *x = leaf(0.5), *h = gd_exp(x), *left = gd_mul(h, x), *right = gd_sin(h);
    gd_tensor *y = gd_mul(left, right), *z = gd_add(left, h);
    const double e = exp(0.5), dy = (e + e * 0.5) * sin(e) + e * 0.5 * cos(e) * e, dz = e + e * 0.5 + e;
    ck_good(gd_backward(y));
    ck_values(x->grad, dy);
    ck_good(gd_backward(z));
    ck_values(x->grad, dy + dz);
    ck_good(gd_backward(y));
    ck_values(x->grad, 2 * dy + dz);
}
END_TEST

START_TEST(a_leaf_is_its_own_graph)
{
    gd_tensor *x = leaf(2), *v = leaf_of(GD_SHAPE(2), (gd_real[]){ 1, 2 }), *dx;
    ck_good(gd_backward(x));
    ck_values(x->grad, 1);
    ck_good(gd_backward_from(v, gd_from(GD_SHAPE(2), (gd_real[]){ 5, 7 }), false));
    ck_values(v->grad, 5, 7);
    ck_good(gd_grad(x, NULL, &x, 1, &dx, false));
    ck_values(dx, 1);
}
END_TEST

/* One wanted gradient per pass: the others are left alone. */
START_TEST(only_leaves_that_ask_get_gradients)
{
    gd_tensor *x = leaf(2), *c = gd_scalar(5), *h = gd_mul(x, c), *frozen = gd_freeze(leaf(3));
    ck_good(gd_backward(gd_mul(h, frozen)));
    ck_values(x->grad, 15);
    ck_assert_ptr_null(c->grad);
    ck_assert_ptr_null(h->grad);
    ck_assert_ptr_null(frozen->grad);
    gd_freeze(x);
    ck_assert_ptr_null(x->grad);
    ck_assert(!gd_mul(x, c)->requires_grad);
    ck_assert_ptr_null(gd_freeze(h));
    ck_message("gd_freeze: t is the recorded result of gd_mul; only leaves can be frozen");
}
END_TEST

START_TEST(retained_gradients)
{
    gd_tensor *x = leaf(3), *h = gd_square(x), *y = gd_scale(h, 5);
    ck_assert_ptr_eq(gd_retain_grad(h), h);
    gd_retain_grad(y);
    ck_good(gd_backward(y));
    ck_values(h->grad, 5);
    ck_values(y->grad, 1);
    ck_values(x->grad, 30);
    ck_good(gd_backward(y));
    ck_values(h->grad, 10);
    ck_assert_ptr_null(gd_retain_grad(gd_scalar(1)));
    ck_message("gd_retain_grad: t does not require a gradient");
    ck_assert_ptr_null(gd_retain_grad(NULL));
    ck_no_message();
}
END_TEST

START_TEST(gradients_can_be_set)
{
    gd_tensor *x = leaf_of(GD_SHAPE(2, 2), (gd_real[]){ 1, 2, 3, 4 });
    gd_tensor *value = gd_from(GD_SHAPE(2, 2), (gd_real[]){ 2, 4, 6, 8 });
    ck_good(gd_set_grad(x, value));
    gd_fill(value, 0);
    ck_values(x->grad, 2, 4, 6, 8);
    ck_good(gd_set_grad(x, gd_transpose(x->grad, 0, 1)));       /* the old gradient in another order */
    ck_values(x->grad, 2, 6, 4, 8);
    ck_good(gd_set_grad(x, x->grad));
    ck_values(x->grad, 2, 6, 4, 8);
    ck_assert(!gd_set_grad(x, gd_ones(GD_SHAPE(4))));
    ck_message("gd_set_grad: value is [4] and t is [2, 2]: they must have the same shape");
    ck_values(x->grad, 2, 6, 4, 8);
    ck_good(gd_backward(gd_sum(x)));
    ck_values(x->grad, 3, 7, 5, 9);
}
END_TEST

/* ---- Seeds -------------------------------------------------------------------------------------------------- */

START_TEST(seeds)
{
    gd_tensor *x = leaf_of(GD_SHAPE(3), (gd_real[]){ 1, 2, 3 }), *y = gd_square(x);
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: y is [3]; without dy it must have one element");
    ck_assert(!gd_backward_from(y, gd_ones(GD_SHAPE(3, 1)), false));
    ck_message("gd_backward_from: dy is [3, 1] and y is [3]: they must have the same shape");
    ck_assert_ptr_null(x->grad);
    gd_tensor *dy = gd_slice(gd_from(GD_SHAPE(6), (gd_real[]){ 1, 0, 10, 0, 100, 0 }), 0, 0, 6, 2);
    ck_good(gd_backward_from(y, dy, false));
    ck_values(x->grad, 2, 40, 600);
    ck_values(dy, 1, 10, 100);
    gd_zero_grad_of(x);
    ck_good(gd_backward(gd_sum_axes(y, GD_SHAPE(), true)));      /* one element in another shape */
    ck_values(x->grad, 2, 4, 6);
}
END_TEST

START_TEST(nothing_to_differentiate)
{
    gd_tensor *x = gd_scalar(1), *w = leaf(1);
    ck_assert(!gd_backward(gd_square(x)));
    ck_message("gd_backward: y, [], does not depend on anything that requires a gradient");
    ck_assert(!gd_backward(gd_gt(w, x)));
    ck_message("gd_backward: y is the result of gd_gt, which has no derivative");
    ck_assert(!gd_backward(NULL));
    ck_message("gd_backward: y is NULL");
    ck_good(gd_backward(gd_mul(gd_gt(w, x), w)));                 /* but as a factor it is a constant */
    ck_values(w->grad, 0);
}
END_TEST

/* ---- Not recording ------------------------------------------------------------------------------------------ */

static bool leave_by_return(int how, gd_tensor *x)
{
    GD_NO_GRAD;
    ck_assert(!gd_is_recording() && !gd_square(x)->requires_grad);
    if (how == 0)
        return true;
    for (int i = 0; i < 3; i++) {
        GD_NO_GRAD;
        if (how == 1)
            break;
        if (how == 2)
            continue;
        goto out;
    }
out:
    ck_assert(!gd_is_recording());
    return false;
}

START_TEST(no_grad)
{
    gd_tensor *x = leaf(2);
    for (int how = 0; how < 4; how++) {
        ck_assert(leave_by_return(how, x) == (how == 0));
        ck_assert(gd_is_recording());
    }
    gd_no_grad_begin();
    gd_no_grad_begin();
    gd_no_grad_end();
    ck_assert(!gd_is_recording());
    ck_assert(!gd_square(x)->requires_grad);
    gd_no_grad_end();
    ck_assert(gd_is_recording() && gd_square(x)->requires_grad);
    gd_no_grad_end();
    ck_message("gd_no_grad_end: there was no gd_no_grad_begin");
    ck_assert(gd_is_recording());
    gd_tensor *y = gd_square(x), *dx;
    {
        GD_NO_GRAD;                                               /* backward itself does not need recording */
        ck_good(gd_backward(y));
        ck_good(gd_grad(y, NULL, &x, 1, &dx, true));
        ck_assert(dx->requires_grad && !gd_is_recording());
    }
    ck_values(x->grad, 4);
}
END_TEST

START_TEST(detach)
{
    gd_tensor *x = leaf_of(GD_SHAPE(2), (gd_real[]){ 2, 3 }), *h = gd_square(x), *d = gd_detach(h);
    ck_assert(!d->requires_grad && !d->node && d->data == h->data);
    ck_good(gd_backward(gd_sum(gd_mul(h, d))));                  /* d(h c)/dx, c = x^2 */
    ck_values(x->grad, 16, 54);
    ck_assert_ptr_null(gd_detach(NULL));
    ck_no_message();
}
END_TEST

/* ---- A failed pass ------------------------------------------------------------------------------------------ */

START_TEST(failed_backward_changes_nothing)
{
    gd_tensor *a = leaf_of(GD_SHAPE(2), (gd_real[]){ 1, 2 }), *b = leaf_of(GD_SHAPE(2), (gd_real[]){ 3, 4 });
    gd_tensor *c = leaf_of(GD_SHAPE(2), (gd_real[]){ 5, 6 }), *bad = gd_mul(a, b);
    gd_tensor *y = gd_sum(gd_add(bad, gd_mul(c, gd_exp(gd_mul(c, a)))));     /* reached before the bad node */
    ck_good(gd_set_grad(a, gd_full(GD_SHAPE(2), 7)));
    gd_no_grad_begin();
    gd_fill(b, 1);
    gd_no_grad_end();
    for (int graph = 0; graph < 2; graph++) {
        ck_assert(!gd_backward_from(y, NULL, graph));
        ck_message("gd_backward_from: input 1 of gd_mul, [2], was overwritten after it was recorded, "
                    "and the gradient needs the old value");
        ck_values(a->grad, 7, 7);
        ck_assert(!b->grad && !c->grad);
        ck_assert(gd_is_recording());
    }
    ck_good(gd_backward(gd_sum(gd_mul(a, c))));                  /* nothing of the failed pass is left over */
    ck_values(a->grad, 12, 13);
    ck_values(c->grad, 1, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: backward");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, gradients_accumulate_until_zeroed);
    tcase_add_test(all, one_tensor_used_five_times);
    tcase_add_test(all, one_gradient_for_many_inputs);
    tcase_add_test(all, diamond_and_graph_used_twice);
    tcase_add_test(all, a_leaf_is_its_own_graph);
    tcase_add_test(all, only_leaves_that_ask_get_gradients);
    tcase_add_test(all, retained_gradients);
    tcase_add_test(all, gradients_can_be_set);
    tcase_add_test(all, seeds);
    tcase_add_test(all, nothing_to_differentiate);
    tcase_add_test(all, no_grad);
    tcase_add_test(all, detach);
    tcase_add_test(all, failed_backward_changes_nothing);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
