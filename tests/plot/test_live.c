/* test_live.c - the live plot: what a terminal gets, seen through a pseudo terminal, and that nobody else gets
 * anything. */
#define _XOPEN_SOURCE 700                   /* posix_openpt, setenv */
#define _DEFAULT_SOURCE                     /* winsize, where it is hidden otherwise */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "support/picture.h"
#include "plot/braille.h"

/* ---- A terminal ---------------------------------------------------------------------------------------- */

typedef struct terminal { int master; FILE *stream; } terminal;

static terminal open_terminal(int columns, int rows)
{
    terminal t = { .master = posix_openpt(O_RDWR | O_NOCTTY) };
    ck_assert_int_ge(t.master, 0);
    ck_assert(grantpt(t.master) == 0 && unlockpt(t.master) == 0);
    t.stream = fopen(ptsname(t.master), "w");
    ck_assert_ptr_nonnull(t.stream);
    struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows };
    ck_assert_int_eq(ioctl(t.master, TIOCSWINSZ, &size), 0);
    ck_assert_int_eq(fcntl(t.master, F_SETFL, O_NONBLOCK), 0);
    unsetenv("COLUMNS");
    unsetenv("LINES");
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    return t;
}

static char seen[1 << 16];

/* What has been written since the last call, without the returns that the terminal adds to newlines. */
static const char *read_terminal(terminal *t)
{
    size_t n = 0, kept = 0;
    for (ssize_t more; (more = read(t->master, seen + n, sizeof seen - 1 - n)) > 0;)
        n += (size_t)more;
    for (size_t i = 0; i < n; i++)
        if (!(seen[i] == '\r' && i + 1 < n && seen[i + 1] == '\n'))
            seen[kept++] = seen[i];
    seen[kept] = 0;
    return seen;
}

static void close_terminal(terminal *t)
{
    fclose(t->stream);
    close(t->master);
}

static int count_of(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}

/* The columns of the widest line; escape sequences take none. */
static int width_of(const char *text)
{
    int width = 0, widest = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '\033') {
            at += strcspn(at, "ABCDKm");
            continue;
        }
        width = *at == '\n' || *at == '\r' ? 0 : width + ((*at & 0xC0) != 0x80);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static gd_plot *falling(void)
{
    gd_plot *p = gd_plot_new("Adam", "epoch", "loss");
    for (int i = 0; i < 50; i++) {
        gd_plot_point(p, "training", i, exp(-0.1 * i));
        gd_plot_point(p, "test", i, 0.2 + exp(-0.1 * i));
    }
    return p;
}

/* ---- Tests --------------------------------------------------------------------------------------------- */

START_TEST(a_terminal_gets_a_picture)
{
    terminal t = open_terminal(60, 20);
    gd_plot *p = falling();
    ck_good(gd_plot_live(p, t.stream, 0));
    const char *first = read_terminal(&t);
    ck_assert_int_eq(count_of(first, "\n"), 19);                    /* a row less than there are */
    ck_assert_int_eq(width_of(first), 59);                          /* a column less: the last one would wrap */
    ck_assert_ptr_nonnull(strstr(first, "Adam: loss"));
    ck_assert_ptr_nonnull(strstr(first, "epoch"));
    ck_assert_ptr_nonnull(strstr(first, "training"));
    ck_assert_ptr_nonnull(strstr(first, "1.0┤"));
    ck_assert_ptr_null(strstr(first, "\033[19A"));
    ck_assert_int_gt(count_of(first, "\033[38;5;31m"), 5);           /* blue and orange */
    ck_assert_int_gt(count_of(first, "\033[38;5;214m"), 5);
    int dots = 0;
    for (const char *at = first; *at; at++)
        dots += (unsigned char)at[0] == 0xE2 && (unsigned char)at[1] >= 0xA0 && (unsigned char)at[1] <= 0xA3;
    ck_assert_int_gt(dots, 50);

    gd_plot_point(p, "training", 60, 0.5);
    ck_good(gd_plot_live(p, t.stream, 0));
    ck_assert_int_eq(strncmp(read_terminal(&t), "\r\033[19A", 6), 0);    /* in its place */
    ck_good(gd_plot_live(p, t.stream, 1000));
    ck_assert_str_eq(read_terminal(&t), "");                        /* too early */
    ck_good(gd_plot_live_break(p));
    ck_good(gd_plot_live(p, t.stream, 1000));
    ck_assert_ptr_null(strstr(read_terminal(&t), "\033[19A"));
    gd_plot_free(p);
    close_terminal(&t);
}
END_TEST

