/* test_buffer_bounds.c - in debug builds under AddressSanitizer no byte beyond a tensor's numbers is accessible,
 * wherever the tensor lies.  In all builds the numbers themselves are. */
#include "support/sanitizers.h"
#include "support/support.h"

#if defined(WITH_ADDRESS_SANITIZER) && defined(GD_DEBUG)
int __asan_address_is_poisoned(void const volatile *address);

static bool forbidden(const void *p)
{
    return __asan_address_is_poisoned(p) != 0;
}
#else
static bool forbidden(const void *p)
{
    (void)p;
    return true;
}
#endif

/* The n elements are accessible, nothing beyond them; before them only a small tensor's header. */
static void ck_fenced(const gd_tensor *t, const char *what)
{
    ck_assert_msg(t, "%s", what);
    gd_real sum = 0;
    for (int64_t i = 0; i < t->numel; i++)
        sum += t->data[i];
    ck_assert(!isinf((double)sum));
    const char *end = (const char *)(t->data + t->numel);
    for (int i = 0; i < 32; i++)
        ck_assert_msg(forbidden(end + i), "%s: %d bytes behind %lld elements", what, i, (long long)t->numel);
    if (t->numel > 16)
        ck_assert_msg(forbidden((const char *)t->data - 1), "%s: before %lld elements", what, (long long)t->numel);
}

static const int64_t sizes[] = { 1, 2, 3, 7, 8, 9, 16, 17, 100, 1001, 20000 };

/* The results of rules lie in recycled memory: poisoned again for each. */
static void looking_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    gd_tensor *first = gd_scale(dy, 2), *second = gd_add(first, dy);
    ck_fenced(dy, "dy");
    ck_fenced(first, "a temporary");
    ck_fenced(second, "another temporary");
    dx[0] = second;
}

START_TEST(every_tensor_has_its_fence)
{
    static const gd_op looking = { .name = "looking", .rule = looking_rule };
    GD_SCOPE;
    const int64_t n = sizes[_i];
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(n)));
    ck_fenced(x, "of a scope");
    ck_fenced(gd_exp(x), "a result");
    ck_fenced(gd_keep(x), "kept");
    gd_tensor *y = x;
    for (int i = 0; i < 3; i++)
        y = gd_scale(gd_record(&looking, gd_ones(GD_SHAPE(n)), &y, 1, NULL, 0), 0.5);
    ck_good(gd_backward(gd_sum(gd_mul(gd_square(y), gd_uniform(GD_SHAPE(n), 0, 1)))));
    ck_fenced(x->grad, "a gradient");

    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", x), *b = gd_param(net, "b", gd_ones(GD_SHAPE(3)));
    gd_optimizer *o = gd_adam(net, gd_adam_defaults());
    gd_ema *average = gd_ema_new(net, 0.5);
    ck_good(gd_backward(gd_add(gd_sum(gd_square(w)), gd_sum(b))));
    ck_good(gd_step(o));
    ck_fenced(w, "a parameter");
    ck_fenced(w->grad, "a parameter's gradient");
    ck_fenced(gd_optimizer_state(o, w, "exp_avg"), "a state");
    ck_fenced(gd_optimizer_state(o, w, "exp_avg_sq"), "a second state");
    ck_fenced(gd_optimizer_state(o, b, "exp_avg"), "another's state");
    ck_fenced(gd_ema_get(average, w), "an average");
    gd_loader *loader = gd_loader_new((gd_dataset){ x, NULL }, (gd_loader_options){ .batch = n });
    gd_batch batch;
    ck_good(gd_loader_next(loader, &batch));
    ck_fenced(batch.x, "a batch");
    gd_loader_free(loader);
    gd_ema_free(average);
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

START_TEST(a_closed_scope_is_forbidden)
{
    gd_tensor *t;
    gd_real *data;
    {
        GD_SCOPE;
        t = gd_ones(GD_SHAPE(sizes[_i]));
        data = t->data;
    }
    GD_SCOPE;
    gd_ones(GD_SHAPE(sizes[_i]));
    ck_assert(forbidden(data) && forbidden(t));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tensor: buffer bounds");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_loop_test(all, every_tensor_has_its_fence, 0, (int)(sizeof sizes / sizeof *sizes));
    tcase_add_loop_test(all, a_closed_scope_is_forbidden, 0, (int)(sizeof sizes / sizeof *sizes));
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
