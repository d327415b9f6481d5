/* test_plot_overlap.c - nothing overlaps: the note of an axis and its label, a legend and the data, the frames of a
 * grid. */
#include "support/picture.h"

#include "plot/picture.h"

static gi_panel planned(const gd_plot *p, int width, int height)
{
    gi_panel panel = { .plot = p, .u = 1, .outside = { 0, 0, width, height } };
    ck_assert(gi_panel_plan("test", &panel));
    return panel;
}

/* ---- The note of the x axis --------------------------------------------------------------------------- */

/* As panel.c places them: the note directly below the numbers, the lines of the label up from the lower edge. */
static void ck_note_apart(const gi_panel *panel)
{
    gi_type number = gi_type_of(GI_NUMBER_SIZE, GI_RIGHT), label = gi_type_of(GI_LABEL_SIZE, GI_CENTRE);
    double widest = 0, cap = gi_text_cap(label), height = floor(GI_LEADING * cap);
    for (int i = 0; i < panel->x_label.n; i++)
        widest = fmax(widest, gi_text_width(panel->x_label.line[i], label));
    double middle = fmin((panel->frame.left + panel->frame.right) / 2, panel->outside.right - widest / 2 - 6);
    double note = panel->frame.bottom + 20 + 2 * gi_text_cap(number);
    for (int i = 0; i < panel->x_label.n; i++) {
        double right = middle + gi_text_width(panel->x_label.line[i], label) / 2;
        double top = panel->outside.bottom - 14 - (panel->x_label.n - 1 - i) * height - cap;
        double left = panel->frame.right - gi_text_width(panel->x.note, number);
        ck_assert_msg(!*panel->x.note || right + 4 < left || note + 3 < top,
                      "\"%s\" is written over \"%s\"", panel->x.note, panel->x_label.line[i]);
    }
    ck_assert(!*panel->x.note || note + 3 < panel->outside.bottom);
}

START_TEST(a_note_keeps_clear_of_the_label)
{
    static const char *const labels[] = {
        "", "step", "Number of gradient steps since the beginning of the run",
        "Number of gradient steps since the beginning of the training run, each on a minibatch of 256",
        "Number of gradient steps since the beginning, each on a minibatch of 256, over all of the data and copies",
        "steps\nsince the beginning of the training run, each on a minibatch of 256"
    };
    static const double ends[][2] = { { 0, 1e7 }, { 1e9, 1e9 + 1e-3 }, { -1e300, 1e300 }, { 0, 1 } };
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
            for (int width = 300; width <= 900; width += 40) {
                gd_plot *p = gd_plot_new("", labels[i], "loss");
                gd_plot_point(p, "a", ends[k][0], 0);
                gd_plot_point(p, "a", ends[k][1], 1);
                gi_panel panel = planned(p, width, 320);
                ck_assert_int_eq(*panel.x.note != '\0', k < 3);
                ck_note_apart(&panel);
                gd_plot_free(p);
            }
}
END_TEST

/* ---- Grids ---------------------------------------------------------------------------------------------- */

/* The first and the last row of pixels, of those from `top` on, that has a long piece of a frame. */
static void find_frame(picture seen, int left, int right, int top, int bottom, int *first, int *last)
{
    static const unsigned char frame[3] = { 60, 60, 60 };
    *first = *last = -1;
    for (int row = top; row < bottom; row++) {
        int n = 0;
        for (int column = left; column < right; column++)
            n += is_colour(pixel(seen, column, row), frame, 3);
        if (n < (right - left) / 3)
            continue;
        *first = *first < 0 ? row : *first;
        *last = row;
    }
}

START_TEST(frames_of_a_row_begin_and_end_together)
{
    static const char *const x_labels[] = { "", "x", "a label\nin two lines", "x" };
    static const char *const titles[] = { "", "A", "", "B" };
    static const double factors[] = { 1, 1e7, 1e-6, 1 };
    gd_plot *grid[8];
    for (int i = 0; i < 8; i++) {
        int kind = (i * 3 + i / 4) % 4;
        grid[i] = gd_plot_new(titles[kind], x_labels[kind], "y");
        ck_assert(gd_plot_size(grid[i], 300, 200));
        for (int k = 0; k < 2; k++)
            gd_plot_point(grid[i], "", k * factors[(i + 1) % 4], k * factors[kind]);
    }
    ck_assert(gd_plot_save_grid(grid, 2, 4, NULL, path));
    picture seen = load_picture(path);
    for (int i = 0; i < 8; i++) {
        int first, last, first_of_row, last_of_row, row = i / 4 * 200;
        find_frame(seen, i % 4 * 300, i % 4 * 300 + 300, row, row + 200, &first, &last);
        find_frame(seen, 0, 300, row, row + 200, &first_of_row, &last_of_row);
        ck_assert_int_gt(last, first + 50);
        ck_assert_int_eq(first, first_of_row);
        ck_assert_int_eq(last, last_of_row);
        gd_plot_free(grid[i]);
    }
    discard(seen);
}
END_TEST

