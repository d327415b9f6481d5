/* test_plot_charts.c - scatter plots, bars and histograms are where their data are, in the colours promised, and refuse
 * what they cannot show. */
#include "support/picture.h"

static const unsigned char green[3] = { 0, 158, 115 };

static gd_tensor *row(int64_t n, const gd_real *values)
{
    return gd_from(GD_SHAPE(n), values);
}

#define ROW(...) row((int64_t)(sizeof (gd_real[]){ __VA_ARGS__ } / sizeof(gd_real)), (gd_real[]){ __VA_ARGS__ })

/* ---- Scatter plots ------------------------------------------------------------------------------------------ */

START_TEST(scattered_points_have_no_line)
{
    gd_plot *p = wide(GD_LINE_AUTO);
    ck_good(gd_plot_scatter(p, "s", ROW(1.5, 8.5, (gd_real)NAN), ROW(2.5, 2.5, 3)));
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 1.5, 2.5), orange);     /* the second series */
    ck_colour(pixel_at(p, seen, 8.5, 2.5), orange);
    ck_assert(!is_colour(pixel_at(p, seen, 5.25, 2.5), orange, 90));
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(classes_have_their_colours)
{
    static const char *const names[] = { "cats", "dogs", "none" };
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_xlim(p, 0, 10) && gd_plot_ylim(p, 0, 10) && gd_plot_legend(p, GD_LEGEND_NONE));
    ck_good(gd_plot_scatter_classes(p, ROW(1.5, 4.5, 8.5), ROW(2.5, 3.5, 4.5), ROW(0, 1, 0), names, 3));
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 1.5, 2.5), blue);
    ck_colour(pixel_at(p, seen, 4.5, 3.5), orange);
    ck_colour(pixel_at(p, seen, 8.5, 4.5), blue);
    discard(seen);
    ck_refused(gd_plot_scatter_classes(p, ROW(1, 2), ROW(1, 2), ROW(0, 3), names, 3),
               "gd_plot_scatter_classes: classes[1] = 3: a class from 0 to 2 expected");
    ck_refused(gd_plot_scatter_classes(p, ROW(1, 2), ROW(1, 2), ROW(0, 0.5), names, 3),
               "gd_plot_scatter_classes: classes[1] = 0.5: a class from 0 to 2 expected");
    ck_refused(gd_plot_scatter_classes(p, ROW(1, 2), ROW(1, 2), ROW(0), names, 3),
               "gd_plot_scatter_classes: classes is [1]: [2] expected, one for each point");
    ck_refused(gd_plot_scatter_classes(p, ROW(1), ROW(1), ROW(0), NULL, 0),
               "gd_plot_scatter_classes: count = 0 classes: 1 to 1000 expected");
    ck_refused(gd_plot_scatter(p, "s", ROW(1, 2), ROW(1)), "gd_plot_scatter: x is [2] and y is [1]: both must be [n]");
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(values_have_the_colours_of_the_bar)
{
    static const unsigned char dark[3] = { 68, 1, 84 }, light[3] = { 253, 231, 37 }, middle[3] = { 33, 145, 140 },
                               missing[3] = { 205, 205, 205 };
    double right, top, bottom;
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_xlim(p, 0, 10) && gd_plot_ylim(p, 0, 10) && gd_plot_z_label(p, "z"));
    ck_good(gd_plot_scatter_values(p, "", ROW(1.5, 3.5, 5.5, 7.5), ROW(2.5, 2.5, 2.5, 2.5),
                                   ROW(-1, 3, 1, (gd_real)NAN)));
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 1.5, 2.5), dark);
    ck_colour(pixel_at(p, seen, 3.5, 2.5), light);
    ck_colour(pixel_at(p, seen, 5.5, 2.5), middle);
    ck_colour(pixel_at(p, seen, 7.5, 2.5), missing);
    ck_good(gd_plot_where(p, 10, 10, &right, &top) && gd_plot_where(p, 10, 0, &right, &bottom));
    ck_assert(is_colour(pixel(seen, right + 22, top + 3), light, 6));
    ck_assert(is_colour(pixel(seen, right + 22, bottom - 3), dark, 6));
    ck_assert(is_colour(pixel(seen, right + 22, (top + bottom) / 2), middle, 6));
    discard(seen);
    ck_good(gd_plot_zlim(p, -5, 3) && gd_plot_point(p, "", 9.5, 2.5));     /* a point without a value */
    seen = drawn(p);
    ck_colour(pixel_at(p, seen, 1.5, 2.5), middle);
    ck_colour(pixel_at(p, seen, 9.5, 2.5), missing);
    discard(seen);
    ck_good(gd_plot_log_z(p, true));
    ck_refused(gd_plot_save(p, path),
               "gd_plot_save: plot \"\": its colour axis is logarithmic and cannot have an end at -5");
    ck_refused(gd_plot_zlim(p, 1, 1), "gd_plot_zlim: low = 1 and high = 1: low < high expected, finite, or NAN for "
               "automatic");
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* ---- Bars --------------------------------------------------------------------------------------------------- */

