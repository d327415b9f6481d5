/* test_conv.c - convolution and pooling against loops that follow the definition, for every shape that the kernels
 * treat as a special case, with every instruction set. */
#include <stdio.h>

#include "support/support.h"
#include "kernels/conv.h"
#include "kernels/conv_layout.h"
#include "kernels/reference/reference.h"
#include "kernels/simd.h"

enum { TRIALS = 150 };
static const double tolerance = IN_DOUBLE ? 1e-12 : 2e-5;

static uint64_t state;

static gd_tensor *random_tensor(gd_shape shape)
{
    return random_values(shape, &state);
}

/* ---- Convolution -------------------------------------------------------------------------------------------- */

static gi_conv random_case(void)
{
    gi_conv s = { .groups = 1 + (int64_t)draw(&state, 3) };
    s.n = 1 + (int64_t)draw(&state, 20);
    s.c = s.groups * (1 + (int64_t)draw(&state, 3));
    s.o = s.groups * (1 + (int64_t)draw(&state, 8));
    s.kh = 1 + (int64_t)draw(&state, 4);
    s.kw = 1 + (int64_t)draw(&state, 4);
    for (int i = 0; i < 2; i++) {
        s.stride[i] = 1 + (int64_t)draw(&state, 3);
        s.padding[i] = (int64_t)draw(&state, 5);
        s.dilation[i] = 1 + (int64_t)draw(&state, 2);
    }
    s.h = s.dilation[0] * (s.kh - 1) + 1 + (int64_t)draw(&state, 8);
    s.w = s.dilation[1] * (s.kw - 1) + 1 + (int64_t)draw(&state, 8);
    s.oh = (s.h + 2 * s.padding[0] - s.dilation[0] * (s.kh - 1) - 1) / s.stride[0] + 1;
    s.ow = (s.w + 2 * s.padding[1] - s.dilation[1] * (s.kw - 1) - 1) / s.stride[1] + 1;
    return s;
}

static const char *case_text(const gi_conv *s)
{
    static char text[300];
    snprintf(text, sizeof text,
             "x [%d, %d, %d, %d] weight [%d, , %d, %d] groups %d stride %d %d padding %d %d dilation %d %d",
             (int)s->n, (int)s->c, (int)s->h, (int)s->w, (int)s->o, (int)s->kh, (int)s->kw, (int)s->groups,
             (int)s->stride[0], (int)s->stride[1], (int)s->padding[0], (int)s->padding[1],
             (int)s->dilation[0], (int)s->dilation[1]);
    return text;
}

/* What the definition gives. */
typedef struct expected {
    gd_tensor *y, *dx, *dw, *db;
} expected;

static expected by_reference(const gi_conv *s, const gd_tensor *x, const gd_tensor *w, const gd_tensor *dy)
{
    expected e = { gd_zeros(gd_shape_of_tensor(dy)), gd_zeros(gd_shape_of_tensor(x)), gd_zeros(gd_shape_of_tensor(w)),
                   gd_zeros(GD_SHAPE(s->o)) };
    gi_conv_forward_reference(s, x->data, w->data, NULL, e.y->data);
    gi_conv_grad_input_reference(s, dy->data, w->data, e.dx->data);
    gi_conv_grad_weight_reference(s, dy->data, x->data, e.dw->data, e.db->data);
    return e;
}