START_TEST(the_environment_decides)
{
    terminal t = open_terminal(60, 20);
    gd_plot *p = falling();
    setenv("COLUMNS", "40", 1);
    setenv("LINES", "15", 1);
    setenv("NO_COLOR", "1", 1);
    ck_good(gd_plot_live(p, t.stream, 0));
    const char *text = read_terminal(&t);
    ck_assert_int_eq(width_of(text), 39);
    ck_assert_int_eq(count_of(text, "\n"), 14);
    ck_assert_int_eq(count_of(text, "\033[38"), 0);
    setenv("COLUMNS", "1000", 1);
    setenv("LINES", "1000", 1);
    gd_plot_live_break(p);
    ck_good(gd_plot_live(p, t.stream, 0));
    text = read_terminal(&t);
    ck_assert_int_eq(width_of(text), 100);
    ck_assert_int_eq(count_of(text, "\n"), 24);
    setenv("COLUMNS", "23", 1);
    ck_good(gd_plot_live(p, t.stream, 0));
    ck_assert_str_eq(read_terminal(&t), "");
    setenv("COLUMNS", "60", 1);
    setenv("TERM", "dumb", 1);
    ck_good(gd_plot_live(p, t.stream, 0));
    ck_assert_str_eq(read_terminal(&t), "");
    gd_plot_free(p);
    close_terminal(&t);
}
END_TEST

/* A picture that is smaller than the one before erases the rest of that. */
START_TEST(a_smaller_picture_leaves_nothing_behind)
{
    terminal t = open_terminal(60, 20);
    gd_plot *p = falling();
    ck_good(gd_plot_live(p, t.stream, 0));
    read_terminal(&t);
    setenv("LINES", "15", 1);
    ck_good(gd_plot_live(p, t.stream, 0));
    const char *text = read_terminal(&t);
    ck_assert_int_eq(strncmp(text, "\r\033[19A", 6), 0);
    ck_assert_int_eq(count_of(text, "\033[K\n"), 19);
    ck_assert_str_eq(text + strlen(text) - 4, "\033[5A");
    ck_good(gd_plot_live(p, t.stream, 0));
    ck_assert_int_eq(strncmp(read_terminal(&t), "\r\033[14A", 6), 0);
    gd_plot_free(p);
    close_terminal(&t);
}
END_TEST

START_TEST(control_characters_do_not_reach_the_terminal)
{
    terminal t = open_terminal(60, 20);
    gd_plot *p = gd_plot_new("a\033[2Jb\a", "x\177y", "");
    gd_plot_point(p, "c\rd\nd", 0, 0);
    ck_good(gd_plot_live(p, t.stream, 0));
    const char *text = read_terminal(&t);
    ck_assert_ptr_null(strstr(text, "\033[2J"));
    ck_assert_ptr_null(strchr(text, '\a'));
    ck_assert_ptr_null(strchr(text, 0177));
    ck_assert_ptr_null(strchr(text, '\r'));
    ck_assert_int_eq(count_of(text, "\n"), 19);
    gd_plot_free(p);
    close_terminal(&t);
}
END_TEST

