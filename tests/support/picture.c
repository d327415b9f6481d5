/* picture.c - see picture.h. */
#if defined(__unix__) || defined(__APPLE__)
#define _XOPEN_SOURCE 700                   /* rmdir, chdir in every mode of the compiler */
#endif

#include <unistd.h>

#include "picture.h"

#ifndef GD_NO_PNG
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
#endif

const char path[] = "plot.png";
const unsigned char blue[3] = { 0, 114, 178 }, orange[3] = { 230, 159, 0 }, white[3] = { 255, 255, 255 };

/* ---- Fixtures ----------------------------------------------------------------------------------------------- */

static void plot_end(void)
{
    remove(path);
    ck_assert_int_eq(chdir(scratch_home), 0);
    ck_assert_msg(rmdir(scratch_folder) == 0, "something was left in %s", scratch_folder);
    ck_assert_uint_eq(gd_memory_live(), 0);
    scratch_end();
}

Suite *plot_suite(const char *name, TCase **cases)
{
    Suite *suite = suite_create(name);
    *cases = tcase_create(name);
    tcase_add_checked_fixture(*cases, scratch_begin, plot_end);
    tcase_set_timeout(*cases, 120);
    suite_add_tcase(suite, *cases);
    return suite;
}

/* ---- Pixels ------------------------------------------------------------------------------------------------- */

picture load_picture(const char *name)
{
    picture p = { 0 };
#ifdef GD_NO_PNG
    ck_abort_msg("%s: this build cannot decode pictures", name);
#else
    int channels = 0;
    p.rgb = stbi_load(name, &p.width, &p.height, &channels, 0);
    ck_assert_ptr_nonnull(p.rgb);
    ck_assert_int_eq(channels, 3);
#endif
    return p;
}

picture drawn(gd_plot *plot)
{
    ck_assert(gd_plot_save(plot, path));
    return load_picture(path);
}

void discard(picture p)
{
    free(p.rgb);                            /* which stb_image took from malloc */
}

const unsigned char *pixel(picture p, double column, double row)
{
    ck_assert(column >= 0 && column < p.width && row >= 0 && row < p.height);
    return &p.rgb[3 * ((int)row * p.width + (int)column)];
}

const unsigned char *pixel_at(gd_plot *plot, picture p, double x, double y)
{
    double column = 0, row = 0;
    ck_assert(gd_plot_where(plot, x, y, &column, &row));
    return pixel(p, column, row);
}

bool is_colour(const unsigned char *at, const unsigned char colour[3], int tolerance)
{
    for (int k = 0; k < 3; k++)
        if (abs(at[k] - colour[k]) > tolerance)
            return false;
    return true;
}

int count_colour(picture p, const unsigned char colour[3])
{
    int n = 0;
    for (int i = 0; i < p.width * p.height; i++)
        n += is_colour(&p.rgb[3 * i], colour, 3);
    return n;
}

/* ---- Plots to draw ------------------------------------------------------------------------------------------ */

gd_plot *wide(gd_line line)
{
    gd_plot *p = gd_plot_new("title", "x", "y");
    ck_assert_ptr_nonnull(p);
    ck_assert(gd_plot_xlim(p, 0, 10));
    ck_assert(gd_plot_ylim(p, 0, 10));
    ck_assert(gd_plot_style(p, "a", (gd_plot_look){ .line = line, .width = 5 }));
    ck_assert(gd_plot_legend(p, GD_LEGEND_NONE));
    return p;
}

double bowl(double x, double y, void *context)
{
    return x * x + y * y + *(double *)context;
}
