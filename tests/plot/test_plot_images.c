/* test_plot_images.c - heat maps, confusion matrices and grids of images have the colours of their values in the right
 * places; every chart can be saved at any size, as SVG too, and leaves the plot whole when memory is out. */
#include "support/picture.h"

static const unsigned char dark[3] = { 68, 1, 84 }, light[3] = { 253, 231, 37 }, missing[3] = { 205, 205, 205 },
                           vermillion[3] = { 213, 94, 0 };

static gd_tensor *matrix(int64_t rows, int64_t columns, const gd_real *values)
{
    return gd_from(GD_SHAPE(rows, columns), values);
}

/* ---- Heat maps ---------------------------------------------------------------------------------------------- */

START_TEST(cells_have_the_colours_of_their_values)
{
    gd_plot *p = gd_plot_new("", "", "");
    gd_tensor *z = matrix(2, 3, (gd_real[]){ 0, 10, (gd_real)NAN, (gd_real)INFINITY, (gd_real)-INFINITY, 5 });
    ck_good(gd_plot_heat(p, z, (gd_heat_look){ 0 }));
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 0.3, 0.3), dark);       /* (column, row) */
    ck_colour(pixel_at(p, seen, -0.3, -0.3), dark);
    ck_colour(pixel_at(p, seen, 1.3, 0.3), light);
    ck_colour(pixel_at(p, seen, 2.3, -0.3), missing);
    ck_colour(pixel_at(p, seen, 0.3, 1.3), light);
    ck_colour(pixel_at(p, seen, 1.3, 1.3), dark);
    double x, above, below;                 /* row 0 is the upper one */
    ck_good(gd_plot_where(p, 0, 0, &x, &above) && gd_plot_where(p, 0, 1, &x, &below));
    ck_assert(above < below);
    discard(seen);
    ck_good(gd_plot_zlim(p, -10, 0));
    seen = drawn(p);
    ck_colour(pixel_at(p, seen, 0.3, 0.3), light);
    ck_colour(pixel_at(p, seen, 1.3, 0.3), light);      /* beyond the end */
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(colours_may_follow_the_logarithm)
{
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_heat(p, matrix(1, 4, (gd_real[]){ 1, 100, 10, 0 }), (gd_heat_look){ 0 }) && gd_plot_log_z(p, true));
    picture seen = drawn(p);
    static const unsigned char middle[3] = { 33, 145, 140 };
    ck_colour(pixel_at(p, seen, 0.3, 0.3), dark);
    ck_colour(pixel_at(p, seen, 1.3, 0.3), light);
    ck_colour(pixel_at(p, seen, 2.3, 0.3), middle);
    ck_colour(pixel_at(p, seen, 3.3, 0.3), missing);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* Each of the colours is lighter than the one before it, in grey too. */
