/* test_plot_svg.c - pictures as SVG: well-formed, with the layout of the PNG, its texts, clips and areas; the same
 * bytes for the same plot; without memory a message and no file. */
#include <ctype.h>
#include <locale.h>

#include "support/own_malloc.h"
#include "support/picture.h"
#include "plot/markup.h"

static const char svg_path[] = "plot.svg";
static char document[1 << 22], earlier[1 << 22];         /* the last one that was read; a copy */

static const char *read_document(gd_plot *p)
{
    ck_good(gd_plot_save(p, svg_path));
    FILE *f = fopen(svg_path, "rb");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(document, 1, sizeof document - 1, f);
    ck_assert(n > 0 && feof(f));
    document[n] = 0;
    fclose(f);
    ck_assert_int_eq(remove(svg_path), 0);
    return document;
}

static int count_of(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}

/* ---- Well-formed? -------------------------------------------------------------------------------------- */

/* Text or an attribute's value: references are known ones, and nothing that XML 1.0 forbids. */
static void check_text(const char *from, const char *to)
{
    for (const char *at = from; at < to; at++) {
        ck_assert_msg((unsigned char)*at >= 32 || strchr("\t\n\r", *at), "character %d", *at);
        if (*at == '&') {
            static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
            bool found = false;
            for (size_t k = 0; k < sizeof known / sizeof *known; k++)
                found = found || strncmp(at, known[k], strlen(known[k])) == 0;
            ck_assert_msg(found, "%.20s", at);
        }
    }
}

/* Attributes: name="value", each once; returns what follows them. */
static const char *check_attributes(const char *at)
{
    const char *names[20];
    int n = 0;
    while (*at == ' ') {
        const char *name = ++at;
        while (isalnum((unsigned char)*at) || *at == '-' || *at == ':')
            at++;
        ck_assert_msg(at > name && at[0] == '=' && at[1] == '"', "%.40s", name);
        for (int i = 0; i < n; i++)
            ck_assert_msg(strncmp(names[i], name, (size_t)(at - name) + 1) != 0, "twice: %.40s", name);
        names[n++] = name;
        const char *end = strchr(at + 2, '"');
        ck_assert_ptr_nonnull(end);
        ck_assert(!memchr(at + 2, '<', (size_t)(end - at - 2)));
        check_text(at + 2, end);
        at = end + 1;
    }
    return at;
}