static const char *const three[] = { "one", "two", "three" };

START_TEST(bars_begin_at_zero_and_stand_side_by_side)
{
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_legend(p, GD_LEGEND_NONE));
    ck_good(gd_plot_bar(p, "a", three, ROW(4, -2, (gd_real)NAN)) && gd_plot_bar(p, "b", NULL, ROW(1, 2, 3)));
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, -0.2, 0.1), blue);
    ck_colour(pixel_at(p, seen, -0.2, 3.9), blue);
    ck_assert(!is_colour(pixel_at(p, seen, -0.2, 4.1), blue, 90));
    ck_colour(pixel_at(p, seen, 0.2, 0.9), orange);
    ck_assert(!is_colour(pixel_at(p, seen, 0.2, 1.1), orange, 60));
    ck_colour(pixel_at(p, seen, 0.8, -1.9), blue);
    ck_assert(!is_colour(pixel_at(p, seen, 0.8, 0.2), blue, 90));
    ck_assert(!is_colour(pixel_at(p, seen, 1.8, 0.2), blue, 90));       /* NaN */
    ck_colour(pixel_at(p, seen, 2.2, 2.9), orange);
    ck_assert(!is_colour(pixel_at(p, seen, 0.45, 0.5), orange, 90));    /* between the groups */
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(bars_on_a_log_axis_begin_at_its_foot)
{
    double x, bottom;
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_log_y(p, true) && gd_plot_ylim(p, 1, 1000));
    ck_good(gd_plot_bar(p, "", three, ROW(100, 0, 10)) && gd_plot_where(p, 0, 1, &x, &bottom));
    picture seen = drawn(p);
    ck_colour(pixel(seen, x, bottom - 3), blue);
    ck_colour(pixel_at(p, seen, 0, 95), blue);
    ck_assert(!is_colour(pixel_at(p, seen, 0, 106), blue, 90));
    ck_assert(!is_colour(pixel_at(p, seen, 1, 1.1), blue, 90));
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* Names too wide for one line take two, or stand upright: below the frame there is more ink, and nowhere beyond. */
START_TEST(names_find_their_place)
{
    static const char *const texts[][3] = { { "a", "b", "c" }, { "two words", "two words", "two words" },
                                            { "averyveryverylongname", "another", "third" } };
    double x, before = INFINITY, bottom;
    for (int i = 0; i < 3; i++) {
        gd_plot *p = gd_plot_new("", "", "");
        ck_good(gd_plot_size(p, 240, 200) && gd_plot_bar(p, "", texts[i], ROW(1, 2, 3)));
        ck_good(gd_plot_where(p, 0, 0, &x, &bottom));
        ck_assert_msg(bottom < before - 8, "%s: the frame ends at %g, before at %g", texts[i][0], bottom, before);
        before = bottom;
        picture seen = drawn(p);
        for (int k = 0; k < 240; k++)
            ck_assert(pixel(seen, k, 199)[0] > 200 && pixel(seen, k, 198)[0] > 200);
        discard(seen);
        gd_plot_free(p);
    }
    gd_shutdown();
}
END_TEST