START_TEST(nobody_else_gets_anything)
{
    gd_plot *p = falling();
    FILE *f = fopen("out.txt", "w");
    int ends[2];
    char byte;
    setenv("TERM", "xterm", 1);
    for (int i = 0; i < 3; i++)
        ck_good(gd_plot_live(p, f, 0));
    ck_assert_int_eq(ftell(f), 0);
    fclose(f);
    ck_assert_int_eq(remove("out.txt"), 0);
    ck_assert_int_eq(pipe(ends), 0);
    f = fdopen(ends[1], "w");
    ck_good(gd_plot_live(p, f, 0));
    fclose(f);
    ck_assert_int_eq(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    gd_plot_free(p);
}
END_TEST

START_TEST(every_plot_has_a_picture)
{
    terminal t = open_terminal(30, 12);
    gd_plot *plots[5] = { gd_plot_new("empty", "", ""), falling(), falling(), falling(), falling() };
    gd_plot_log_y(plots[1], true);
    gd_plot_xlim(plots[2], 10, 20);
    gd_plot_ylim(plots[2], 5, 6);
    gd_plot_point(plots[3], "far", 1e300, -1e300);
    gd_plot_point(plots[3], "gap", NAN, INFINITY);
    gd_plot_hline(plots[4], 0.5, "middle");
    for (int i = 0; i < 5; i++) {
        ck_good(gd_plot_live(plots[i], t.stream, 0));
        const char *text = read_terminal(&t);
        ck_assert_int_eq(count_of(text, "\n"), 11);
        ck_assert_int_le(width_of(text), 29);
        gd_plot_free(plots[i]);
    }
    close_terminal(&t);
}
END_TEST

/* The series on the second axis rises across the whole picture, whatever the first axis shows. */
START_TEST(the_second_axis_counts)
{
    terminal t = open_terminal(60, 20);
    gd_plot *p = gd_plot_new("Run", "epoch", "loss");
    for (int i = 0; i <= 10; i++) {
        gd_plot_point(p, "loss", i, 1 - 0.05 * i);
        gd_plot_point(p, "accuracy", i, 10 * i);
    }
    ck_good(gd_plot_second_y(p, "accuracy", "%"));
    ck_good(gd_plot_live(p, t.stream, 0));
    const char *text = read_terminal(&t);
    ck_assert_ptr_nonnull(strstr(text, "accuracy (0 to 100)"));
    int rows = 0;
    for (const char *row = text; *row; row += strcspn(row, "\n") + (row[strcspn(row, "\n")] == '\n')) {
        const char *colour = strstr(row, "\033[38;5;214m");
        rows += colour && colour < row + strcspn(row, "\n");
    }
    ck_assert_int_gt(rows, 10);
    gd_plot_free(p);
    close_terminal(&t);
}
END_TEST

START_TEST(wrong_arguments_are_named)
{
    terminal t = open_terminal(60, 20);
    gd_plot *p = falling();
    ck_refused(gd_plot_live(NULL, stderr, 0), "gd_plot_live: p is NULL");
    ck_refused(gd_plot_live_break(NULL), "gd_plot_live_break: p is NULL");
    ck_refused(gd_plot_live(p, NULL, 0), "gd_plot_live: stream is NULL");
    ck_refused(gd_plot_live(p, t.stream, -1), "gd_plot_live: seconds = -1: at least 0 expected");
    ck_refused(gd_plot_live(p, t.stream, NAN), "gd_plot_live: seconds = nan: at least 0 expected");
    gd_plot_log_x(p, true);
    gd_plot_xlim(p, -1, 1);
    ck_refused(gd_plot_live(p, t.stream, 0),
               "gd_plot_live: plot \"Adam\": its x axis is logarithmic and cannot have an end at -1");
    ck_assert_str_eq(read_terminal(&t), "");
    gd_plot_free(p);
    close_terminal(&t);
}
END_TEST

/* A diagonal over 2 x 2 characters, dot by dot. */
START_TEST(lines_are_dots)
{
    gi_braille b;
    char text[4];
    ck_assert(gi_braille_start(&b, 2, 2));
    gi_braille_line(&b, 0.1, 0.1, 1.9, 1.9, 1, 7);
    gi_braille_utf8(&b, 0, 0, text);
    ck_assert_str_eq(text, "⢣");                                   /* dots 1, 2, 6 and 8 */
    gi_braille_utf8(&b, 1, 1, text);
    ck_assert_str_eq(text, "⢣");
    gi_braille_utf8(&b, 0, 1, text);
    ck_assert_str_eq(text, " ");
    ck_assert_uint_eq(b.colour[0], 7);
    gi_braille_line(&b, -1e300, 0.5, 1e300, 0.5, 1, 8);             /* from far outside */
    ck_assert_uint_eq(b.colour[0], 8);
    ck_assert_uint_eq(b.colour[1], 8);
    gi_braille_line(&b, 5, 5, 9, 9, 1, 9);
    ck_assert_uint_eq(b.colour[3], 7);
    gi_braille_stop(&b);
}
END_TEST

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: live", &cases);
    tcase_add_test(cases, a_terminal_gets_a_picture);
    tcase_add_test(cases, the_environment_decides);
    tcase_add_test(cases, a_smaller_picture_leaves_nothing_behind);
    tcase_add_test(cases, control_characters_do_not_reach_the_terminal);
    tcase_add_test(cases, nobody_else_gets_anything);
    tcase_add_test(cases, every_plot_has_a_picture);
    tcase_add_test(cases, the_second_axis_counts);
    tcase_add_test(cases, wrong_arguments_are_named);
    tcase_add_test(cases, lines_are_dots);
    return run_suite(suite);
}