START_TEST(light_colours_are_high_values)
{
    gd_plot *p = gd_plot_new("", "", "");
    ck_good(gd_plot_heat(p, gd_reshape(gd_arange(0, 64, 1), GD_SHAPE(1, 64)), (gd_heat_look){ 0 }));
    picture seen = drawn(p);
    double before = -1;
    for (int j = 0; j < 64; j++) {
        const unsigned char *at = pixel_at(p, seen, j, 0.2);
        double luma = 0.299 * at[0] + 0.587 * at[1] + 0.114 * at[2];
        ck_assert_msg(luma > before, "cell %d: %g after %g", j, luma, before);
        before = luma;
    }
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(wrong_matrices_are_refused)
{
    static const char *const names[] = { "a", NULL };
    gd_plot *p = gd_plot_new("t", "", "");
    ck_refused(gd_plot_heat(p, gd_zeros(GD_SHAPE(3)), (gd_heat_look){ 0 }),
               "gd_plot_heat: z is [3]: [rows, columns] expected, 1 to 10000 of each");
    ck_refused(gd_plot_heat(p, gd_zeros(GD_SHAPE(3, 0)), (gd_heat_look){ 0 }),
               "gd_plot_heat: z is [3, 0]: [rows, columns] expected, 1 to 10000 of each");
    ck_refused(gd_plot_heat(p, gd_zeros(GD_SHAPE(2, 1)), (gd_heat_look){ .row_names = names }),
               "gd_plot_heat: row_names[1] is NULL: a name was expected");
    ck_refused(gd_plot_confusion(p, gd_zeros(GD_SHAPE(2, 3)), NULL),
               "gd_plot_confusion: counts is [2, 3]: [classes, classes] expected");
    ck_refused(gd_plot_confusion(p, matrix(2, 2, (gd_real[]){ 1, 0, -1, 2 }), NULL),
               "gd_plot_confusion: counts[1, 0] = -1: a number >= 0 expected");
    ck_good(gd_plot_heat(p, gd_zeros(GD_SHAPE(2, 3)), (gd_heat_look){ 0 }) && gd_plot_log_y(p, true));
    ck_refused(gd_plot_save(p, path),
               "gd_plot_save: plot \"t\": its y axis has names or cells and cannot be logarithmic");
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(confusion_shows_parts_of_rows)
{
    gd_plot *p = gd_plot_new("", "", "");
    gd_tensor *predicted = gd_from(GD_SHAPE(6), (gd_real[]){ 0, 0, 0, 1, 1, 0 });
    gd_tensor *labels = gd_from(GD_SHAPE(6), (gd_real[]){ 0, 0, 0, 0, 1, 2 });
    ck_good(gd_plot_confusion(p, gd_confusion(predicted, labels, 3), NULL));
    picture seen = drawn(p);
    static const unsigned char whole[3] = { 0, 62, 110 }, most[3] = { 0, 114, 178 }, part[3] = { 190, 216, 234 };
    ck_colour(pixel_at(p, seen, 0.4, 0.4), most);       /* 3 of 4 */
    ck_colour(pixel_at(p, seen, 1.4, 0.4), part);       /* 1 of 4: predicted as 1, to the right */
    ck_colour(pixel_at(p, seen, 2.4, 0.4), white);
    ck_colour(pixel_at(p, seen, 1.4, 1.4), whole);
    ck_colour(pixel_at(p, seen, 0.4, 2.4), whole);
    int ink = 0;                            /* the number in the cell, light on dark */
    for (double x = 0.9; x < 1.1; x += 0.005)
        for (double y = 0.9; y < 1.1; y += 0.01)
            ink += pixel_at(p, seen, x, y)[0] > 150;
    ck_assert_int_gt(ink, 10);
    discard(seen);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* ---- Images ------------------------------------------------------------------------------------------------- */

/* Two images of 2 x 2: each with its own greys, or with common ones. */
START_TEST(images_have_their_own_greys_or_common_ones)
{
    static const unsigned char black[3] = { 0, 0, 0 }, grey[3] = { 128, 128, 128 };
    gd_tensor *t = gd_from(GD_SHAPE(2, 2, 2), (gd_real[]){ 0, 1, 0, 1, 0, 2, (gd_real)NAN, 2 });
    for (int together = 0; together < 2; together++) {
        gd_plot *p = gd_plot_new("", "", "");
        ck_good(gd_plot_images(p, t, (gd_image_look){ .together = together, .columns = 2 }));
        picture seen = drawn(p);
        ck_colour(pixel_at(p, seen, 0.3, 0.3), black);
        ck_colour(pixel_at(p, seen, 0.7, 0.7), together ? grey : white);
        ck_colour(pixel_at(p, seen, 1.3, 0.3), black);
        ck_colour(pixel_at(p, seen, 1.7, 0.3), white);
        ck_colour(pixel_at(p, seen, 1.3, 0.7), vermillion);
        discard(seen);
        gd_plot_free(p);
    }
    gd_shutdown();
}
END_TEST

START_TEST(images_of_three_channels_are_coloured)
{
    static const unsigned char red[3] = { 255, 0, 0 }, cyan[3] = { 0, 255, 255 };
    gd_plot *p = gd_plot_new("", "", "");
    gd_tensor *t = gd_zeros(GD_SHAPE(3, 3, 2, 2));
    t->data[0] = 1;                         /* image 0, red, top left */
    for (int k = 4; k < 12; k++)            /* green and blue everywhere else */
        t->data[k] = k % 4 != 0;
    ck_good(gd_plot_images(p, t, (gd_image_look){ .low = 0, .high = 1, .columns = 2 }));
    picture seen = drawn(p);
    ck_colour(pixel_at(p, seen, 0.3, 0.3), red);
    ck_colour(pixel_at(p, seen, 0.7, 0.3), cyan);
    ck_colour(pixel_at(p, seen, 0.3, 0.7), cyan);
    ck_colour(pixel_at(p, seen, 1.5, 1.5), white);      /* there are three images */
    discard(seen);
    ck_good(gd_plot_images(p, gd_transpose(t, 2, 3), (gd_image_look){ 0 }));    /* any strides; replaces the first */
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

START_TEST(marked_images_stand_out)
{
    static const char *const captions[] = { "cat", "a caption much longer than its image is wide" };
    const bool marked[] = { false, true };
    gd_plot *p = gd_plot_new("", "", "");
    gd_tensor *t = gd_ones(GD_SHAPE(2, 1, 4, 4));
    picture seen[2];
    for (int k = 0; k < 2; k++) {
        ck_good(gd_plot_images(p, t, (gd_image_look){ .captions = captions, .marked = k ? marked : NULL }));
        seen[k] = drawn(p);
    }
    ck_assert_int_lt(count_colour(seen[0], vermillion), 10);
    ck_assert_int_gt(count_colour(seen[1], vermillion), 500);
    int left = 0;                           /* image 0 is not marked */
    for (int y = 0; y < seen[1].height; y++)
        for (int x = 0; x < seen[1].width / 2 - 20; x++)
            left += is_colour(pixel(seen[1], x, y), vermillion, 3);
    ck_assert_int_eq(left, 0);
    discard(seen[0]);
    discard(seen[1]);
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* In a grid, beside a panel that needs wider margins, the labels are not on the images. */
START_TEST(labels_are_beside_images)
{
    static const char *const names[] = { "a rather long name", "another long name" };
    gd_plot *panels[4];
    picture seen[2];
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 4; i++)
            panels[i] = gd_plot_new("", i == 3 && k ? "x" : "", i == 3 && k ? "y" : "");
        for (int i = 0; i < 3; i++)
            ck_good(gd_plot_confusion(panels[i], gd_ones(GD_SHAPE(2, 2)), names));
        ck_good(gd_plot_images(panels[3], gd_zeros(GD_SHAPE(1, 9, 9)), (gd_image_look){ .low = -1, .high = 1 }));
        ck_good(gd_plot_save_grid(panels, 2, 2, NULL, path));
        seen[k] = load_picture(path);
        for (int i = 0; i < 4; i++)
            gd_plot_free(panels[i]);
    }
    int grey[2] = { 0, 0 };                 /* of the image */
    for (int k = 0; k < 2; k++)
        for (int y = 330; y < 660; y++)
            for (int x = 460; x < 920; x++)
                grey[k] += is_colour(pixel(seen[k], x, y), (const unsigned char[]){ 128, 128, 128 }, 1);
    /* smaller than without labels, but still a whole square; some pixels of letters are grey, too */
    double side = floor(sqrt(grey[1]) + 0.5), off = grey[1] - side * side;
    ck_assert_msg(grey[0] > grey[1] && fabs(off) < 10, "%d, then %d", grey[0], grey[1]);
    discard(seen[0]);
    discard(seen[1]);
    gd_shutdown();
}
END_TEST

START_TEST(wrong_images_are_refused)
{
    gd_plot *p = gd_plot_new("t", "", "");
    gd_tensor *t = gd_zeros(GD_SHAPE(2, 3, 3));
    ck_refused(gd_plot_images(p, gd_zeros(GD_SHAPE(2, 2, 3, 3)), (gd_image_look){ 0 }),
               "gd_plot_images: images is [2, 2, 3, 3]: [n, h, w], [n, 1, h, w] or [n, 3, h, w] expected");
    ck_refused(gd_plot_images(p, gd_zeros(GD_SHAPE(2, 9)), (gd_image_look){ 0 }),
               "gd_plot_images: images is [2, 9]: [n, h, w], [n, 1, h, w] or [n, 3, h, w] expected");
    ck_refused(gd_plot_images(p, gd_zeros(GD_SHAPE(0, 3, 3)), (gd_image_look){ 0 }),
               "gd_plot_images: images is [0, 3, 3]: 1 to 10000 images of 1 to 4096 pixels in a direction expected, 64 "
               "million in all");
    ck_refused(gd_plot_images(p, t, (gd_image_look){ .columns = -1 }),
               "gd_plot_images: columns = -1: a number >= 0 expected");
    ck_refused(gd_plot_images(p, t, (gd_image_look){ .low = 2, .high = 1 }),
               "gd_plot_images: low = 2 and high = 1: low < high expected, finite");
    ck_good(gd_plot_images(p, t, (gd_image_look){ 0 }) && gd_plot_point(p, "a", 1, 1));
    ck_refused(gd_plot_save(p, path), "gd_plot_save: plot \"t\" has images and can have nothing else");
    gd_plot_free(p);
    p = gd_plot_new("t", "", "");
    ck_good(gd_plot_images(p, gd_zeros(GD_SHAPE(9999, 1, 1)), (gd_image_look){ 0 }) && gd_plot_size(p, 160, 120));
    ck_refused(gd_plot_save(p, path),
               "gd_plot_save: plot \"t\": 160 x 120 pixels leave no room for 9999 images: a larger size expected");
    gd_plot_free(p);
    gd_shutdown();
}
END_TEST

/* ---- All of them -------------------------------------------------------------------------------------------- */

enum { CHARTS = 9 };

/* Chart k; NULL when memory is out. */
static gd_plot *chart(int k)
{
    static const char *const names[] = { "a long name of the first", "second", "third" };
    gd_plot *p = gd_plot_new("A chart", "x", "y");
    gd_tensor *x = gd_arange(0, 3, 1), *z = gd_reshape(gd_arange(0, 9, 1), GD_SHAPE(3, 3));
    bool ok = p && x && z;
    ok = ok && (k != 0 || gd_plot_scatter_classes(p, x, x, x, names, 3));
    ok = ok && (k != 1 || (gd_plot_scatter_values(p, "v", x, x, x) && gd_plot_z_label(p, "value")));
    ok = ok && (k != 2 || (gd_plot_bar(p, "a", names, x) && gd_plot_bar(p, "b", NULL, x)));
    ok = ok && (k != 3 || (gd_plot_histogram(p, "a", z, 0) && gd_plot_histogram(p, "b", x, 2)));
    ok = ok && (k != 4 || (gd_plot_heat(p, z, (gd_heat_look){ .row_names = names }) && gd_plot_z_label(p, "z")));
    ok = ok && (k != 5 || gd_plot_confusion(p, z, names));
    ok = ok && (k != 6 || gd_plot_images(p, gd_reshape(z, GD_SHAPE(1, 3, 3)), (gd_image_look){ .captions = names }));
    ok = ok && (k != 7 || (gd_plot_band(p, "b", NULL, x, gd_add(x, x)) && gd_plot_point(p, "b", 1, 1)));
    ok = ok && (k != 8 || (gd_plot_tensor(p, "s", NULL, x) && gd_plot_second_y(p, "s", "second")));
    if (ok)
        return p;
    gd_plot_free(p);
    return NULL;
}

START_TEST(charts_are_drawn_at_any_size)
{
    static const int sizes[][2] = { { 900, 560 }, { 300, 200 }, { 240, 180 }, { 240, 700 } };
    static const double scales[] = { 0.5, 1, 2 };
    gd_plot *all[CHARTS];
    for (int k = 0; k < CHARTS; k++) {
        all[k] = chart(k);
        ck_assert(all[k]);
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 3; j++) {
                ck_good(gd_plot_size(all[k], sizes[i][0], sizes[i][1]) && gd_plot_scale(all[k], scales[j]));
                ck_good(gd_plot_save(all[k], path));
            }
    }
    ck_good(gd_plot_save_grid(all, 3, 3, "All charts", path));
    for (int k = 0; k < CHARTS; k++)
        gd_plot_free(all[k]);
    gd_shutdown();
}
END_TEST

START_TEST(charts_are_also_svg)
{
    char name[120], text[400] = "";
    snprintf(name, sizeof name, "%s/chart.svg", scratch_folder);
    for (int k = 0; k < CHARTS; k++) {
        gd_plot *p = chart(k);
        ck_good(gd_plot_save(p, name));
        FILE *f = fopen(name, "rb");
        ck_assert(f && fread(text, 1, sizeof text - 1, f) > 100);
        ck_assert_msg(strstr(text, "<svg"), "chart %d: %s", k, text);
        fclose(f);
        ck_assert_int_eq(remove(name), 0);
        gd_plot_free(p);
    }
    gd_shutdown();
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: heat maps, images, all charts", &cases);
    tcase_add_test(cases, cells_have_the_colours_of_their_values);
    tcase_add_test(cases, colours_may_follow_the_logarithm);
    tcase_add_test(cases, light_colours_are_high_values);
    tcase_add_test(cases, wrong_matrices_are_refused);
    tcase_add_test(cases, confusion_shows_parts_of_rows);
    tcase_add_test(cases, images_have_their_own_greys_or_common_ones);
    tcase_add_test(cases, images_of_three_channels_are_coloured);
    tcase_add_test(cases, marked_images_stand_out);
    tcase_add_test(cases, labels_are_beside_images);
    tcase_add_test(cases, wrong_images_are_refused);
    tcase_add_test(cases, charts_are_drawn_at_any_size);
    tcase_add_test(cases, charts_are_also_svg);
    return run_suite(suite);
}
