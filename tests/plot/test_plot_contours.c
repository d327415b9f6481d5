/* test_plot_contours.c - contours of a function and of a tensor lie at their levels, and several plots are arranged
 * in rows and columns. */
#include "support/picture.h"

/* ---- Contours and panels ------------------------------------------------------------------------------- */

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
    ck_colour(pixel_at(p, seen, -2, -2), blue);     /* the marker */
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
        ck_refused(gd_plot_contour_grid(p, gd_zeros(GD_SHAPE(5)), 0, 1, 0, 1),
                   "gd_plot_contour_grid: z is [5]: [rows, columns] expected");
        ck_refused(gd_plot_contour_grid(p, gd_zeros(GD_SHAPE(1, 5)), 0, 1, 0, 1),
                   "gd_plot_contour_grid: z has 1 row and 5 columns: 2 to 10000 of each expected");
    }
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 0.02, 0.02), white);            /* the hole */
    ck_assert(pixel_at(p, seen, 0.83, 1.23)[0] < pixel_at(p, seen, 3.23, 1.23)[0] - 20);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

static double saddle(double x, double y, void *context)
{
    (void)context;
    return x * y;
}

/* On a grid of 2 x 2 each cell is a saddle: two corners are high, two are low, and the lines must not cross. */
START_TEST(contours_of_a_saddle)
{
    gd_plot *p = gd_plot_new("", "", "");
    gd_tensor *z = gd_from(GD_SHAPE(2, 2), (gd_real[]){ 4, 0, 0, 3 });
    double levels[] = { 1 };
    ck_assert(gd_plot_contour_grid(p, z, 0, 1, 0, 1) && gd_plot_levels(p, levels, 1, false));
    picture seen = drawn(p);
    /* the middle, 7/4, is above the level: it joins the high corners, (0, 0) and (1, 1), and the low ones are cut
     * off by lines from (0.75, 0) to (1, 1/3) and from (0, 0.75) to (1/3, 1) */
    static const double on[][2] = { { 0.76, 0.04 / 3 }, { 0.99, 0.96 / 3 }, { 0.875, 1.0 / 6 }, { 0.04 / 3, 0.76 },
                                    { 1.0 / 6, 0.875 } };
    static const double off[][2] = { { 0.5, 0.5 }, { 0.25, 0.25 }, { 0.7, 0.7 }, { 0.95, 0.05 }, { 0.05, 0.95 } };
    for (size_t i = 0; i < 5; i++) {
        double column, row;
        int darkest = 255, there = 255;
        ck_assert(gd_plot_where(p, on[i][0], on[i][1], &column, &row));
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++)
                darkest = (int)fmin(darkest, pixel(seen, column + dx, row + dy)[0]);
        ck_assert_msg(darkest < 172, "no line at (%g, %g): %d", on[i][0], on[i][1], darkest);
        there = pixel_at(p, seen, off[i][0], off[i][1])[0];
        ck_assert_msg(there > 172, "a line at (%g, %g): %d", off[i][0], off[i][1], there);
    }
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* Labels stand on their lines, apart from each other; a level that the function does not reach has none. */
START_TEST(contours_have_labels)
{
    gd_plot *p = gd_plot_new("", "", "");
    double levels[] = { -2, -1, -0.5, 0.5, 1, 2, 50 };
    ck_assert(gd_plot_contour(p, saddle, NULL, -2, 2, -2, 2) && gd_plot_levels(p, levels, 7, false));
    picture without = drawn(p);
    ck_assert(gd_plot_levels(p, levels, 7, true));
    picture with = drawn(p);
    int changed = 0, dark = 0;
    for (int i = 0; i < with.width * with.height; i++) {
        changed += memcmp(&with.rgb[3 * i], &without.rgb[3 * i], 3) != 0;
        dark += with.rgb[3 * i] < 90 && without.rgb[3 * i] >= 90;
    }
    ck_assert_msg(changed > 400 && changed < 20000 && dark > 60, "%d changed, %d dark", changed, dark);
    discard(with);
    discard(without);
    gd_plot_free(p);
}
END_TEST

static double rosenbrock(double x, double y, void *context)
{
    (void)context;
    return 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x);
}

