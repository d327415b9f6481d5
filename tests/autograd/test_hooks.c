/* test_hooks.c - hooks on gradients: when they are called and with what, what they may return, how they fail, and that
 * they are taken away. */
#include "support/support.h"
#include "gradus/derivatives.h"

typedef struct seen {
    int     calls;
    double  factor;
    gd_real first;                          /* of the last gradient */
    gd_tensor *to_return;
} seen;

static gd_tensor *look(gd_tensor *x, gd_tensor *dx, void *context)
{
    seen *s = context;
    ck_assert(x->ndim == dx->ndim);
    s->calls++;
    s->first = dx->data[0];
    return dx;
}

static gd_tensor *scale(gd_tensor *x, gd_tensor *dx, void *context)
{
    seen *s = context;
    (void)x;
    s->calls++;
    s->first = dx->data[0];
    return gd_scale(dx, s->factor);
}

static gd_tensor *give(gd_tensor *x, gd_tensor *dx, void *context)
{
    (void)x, (void)dx;
    return ((seen *)context)->to_return;
}

static gd_tensor *flipped(gd_tensor *x, gd_tensor *dx, void *context)
{
    (void)x, (void)context;
    return gd_transpose(dx, 0, 1);
}

static gd_tensor *in_place(gd_tensor *x, gd_tensor *dx, void *context)
{
    (void)x, (void)context;
    gd_fill(dx, 5);
    return dx;
}

static gd_tensor *leaves_a_scope(gd_tensor *x, gd_tensor *dx, void *context)
{
    (void)x, (void)context;
    gd_scope_begin();
    return dx;
}

static gd_tensor *own_gradient(gd_tensor *x, gd_tensor *dx, void *context)
{
    (void)context;
    return x->grad ? gd_transpose(x->grad, 0, 1) : dx;
}

/* A result's hook sees the whole gradient, the sum over its uses, once; what it returns goes on. */
START_TEST(on_a_result)
{
    GD_SCOPE;
    seen s = { .factor = 10 };
    gd_tensor *x = leaf(3), *y = gd_square(x), *z = gd_add(gd_scale(y, 2), gd_scale(y, 5));
    gd_retain_grad(y);
    ck_good(gd_register_hook(y, scale, &s));
    ck_good(gd_backward(z));
    ck_assert_int_eq(s.calls, 1);
    ck_near(s.first, 7, 0);
    ck_values(x->grad, 7 * 10 * 6);
    ck_values(y->grad, 70);
    ck_good(gd_backward(z));
    ck_assert_int_eq(s.calls, 2);
    ck_values(x->grad, 2 * 7 * 10 * 6);
}
END_TEST

START_TEST(on_a_leaf)
{
    GD_SCOPE;
    seen s = { .factor = 0.5 }, t = { .factor = 3 };
    gd_tensor *x = leaf(3);
    ck_good(gd_register_hook(x, scale, &s));
    ck_good(gd_register_hook(x, scale, &t));
    ck_good(gd_backward(gd_mul(x, gd_scale(x, 2))));
    ck_near(s.first, 12, 0);
    ck_near(t.first, 6, 0);
    ck_values(x->grad, 18);
    ck_good(gd_backward(gd_scale(x, 2)));   /* a second pass adds what its own hooks give */
    ck_values(x->grad, 18 + 3);
    ck_assert_int_eq(s.calls, 2);
}
END_TEST

/* Large gradients are written to where ->grad is kept; small ones are not.  Views of the gradient, and of ->grad
 * itself, are what they look like. */
START_TEST(views_and_sizes)
{
    const int64_t sizes[] = { 2, 40 };
    for (int k = 0; k < 2; k++) {
        GD_SCOPE;
        const int64_t n = sizes[k];
        gd_tensor *x = gd_requires_grad(gd_zeros(GD_SHAPE(n, n))), *c = gd_reshape(gd_arange(0, (double)(n * n), 1),
            GD_SHAPE(n, n));
        gd_tensor *turned = gd_contiguous(gd_transpose(c, 0, 1));
        ck_good(gd_register_hook(x, flipped, NULL));
        ck_good(gd_backward(gd_sum(gd_mul(x, c))));
        ck_assert(far_apart(x->grad, turned) == 0);
        ck_good(gd_remove_hook(x, flipped, NULL));
        ck_good(gd_register_hook(x, own_gradient, NULL));
        ck_good(gd_backward(gd_sum(gd_mul(x, c))));
        ck_assert(far_apart(x->grad, gd_add(turned, c)) == 0);
    }
}
END_TEST

