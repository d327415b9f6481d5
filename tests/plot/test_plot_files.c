/* test_plot_files.c - the same program writes the same bytes, a failed write keeps the old picture, and every
 * invalid argument has its message. */
#define _XOPEN_SOURCE 700                   /* access, rmdir */
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "support/picture.h"

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
    ck_refused(gd_plot_save(p, "/nowhere/at all/plot.png"),
               "gd_plot_save: /nowhere/at all/plot.png cannot be written: there is no folder /nowhere/at all");
    ck_refused(gd_plot_save(p, "/dev/full"), "gd_plot_save: /dev/full cannot be written: No space left on device");
    ck_assert_int_eq(access("/dev/full", F_OK), 0);
    ck_refused(gd_plot_save(p, NULL), "gd_plot_save: path is NULL: the name of a file was expected");
    ck_refused(gd_plot_save(p, ""), "gd_plot_save: path is empty: the name of a file was expected");
    gd_plot_free(p);
}
END_TEST

/* A limit on the size of a file simulates a full disk. */
START_TEST(a_failed_write_keeps_the_old_picture)
{
    char *old, *now, message[128];
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
    snprintf(message, sizeof message, "gd_plot_save: %s cannot be written: File too large", path);
    ck_assert(!saved);
    ck_message(message);
    ck_assert_uint_eq(file_bytes(path, &now), n);
    ck_assert_int_eq(memcmp(old, now, n), 0);
    free(now);

    gd_plot *bad = gd_plot_new("an axis that cannot be", "", "");
    ck_assert(gd_plot_log_x(bad, true) && gd_plot_xlim(bad, -1, 1) && !gd_plot_save(bad, path));
    ck_assert_uint_eq(file_bytes(path, &now), n);
    ck_assert_int_eq(memcmp(old, now, n), 0);
    free(old);
    free(now);
    gd_plot_free(p);
    gd_plot_free(bad);
}
END_TEST

START_TEST(what_a_log_axis_cannot_show_is_named)
{
    gd_plot *p = gd_plot_new("Loss", "x", "y");
    gd_plot_log_x(p, true);
    gd_plot_xlim(p, -1, 1);
    ck_refused(gd_plot_save(p, path),
               "gd_plot_save: plot \"Loss\": its x axis is logarithmic and cannot have an end at -1");
    gd_plot_log_x(p, false);
    ck_assert(gd_plot_save(p, path));
    gd_plot_log_y(p, true);
    gd_plot_point(p, "a", 0.5, 1);
    gd_plot_hline(p, -2, "low");
    ck_refused(gd_plot_save(p, path), "gd_plot_save: plot \"Loss\": \"low\" at -2 has no place on a logarithmic axis");
    gd_plot_free(p);
}
END_TEST

START_TEST(only_png_and_svg_are_promised)
{
    static const char *const refused[] = { "a.jpg", "a.svgz", "b/c.pdf", "a.png.tmp", "a.pn", "a.pngx", "a." };
    gd_plot *p = gd_plot_new("", "", "");
    gd_plot_point(p, "a", 0, 0);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char message[200];
        snprintf(message, sizeof message,
                 "gd_plot_save: %s: pictures are written as PNG or SVG: a name that ends in .png or .svg was expected",
                 refused[i]);
        ck_refused(gd_plot_save(p, refused[i]), message);
    }
    ck_refused(gd_plot_save_grid(&p, 1, 1, NULL, "x.gif"),
               "gd_plot_save_grid: x.gif: pictures are written as PNG or SVG: a name that ends in .png or .svg was "
               "expected");
    static const char *const accepted[] = { "a.PNG", "run.2/loss", "loss", ".hidden", "a.b.Png", "a.svg", "a.SvG" };
    char sub[80], name[100];
    snprintf(sub, sizeof sub, "%s/run.2", scratch_folder);
    ck_assert_int_eq(mkdir(sub, 0700), 0);
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        snprintf(name, sizeof name, "%s/%s", scratch_folder, accepted[i]);
        ck_good(gd_plot_save(p, name));
        ck_assert_int_eq(remove(name), 0);
    }
    ck_assert_int_eq(rmdir(sub), 0);
    gd_plot_free(p);
}
END_TEST

