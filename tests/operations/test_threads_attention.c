/* test_threads_attention.c - attention, layer norm, affine maps, copies, broadcasting and column sums give the same
 * bits with one, two and three threads: around the sizes at which threads begin to be used, for views, and for
 * empty tensors. */
#include "support/support.h"

enum { INPUTS = 3 };

typedef struct work {
    const char *name;
    gd_tensor *(*apply)(gd_tensor *const x[]);
    gd_shape    inputs[INPUTS];             /* ndim 0: left out */
} work;

/* [n, length, 3 width] -> [n, heads, length, width / heads] */
static gd_tensor *head(gd_tensor *qkv, int which)
{
    const int64_t n = qkv->shape[0], length = qkv->shape[1], width = qkv->shape[2] / 3;
    gd_tensor *part = gd_slice(qkv, 2, which * width, (which + 1) * width, 1);
    return gd_transpose(gd_reshape(part, GD_SHAPE(n, length, 4, width / 4)), 1, 2);
}

static gd_tensor *causal(gd_tensor *const x[])   { return gd_attention(x[0], x[1], x[2], true); }
static gd_tensor *all_keys(gd_tensor *const x[]) { return gd_attention(x[0], x[1], x[2], false); }
static gd_tensor *norm(gd_tensor *const x[])     { return gd_layer_norm(x[0], x[1], x[2], 1e-5); }
static gd_tensor *affine(gd_tensor *const x[])   { return gd_affine(x[0], x[1], x[2]); }
static gd_tensor *copy(gd_tensor *const x[])     { return gd_contiguous(gd_transpose(x[0], 0, 1)); }
static gd_tensor *inner(gd_tensor *const x[])    { return gd_contiguous(gd_transpose(x[0], 1, 2)); }
static gd_tensor *product(gd_tensor *const x[])  { return gd_mul(x[0], x[1]); }
static gd_tensor *turned(gd_tensor *const x[])   { return gd_exp(gd_transpose(x[0], 0, 1)); }
static gd_tensor *columns(gd_tensor *const x[])  { return gd_sum_axis(x[0], 0, false); }
static gd_tensor *choice(gd_tensor *const x[])   { return gd_where(gd_gt(x[0], gd_scalar(0)), x[0], x[1]); }
static gd_tensor *packed(gd_tensor *const x[])
{
    return gd_attention(head(x[0], 0), head(x[0], 1), head(x[0], 2), true);
}
static gd_tensor *self(gd_tensor *const x[])     { return gd_self_attention(x[0], 4, true); }
static gd_tensor *twice(gd_tensor *const x[])
{
    gd_tensor *z = gd_scale(x[0], 2);
    gd_tensor *later = gd_slice(z, 0, 1, z->shape[0], 1);
    return gd_add(gd_slice(z, 0, 0, -1, 1), gd_mul(later, later));
}

#define OF(...) { (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), { __VA_ARGS__ } }

static const work works[] = {
    { "causal", causal, { OF(7, 64, 8), OF(7, 64, 8), OF(7, 64, 8) } },
    { "causal", causal, { OF(8, 64, 16), OF(8, 64, 16), OF(8, 64, 16) } },
    { "causal", causal, { OF(3, 9, 65, 16), OF(3, 1, 33, 16), OF(33, 5) } },
    { "causal", causal, { OF(0, 64, 16), OF(0, 64, 16), OF(0, 64, 16) } },
    { "all keys", all_keys, { OF(5, 200, 32), OF(5, 120, 32), OF(5, 120, 7) } },
    { "all keys", all_keys, { OF(9, 4, 1, 3), OF(9, 4, 900, 3), OF(9, 4, 900, 40) } },
    { "packed", packed, { OF(6, 64, 192) } },
    { "self", self, { OF(6, 64, 192) } },
    { "self", self, { OF(5, 3, 90, 60) } },
    { "norm", norm, { OF(511, 64), OF(64), OF(64) } },
    { "norm", norm, { OF(512, 64), OF(64), OF(64) } },
    { "norm", norm, { OF(513, 64), OF(64), OF(64) } },
    { "norm", norm, { OF(3, 1001, 37), OF(37), OF(37) } },
    { "norm", norm, { OF(70, 3000), OF(3000) } },
    { "norm", norm, { OF(0, 64), OF(64), OF(64) } },
    { "affine", affine, { OF(513, 3), OF(64, 3), OF(64) } },
    { "affine", affine, { OF(12, 64, 64), OF(192, 64), OF(192) } },
    { "copy", copy, { OF(257, 300) } },
    { "copy", copy, { OF(2, 33000) } },
    { "inner", inner, { OF(12, 64, 4, 16) } },
    { "inner", inner, { OF(1, 300, 2, 301) } },
    { "product", product, { OF(12, 64, 64), OF(64) } },
    { "product", product, { OF(513, 1), OF(1, 129) } },
    { "turned", turned, { OF(300, 301) } },
    { "choice", choice, { OF(300, 301), OF(301) } },
    { "columns", columns, { OF(768, 256) } },
    { "columns", columns, { OF(4099, 50) } },
    { "columns", columns, { OF(100000, 3) } },
    { "twice", twice, { OF(701, 101) } },
};
enum { WORKS = sizeof works / sizeof works[0] };