/* ---- The legend ------------------------------------------------------------------------------------------ */

/* Curves that end all along the right side, and leave no corner free for so many names. */
START_TEST(an_automatic_legend_hides_no_data)
{
    for (int n = 3; n <= 15; n += 6) {
        gd_plot *p = gd_plot_new("", "epoch", "loss");
        char name[40];
        ck_assert(gd_plot_log_y(p, true));
        for (int s = 0; s < n; s++) {
            snprintf(name, sizeof name, "series %d", s);
            gd_plot_style(p, name, (gd_plot_look){ .line = GD_SOLID, .colour = GD_BLUE, .width = 3 });
            for (int i = 0; i < 30; i++)
                gd_plot_point(p, name, i, 1 / (1 + i * 0.05 * (s + 1)));
        }
        picture seen = drawn(p);
        for (int s = 0; s < n; s++)
            for (int i = 1; i < 30; i++)
                ck_colour(pixel_at(p, seen, i, 1 / (1 + i * 0.05 * (s + 1))), blue);
        gi_panel panel = planned(p, 900, 560);
        ck_assert_int_eq(panel.key.listed, n);
        ck_assert_int_eq(panel.key.outside, n > 9);
        discard(seen);
        gd_plot_free(p);
    }
}
END_TEST

/* Points without a line count as well. */
START_TEST(a_legend_hides_no_markers)
{
    gd_plot *p = gd_plot_new("", "", "");
    ck_assert(gd_plot_ylim(p, 0, 40));
    gd_plot_style(p, "series", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_SQUARE });
    for (int i = 0; i <= 40; i++)
        for (int k = 0; k <= 40; k++)
            gd_plot_point(p, "series", i, k);
    ck_assert(planned(p, 900, 560).key.outside);
    ck_assert(gd_plot_legend(p, GD_LEGEND_TOP_LEFT));
    ck_assert(!planned(p, 900, 560).key.outside);
    gd_plot_free(p);
}
END_TEST

/* Curves in many ways: an automatic legend in the frame hides none of them, unless it hides something everywhere and is
 * too wide to stand beside the frame. */
START_TEST(the_legend_hides_no_curve_where_there_is_room)
{
    uint64_t state = 7;
    int inside = 0;
    for (int t = 0; t < 60; t++) {
        gd_plot *p = gd_plot_new("t", "x", "y");
        gd_plot_size(p, t % 2 ? 460 : 900, t % 2 ? 330 : 560);
        for (int k = 0; k < 1 + t % 5; k++) {
            char name[20];
            double number[3];
            snprintf(name, sizeof name, "series %d", k);
            for (int j = 0; j < 3; j++) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                number[j] = (double)(state >> 40) / (1 << 24);
            }
            for (int i = 0; i < 100; i++) {
                double x = i / 100.0, y[3] = { exp(-5 * number[0] * x) + number[1], sin(18 * number[0] * x) + number[1],
                                               3 * number[0] * (x - number[1]) * (x - number[2]) };
                gd_plot_point(p, name, x, y[t % 3]);
            }
        }
        gi_panel panel = { .plot = p, .u = 1, .outside = { 0, 0, t % 2 ? 460 : 900, t % 2 ? 330 : 560 } };
        double hidden = 0;
        ck_assert(gi_panel_plan("test", &panel));
        if (!panel.key.outside) {
            ck_assert(gi_hidden(&panel, &panel.key.box, 1, &hidden));
            ck_assert_msg(hidden <= 0.5, "plot %d: the legend hides %g pixels of lines", t, hidden);
            inside++;
        }
        gd_plot_free(p);
    }
    ck_assert(inside > 30 && inside < 60);
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: everything in its place", &cases);
    tcase_add_test(cases, a_note_keeps_clear_of_the_label);
    tcase_add_test(cases, frames_of_a_row_begin_and_end_together);
    tcase_add_test(cases, an_automatic_legend_hides_no_data);
    tcase_add_test(cases, a_legend_hides_no_markers);
    tcase_add_test(cases, the_legend_hides_no_curve_where_there_is_room);
    return run_suite(suite);
}