/* The three references are one bilinear form, each seen from another side: y . dy = x . dx = w . dw. */
START_TEST(references_agree)
{
    state = 13;
    for (int trial = 0; trial < TRIALS; trial++) {
        GD_SCOPE;
        gi_conv s = random_case();
        gd_tensor *x = random_tensor(GD_SHAPE(s.n, s.c, s.h, s.w));
        gd_tensor *w = random_tensor(GD_SHAPE(s.o, s.c / s.groups, s.kh, s.kw));
        gd_tensor *dy = random_tensor(GD_SHAPE(s.n, s.o, s.oh, s.ow));
        expected is = by_reference(&s, x, w, dy);
        const double y = (double)gi_dot_reference(gd_numel(dy), is.y->data, dy->data);
        const double by_x = (double)gi_dot_reference(gd_numel(x), is.dx->data, x->data);
        const double by_w = (double)gi_dot_reference(gd_numel(w), is.dw->data, w->data);
        const double allowed = 10 * tolerance * (1 + fabs(y));
        ck_assert_msg(fabs(y - by_x) < allowed && fabs(y - by_w) < allowed, "%g, %g, %g: %s", y, by_x, by_w,
                      case_text(&s));
        ck_assert(far_apart(is.db, gd_sum_axes(dy, GD_SHAPE(0, 2, 3), false)) < tolerance * 10);
    }
}
END_TEST

static void conv_of_level(gi_simd_level level)
{
    if (!gi_simd_use(level))
        return;
    for (int trial = 0; trial < TRIALS; trial++) {
        GD_SCOPE;
        gi_conv s = random_case();
        gd_tensor *x = random_tensor(GD_SHAPE(s.n, s.c, s.h, s.w));
        gd_tensor *w = random_tensor(GD_SHAPE(s.o, s.c / s.groups, s.kh, s.kw));
        gd_tensor *dy = random_tensor(GD_SHAPE(s.n, s.o, s.oh, s.ow));
        expected is = by_reference(&s, x, w, dy);
        const double unset = (double)NAN;
        gd_tensor *y = gd_full(gd_shape_of_tensor(dy), unset), *dx = gd_full(gd_shape_of_tensor(x), unset);
        gd_tensor *dw = gd_full(gd_shape_of_tensor(w), unset), *db = gd_full(GD_SHAPE(s.o), unset);
        ck_good(gi_conv_forward(&s, x->data, w->data, NULL, y->data));
        ck_good(gi_conv_grad_input(&s, dy->data, w->data, dx->data));
        ck_good(gi_conv_grad_weight(&s, dy->data, x->data, dw->data, db->data));
        ck_assert_msg(far_apart(y, is.y) < tolerance, "level %d, y: %s", (int)level, case_text(&s));
        ck_assert_msg(far_apart(dx, is.dx) < tolerance, "level %d, dx: %s", (int)level, case_text(&s));
        ck_assert_msg(far_apart(dw, is.dw) < tolerance * 10, "level %d, dw: %s", (int)level, case_text(&s));
        ck_assert_msg(far_apart(db, is.db) < tolerance * 10, "level %d, db: %s", (int)level, case_text(&s));
    }
    ck_assert(gi_simd_use(GI_SIMD_LEVELS));
}

START_TEST(conv_is_its_definition)
{
    state = 7;
    conv_of_level((gi_simd_level)_i);
}
END_TEST

