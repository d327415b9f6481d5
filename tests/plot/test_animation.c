/* test_animation.c - animated PNG: every chunk, every frame decoded and compared with the picture that gd_plot_save
 * writes; and what happens when something fails. */
#define _XOPEN_SOURCE 700                   /* access */
#include <signal.h>
#include <sys/resource.h>

#include "support/own_malloc.h"
#include "support/picture.h"

static const char film[] = "film.png";

/* ---- Reading ------------------------------------------------------------------------------------------- */

typedef struct chunk { char name[5]; const unsigned char *at; size_t n; } chunk;

static unsigned char file[1 << 21];
static chunk chunks[1000];
static int   count;

static size_t number(const unsigned char *at, int bytes)
{
    size_t n = 0;
    for (int k = 0; k < bytes; k++)
        n = n << 8 | at[k];
    return n;
}

/* The checksum of the PNG specification's appendix, bit by bit. */
static uint32_t checksum(const unsigned char *at, size_t n)
{
    uint32_t crc = UINT32_C(0xffffffff);
    for (size_t i = 0; i < n; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? UINT32_C(0xedb88320) ^ crc >> 1 : crc >> 1;
    }
    return ~crc;
}

static void read_chunks(void)
{
    size_t size = get_bytes(film, file, sizeof file), at = 8;
    ck_assert_int_eq(memcmp(file, "\x89PNG\r\n\x1a\n", 8), 0);
    for (count = 0; at < size; count++) {
        ck_assert_int_lt(count, 1000);
        chunk *c = &chunks[count];
        c->n = number(file + at, 4);
        c->at = file + at + 8;
        memcpy(c->name, file + at + 4, 4);
        ck_assert_uint_le(at + 12 + c->n, size);
        ck_assert_uint_eq(number(c->at + c->n, 4), checksum(file + at + 4, c->n + 4));
        at += 12 + c->n;
    }
    ck_assert_uint_eq(at, size);
}

static const char *name_of(int k)
{
    return k < count ? chunks[k].name : "";
}

/* A frame alone, as a PNG file that stb_image decodes. */
static picture decode(const chunk *header, const chunk *control, const unsigned char *data, size_t n)
{
    FILE *f = fopen("frame.png", "wb");
    unsigned char out[64];
    const struct { const char *name; const unsigned char *at; size_t n; } parts[] = {
        { "IHDR", out, 13 }, { "IDAT", data, n }, { "IEND", NULL, 0 }
    };
    memcpy(out, control->at + 4, 8);                /* width and height */
    memcpy(out + 8, header->at + 8, 5);
    fwrite(file, 1, 8, f);
    for (int k = 0; k < 3; k++) {
        unsigned char *whole = malloc(parts[k].n + 12);
        for (int b = 0; b < 4; b++)
            whole[b] = (unsigned char)(parts[k].n >> (24 - 8 * b));
        memcpy(whole + 4, parts[k].name, 4);
        if (parts[k].n)
            memcpy(whole + 8, parts[k].at, parts[k].n);
        uint32_t crc = checksum(whole + 4, parts[k].n + 4);
        for (int b = 0; b < 4; b++)
            whole[8 + parts[k].n + (size_t)b] = (unsigned char)(crc >> (24 - 8 * b));
        fwrite(whole, 1, parts[k].n + 12, f);
        free(whole);
    }
    fclose(f);
    picture p = load_picture("frame.png");
    ck_assert_int_eq(remove("frame.png"), 0);
    return p;
}

/* ---- Films --------------------------------------------------------------------------------------------- */

static gd_plot *screen(int width, int height)
{
    gd_plot *p = gd_plot_new("Descent", "x1", "x2");
    double zero = 0;
    gd_plot_size(p, width, height);
    gd_plot_contour(p, bowl, &zero, -2, 2, -2, 2);
    return p;
}

/* One more point of a spiral. */
static void advance(gd_plot *p, int step)
{
    gd_plot_point(p, "spiral", 1.8 * cos(step) * exp(-0.1 * step), 1.8 * sin(step) * exp(-0.1 * step));
}

enum { FRAMES = 7 };

