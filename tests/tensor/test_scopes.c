/* test_scopes.c - lifetimes: scopes and graphs across them, gd_keep, gd_shutdown; memory does not grow; very long
 * graphs. */
#include <stdio.h>

#include "support/support.h"

/* ---- Scopes and graphs -------------------------------------------------------------------------------------- */

static void leave_scopes_early(int how)
{
    GD_SCOPE;
    for (int i = 0; i < 4; i++) {
        GD_SCOPE;
        ck_assert(gd_scope_begin());                              /* a forgotten pair inside is closed too */
        gd_ones(GD_SHAPE(100));
        if (how == 0)
            return;
        if (how == 1)
            break;
        if (how == 2)
            continue;
        goto out;
    }
out:
    gd_ones(GD_SHAPE(100));
}

START_TEST(scopes_are_left_properly)
{
    for (int how = 0; how < 4; how++) {
        leave_scopes_early(how);
        ck_assert(!gd_scope_end());
        ck_message("gd_scope_end: no scope is open");
    }
    ck_assert(gd_scope_begin());
    ck_assert(gd_scope_begin());
    ck_assert(gd_scope_end() && gd_scope_end() && !gd_scope_end());
    ck_message("gd_scope_end: no scope is open");
}
END_TEST

START_TEST(backward_in_an_inner_scope)
{
    gd_tensor *w = leaf(3);                                       /* owned by the program */
    GD_SCOPE;
    gd_tensor *x = leaf(2), *h = gd_mul(w, x);                    /* outer scope */
    for (int i = 1; i <= 3; i++) {
        GD_SCOPE;
        gd_tensor *y = gd_square(h);                              /* inner one */
        {
            GD_SCOPE;
            ck_good(gd_backward(gd_scale(y, 1)));
        }
        ck_values(w->grad, 24 * i);
        ck_values(x->grad, 36 * i);
    }
    ck_good(gd_backward(h));                                      /* the tape is as it was */
    ck_values(w->grad, 24 * 3 + 2);
    ck_values(x->grad, 36 * 3 + 3);
}
END_TEST

START_TEST(gradients_outlive_the_graph)
{
    gd_tensor *w = gd_requires_grad(gd_full(GD_SHAPE(3), 2));
    {
        GD_SCOPE;
        ck_good(gd_backward_from(gd_sum(gd_mul(w, w)), NULL, true));
        ck_assert(w->grad->requires_grad);
        {
            GD_SCOPE;                                             /* a second part of it, in a scope inside */
            ck_good(gd_backward_from(gd_sum(gd_scale(w, 10)), NULL, true));
            ck_values(w->grad, 14, 14, 14);
        }
        ck_values(w->grad, 14, 14, 14);
        gd_tensor *filler = gd_full(GD_SHAPE(50), -1);
        ck_values(gd_sum(filler), -50);
        ck_values(w->grad, 14, 14, 14);
    }
    {
        GD_SCOPE;
        gd_full(GD_SHAPE(100), -7);                               /* the memory of the old scope is reused */
        ck_values(w->grad, 14, 14, 14);
        ck_assert(!w->grad->requires_grad && !w->grad->node);
        ck_good(gd_backward(gd_sum(w)));
        ck_values(w->grad, 15, 15, 15);
    }
}
END_TEST

START_TEST(a_model_freed_inside_a_scope)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(3))), *other = leaf(2);
    ck_good(gd_backward_from(gd_mul(gd_sum(w), other), NULL, true));
    ck_values(w->grad, 2, 2, 2);
    gd_params_free(net);                                          /* closing the scope must not detach its leaves */
    ck_values(other->grad, 3);
}
END_TEST

