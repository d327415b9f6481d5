/* test_plot_bounds.c - nothing is cut off at the edge of the picture: legends of many series, long texts, numbers
 * at the end of an axis; data far from 0 keep their shape, log axes have enough labels, and a plot without points
 * says so. */
#include "support/picture.h"

#include "plot/picture.h"

/* ---- Texts --------------------------------------------------------------------------------------------- */

static const gi_type type = { .size = 15 };

static void ck_lines(gi_fitted f, double width, int n, const char *const lines[])
{
    ck_assert_int_eq(f.n, n);
    for (int i = 0; i < n; i++) {
        ck_assert_str_eq(f.line[i], lines[i]);
        ck_assert(gi_text_width(f.line[i], type) <= width);
    }
}

#define LINES(...) (sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), (const char *const[]){ __VA_ARGS__ }

START_TEST(texts_are_broken_at_spaces)
{
    double wide = gi_text_width("one two three", type);
    ck_lines(gi_fit("one two three", type, wide, 1), wide, LINES("one two three"));
    ck_lines(gi_fit("one two three four five", type, wide, 2), wide, LINES("one two three", "four five"));
    ck_lines(gi_fit("one two three four five", type, wide, 1), wide, LINES("one two thr…"));
    ck_lines(gi_fit("one\ntwo", type, wide, 2), wide, LINES("one", "two"));
    ck_lines(gi_fit("one\ntwo", type, wide, 1), wide, LINES("one…"));
    ck_lines(gi_fit("   one   ", type, wide, 1), wide, LINES("one"));
    ck_lines(gi_fit("onetwothreefourfivesix", type, wide, 2), wide, LINES("onetwothreef", "ourfivesix"));
    ck_assert_int_eq(gi_fit("", type, wide, 3).n, 0);
    ck_lines(gi_fit("ööööööööööö", type, gi_text_width("ööö…", type), 1), wide, LINES("ööö…"));
    gi_fitted narrow = gi_fit("abc", type, 0, 3);           /* narrower than any letter: it still terminates */
    ck_assert_int_eq(narrow.n, 3);
    ck_assert_str_eq(narrow.line[0], "a");
    char longest[3000];
    memset(longest, 'i', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    gi_fitted f = gi_fit(longest, type, 1e9, 2);
    ck_assert_int_eq(f.n, 2);
    ck_assert(strlen(f.line[0]) > 1000 && strcmp(f.line[1] + strlen(f.line[1]) - 3, "…") == 0);
}
END_TEST

/* ---- Nothing at the edge ------------------------------------------------------------------------------------ */

/* The outermost two rows and columns of pixels are white: what is cut there would show. */
static void ck_white_rim(gd_plot *p)
{
    picture seen = drawn(p);
    for (int i = 0; i < seen.width; i++)
        for (int k = 0; k < 2; k++) {
            ck_colour(pixel(seen, i, k), white);
            ck_colour(pixel(seen, i, seen.height - 1 - k), white);
        }
    for (int i = 0; i < seen.height; i++)
        for (int k = 0; k < 2; k++) {
            ck_colour(pixel(seen, k, i), white);
            ck_colour(pixel(seen, seen.width - 1 - k, i), white);
        }
    discard(seen);
}

static gd_plot *with_series(int n)
{
    gd_plot *p = gd_plot_new("many", "x", "y");
    char name[40];
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            snprintf(name, sizeof name, "series number %d", i);
            ck_assert(gd_plot_point(p, name, k, i));
        }
    return p;
}

static gi_panel planned(const gd_plot *p, int width, int height)
{
    gi_panel panel = { .plot = p, .u = 1, .outside = { 0, 0, width, height } };
    ck_assert(gi_panel_plan("test", &panel));
    return panel;
}

