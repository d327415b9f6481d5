/* test_plot_curves.c - curves of functions lie on them, with gaps where they jump; bands have the colour of their
 * series, beneath it; series of the second y axis lie on it. */
#include "support/picture.h"

static double wave(double x, void *context)
{
    (void)context;
    return 5 + 4 * sin(x);
}

/* -1 below 2.5, nothing between 5 and 6, a pole at 8. */
static double broken(double x, void *context)
{
    (void)context;
    return x < 2.5 ? 1 : x < 5 ? 9 : x < 6 ? NAN : 5 + 0.5 / (x - 8);
}

static double constant(double x, void *context)
{
    (void)x;
    return *(const double *)context;
}

static bool is_blue(gd_plot *p, picture seen, double x, double y)
{
    return is_colour(pixel_at(p, seen, x, y), blue, 90);
}

/* ---- Curves of functions ------------------------------------------------------------------------------------ */

START_TEST(curve_lies_on_its_function)
{
    gd_plot *p = wide(GD_SOLID);
    ck_good(gd_plot_function(p, "a", wave, NULL, 0.5, 9.5));
    picture seen = drawn(p);
    for (double x = 0.52; x < 9.5; x += 0.0371)
        ck_colour(pixel_at(p, seen, x, wave(x, NULL)), blue);
    ck_assert(!is_blue(p, seen, 0.25, wave(0.25, NULL)) && !is_blue(p, seen, 9.75, wave(9.75, NULL)));
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(jumps_and_holes_are_gaps)
{
    gd_plot *p = wide(GD_SOLID);
    ck_good(gd_plot_function(p, "a", broken, NULL, 0, 10));
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 2.45, 1), blue);
    ck_colour(pixel_at(p, seen, 2.55, 9), blue);
    ck_colour(pixel_at(p, seen, 4.96, 9), blue);        /* up to its end, though no first sample lies there */
    ck_colour(pixel_at(p, seen, 6.04, broken(6.04, NULL)), blue);
    for (double y = 1.6; y < 8.6; y += 0.3)
        ck_assert_msg(!is_blue(p, seen, 2.5, y), "a line at (2.5, %g)", y);
    for (double x = 5.1; x < 5.9; x += 0.13)
        for (double y = 0.3; y < 10; y += 0.4)
            ck_assert_msg(!is_blue(p, seen, x, y), "a line at (%g, %g)", x, y);
    ck_assert(!is_blue(p, seen, 8, 5.4));               /* no line from -infinity to infinity */
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(curves_follow_log_axes)
{
    gd_plot *p = wide(GD_SOLID);
    ck_good(gd_plot_log_x(p, true) && gd_plot_log_y(p, true) && gd_plot_xlim(p, 1e-6, 1) && gd_plot_ylim(p, 1e-6, 10));
    double one = 1;
    ck_good(gd_plot_function(p, "a", constant, &one, 1e-6, 1));
    ck_good(gd_plot_function(p, "a", broken, NULL, -5, -1));            /* as log x cannot show it: nothing */
    picture seen = drawn(p);
    for (double x = 2e-6; x < 1; x *= 1.7)
        ck_colour(pixel_at(p, seen, x, 1), blue);
    discard(seen);
    gd_plot_free(p);
}
END_TEST

/* The second piece of a series begins anew. */
START_TEST(two_pieces_are_not_joined)
{
    double low = 2, high = 8;
    gd_plot *p = wide(GD_SOLID);
    ck_good(gd_plot_function(p, "a", constant, &low, 0, 4));
    ck_good(gd_plot_function(p, "a", constant, &high, 6, 10));
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 3.9, 2), blue);
    ck_colour(pixel_at(p, seen, 6.1, 8), blue);
    ck_colour(pixel_at(p, seen, 5.05, 5.15), white);
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(functions_without_a_value_are_refused)
{
    double nothing = NAN;
    gd_plot *p = wide(GD_SOLID);
    ck_refused(gd_plot_function(p, "a", NULL, NULL, 0, 1), "gd_plot_function: f is NULL: a function was expected");
    ck_refused(gd_plot_function(p, NULL, wave, NULL, 0, 1), "gd_plot_function: series is NULL");
    ck_refused(gd_plot_function(NULL, "a", wave, NULL, 0, 1), "gd_plot_function: p is NULL");
    ck_refused(gd_plot_function(p, "a", wave, NULL, 1, 1),
               "gd_plot_function: x in [1, 1]: low < high expected, finite");
    ck_refused(gd_plot_function(p, "a", wave, NULL, 0, INFINITY),
               "gd_plot_function: x in [0, inf]: low < high expected, finite");
    ck_refused(gd_plot_function(p, "a", constant, &nothing, 0, 1),
               "gd_plot_function: the function has no finite value on x in [0, 1]");
    gd_plot_free(p);
}
END_TEST

