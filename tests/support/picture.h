/* picture.h - what the tests of plots share: a folder for each test, and the picture that gd_plot_save wrote
 * there, decoded again by stb_image, so that its pixels can be looked at.  Include it first.
 */
#ifndef TEST_PLOT_SUPPORT_H
#define TEST_PLOT_SUPPORT_H

#if defined(__unix__) || defined(__APPLE__)
#define _XOPEN_SOURCE 700       /* mkdtemp, in every mode of the compiler */
#endif

#include <check.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

#include "gradus/plot.h"
#include "support/support.h"

static char folder[] = "/tmp/gradus-plot-XXXXXX", path[64];

typedef struct picture { int width, height; unsigned char *rgb; } picture;

static const unsigned char blue[3] = { 0, 114, 178 }, orange[3] = { 230, 159, 0 }, white[3] = { 255, 255, 255 };

static inline picture load(const char *name)
{
    picture p = { 0 };
    int channels = 0;
    p.rgb = stbi_load(name, &p.width, &p.height, &channels, 0);
    ck_assert_ptr_nonnull(p.rgb);
    ck_assert_int_eq(channels, 3);
    return p;
}

static inline picture drawn(gd_plot *plot)
{
    ck_assert(gd_plot_save(plot, path));
    return load(path);
}

static inline void discard(picture p)
{
    stbi_image_free(p.rgb);
}

static inline const unsigned char *pixel(picture p, double column, double row)
{
    ck_assert(column >= 0 && column < p.width && row >= 0 && row < p.height);
    return &p.rgb[3 * ((int)row * p.width + (int)column)];
}

static inline bool is_colour(const unsigned char *at, const unsigned char colour[3], int tolerance)
{
    for (int k = 0; k < 3; k++)
        if (abs(at[k] - colour[k]) > tolerance)
            return false;
    return true;
}

static inline const unsigned char *pixel_at(gd_plot *plot, picture p, double x, double y)
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

static inline int count_colour(picture p, const unsigned char colour[3])
{
    int n = 0;
    for (int i = 0; i < p.width * p.height; i++)
        n += is_colour(&p.rgb[3 * i], colour, 3);
    return n;
}

/* A plot without legend over 0 .. 10 in both directions, with a wide line to be found again. */
static inline gd_plot *wide(gd_line line)
{
    gd_plot *p = gd_plot_new("title", "x", "y");
    ck_assert_ptr_nonnull(p);
    ck_assert(gd_plot_xlim(p, 0, 10));
    ck_assert(gd_plot_ylim(p, 0, 10));
    ck_assert(gd_plot_style(p, "a", (gd_plot_look){ .line = line, .width = 5 }));
    ck_assert(gd_plot_legend(p, GD_LEGEND_NONE));
    return p;
}

static inline void expect(bool result, const char *message)
{
    ck_assert(!result);
    ck_assert_ptr_nonnull(gd_last_error());
    ck_assert_str_eq(gd_last_error(), message);
    gd_clear_error();
}

static inline void setup(void)
{
    gd_on_error(NULL);
    gd_clear_error();
    strcpy(folder, "/tmp/gradus-plot-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/plot.png", folder);
}

static inline void teardown(void)
{
    remove(path);
    ck_assert_msg(rmdir(folder) == 0, "something was left in %s", folder);
    ck_assert_uint_eq(gd_memory_live(), 0);
}

/* A function to draw: x^2 + y^2 + c, with c the context. */
static inline double bowl(double x, double y, void *context)
{
    return x * x + y * y + *(double *)context;
}

/* plot_suite - a suite of one case, each test of which has a folder of its own; run_suite runs it. */
static inline Suite *plot_suite(const char *name, TCase **cases)
{
    Suite *suite = suite_create(name);
    *cases = tcase_create(name);
    tcase_add_checked_fixture(*cases, setup, teardown);
    tcase_set_timeout(*cases, 120);
    suite_add_tcase(suite, *cases);
    return suite;
}

#endif
