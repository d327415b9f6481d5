/* test_versions.c - values overwritten between recording and backward: exactly those that a wanted gradient reads
 * are refused, with a message that names them; all others pass.
 *
 * That each rule reads only what its operation declares is tested in test_rules.c; here it is what the engine does
 * with the declaration. */
#include "support/support.h"

#define OLD_VALUE "was overwritten after it was recorded, and the gradient needs the old value"

static gd_tensor *pair(double a, double b)
{
    return gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ (gd_real)a, (gd_real)b }));
}

static void overwrite(gd_tensor *x)
{
    GD_NO_GRAD;
    ck_good(gd_fill(x, 99));
}

/* ---- What is refused ---------------------------------------------------------------------------------------- */

START_TEST(an_input_that_is_read)
{
    gd_tensor *a = pair(1, 2), *b = pair(3, 4), *y = gd_sum(gd_mul(a, b));
    overwrite(b);
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: input 1 of gd_mul, [2], " OLD_VALUE);
    overwrite(gd_set_name(a, "the weights"));
    ck_assert(!gd_backward(y));  /* da does not read a, db does */
    ck_message("gd_backward: input 1 of gd_mul, [2], " OLD_VALUE);
    gd_freeze(a);
    y = gd_sum(gd_mul(a, b));
    overwrite(a);
    ck_assert(!gd_backward_from(y, gd_scalar(1), false));
    ck_message("gd_backward_from: input 0 of gd_mul (\"the weights\"), [2], " OLD_VALUE);
    gd_tensor *dx;
    ck_assert(!gd_grad(y, NULL, &b, 1, &dx, false));
    ck_message("gd_grad: input 0 of gd_mul (\"the weights\"), [2], " OLD_VALUE);
    ck_assert(!a->grad && !b->grad);
}
END_TEST

START_TEST(an_output_that_is_read)
{
    gd_tensor *x = pair(1, 2), *h = gd_exp(x), *y = gd_sum(h);
    ck_good(gd_fill(gd_detach(h), 5));                            /* through another view of the same numbers */
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: the output of gd_exp, [2], " OLD_VALUE);
    ck_assert_ptr_null(x->grad);
}
END_TEST

START_TEST(through_a_view)
{
    gd_tensor *w = pair(1, 2), *x = pair(3, 4), *y = gd_sum(gd_mul(gd_slice(w, 0, 0, 1, 1), x));
    overwrite(gd_slice(gd_detach(w), 0, 1, 2, 1));  /* versions belong to the data, not to the view */
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: input 0 of gd_mul, [1], " OLD_VALUE);
}
END_TEST

START_TEST(labels_are_read)
{
    gd_tensor *x = gd_requires_grad(gd_zeros(GD_SHAPE(2, 3))), *labels = gd_from(GD_SHAPE(2), (gd_real[]){ 0, 2 });
    gd_tensor *y = gd_cross_entropy(x, labels, GD_SUM);
    gd_fill(labels, 1);
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: input 1 of gd_cross_entropy, [2], " OLD_VALUE);
}
END_TEST

/* Every way of changing a tensor counts. */
START_TEST(every_change_counts)
{
    for (int way = 0; way < 4; way++) {
        gd_tensor *a = pair(1, 2), *b = pair(3, 4), *y = gd_sum(gd_mul(a, b));
        gd_no_grad_begin();
        ck_assert(way == 0 ? gd_assign(b, a) : way == 1 ? gd_fill(b, 0) : way == 2 ? gd_add_to(b, a, 1)
                  : gd_clamp_to(b, 0, 1));
        gd_no_grad_end();
        ck_assert(!gd_backward(y));
        ck_message("gd_backward: input 1 of gd_mul, [2], " OLD_VALUE);
    }
}
END_TEST

/* An ordinary pass adds to ->grad in place; a graph that recorded the old sum is refused. */
START_TEST(a_gradient_that_was_added_to)
{
    gd_tensor *x = pair(1, 2);
    ck_good(gd_backward_from(gd_sum(gd_pow(x, 3)), NULL, true));
    gd_tensor *norm = gd_sum(gd_square(x->grad));
    ck_good(gd_backward(gd_sum(x)));
    ck_assert(!gd_backward(norm));
    ck_message("gd_backward: input 0 of gd_square, [2], " OLD_VALUE);
}
END_TEST

/* ---- What passes -------------------------------------------------------------------------------------------- */

/* x w with x from the data: dw reads x, so the optimizer may change w between two passes. */
START_TEST(weights_may_change_when_only_they_are_wanted)
{
    gd_tensor *x = gd_from(GD_SHAPE(1, 2), (gd_real[]){ 5, 7 }), *w = gd_requires_grad(gd_ones(GD_SHAPE(2, 1)));
    gd_tensor *y = gd_sum(gd_matmul(x, w)), *z = gd_sum(gd_affine(x, gd_transpose(w, 0, 1), NULL));
    overwrite(w);
    ck_good(gd_backward(y));
    ck_good(gd_backward(z));
    ck_values(w->grad, 10, 14);
    gd_fill(x, 0);
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: input 0 of gd_matmul, [1, 2], " OLD_VALUE);
}
END_TEST

