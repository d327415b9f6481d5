/* test_plot_text.c - text around the picture and in it: ticks are round numbers and labels exact, the legend covers
 * no data, every character that plot.h promises has a glyph. */
#include <float.h>

#include "support/picture.h"

#include "plot/axis.h"

/* ---- Axes ---------------------------------------------------------------------------------------------- */

/* The number that a label shows: digits, a point, a true minus sign. */
static double shown(const char *label)
{
    double sign = 1;
    if (strncmp(label, "\xE2\x88\x92", 3) == 0) {
        sign = -1;
        label += 3;
    }
    char *end;
    double value = strtod(label, &end);
    ck_assert_msg(*end == '\0' && end != label, "label \"%s\"", label);
    return sign * value;
}

static bool is_round(double step)
{
    double e = floor(log10(step) + 1e-9), m = step / pow(10, e);
    return fabs(m - 1) < 1e-6 || fabs(m - 2) < 1e-6 || fabs(m - 5) < 1e-6;
}

START_TEST(ticks_are_round_and_cover_the_range)
{
    static const double ranges[][2] = {
        { 0, 1 }, { 0.24, 0.81 }, { -3, 7 }, { 0, 937 }, { 1, 100000 }, { 1e-30, 3e-30 }, { -2e30, 1e30 },
        { 0.1, 0.3 }, { 999.5, 1000.5 }, { 1e6, 1e6 + 0.003 }, { -0.0007, 0.0002 }, { 5, 5 }, { 0, 0 },
        { -1e-280, 1e-280 }, { -1e-300, 1e-300 }, { 3, 3 + 1e-15 },
        { -DBL_MAX, DBL_MAX }, { 0, 5e-324 }
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (int most = 2; most <= 12; most++) {
            gi_axis a;
            double low = ranges[i][0], high = ranges[i][1], before = NAN;
            gi_axis_choose(&a, low, high, NAN, NAN, false, 0, most);
            double slack = 1e-9 * fmax(fabs(low), fabs(high)) + 1e-300;
            ck_assert_msg((a.low <= low + slack || low < -1e299) && (a.high >= high - slack || high > 1e299) &&
                          a.low < a.high, "%.17g .. %.17g for %.17g .. %.17g", a.low, a.high, low, high);
            double step = 0;
            int major = 0;
            size_t length = 0;
            for (int k = 0; k < a.n; k++) {
                ck_assert(gi_axis_at(&a, a.ticks[k].value) > -1e-6 && gi_axis_at(&a, a.ticks[k].value) < 1 + 1e-6);
                if (!a.ticks[k].major)
                    continue;
                double value = a.ticks[k].value, unit = pow(10, a.exponent);
                ck_assert_msg(fabs(shown(a.ticks[k].label) * unit + a.offset - value) <= 1e-12 * fabs(value) + 1e-300,
                              "%s x 10^%d + %g for %g", a.ticks[k].label, a.exponent, a.offset, value);
                const char *point = strchr(a.ticks[k].label, '.');
                size_t decimals = point ? strlen(point) : 0;
                ck_assert(major == 0 || decimals == length);        /* the same number of decimals in all labels */
                length = decimals;
                step = major ? value - before : 0;
                ck_assert_msg(!major || high - low < 1e-5 * high || is_round(step), "step %.17g", step);
                before = value;
                major++;
            }
            ck_assert_msg(major >= 1 && major <= most, "%d labels, at most %d, for %g .. %g", major, most,
                          low, high);
        }
}
END_TEST

START_TEST(labels_are_exact)
{
    gi_axis a;
    gi_axis_choose(&a, 0, 1, NAN, NAN, false, 0, 6);
    const char *expected[] = { "0.0", "0.2", "0.4", "0.6", "0.8", "1.0" };
    int n = 0;
    for (int i = 0; i < a.n; i++)
        if (a.ticks[i].major)
            ck_assert_str_eq(a.ticks[i].label, expected[n++]);
    ck_assert_int_eq(n, 6);

    gi_axis_choose(&a, -250000, 250000, NAN, NAN, false, 0, 6);
    ck_assert_int_eq(a.exponent, 5);
    ck_assert_str_eq(a.ticks[0].label, "\xE2\x88\x92""2");

    char text[GI_LABEL_MAX];
    static const struct { double value; int digits; const char *text; } cases[] = {
        { 0, 3, "0" }, { 1, 3, "1" }, { 0.25, 3, "0.25" }, { -1.5, 3, "\xE2\x88\x92""1.5" }, { 1234.6, 3, "1230" },
        { 9.999, 3, "10" }, { 1e-7, 3, "1\xC3\x97""10\xE2\x81\xBB\xE2\x81\xB7" },
        { 2.5e12, 3, "2.5\xC3\x97""10\xC2\xB9\xC2\xB2" }, { 0.1 + 0.2, 3, "0.3" }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gi_shorten(text, cases[i].value, cases[i].digits);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(log_ticks_are_powers_of_ten)
{
    static const double ranges[][2] = { { 1e-3, 1e3 }, { 2e-7, 5 }, { 1e-30, 1e30 }, { 0.3, 40 }, { 3, 3 },
                                         { 1e-300, 1e300 } };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        gi_axis a;
        gi_axis_choose(&a, ranges[i][0], ranges[i][1], NAN, NAN, true, 0.03, 8);
        ck_assert_msg(a.low <= ranges[i][0] && a.high >= ranges[i][1] && a.low > 0, "%.17g .. %.17g for %g .. %g",
                      a.low, a.high, ranges[i][0], ranges[i][1]);
        int major = 0;
        for (int k = 0; k < a.n; k++) {
            double e = floor(log10(a.ticks[k].value) + 1e-9), m = a.ticks[k].value / pow(10, e);
            ck_assert_msg(fabs(m - floor(m + 0.5)) < 1e-6, "tick at %g", a.ticks[k].value);
            if (a.high / a.low > 1e3 && a.ticks[k].major) {
                ck_assert_double_eq_tol(m, 1, 1e-6);
                ck_assert_int_eq(strncmp(a.ticks[k].label, "10", 2), 0);
            }
            major += a.ticks[k].major;
        }
        ck_assert_msg(major >= 2 && major <= 9, "%d labels for %g .. %g", major, ranges[i][0], ranges[i][1]);
    }
    gi_axis a;
    gi_axis_choose(&a, 1e-2, 1e2, NAN, NAN, true, 0, 8);
    ck_assert_str_eq(a.ticks[0].label, "10\xE2\x81\xBB\xC2\xB2");
    ck_assert_int_eq(a.n, 37);                      /* five powers, and 2 .. 9 between them */
}
END_TEST

START_TEST(extreme_data_can_be_drawn)
{
    static const double values[][2] = {
        { 7, 7 }, { 0, 0 }, { 1e-30, 1e30 }, { -DBL_MAX, DBL_MAX }, { 5e-324, 1e-310 },
        { 1, 1 + DBL_EPSILON }, { 1e300, -1e300 }
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (int log = 0; log < 2; log++) {
            gd_plot *p = gd_plot_new("extreme", "x", "y");
            ck_assert(gd_plot_size(p, 300, 200) && gd_plot_log_y(p, log) && gd_plot_log_x(p, log));
            gd_plot_point(p, "a", values[i][0], values[i][0]);
            gd_plot_point(p, "a", values[i][1], values[i][1]);
            bool some = !log || values[i][0] > 0 || values[i][1] > 0;
            picture seen = drawn(p);
            ck_assert(!some || count_colour(seen, blue) > 5);
            discard(seen);
            gd_plot_free(p);
        }
}
END_TEST

/* ---- Legend, remarks, text ----------------------------------------------------------------------------- */

START_TEST(legend_goes_where_no_data_are)
{
    /* Two corners of four are full: the legend must not cover a point of the line. */
    for (int k = 0; k < 4; k++) {
        gd_plot *p = gd_plot_new("", "", "");
        const char *name = "a line with a rather long name";
        ck_assert(gd_plot_xlim(p, 0, 1) && gd_plot_ylim(p, 0, 1));
        ck_assert(gd_plot_style(p, name, (gd_plot_look){ .line = GD_SOLID, .width = 4 }));
        for (int i = 0; i <= 200; i++) {
            double x = i / 200.0, y = k % 2 ? x : 1 - x;
            gd_plot_point(p, name, x, k < 2 ? y : y * y);
        }
        picture seen = drawn(p);
        for (int i = k % 2 ? 20 : 4; i <= (k % 2 ? 196 : 180); i += 4) {
            double x = i / 200.0, y = k % 2 ? x : 1 - x;
            ck_colour(pixel_at(p, seen, x, k < 2 ? y : y * y), blue);
        }
        int with = count_colour(seen, blue);
        discard(seen);
        ck_assert(gd_plot_legend(p, GD_LEGEND_NONE));
        seen = drawn(p);
        ck_assert_int_lt(count_colour(seen, blue), with);           /* there was a legend, with a sample */
        discard(seen);
        gd_plot_free(p);
    }
}
END_TEST

START_TEST(reference_line_is_drawn)
{
    gd_plot *p = gd_plot_new("", "", "");
    gd_plot_point(p, "", 0, 1);
    gd_plot_point(p, "", 1, 2);
    ck_assert(gd_plot_hline(p, -3.3, "optimum"));
    picture seen = drawn(p);
    int dark = 0;
    for (double x = 0.02; x < 0.98; x += 0.01)
        dark += pixel_at(p, seen, x, -3.3)[0] < 80;
    ck_assert_msg(dark > 40, "%d dark", dark);
    discard(seen);
    gd_plot_free(p);
}
END_TEST

/* A hash of the picture of a plot with this title. */
static uint64_t title_hash(const char *title)
{
    gd_plot *p = gd_plot_new(title, "", "");
    ck_assert(gd_plot_size(p, 220, 120));
    gd_plot_point(p, "", 0, 0);
    picture seen = drawn(p);
    uint64_t hash = 14695981039346656037u;
    for (int i = 0; i < 3 * seen.width * seen.height; i++)
        hash = (hash ^ seen.rgb[i]) * 1099511628211u;
    discard(seen);
    gd_plot_free(p);
    return hash;
}

START_TEST(every_promised_character_has_a_glyph)
{
    static const char *const characters[] = {
        "α", "β", "γ", "δ", "ε", "ζ", "η", "θ", "ι", "κ", "λ", "μ", "ν", "ξ", "π", "ρ", "ς", "σ", "τ", "υ",
        "φ", "χ", "ψ", "ω", "Γ", "Δ", "Θ", "Λ", "Ξ", "Π", "Σ", "Φ", "Ψ", "Ω", "∇", "∂", "√", "∑", "∏", "∞",
        "∫", "∈", "≈", "≠", "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹", "⁻", "⁺", "₀", "₁", "₂", "ₜ",
        "−", "×", "·", "÷", "±", "≤", "≥", "–", "—", "°", "“", "”", "‘", "’", "„", "«", "»", "…", "→", "←",
        "‖", "é", "è", "ê", "ë", "ö", "ü", "ä", "ß", "ñ", "ç", "å", "æ", "ø", "É", "Ö", "Ü", "Ä", "Å", "Ñ",
        "Ç", "š", "ž", "č", "ł", "œ", "€", "§", "ℓ"
    };
    uint64_t nothing = title_hash(" "), box = title_hash("漢"), seen[512];
    int n = 0;
    ck_assert(nothing != box);
    ck_assert(box == title_hash("字"));
    ck_assert(title_hash("\xFF") == box && title_hash("\xC3") == box);    /* invalid UTF-8 is replaced, not trusted */
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        seen[n] = title_hash(characters[i]);
        ck_assert_msg(seen[n] != nothing && seen[n] != box, "%s has no glyph", characters[i]);
        n++;
    }
    for (char c = '!'; c <= '~'; c++) {
        seen[n] = title_hash((char[2]){ c, 0 });
        ck_assert_msg(seen[n] != nothing && seen[n] != box, "%c has no glyph", c);
        for (int k = 0; k < n; k++)
            ck_assert_msg(seen[k] != seen[n], "%c looks like another character (%d)", c, k);
        n++;
    }
}
END_TEST

/* A combining accent stands over the letter before it, as the letter that has it built in. */
START_TEST(accents_combine)
{
    ck_assert(title_hash("e\xCC\x81") == title_hash("é") && title_hash("U\xCC\x88") == title_hash("Ü"));
    ck_assert(title_hash("e\xCC\x81") != title_hash("e"));
    ck_assert(title_hash("x\xCC\x82") != title_hash("x"));          /* there is no such precomposed letter */
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: axes and text", &cases);
    tcase_add_test(cases, ticks_are_round_and_cover_the_range);
    tcase_add_test(cases, labels_are_exact);
    tcase_add_test(cases, log_ticks_are_powers_of_ten);
    tcase_add_test(cases, extreme_data_can_be_drawn);
    tcase_add_test(cases, legend_goes_where_no_data_are);
    tcase_add_test(cases, reference_line_is_drawn);
    tcase_add_test(cases, accents_combine);
    tcase_add_test(cases, every_promised_character_has_a_glyph);
    return run_suite(suite);
}
