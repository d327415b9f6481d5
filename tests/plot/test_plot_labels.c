/* test_plot_labels.c - each label can be assigned to its line. */
#include "support/picture.h"

#include "plot/picture.h"

/* A curve that comes close to its limit, as that of a training run does, and a line at each height. */
static gd_plot *with_lines(const double *heights, const char *const labels[], int n)
{
    gd_plot *p = gd_plot_new("", "step", "accuracy");
    for (int i = 0; i < 100; i++)
        ck_assert(gd_plot_point(p, "a", i, 0.9 - 0.3 / (1 + i)));
    for (int i = 0; i < n; i++)
        ck_assert(gd_plot_hline(p, heights[i], labels ? labels[i] : NULL));
    ck_assert(gd_plot_legend(p, GD_LEGEND_NONE) && gd_plot_ylim(p, 0.6, 0.92));
    return p;
}

static bool overlap(gi_box a, gi_box b)
{
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

static double distance(gi_box label, double y)
{
    return y < label.top ? label.top - y : y > label.bottom ? y - label.bottom : 0;
}

/* No other line crosses a label, no label another, and its own line is the nearest one, or a pointer leads there. */
static void ck_own_line(const gi_reference *r, int n, int own)
{
    const gi_reference *a = &r[own];
    bool pointer = a->pointer.bottom > a->pointer.top;
    ck_assert_msg(a->label.right > a->label.left, "line %d has no label", own);
    ck_assert(!pointer || a->pointer.top == a->y || a->pointer.bottom == a->y);
    for (int i = 0; i < n; i++) {
        if (i == own)
            continue;
        ck_assert_msg(distance(a->label, r[i].y) > 1, "line %d crosses the label of line %d", i, own);
        ck_assert_msg(!overlap(a->label, r[i].label), "labels %d and %d overlap", i, own);
        ck_assert(!overlap(a->pointer, r[i].label));
        ck_assert_msg(pointer || distance(a->label, a->y) + 1 < distance(a->label, r[i].y),
                      "the label of line %d is as near to line %d", own, i);
    }
}

START_TEST(labels_stand_at_their_own_lines)
{
    static const struct { int n; double heights[8]; } cases[] = {
        { 3, { 0.90, 0.895, 0.885 } }, { 3, { 0.9, 0.8995, 0.8985 } }, { 2, { 0.7, 0.704 } }, { 2, { 0.919, 0.915 } },
        { 3, { 0.61, 0.604, 0.601 } }, { 4, { 0.7, 0.71, 0.72, 0.73 } }, { 3, { 0.7, 0.715, 0.73 } },
        { 8, { 0.8, 0.802, 0.804, 0.806, 0.808, 0.81, 0.812, 0.814 } }
    };
    static const char *const labels[] = { "Bayes", "human", "previous best", "what was reached by Gauss", "e", "f", "g",
                                          "h" };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int scale = 1; scale <= 2; scale++) {
            gi_canvas canvas;
            gi_reference placed[8];
            gi_box taken[16];
            gd_plot *p = with_lines(cases[k].heights, labels, cases[k].n);
            ck_assert(gi_canvas_start(&canvas, 900 * scale, 560 * scale));
            gi_panel panel = { .canvas = &canvas, .plot = p, .u = scale,
                               .outside = { 0, 0, canvas.width, canvas.height } };
            ck_assert(gi_panel_plan("test", &panel) && gi_draw_series(&panel, 0));
            ck_assert_int_eq(gi_place_references(&panel, placed, taken), cases[k].n);
            for (int i = 0; i < cases[k].n; i++)
                ck_own_line(placed, cases[k].n, i);
            gi_canvas_stop(&canvas);
            gd_plot_free(p);
        }
}
END_TEST

/* In the picture: a label changes the other lines nowhere but where a pointer crosses them. */
START_TEST(no_label_is_struck_through)
{
    static const double heights[] = { 0.90, 0.895, 0.885 };
    gd_plot *bare = with_lines(heights, NULL, 3);
    picture without = drawn(bare);
    for (int own = 0; own < 3; own++) {
        const char *labels[3] = { NULL };
        labels[own] = "previous best";
        gd_plot *labelled = with_lines(heights, labels, 3);
        picture with = drawn(labelled);
        int changed = 0;
        for (int i = 0; i < 3; i++) {
            double column, row;
            ck_assert(gd_plot_where(bare, 0, heights[i], &column, &row));
            for (int x = 0; x < with.width && i != own; x++)
                changed += memcmp(pixel(with, x, row), pixel(without, x, row), 3) != 0;
        }
        ck_assert_msg(changed < 8, "%d pixels of other lines changed by label %d", changed, own);
        discard(with);
        gd_plot_free(labelled);
    }
    discard(without);
    gd_plot_free(bare);
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: labels of lines", &cases);
    tcase_add_test(cases, labels_stand_at_their_own_lines);
    tcase_add_test(cases, no_label_is_struck_through);
    return run_suite(suite);
}
