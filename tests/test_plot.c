/* test_plot.c - pictures are decoded again and looked at: is the line where the data are? */
#if defined(__unix__) || defined(__APPLE__)
#define _XOPEN_SOURCE 700
#endif

#include <check.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#include <stb/stb_image.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#pragma GCC diagnostic ignored "-Wunused-function"
#endif

#include "../src/plot/axis.h"
#include "gradus/plot.h"

/* ---- Pictures ------------------------------------------------------------------------------------------ */

static char folder[] = "/tmp/gradus-plot-XXXXXX", path[64];

typedef struct picture { int width, height; unsigned char *rgb; } picture;

static const unsigned char blue[3] = { 0, 114, 178 }, orange[3] = { 230, 159, 0 }, white[3] = { 255, 255, 255 };

static picture load(const char *name)
{
    picture p = { 0 };
    int channels = 0;
    p.rgb = stbi_load(name, &p.width, &p.height, &channels, 0);
    ck_assert_ptr_nonnull(p.rgb);
    ck_assert_int_eq(channels, 3);
    return p;
}

static picture drawn(gd_plot *plot)
{
    ck_assert(gd_plot_save(plot, path));
    return load(path);
}

static void discard(picture p)
{
    stbi_image_free(p.rgb);
}

static const unsigned char *pixel(picture p, double column, double row)
{
    ck_assert(column >= 0 && column < p.width && row >= 0 && row < p.height);
    return &p.rgb[3 * ((int)row * p.width + (int)column)];
}

static bool is_colour(const unsigned char *at, const unsigned char colour[3], int tolerance)
{
    for (int k = 0; k < 3; k++)
        if (abs(at[k] - colour[k]) > tolerance)
            return false;
    return true;
}

static const unsigned char *pixel_at(gd_plot *plot, picture p, double x, double y)
{
    double column = 0, row = 0;
    ck_assert(gd_plot_where(plot, x, y, &column, &row));
    return pixel(p, column, row);
}

