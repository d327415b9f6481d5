/* test_own_fast_rules.c - operations of the program's with a fast rule: when it is taken, where it writes, what happens
 * when it declines or fails. */
#include "support/support.h"

typedef enum behaviour { WORKS, DECLINES, FAILS, FAILS_SILENTLY } behaviour;

static behaviour behaves;
static int fast_calls, plain_calls, added;

/* y = a b, elementwise, of tensors of one shape. */
static void product_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    plain_calls++;
    if (gd_needs(node, 0))
        dx[0] = gd_mul(dy, gd_node_input(node, 1));
    if (gd_needs(node, 1))
        dx[1] = gd_mul(dy, gd_node_input(node, 0));
}

static gd_fast product_fast(const gd_node *node, const gd_tensor *dy, const gd_target dx[])
{
    fast_calls++;
    if (behaves == DECLINES)
        return GD_DECLINED;
    if (behaves == FAILS)
        gd_fail("product: it cannot");
    if (behaves != WORKS)
        return GD_FAILED;
    for (int i = 0; i < 2; i++) {
        const gd_real *other = gd_node_input(node, 1 - i)->data;
        if (!dx[i].data)
            continue;
        ck_assert(gd_needs(node, i));
        added += dx[i].add;
        for (int64_t k = 0; k < gd_numel(dy); k++)
            dx[i].data[k] = (dx[i].add ? dx[i].data[k] : 0) + gd_at(dy, GD_SHAPE(k)) * other[k];
    }
    return GD_DONE;
}

static gd_tensor *product(gd_tensor *a, gd_tensor *b)
{
    static const gd_op op = {
        .name = "product", .rule = product_rule, .reads = GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0)),
        .fast = product_fast, .adds = true
    };
    gd_tensor *y;
    {
        GD_NO_GRAD;
        y = gd_mul(a, b);
    }
    return gd_record(&op, y, (gd_tensor *const[]){ a, b }, 2, NULL, 0);
}

static void start(behaviour b)
{
    behaves = b;
    fast_calls = plain_calls = added = 0;
}

enum { N = 40 };                            /* more than a small tensor holds */

static gd_tensor *leaf_from(double first)
{
    return gd_requires_grad(gd_arange(first, first + N, 1));
}

START_TEST(an_ordinary_pass_takes_it)
{
    gd_tensor *a = leaf_from(1), *b = leaf_from(2);
    start(WORKS);
    ck_assert(gd_backward(gd_sum(product(a, b))) && fast_calls == 1 && plain_calls == 0);
    for (int k = 0; k < N; k++)
        ck_assert(a->grad->data[k] == b->data[k] && b->grad->data[k] == a->data[k]);
    gd_tensor *da = NULL;
    ck_assert(gd_grad(gd_sum(product(a, b)), NULL, &a, 1, &da, true) && fast_calls == 1 && plain_calls == 1);
    ck_assert(da->requires_grad);
}
END_TEST

/* A second backward pass adds to ->grad, whatever the rule did with its memory. */
START_TEST(grads_accumulate)
{
    gd_tensor *a = leaf_from(1), *b = leaf_from(2);
    start(WORKS);
    for (int pass = 1; pass <= 3; pass++) {
        ck_assert(gd_backward(gd_sum(product(a, b))));
        for (int k = 0; k < N; k++)
            ck_assert(a->grad->data[k] == (gd_real)pass * b->data[k]);
    }
    ck_assert_int_eq(fast_calls, 3);
}
END_TEST

/* Both inputs are one tensor; and a result that was used elsewhere, later, has a gradient to which this one is added.
 * */
