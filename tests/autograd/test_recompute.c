/* test_recompute.c - gd_recomputed: the same bits as without it, random numbers and running statistics included, in
 * passes of all kinds; less memory; and what is refused. */
#include "support/support.h"
#include "gradus/derivatives.h"

typedef struct block {
    gd_linear           first, second;
    gd_batch_norm_layer norm;
    gd_tensor          *turn;               /* a constant */
    int                 calls;
    bool                changes;
} block;

static gd_tensor *through(gd_tensor *const xs[], int n, void *context)
{
    block *b = context;
    (void)n;
    b->calls++;
    gd_tensor *h = gd_tanh(gd_linear_apply(&b->first, xs[0]));
    h = gd_batch_norm_apply(&b->norm, h, true);
    h = gd_dropout(gd_mul(h, b->turn), 0.3, true);
    if (b->changes && b->calls > 1)
        h = gd_scale(h, 2);
    return gd_add(gd_linear_apply(&b->second, h), gd_scale(gd_sub(xs[0], gd_square(xs[0])), 0.1));
}

static block new_block(gd_params *net, const char *name, int64_t width)
{
    char first[40], second[40], norm[40];
    snprintf(first, sizeof first, "%s.first", name);
    snprintf(second, sizeof second, "%s.second", name);
    snprintf(norm, sizeof norm, "%s.norm", name);
    gd_tensor *turn = gd_linspace(-1, 1, 2 * width);
    return (block){ .first = gd_linear_new(net, first, width, 2 * width), .turn = turn,
                    .second = gd_linear_new(net, second, 2 * width, width),
                    .norm = gd_batch_norm_new(net, norm, 2 * width) };
}

/* A recomputed block around a recomputed block. */
static gd_tensor *nested(gd_tensor *const xs[], int n, void *context)
{
    gd_tensor *h = gd_recomputed(through, context, xs, n);
    return gd_tanh(gd_recomputed(through, context, &h, 1));
}

typedef struct outcome {
    gd_tensor *y, *dx, *w, *dw, *mean, *ddx, *drawn;
} outcome;

/* The loss of two blocks with a gradient for x and all weights. */
static outcome run(bool recomputed, gd_function *function, bool graph)
{
    outcome o;
    gd_seed(3);
    gd_params *net = gd_params_new();
    block a = new_block(net, "a", 4), b = new_block(net, "b", 4);
    gd_tensor *x = gd_requires_grad(gd_normal(GD_SHAPE(6, 4), 0, 1)), *h, *y, *both[2];
    h = recomputed ? gd_recomputed(function, &a, &x, 1) : function(&x, 1, &a);
    y = recomputed ? gd_recomputed(function, &b, &h, 1) : function(&h, 1, &b);
    gd_tensor *loss = gd_sum(gd_square(gd_add(y, gd_mul(x, h))));
    ck_assert_msg(loss, "%s", gd_last_error());
    ck_good(gd_grad(loss, NULL, (gd_tensor *const[]){ x, a.second.weight }, 2, both, graph));
    o.ddx = o.y = y;
    if (graph)
        ck_good(gd_grad(gd_sum(gd_square(both[0])), NULL, &x, 1, &o.ddx, false));
    ck_good(gd_backward(loss));
    o.y = y, o.dx = x->grad, o.w = both[1];
    o.dw = gd_scale(b.first.weight->grad, 1), o.mean = gd_scale(a.norm.running_mean, 1);
    o.drawn = gd_uniform(GD_SHAPE(3), 0, 1);
    gd_params_free(net);
    return o;
}

static void compare(gd_function *plain, gd_function *recomputed, bool graph)
{
    GD_SCOPE;
    outcome a = run(false, plain, graph), b = run(true, recomputed, graph);
    ck_assert(same_bits(a.y, b.y));
    ck_assert(same_bits(a.dx, b.dx));
    ck_assert(same_bits(a.w, b.w));
    ck_assert(same_bits(a.dw, b.dw));
    ck_assert(same_bits(a.mean, b.mean));
    ck_assert_msg(far_apart(b.ddx, a.ddx) <= (IN_DOUBLE ? 1e-11 : 1e-3), "off by %g", far_apart(b.ddx, a.ddx));
    ck_assert(same_bits(a.drawn, b.drawn));
}

static gd_tensor *twice(gd_tensor *const xs[], int n, void *context)
{
    gd_tensor *h = through(xs, n, context);
    return gd_tanh(through(&h, 1, context));
}

START_TEST(same_bits_as_without)  { compare(through, through, false); }
END_TEST
START_TEST(in_the_graph)          { compare(through, through, true); }
END_TEST
START_TEST(one_in_another)
{
    compare(twice, nested, false);
    compare(twice, nested, true);
}
END_TEST

