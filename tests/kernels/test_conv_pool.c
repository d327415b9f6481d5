/* test_conv_pool.c - convolution, relu and pooling in one pass give the bits of one after the other, forward and back,
 * with every instruction set. */
#include <float.h>
#include <stdio.h>

#include "support/support.h"
#include "kernels/conv.h"
#include "kernels/simd.h"

#define LARGEST (IN_DOUBLE ? (gd_real)DBL_MAX : (gd_real)FLT_MAX)

enum { TRIALS = 200 };

static uint64_t state;

typedef struct problem {
    gi_conv      conv;
    gi_conv_pool pool;
} problem;

/* Results of a convolution whose windows stand side by side: size is their number, and a few pixels of x more. */
static problem random_problem(void)
{
    problem p = { .conv = { .groups = 1 + (int64_t)draw(&state, 2) }, .pool = { .largest = draw(&state, 2) } };
    gi_conv *s = &p.conv;
    s->n = 1 + (int64_t)draw(&state, 37);
    s->c = s->groups * (1 + (int64_t)draw(&state, 3));
    s->o = s->groups * (1 + (int64_t)draw(&state, 8));
    s->kh = 1 + (int64_t)draw(&state, 4);
    s->kw = 1 + (int64_t)draw(&state, 4);
    const int64_t mean[] = { 1, 2, 4 };
    p.pool.kh = p.pool.largest ? 1 + (int64_t)draw(&state, 4) : mean[draw(&state, 3)];
    p.pool.kw = p.pool.largest ? 1 + (int64_t)draw(&state, 4) : mean[draw(&state, 3)];
    s->oh = p.pool.kh * (1 + (int64_t)draw(&state, 4));
    s->ow = p.pool.kw * (1 + (int64_t)draw(&state, 4));
    int64_t *size[] = { &s->h, &s->w };
    for (int i = 0; i < 2; i++) {
        const int64_t kernel = i ? s->kw : s->kh, out = i ? s->ow : s->oh;
        s->stride[i] = 1 + (int64_t)draw(&state, 3);
        s->dilation[i] = 1 + (int64_t)draw(&state, 2);
        const int64_t room = (out - 1) * s->stride[i] + s->dilation[i] * (kernel - 1) + 1;
        s->padding[i] = (int64_t)draw(&state, 3);
        if (2 * s->padding[i] >= room)
            s->padding[i] = 0;
        *size[i] = room - 2 * s->padding[i];
    }
    return p;
}

static const char *text_of(const problem *p)
{
    static char text[300];
    const gi_conv *s = &p->conv;
    snprintf(text, sizeof text, "%s of %d x %d, x [%d, %d, %d, %d] weight [%d, , %d, %d] groups %d stride %d %d "
             "padding %d %d dilation %d %d", p->pool.largest ? "largest" : "mean", (int)p->pool.kh, (int)p->pool.kw,
             (int)s->n, (int)s->c, (int)s->h, (int)s->w, (int)s->o, (int)s->kh, (int)s->kw, (int)s->groups,
             (int)s->stride[0], (int)s->stride[1], (int)s->padding[0], (int)s->padding[1], (int)s->dilation[0],
             (int)s->dilation[1]);
    return text;
}

/* One after the other, by the operations. */
static gd_tensor *usual(const problem *p, gd_tensor *x, gd_tensor *w, gd_tensor *bias)
{
    const gi_conv *s = &p->conv;
    const gd_conv2d_options o = { { s->stride[0], s->stride[1] }, { s->padding[0], s->padding[1] },
                                  { s->dilation[0], s->dilation[1] }, s->groups };
    const gd_pool2d_options windows = { .kernel = { p->pool.kh, p->pool.kw } };
    gd_tensor *h = gd_relu(gd_conv2d(x, w, bias, o));
    if (p->pool.kh * p->pool.kw == 1)
        return h;
    return p->pool.largest ? gd_max_pool2d(h, windows) : gd_avg_pool2d(h, windows);
}

static gd_tensor *unset(const gd_tensor *like)
{
    return gd_full(gd_shape_of_tensor(like), (double)NAN);
}