START_TEST(keep)
{
    gd_tensor *kept, *kept_twice, *odd;
    {
        GD_SCOPE;
        {
            GD_SCOPE;
            gd_tensor *x = leaf(2), *y = gd_scale(gd_add(gd_zeros(GD_SHAPE(2, 3)), x), 3);
            kept = gd_keep(y);
            odd = gd_keep(gd_keep(gd_transpose(gd_from(GD_SHAPE(2, 2), (gd_real[]){ 1, 2, 3, 4 }), 0, 1)));
            ck_assert(!kept->requires_grad && !kept->node && kept->data != y->data);
        }
        {
            GD_SCOPE;
            gd_full(GD_SHAPE(1000), -1);
        }
        ck_values(kept, 6, 6, 6, 6, 6, 6);
        ck_values(odd, 1, 3, 2, 4);
        kept_twice = gd_keep(kept);
    }
    {
        GD_SCOPE;
        gd_full(GD_SHAPE(1000), -1);
    }
    ck_values(kept_twice, 6, 6, 6, 6, 6, 6);
    gd_tensor *program = gd_keep(gd_keep(kept_twice));            /* no scope is open: it belongs to the program */
    ck_values(program, 6, 6, 6, 6, 6, 6);
    ck_assert_ptr_null(gd_keep(NULL));
    ck_no_message();
}
END_TEST

/* ---- Memory ------------------------------------------------------------------------------------------------- */

static void one_step(gd_tensor *w)
{
    GD_SCOPE;
    gd_tensor *x = gd_uniform(GD_SHAPE(20, 30), -1, 1), *y = gd_tanh(gd_matmul(x, w)), *dw;
    ck_good(gd_backward(gd_mean(gd_square(y))));
    ck_good(gd_backward_from(gd_sum(gd_square(w)), NULL, true));
    ck_good(gd_grad(gd_sum(y), NULL, &w, 1, &dw, false));
    ck_assert(!gd_matmul(w, gd_ones(GD_SHAPE(7))));
    gd_zero_grad_of(w);
}

START_TEST(memory_stays_the_same)
{
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(30, 40)));
    for (int i = 0; i < 5; i++)
        one_step(w);
    size_t live = gd_memory_live();
    ck_assert(live > 0);
    for (int i = 0; i < 100; i++)
        one_step(w);
    ck_assert(gd_memory_live() == live);
    gd_shutdown();
    ck_assert(gd_memory_live() == 0);
}
END_TEST

START_TEST(shutdown_and_reuse)
{
    for (int i = 0; i < 3; i++) {
        ck_assert(gd_memory_live() == 0);
        gd_tensor *data = gd_arange(0, 10, 1);
        ck_assert(gd_scope_begin());                              /* left open */
        gd_no_grad_begin();
        gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(10)));
        gd_no_grad_end();
        ck_good(gd_backward(gd_sum(gd_mul(w, data))));
        ck_values(gd_sum(w->grad), 45);
        gd_no_grad_begin();                                       /* left open too */
        gd_shutdown();
        ck_assert(gd_memory_live() == 0);
        ck_assert(gd_is_recording());
        gd_shutdown();
    }
}
END_TEST

START_TEST(a_model_outlives_shutdown)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(3)));
    gd_no_grad_begin();
    ck_good(gd_fill(w, 4));                                       /* known to have been overwritten before .. */
    gd_shutdown();
    ck_values(w, 4, 4, 4);
    gd_tensor *y = gd_sum(gd_square(w));                          /* .. this graph was recorded */
    gd_fill(gd_ones(GD_SHAPE(1)), 2);                             /* something else is, after it */
    ck_good(gd_backward(y));
    ck_values(w->grad, 8, 8, 8);
    gd_shutdown();
    gd_params_free(net);
    ck_assert(gd_memory_live() == 0);
}
END_TEST

START_TEST(memory_report)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    gd_param(net, "w", gd_ones(GD_SHAPE(1000)));
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    gd_memory_report(file);
    rewind(file);
    char line[200], owner[40];
    size_t live, high, sum = 0, models = 0;
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%39[a-z ] %zu %zu", owner, &live, &high) == 3) {
            ck_assert(live <= high);
            sum += live;
            if (strncmp(owner, "models", 6) == 0)
                models = live;
        }
    fclose(file);
    ck_assert(sum == gd_memory_live());
    ck_assert(models >= 1000 * sizeof(gd_real));
    gd_params_free(net);
    gd_memory_report(NULL);
}
END_TEST

