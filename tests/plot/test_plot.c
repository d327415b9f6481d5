/* test_plot.c - pictures are decoded and examined: lines, dashes and markers are where the data are, what cannot be
 * drawn is a gap, and thinning out the points does not show.  Axes and text are in test_plot_text.c, contours and
 * panels in test_plot_contours.c, files and errors in test_plot_files.c. */
#include <float.h>

#include "support/picture.h"

/* ---- Lines --------------------------------------------------------------------------------------------- */

START_TEST(page_has_the_size_asked_for)
{
    gd_plot *p = wide(GD_SOLID);
    gd_plot_point(p, "a", 1, 1);
    picture standard = drawn(p);
    ck_assert_int_eq(standard.width, 900);
    ck_assert_int_eq(standard.height, 560);
    for (int i = 0; i < 4; i++)
        ck_colour(pixel(standard, i % 2 ? 899 : 0, i / 2 ? 559 : 0), white);
    discard(standard);
    ck_assert(gd_plot_size(p, 333, 251));
    ck_assert(gd_plot_scale(p, 2));
    picture other = drawn(p);
    ck_assert_int_eq(other.width, 666);
    ck_assert_int_eq(other.height, 502);
    discard(other);
    gd_plot_free(p);
}
END_TEST

START_TEST(line_passes_through_its_points)
{
    gd_plot *p = wide(GD_SOLID);
    for (int i = 0; i <= 10; i++)
        gd_plot_point(p, "a", i, i * i / 10.0);
    picture seen = drawn(p);
    for (int i = 1; i < 10; i++) {
        ck_colour(pixel_at(p, seen, i, i * i / 10.0), blue);
        /* half way along the segment too, and nothing of the line above or below it */
        double x = i + 0.5, y = (i * i + (i + 1) * (i + 1)) / 20.0;
        ck_colour(pixel_at(p, seen, x, y), blue);
        ck_assert(!is_colour(pixel_at(p, seen, x, y > 5 ? y - 1.3 : y + 1.3), blue, 90));
    }
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(where_follows_the_axes)
{
    double left, right, top, bottom, x, y;
    gd_plot *p = wide(GD_SOLID);
    gd_plot_point(p, "a", 1, 1);
    ck_assert(gd_plot_where(p, 0, 0, &left, &bottom));
    ck_assert(gd_plot_where(p, 10, 10, &right, &top));
    ck_assert(left > 20 && left < 120 && right > 850 && right < 900);
    ck_assert(top > 10 && top < 60 && bottom > 480 && bottom < 560);
    picture seen = drawn(p);
    const unsigned char frame[3] = { 60, 60, 60 };
    ck_colour(pixel(seen, (left + right) / 2 + 5, bottom), frame);
    ck_colour(pixel(seen, (left + right) / 2 + 5, top), frame);
    ck_colour(pixel(seen, left, (top + bottom) / 2 + 5), frame);
    ck_colour(pixel(seen, right, (top + bottom) / 2 + 5), frame);
    discard(seen);
    ck_assert(gd_plot_where(p, 5, 2.5, &x, &y));
    ck_assert_double_eq_tol(x, (left + right) / 2, 1e-9);
    ck_assert_double_eq_tol(y, bottom + (top - bottom) / 4, 1e-9);
    ck_assert(gd_plot_log_x(p, true) && gd_plot_xlim(p, 0.01, 100));
    ck_assert(gd_plot_where(p, 1, 0, &x, &y));
    ck_assert_double_eq_tol(x, (left + right) / 2, 1);
    gd_plot_free(p);
}
END_TEST

START_TEST(values_that_cannot_be_drawn_are_gaps)
{
    const double bad[] = { NAN, INFINITY, -INFINITY };
    for (int k = 0; k < 3; k++) {
        gd_plot *p = wide(GD_SOLID);
        for (int i = 0; i <= 10; i++)
            gd_plot_point(p, "a", i, i == 5 ? bad[k] : 5.5);
        picture seen = drawn(p);
        ck_colour(pixel_at(p, seen, 3.5, 5.5), blue);
        ck_colour(pixel_at(p, seen, 6.5, 5.5), blue);
        for (double x = 4.1; x < 5.95; x += 0.1)        /* the grid runs at whole x, so look between */
            if (fabs(x - 5) > 0.05)
                ck_colour(pixel_at(p, seen, x, 5.5), white);
        ck_colour(pixel_at(p, seen, 4.02, 8.5), white);         /* and no line leads to infinity */
        ck_colour(pixel_at(p, seen, 5.98, 2.5), white);
        double row, left, right;
        ck_assert(gd_plot_where(p, 0, 0, &left, &row) && gd_plot_where(p, 8, 0, &right, &row));
        double length = right - left;       /* eight of ten segments, five pixels wide */
        ck_assert_double_eq_tol(count_colour(seen, blue), 4.5 * length, 0.7 * length);
        discard(seen);
        gd_plot_free(p);
    }
}
END_TEST

START_TEST(nonpositive_values_are_gaps_on_log_axes)
{
    gd_plot *p = wide(GD_SOLID);
    ck_assert(gd_plot_log_y(p, true) && gd_plot_ylim(p, 0.1, 1000));
    for (int i = 0; i <= 10; i++)
        gd_plot_point(p, "a", i, i == 3 ? 0 : i == 7 ? -5 : 30);
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 1.5, 30), blue);
    ck_colour(pixel_at(p, seen, 5.5, 30), blue);
    ck_colour(pixel_at(p, seen, 2.5, 30), white);
    ck_colour(pixel_at(p, seen, 7.5, 30), white);
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(points_outside_fixed_limits_stay_outside)
{
    gd_plot *p = wide(GD_SOLID);
    const double far[] = { 40, 1e30, DBL_MAX };
    for (int k = 0; k < 3; k++) {
        gd_plot_point(p, "a", 2, 5.5);
        gd_plot_point(p, "a", 6, k % 2 ? -far[k] : far[k]);
        gd_plot_point(p, "a", 8, 5.5);
    }
    picture seen = drawn(p);
    double left, top, right, bottom;
    ck_assert(gd_plot_where(p, 0, 10, &left, &top) && gd_plot_where(p, 10, 0, &right, &bottom));
    int inside = 0;
    for (int row = 0; row < seen.height; row++)
        for (int column = 0; column < seen.width; column++)
            if (is_colour(pixel(seen, column, row), blue, 60)) {
                ck_assert(column >= left - 2 && column <= right + 2 && row >= top - 2 && row <= bottom + 2);
                inside++;
            }
    ck_assert_int_gt(inside, 500);
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(dashes_have_gaps)
{
    for (gd_line line = GD_SOLID; line <= GD_LONG_DASH; line++) {
        gd_plot *p = wide(line);
        gd_plot_point(p, "a", 0, 5.5);
        gd_plot_point(p, "a", 10, 5.5);
        picture seen = drawn(p);
        int on = 0, off = 0;
        for (double x = 0.25; x < 9.8; x += 0.05) {
            const unsigned char *at = pixel_at(p, seen, x, 5.5);
            on += is_colour(at, blue, 3);
            off += !is_colour(at, blue, 200);
        }
        ck_assert_int_gt(on, 30);
        ck_assert_msg((off > 20) == (line != GD_SOLID), "line %d: %d on, %d off", (int)line, on, off);
        discard(seen);
        gd_plot_free(p);
    }
}
END_TEST

START_TEST(series_differ_in_colour_and_dash)
{
    gd_plot *p = gd_plot_new("", "", "");
    ck_assert(gd_plot_ylim(p, 0, 10) && gd_plot_legend(p, GD_LEGEND_NONE));
    for (int i = 0; i <= 10; i++) {
        gd_plot_point(p, "first", i, 3.3);
        gd_plot_point(p, "second", i, 6.6);
    }
    picture seen = drawn(p);
    int first = count_colour(seen, blue), second = count_colour(seen, orange);
    ck_assert_int_gt(first, 700);
    ck_assert(second > first / 3 && second < first * 9 / 10);       /* the second is dashed */
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(markers_cover_their_points)
{
    for (gd_marker marker = GD_CIRCLE; marker <= GD_RING; marker++) {
        gd_plot *p = wide(GD_NO_LINE);
        gd_plot_look look = { .line = GD_NO_LINE, .marker = marker, .marker_size = 20 };
        ck_assert(gd_plot_style(p, "a", look));
        gd_plot_point(p, "a", 3.5, 5.5);
        gd_plot_point(p, "a", 6.5, 5.5);
        picture seen = drawn(p);
        double column, row;
        ck_assert(gd_plot_where(p, 3.5, 5.5, &column, &row));
        if (marker == GD_RING)
            ck_colour(pixel(seen, column, row), white);
        else
            ck_colour(pixel(seen, column, row), blue);
        ck_assert_int_gt(count_colour(seen, blue), 40);
        ck_colour(pixel(seen, column, row + 14), white);
        ck_colour(pixel_at(p, seen, 5.2, 5.5), white);
        discard(seen);
        gd_plot_free(p);
    }
}
END_TEST

/* Whatever is in the legend can be seen in the frame too. */
START_TEST(no_listed_series_is_invisible)
{
    static const gd_plot_look looks[] = {
        { .line = GD_NO_LINE }, { .marker = GD_NO_MARKER }, { .line = GD_NO_LINE, .marker_every = 4 },
        { .line = GD_SOLID, .marker = GD_NO_MARKER }, { .line = GD_DOTTED }, { .line = GD_NO_LINE, .marker = GD_CROSS }
    };
    for (size_t k = 0; k < sizeof looks / sizeof *looks; k++)
        for (int n = 1; n <= 8; n++) {
            gd_plot *p = wide(GD_SOLID);
            gd_plot_look look = looks[k];
            look.width = 4;
            look.marker_size = 12;
            look.colour = GD_BLUE;
            ck_assert(gd_plot_style(p, "a", look));
            for (int i = 0; i < n; i++) {
                gd_plot_point(p, "a", i, NAN);              /* a gap between every two points, and at the beginning */
                gd_plot_point(p, "a", i + 0.5, 5.5);
            }
            picture seen = drawn(p);
            int least = looks[k].marker_every ? 1 + (n - 1) / 4 : n;
            ck_assert_msg(count_colour(seen, blue) >= 4 * least, "look %d, %d points: %d pixels", (int)k, n,
                          count_colour(seen, blue));
            discard(seen);
            gd_plot_free(p);
        }
}
END_TEST

/* ---- Many points --------------------------------------------------------------------------------------- */

START_TEST(thinning_does_not_show)
{
    gd_plot *few = gd_plot_new("", "", ""), *many = gd_plot_new("", "", "");
    const int n = 400000, step = 100;
    for (int i = 0; i <= n; i++) {
        double x = i / (double)n, y = sin(9 * x) + 0.3 * sin(60 * x);
        ck_assert(gd_plot_point(many, "a", x, y));
        if (i % step == 0)
            ck_assert(gd_plot_point(few, "a", x, y));
    }
    picture a = drawn(few), b = drawn(many);
    int worst = 0;
    for (int i = 0; i < 3 * a.width * a.height; i++)
        worst = abs(a.rgb[i] - b.rgb[i]) > worst ? abs(a.rgb[i] - b.rgb[i]) : worst;
    ck_assert_int_lt(worst, 60);
    discard(a);
    discard(b);
    gd_plot_free(few);
    gd_plot_free(many);
}
END_TEST

START_TEST(a_single_outlier_survives_thinning)
{
    for (int k = 0; k < 4; k++) {
        gd_plot *p = wide(GD_SOLID);
        const int n = 1000000, where = n / 2 + k * 97;
        for (int i = 0; i < n; i++)
            gd_plot_point(p, "a", 10.0 * i / n, i == where ? (k % 2 ? 8.5 : 1.5) : 5.2);
        picture seen = drawn(p);
        ck_colour(pixel_at(p, seen, 10.0 * where / n, k % 2 ? 8.3 : 1.7), blue);
        discard(seen);
        gd_plot_free(p);
    }
}
END_TEST

START_TEST(memory_grows_by_doubling)
{
    gd_plot *p = gd_plot_new("", "", "");
    size_t before = 0;
    int changes = 0;
    for (int i = 0; i < 1000000; i++) {
        gd_plot_point(p, "a", i, i);
        changes += gd_memory_live() != before;
        before = gd_memory_live();
    }
    ck_assert_int_lt(changes, 24);
    ck_assert(before < (size_t)40 << 20);
    gd_plot_free(p);
}
END_TEST

START_TEST(tensors_are_points)
{
    gd_plot *p = wide(GD_SOLID);
    {
        GD_SCOPE;
        gd_tensor *x = gd_linspace(0, 10, 11), *y = gd_full(GD_SHAPE(11), 5.5);
        ck_assert(gd_plot_tensor(p, "a", x, y));
        ck_refused(gd_plot_tensor(p, "a", gd_zeros(GD_SHAPE(3)), y),
                   "gd_plot_tensor: x is [3] and y is [11]: both must be [n]");
        ck_refused(gd_plot_tensor(p, "a", NULL, gd_zeros(GD_SHAPE(2, 2))),
                   "gd_plot_tensor: x is NULL and y is [2, 2]: both must be [n]");
        ck_assert(gd_plot_tensor(p, "b", NULL, gd_full(GD_SHAPE(4), 2.5)));     /* x = 0 .. 3 */
    }
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 9.5, 5.5), blue);
    ck_assert_int_gt(count_colour(seen, orange), 100);
    ck_colour(pixel_at(p, seen, 3.5, 2.5), white);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: lines and points", &cases);
    tcase_add_test(cases, page_has_the_size_asked_for);
    tcase_add_test(cases, line_passes_through_its_points);
    tcase_add_test(cases, where_follows_the_axes);
    tcase_add_test(cases, values_that_cannot_be_drawn_are_gaps);
    tcase_add_test(cases, nonpositive_values_are_gaps_on_log_axes);
    tcase_add_test(cases, points_outside_fixed_limits_stay_outside);
    tcase_add_test(cases, dashes_have_gaps);
    tcase_add_test(cases, series_differ_in_colour_and_dash);
    tcase_add_test(cases, markers_cover_their_points);
    tcase_add_test(cases, no_listed_series_is_invisible);
    tcase_add_test(cases, thinning_does_not_show);
    tcase_add_test(cases, a_single_outlier_survives_thinning);
    tcase_add_test(cases, memory_grows_by_doubling);
    tcase_add_test(cases, tensors_are_points);
    return run_suite(suite);
}