/* y and the gradients, in the current scope. */
static void run(const work *w, int threads, gd_tensor *result[1 + INPUTS])
{
    gd_tensor *x[INPUTS] = { NULL };
    int n = 0;
    gd_seed(7);
    ck_good(gd_set_threads(threads));
    for (; n < INPUTS && w->inputs[n].ndim; n++)
        x[n] = gd_requires_grad(gd_normal(w->inputs[n], 0, 1));
    result[0] = w->apply(x);
    ck_good(result[0] != NULL);
    gd_tensor *dy = gd_normal(gd_shape_of_tensor(result[0]), 0, 1);
    ck_good(gd_grad(result[0], dy, x, n, result + 1, false));
    for (int i = 0; i <= n; i++)
        result[i] = gd_contiguous(result[i]);
}

START_TEST(the_same_bits)
{
    gd_tensor *alone[1 + INPUTS] = { NULL };
    run(&works[_i], 1, alone);
    for (int threads = 2; threads <= 3; threads++)
        for (int again = 0; again < 3; again++) {
            GD_SCOPE;
            gd_tensor *together[1 + INPUTS] = { NULL };
            run(&works[_i], threads, together);
            for (int i = 0; i <= INPUTS; i++)
                ck_assert_msg(!alone[i] || !alone[i]->numel
                              || memcmp(alone[i]->data, together[i]->data,
                                        (size_t)alone[i]->numel * sizeof *alone[i]->data) == 0,
                              "%s, row %d, with %d threads: result %d differs", works[_i].name, _i, threads, i);
        }
    gd_set_threads(1);
}
END_TEST

/* A block of a small GPT trains for some steps. */
static void train(int threads, double *losses, int steps)
{
    gd_seed(3);
    ck_good(gd_set_threads(threads));
    gd_params *net = gd_params_new();
    gd_tensor *table = gd_param(net, "letters", gd_normal(GD_SHAPE(65, 64), 0, 1));
    gd_layer_norm_layer first = gd_layer_norm_new(net, "first", GD_SHAPE(64));
    gd_multihead attention = gd_multihead_new(net, "attention", 64, 4);
    gd_linear up = gd_linear_new(net, "up", 64, 256), down = gd_linear_new(net, "down", 256, 65);
    gd_adamw_options o = gd_adamw_defaults();
    gd_optimizer *adamw = gd_adamw(net, o);
    gd_tensor *letters = gd_zeros(GD_SHAPE(12, 64)), *next = gd_zeros(GD_SHAPE(12 * 64));
    for (int i = 0; i < 12 * 64; i++) {
        letters->data[i] = (gd_real)(i * i % 63);
        next->data[i] = (gd_real)((i + 1) * (i + 1) % 63);
    }
    for (int step = 0; step < steps; step++) {
        GD_SCOPE;
        gd_tensor *x = gd_embedding(table, letters), *z = gd_layer_norm_apply(&first, x);
        x = gd_add(x, gd_multihead_apply(&attention, z, z, z, true));
        gd_tensor *logits = gd_linear_apply(&down, gd_gelu(gd_linear_apply(&up, x)));
        gd_tensor *loss = gd_cross_entropy(gd_reshape(logits, GD_SHAPE(12 * 64, 65)), next, GD_MEAN);
        losses[step] = (double)gd_item(loss);
        ck_good(gd_backward(loss));
        ck_good(gd_step(adamw));
        gd_zero_grad(adamw);
    }
    gd_optimizer_free(adamw);
    gd_params_free(net);
}

START_TEST(a_small_gpt)
{
    enum { STEPS = 5 };
    double alone[STEPS], together[STEPS];
    train(1, alone, STEPS);
    ck_assert(alone[STEPS - 1] < alone[0]);
    for (int threads = 2; threads <= 3; threads++) {
        train(threads, together, STEPS);
        ck_assert(memcmp(alone, together, sizeof alone) == 0);
    }
    gd_set_threads(1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: threads attention");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_loop_test(all, the_same_bits, 0, WORKS);
    tcase_add_test(all, a_small_gpt);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