START_TEST(a_long_legend_gets_columns)
{
    static const gd_legend places[] = { GD_LEGEND_AUTO, GD_LEGEND_OUTSIDE, GD_LEGEND_TOP_RIGHT,
                                        GD_LEGEND_BOTTOM_LEFT };
    static const int counts[] = { 1, 19, 22, 30, 36, 200 };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
            gd_plot *p = with_series(counts[i]);
            ck_assert(gd_plot_legend(p, places[k]));
            ck_white_rim(p);
            gi_panel panel = planned(p, 900, 560);
            gi_box f = panel.frame;
            ck_assert_int_eq(panel.key.listed, counts[i]);
            ck_assert_int_eq(panel.key.shown == counts[i], counts[i] <= 36);
            ck_assert(panel.key.height <= f.bottom - f.top && f.right - f.left > 300);
            ck_assert(panel.key.outside ? f.right + panel.key.width <= 900
                                        : panel.key.width <= f.right - f.left);
            ck_assert_int_eq(panel.key.outside, places[k] == GD_LEGEND_OUTSIDE ||
                                                (places[k] == GD_LEGEND_AUTO && counts[i] > 1));
            gd_plot_free(p);
        }
    gd_plot *p = with_series(30);                   /* a small picture still tells how many there are */
    ck_assert(gd_plot_size(p, 200, 160));
    ck_white_rim(p);
    ck_assert_int_lt(planned(p, 200, 160).key.shown, 30);
    ck_assert(gd_plot_legend(p, GD_LEGEND_OUTSIDE));
    ck_white_rim(p);
    gd_plot_free(p);
}
END_TEST

/* Each entry of a legend in columns has a sample in the colour of its series, and the last row counts the rest. */
START_TEST(every_entry_is_drawn)
{
    gd_plot *p = with_series(30);
    char name[40];
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "series number %d", i);
        ck_assert(gd_plot_style(p, name, (gd_plot_look){ .line = GD_SOLID, .width = 5 }));
    }
    ck_assert(gd_plot_legend(p, GD_LEGEND_OUTSIDE));
    gi_panel panel = planned(p, 900, 560);
    picture seen = drawn(p);
    static const unsigned char palette[7][3] = { { 0, 114, 178 }, { 230, 159, 0 }, { 0, 158, 115 }, { 213, 94, 0 },
                                                 { 204, 121, 167 }, { 0, 0, 0 }, { 86, 180, 233 } };
    for (int i = 0; i < 30; i++) {
        double x = panel.frame.right + 12 + 10 + 15 + i / panel.key.rows * panel.key.column_width;
        double y = panel.frame.top + 5 + 11 + i % panel.key.rows * 22;
        ck_colour(pixel(seen, x, y), palette[i % 7]);
    }
    discard(seen);
    gd_plot_free(p);
}
END_TEST

#define LONG "words and words and words and words and words and words and words and words and words and words and " \
             "words and words and words and words and words and words and words and words and words and words and " \
             "words and words and words and words and words and words and words and words and words and words "

START_TEST(long_texts_stay_in_the_picture)
{
    gd_plot *p = gd_plot_new(LONG LONG, LONG, LONG), *short_title = gd_plot_new("short", "x", "y");
    ck_assert(gd_plot_point(p, LONG, 0, 0) && gd_plot_point(p, LONG, 1, 1));
    ck_assert(gd_plot_hline(p, 0.5, LONG) && gd_plot_note(p, 1, 1, LONG));
    ck_assert(gd_plot_note(p, 0.9, 0.2, "at the right"));
    ck_white_rim(p);
    gi_panel panel = planned(p, 900, 560);
    ck_assert_int_eq(panel.title.n, 3);
    ck_assert_int_eq(panel.x_label.n, 2);
    ck_assert_int_eq(panel.y_label.n, 2);
    ck_assert(strstr(panel.title.line[2], "…"));
    for (int legend = GD_LEGEND_AUTO; legend <= GD_LEGEND_OUTSIDE; legend++) {
        ck_assert(gd_plot_legend(p, (gd_legend)legend));
        ck_white_rim(p);
    }
    ck_assert(gd_plot_point(short_title, "a", 0, 1));
    gd_plot *grid[2] = { short_title, p };
    ck_assert(gd_plot_save_grid(grid, 1, 2, LONG LONG, path));
    picture seen = load_picture(path);
    for (int i = 0; i < seen.height; i++)
        for (int k = 0; k < 2; k++) {
            ck_colour(pixel(seen, k, i), white);
            ck_colour(pixel(seen, seen.width - 1 - k, i), white);
        }
    discard(seen);
    gd_plot_free(p);
    gd_plot_free(short_title);
}
END_TEST

