/* test_plot_axes.c - axes far from 1: large numbers that differ little, very small ones, logarithmic axes over part
 * of a decade; points without a line; names that differ at their end. */
#define _XOPEN_SOURCE 700
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gradus/plot.h"
#include "plot/axis.h"
#include "plot/fit.h"
#include "plot/picture.h"
#include "support/scratch.h"

static gi_axis chosen(double low, double high, bool log)
{
    gi_axis axis;
    gi_axis_choose(&axis, low, high, NAN, NAN, log, 0.03, 10);
    return axis;
}

/* The common offset of the labels is the roundest number possible. */
START_TEST(offsets_are_round)
{
    static const struct { double low, high; const char *note; } cases[] = {
        { 1e9, 1e9 + 4e-3, "+10\xE2\x81\xB9" }, { -1e9 - 4e-3, -1e9, "\xE2\x88\x92" "10\xE2\x81\xB9" },
        { 123456, 123456.9, "+123456" }, { 0, 5, "" }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gi_axis axis = chosen(cases[i].low, cases[i].high, false);
        ck_assert_str_eq(axis.note, cases[i].note);
        ck_assert(axis.low <= cases[i].low && axis.high >= cases[i].high);
    }
}
END_TEST

/* The data fill the axis: neither a flat line nor a spot in a corner. */
START_TEST(data_fill_the_axis)
{
    static const struct { double low, high; bool log; } cases[] = {
        { 1e-299, 5e-299, false }, { 1e-297, 2e-296, false }, { 1, 1.05, true }, { 9.5, 10.5, true },
        { 1.9, 3.6, true }, { 1e-306, 1e-304, true }, { 1e307, 1e308, true }, { 1e9, 1e9 + 100, true }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gi_axis axis = chosen(cases[i].low, cases[i].high, cases[i].log);
        double low = gi_axis_at(&axis, cases[i].low), high = gi_axis_at(&axis, cases[i].high);
        ck_assert_msg(low >= -1e-9 && high <= 1 + 1e-9 && high - low > 0.5, "%d: %g .. %g", (int)i, low, high);
        int labels = 0;
        for (int k = 0; k < axis.n; k++)
            labels += axis.ticks[k].major;
        ck_assert_int_ge(labels, 2);
    }
}
END_TEST

/* Numbers that differ by a few units in the last place are drawn apart, with correct labels. */
START_TEST(near_numbers_lie_apart)
{
    static const struct { double low, step; const char *note; } cases[] = {
        { 1e10, 1e-3, "+10" }, { 1e12, 1e-3, "+10" }, { 1e15, 1, "+10" }, { -1e15, -1, "\xE2\x88\x92" "10" },
        { 1.7e9, 2e-5, "\xC3\x97" }, { 1, 1e-15, "\xC3\x97" }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int log = 0; log < 2; log++) {
            double first = cases[i].low, last = first + 4 * cases[i].step, before = NAN;
            if (log && first < 0)
                continue;
            gi_axis axis = chosen(fmin(first, last), fmax(first, last), log);
            ck_assert_msg(strncmp(axis.note, cases[i].note, strlen(cases[i].note)) == 0, "%s", axis.note);
            ck_assert(axis.low <= fmin(first, last) && axis.high >= fmax(first, last));
            double apart = fabs(gi_axis_at(&axis, last) - gi_axis_at(&axis, first));
            ck_assert_msg(apart > 0.5 && apart <= 1, "%d: %g of the axis", (int)i, apart);
            int labels = 0;
            double ulp = 2.3e-16 * fabs(last) / (axis.high - axis.low), step = NAN;
            for (int k = 0; k < axis.n; k++) {
                double at = gi_axis_at(&axis, axis.ticks[k].value);
                ck_assert_msg(at > -0.01 && at < 1.01, "a tick at %g", at);
                if (!axis.ticks[k].major)
                    continue;
                ck_assert_msg(labels < 2 || fabs(at - before - step) < 2 * ulp, "%g after %g", at - before, step);
                step = labels ? at - before : NAN;
                before = at;
                labels++;
            }
            ck_assert_int_ge(labels, 2);
            ck_assert_int_le(labels, 10);
        }
    gi_axis flat = chosen(0.3, 0.1 + 0.2, false);               /* a rounding error apart */
    ck_assert(flat.low < 0.2 && flat.high > 0.4);
}
END_TEST

