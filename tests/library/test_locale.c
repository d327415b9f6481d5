/* test_locale.c - nothing that is printed, written or read depends on the locale.  Everything is done once in the C
 * locale and once in others, and must agree to the byte.  The locales are built here by localedef; where its
 * sources are not installed (Debian: locales) the tests say so, and fail under continuous integration. */
#if defined(__linux__)
#define _GNU_SOURCE                         /* pseudo terminals, message catalogues */
#endif
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#if defined(__GLIBC__)
#include <libintl.h>
#endif

#include "support/scratch.h"

#include "gradus.h"
#include "text/format.h"

/* ---- Locales ------------------------------------------------------------------------------------------ */

static const char *const names[] = { "comma.UTF-8", "sign.UTF-8" };
static const char *const points[] = { "<U002C>", "<U066B>" };   /* ',', and the Arabic sign, two bytes long */
static char locales[64];                    /* the folder that holds them */

/* Compiles a locale that differs from C in its decimal point and groups of three digits. */
static void make_locale(int i)
{
    char path[100], command[300];
    snprintf(path, sizeof path, "%s/source", locales);
    FILE *out = fopen(path, "w");
    if (!out)
        abort();
    fprintf(out, "comment_char %%\nescape_char /\nLC_IDENTIFICATION\ntitle \"test\"\nEND LC_IDENTIFICATION\n"
                 "LC_NUMERIC\ndecimal_point \"%s\"\nthousands_sep \"<U002E>\"\ngrouping 3;3\nEND LC_NUMERIC\n",
            points[i]);
    static const char *const rest[] = { "LC_CTYPE", "LC_COLLATE", "LC_TIME", "LC_MONETARY", "LC_MESSAGES" };
    for (size_t k = 0; k < sizeof rest / sizeof *rest; k++)
        fprintf(out, "%s\ncopy \"POSIX\"\nEND %s\n", rest[k], rest[k]);
    fclose(out);
    snprintf(command, sizeof command, "localedef -c -i %s -f UTF-8 %s/%s >/dev/null 2>&1", path, locales, names[i]);
    int status = system(command);           /* warnings count as failures; what counts is the locale */
    (void)status;
}

static void make_locales(void)
{
    strcpy(locales, "/tmp/gradus-locale-XXXXXX");
    if (!mkdtemp(locales))
        abort();
    for (int i = 0; i < 2; i++)
        make_locale(i);
    setenv("LOCPATH", locales, 1);
}

static void remove_locales(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", locales);
    int status = system(command);
    (void)status;
}

/* Sets the i-th locale; false where it could not be made. */
static bool enter(int i)
{
    if (setlocale(LC_ALL, names[i]) && strcmp(localeconv()->decimal_point, ".") != 0)
        return true;
    setlocale(LC_ALL, "C");
    ck_assert_msg(!getenv("GRADUS_CI"), "localedef made no locale %s: is the package locales missing?", names[i]);
    fprintf(stderr, "test_locale: no locale %s here; not tested\n", names[i]);
    return false;
}

static void leave(void)
{
    setlocale(LC_ALL, "C");
}

/* ---- Everything that prints or writes ----------------------------------------------------------------- */

static char kept[64][200];                  /* messages */
static int messages;

static void keep(const char *message)
{
    if (messages < 64)
        snprintf(kept[messages++], sizeof kept[0], "%s", message);
}

static void provoke(void)
{
    gd_tensor *x = gd_from(GD_SHAPE(2), (gd_real[]){ (gd_real)0.5, (gd_real)1.5 });
    gd_on_error(keep);
    gd_uniform(GD_SHAPE(2), 1.5, 0.5);
    gd_normal(GD_SHAPE(2), 0, -0.25);
    gd_arange(0, 1.5, 0);
    gd_clamp(x, 1.5, 0.5);
    gd_dropout(x, 1.25, true);
    gd_huber_loss(x, x, -0.5, GD_MEAN);
    gd_norm(x, -1.5);
    gd_one_hot(x, 3);
    put_text("t.csv", "1\n1.5e999\n");
    gd_csv_read("t.csv", (gd_csv_options){ 0 });
    gd_csv_read("nowhere", (gd_csv_options){ 0 });
    gd_npy_write("nowhere/f", x);
    gd_fail("own: %g, %.3f, %8.2e", 0.1, 1234.5678, -0.001);
    gd_on_error(NULL);
}