START_TEST(every_frame_is_the_picture_of_its_time)
{
    gd_plot *p = screen(240, 180);
    gd_animation *a = gd_animation_new(film, (gd_animation_options){ .delay_ms = 40, .last_ms = 2500, .repeat = 3 });
    picture pictures[FRAMES];
    ck_assert_ptr_nonnull(a);
    for (int i = 0; i < FRAMES; i++) {
        if (i != 4)                                 /* two equal frames */
            advance(p, i);
        ck_good(gd_animation_frame(a, p));
        pictures[i] = drawn(p);
    }
    ck_assert_int_eq(access(film, F_OK), -1);       /* not before the end */
    ck_good(gd_animation_end(a));
    read_chunks();
    ck_assert_str_eq(name_of(0), "IHDR");
    ck_assert_str_eq(name_of(1), "acTL");
    ck_assert_uint_eq(number(chunks[1].at, 4), FRAMES);
    ck_assert_uint_eq(number(chunks[1].at + 4, 4), 3);
    ck_assert_int_eq(count, 2 + 2 * FRAMES + 1);
    ck_assert_str_eq(name_of(count - 1), "IEND");

    unsigned char *page = calloc(240 * 180, 3);
    size_t sequence = 0;
    for (int i = 0; i < FRAMES; i++) {
        const chunk *control = &chunks[2 + 2 * i], *data = control + 1;
        const unsigned char *c = control->at;
        ck_assert_str_eq(control->name, "fcTL");
        ck_assert_str_eq(data->name, i ? "fdAT" : "IDAT");
        ck_assert_uint_eq(control->n, 26);
        ck_assert_uint_eq(number(c, 4), sequence++);
        if (i)
            ck_assert_uint_eq(number(data->at, 4), sequence++);
        ck_assert_uint_eq(number(c + 20, 2), i == FRAMES - 1 ? 2500 : 40);
        ck_assert_uint_eq(number(c + 22, 2), 1000);
        ck_assert_uint_eq(number(c + 24, 2), 0);    /* it stays, and replaces */
        size_t width = number(c + 4, 4), height = number(c + 8, 4), left = number(c + 12, 4), top = number(c + 16, 4);
        ck_assert(width > 0 && height > 0 && left + width <= 240 && top + height <= 180);
        if (i == 0)
            ck_assert(width == 240 && height == 180);
        if (i == 4)
            ck_assert(width == 1 && height == 1);
        picture frame = decode(&chunks[0], control, data->at + (i ? 4 : 0), data->n - (i ? 4 : 0));
        ck_assert(frame.width == (int)width && frame.height == (int)height);
        for (size_t y = 0; y < height; y++)
            memcpy(page + 3 * ((top + y) * 240 + left), frame.rgb + 3 * y * width, 3 * width);
        ck_assert_msg(memcmp(page, pictures[i].rgb, 240 * 180 * 3) == 0, "frame %d", i);
        discard(frame);
        discard(pictures[i]);
    }
    free(page);
    ck_assert_int_eq(remove(film), 0);
    gd_plot_free(p);
}
END_TEST

START_TEST(frames_may_be_grids)
{
    gd_plot *panels[] = { screen(200, 150), screen(200, 150) };
    gd_animation *a = gd_animation_new(film, (gd_animation_options){ 0 });
    for (int i = 0; i < 3; i++) {
        advance(panels[i % 2], i);
        ck_good(gd_animation_grid(a, panels, 1, 2, "Two"));
    }
    ck_good(gd_animation_end(a));
    read_chunks();
    ck_assert_uint_eq(number(chunks[0].at, 4), 400);
    ck_assert_uint_eq(number(chunks[1].at, 4), 3);
    ck_assert_uint_eq(number(chunks[1].at + 4, 4), 0);              /* for ever */
    ck_assert_uint_eq(number(chunks[2].at + 20, 2), 100);
    ck_assert_int_eq(remove(film), 0);
    gd_plot_free(panels[0]);
    gd_plot_free(panels[1]);
}
END_TEST

/* Memory for a frame is that of one picture, however many there are. */
START_TEST(memory_does_not_grow)
{
    gd_plot *p = screen(200, 150);
    gd_animation *a = gd_animation_new(film, (gd_animation_options){ 0 });
    size_t first = 0;
    for (int i = 0; i < 40; i++) {                  /* the series reserves memory for 64 points at once */
        advance(p, i);
        ck_good(gd_animation_frame(a, p));
        first = first ? first : gd_memory_live();
        ck_assert_uint_eq(gd_memory_live(), first);
    }
    ck_good(gd_animation_end(a));
    ck_assert_int_eq(remove(film), 0);
    gd_plot_free(p);
}
END_TEST

/* ---- Errors -------------------------------------------------------------------------------------------- */