START_TEST(the_last_number_is_whole)
{
    static const double ends[] = { 1e5, 99999, 80000, 12345678, 1e-7, 0.30000001 };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (int scale = 1; scale <= 2; scale++) {
            gd_plot *p = gd_plot_new("", "", "");
            ck_assert(gd_plot_size(p, 300, 200) && gd_plot_scale(p, scale));
            ck_assert(gd_plot_xlim(p, -ends[i], ends[i]));
            gd_plot_point(p, "", 0, 1);
            gd_plot_point(p, "", ends[i], 2);
            ck_white_rim(p);
            gd_plot_free(p);
        }
}
END_TEST

/* Panels above each other, with numbers of different widths: their axes are aligned. */
START_TEST(frames_of_a_column_begin_together)
{
    gd_plot *grid[4];
    const double heights[4] = { 0.5, 20000, 3, -0.00125 };
    for (int i = 0; i < 4; i++) {
        grid[i] = gd_plot_new("", "", "");
        ck_assert(gd_plot_xlim(grid[i], 0, 1) && gd_plot_legend(grid[i], GD_LEGEND_NONE));
        ck_assert(gd_plot_size(grid[i], 300, 200));
        gd_plot_style(grid[i], "a", (gd_plot_look){ .line = GD_SOLID, .width = 6 });
        for (int k = 0; k < 2; k++)
            gd_plot_point(grid[i], "a", k, heights[i]);
    }
    ck_assert(gd_plot_save_grid(grid, 4, 1, NULL, path));
    picture seen = load_picture(path);
    int first[4];
    for (int i = 0; i < 4; i++) {
        first[i] = seen.width;
        for (int row = 200 * i; row < 200 * (i + 1); row++)
            for (int column = 0; column < first[i]; column++)
                if (is_colour(pixel(seen, column, row), blue, 12))
                    first[i] = column;
        ck_assert_int_gt(first[i], 20);
        ck_assert_int_eq(first[i], first[0]);
        gd_plot_free(grid[i]);
    }
    discard(seen);
}
END_TEST

/* Lines across the whole width: the only free space is between them, in no corner and no middle. */
START_TEST(the_legend_looks_along_the_sides)
{
    static const double levels[4] = { 0.84, 0.765, 0.486, 0.07 };
    static const char *const names[4] = { "one", "two", "three", "four" };
    gd_plot *p = gd_plot_new("", "step", "x");
    ck_assert(gd_plot_size(p, 560, 400) && gd_plot_xlim(p, 0, 1) && gd_plot_ylim(p, 0, 1));
    for (int i = 0; i < 4; i++) {
        gd_plot_style(p, names[i], (gd_plot_look){ .line = GD_SOLID, .colour = GD_BLUE });
        for (int k = 0; k < 2; k++)
            gd_plot_point(p, names[i], k, levels[i]);
    }
    picture seen = drawn(p);
    for (int i = 0; i < 4; i++)
        for (double x = 0.02; x < 0.99; x += 0.02)
            ck_colour(pixel_at(p, seen, x, levels[i]), blue);
    discard(seen);
    gd_plot_free(p);
}
END_TEST