static void same_both_ways(problem *p, gd_tensor *x, int level)
{
    gi_conv *s = &p->conv;
    gd_tensor *w = gd_requires_grad(random_values(GD_SHAPE(s->o, s->c / s->groups, s->kh, s->kw), &state));
    gd_tensor *bias = gd_requires_grad(random_values(GD_SHAPE(s->o), &state));
    gd_requires_grad(x);
    gd_tensor *z = usual(p, x, w, bias), *got = unset(z), *dx = unset(x), *dw = unset(w), *db = unset(bias);
    gd_tensor *dz = random_values(gd_shape_of_tensor(z), &state);
    ck_good(gd_backward_from(z, dz, false));
    p->pool.passes = malloc((size_t)gi_conv_pool_passes(s) * sizeof *p->pool.passes);
    ck_assert(gi_conv_pool_fits(s, &p->pool));
    ck_good(gi_conv_pool_forward(s, &p->pool, x->data, w->data, bias->data, got->data));
    ck_assert_msg(p->pool.kept == (gi_simd_used() != GI_SIMD_PLAIN), "level %d: %s", level, text_of(p));
    if (p->pool.kept) {
        ck_good(gi_conv_pool_back(s, &p->pool, dz->data, x->data, w->data, dx->data, dw->data, db->data));
        ck_assert_msg(same_bits(got, z), "level %d, z: %s", level, text_of(p));
        ck_assert_msg(same_bits(dx, x->grad), "level %d, dx: %s", level, text_of(p));
        ck_assert_msg(same_bits(dw, w->grad), "level %d, dw: %s", level, text_of(p));
        ck_assert_msg(same_bits(db, bias->grad), "level %d, db: %s", level, text_of(p));
    }
    free(p->pool.passes);
}

START_TEST(one_pass_has_the_same_bits)
{
    state = 17;
    if (!gi_simd_use((gi_simd_level)_i))
        return;
    for (int trial = 0; trial < TRIALS; trial++) {
        GD_SCOPE;
        problem p = random_problem();
        gd_set_threads(1 + (int)draw(&state, 3));
        gd_tensor *x = random_values(GD_SHAPE(p.conv.n, p.conv.c, p.conv.h, p.conv.w), &state);
        if (draw(&state, 2))                /* many zeros, and many equal elements */
            for (int64_t i = 0; i < x->numel; i++)
                x->data[i] = (gd_real)((int64_t)draw(&state, 3) - 1);
        same_both_ways(&p, x, _i);
    }
    gd_set_threads(1);
    ck_assert(gi_simd_use(GI_SIMD_LEVELS));
}
END_TEST

/* Images that are computed in strips: of whole windows, and of others, which is declined. */
START_TEST(strips)
{
    state = 19;
    for (int kh = 1; kh <= 4; kh++) {
        problem p = { { .n = 3, .c = 2, .h = 122, .w = 90, .o = 3, .kh = 3, .kw = 1, .oh = 120, .ow = 90,
                        .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 },
                      { .largest = true, .kh = kh, .kw = 2 } };
        gd_tensor *x = random_values(GD_SHAPE(3, 2, 122, 90), &state), *z = gd_zeros(GD_SHAPE(3, 3, 120 / kh, 45));
        gd_tensor *w = random_values(GD_SHAPE(3, 2, 3, 1), &state);
        p.pool.passes = malloc((size_t)gi_conv_pool_passes(&p.conv) * sizeof *p.pool.passes);
        ck_good(gi_conv_pool_forward(&p.conv, &p.pool, x->data, w->data, NULL, z->data));
        free(p.pool.passes);
        if (p.pool.kept)
            same_both_ways(&p, x, 0);
        if (kh == 1)
            ck_assert(p.pool.kept == (gi_simd_used() != GI_SIMD_PLAIN));
    }
}
END_TEST

/* What is not finite, and windows whose share is not exact, are left to the usual way. */
START_TEST(declines)
{
    state = 23;
    const gd_real odd[] = { (gd_real)INFINITY, (gd_real)NAN, LARGEST };
    for (int k = 0; k < 6; k++) {
        problem p = { { .n = 5, .c = 1, .h = 4, .w = 4, .o = 1, .kh = 1, .kw = 1, .oh = 4, .ow = 4,
                        .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 },
                      { .largest = k % 2, .kh = 2, .kw = 2 } };
        gd_tensor *x = random_values(GD_SHAPE(5, 1, 4, 4), &state), *w = gd_full(GD_SHAPE(1, 1, 1, 1), 1);
        gd_tensor *z = gd_zeros(GD_SHAPE(5, 1, 2, 2));
        uint16_t passes[5 * 16];
        x->data[x->numel - 1] = odd[k / 2];
        x->data[x->numel - 5] = odd[k / 2]; /* of two of them the sum is not finite, the mean can be */
        p.pool.passes = passes;
        ck_good(gi_conv_pool_forward(&p.conv, &p.pool, x->data, w->data, NULL, z->data));
        ck_assert_msg(!p.pool.kept || (k == 5 && element(z, z->numel - 1) == (double)LARGEST), "%d", k);
        p.pool.kh = 3;
        ck_assert(!gi_conv_pool_fits(&p.conv, &p.pool));        /* 4 rows */
        p.conv.oh = 6;
        ck_assert(gi_conv_pool_fits(&p.conv, &p.pool) == p.pool.largest);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernels: conv_pool");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, one_pass_has_the_same_bits, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_test(all, strips);
    tcase_add_test(all, declines);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