/* Images too large for the work space are computed in strips; many weights are summed a few channels at a time. */
START_TEST(strips)
{
    state = 3;
    const gi_conv cases[] = {
        { .n = 3, .c = 2, .h = 150, .w = 90, .o = 3, .kh = 3, .kw = 2, .stride = { 1, 1 }, .padding = { 1, 0 },
          .dilation = { 2, 1 }, .groups = 1 },
        { .n = 2, .c = 2, .h = 161, .w = 120, .o = 4, .kh = 4, .kw = 3, .stride = { 3, 2 }, .padding = { 2, 1 },
          .dilation = { 1, 1 }, .groups = 2 },
        { .n = 2, .c = 40, .h = 5, .w = 5, .o = 50, .kh = 3, .kw = 3, .stride = { 1, 1 }, .padding = { 1, 1 },
          .dilation = { 1, 1 }, .groups = 1 },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        gi_conv s = cases[k];
        s.oh = (s.h + 2 * s.padding[0] - s.dilation[0] * (s.kh - 1) - 1) / s.stride[0] + 1;
        s.ow = (s.w + 2 * s.padding[1] - s.dilation[1] * (s.kw - 1) - 1) / s.stride[1] + 1;
        gd_tensor *x = random_tensor(GD_SHAPE(s.n, s.c, s.h, s.w));
        gd_tensor *w = random_tensor(GD_SHAPE(s.o, s.c / s.groups, s.kh, s.kw));
        gd_tensor *dy = random_tensor(GD_SHAPE(s.n, s.o, s.oh, s.ow));
        expected is = by_reference(&s, x, w, dy);
        gd_requires_grad(x);
        gd_requires_grad(w);
        gd_conv2d_options o = { { s.stride[0], s.stride[1] }, { s.padding[0], s.padding[1] },
                                { s.dilation[0], s.dilation[1] }, s.groups };
        gd_tensor *got = gd_conv2d(x, w, NULL, o);
        ck_good(gd_backward_from(got, dy, false));
        ck_assert_msg(far_apart(got, is.y) < tolerance, "y: %s", case_text(&s));
        ck_assert_msg(far_apart(x->grad, is.dx) < tolerance, "dx: %s", case_text(&s));
        ck_assert_msg(far_apart(w->grad, is.dw) < tolerance * 100, "dw: %s", case_text(&s));
    }
}
END_TEST

START_TEST(conv_of_views_and_bias)
{
    state = 5;
    gd_tensor *x = random_tensor(GD_SHAPE(2, 5, 4, 3)), *w = random_tensor(GD_SHAPE(2, 2, 3, 4));
    gd_tensor *turned_x = gd_permute(x, GD_SHAPE(0, 3, 1, 2)), *turned_w = gd_permute(w, GD_SHAPE(3, 2, 0, 1));
    gd_tensor *bias = gd_slice(gd_arange(0, 8, 1), 0, 1, 8, 2);         /* 1 3 5 7 */
    gd_conv2d_options o = { .padding = { 1, 0 } };
    gd_tensor *y = gd_conv2d(turned_x, turned_w, bias, o);
    gd_tensor *plain = gd_conv2d(gd_contiguous(turned_x), gd_contiguous(turned_w), NULL, o);
    ck_assert(far_apart(y, gd_add(plain, gd_reshape(bias, GD_SHAPE(4, 1, 1)))) < tolerance);
    ck_shape(y, 2, 4, 6, 3);
    gd_tensor *line = random_tensor(GD_SHAPE(2, 3, 7)), *taps = random_tensor(GD_SHAPE(4, 3, 2));
    gd_tensor *as_image = gd_conv2d(gd_unsqueeze(line, 2), gd_unsqueeze(taps, 2), NULL,
                                    (gd_conv2d_options){ { 1, 2 }, { 0, 1 }, { 1, 3 }, 1 });
    ck_assert(far_apart(gd_conv1d(line, taps, NULL, 2, 1, 3, 1), gd_squeeze(as_image, 2)) == 0);
}
END_TEST

/* Empty results, and more padding than memory can hold. */
START_TEST(conv_far_out)
{
    gd_conv2d_options wide = { .padding = { 100000, 100000 } };
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(1, 1, 2, 2))), *none = gd_zeros(GD_SHAPE(0, 1, 4, 4));
    gd_tensor *y = gd_conv2d(none, w, NULL, wide);
    ck_assert(y && y->numel == 0 && y->shape[2] == 200003);
    ck_good(gd_backward(gd_sum(y)));
    ck_assert(w->grad->data[0] == 0 && w->grad->data[3] == 0);
    gd_conv2d_options far_apart_taps = { .padding = { (1 << 29) - 1, (1 << 29) - 1 },
                                         .dilation = { (1 << 30) - 1, (1 << 30) - 1 } };
    gd_tensor *far = gd_conv2d(gd_zeros(GD_SHAPE(1, 1, 2, 2)), w, NULL, far_apart_taps);
    if (gi_simd_used() == GI_SIMD_PLAIN)        /* needs no work space */
        ck_assert(far && far->numel == 1);
    else
        ck_assert(!far && strstr(gd_last_error(), "gd_conv2d: work space"));
}
END_TEST