START_TEST(what_no_rule_reads)
{
    gd_tensor *a = pair(1, 2), *b = pair(3, 4);
    gd_tensor *y = gd_sum(gd_sub(gd_add(a, b), gd_scale(gd_neg(gd_shift(b, 1)), 2)));
    overwrite(a);
    overwrite(b);
    ck_good(gd_backward(y));
    ck_values(a->grad, 1, 1);
    ck_values(b->grad, 3, 3);
}
END_TEST

START_TEST(an_input_whose_output_is_read)
{
    gd_tensor *x = pair(0, 1), *y = gd_sum(gd_exp(x));
    overwrite(x);
    ck_good(gd_backward(y));
    ck_values(x->grad, 1, exp(1));
}
END_TEST

/* gd_grad of one factor reads the other one only. */
START_TEST(what_the_unwanted_gradient_reads)
{
    gd_tensor *a = pair(1, 2), *b = pair(3, 4), *y = gd_sum(gd_mul(a, b)), *dx;
    overwrite(a);
    ck_good(gd_grad(y, NULL, &a, 1, &dx, false));
    ck_values(dx, 3, 4);
    ck_assert(!gd_grad(y, NULL, &b, 1, &dx, false));
    ck_message("gd_grad: input 0 of gd_mul, [2], " OLD_VALUE);
    ck_assert_ptr_null(dx);
}
END_TEST

/* A node that no gradient reaches is not checked. */
START_TEST(what_is_not_on_the_way)
{
    gd_tensor *a = pair(1, 2), *b = pair(3, 4), *c = gd_scalar(2);
    gd_tensor *aside = gd_mul(b, b), *y = gd_sum(gd_mul(a, c));
    ck_assert_ptr_nonnull(aside);
    overwrite(b);
    ck_good(gd_backward(y));
    ck_values(a->grad, 2, 2);
}
END_TEST

START_TEST(overwritten_before_it_was_recorded)
{
    gd_tensor *a = pair(1, 2), *b = pair(3, 4);
    overwrite(b);
    ck_good(gd_backward(gd_sum(gd_mul(a, b))));
    ck_values(a->grad, 99, 99);
}
END_TEST

/* With GD_READS each gradient of an operation has its own list; the eighth input and the later ones share one. */
static void nine_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    for (int i = 0; i < 9; i++)
        if (gd_needs(node, i))
            dx[i] = i == 0 ? gd_mul(dy, gd_node_input(node, 8)) : i == 8 ? gd_mul(dy, gd_node_input(node, 0)) : dy;
}

static gd_tensor *nine(gd_tensor *const x[9])
{
    static const gd_op op = {
        .name = "nine", .rule = nine_rule, .reads = GD_READS(0, GD_INPUT(6)) | GD_READS(7, GD_INPUT(0))
    };
    gd_tensor *y;
    {
        GD_NO_GRAD;
        y = gd_mul(x[0], x[8]);
        for (int i = 1; i < 8; i++)
            y = gd_add(y, x[i]);
    }
    return gd_record(&op, y, x, 9, NULL, 0);
}

START_TEST(more_inputs_than_bits)
{
    gd_tensor *x[9];
    for (int changed = 0; changed < 9; changed++) {
        for (int i = 0; i < 9; i++)
            x[i] = i == 7 ? gd_freeze(pair(8, 9)) : pair(i + 1, i + 2);
        gd_tensor *y = gd_sum(nine(x));
        gd_fill(gd_detach(x[changed]), 99);
        bool good = gd_backward(y);
        ck_assert_msg(good == (changed >= 1 && changed <= 5), "input %d", changed);  /* 6, 7 and 8 share a bit */
        if (good) {
            ck_values(x[0]->grad, 9, 10);
            ck_values(x[8]->grad, 1, 2);
            ck_values(x[6]->grad, 1, 1);
        }
        gd_clear_error();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: versions");
    TCase *refused = tcase_create("refused"), *passed = tcase_create("passed");
    tcase_add_checked_fixture(refused, quietly, gd_shutdown);
    tcase_add_test(refused, an_input_that_is_read);
    tcase_add_test(refused, an_output_that_is_read);
    tcase_add_test(refused, through_a_view);
    tcase_add_test(refused, labels_are_read);
    tcase_add_test(refused, every_change_counts);
    tcase_add_test(refused, a_gradient_that_was_added_to);
    suite_add_tcase(suite, refused);
    tcase_add_checked_fixture(passed, quietly, gd_shutdown);
    tcase_add_test(passed, weights_may_change_when_only_they_are_wanted);
    tcase_add_test(passed, what_no_rule_reads);
    tcase_add_test(passed, an_input_whose_output_is_read);
    tcase_add_test(passed, what_the_unwanted_gradient_reads);
    tcase_add_test(passed, what_is_not_on_the_way);
    tcase_add_test(passed, overwritten_before_it_was_recorded);
    tcase_add_test(passed, more_inputs_than_bits);
    suite_add_tcase(suite, passed);
    return run_suite(suite);
}