/* ---- Bands -------------------------------------------------------------------------------------------------- */

/* Blue at the opacity of a band, on white, in linear light. */
static const unsigned char pale_blue[3] = { 227, 231, 241 };

/* Is the pixel in a band?  The grid, darker, lies beneath. */
static void ck_band(gd_plot *p, picture seen, double x, double y, bool in)
{
    const unsigned char *at = pixel_at(p, seen, x, y);
    bool shaded = at[2] > at[0] + 10 && at[0] > 190, plain = at[0] == at[2] && at[0] >= 229;
    ck_assert_msg(in ? shaded : plain, "(%d, %d, %d) at (%g, %g)", at[0], at[1], at[2], x, y);
}

static gd_plot *banded(void)
{
    gd_plot *p = wide(GD_SOLID);
    for (int i = 0; i <= 10; i++)
        ck_good(gd_plot_point(p, "a", i, 5.5) && gd_plot_band_point(p, "a", i, 5.5 - 0.3 * i, 5.5 + 0.3 * i));
    return p;
}

START_TEST(bands_are_shaded_beneath_their_line)
{
    gd_plot *p = banded();
    picture seen = drawn(p);
    for (double x = 2.33; x < 10; x += 0.67) {
        ck_colour(pixel_at(p, seen, x, 5.5), blue);
        ck_band(p, seen, x, 5.5 + 0.27 * x, true);
        ck_band(p, seen, x, 5.5 - 0.27 * x, true);
        ck_band(p, seen, x, fmin(5.5 + 0.34 * x, 9.9), 5.5 + 0.3 * x > 9.9);
        ck_band(p, seen, x, fmax(5.5 - 0.34 * x, 0.1), 5.5 - 0.3 * x < 0.1);
    }
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(bands_of_tensors_count_for_the_axes)
{
    gd_plot *p = gd_plot_new("", "", "");
    double column, top, bottom, low, high;
    gd_tensor *x = gd_from(GD_SHAPE(3), (gd_real[]){ 1, 2, 3 });
    gd_tensor *ends = gd_from(GD_SHAPE(3, 2), (gd_real[]){ 0, 90, 0, 100, (gd_real)NAN, 7 });
    ck_good(gd_plot_band(p, "over seeds", x, gd_select(ends, 1, 0), gd_select(ends, 1, 1)));
    ck_good(gd_plot_size(p, 600, 400) && gd_plot_where(p, 1, 0, &column, &bottom));
    ck_good(gd_plot_where(p, 1, 100, &column, &top));
    ck_assert_msg(bottom > 330 && bottom < 375 && top < 40, "0 at %g, 100 at %g", bottom, top);
    picture seen = drawn(p);
    ck_band(p, seen, 1.3, 41, true);
    discard(seen);
    ck_good(gd_plot_log_y(p, true) && gd_plot_ylim(p, 1, 1000));        /* a low end of 0 is below the frame */
    seen = drawn(p);
    ck_good(gd_plot_where(p, 1.3, 1.1, &column, &low) && gd_plot_where(p, 1.3, 80, &column, &high));
    for (double row = high; row < low; row += 7.3)
        ck_assert_msg(pixel(seen, column, row)[2] > pixel(seen, column, row)[0] + 10, "a hole in row %g", row);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(bands_are_in_the_legend)
{
    gd_plot *p = gd_plot_new("", "", "");
    for (int i = 0; i <= 10; i++)
        ck_good(gd_plot_band_point(p, "seeds", i, 0, 0.1));
    ck_good(gd_plot_ylim(p, 0, 10) && gd_plot_legend(p, GD_LEGEND_TOP_LEFT));
    picture with = drawn(p);
    ck_good(gd_plot_legend(p, GD_LEGEND_NONE));
    picture without = drawn(p);
    int sample = count_colour(with, pale_blue) - count_colour(without, pale_blue);
    ck_assert_msg(sample > 250 && sample < 500, "%d", sample);          /* about 30 x 12 pixels */
    discard(with);
    discard(without);
    gd_plot_free(p);
}
END_TEST

START_TEST(bands_upside_down_are_refused)
{
    gd_plot *p = gd_plot_new("", "", "");
    gd_tensor *low = gd_from(GD_SHAPE(2), (gd_real[]){ 1, 3 }), *high = gd_from(GD_SHAPE(2), (gd_real[]){ 2, 2 });
    ck_refused(gd_plot_band(p, "a", NULL, low, high), "gd_plot_band: low[1] = 3 and high[1] = 2: low <= high expected");
    ck_refused(gd_plot_band(p, "a", low, gd_zeros(GD_SHAPE(3)), high),
               "gd_plot_band: x is [2], low is [3] and high is [2]: all must be [n]");
    ck_refused(gd_plot_band(p, "a", NULL, NULL, high), "gd_plot_band: low is NULL");
    ck_refused(gd_plot_band_point(p, "a", 4, 1, 0),
               "gd_plot_band_point: low = 1 and high = 0 at x = 4: low <= high expected");
    ck_refused(gd_plot_band_point(p, NULL, 4, 0, 1), "gd_plot_band_point: series is NULL: a name was expected");
    picture seen = drawn(p);                /* nothing of it has been kept */
    ck_assert_int_eq(count_colour(seen, pale_blue), 0);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* ---- The second y axis -------------------------------------------------------------------------------------- */

START_TEST(the_second_axis_has_its_own_scale)
{
    double left, right, row, column;
    gd_plot *p = wide(GD_SOLID);
    ck_good(gd_plot_second_y(p, "a", "accuracy") && gd_plot_second_ylim(p, 0, 1));
    ck_good(gd_plot_point(p, "a", 1, 0.25) && gd_plot_point(p, "a", 9, 0.25));
    ck_good(gd_plot_where(p, 4, 2.5, &left, &row) && gd_plot_second_where(p, 4, 0.25, &right, &column));
    ck_assert_double_eq_tol(left, right, 1e-9);
    ck_assert_double_eq_tol(row, column, 1e-9);
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 4.5, 2.5), blue);
    ck_good(gd_plot_where(p, 10, 5, &right, &row));
    ck_assert_msg(right < 860, "no space for numbers right of %g", right);
    int ink = 0;                            /* of numbers and the label, right of the frame */
    for (int x = (int)right + 8; x < seen.width; x++)
        for (int y = 0; y < seen.height; y++)
            ink += pixel(seen, x, y)[0] < 100;
    ck_assert_int_gt(ink, 200);
    discard(seen);
    ck_good(gd_plot_second_log_y(p, true) && gd_plot_second_ylim(p, 0.01, 1));
    ck_good(gd_plot_second_where(p, 4, 0.1, &left, &row) && gd_plot_where(p, 4, 5, &left, &column));
    ck_assert_double_eq_tol(row, column, 1e-6);
    ck_good(gd_plot_point(p, "a", 5, -1));              /* a gap on its own axis, whatever the other one is */
    seen = drawn(p);
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(both_axes_include_their_own_data_only)
{
    double column, low, high;
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_point(p, "loss", 0, 1000) && gd_plot_point(p, "loss", 1, 0));
    ck_good(gd_plot_point(p, "accuracy", 0, 0.5) && gd_plot_point(p, "accuracy", 1, 1));
    ck_good(gd_plot_second_y(p, "accuracy", "accuracy"));
    ck_good(gd_plot_second_where(p, 0, 0.5, &column, &low) && gd_plot_second_where(p, 0, 1, &column, &high));
    ck_assert_msg(low - high > 300, "0.5 to 1 takes %g of 560 pixels", low - high);
    ck_good(gd_plot_where(p, 0, 0, &column, &low) && gd_plot_where(p, 0, 1000, &column, &high));
    ck_assert_msg(low - high > 300, "0 to 1000 takes %g of 560 pixels", low - high);
    gd_plot_free(p);
}
END_TEST

/* Lines everywhere but in a hole that is at none of the usual places: no pixel of them is hidden. */
START_TEST(legends_find_the_only_free_place)
{
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_xlim(p, 0, 10) && gd_plot_ylim(p, 0, 10));
    ck_good(gd_plot_style(p, "name", (gd_plot_look){ .line = GD_SOLID, .width = 3 }));
    for (double y = 0.25; y < 10; y += 0.25) {
        bool hole = y > 5.6 && y < 8;
        ck_good(gd_plot_point(p, "name", 0, y) && gd_plot_point(p, "name", hole ? 2.2 : 10, y));
        ck_good(gd_plot_point(p, "name", NAN, y) && gd_plot_point(p, "name", hole ? 5.6 : 10, y));
        ck_good(gd_plot_point(p, "name", 10, y) && gd_plot_point(p, "name", NAN, y));
    }
    picture with = drawn(p);
    ck_good(gd_plot_legend(p, GD_LEGEND_NONE));
    picture without = drawn(p);
    int hidden = 0, changed = 0;
    for (int i = 0; i < with.width * with.height; i++) {
        bool same = memcmp(&with.rgb[3 * i], &without.rgb[3 * i], 3) == 0;
        changed += !same;
        hidden += !same && is_colour(&without.rgb[3 * i], blue, 90);
    }
    ck_assert_msg(hidden == 0 && changed > 300, "%d hidden, %d changed", hidden, changed);
    discard(with);
    discard(without);
    gd_plot_free(p);
}
END_TEST