/* dx of 10 x 10 pixels under a kernel of 5 x 5: 50 x 50 products of a pixel and a position are not with zeros.  Tiles
 * of pixels that are alike compute few more; each pixel of y has a place of its own. */
START_TEST(pixels_that_are_alike_stand_together)
{
    if (!gi_simd_use((gi_simd_level)_i))
        return;
    for (int in_order = 0; in_order < 2; in_order++) {
        conv_layout s = { .loops = gi_conv_loops(), .n = 1, .lane_groups = 1, .groups = 1, .in = 1, .in_h = 10,
                          .in_w = 10, .out = 1, .out_h = 14, .out_w = 14, .kh = 5, .kw = 5, .stride = { 1, 1 },
                          .dilation = { 1, 1 }, .input_dilation = { 1, 1 }, .pad = { 4, 4 }, .in_order = in_order };
        ck_good(gi_conv_layout_open(&s, 1, 1));
        gi_conv_layout_strip(&s, 0);
        int64_t computed = 0;
        for (int64_t p = 0; p < 14 * 14 && !in_order; p += 2)
            computed += 2 * s.pair_positions[p / 2].n;
        ck_assert_msg(computed <= 2580, "%d products", (int)computed);
        bool taken[14 * 14] = { false };
        for (int64_t p = 0; p < 14 * 14; p++) {
            const int64_t at = s.result_at[p] / s.loops->lanes;
            ck_assert(at >= 0 && at < 14 * 14 && !taken[at] && (!in_order || at == p));
            taken[at] = true;
        }
        gi_arena_free(&s.arena);
    }
    ck_assert(gi_simd_use(GI_SIMD_LEVELS));
}
END_TEST

START_TEST(conv_refuses)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(2, 4, 5, 5)), *w = gd_zeros(GD_SHAPE(6, 4, 3, 3)), *v = gd_zeros(GD_SHAPE(4));
    gd_conv2d_options o = { .groups = 0 };
    ck_assert_ptr_null(gd_conv2d(v, w, NULL, o));
    ck_message("gd_conv2d: x is [4] and weight is [6, 4, 3, 3]: they must be [n, channels, height, width] and "
                "[out, channels / groups, kh, kw]");
    ck_assert_ptr_null(gd_conv2d(x, gd_zeros(GD_SHAPE(6, 3, 3, 3)), NULL, o));
    ck_message("gd_conv2d: x is [2, 4, 5, 5], weight is [6, 3, 3, 3] and groups is 1: weight must be [out, 4 / "
                "groups, ..], and groups divide both numbers of channels");
    ck_assert_ptr_null(gd_conv2d(x, w, v, o));
    ck_message("gd_conv2d: weight is [6, 4, 3, 3] and bias is [4]: bias must be [6]");
    o.dilation[1] = 3;
    ck_assert_ptr_null(gd_conv2d(x, w, NULL, o));
    ck_message("gd_conv2d: axis 3 of x has 5 elements with its padding, and the kernel spans 7");
    o = (gd_conv2d_options){ .stride = { 1, -2 } };
    ck_assert_ptr_null(gd_conv2d(x, w, NULL, o));
    ck_message("gd_conv2d: stride -2, padding 0, dilation 1 of axis 3: stride and dilation must be at least 1, "
                "padding at least 0");
    gd_tensor *line = gd_zeros(GD_SHAPE(1, 2, 5)), *taps = gd_zeros(GD_SHAPE(1, 2, 3));
    ck_assert_ptr_null(gd_conv1d(line, taps, NULL, 1, -1, 1, 1));
    ck_message("gd_conv1d: stride 1, padding -1, dilation 1 of axis 3: stride and dilation must be at least 1, "
                "padding at least 0");
    ck_assert_ptr_null(gd_conv1d(line, gd_zeros(GD_SHAPE(1, 1, 3)), NULL, 1, 0, 1, -1));
    ck_message("gd_conv1d: x is [1, 2, 5], weight is [1, 1, 3] and groups is -1: weight must be [out, 2 / "
                "groups, ..], and groups divide both numbers of channels");
    ck_assert(far_apart(gd_conv1d(line, taps, NULL, 0, 0, 0, 0), gd_conv1d(line, taps, NULL, 1, 0, 1, 1)) == 0);
}
END_TEST