START_TEST(labels_of_levels_differ)
{
    ck_assert_int_eq(gi_level_digits((double[]){ 0.25, 1, 1.25 }, 3), 3);
    ck_assert_int_eq(gi_level_digits((double[]){ 0, 1e9 + 1e-3, 1e9 + 2e-3 }, 3), 13);
    ck_assert_int_eq(gi_level_digits((double[]){ -1.0001, -1, 5 }, 3), 5);
    ck_assert_int_eq(gi_level_digits((double[]){ 7, 7 }, 2), 17);
}
END_TEST

/* A frame too small for a line of the legend gets none; a single label, that of 0, is short. */
START_TEST(small_pictures_stay_in_their_frames)
{
    for (int size = 0; size < 6; size++) {
        gd_plot *p = gd_plot_new("", "x", "y");
        for (int i = 0; i < 30; i++)
            ck_assert(gd_plot_point(p, "a name", 1234567 * i, 1e-7 * sin(0.5 * i)));
        int width = 160 + 20 * size, height = 120 + 10 * size;
        ck_assert(gd_plot_size(p, width, height));
        gi_panel panel = { .plot = p, .u = 1, .outside = { 0, 0, width, height } };
        ck_assert(gi_panel_plan("test", &panel));
        gi_box f = panel.frame;
        ck_assert_msg(f.right - f.left > 60, "%g wide", f.right - f.left);
        ck_assert(panel.key.width + 20 <= f.right - f.left && panel.key.height + 20 <= f.bottom - f.top);
        ck_assert_msg(panel.key.columns == 0 || panel.key.width >= 70, "a sample needs more than %g", panel.key.width);
        gd_plot_free(p);
    }
}
END_TEST

START_TEST(names_keep_their_end)
{
    char one[GI_FIT_BYTES], two[GI_FIT_BYTES];
    gi_type type = gi_type_of(13, GI_LEFT);
    const char *ellipsis = "\xE2\x80\xA6";
    gi_fit_middle(one, "a rather long name of an optimizer, number 1", type, 150);
    gi_fit_middle(two, "a rather long name of an optimizer, number 2", type, 150);
    ck_assert(strcmp(one, two) != 0 && strstr(one, ellipsis) && strncmp(one, "a rather", 8) == 0);
    ck_assert_str_eq(strstr(one, "number"), "number 1");
    ck_assert(gi_text_width(one, type) <= 150);
    gi_fit_middle(one, "short", type, 150);
    ck_assert_str_eq(one, "short");
    gi_fit_middle(one, "", type, 150);
    ck_assert_str_eq(one, "");
    gi_fit_middle(one, "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4", type, 3);
    ck_assert(strlen(one) <= 5);
}
END_TEST

static size_t size_of(const char *path)
{
    static unsigned char bytes[1 << 20];
    return get_bytes(path, bytes, sizeof bytes);
}

/* Every second point is missing: no line leads to the others, which are drawn all the same, as large as the caller's
 * line is wide and more. */
START_TEST(points_without_a_line_are_seen)
{
    size_t size[2];
    for (int k = 0; k < 2; k++) {
        gd_plot *p = gd_plot_new("", "", "");
        for (int i = 0; i < 40; i++)
            gd_plot_point(p, "", i, i % 2 ? NAN : (double)(i * i));
        gd_plot_style(p, "", (gd_plot_look){ .line = k ? GD_DASHED : GD_SOLID, .marker = GD_NO_MARKER });
        ck_assert_msg(gd_plot_save(p, "p.png"), "%s", gd_last_error());
        size[k] = size_of("p.png");
        gd_plot_free(p);
    }
    ck_assert_uint_eq(size[0], size[1]);    /* a dash pattern does not affect a point */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plot: axes");
    TCase *cases = scratch_case(suite, "all");
    tcase_add_test(cases, offsets_are_round);
    tcase_add_test(cases, data_fill_the_axis);
    tcase_add_test(cases, near_numbers_lie_apart);
    tcase_add_test(cases, labels_of_levels_differ);
    tcase_add_test(cases, small_pictures_stay_in_their_frames);
    tcase_add_test(cases, names_keep_their_end);
    tcase_add_test(cases, points_without_a_line_are_seen);
    return run_suite(suite);
}