/* The legend is wider by an arrow where a series is on the second axis and another is not. */
START_TEST(legends_point_at_the_second_axis)
{
    static const unsigned char rim[3] = { 204, 204, 204 };
    int width[2];
    for (int second = 0; second < 2; second++) {
        gd_plot *p = gd_plot_new("", "", "");
        ck_good(gd_plot_point(p, "a", 0, 0) && gd_plot_point(p, "b", 1, 1) && gd_plot_legend(p, GD_LEGEND_TOP_LEFT));
        ck_good(!second || gd_plot_second_y(p, "b", NULL));
        picture seen = drawn(p);
        width[second] = 0;
        for (int y = 0; y < seen.height; y++) {
            int n = 0;
            for (int x = 0; x < seen.width; x++)
                n += is_colour(pixel(seen, x, y), rim, 2);
            width[second] = n > width[second] ? n : width[second];
        }
        discard(seen);
        gd_plot_free(p);
    }
    ck_assert_int_eq(width[1], width[0] + 22);
}
END_TEST

START_TEST(wrong_second_axes_are_refused)
{
    double place;
    gd_plot *p = gd_plot_new("t", "", "");
    ck_refused(gd_plot_second_y(p, NULL, "a"), "gd_plot_second_y: series is NULL: a name was expected");
    ck_refused(gd_plot_second_where(p, 0, 0, &place, &place),
               "gd_plot_second_where: plot \"t\" has no second y axis: gd_plot_second_y gives it one");
    ck_refused(gd_plot_second_ylim(p, 2, 1),
               "gd_plot_second_ylim: low = 2 and high = 1: low < high expected, finite, or NAN for automatic");
    ck_good(gd_plot_second_y(p, "a", NULL) && gd_plot_point(p, "a", 0, 1) && gd_plot_second_ylim(p, -1, 1) &&
            gd_plot_second_log_y(p, true));
    ck_refused(gd_plot_save(p, path),
               "gd_plot_save: plot \"t\": its second y axis is logarithmic and cannot have an end at -1");
    gd_plot_free(p);
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: curves, bands, second axis", &cases);
    tcase_add_test(cases, curve_lies_on_its_function);
    tcase_add_test(cases, jumps_and_holes_are_gaps);
    tcase_add_test(cases, curves_follow_log_axes);
    tcase_add_test(cases, two_pieces_are_not_joined);
    tcase_add_test(cases, functions_without_a_value_are_refused);
    tcase_add_test(cases, bands_are_shaded_beneath_their_line);
    tcase_add_test(cases, bands_of_tensors_count_for_the_axes);
    tcase_add_test(cases, bands_are_in_the_legend);
    tcase_add_test(cases, bands_upside_down_are_refused);
    tcase_add_test(cases, the_second_axis_has_its_own_scale);
    tcase_add_test(cases, both_axes_include_their_own_data_only);
    tcase_add_test(cases, legends_find_the_only_free_place);
    tcase_add_test(cases, legends_point_at_the_second_axis);
    tcase_add_test(cases, wrong_second_axes_are_refused);
    return run_suite(suite);
}