/* ---- Pooling ------------------------------------------------------------------------------------------------ */

static void pool_by_definition(const gd_tensor *x, const gd_pool2d_options *o, const gd_tensor *dy, double *y,
                               double *dx, bool max)
{
    int64_t h = x->shape[2], w = x->shape[3], oh = dy->shape[2], ow = dy->shape[3];
    for (int64_t plane = 0; plane < x->shape[0] * x->shape[1]; plane++)
        for (int64_t r = 0; r < oh; r++)
            for (int64_t q = 0; q < ow; q++) {
                int64_t at_y = (plane * oh + r) * ow + q, best = -1, inside = 0;
                double sum = 0, most = -INFINITY;
                for (int pass = 0; pass < 2; pass++)
                    for (int64_t u = 0; u < o->kernel[0]; u++)
                        for (int64_t v = 0; v < o->kernel[1]; v++) {
                            int64_t i = r * o->stride[0] + u - o->padding[0];
                            int64_t j = q * o->stride[1] + v - o->padding[1];
                            if (i < 0 || i >= h || j < 0 || j >= w)
                                continue;
                            int64_t at = (plane * h + i) * w + j;
                            double value = (double)x->data[at];
                            int64_t parts = o->count_padding ? o->kernel[0] * o->kernel[1] : inside;
                            if (pass == 1 && !max)
                                dx[at] += (double)dy->data[at_y] / (double)parts;
                            if (pass == 1)
                                continue;
                            sum += value;
                            inside++;
                            if (best < 0 || value > most) {
                                most = value;
                                best = at;
                            }
                        }
                y[at_y] = max ? most : sum / (double)(o->count_padding ? o->kernel[0] * o->kernel[1] : inside);
                if (max)
                    dx[best] += (double)dy->data[at_y];
            }
}

START_TEST(pooling_is_its_definition)
{
    state = 11;
    for (int trial = 0; trial < 200; trial++) {
        GD_SCOPE;
        gd_pool2d_options o = { .count_padding = draw(&state, 2) };
        int64_t size[2];
        for (int i = 0; i < 2; i++) {
            o.kernel[i] = 1 + (int64_t)draw(&state, 4);
            o.stride[i] = 1 + (int64_t)draw(&state, 4);
            o.padding[i] = (int64_t)draw(&state, (uint64_t)(o.kernel[i] / 2 + 1));
            size[i] = o.kernel[i] + (int64_t)draw(&state, 9);
        }
        if (draw(&state, 3) == 0)           /* windows that tile the image */
            for (int i = 0; i < 2; i++) {
                o.padding[i] = 0;
                o.stride[i] = o.kernel[i];
                size[i] = o.kernel[i] * (1 + (int64_t)draw(&state, 5));
            }
        gd_tensor *x = gd_requires_grad(random_tensor(GD_SHAPE(2, 2, size[0], size[1])));
        if (draw(&state, 2))                /* many ties */
            for (int64_t i = 0; i < gd_numel(x); i++)
                x->data[i] = (gd_real)draw(&state, 3);
        bool max = draw(&state, 2);
        gd_tensor *got = max ? gd_max_pool2d(x, o) : gd_avg_pool2d(x, o);
        ck_assert_msg(got != NULL, "%s", gd_last_error());
        gd_tensor *dy = random_tensor(gd_shape_of_tensor(got));
        double *y = calloc((size_t)(gd_numel(dy) + gd_numel(x)), sizeof *y), *dx = y + gd_numel(dy);
        pool_by_definition(x, &o, dy, y, dx, max);
        ck_good(gd_backward_from(got, dy, false));
        ck_assert_msg(far_from(got, y) < tolerance, "trial %d, %s, y", trial, max ? "max" : "mean");
        ck_assert_msg(far_from(x->grad, dx) < tolerance, "trial %d, %s, dx", trial, max ? "max" : "mean");
        free(y);
    }
}
END_TEST