START_TEST(wrong_arguments_are_named)
{
    gd_plot *p = gd_plot_new(NULL, NULL, NULL), *none[2] = { NULL, NULL };
    double levels[] = { 1, 1 }, column;
    ck_refused(gd_plot_point(p, NULL, 0, 0), "gd_plot_point: series is NULL: a name was expected");
    ck_refused(gd_plot_point(NULL, "a", 0, 0), "gd_plot_point: p is NULL");
    ck_refused(gd_plot_save(NULL, path), "gd_plot_save: p is NULL");
    ck_refused(gd_plot_xlim(p, 2, 1),
               "gd_plot_xlim: low = 2 and high = 1: low < high expected, finite, or NAN for automatic");
    ck_refused(gd_plot_ylim(p, 0, INFINITY),
               "gd_plot_ylim: low = 0 and high = inf: low < high expected, finite, or NAN for automatic");
    ck_refused(gd_plot_xlim(p, 1, 1 + 1e-15),
               "gd_plot_xlim: low = 1 and high = 1.0000000000000011 are too close to each other for an axis");
    ck_refused(gd_plot_size(p, 10, 900), "gd_plot_size: 10 x 900 pixels: 160 x 120 to 10000 x 10000 expected");
    ck_refused(gd_plot_scale(p, NAN), "gd_plot_scale: factor = nan must lie in [0.5, 8]");
    ck_refused(gd_plot_style(p, "a", (gd_plot_look){ .width = -1 }), "gd_plot_style: width = -1 must lie in [0, 100]");
    ck_refused(gd_plot_style(p, "a", (gd_plot_look){ .marker_every = -1 }),
               "gd_plot_style: marker_every = -1 must lie in [0, 2147483647]");
    ck_refused(gd_plot_style(p, "a", (gd_plot_look){ .colour = (gd_colour)77 }),
               "gd_plot_style: colour = 77 must lie in [0, 8]");
    ck_refused(gd_plot_style(p, "a", (gd_plot_look){ .line = (gd_line)-1 }),
               "gd_plot_style: line = -1 must lie in [0, 6]");
    ck_refused(gd_plot_style(p, "a", (gd_plot_look){ .marker = (gd_marker)9 }),
               "gd_plot_style: marker = 9 must lie in [0, 8]");
    ck_refused(gd_plot_style(p, "a", (gd_plot_look){ .marker_size = NAN }),
               "gd_plot_style: marker_size = nan must lie in [0, 500]");
    ck_refused(gd_plot_style(p, "a", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_NO_MARKER }),
               "gd_plot_style: line = GD_NO_LINE and marker = GD_NO_MARKER: a series in the legend needs one of them");
    ck_assert(gd_plot_style(p, "a", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_NO_MARKER, .no_legend = true }));
    ck_assert(gd_plot_style(p, "a", (gd_plot_look){ .line = GD_LINE_AUTO }));
    ck_refused(gd_plot_hline(p, NAN, "a"), "gd_plot_hline: y = nan: a finite number expected");
    ck_refused(gd_plot_note(p, 0, INFINITY, "a"), "gd_plot_note: (x, y) = (0, inf): finite numbers expected");
    ck_refused(gd_plot_contour(p, bowl, NULL, 1, 1, 0, 1),
               "gd_plot_contour: x in [1, 1] and y in [0, 1]: low < high expected, finite");
    ck_refused(gd_plot_contour(p, NULL, NULL, 0, 1, 0, 1), "gd_plot_contour: f is NULL: a function was expected");
    column = NAN;
    ck_refused(gd_plot_contour(p, bowl, &column, 0, 1, 0, 1),
               "gd_plot_contour: the function has no finite value on x in [0, 1], y in [0, 1]");
    ck_refused(gd_plot_levels(p, levels, 2, false),
               "gd_plot_levels: levels[1] = 1: finite and ascending values expected");
    ck_refused(gd_plot_save_grid(none, 1, 2, "", path),
               "gd_plot_save_grid: all 2 panels are NULL: at least one plot was expected");
    ck_refused(gd_plot_save_grid(none, 0, 2, "", path),
               "gd_plot_save_grid: 0 rows and 2 columns: 1 to 1000 of each expected");
    gd_plot_size(p, 10000, 10000);
    gd_plot_scale(p, 8);
    gd_plot_point(p, "a", 0, 0);
    ck_refused(gd_plot_save(p, path),
               "gd_plot_save: a picture of 80000 x 80000 pixels: at most 20000 in a direction and "
                                      "200 million in all expected");
    gd_plot_free(p);
    gd_plot_free(NULL);
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: files and errors", &cases);
    tcase_add_test(cases, same_program_same_bytes);
    tcase_add_test(cases, unwritable_paths_are_named);
    tcase_add_test(cases, a_failed_write_keeps_the_old_picture);
    tcase_add_test(cases, what_a_log_axis_cannot_show_is_named);
    tcase_add_test(cases, only_png_and_svg_are_promised);
    tcase_add_test(cases, wrong_arguments_are_named);
    return run_suite(suite);
}