static void check_well_formed(const char *xml)
{
    char open[16][20];
    int depth = 0, elements = 0;
    const char *at = xml;
    ck_assert_int_eq(strncmp(at, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", 39), 0);
    at += 39;
    while (*at) {
        const char *tag = strchr(at, '<');
        const char *end = tag ? tag : at + strlen(at);
        check_text(at, end);
        if (!tag)
            break;
        bool closing = tag[1] == '/';
        const char *name = tag + 1 + closing;
        size_t length = strcspn(name, " />");
        ck_assert(length > 0 && length < sizeof *open);
        at = check_attributes(name + length);
        bool empty = *at == '/';
        at += empty;
        ck_assert_msg(*at == '>', "%.40s", tag);
        at++;
        if (closing) {
            ck_assert(depth > 0 && strlen(open[--depth]) == length && memcmp(open[depth], name, length) == 0);
        } else {
            ck_assert(depth > 0 || elements == 0);           /* one root */
            elements++;
            if (!empty) {
                ck_assert_int_lt(depth, 16);
                snprintf(open[depth++], sizeof *open, "%.*s", (int)length, name);
            }
        }
    }
    ck_assert_int_eq(depth, 0);
}

/* ---- Pictures ------------------------------------------------------------------------------------------ */

static gd_plot *busy(void)
{
    gd_plot *p = gd_plot_new("Loss < 1 & \"falling\", 'θ'", "epoch", "loss");
    gd_plot_log_y(p, true);
    for (int i = 0; i < 200; i++)
        for (int k = 0; k < 3; k++) {
            const char *const names[] = { "adam", "yogi", "sgd" };
            gd_plot_point(p, names[k], i * 0.01, exp(-0.01 * i * (k + 1)) * (1 + 0.1 * sin(i)));
        }
    gd_plot_style(p, "sgd", (gd_plot_look){ .marker = GD_RING, .marker_every = 20 });
    gd_plot_hline(p, 0.0125, "optimum");
    gd_plot_note(p, 0.2, 0.1, "a note");
    return p;
}

static gd_plot *field(void)
{
    gd_plot *p = gd_plot_new("Bowl", "x1", "x2");
    double zero = 0, levels[] = { 0.5, 1, 2 };
    ck_assert(gd_plot_contour(p, bowl, &zero, -2, 2, -2, 2) && gd_plot_levels(p, levels, 3, true));
    gd_plot_point(p, "path", -1, -1);
    gd_plot_point(p, "path", 0, 0.5);
    return p;
}

START_TEST(documents_are_well_formed)
{
    gd_plot *panels[] = { busy(), field(), NULL, wide(GD_DASHED), gd_plot_new("empty", "", ""), busy() };
    for (int i = 0; i < 6; i++)
        if (panels[i])
            check_well_formed(read_document(panels[i]));
    ck_good(gd_plot_save_grid(panels, 2, 3, "A & B", svg_path));
    ck_assert_int_eq(remove(svg_path), 0);
    for (int i = 0; i < 6; i++)
        gd_plot_free(panels[i]);
}
END_TEST

START_TEST(texts_are_escaped_and_can_be_found)
{
    gd_plot *p = busy();
    const char *svg = read_document(p);
    ck_assert_ptr_nonnull(strstr(svg, "<title>Loss &lt; 1 &amp; &quot;falling&quot;, &#39;θ&#39;</title>"));
    ck_assert_int_eq(count_of(svg, "aria-label=\"Loss &lt; 1 &amp; &quot;falling&quot;, &#39;θ&#39;\""), 1);
    ck_assert_int_eq(count_of(svg, "aria-label=\"optimum\""), 1);             /* its halo is not read */
    ck_assert_int_eq(count_of(svg, "aria-label=\"a note\""), 1);
    ck_assert_int_eq(count_of(svg, "aria-label=\"yogi\""), 1);
    gd_plot_free(p);
    p = gd_plot_new("a\001b\x1f" "c\xff" "d\xed\xa0\x80" "e\xef\xbf\xbf" "f\tg", "", "");
    svg = read_document(p);
    check_well_formed(svg);
    ck_assert_ptr_nonnull(strstr(svg, "<title>a�b�c�d�e�f\tg</title>"));
    gd_plot_free(p);
}
END_TEST

/* The white rim of a plot's page, then a line of two points where gd_plot_where says. */
START_TEST(a_line_is_where_it_is_in_pixels)
{
    gd_plot *p = gd_plot_new("", "", "");
    char path_data[100];
    double x[2], y[2];
    gd_plot_xlim(p, 0, 10);
    gd_plot_ylim(p, 0, 10);
    gd_plot_point(p, "", 2, 3);
    gd_plot_point(p, "", 7, 9);
    gd_plot_style(p, "", (gd_plot_look){ .width = 3, .line = GD_SOLID });
    const char *svg = read_document(p);
    ck_assert(gd_plot_where(p, 2, 3, &x[0], &y[0]) && gd_plot_where(p, 7, 9, &x[1], &y[1]));
    gi_markup m = { 0 };
    gi_markup_put(&m, "<path stroke=\"#0072b2\" stroke-width=\"3\" d=\"M");
    for (int k = 0; k < 2; k++) {
        gi_markup_put(&m, k ? "L" : "");
        gi_markup_number(&m, x[k]);
        gi_markup_put(&m, " ");
        gi_markup_number(&m, y[k]);
    }
    gi_markup_put(&m, "\"/>");
    ck_assert_uint_lt(m.size, sizeof path_data);
    snprintf(path_data, sizeof path_data, "%.*s", (int)m.size, m.text);
    ck_assert_msg(strstr(svg, path_data), "%s", path_data);
    ck_assert_ptr_nonnull(strstr(svg, " width=\"900\" height=\"560\" viewBox=\"0 0 900 560\">"));
    ck_assert_int_eq(count_of(svg, "clip-path="), 0);           /* nothing reaches beyond the frame */
    gi_markup_free(&m);
    gd_plot_xlim(p, 4, 10);                                     /* now the line does */
    svg = read_document(p);
    ck_assert_int_eq(count_of(svg, "<clipPath id="), 1);
    const char *id = strstr(svg, "<clipPath id=\"");
    char use[80];
    snprintf(use, sizeof use, " clip-path=\"url(#%.*s)\"", (int)strcspn(id + 14, "\""), id + 14);
    ck_assert_msg(strstr(svg, use), "%s", use);
    gd_plot_free(p);
}
END_TEST

/* How many pieces the blue line has, which lies along y = 5. */
static int pieces_of(gd_line line)
{
    gd_plot *p = wide(line);
    gd_plot_point(p, "a", 1, 5);
    gd_plot_point(p, "a", 9, 5);
    const char *at = strstr(read_document(p), "<path stroke=\"#0072b2\"");
    int pieces = 0;
    ck_assert_ptr_nonnull(at);
    for (; *at != '/'; at++)
        pieces += *at == 'M';
    gd_plot_free(p);
    return pieces;
}

START_TEST(dashes_are_pieces_of_one_path)
{
    ck_assert_int_eq(pieces_of(GD_SOLID), 1);
    ck_assert_int_gt(pieces_of(GD_DASHED), 15);
    ck_assert_int_lt(pieces_of(GD_LONG_DASH), pieces_of(GD_DASHED));
}
END_TEST

/* One area for each band: of all, a square; above 0.5, 1 and 2 the square with a round hole.  Contours that close
 * within the frame are one loop each. */
START_TEST(bands_are_areas_and_contours_are_loops)
{
    gd_plot *p = field();
    const char *svg = read_document(p), *at = svg;
    static const int loops[] = { 1, 2, 2, 2 };
    ck_assert_int_eq(count_of(svg, "fill-rule=\"evenodd\""), 4);
    for (int band = 0; band < 4; band++) {
        at = strstr(at + 1, "fill-rule=\"evenodd\"");
        int closed = 0, begun = 0;
        for (const char *c = at; *c != '/'; c++) {
            closed += *c == 'Z';
            begun += *c == 'M';
        }
        ck_assert_int_eq(closed, loops[band]);
        ck_assert_int_eq(begun, loops[band]);
    }
    const char *lines = strstr(svg, "<path stroke=\"#7896b4\"");
    ck_assert_ptr_nonnull(lines);
    int closed = 0, begun = 0;
    for (const char *c = lines; c[0] != '/'; c++) {
        closed += *c == 'Z';
        begun += *c == 'M';
    }
    ck_assert_int_eq(closed, 3);
    ck_assert_int_eq(begun, 3);
    ck_assert_int_eq(count_of(svg, "aria-label=\"0.5\""), 1);
    ck_assert_int_gt(count_of(svg, " opacity=\"0.95\""), 2);                  /* the halos of labels */
    gd_plot_free(p);
}
END_TEST

START_TEST(same_plot_same_bytes)
{
    gd_plot *p = busy(), *q = busy();
    strcpy(earlier, read_document(p));
    setlocale(LC_ALL, "de_DE.UTF-8");               /* where there is one */
    ck_assert_str_eq(read_document(q), earlier);
    setlocale(LC_ALL, "C");
    gd_plot_point(p, "adam", 3, 0.5);
    ck_assert_str_ne(read_document(p), earlier);
    gd_plot_free(p);
    gd_plot_free(q);
}
END_TEST

START_TEST(numbers_are_short)
{
    static const struct { double number; const char *text; } cases[] = {
        { 0, "0" }, { -0.0, "0" }, { -0.004, "0" }, { 0.005, "0.01" }, { 1, "1" }, { -1.5, "-1.5" }, { 12.25, "12.25" },
        { 100, "100" }, { 3.999, "4" }, { 0.1, "0.1" }, { 0.09, "0.09" }, { 1e300, "10000000" }, { -1e9, "-10000000" }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gi_markup m = { 0 };
        gi_markup_number(&m, cases[i].number);
        ck_assert_uint_eq(m.size, strlen(cases[i].text));
        ck_assert_int_eq(memcmp(m.text, cases[i].text, m.size), 0);
        gi_markup_free(&m);
    }
}
END_TEST

/* ---- Without memory ------------------------------------------------------------------------------------ */

#ifdef OWN_MALLOC
static volatile long left;                  /* requests until one is refused; 0: none is */

static bool refuses_request(void)
{
    return left > 0 && --left == 0;
}

/* Refused are the first requests, and then ever fewer of them: there are many. */
START_TEST(every_refused_request_is_reported)
{
    gd_plot *p = field();
    long k = 1;
    for (bool saved = false; !saved; k += k < 60 ? 1 : 61) {
        gd_clear_error();
        size_t before = gd_memory_live();
        left = k;
        saved = gd_plot_save(p, svg_path);
        saved = left > 0 && saved;                  /* otherwise one was refused */
        bool refused = left == 0;
        left = 0;
        ck_assert_uint_eq(gd_memory_live(), before);
        if (refused && access(svg_path, F_OK) == 0)
            ck_assert_msg(!gd_last_error(), "request %ld: a file in spite of %s", k, gd_last_error());
        else if (refused)
            ck_assert_msg(gd_last_error() != NULL, "request %ld was refused, without a message", k);
        remove(svg_path);
    }
    ck_assert_int_gt(k, 60);
    gd_plot_free(p);
}
END_TEST
#endif

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: SVG", &cases);
    tcase_add_test(cases, documents_are_well_formed);
    tcase_add_test(cases, texts_are_escaped_and_can_be_found);
    tcase_add_test(cases, a_line_is_where_it_is_in_pixels);
    tcase_add_test(cases, dashes_are_pieces_of_one_path);
    tcase_add_test(cases, bands_are_areas_and_contours_are_loops);
    tcase_add_test(cases, same_plot_same_bytes);
    tcase_add_test(cases, numbers_are_short);
#ifdef OWN_MALLOC
    tcase_add_test(cases, every_refused_request_is_reported);
#endif
    return run_suite(suite);
}