/* The legend keeps clear of a note, as of data. */
START_TEST(the_legend_covers_no_note)
{
    gd_plot *p = gd_plot_new("", "", "");
    ck_assert(gd_plot_xlim(p, 0, 1) && gd_plot_ylim(p, 0, 1));
    gd_plot_point(p, "a", 0.5, 0.5);
    ck_assert(gd_plot_note(p, 0.88, 0.95, "MMMMMMM"));      /* the legend's first choice */
    ck_assert(gd_plot_legend(p, GD_LEGEND_NONE));
    picture without = drawn(p);
    ck_assert(gd_plot_legend(p, GD_LEGEND_AUTO));
    picture with = drawn(p);
    double left, right, top, bottom;
    ck_assert(gd_plot_where(p, 0.88, 0.95, &left, &bottom) && gd_plot_where(p, 0.97, 0.98, &right, &top));
    for (int x = (int)left; x < right; x++)
        for (int y = (int)top; y < bottom; y++)
            ck_colour(pixel(with, x, y), pixel(without, x, y));
    discard(with);
    discard(without);
    gd_plot_free(p);
}
END_TEST

/* ---- Axes ---------------------------------------------------------------------------------------------------- */

START_TEST(labels_count_from_a_common_offset)
{
    static const struct { double low, high; const char *note, *first; } cases[] = {
        { 1e9, 1e9 + 4e-3, "+10⁹", "0.000" }, { 1.7e9, 1.7e9 + 480, "+1.7×10⁹", "0" },
        { -1e9 - 4e-3, -1e9, "−10⁹", "−0.004" }, { 123456.78, 123456.79, "+123456.78", "0.000" },
        { 1e3, 1e3 + 3e-8, "×10⁻⁸ + 1000", "0" }, { 20250101, 20250131, "+20250100", "0" },
        { 0.241688, 0.2417, "×10⁻⁶ + 0.24169", "0" }, { 0.24168, 0.2417, "×10⁻⁶ + 0.2416", "80" },
        { -0.2417, -0.241688, "×10⁻⁶ − 0.24169", "−10" }, { 0.5, 0.50002, "×10⁻⁶ + 0.5", "0" },
        { 0.2416, 0.2428, "", "0.2415" }, { 0, 5, "", "0" }, { 999.5, 1000.5, "", "999.6" }, { -3, 1e9, "×10⁹", "0.0" }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gi_axis a;
        gi_axis_choose(&a, cases[i].low, cases[i].high, NAN, NAN, false, 0, 6);
        int first = 0;
        while (!a.ticks[first].major)
            first++;
        ck_assert_msg(strcmp(a.note, cases[i].note) == 0 && strcmp(a.ticks[first].label, cases[i].first) == 0,
                      "%.17g .. %.17g: note \"%s\", first label \"%s\"", cases[i].low, cases[i].high, a.note,
                      a.ticks[first].label);
    }
}
END_TEST

START_TEST(small_differences_of_large_numbers_show)
{
    gd_plot *p = gd_plot_new("", "", "");
    for (int i = 0; i < 5; i++)
        ck_assert(gd_plot_point(p, "a", i, 1e9 + i * 1e-3));
    ck_white_rim(p);
    double column, row, before = INFINITY;
    for (int i = 0; i < 5; i++) {
        ck_assert(gd_plot_where(p, i, 1e9 + i * 1e-3, &column, &row));
        ck_assert_msg(before - row > 60, "row %g after %g", row, before);
        before = row;
    }
    gd_plot_free(p);
}
END_TEST

START_TEST(log_axes_have_three_labels)
{
    uint64_t state = 7;
    for (int round = 0; round < 2000; round++) {
        double low = pow(10, (double)draw(&state, 12000) / 1000 - 6);
        double decades = (double)(draw(&state, 3000) + 50) / 1000;
        int most = (int)draw(&state, 7) + 4, labels = 0;
        gi_axis a;
        gi_axis_choose(&a, low, low * pow(10, decades), NAN, NAN, true, 0.03, most);
        for (int i = 0; i < a.n; i++)
            labels += a.ticks[i].major;
        ck_assert_msg(labels >= 3, "%d labels on %g .. %g, at most %d", labels, a.low, a.high, most);
        gi_axis_choose(&a, low, low * pow(10, decades), low, low * pow(10, decades), true, 0, most + 4);
        for (labels = 0; a.n-- > 0;)
            labels += a.ticks[a.n].major;
        ck_assert_msg(labels >= 3, "%d labels on %g .. %g, at most %d", labels, a.low, a.high, most + 4);
    }
}
END_TEST