START_TEST(in_gd_grad)
{
    GD_SCOPE;
    seen s = { .factor = 10 }, t = { .factor = 2 };
    gd_tensor *x = leaf(3), *y = gd_square(x), *z = gd_scale(y, 2), *dx[2];
    ck_good(gd_register_hook(y, scale, &s));
    ck_good(gd_register_hook(x, scale, &t));
    ck_good(gd_grad(z, NULL, (gd_tensor *const[]){ y, x }, 2, dx, false));
    ck_values(dx[0], 20);
    ck_values(dx[1], 20 * 6 * 2);
    ck_good(gd_grad(z, NULL, &y, 1, dx, false));        /* the rule of y does not run */
    ck_values(dx[0], 20);
    ck_assert_int_eq(s.calls, 2);
    ck_assert_int_eq(t.calls, 1);
    ck_good(gd_grad(z, NULL, &z, 1, dx, false));
    ck_values(dx[0], 1);
    ck_good(gd_register_hook(z, scale, &t));
    ck_good(gd_grad(z, NULL, &z, 1, dx, false));
    ck_values(dx[0], 2);
}
END_TEST

/* With create_graph hooks are part of the graph. */
START_TEST(recorded)
{
    GD_SCOPE;
    seen s = { .factor = 10 };
    gd_tensor *x = leaf(3), *y = gd_square(x), *z = gd_pow(y, 2), *dx, *ddx;
    ck_good(gd_register_hook(y, scale, &s));
    ck_good(gd_grad(z, NULL, &x, 1, &dx, true));
    ck_values(dx, 10 * 4 * 27);
    ck_good(gd_grad(dx, NULL, &x, 1, &ddx, false));
    ck_assert_int_eq(s.calls, 2);
    ck_values(ddx, 10 * 2 * 9 * 2 + 10 * (10 * 2 * 6) * 6);     /* dx = 10 (2 y) (2 x): by x, and by the hooked y */
    ck_good(gd_backward_from(z, NULL, true));
    ck_values(x->grad, 10 * 4 * 27);
}
END_TEST

START_TEST(failures)
{
    GD_SCOPE;
    seen s = { .to_return = NULL };
    gd_tensor *x = leaf(3), *y = gd_square(x), *z = gd_scale(y, 2);
    gd_set_grad(x, gd_scalar(100));
    ck_good(gd_register_hook(y, give, &s));
    ck_refused(gd_backward(z), "gd_backward: a hook of [] returned NULL");
    s.to_return = gd_ones(GD_SHAPE(2));
    ck_refused(gd_backward(z), "gd_backward: a hook gave a gradient of shape [2] for x, which is []");
    s.to_return = gd_scalar(1);
    ck_good(gd_backward(z));
    ck_values(x->grad, 106);
    ck_good(gd_remove_hook(y, give, &s));
    ck_good(gd_register_hook(y, in_place, NULL));
    ck_refused(gd_backward(z), "gd_backward: a hook of [] changed the gradient in place: it must return another one");
    ck_good(gd_remove_hook(y, in_place, NULL));
    ck_good(gd_register_hook(x, leaves_a_scope, NULL));
    ck_refused(gd_backward(z), "gd_backward: a hook of a backward pass left 1 scope open: each gd_scope_begin needs "
               "its gd_scope_end");
    ck_values(x->grad, 106);
    ck_good(gd_remove_hook(x, leaves_a_scope, NULL));
    s.to_return = NULL;
    ck_good(gd_register_hook(x, give, &s));
    ck_refused(gd_backward(z), "gd_backward: a hook of [] returned NULL");
    ck_values(x->grad, 106);
    ck_good(gd_remove_hook(x, give, &s));
    ck_good(gd_backward(z));
    ck_values(x->grad, 118);
}
END_TEST