static gd_tensor *identity(gd_tensor *const xs[], int n, void *context)
{
    (void)n;
    return context ? context : xs[0];
}

static gd_tensor *square(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_square(xs[0]);
}

/* Functions that compute nothing; inputs that need no gradient; hooks; a kept gradient. */
START_TEST(special_cases)
{
    GD_SCOPE;
    gd_tensor *x = leaf(3), *w = leaf(5), *c = gd_scalar(2), *y;
    ck_good(gd_backward(gd_square(gd_recomputed(identity, NULL, &x, 1))));
    ck_values(x->grad, 6);
    gd_tensor *z = gd_scale(x, 2);
    ck_good(gd_backward(gd_square(gd_recomputed(identity, NULL, &z, 1))));
    ck_values(x->grad, 6 + 24);
    ck_good(gd_backward(gd_recomputed(identity, w, &c, 1)));
    ck_values(w->grad, 1);
    y = gd_recomputed(square, NULL, &c, 1);
    ck_assert(!y->requires_grad);
    ck_values(y, 4);
    gd_no_grad_begin();
    y = gd_recomputed(square, NULL, &x, 1);
    gd_no_grad_end();
    ck_assert(!y->requires_grad);
    gd_zero_grad_of(x);
    y = gd_retain_grad(gd_recomputed(square, NULL, &x, 1));
    ck_good(gd_backward(gd_scale(y, 2)));
    ck_good(gd_backward(gd_scale(y, 2)));   /* and once more */
    ck_values(x->grad, 24);
    ck_values(y->grad, 4);
    ck_assert_ptr_null(gd_recomputed(square, NULL, (gd_tensor *const[]){ NULL }, 1));
    ck_no_message();
}
END_TEST

static gd_tensor *wide(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    gd_tensor *h = xs[0];
    for (int i = 0; i < 8; i++)
        h = gd_tanh(gd_scale(h, 1.01));
    return h;
}

/* Bytes after a pass, most of which is the memory that scopes have kept. */
static size_t peak(bool recomputed)
{
    gd_shutdown();
    const size_t before = gd_memory_live();
    gd_scope_begin();
    gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(200, 500), 0.5)), *h = x;
    for (int i = 0; i < 8; i++)
        h = recomputed ? gd_recomputed(wide, NULL, &h, 1) : wide(&h, 1, NULL);
    ck_good(gd_backward(gd_sum(h)));
    const size_t most = gd_memory_live() - before;
    gd_scope_end();
    return most;
}

START_TEST(less_memory)
{
    const size_t with = peak(true), without = peak(false);
    ck_assert_msg(with < without / 2, "%zu bytes with gd_recomputed, %zu without", with, without);
}
END_TEST

START_TEST(refusals)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    block b = new_block(net, "b", 4);
    gd_tensor *x = gd_requires_grad(gd_normal(GD_SHAPE(6, 4), 0, 1)), *y;
    ck_refused(gd_recomputed(NULL, NULL, &x, 1), "gd_recomputed: function is NULL");
    ck_refused(gd_recomputed(square, NULL, &x, -1), "gd_recomputed: n = -1 must not be negative");
    ck_refused(gd_recomputed(square, NULL, NULL, 1), "gd_recomputed: xs is NULL");
    b.changes = true;
    y = gd_recomputed(through, &b, &x, 1);
    ck_refused(gd_backward(gd_sum(y)), "gd_backward: the function of gd_recomputed gave other numbers when it was "
               "computed again: it must compute the same from the same tensors");
    ck_assert_ptr_null(x->grad);
    b.changes = false;
    ck_good(gd_backward(gd_sum(y)));
    y = gd_recomputed(through, &b, &x, 1);
    gd_no_grad_begin();
    gd_fill(b.first.weight, 1);
    gd_no_grad_end();
    ck_assert(!gd_backward(gd_sum(y)));
    ck_assert_msg(strstr(gd_last_error(), "of gd_recomputed (\"b.first.weight\"), [8, 4], was overwritten"), "%s",
                  gd_last_error());
    gd_clear_error();
    y = gd_recomputed(through, &b, &x, 1);
    gd_fill(b.turn, 1);                     /* not a parameter, but read */
    ck_assert(!gd_backward(gd_sum(y)));
    ck_assert_msg(strstr(gd_last_error(), "was overwritten"), "%s", gd_last_error());
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: gd_recomputed");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, NULL);
    tcase_add_test(all, same_bits_as_without);
    tcase_add_test(all, in_the_graph);
    tcase_add_test(all, one_in_another);
    tcase_add_test(all, special_cases);
    tcase_add_test(all, less_memory);
    tcase_add_test(all, refusals);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