#define assert_colour(at, colour) \
    do { \
        const unsigned char *rgb_ = (at); \
        ck_assert_msg(is_colour(rgb_, colour, 3), "%s is (%d, %d, %d)", #at, rgb_[0], rgb_[1], rgb_[2]); \
    } while (0)

static int count_colour(picture p, const unsigned char colour[3])
{
    int n = 0;
    for (int i = 0; i < p.width * p.height; i++)
        n += is_colour(&p.rgb[3 * i], colour, 3);
    return n;
}

/* A plot without legend over 0 .. 10 in both directions, with a wide line to be found again. */
static gd_plot *wide(gd_line line)
{
    gd_plot *p = gd_plot_new("title", "x", "y");
    ck_assert_ptr_nonnull(p);
    ck_assert(gd_plot_xlim(p, 0, 10));
    ck_assert(gd_plot_ylim(p, 0, 10));
    ck_assert(gd_plot_style(p, "a", (gd_plot_look){ .line = line, .width = 5 }));
    ck_assert(gd_plot_legend(p, GD_LEGEND_NONE));
    return p;
}

static void expect(bool result, const char *sentence)
{
    ck_assert(!result);
    ck_assert_ptr_nonnull(gd_last_error());
    ck_assert_str_eq(gd_last_error(), sentence);
    gd_clear_error();
}

static void setup(void)
{
    gd_on_error(NULL);
    gd_clear_error();
    strcpy(folder, "/tmp/gradus-plot-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/plot.png", folder);
}

static void teardown(void)
{
    remove(path);
    ck_assert_msg(rmdir(folder) == 0, "something was left in %s", folder);
    ck_assert_uint_eq(gd_memory_live(), 0);
}

/* ---- Lines --------------------------------------------------------------------------------------------- */

START_TEST(page_has_the_size_asked_for)
{
    gd_plot *p = wide(GD_SOLID);
    gd_plot_point(p, "a", 1, 1);
    picture standard = drawn(p);
    ck_assert_int_eq(standard.width, 900);
    ck_assert_int_eq(standard.height, 560);
    for (int i = 0; i < 4; i++)
        assert_colour(pixel(standard, i % 2 ? 899 : 0, i / 2 ? 559 : 0), white);
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
        assert_colour(pixel_at(p, seen, i, i * i / 10.0), blue);
        /* half way along the segment too, and nothing of the line above or below it */
        double x = i + 0.5, y = (i * i + (i + 1) * (i + 1)) / 20.0;
        assert_colour(pixel_at(p, seen, x, y), blue);
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
    assert_colour(pixel(seen, (left + right) / 2 + 5, bottom), frame);
    assert_colour(pixel(seen, (left + right) / 2 + 5, top), frame);
    assert_colour(pixel(seen, left, (top + bottom) / 2 + 5), frame);
    assert_colour(pixel(seen, right, (top + bottom) / 2 + 5), frame);
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
        assert_colour(pixel_at(p, seen, 3.5, 5.5), blue);
        assert_colour(pixel_at(p, seen, 6.5, 5.5), blue);
        for (double x = 4.1; x < 5.95; x += 0.1)        /* the grid runs at whole x, so look between */
            if (fabs(x - 5) > 0.05)
                assert_colour(pixel_at(p, seen, x, 5.5), white);
        assert_colour(pixel_at(p, seen, 4.02, 8.5), white);         /* and no line goes off to infinity */
        assert_colour(pixel_at(p, seen, 5.98, 2.5), white);
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
    assert_colour(pixel_at(p, seen, 1.5, 30), blue);
    assert_colour(pixel_at(p, seen, 5.5, 30), blue);
    assert_colour(pixel_at(p, seen, 2.5, 30), white);
    assert_colour(pixel_at(p, seen, 7.5, 30), white);
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
            assert_colour(pixel(seen, column, row), white);
        else
            assert_colour(pixel(seen, column, row), blue);
        ck_assert_int_gt(count_colour(seen, blue), 40);
        assert_colour(pixel(seen, column, row + 14), white);
        assert_colour(pixel_at(p, seen, 5.2, 5.5), white);
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
        assert_colour(pixel_at(p, seen, 10.0 * where / n, k % 2 ? 8.3 : 1.7), blue);
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

/* ---- Axes ---------------------------------------------------------------------------------------------- */

/* The number that a label shows: digits, a point, a true minus sign. */
static double shown(const char *label)
{
    double sign = 1;
    if (strncmp(label, "\xE2\x88\x92", 3) == 0) {
        sign = -1;
        label += 3;
    }
    char *end;
    double value = strtod(label, &end);
    ck_assert_msg(*end == '\0' && end != label, "label \"%s\"", label);
    return sign * value;
}

static bool is_round(double step)
{
    double e = floor(log10(step) + 1e-9), m = step / pow(10, e);
    return fabs(m - 1) < 1e-6 || fabs(m - 2) < 1e-6 || fabs(m - 5) < 1e-6;
}

START_TEST(ticks_are_round_and_cover_the_range)
{
    static const double ranges[][2] = {
        { 0, 1 }, { 0.24, 0.81 }, { -3, 7 }, { 0, 937 }, { 1, 100000 }, { 1e-30, 3e-30 }, { -2e30, 1e30 },
        { 0.1, 0.3 }, { 999.5, 1000.5 }, { 1e6, 1e6 + 0.003 }, { -0.0007, 0.0002 }, { 5, 5 }, { 0, 0 },
        { -1e-280, 1e-280 }, { -1e-300, 1e-300 }, { 3, 3 + 1e-15 },
        { -DBL_MAX, DBL_MAX }, { 0, 5e-324 }
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (int most = 2; most <= 12; most++) {
            gd_axis a;
            double low = ranges[i][0], high = ranges[i][1], before = NAN;
            gd_axis_choose(&a, low, high, NAN, NAN, false, 0, most);
            double slack = 1e-9 * fmax(fabs(low), fabs(high)) + 1e-300;
            ck_assert_msg((a.low <= low + slack || low < -1e299) && (a.high >= high - slack || high > 1e299) &&
                          a.low < a.high, "%.17g .. %.17g for %.17g .. %.17g", a.low, a.high, low, high);
            double step = 0;
            int major = 0;
            size_t length = 0;
            for (int k = 0; k < a.n; k++) {
                ck_assert(gd_axis_at(&a, a.ticks[k].value) > -1e-6 && gd_axis_at(&a, a.ticks[k].value) < 1 + 1e-6);
                if (!a.ticks[k].major)
                    continue;
                double value = a.ticks[k].value, unit = pow(10, a.exponent);
                ck_assert_msg(fabs(shown(a.ticks[k].label) * unit - value) <= 1e-9 * fabs(value) + 1e-300,
                              "%s x 10^%d for %g", a.ticks[k].label, a.exponent, value);
                const char *point = strchr(a.ticks[k].label, '.');
                size_t decimals = point ? strlen(point) : 0;
                ck_assert(major == 0 || decimals == length);        /* the same number of decimals everywhere */
                length = decimals;
                step = major ? value - before : 0;
                ck_assert_msg(!major || high - low < 1e-5 * high || is_round(step), "step %.17g", step);
                before = value;
                major++;
            }
            ck_assert_msg(major >= 1 && major <= most, "%d labels, at most %d, for %g .. %g", major, most,
                          low, high);
        }
}
END_TEST

START_TEST(labels_are_exact)
{
    gd_axis a;
    gd_axis_choose(&a, 0, 1, NAN, NAN, false, 0, 6);
    const char *expected[] = { "0.0", "0.2", "0.4", "0.6", "0.8", "1.0" };
    int n = 0;
    for (int i = 0; i < a.n; i++)
        if (a.ticks[i].major)
            ck_assert_str_eq(a.ticks[i].label, expected[n++]);
    ck_assert_int_eq(n, 6);

    gd_axis_choose(&a, -250000, 250000, NAN, NAN, false, 0, 6);
    ck_assert_int_eq(a.exponent, 5);
    ck_assert_str_eq(a.ticks[0].label, "\xE2\x88\x92""2");

    char text[GD_LABEL_MAX];
    static const struct { double value; int digits; const char *text; } cases[] = {
        { 0, 3, "0" }, { 1, 3, "1" }, { 0.25, 3, "0.25" }, { -1.5, 3, "\xE2\x88\x92""1.5" }, { 1234.6, 3, "1230" },
        { 9.999, 3, "10" }, { 1e-7, 3, "1\xC3\x97""10\xE2\x81\xBB\xE2\x81\xB7" },
        { 2.5e12, 3, "2.5\xC3\x97""10\xC2\xB9\xC2\xB2" }, { 0.1 + 0.2, 3, "0.3" }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gd_shorten(text, cases[i].value, cases[i].digits);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(log_ticks_are_powers_of_ten)
{
    static const double ranges[][2] = { { 1e-3, 1e3 }, { 2e-7, 5 }, { 1e-30, 1e30 }, { 0.3, 40 }, { 3, 3 },
                                         { 1e-300, 1e300 } };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        gd_axis a;
        gd_axis_choose(&a, ranges[i][0], ranges[i][1], NAN, NAN, true, 0.03, 8);
        ck_assert_msg(a.low <= ranges[i][0] && a.high >= ranges[i][1] && a.low > 0, "%.17g .. %.17g for %g .. %g",
                      a.low, a.high, ranges[i][0], ranges[i][1]);
        int major = 0;
        for (int k = 0; k < a.n; k++) {
            double e = floor(log10(a.ticks[k].value) + 1e-9), m = a.ticks[k].value / pow(10, e);
            ck_assert_msg(fabs(m - floor(m + 0.5)) < 1e-6, "tick at %g", a.ticks[k].value);
            if (a.high / a.low > 1e2 && a.ticks[k].major) {
                ck_assert_double_eq_tol(m, 1, 1e-6);
                ck_assert_int_eq(strncmp(a.ticks[k].label, "10", 2), 0);
            }
            major += a.ticks[k].major;
        }
        ck_assert_msg(major >= 2 && major <= 9, "%d labels for %g .. %g", major, ranges[i][0], ranges[i][1]);
    }
    gd_axis a;
    gd_axis_choose(&a, 1e-2, 1e2, NAN, NAN, true, 0, 8);
    ck_assert_str_eq(a.ticks[0].label, "10\xE2\x81\xBB\xC2\xB2");
    ck_assert_int_eq(a.n, 37);                      /* five powers, and 2 .. 9 between them */
}
END_TEST

START_TEST(extreme_data_can_be_drawn)
{
    static const double values[][2] = {
        { 7, 7 }, { 0, 0 }, { 1e-30, 1e30 }, { -DBL_MAX, DBL_MAX }, { 5e-324, 1e-310 },
        { 1, 1 + DBL_EPSILON }, { 1e300, -1e300 }
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (int log = 0; log < 2; log++) {
            gd_plot *p = gd_plot_new("extreme", "x", "y");
            ck_assert(gd_plot_size(p, 300, 200) && gd_plot_log_y(p, log) && gd_plot_log_x(p, log));
            gd_plot_point(p, "a", values[i][0], values[i][0]);
            gd_plot_point(p, "a", values[i][1], values[i][1]);
            bool some = !log || values[i][0] > 0 || values[i][1] > 0;
            ck_assert_int_eq(gd_plot_save(p, path), some);
            gd_clear_error();
            if (some) {
                picture seen = load(path);
                ck_assert_int_gt(count_colour(seen, blue), 5);
                discard(seen);
            }
            gd_plot_free(p);
        }
}
END_TEST

/* ---- Legend, remarks, text ----------------------------------------------------------------------------- */

START_TEST(legend_goes_where_no_data_are)
{
    /* Two corners of four are full: the legend must not cover a point of the line. */
    for (int k = 0; k < 4; k++) {
        gd_plot *p = gd_plot_new("", "", "");
        const char *name = "a line with a rather long name";
        ck_assert(gd_plot_xlim(p, 0, 1) && gd_plot_ylim(p, 0, 1));
        ck_assert(gd_plot_style(p, name, (gd_plot_look){ .line = GD_SOLID, .width = 4 }));
        for (int i = 0; i <= 200; i++) {
            double x = i / 200.0, y = k % 2 ? x : 1 - x;
            gd_plot_point(p, name, x, k < 2 ? y : y * y);
        }
        picture seen = drawn(p);
        for (int i = k % 2 ? 20 : 4; i <= (k % 2 ? 196 : 180); i += 4) {
            double x = i / 200.0, y = k % 2 ? x : 1 - x;
            assert_colour(pixel_at(p, seen, x, k < 2 ? y : y * y), blue);
        }
        int with = count_colour(seen, blue);
        discard(seen);
        ck_assert(gd_plot_legend(p, GD_LEGEND_NONE));
        seen = drawn(p);
        ck_assert_int_lt(count_colour(seen, blue), with);           /* there was a legend, with a sample */
        discard(seen);
        gd_plot_free(p);
    }
}
END_TEST

START_TEST(reference_line_is_drawn)
{
    gd_plot *p = gd_plot_new("", "", "");
    gd_plot_point(p, "", 0, 1);
    gd_plot_point(p, "", 1, 2);
    ck_assert(gd_plot_hline(p, -3.3, "optimum"));
    picture seen = drawn(p);
    int dark = 0;
    for (double x = 0.02; x < 0.98; x += 0.01)
        dark += pixel_at(p, seen, x, -3.3)[0] < 80;
    ck_assert_msg(dark > 40, "%d dark", dark);
    discard(seen);
    gd_plot_free(p);
}
END_TEST

/* A hash of the picture of a plot with this title. */
static uint64_t title_hash(const char *title)
{
    gd_plot *p = gd_plot_new(title, "", "");
    ck_assert(gd_plot_size(p, 220, 120));
    gd_plot_point(p, "", 0, 0);
    picture seen = drawn(p);
    uint64_t hash = 14695981039346656037u;
    for (int i = 0; i < 3 * seen.width * seen.height; i++)
        hash = (hash ^ seen.rgb[i]) * 1099511628211u;
    discard(seen);
    gd_plot_free(p);
    return hash;
}

START_TEST(every_promised_character_has_a_glyph)
{
    static const char *const characters[] = {
        "α", "β", "γ", "δ", "ε", "ζ", "η", "θ", "ι", "κ", "λ", "μ", "ν", "ξ", "π", "ρ", "ς", "σ", "τ", "υ",
        "φ", "χ", "ψ", "ω", "Γ", "Δ", "Θ", "Λ", "Ξ", "Π", "Σ", "Φ", "Ψ", "Ω", "∇", "∂", "√", "∑", "∏", "∞",
        "∫", "∈", "≈", "≠", "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹", "⁻", "⁺", "₀", "₁", "₂", "ₜ",
        "−", "×", "·", "÷", "±", "≤", "≥", "–", "—", "°", "“", "”", "‘", "’", "„", "«", "»", "…", "→", "←",
        "‖", "é", "è", "ê", "ë", "ö", "ü", "ä", "ß", "ñ", "ç", "å", "æ", "ø", "É", "Ö", "Ü", "Ä", "Å", "Ñ",
        "Ç", "š", "ž", "č", "ł", "œ", "€", "§", "ℓ"
    };
    uint64_t nothing = title_hash(" "), box = title_hash("漢"), seen[512];
    int n = 0;
    ck_assert(nothing != box);
    ck_assert(box == title_hash("字"));
    ck_assert(title_hash("\xFF") == box && title_hash("\xC3") == box);    /* broken UTF-8 is shown, not trusted */
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        seen[n] = title_hash(characters[i]);
        ck_assert_msg(seen[n] != nothing && seen[n] != box, "%s has no glyph", characters[i]);
        n++;
    }
    for (char c = '!'; c <= '~'; c++) {
        seen[n] = title_hash((char[2]){ c, 0 });
        ck_assert_msg(seen[n] != nothing && seen[n] != box, "%c has no glyph", c);
        for (int k = 0; k < n; k++)
            ck_assert_msg(seen[k] != seen[n], "%c looks like another character (%d)", c, k);
        n++;
    }
}
END_TEST

/* ---- Contours and panels ------------------------------------------------------------------------------- */

static double bowl(double x, double y, void *context)
{
    return x * x + y * y + *(double *)context;
}

START_TEST(contours_lie_at_their_levels)
{
    double zero = 0, levels[] = { 1, 4 };
    gd_plot *p = gd_plot_new("", "x", "y");
    ck_assert(gd_plot_contour(p, bowl, &zero, -3, 3, -3, 3));
    ck_assert(gd_plot_levels(p, levels, 2, false));
    picture seen = drawn(p);
    for (int k = 1; k <= 2; k++)
        for (int i = 0; i < 60; i++) {
            double angle = 0.1047 * i + 0.05, x = k * cos(angle), y = k * sin(angle), column, row;
            ck_assert(gd_plot_where(p, x, y, &column, &row));
            int darkest = 255;              /* red: bands have 176 and more, the line 120 */
            for (int dy = -1; dy <= 1; dy++)
                for (int dx = -1; dx <= 1; dx++)
                    darkest = (int)fmin(darkest, pixel(seen, column + dx, row + dy)[0]);
            ck_assert_msg(darkest < 172, "level %d at angle %g: %d", k * k, angle, darkest);
        }
    const unsigned char *inner = pixel_at(p, seen, 0.3, 0.3), *middle = pixel_at(p, seen, 1.1, 1.1),
                        *outer = pixel_at(p, seen, 2.2, 1.7);
    ck_assert(inner[0] + 20 < middle[0] && middle[0] + 20 < outer[0]);
    discard(seen);
    gd_plot_point(p, "path", -2, -2);
    gd_plot_point(p, "path", 2, 0.5);
    seen = drawn(p);
    assert_colour(pixel_at(p, seen, -2, -2), blue);     /* the marker */
    discard(seen);
    gd_plot_free(p);
}
END_TEST

START_TEST(contours_of_a_tensor_are_the_same)
{
    gd_plot *p = gd_plot_new("", "", "");
    double levels[] = { 1 };
    {
        GD_SCOPE;
        gd_tensor *z = gd_zeros(GD_SHAPE(31, 41));
        for (int i = 0; i < 31; i++)
            for (int j = 20; j < 41; j++)
                z->data[i * 41 + j] = 2;
        z->data[0] = (gd_real)NAN;
        ck_assert(gd_plot_contour_grid(p, z, 0, 4, 0, 3) && gd_plot_levels(p, levels, 1, true));
        expect(gd_plot_contour_grid(p, gd_zeros(GD_SHAPE(5)), 0, 1, 0, 1),
               "gd_plot_contour_grid: z is [5]: [rows, columns] expected");
        expect(gd_plot_contour_grid(p, gd_zeros(GD_SHAPE(1, 5)), 0, 1, 0, 1),
               "gd_plot_contour_grid: z has 1 rows and 5 columns: 2 to 10000 of each expected");
    }
    picture seen = drawn(p);
    assert_colour(pixel_at(p, seen, 0.02, 0.02), white);            /* the hole */
    ck_assert(pixel_at(p, seen, 0.83, 1.23)[0] < pixel_at(p, seen, 3.23, 1.23)[0] - 20);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(panels_stand_in_rows_and_columns)
{
    gd_plot *panels[6] = { NULL };
    for (int i = 0; i < 5; i++) {
        panels[i] = wide(GD_SOLID);
        gd_plot_point(panels[i], "a", 0, i + 1.5);
        gd_plot_point(panels[i], "a", 10, i + 1.5);
    }
    ck_assert(gd_plot_save_grid(panels, 2, 3, NULL, path));
    picture seen = load(path);
    ck_assert_int_eq(seen.width, 3 * 460);
    ck_assert_int_eq(seen.height, 2 * 330);
    for (int i = 0; i < 6; i++) {
        int n = 0;
        for (int row = i / 3 * 330; row < (i / 3 + 1) * 330; row++)
            for (int column = i % 3 * 460; column < (i % 3 + 1) * 460; column++)
                n += is_colour(pixel(seen, column, row), blue, 3);
        ck_assert_msg(i < 5 ? n > 1000 : n == 0, "panel %d: %d blue pixels", i, n);
    }
    discard(seen);
    ck_assert(gd_plot_size(panels[1], 600, 330));
    ck_assert(gd_plot_save_grid(panels, 2, 3, "together", path));
    seen = load(path);
    ck_assert_int_eq(seen.width, 2 * 460 + 600);
    ck_assert_int_gt(seen.height, 2 * 330 + 20);
    discard(seen);
    for (int i = 0; i < 5; i++)
        gd_plot_free(panels[i]);
}
END_TEST

/* ---- Files and errors ---------------------------------------------------------------------------------- */

static size_t file_bytes(const char *name, char **bytes)
{
    FILE *f = fopen(name, "rb");
    ck_assert_ptr_nonnull(f);
    *bytes = malloc(1 << 22);
    size_t n = fread(*bytes, 1, 1 << 22, f);
    fclose(f);
    return n;
}

static gd_plot *busy(void)
{
    gd_plot *p = gd_plot_new("Same bytes, 0.1 × θ", "epoch", "loss");
    gd_plot_log_y(p, true);
    for (int i = 0; i < 300; i++)
        for (int k = 0; k < 3; k++) {
            const char *const names[] = { "adam", "yogi", "sgd" };
            gd_plot_point(p, names[k], i * 0.01, exp(-0.01 * i * (k + 1)) * (1 + 0.1 * sin(i)));
        }
    gd_plot_hline(p, 0.0125, "optimum");
    return p;
}

START_TEST(same_program_same_bytes)
{
    char *first, *second;
    gd_plot *p = busy(), *q = busy();
    ck_assert(gd_plot_save(p, path));
    size_t n = file_bytes(path, &first);
    ck_assert(gd_plot_save(p, path));
    ck_assert_uint_eq(file_bytes(path, &second), n);
    ck_assert_int_eq(memcmp(first, second, n), 0);
    free(second);
    setlocale(LC_ALL, "de_DE.UTF-8");               /* where there is one */
    ck_assert(gd_plot_save(q, path));
    ck_assert_uint_eq(file_bytes(path, &second), n);
    ck_assert_int_eq(memcmp(first, second, n), 0);
    setlocale(LC_ALL, "C");
    gd_plot_point(p, "adam", 4, 0.5);
    ck_assert(gd_plot_save(p, path));               /* with more points another picture */
    free(second);
    ck_assert(file_bytes(path, &second) != n || memcmp(first, second, n) != 0);
    free(first);
    free(second);
    gd_plot_free(p);
    gd_plot_free(q);
}
END_TEST

START_TEST(unwritable_paths_are_named)
{
    gd_plot *p = busy();
    expect(gd_plot_save(p, "/nowhere/at all/plot.png"),
           "gd_plot_save: /nowhere/at all/plot.png cannot be written: No such file or directory");
    expect(gd_plot_save(p, "/dev/full"), "gd_plot_save: /dev/full cannot be written: No space left on device");
    ck_assert_int_eq(access("/dev/full", F_OK), 0);
    expect(gd_plot_save(p, NULL), "gd_plot_save: path is NULL: the name of a file was expected");
    expect(gd_plot_save(p, ""), "gd_plot_save: path is empty: the name of a file was expected");
    gd_plot_free(p);
}
END_TEST

/* A file that may not grow stands for a disk that is full. */
START_TEST(a_failed_write_keeps_the_old_picture)
{
    char *old, *now, sentence[128];
    gd_plot *p = busy();
    ck_assert(gd_plot_save(p, path));
    size_t n = file_bytes(path, &old);
    gd_plot_point(p, "adam", 5, 5);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before, small;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 1000;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool saved = gd_plot_save(p, path);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    snprintf(sentence, sizeof sentence, "gd_plot_save: %s cannot be written: File too large", path);
    expect(saved, sentence);
    ck_assert_uint_eq(file_bytes(path, &now), n);
    ck_assert_int_eq(memcmp(old, now, n), 0);
    free(now);

    gd_plot *empty = gd_plot_new("empty", "", "");
    ck_assert(!gd_plot_save(empty, path));
    ck_assert_uint_eq(file_bytes(path, &now), n);
    ck_assert_int_eq(memcmp(old, now, n), 0);
    free(old);
    free(now);
    gd_plot_free(p);
    gd_plot_free(empty);
}
END_TEST

START_TEST(nothing_to_draw_is_said)
{
    gd_plot *p = gd_plot_new("Loss", "x", "y");
    expect(gd_plot_save(p, path), "gd_plot_save: plot \"Loss\" has no finite point to draw");
    gd_plot_point(p, "a", NAN, 1);
    gd_plot_point(p, "a", 1, INFINITY);
    expect(gd_plot_save(p, path), "gd_plot_save: plot \"Loss\" has no finite point to draw");
    gd_plot_point(p, "a", 0, -1);
    gd_plot_log_y(p, true);
    expect(gd_plot_save(p, path), "gd_plot_save: plot \"Loss\" has no point with y > 0 for its logarithmic axis");
    gd_plot_log_x(p, true);
    expect(gd_plot_save(p, path),
           "gd_plot_save: plot \"Loss\" has no point with x > 0 and y > 0 for its logarithmic axes");
    gd_plot_log_y(p, false);
    expect(gd_plot_save(p, path), "gd_plot_save: plot \"Loss\" has no point with x > 0 for its logarithmic axis");
    gd_plot_xlim(p, -1, 1);
    expect(gd_plot_save(p, path),
           "gd_plot_save: plot \"Loss\": its x axis is logarithmic and cannot have an end at -1");
    gd_plot_log_x(p, false);
    ck_assert(gd_plot_save(p, path));
    gd_plot_log_y(p, true);
    gd_plot_point(p, "a", 0.5, 1);
    gd_plot_hline(p, -2, "low");
    expect(gd_plot_save(p, path), "gd_plot_save: plot \"Loss\": \"low\" at -2 has no place on a logarithmic axis");
    gd_plot_free(p);
}
END_TEST

START_TEST(wrong_arguments_are_named)
{
    gd_plot *p = gd_plot_new(NULL, NULL, NULL), *none[2] = { NULL, NULL };
    double levels[] = { 1, 1 }, column;
    expect(gd_plot_point(p, NULL, 0, 0), "gd_plot_point: series is NULL: a name was expected");
    expect(gd_plot_point(NULL, "a", 0, 0), "gd_plot_point: p is NULL");
    expect(gd_plot_save(NULL, path), "gd_plot_save: p is NULL");
    expect(gd_plot_xlim(p, 2, 1),
           "gd_plot_xlim: low = 2 and high = 1: low < high expected, finite, or NAN for automatic");
    expect(gd_plot_ylim(p, 0, INFINITY),
           "gd_plot_ylim: low = 0 and high = inf: low < high expected, finite, or NAN for automatic");
    expect(gd_plot_xlim(p, 1, 1 + 1e-14),
           "gd_plot_xlim: low = 1 and high = 1.00000000000001 are too close to each other for an axis");
    expect(gd_plot_size(p, 10, 900), "gd_plot_size: 10 x 900 pixels: 160 x 120 to 10000 x 10000 expected");
    expect(gd_plot_scale(p, NAN), "gd_plot_scale: factor = nan must lie in [0.5, 8]");
    expect(gd_plot_style(p, "a", (gd_plot_look){ .width = -1 }), "gd_plot_style: width = -1 must lie in [0, 100]");
    expect(gd_plot_style(p, "a", (gd_plot_look){ .marker_every = -1 }),
           "gd_plot_style: line = 0, marker = 0, colour = 0, marker_every = -1: one of them is out of range");
    expect(gd_plot_hline(p, NAN, "a"), "gd_plot_hline: y = nan: a finite number expected");
    expect(gd_plot_note(p, 0, INFINITY, "a"), "gd_plot_note: (x, y) = (0, inf): finite numbers expected");
    expect(gd_plot_contour(p, bowl, NULL, 1, 1, 0, 1),
           "gd_plot_contour: x in [1, 1] and y in [0, 1]: low < high expected, finite");
    expect(gd_plot_contour(p, NULL, NULL, 0, 1, 0, 1), "gd_plot_contour: f is NULL: a function was expected");
    column = NAN;
    expect(gd_plot_contour(p, bowl, &column, 0, 1, 0, 1),
           "gd_plot_contour: the function has no finite value on x in [0, 1], y in [0, 1]");
    expect(gd_plot_levels(p, levels, 2, false),
           "gd_plot_levels: levels[1] = 1: finite and ascending values expected");
    expect(gd_plot_save_grid(none, 1, 2, "", path),
           "gd_plot_save_grid: all 2 panels are NULL: at least one plot was expected");
    expect(gd_plot_save_grid(none, 0, 2, "", path),
           "gd_plot_save_grid: 0 rows and 2 columns: 1 to 1000 of each expected");
    gd_plot_size(p, 10000, 10000);
    gd_plot_scale(p, 8);
    gd_plot_point(p, "a", 0, 0);
    expect(gd_plot_save(p, path),
           "gd_plot_save: a picture of 80000 x 80000 pixels: at most 20000 in a direction and "
                                  "200 million in all expected");
    gd_plot_free(p);
    gd_plot_free(NULL);
}
END_TEST

START_TEST(tensors_are_points)
{
    gd_plot *p = wide(GD_SOLID);
    {
        GD_SCOPE;
        gd_tensor *x = gd_linspace(0, 10, 11), *y = gd_full(GD_SHAPE(11), 5.5);
        ck_assert(gd_plot_tensor(p, "a", x, y));
        expect(gd_plot_tensor(p, "a", gd_zeros(GD_SHAPE(3)), y),
               "gd_plot_tensor: x is [3] and y is [11]: both must be [n]");
        expect(gd_plot_tensor(p, "a", NULL, gd_zeros(GD_SHAPE(2, 2))),
               "gd_plot_tensor: x is NULL and y is [2, 2]: both must be [n]");
        ck_assert(gd_plot_tensor(p, "b", NULL, gd_full(GD_SHAPE(4), 2.5)));     /* x = 0 .. 3 */
    }
    picture seen = drawn(p);
    assert_colour(pixel_at(p, seen, 9.5, 5.5), blue);
    ck_assert_int_gt(count_colour(seen, orange), 100);
    assert_colour(pixel_at(p, seen, 3.5, 2.5), white);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plot");
    TCase *cases = tcase_create("plot");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, page_has_the_size_asked_for);
    tcase_add_test(cases, line_passes_through_its_points);
    tcase_add_test(cases, where_follows_the_axes);
    tcase_add_test(cases, values_that_cannot_be_drawn_are_gaps);
    tcase_add_test(cases, nonpositive_values_are_gaps_on_log_axes);
    tcase_add_test(cases, points_outside_fixed_limits_stay_outside);
    tcase_add_test(cases, dashes_have_gaps);
    tcase_add_test(cases, series_differ_in_colour_and_dash);
    tcase_add_test(cases, markers_cover_their_points);
    tcase_add_test(cases, thinning_does_not_show);
    tcase_add_test(cases, a_single_outlier_survives_thinning);
    tcase_add_test(cases, memory_grows_by_doubling);
    tcase_add_test(cases, ticks_are_round_and_cover_the_range);
    tcase_add_test(cases, labels_are_exact);
    tcase_add_test(cases, log_ticks_are_powers_of_ten);
    tcase_add_test(cases, extreme_data_can_be_drawn);
    tcase_add_test(cases, legend_goes_where_no_data_are);
    tcase_add_test(cases, reference_line_is_drawn);
    tcase_add_test(cases, every_promised_character_has_a_glyph);
    tcase_add_test(cases, contours_lie_at_their_levels);
    tcase_add_test(cases, contours_of_a_tensor_are_the_same);
    tcase_add_test(cases, panels_stand_in_rows_and_columns);
    tcase_add_test(cases, same_program_same_bytes);
    tcase_add_test(cases, unwritable_paths_are_named);
    tcase_add_test(cases, a_failed_write_keeps_the_old_picture);
    tcase_add_test(cases, nothing_to_draw_is_said);
    tcase_add_test(cases, wrong_arguments_are_named);
    tcase_add_test(cases, tensors_are_points);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