START_TEST(removed)
{
    GD_SCOPE;
    seen s = { .factor = 10 };
    gd_tensor *x = leaf(3), *y = gd_square(x);
    ck_good(gd_register_hook(y, look, &s));
    ck_good(gd_register_hook(x, look, &s));
    ck_good(gd_remove_hook(y, look, &s));
    ck_good(gd_backward(y));
    ck_assert_int_eq(s.calls, 1);
    ck_refused(gd_remove_hook(y, look, &s), "gd_remove_hook: x, [], has no such hook with this context");
    ck_good(gd_requires_grad(gd_freeze(x)));
    ck_good(gd_backward(gd_square(x)));
    ck_assert_int_eq(s.calls, 1);
    ck_refused(gd_register_hook(gd_scalar(1), look, NULL), "gd_register_hook: x, [], does not require a gradient");
    ck_refused(gd_register_hook(x, NULL, NULL), "gd_register_hook: hook is NULL");
    ck_refused(gd_register_hook(NULL, look, NULL), "gd_register_hook: x is NULL");
    const size_t live = gd_memory_live();
    for (int i = 0; i < 10000; i++) {       /* places are used again */
        ck_good(gd_register_hook(x, look, &s));
        ck_good(gd_remove_hook(x, look, &s));
    }
    ck_assert_uint_eq(gd_memory_live(), live);
}
END_TEST

/* ---- After ->grad has been added to --------------------------------------------------------------------------- */

typedef struct step {
    int        calls;
    bool       good;
    gd_tensor *other;
    double     other_grad;
} step;

/* A step of gradient descent inside the pass: all gradients are final. */
static bool descend(gd_tensor *x, void *context)
{
    step *s = context;
    s->calls++;
    if (s->other)
        s->other_grad = s->other->grad ? (double)s->other->grad->data[0] : -1;
    if (!s->good)
        return false;
    bool good = gd_add_to(x, x->grad, -0.1);
    gd_zero_grad_of(x);
    return good;
}

START_TEST(post_hooks)
{
    GD_SCOPE;
    gd_tensor *a = leaf(2), *b = leaf(5);
    step s = { .good = true, .other = b };
    ck_good(gd_register_post_hook(a, descend, &s));
    ck_good(gd_backward(gd_add(gd_mul(a, a), gd_mul(a, b))));
    ck_assert_int_eq(s.calls, 1);           /* once, after the last addition */
    ck_near(s.other_grad, 2, 0);
    ck_values(a, 2 - 0.1 * (4 + 5));
    ck_assert_ptr_null(a->grad);
    gd_tensor *da;
    ck_good(gd_grad(gd_square(a), NULL, &a, 1, &da, false));
    ck_assert_int_eq(s.calls, 1);           /* nothing was added to ->grad */
    s.good = false;
    ck_refused(gd_backward(gd_mul(a, b)), "gd_backward: a post hook of [] returned false");
    ck_values(b->grad, 2 + 1.1);
    ck_values(a->grad, 5);
    ck_good(gd_remove_post_hook(a, descend, &s));
    ck_good(gd_backward(gd_mul(a, b)));
    ck_refused(gd_remove_post_hook(a, descend, &s), "gd_remove_post_hook: x, [], has no such hook with this context");
    ck_refused(gd_register_post_hook(gd_square(a), descend, &s),
               "gd_register_post_hook: x, [], is the result of gd_square: only the ->grad of a leaf is added to");
}
END_TEST

/* Of a model, over many steps: nothing is allocated once warm, and hooks go with the model. */
START_TEST(of_a_model)
{
    gd_params *net = gd_params_new();
    gd_linear hidden = gd_linear_new(net, "hidden", 20, 30);
    seen s = { .factor = 0.5 };
    step after = { .good = true };
    size_t live = 0;
    ck_good(gd_register_hook(hidden.weight, scale, &s));
    ck_good(gd_register_post_hook(hidden.weight, descend, &after));
    for (int i = 0; i < 10; i++) {
        GD_SCOPE;
        ck_good(gd_backward(gd_mean(gd_square(gd_linear_apply(&hidden, gd_ones(GD_SHAPE(4, 20)))))));
        if (i == 3)
            live = gd_memory_live();
    }
#ifdef GD_DEBUG                             /* which keeps memory in quarantine */
    live = gd_memory_live();
#endif
    ck_assert_uint_eq(gd_memory_live(), live);
    ck_assert_int_eq(s.calls, 10);
    ck_assert_int_eq(after.calls, 10);
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: hooks");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, NULL);
    tcase_add_test(all, on_a_result);
    tcase_add_test(all, on_a_leaf);
    tcase_add_test(all, views_and_sizes);
    tcase_add_test(all, in_gd_grad);
    tcase_add_test(all, recorded);
    tcase_add_test(all, failures);
    tcase_add_test(all, removed);
    tcase_add_test(all, post_hooks);
    tcase_add_test(all, of_a_model);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