/* ---- Nothing to draw ------------------------------------------------------------------------------------------ */

static void ck_says(gd_plot *p, const char *text)
{
    gi_panel panel = planned(p, 900, 560);
    ck_assert_str_eq(panel.empty, text);
    picture seen = drawn(p);
    int letters = 0;
    for (int x = 350; x < 550; x++)
        for (int y = 250; y < 300; y++)
            letters += is_colour(pixel(seen, x, y), (const unsigned char[3]){ 110, 110, 110 }, 12);
    ck_assert_msg(letters > 60, "%d grey pixels", letters);
    discard(seen);
}

/* Both ends are fixed and beyond 1e300, where axes end, or nearer than 1e-300 to each other. */
START_TEST(axes_beyond_what_they_can_show_are_drawn)
{
    for (int k = 0; k < 5; k++) {
        gd_plot *p = gd_plot_new("", "", "");
        ck_good(gd_plot_point(p, "a", 1, 2) && gd_plot_second_y(p, "b", "") && gd_plot_point(p, "b", 1, 2));
        gd_tensor *one = gd_ones(GD_SHAPE(1));
        ck_good(k == 0 ? gd_plot_ylim(p, 1e301, 1e302) : k == 1 ? gd_plot_xlim(p, -1e305, -1e302)
                : k == 2 ? gd_plot_second_ylim(p, 1e303, 1e306)
                : gd_plot_scatter_values(p, "c", one, one, one) && gd_plot_zlim(p, 1e304, 1e305));
        ck_good(k < 4 || gd_plot_log_z(p, true));
        discard(drawn(p));
        gd_plot_free(p);
    }
    gd_shutdown();
}
END_TEST

START_TEST(a_plot_without_points_says_so)
{
    gd_on_error(gd_abort);                          /* a run that diverged must still be able to save its plot */
    gd_plot *p = gd_plot_new("Loss", "x", "y");
    ck_says(p, "no points");
    gd_plot_point(p, "a", NAN, 1);
    gd_plot_point(p, "a", 1, INFINITY);
    ck_says(p, "no finite point");
    ck_assert(gd_plot_hline(p, 2e-3, "optimum"));
    ck_says(p, "no finite point");
    gd_plot_point(p, "a", 0, -1);
    gd_plot_log_y(p, true);
    ck_says(p, "no point with y > 0");
    gd_plot_log_x(p, true);
    ck_says(p, "no point with x > 0 and y > 0");
    gd_plot_log_y(p, false);
    ck_says(p, "no point with x > 0");
    gd_plot_log_x(p, false);
    ck_assert_ptr_null(planned(p, 900, 560).empty);
    gd_plot_free(p);
    p = gd_plot_new("Loss", "x", "y");
    ck_assert(gd_plot_point(p, "a", 1, NAN) && gd_plot_xlim(p, 5, NAN) && gd_plot_ylim(p, NAN, -5));
    ck_says(p, "no finite point");
    gd_plot_free(p);
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: what must fit", &cases);
    tcase_add_test(cases, texts_are_broken_at_spaces);
    tcase_add_test(cases, a_long_legend_gets_columns);
    tcase_add_test(cases, every_entry_is_drawn);
    tcase_add_test(cases, long_texts_stay_in_the_picture);
    tcase_add_test(cases, the_last_number_is_whole);
    tcase_add_test(cases, frames_of_a_column_begin_together);
    tcase_add_test(cases, the_legend_looks_along_the_sides);
    tcase_add_test(cases, the_legend_covers_no_note);
    tcase_add_test(cases, labels_count_from_a_common_offset);
    tcase_add_test(cases, small_differences_of_large_numbers_show);
    tcase_add_test(cases, log_axes_have_three_labels);
    tcase_add_test(cases, axes_beyond_what_they_can_show_are_drawn);
    tcase_add_test(cases, a_plot_without_points_says_so);
    return run_suite(suite);
}