static void write_messages(const char *path)
{
    FILE *out = fopen(path, "w");
    messages = 0;
    provoke();
    ck_assert_int_ge(messages, 10);
    for (int i = 0; i < messages; i++)
        fprintf(out, "%s\n", kept[i]);
    fclose(out);
}

static void write_pictures(const char *prefix)
{
    char path[100];
    gd_plot *p = gd_plot_new("t", "x", "y");
    for (int i = 0; i < 20; i++)
        gd_plot_point(p, "s", 0.025 * i, 1e-3 * i * i + 12.5);
    snprintf(path, sizeof path, "%s.png", prefix);
    if (!gd_plot_save(p, path))
        put_text(path, "no PNG");
    gd_plot_free(p);
}

static void write_run(const char *prefix)
{
    char path[100];
    gd_seed(1);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_from(GD_SHAPE(2), (gd_real[]){ (gd_real)0.25, (gd_real)-1.75 }));
    gd_optimizer *adam = gd_adam(net, gd_adam_defaults());
    gd_optimizer_trace(adam, w, GD_SHAPE(1));
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        gd_zero_grad(adam);
        gd_backward(gd_sum(gd_square(w)));
        gd_step(adam);
    }
    snprintf(path, sizeof path, "%s.trace", prefix);
    ck_assert(gd_trace_csv(adam, path));
    snprintf(path, sizeof path, "%s.safetensors", prefix);
    ck_assert(gd_save(path, net, adam) && gd_load(path, net, adam));
    snprintf(path, sizeof path, "%s.npy", prefix);
    ck_assert(gd_npy_write(path, w));
    gd_optimizer_free(adam);
    gd_params_free(net);
}

static void write_texts(const char *prefix)
{
    char path[100];
    snprintf(path, sizeof path, "%s.txt", prefix);
    FILE *out = fopen(path, "w");
    gd_tensor *x = gd_from(GD_SHAPE(2, 2), (gd_real[]){ (gd_real)0.4875, (gd_real)1e-30, (gd_real)NAN, 1234567 });
    gd_print(out, x);
    gd_tensor *w = gd_requires_grad(gd_set_name(gd_ones(GD_SHAPE(2, 2)), "w"));
    gd_tensor *y = gd_sum(gd_scale(gd_clamp(gd_mul(w, x), 0.25, 0.75), 0.5));
    gd_graph_print(out, y);
    fclose(out);
}

static void write_everything(const char *prefix)
{
    char path[100];
    write_texts(prefix);
    write_pictures(prefix);
    write_run(prefix);
    snprintf(path, sizeof path, "%s.messages", prefix);
    write_messages(path);
}

START_TEST(written_in_any_locale)
{
    static const char *const endings[] = { "txt", "png", "trace", "safetensors", "npy", "messages" };
    static char should[1 << 19], is[1 << 19];
    write_everything("c");
    for (int i = 0; i < 2; i++) {
        if (!enter(i))
            continue;
        write_everything("other");
        leave();
        for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
            char path[40];
            snprintf(path, sizeof path, "c.%s", endings[k]);
            size_t n = get_bytes(path, should, sizeof should);
            snprintf(path, sizeof path, "other.%s", endings[k]);
            ck_assert(n > 0 && n < sizeof should);
            if (get_bytes(path, is, sizeof is) != n || memcmp(is, should, n) != 0)
                ck_abort_msg("%s, %s:\n%.2000s\nand in the C locale\n%.2000s", names[i], path, is, should);
        }
    }
}
END_TEST

