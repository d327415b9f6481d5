/* test_plot_legend_names.c - long names in a legend: the part that distinguishes them is kept. */
#include "support/picture.h"

#include "plot/picture.h"

static const gi_type type = { .size = GI_LEGEND_SIZE };

static gd_plot *with_names(const char *const names[], int n)
{
    gd_plot *p = gd_plot_new("", "", "");
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2; k++)
            ck_assert(gd_plot_point(p, names[i], k, i * k));
    return p;
}

static void ck_shown(const char *const names[], const char *const shown[], int n, double width)
{
    gd_plot *p = with_names(names, n);
    gi_cut cut = gi_cut_names(p, type, width);
    for (int i = 0; i < n; i++) {
        char text[GI_FIT_BYTES];
        gi_short_name(text, names[i], cut, type, width);
        ck_assert_str_eq(text, shown[i]);
        ck_assert(gi_text_width(text, type) <= width);
    }
    gd_plot_free(p);
}

START_TEST(common_words_go_first)
{
    /* those at the beginning, no more than necessary, and only of names that do not fit */
    ck_shown((const char *[]){ "optimizer number 1 of all", "optimizer number 12 of all", "short" },
             (const char *[]){ "…number 1 of all", "…number 12 of all", "short" }, 3,
             gi_text_width("…number 12 of all", type));
    ck_shown((const char *[]){ "optimizer number 1 of all", "optimizer number 12 of all" },
             (const char *[]){ "…1 of…", "…12 of…" }, 2, gi_text_width("…12 of…", type));
    /* those at the end */
    ck_shown((const char *[]){ "Adam after a hundred epochs", "AdamW after a hundred epochs" },
             (const char *[]){ "Adam after a…", "AdamW after a…" }, 2, gi_text_width("AdamW after a…", type));
    /* words in between; numbers stay whole */
    ck_shown((const char *[]){ "run/adam/lr=1e-3/size=32/train", "run/adam/lr=1e-4/size=32/test",
                               "run/sgd/lr=1e-3/size=32/test" },
             (const char *[]){ "…adam/…1e-3/…train", "…adam/…1e-4/…test", "…sgd/…1e-3/…test" }, 3,
             gi_text_width("…adam/…1e-3/…train", type) + 2);
    /* nothing in common, or a single name: the middle is left out */
    ck_shown((const char *[]){ "abcdefghijklmnopqrstuvwxyz" }, (const char *[]){ "abcdefg…wxyz" }, 1,
             gi_text_width("abcdefg…wxyz", type));
    ck_shown((const char *[]){ "one", "two" }, (const char *[]){ "one", "two" }, 2, 100);
}
END_TEST

/* Names one of which begins or ends with the other, of one letter again and again, with accents, and very long ones. */
START_TEST(odd_names_are_shortened_too)
{
    static char long_1[5000], long_2[5000];
    memset(long_1, 'a', sizeof long_1 - 1);
    memset(long_2, ' ', sizeof long_2 - 1);
    const char *const sets[][3] = {
        { "word word word", "word word word word", "word word" }, { "x", long_1, long_2 },
        { "é é é é é é é", "é é é é é é ö", "ö é é é é é é" }, { "///////////", "//////////", "/ / / / / / / /" },
        { "a\nb c d e f g", "a\nb c d e f h", "\n" }
    };
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++)
        for (double width = 0; width < 80; width += 3) {
            gd_plot *p = with_names(sets[k], 3);
            gi_cut cut = gi_cut_names(p, type, width);
            for (int i = 0; i < 3; i++) {
                char text[GI_FIT_BYTES];
                gi_short_name(text, sets[k][i], cut, type, width);
                ck_assert_msg(gi_text_width(text, type) <= fmax(width, gi_text_width("…", type)),
                              "set %d, width %g: \"%s\"", (int)k, width, text);
            }
            gd_plot_free(p);
        }
}
END_TEST

/* Twenty-five long names fit, in narrower columns, and stay distinct. */
START_TEST(narrow_columns_make_room)
{
    gd_plot *p = gd_plot_new("", "step", "loss");
    char name[80], shown[25][GI_FIT_BYTES];
    for (int s = 0; s < 25; s++) {
        snprintf(name, sizeof name, "optimizer number %d with lr = %.3g and some more words", s, 0.001 * (s + 1));
        for (int i = 0; i < 100; i++)
            gd_plot_point(p, name, i, exp(-i * 0.002 * (s + 1)));
    }
    gi_panel panel = { .plot = p, .u = 1, .outside = { 0, 0, 900, 560 } };
    ck_assert(gi_panel_plan("test", &panel));
    ck_assert_int_eq(panel.key.listed, 25);
    ck_assert_int_eq(panel.key.shown, 25);
    for (int s = 0; s < 25; s++) {
        gi_short_name(shown[s], p->series[s].name, panel.key.cut, type, panel.key.name_width);
        for (int k = 0; k < s; k++)
            ck_assert_str_ne(shown[s], shown[k]);
    }
    gd_plot_free(p);
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: names in the legend", &cases);
    tcase_add_test(cases, common_words_go_first);
    tcase_add_test(cases, odd_names_are_shortened_too);
    tcase_add_test(cases, narrow_columns_make_room);
    return run_suite(suite);
}