START_TEST(gradients_add_up)
{
    gd_tensor *a = leaf_from(1), *h = gd_scale(a, 1);
    start(WORKS);
    ck_assert(gd_backward(gd_sum(product(a, a))));
    for (int k = 0; k < N; k++)
        ck_assert(a->grad->data[k] == 2 * a->data[k]);
    gd_zero_grad_of(a);
    gd_tensor *y = gd_sum(product(h, h)), *z = gd_sum(gd_mul(h, gd_full(GD_SHAPE(N), 3)));
    ck_assert(gd_backward(gd_add(y, z)) && added == 2);
    for (int k = 0; k < N; k++)
        ck_assert(a->grad->data[k] == 2 * a->data[k] + 3);
}
END_TEST

START_TEST(one_input_needs_none)
{
    gd_tensor *a = leaf_from(1), *b = gd_arange(2, 2 + N, 1);
    start(WORKS);
    ck_assert(gd_backward(gd_sum(product(a, b))) && fast_calls == 1 && !b->grad);
    ck_assert(gd_backward(gd_sum(product(b, a))) && a->grad->data[3] == 2 * b->data[3]);
}
END_TEST

START_TEST(declining_runs_the_rule)
{
    start(DECLINES);
    for (int n = 1; n <= N; n += N - 1) {
        gd_tensor *a = gd_requires_grad(gd_arange(1, 1 + n, 1)), *b = gd_requires_grad(gd_arange(2, 2 + n, 1));
        const int before = plain_calls;
        ck_assert(gd_backward(gd_sum(product(a, b))) && plain_calls == before + 1);
        ck_assert(a->grad->data[n - 1] == b->data[n - 1] && b->grad->data[0] == a->data[0]);
    }
    ck_assert_int_eq(fast_calls, 2);
}
END_TEST

START_TEST(failing_changes_nothing)
{
    gd_tensor *a = leaf_from(1), *b = leaf_from(2);
    start(WORKS);
    ck_assert(gd_backward(gd_sum(product(a, b))));
    start(FAILS);
    ck_assert(!gd_backward(gd_sum(product(a, b))));
    ck_message("product: it cannot");
    start(FAILS_SILENTLY);
    ck_assert(!gd_backward(gd_sum(product(a, b))));
    ck_message("gd_backward: the fast rule of product failed");
    for (int k = 0; k < N; k++)
        ck_assert(a->grad->data[k] == b->data[k] && b->grad->data[k] == a->data[k]);
}
END_TEST

/* The operation with inputs that nobody needs, so that there are more than a fast rule may have. */
START_TEST(many_inputs_run_the_rule)
{
    static const gd_op op = { .name = "product", .rule = product_rule, .fast = product_fast };
    gd_tensor *a = leaf_from(1), *b = leaf_from(2), *y;
    {
        GD_NO_GRAD;
        y = gd_mul(a, b);
    }
    start(WORKS);
    y = gd_record(&op, y, (gd_tensor *const[]){ a, b, NULL, NULL, NULL }, 5, NULL, 0);
    ck_assert(gd_backward(gd_sum(y)) && fast_calls == 0 && plain_calls == 1 && a->grad->data[1] == b->data[1]);
}
END_TEST

/* A gradient may be a view of the program's dy, which stays as it was: a later message about it must make sense. */
START_TEST(the_seed_stays_as_it_was)
{
    gd_tensor *x = leaf_from(1), *y = gd_reshape(gd_scale(x, 2), GD_SHAPE(2, N / 2)), *dy = gd_ones(GD_SHAPE(2, N / 2));
    ck_assert(gd_backward_from(y, dy, false) && x->grad->data[0] == 2);
    ck_assert(!gd_backward(gd_sum(gd_scale(dy, 2))));
    ck_message("gd_backward: y, [], does not depend on anything that requires a gradient");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("own fast rules");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, an_ordinary_pass_takes_it);
    tcase_add_test(all, grads_accumulate);
    tcase_add_test(all, gradients_add_up);
    tcase_add_test(all, one_input_needs_none);
    tcase_add_test(all, declining_runs_the_rule);
    tcase_add_test(all, failing_changes_nothing);
    tcase_add_test(all, many_inputs_run_the_rule);
    tcase_add_test(all, the_seed_stays_as_it_was);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