START_TEST(print_has_points)
{
    char text[100] = "";
    for (int i = 0; i < 2; i++) {
        if (!enter(i))
            continue;
        FILE *out = fopen("f", "w");
        gd_print(out, gd_from(GD_SHAPE(2), (gd_real[]){ (gd_real)0.4875, (gd_real)1.4875 }));
        fclose(out);
        text[get_bytes("f", text, sizeof text - 1)] = '\0';
        ck_assert_str_eq(text, "[2]: [0.4875, 1.4875]\n");
        gd_normal(GD_SHAPE(1), 0, -0.25);
        ck_message("gd_normal: std = -0.25 must not be negative");
        leave();
    }
}
END_TEST

/* The progress line appears on terminals only. */
START_TEST(progress_has_points)
{
#if defined(__linux__)
    char line[300] = "";
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (!enter(0) || master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        return;
    FILE *terminal = fopen(ptsname(master), "w");
    ck_assert_ptr_nonnull(terminal);
    gd_progress bar = gd_progress_start(terminal, "mlp");
    gd_progress_show(&bar, 1.25, 10, 0.4312, 100);
    gd_progress_end(&bar);
    ck_assert_int_gt(read(master, line, sizeof line - 1), 0);
    fclose(terminal);
    close(master);
    leave();
    ck_assert_msg(strstr(line, "mlp  epoch 1.25  step 10  loss 0.4312  "), "%s", line);
    ck_assert_msg(!strchr(line, ','), "%s", line);
#endif
}
END_TEST

/* ---- Reading ------------------------------------------------------------------------------------------ */

START_TEST(read_in_any_locale)
{
    for (int i = 0; i < 2; i++) {
        if (!enter(i))
            continue;
        put_text("t.csv", "x;y\n1.5;0.12345678901234567890123\n-2.25e-3;1e22\n");
        gd_tensor *t = gd_csv_read("t.csv", (gd_csv_options){ 0 });
        ck_assert_msg(t, "%s", gd_last_error());
        ck_exact_values(t, 1.5, 0.12345678901234567890123, -2.25e-3, 1e22);
        put_text("t.csv", "1,5;2\n");
        ck_assert_ptr_null(gd_csv_read("t.csv", (gd_csv_options){ 0 }));
        leave();
    }
}
END_TEST

/* ---- Error texts of the system ------------------------------------------------------------------------ */

#if defined(__GLIBC__)
static void put_word(unsigned char *to, uint32_t word)
{
    memcpy(to, &word, sizeof word);         /* a catalogue may have either order of bytes */
}

/* A message catalogue of GNU gettext with the empty entry and one more. */
static void put_catalogue(const char *path, const char *text, const char *translation)
{
    static const char header[] = "Content-Type: text/plain; charset=UTF-8\n";
    unsigned char file[400] = { 0 };
    uint32_t words[] = { 0x950412de, 0, 2, 28, 44, 0, 60, 0, 60, (uint32_t)strlen(text), 61,
                         sizeof header - 1, 200, (uint32_t)strlen(translation), 300 };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        put_word(file + 4 * i, words[i]);
    strcpy((char *)file + 61, text);
    strcpy((char *)file + 200, header);
    strcpy((char *)file + 300, translation);
    put_bytes(path, file, sizeof file);
}
#endif

START_TEST(reasons_are_english)
{
#if defined(__GLIBC__)
    if (!enter(0))
        return;
    unsetenv("LANGUAGE");
    setenv("LC_ALL", names[0], 1);          /* the environment's locale is not English either */
    ck_assert_int_eq(system("mkdir -p comma/LC_MESSAGES"), 0);
    put_catalogue("comma/LC_MESSAGES/libc.mo", "No such file or directory", "Datei oder Verzeichnis nicht gefunden");
    bindtextdomain("libc", scratch_folder);
    ck_assert_str_eq(strerror(2), "Datei oder Verzeichnis nicht gefunden");       /* the test can fail */
    ck_assert_ptr_null(gd_csv_read("nowhere", (gd_csv_options){ 0 }));
    ck_message("gd_csv_read: nowhere cannot be read: No such file or directory");
    ck_assert(!gd_npy_write("nowhere/f", gd_ones(GD_SHAPE(1))));
    ck_message("gd_npy_write: nowhere/f cannot be written: there is no folder nowhere");
    leave();
#endif
}
END_TEST

/* ---- gi_format ---------------------------------------------------------------------------------------- */

static char formatted[2][3000];

static void both(const char *format, ...)
{
    int length[2];
    for (int i = 0; i < 2; i++) {
        va_list arguments;
        va_start(arguments, format);
        length[i] = (i ? vsnprintf : gi_vformat)(formatted[i], sizeof formatted[i], format, arguments);
        va_end(arguments);
    }
    ck_assert_msg(length[0] == length[1] && strcmp(formatted[0], formatted[1]) == 0, "%s: \"%s\", not \"%s\"", format,
                  formatted[0], formatted[1]);
}

/* The text is that of snprintf in the C locale. */
static void check_formats(void)
{
    static const double numbers[] = { 0, -0.0, 1, -1.5, 0.1, 1e300, -1e-300, 123456.789, INFINITY, -INFINITY, NAN };
    static const char *const formats[] = {
        "%g", "%.17g", "%f", "%.0f", "%#.0f", "%e", "%a", "%A", "%G", "%12.3f|", "%-12.3f|", "%012.3f|", "%+.2e", "% g",
        "%+08.2f", "%-08.2f|", "%020a|", "%.25f", "%1.1E"
    };
    for (size_t k = 0; k < sizeof formats / sizeof *formats; k++)
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            both(formats[k], numbers[i]);
    both("plain, 100%%");
    both("%d %5d|%-5d|%05d %+d % d %.3d %i", 1, 2, 3, 4, 5, 6, 7, -8);
    both("%hhd %hd %ld %lld %jd %zu %td", (signed char)-1, (short)-2, -3L, -4LL, (intmax_t)-5, (size_t)6,
         (ptrdiff_t)7);
    both("%u %o %x %X %#x %lu %llu %ju", 1u, 8u, 255u, 255u, 255u, 4ul, 5ull, (uintmax_t)6);
    both("%s|%8s|%-8s|%.2s|%c|%5c|%p", "text", "text", "text", "text", 'c', 'c', (void *)formatted);
    both("%*d|%-*d|%.*f|%*.*f|%*s", 5, 1, 5, 2, 2, 0.125, 9, 3, -0.5, -6, "ab");
    both("%Lf %.3Lg", 0.5L, 1e10L);
    both("%.600f|%900d|%s", 1e-300, 1, "end");
}

START_TEST(format_is_printf)
{
    check_formats();
    char small[8];
    ck_assert_int_eq(gi_format(small, sizeof small, "%.3f and more", 0.5), 14);
    ck_assert_str_eq(small, "0.500 a");
    ck_assert_int_eq(gi_format(NULL, 0, "%g", 0.25), 4);
}
END_TEST

START_TEST(format_in_any_locale)
{
    char text[100];
    for (int i = 0; i < 2; i++) {
        if (!enter(i))
            continue;
        ck_assert_int_eq(gi_format(text, sizeof text, "%g|%8.2f|%-8.2f|%08.2f|%+.1e|%.0f|%#.0f|%a|%s|%d", 0.5, -1.5,
                                   1.5, -1.5, 1e10, 2.0, 2.0, 0.75, "a,b", 7), 59);
        leave();
        ck_assert_str_eq(text, "0.5|   -1.50|1.50    |-0001.50|+1.0e+10|2|2.|0x1.8p-1|a,b|7");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: locale");
    TCase *writing = scratch_case(suite, "writing"), *formats = scratch_case(suite, "formats");
    tcase_add_test(writing, print_has_points);
    tcase_add_test(writing, written_in_any_locale);
    tcase_add_test(writing, progress_has_points);
    tcase_add_test(writing, read_in_any_locale);
    tcase_add_test(writing, reasons_are_english);
    tcase_add_test(formats, format_is_printf);
    tcase_add_test(formats, format_in_any_locale);
    make_locales();
    int failed = run_suite(suite);
    remove_locales();
    return failed;
}