START_TEST(pooling_of_special_numbers)
{
    const gd_pool2d_options two = { .kernel = { 2, 2 } };
    const gd_real inf = (gd_real)INFINITY;
    const gd_real values[] = { -inf, -inf, 1, 2, -inf, -inf, (gd_real)NAN, 3 };
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(1, 1, 2, 4), values));
    gd_tensor *y = gd_max_pool2d(x, two);
    ck_assert(isinf(element(y, 0)) && isnan(element(y, 1)));
    ck_good(gd_backward_from(y, gd_ones_like(y), false));
    ck_values(x->grad, 1, 0, 0, 0, 0, 0, 1, 0);
    ck_shape(gd_max_pool2d(gd_zeros(GD_SHAPE(0, 3, 4, 4)), two), 0, 3, 2, 2);
    ck_shape(gd_avg_pool2d(gd_zeros(GD_SHAPE(2, 0, 4, 4)), two), 2, 0, 2, 2);
}
END_TEST

START_TEST(pooling_refuses)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(1, 1, 4, 3));
    ck_assert_ptr_null(gd_max_pool2d(gd_zeros(GD_SHAPE(4, 4)), (gd_pool2d_options){ .kernel = { 2, 2 } }));
    ck_message("gd_max_pool2d: x is [4, 4]: it must be [n, channels, height, width]");
    ck_assert_ptr_null(gd_avg_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 0 } }));
    ck_message("gd_avg_pool2d: kernel 0, stride 0, padding 0 of axis 3: kernel and stride must be at least 1, "
                "padding between 0 and half the kernel");
    ck_assert_ptr_null(gd_max_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 2 }, .padding = { 2, 0 } }));
    ck_message("gd_max_pool2d: kernel 2, stride 2, padding 2 of axis 2: kernel and stride must be at least 1, "
                "padding between 0 and half the kernel");
    ck_assert_ptr_null(gd_avg_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 4 } }));
    ck_message("gd_avg_pool2d: x is [1, 1, 4, 3]: its axis 3 with padding 0 is shorter than the kernel, 4");
    const gd_pool2d_options padded = { .kernel = { 2, 2 }, .padding = { 1, 1 } };
    ck_assert_ptr_null(gd_max_pool2d(gd_zeros(GD_SHAPE(1, 1, 3, 0)), padded));
    ck_message("gd_max_pool2d: x is [1, 1, 3, 0]: its axis 3 with padding 1 is shorter than the kernel, 2");
    ck_assert_ptr_null(gd_avg_pool2d(gd_zeros(GD_SHAPE(1, 1, 0, 4)), padded));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernels: conv");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, conv_is_its_definition, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(all, pixels_that_are_alike_stand_together, GI_SIMD_PLAIN + 1, GI_SIMD_LEVELS);
    tcase_add_test(all, references_agree);
    tcase_add_test(all, strips);
    tcase_add_test(all, conv_of_views_and_bias);
    tcase_add_test(all, conv_refuses);
    tcase_add_test(all, conv_far_out);
    tcase_add_test(all, pooling_is_its_definition);
    tcase_add_test(all, pooling_of_special_numbers);
    tcase_add_test(all, pooling_refuses);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