/* ---- Length ------------------------------------------------------------------------------------------------- */

START_TEST(a_chain_of_a_million)
{
    GD_SCOPE;
    gd_tensor *x = leaf(1), *y = x, *dx;
    for (int i = 0; i < 1000000; i++)
        y = i % 2 ? gd_neg(y) : gd_shift(y, 1);
    ck_assert_ptr_nonnull(y);
    ck_good(gd_backward(y));
    ck_values(x->grad, 1);
    ck_good(gd_grad(y, NULL, &x, 1, &dx, false));
    ck_values(dx, 1);
}
END_TEST

/* A gradient of a gradient of a long chain: x (1 + 1/n)^n. */
START_TEST(a_long_chain_twice)
{
    GD_SCOPE;
    enum { n = 20000 };
    gd_tensor *x = leaf(2), *y = gd_square(x), *dx, *ddx;
    for (int i = 0; i < n; i++)
        y = gd_scale(y, 1 + 1.0 / n);
    ck_good(gd_grad(y, NULL, &x, 1, &dx, true));
    ck_good(gd_grad(dx, NULL, &x, 1, &ddx, false));
    double growth = pow(1 + 1.0 / n, n);
    ck_assert(fabs((double)gd_item(dx) - 4 * growth) < (IN_DOUBLE ? 1e-9 : 1e-1));
    ck_assert(fabs((double)gd_item(ddx) - 2 * growth) < (IN_DOUBLE ? 1e-9 : 1e-1));
}
END_TEST

START_TEST(one_leaf_used_very_often)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(3))), *y = gd_zeros(GD_SHAPE(3));
    for (int i = 0; i < 100000; i++)
        y = gd_add(y, x);
    ck_good(gd_backward(gd_sum(y)));
    ck_values(x->grad, 100000, 100000, 100000);
}
END_TEST

START_TEST(many_scopes_deep)
{
    gd_tensor *x = leaf(1), *y = x;
    enum { depth = 300 };
    for (int i = 0; i < depth; i++) {
        ck_assert(gd_scope_begin());
        y = gd_shift(gd_scale(y, 1), 1);
    }
    ck_good(gd_backward(y));
    ck_values(y, 1 + depth);
    ck_values(x->grad, 1);
    for (int i = 0; i < depth; i++)
        ck_assert(gd_scope_end());
    ck_values(x->grad, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tensor: scopes");
    TCase *scopes = tcase_create("scopes"), *memory = tcase_create("memory"), *length = tcase_create("length");
    tcase_add_checked_fixture(scopes, quietly, gd_shutdown);
    tcase_add_test(scopes, scopes_are_left_properly);
    tcase_add_test(scopes, backward_in_an_inner_scope);
    tcase_add_test(scopes, gradients_outlive_the_graph);
    tcase_add_test(scopes, a_model_freed_inside_a_scope);
    tcase_add_test(scopes, keep);
    suite_add_tcase(suite, scopes);
    tcase_add_checked_fixture(memory, quietly, gd_shutdown);
    tcase_add_test(memory, memory_stays_the_same);
    tcase_add_test(memory, shutdown_and_reuse);
    tcase_add_test(memory, a_model_outlives_shutdown);
    tcase_add_test(memory, memory_report);
    suite_add_tcase(suite, memory);
    tcase_add_checked_fixture(length, quietly, gd_shutdown);
    tcase_set_timeout(length, 300);
    tcase_add_test(length, a_chain_of_a_million);
    tcase_add_test(length, a_long_chain_twice);
    tcase_add_test(length, one_leaf_used_very_often);
    tcase_add_test(length, many_scopes_deep);
    suite_add_tcase(suite, length);
    return run_suite(suite);
}