static int darkest_near(gd_plot *p, picture seen, double x, double y, int reach)
{
    double column, row;
    int darkest = 255;
    ck_assert(gd_plot_where(p, x, y, &column, &row));
    for (int dy = -reach; dy <= reach; dy++)
        for (int dx = -reach; dx <= reach; dx++)
            darkest = (int)fmin(darkest, pixel(seen, column + dx, row + dy)[0]);
    return darkest;
}

/* The tip of a valley narrower than a cell of the sampling grid: the line is not broken there, */
START_TEST(a_narrow_valley_is_whole)
{
    double level = 0.1;
    gd_plot *p = gd_plot_new("", "", "");
    ck_assert(gd_plot_contour(p, rosenbrock, NULL, -2, 2, -1, 3) && gd_plot_levels(p, &level, 1, false));
    ck_assert(gd_plot_scale(p, 2));
    picture seen = drawn(p);
    for (double x = 0.69; x < 1.312; x += 0.002) {
        double half = sqrt((level - (1 - x) * (1 - x)) / 100);
        for (int side = -1; side <= 1; side += 2) {
            int darkest = darkest_near(p, seen, x, x * x + side * half, 1);
            ck_assert_msg(darkest < 150, "no line at (%g, %g): %d", x, x * x + side * half, darkest);
        }
    }
    discard(seen);
    gd_plot_free(p);
}
END_TEST

/* nor does a label cover a valley's tip, both of its sides, or a small ring. */
START_TEST(no_label_hides_its_contour)
{
    double tip[] = { 0.1, 1, 10, 100, 1000 }, ring[] = { 0.002, 4 }, zero = 0;
    gd_plot *valley = gd_plot_new("", "", ""), *rings = gd_plot_new("", "", "");
    ck_assert(gd_plot_contour(valley, rosenbrock, NULL, -2, 2, -1, 3) && gd_plot_levels(valley, tip, 5, true));
    ck_assert(gd_plot_contour(rings, bowl, &zero, -3, 3, -3, 3) && gd_plot_levels(rings, ring, 2, true));
    ck_assert(gd_plot_size(valley, 450, 280) && gd_plot_scale(valley, 3));
    picture seen = drawn(valley);
    for (double x = 0.69; x < 1.31; x += 0.002) {
        double half = sqrt((tip[0] - (1 - x) * (1 - x)) / 100);
        ck_assert_int_lt(darkest_near(valley, seen, x, x * x - half, 1), 150);
        ck_assert_int_lt(darkest_near(valley, seen, x, x * x + half, 1), 150);
    }
    discard(seen);
    seen = drawn(rings);
    for (double angle = 0; angle < 6.28; angle += 0.1)
        ck_assert_int_lt(darkest_near(rings, seen, sqrt(ring[0]) * cos(angle), sqrt(ring[0]) * sin(angle), 1), 172);
    ck_assert(gd_plot_levels(rings, ring, 2, false));
    picture bare = drawn(rings);
    int changed = 0;
    for (int i = 0; i < seen.width * seen.height; i++)
        changed += memcmp(&seen.rgb[3 * i], &bare.rgb[3 * i], 3) != 0;
    ck_assert_int_gt(changed, 40);                  /* the large ring has its label */
    discard(seen);
    discard(bare);
    gd_plot_free(valley);
    gd_plot_free(rings);
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
    picture seen = load_picture(path);
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
    seen = load_picture(path);
    ck_assert_int_eq(seen.width, 2 * 460 + 600);
    ck_assert_int_gt(seen.height, 2 * 330 + 20);
    discard(seen);
    for (int i = 0; i < 5; i++)
        gd_plot_free(panels[i]);
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: contours and panels", &cases);
    tcase_add_test(cases, contours_lie_at_their_levels);
    tcase_add_test(cases, contours_of_a_tensor_are_the_same);
    tcase_add_test(cases, contours_of_a_saddle);
    tcase_add_test(cases, contours_have_labels);
    tcase_add_test(cases, a_narrow_valley_is_whole);
    tcase_add_test(cases, no_label_hides_its_contour);
    tcase_add_test(cases, panels_stand_in_rows_and_columns);
    return run_suite(suite);
}
