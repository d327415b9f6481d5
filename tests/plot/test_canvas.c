/* test_canvas.c - areas and cells on a canvas: their coverage is their area, whatever their outline and their place. */
#include <math.h>
#include <string.h>

#include "support/support.h"
#include "plot/canvas.h"

static gi_canvas c;

static void begin(void)
{
    ck_assert(gi_canvas_start(&c, 40, 30));
}

static void end(void)
{
    gi_canvas_stop(&c);
    ck_assert_uint_eq(gd_memory_live(), 0);
}

static double covered(void)
{
    double sum = 0;
    for (int i = 0; i < 40 * 30; i++)
        sum += (double)c.mask[i];
    return sum;
}

/* By the shoelace formula. */
static double area_of(const double (*corners)[2], int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        const double *a = corners[i], *b = corners[(i + 1) % n];
        sum += a[0] * b[1] - a[1] * b[0];
    }
    return fabs(sum) / 2;
}

START_TEST(coverage_is_area)
{
    static const double arrow[][2] = { { 3.3, 4.1 }, { 20.7, 8.2 }, { 12.1, 11.9 }, { 21.4, 25.6 }, { 7.7, 19.2 } };
    double backwards[5][2];
    gi_mask_area(&c, arrow, 5);
    ck_assert_double_eq_tol(covered(), area_of(arrow, 5), 1e-3);
    gi_paint(&c, (gi_rgb){ 0, 0, 0 }, 1);
    ck_assert(covered() == 0);
    for (int i = 0; i < 5; i++)
        memcpy(backwards[i], arrow[4 - i], sizeof backwards[i]);
    gi_mask_area(&c, (const double (*)[2])backwards, 5);
    ck_assert_double_eq_tol(covered(), area_of(arrow, 5), 1e-3);
}
END_TEST

/* A box as an area, across the sides of the clip: the same mask as the box, pixel for pixel. */
START_TEST(a_box_is_an_area)
{
    static const double corners[][2] = { { -7.25, 5.5 }, { 31.75, 5.5 }, { 31.75, 90 }, { -7.25, 90 } };
    static float mask[40 * 30];
    gi_canvas_clip(&c, (gi_box){ 4, 2, 36, 27 });
    gi_mask_box(&c, (gi_box){ -7.25, 5.5, 31.75, 90 });
    memcpy(mask, c.mask, sizeof mask);
    memset(c.mask, 0, sizeof mask);
    gi_mask_area(&c, corners, 4);
    for (int i = 0; i < 40 * 30; i++)
        ck_assert_double_eq_tol((double)c.mask[i], (double)mask[i], 1e-6);
    ck_assert_double_eq_tol(covered(), 27.75 * 21.5, 1e-3);
}
END_TEST

/* Where an outline crosses itself, both sides are filled. */
START_TEST(both_wings_are_filled)
{
    static const double bow[][2] = { { 5, 5 }, { 25, 25 }, { 25, 5 }, { 5, 25 } };
    gi_mask_area(&c, bow, 4);
    ck_assert_double_eq_tol(covered(), 200, 0.6);
}
END_TEST

static const uint8_t *pixel(const uint8_t *bytes, int x, int y)
{
    return bytes + 3 * (y * 40 + x);
}

START_TEST(cells_fill_their_box)
{
    static const gi_rgb cells[2][3] = { { { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 } },
                                        { { 9, 9, 9 }, { 99, 99, 99 }, { 199, 199, 199 } } };
    static gi_rgb many[60 * 80];
    static uint8_t bytes[3 * 40 * 30];
    gi_canvas_image(&c, (gi_box){ 2, 3, 32, 23 }, &cells[0][0], 2, 3);
    ck_assert(gi_canvas_bytes(&c, bytes));
    for (int y = 0; y < 30; y++)
        for (int x = 0; x < 40; x++) {
            bool inside = x >= 2 && x < 32 && y >= 3 && y < 23;
            gi_rgb want = inside ? cells[(y - 3) / 10][(x - 2) / 10] : (gi_rgb){ 255, 255, 255 };
            const uint8_t *got = pixel(bytes, x, y);
            ck_assert_msg(got[0] == want.r && got[1] == want.g && got[2] == want.b, "(%d, %d)", x, y);
        }
    for (int i = 0; i < 60 * 80; i++)               /* black and white in turn: half the light is sRGB 188 */
        many[i] = (i + i / 80) % 2 ? (gi_rgb){ 255, 255, 255 } : (gi_rgb){ 0, 0, 0 };
    gi_canvas_image(&c, (gi_box){ 0, 0, 40, 30 }, many, 60, 80);
    ck_assert(gi_canvas_bytes(&c, bytes));
    for (int i = 0; i < 3 * 40 * 30; i++)
        ck_assert_int_eq(bytes[i], 188);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plot: canvas");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_test(all, coverage_is_area);
    tcase_add_test(all, a_box_is_an_area);
    tcase_add_test(all, both_wings_are_filled);
    tcase_add_test(all, cells_fill_their_box);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
