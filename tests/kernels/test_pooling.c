/* test_pooling.c - max and mean pooling of an image against their definitions: windows that tile, overlap, leave gaps
 * or stand beyond the border; equal elements, NaN, infinities; windows of many elements. */
#include "kernels/pool.h"
#include "kernels/reference/reference.h"
#include "support/support.h"

enum { SIDE = 48, MOST = SIDE * SIDE };
static const double tolerance = IN_DOUBLE ? 1e-14 : 1e-6;
static gd_real x[MOST], y[2][MOST], v[MOST], work[SIDE], share[MOST], back[2][MOST];
static int32_t at[2][MOST], v_at[MOST];
static uint64_t state;

static int64_t outputs(int64_t n, int64_t kernel, int64_t stride, int64_t padding)
{
    return (n + 2 * padding - kernel) / stride + 1;
}

/* Sizes at random; false where the kernel is longer than the image. */
static bool random_windows(gi_windows *s)
{
    *s = (gi_windows){ .h = 1 + (int64_t)draw(&state, 24), .w = 1 + (int64_t)draw(&state, 24),
                       .count_padding = draw(&state, 2) };
    for (int i = 0; i < 2; i++) {
        s->kernel[i] = 1 + (int64_t)draw(&state, draw(&state, 4) ? 4 : 20);
        s->stride[i] = draw(&state, 2) ? s->kernel[i] : 1 + (int64_t)draw(&state, 4);
        s->padding[i] = draw(&state, 2) ? 0 : (int64_t)draw(&state, (uint64_t)s->kernel[i] / 2 + 1);
    }
    if (s->h + 2 * s->padding[0] < s->kernel[0] || s->w + 2 * s->padding[1] < s->kernel[1])
        return false;
    s->oh = outputs(s->h, s->kernel[0], s->stride[0], s->padding[0]);
    s->ow = outputs(s->w, s->kernel[1], s->stride[1], s->padding[1]);
    return true;
}

/* Many equal numbers, and sometimes NaN and infinities. */
static void fill(int64_t n, gd_real *to, int ends)
{
    static const double end[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };
    for (int64_t i = 0; i < n; i++)
        to[i] = ends && draw(&state, 12) == 0 ? (gd_real)end[draw(&state, (uint64_t)ends)]
                                              : (gd_real)draw(&state, 9) - 4;
}

static void ck_same(int64_t n, const gd_real *a, const gd_real *b, double bound, const char *what, int trial)
{
    for (int64_t i = 0; i < n; i++)
        ck_assert_msg((isnan(a[i]) && isnan(b[i])) || a[i] == b[i] || fabs((double)(a[i] - b[i])) <= bound,
                      "%s, trial %d, element %d: %g and %g", what, trial, (int)i, (double)a[i], (double)b[i]);
}

START_TEST(max_pooling_is_its_definition)
{
    state = 1;
    for (int trial = 0; trial < 600; trial++) {
        gi_windows s;
        if (!random_windows(&s))
            continue;
        fill(s.h * s.w, x, trial % 4);
        gi_max_pool(&s, x, y[0], at[0], v, v_at);
        gi_max_pool_reference(&s, x, y[1], at[1]);
        ck_same(s.oh * s.ow, y[0], y[1], 0, "y", trial);
        ck_assert_msg(memcmp(at[0], at[1], (size_t)(s.oh * s.ow) * sizeof **at) == 0, "places, trial %d", trial);
    }
}
END_TEST

START_TEST(its_gradient_goes_to_the_places)
{
    state = 2;
    for (int trial = 0; trial < 200; trial++) {
        gi_windows s;
        if (!random_windows(&s))
            continue;
        fill(s.h * s.w, x, 0);
        gi_max_pool_reference(&s, x, y[0], at[0]);
        fill(s.oh * s.ow, y[0], 0);
        memset(back[1], 0, sizeof back[1]);
        for (int64_t i = 0; i < s.oh * s.ow; i++)
            back[1][at[0][i]] += y[0][i];
        gi_max_pool_put(&s, at[0], y[0], back[0], NULL);
        ck_same(s.h * s.w, back[0], back[1], 0, "one after the other", trial);
        gi_max_pool_put(&s, at[0], y[0], back[0], v);
        ck_same(s.h * s.w, back[0], back[1], 0, "compensated", trial);
    }
}
END_TEST

START_TEST(mean_pooling_is_its_definition)
{
    state = 3;
    for (int trial = 0; trial < 600; trial++) {
        gi_windows s;
        if (!random_windows(&s))
            continue;
        fill(s.h * s.w, x, trial % 4);
        gi_mean_pool_shares(&s, share);
        gi_mean_pool(&s, share, x, v, y[0]);
        gi_mean_pool_reference(&s, x, y[1]);
        ck_same(s.oh * s.ow, y[0], y[1], 10 * tolerance, "y", trial);
        fill(s.oh * s.ow, y[0], trial % 2 ? 0 : 1);
        gi_mean_pool_spread(&s, share, y[0], v, work, back[0]);
        gi_mean_pool_spread_reference(&s, y[0], back[1]);
        ck_same(s.h * s.w, back[0], back[1], 200 * tolerance, "dx", trial);
    }
}
END_TEST

START_TEST(a_mean_of_large_numbers_does_not_overflow)
{
    const double large = IN_DOUBLE ? 1.5e308 : 3e38;
    const gi_windows s = { .h = 2, .w = 4, .oh = 1, .ow = 2, .kernel = { 2, 2 }, .stride = { 2, 2 } };
    for (int i = 0; i < 8; i++)
        x[i] = (gd_real)(i % 4 < 2 ? large : 1);
    gi_mean_pool_shares(&s, share);
    gi_mean_pool(&s, share, x, v, y[0]);
    ck_assert(y[0][0] == (gd_real)large && y[0][1] == 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pooling");
    TCase *all = tcase_create("windows of an image");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, max_pooling_is_its_definition);
    tcase_add_test(all, its_gradient_goes_to_the_places);
    tcase_add_test(all, mean_pooling_is_its_definition);
    tcase_add_test(all, a_mean_of_large_numbers_does_not_overflow);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