START_TEST(wrong_bars_are_refused)
{
    static const char *const other[] = { "one", "2", "three" }, *const hole[] = { "one", NULL, "three" };
    gd_plot *p = gd_plot_new("t", "", "");
    ck_refused(gd_plot_bar(p, "a", hole, ROW(1, 2, 3)), "gd_plot_bar: names[1] is NULL: a name was expected");
    ck_good(gd_plot_bar(p, "a", three, ROW(1, 2, 3)));
    ck_refused(gd_plot_bar(p, "b", three, ROW(1, 2)), "gd_plot_bar: 2 values for 3 names");
    ck_refused(gd_plot_bar(p, "b", other, ROW(1, 2, 3)),
               "gd_plot_bar: names[1] is \"2\", but \"two\" in the call before");
    ck_refused(gd_plot_bar(p, "a", three, ROW(1, 2, 3)),
               "gd_plot_bar: the series \"a\" has points or bars already: another name expected");
    ck_refused(gd_plot_bar(p, "c", three, gd_zeros(GD_SHAPE(3, 1))),
               "gd_plot_bar: values is [3, 1]: [n] expected, with n from 1 to 1000");
    ck_refused(gd_plot_bar(p, "c", three, gd_zeros(GD_SHAPE(0))),
               "gd_plot_bar: values is [0]: [n] expected, with n from 1 to 1000");
    ck_refused(gd_plot_bar(p, NULL, three, ROW(1, 2, 3)), "gd_plot_bar: series is NULL: a name was expected");
    ck_refused(gd_plot_point(p, "a", 1, 2), "gd_plot_point: the series \"a\" has bars: another name expected");
    ck_good(gd_plot_log_x(p, true));
    ck_refused(gd_plot_save(p, path),
               "gd_plot_save: plot \"t\": its x axis has names or cells and cannot be logarithmic");
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* ---- Histograms --------------------------------------------------------------------------------------------- */

static bool is_bin(gd_plot *p, picture seen, double x, double y)
{
    const unsigned char *at = pixel_at(p, seen, x, y);
    return at[2] > at[0] + 15;
}

START_TEST(bins_count_their_elements)
{
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_legend(p, GD_LEGEND_NONE));
    /* bins 0 .. 1, 1 .. 2, 2 .. 3, 3 .. 4 with 2, 3, 0 and 2: an edge belongs to the bin that begins there, the last
     * one to the last bin */
    ck_good(gd_plot_histogram(p, "", ROW(0, 0.5, 1, 1.5, 1.75, 3.5, 4), 4));
    picture seen = drawn(p);
    static const double heights[] = { 2, 3, 0, 2 };
    for (int k = 0; k < 4; k++)
        for (double y = 0.25; y < 3.2; y += 0.5)
            ck_assert_msg(is_bin(p, seen, k + 0.55, y) == (y < heights[k]), "bin %d at height %g", k, y);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(bins_follow_freedman_and_diaconis)
{
    double x0, x1, row_at;
    gd_plot *p = gd_plot_new("", "", "");
    gd_tensor *values = gd_arange(0, 1000, 1);
    /* quartiles 249.75 and 749.25, width 2 x 499.5 / 10 = 99.9: ten bins of 999 / 10 */
    ck_good(gd_plot_histogram(p, "", values, 0));
    picture seen = drawn(p);
    ck_good(gd_plot_where(p, 0, 50, &x0, &row_at) && gd_plot_where(p, 999, 50, &x1, &row_at));
    int edges = 0;
    const unsigned char *before = pixel(seen, x0 + 3, row_at);
    for (double x = x0 + 4; x < x1 - 3; x++) {
        const unsigned char *at = pixel(seen, x, row_at);
        edges += at[0] < before[0] - 30;    /* the outlines of two neighbours */
        before = at;
    }
    ck_assert_int_eq(edges, 9);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(what_a_histogram_cannot_count_is_said)
{
    gd_plot *p = gd_plot_new("", "", "");
    double x, with, without;
    ck_good(gd_plot_histogram(p, "a", ROW(1, 2, 2, 3), 3) && gd_plot_where(p, 1, 2, &x, &without));
    ck_good(gd_plot_histogram(p, "b", ROW(1, 2, (gd_real)NAN, (gd_real)INFINITY), 3));
    ck_good(gd_plot_where(p, 1, 2, &x, &with));
    ck_assert_msg(with > without + 5, "no line above the frame: %g, then %g", without, with);
    ck_refused(gd_plot_histogram(p, "c", ROW((gd_real)NAN), 0),
               "gd_plot_histogram: values is [1] and has no finite element to count");
    ck_refused(gd_plot_histogram(p, "c", gd_zeros(GD_SHAPE(0)), 0),
               "gd_plot_histogram: values is [0] and has no finite element to count");
    ck_refused(gd_plot_histogram(p, "c", ROW(1), -1), "gd_plot_histogram: bins = -1: 0 (automatic) to 10000 expected");
    ck_refused(gd_plot_histogram(p, "a", ROW(1), 1),
               "gd_plot_histogram: the series \"a\" has points or bars already: another name expected");
    ck_good(gd_plot_log_x(p, true));
    ck_refused(gd_plot_histogram(p, "c", ROW(-1, 0), 1),
               "gd_plot_histogram: values is [2] and has no finite positive element to count");
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* Values of one kind, huge ones, tiny ones, on both kinds of axes: something is drawn. */
START_TEST(extreme_histograms_are_drawn)
{
    gd_tensor *samples[] = { ROW(5), ROW(0, 0, 0), ROW(-7, -7), ROW((gd_real)1e30, (gd_real)-1e30, 0),
                             ROW((gd_real)1e-30, (gd_real)3e-30), gd_normal(GD_SHAPE(30, 40), 1e6, 1) };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        for (int log = 0; log < 2; log++) {
            gd_plot *p = gd_plot_new("", "", "");
            ck_good(gd_plot_log_y(p, log) && gd_plot_histogram(p, "", samples[i], 0));
            picture seen = drawn(p);
            int ink = 0;
            for (int k = 0; k < seen.width * seen.height; k++)
                ink += seen.rgb[3 * k + 2] > seen.rgb[3 * k] + 30;
            ck_assert_msg(ink > 300, "sample %zu, log %d: %d pixels", i, log, ink);
            discard(seen);
            gd_plot_free(p);
        }
    gd_shutdown();
}
END_TEST

/* Numbers whose differences overflow, and some that are next to 0 and to each other: no part is beyond the last one. */
START_TEST(a_histogram_at_the_ends_of_double)
{
    if (sizeof(gd_real) < sizeof(double))
        return;
    gd_tensor *samples[] = { ROW((gd_real)-1.7e308, 0, (gd_real)1.7e308), ROW(0, (gd_real)5e-324),
                             ROW((gd_real)-1.7e308, (gd_real)1.7e308), ROW((gd_real)5e-324, (gd_real)1e-323) };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        for (int bins = 0; bins < 3; bins++) {
            gd_plot *p = gd_plot_new("", "", "");
            ck_good(gd_plot_histogram(p, "", samples[i], bins));
            discard(drawn(p));
            gd_plot_free(p);
        }
    gd_shutdown();
}
END_TEST

/* Bars take their look from gd_plot_style, and are in the legend as boxes. */
START_TEST(bars_are_in_the_legend)
{
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_style(p, "a", (gd_plot_look){ .colour = GD_GREEN }) && gd_plot_ylim(p, 0, 100));
    ck_good(gd_plot_bar(p, "a", three, ROW(0, 0, 0)) && gd_plot_legend(p, GD_LEGEND_TOP_LEFT));
    picture seen = drawn(p);
    int sample = count_colour(seen, green);
    ck_assert_msg(sample > 200 && sample < 400, "%d", sample);          /* 22 x 12 pixels */
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: scatter plots, bars, histograms", &cases);
    tcase_add_test(cases, scattered_points_have_no_line);
    tcase_add_test(cases, classes_have_their_colours);
    tcase_add_test(cases, values_have_the_colours_of_the_bar);
    tcase_add_test(cases, bars_begin_at_zero_and_stand_side_by_side);
    tcase_add_test(cases, bars_on_a_log_axis_begin_at_its_foot);
    tcase_add_test(cases, names_find_their_place);
    tcase_add_test(cases, wrong_bars_are_refused);
    tcase_add_test(cases, bins_count_their_elements);
    tcase_add_test(cases, bins_follow_freedman_and_diaconis);
    tcase_add_test(cases, what_a_histogram_cannot_count_is_said);
    tcase_add_test(cases, extreme_histograms_are_drawn);
    tcase_add_test(cases, a_histogram_at_the_ends_of_double);
    tcase_add_test(cases, bars_are_in_the_legend);
    return run_suite(suite);
}