START_TEST(wrong_arguments_are_named)
{
    gd_animation_options none = { 0 };
    gd_plot *p = screen(200, 150), *other = screen(201, 150);
    ck_refused(gd_animation_new(NULL, none), "gd_animation_new: path is NULL: the name of a file was expected");
    ck_refused(gd_animation_new("", none), "gd_animation_new: path is empty: the name of a file was expected");
    ck_refused(gd_animation_new("a.gif", none), "gd_animation_new: a.gif: pictures are written as PNG or SVG: a name "
                                                "that ends in .png or .svg was expected");
    ck_refused(gd_animation_new("a.svg", none),
               "gd_animation_new: a.svg: an animation is written as PNG: a name that ends in .png was expected");
    ck_refused(gd_animation_new("nowhere/a.png", none),
               "gd_animation_new: nowhere/a.png cannot be written: there is no folder nowhere");
    ck_refused(gd_animation_new(film, (gd_animation_options){ .delay_ms = -1 }),
               "gd_animation_new: delay_ms = -1 must lie in [0, 60000]");
    ck_refused(gd_animation_new(film, (gd_animation_options){ .last_ms = 60001 }),
               "gd_animation_new: last_ms = 60001 must lie in [0, 60000]");
    ck_refused(gd_animation_new(film, (gd_animation_options){ .repeat = -2 }),
               "gd_animation_new: repeat = -2 must lie in [0, 2147483647]");
    ck_refused(gd_animation_frame(NULL, p), "gd_animation_frame: a is NULL");
    ck_refused(gd_animation_grid(NULL, &p, 1, 1, NULL), "gd_animation_grid: a is NULL");
    ck_refused(gd_animation_end(NULL), "gd_animation_end: a is NULL");
    gd_animation *a = gd_animation_new(film, none);
    ck_refused(gd_animation_frame(a, NULL), "gd_animation_frame: p is NULL");
    ck_good(gd_animation_frame(a, p));
    ck_refused(gd_animation_frame(a, other),
               "gd_animation_frame: the frame has 201 x 150 pixels: 200 x 150 as in the first frame expected");
    ck_refused(gd_animation_grid(a, NULL, 1, 1, NULL), "gd_animation_grid: panels is NULL");
    ck_good(gd_animation_frame(a, p));
    ck_good(gd_animation_end(a));                   /* the refused frames have left no trace */
    read_chunks();
    ck_assert_uint_eq(number(chunks[1].at, 4), 2);
    ck_assert_int_eq(count, 7);
    gd_plot_free(p);
    gd_plot_free(other);

    put_text(film, "old");
    a = gd_animation_new(film, none);
    ck_refused(gd_animation_end(a), "gd_animation_end: film.png: there is no frame: at least one call of "
                                    "gd_animation_frame expected");
    char text[4] = "";
    ck_assert_uint_eq(get_bytes(film, text, 4), 3);
    ck_assert_str_eq(text, "old");
    ck_assert_int_eq(remove(film), 0);
}
END_TEST

/* A limit on the size of a file simulates a full disk: one message, the old file, and no half one. */
START_TEST(a_full_disk_keeps_the_old_file)
{
    struct rlimit before, small;
    gd_plot *p = screen(300, 200);
    put_text(film, "old");
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 5000;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    gd_animation *a = gd_animation_new(film, (gd_animation_options){ 0 });
    bool good = a != NULL;
    for (int i = 0; i < 5; i++) {
        advance(p, i);
        good = gd_animation_frame(a, p) && good;
    }
    good = gd_animation_end(a) && good;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert(!good);
    ck_assert_ptr_nonnull(strstr(gd_last_error(), ": film.png cannot be written: File too large"));
    char text[4] = "";
    ck_assert_uint_eq(get_bytes(film, text, 4), 3);
    ck_assert_str_eq(text, "old");
    ck_assert_int_eq(remove(film), 0);
    gd_plot_free(p);
}
END_TEST

#ifdef OWN_MALLOC
static volatile long left;                  /* requests until one is refused; 0: none is */

static bool refuses_request(void)
{
    return left > 0 && --left == 0;
}

static bool three_frames(gd_plot *p)
{
    gd_animation *a = gd_animation_new(film, (gd_animation_options){ 0 });
    bool good = a != NULL;
    for (int i = 0; i < 3 && good; i++)
        good = gd_animation_frame(a, p);
    left = 0;
    bool ended = a && gd_animation_end(a);
    return good && ended;
}

/* Each request in turn is refused. */
START_TEST(without_memory_there_is_a_message)
{
    gd_plot *p = screen(200, 150);
    bool whole = false;
    long k = 1;
    advance(p, 0);
    for (; !whole; k++) {
        gd_clear_error();
        size_t before = gd_memory_live();
        left = k;
        bool good = three_frames(p);
        whole = good && !gd_last_error();
        ck_assert_uint_eq(gd_memory_live(), before);
        ck_assert_msg(good == !gd_last_error(), "request %ld: %s", k, gd_last_error());
        remove(film);
        if (k > 20)
            k += 19;
    }
    ck_assert_int_gt(k, 20);
    gd_plot_free(p);
}
END_TEST
#endif

int main(void)
{
    TCase *cases;
    Suite *suite = plot_suite("plot: animation", &cases);
    tcase_add_test(cases, every_frame_is_the_picture_of_its_time);
    tcase_add_test(cases, frames_may_be_grids);
    tcase_add_test(cases, memory_does_not_grow);
    tcase_add_test(cases, wrong_arguments_are_named);
    tcase_add_test(cases, a_full_disk_keeps_the_old_file);
#ifdef OWN_MALLOC
    tcase_add_test(cases, without_memory_there_is_a_message);
#endif
    return run_suite(suite);
}
