/* animation.c - an animated PNG, frame by frame: its chunks are written here, around the compressed pixels of png.c.
 *
 * The format: "PNG specification", third edition (W3C 2025), 11.3.7: acTL says how many frames there are and how often
 * they are played; fcTL before each frame where it lies and how long it is shown; the first frame is the IDAT of an
 * ordinary PNG, the others are fdAT, which is IDAT after a number.  fcTL and fdAT are numbered together.  How many
 * frames there are, and which is the last, is known only at the end: these two chunks are written again then. */
#include "gradus/animation.h"

#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "files/crc32.h"
#include "files/files.h"
#include "page.h"
#include "png.h"
#include "tensor/check.h"

enum { CONTROL = 26, DELAY = 100, LONGEST_DELAY = 60000 };      /* bytes of fcTL; milliseconds */

struct gd_animation {
    gi_output            out;
    gd_animation_options options;
    char                 path[GI_LONGEST_PATH];
    int                  width, height;
    uint8_t             *pixels;            /* of the frame before, [height, width, 3]; NULL: there is none */
    uint32_t             frames, numbered;  /* numbered: chunks */
    long                 size;              /* of the file so far */
    long                 place;             /* in it, of the latest fcTL */
    uint8_t              control[CONTROL];  /* its contents */
};

/* ---- Chunks -------------------------------------------------------------------------------------------- */

static void put_number(uint8_t *at, uint32_t number, int bytes)
{
    for (int k = 0; k < bytes; k++)
        at[k] = (uint8_t)(number >> 8 * (bytes - 1 - k));
}

static uint32_t number_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A chunk's length and name before its contents, and its checksum after them. */
static void head_of(uint8_t head[8], const char *name, size_t n)
{
    put_number(head, (uint32_t)n, 4);
    memcpy(head + 4, name, 4);
}

/* Contents in two parts, the second of which may be empty. */
static bool put_chunk(gd_animation *a, const char *name, const uint8_t *first, size_t n, const uint8_t *rest, size_t m)
{
    uint8_t head[8], sum[4];
    head_of(head, name, n + m);
    uint32_t crc = gi_crc32(gi_crc32(gi_crc32(0, head + 4, 4), first, n), rest, m);
    put_number(sum, crc, 4);
    a->size += (long)(sizeof head + n + m + sizeof sum);
    return gi_output_put(&a->out, head, sizeof head) && gi_output_put(&a->out, first, n) &&
           gi_output_put(&a->out, rest, m) && gi_output_put(&a->out, sum, sizeof sum);
}

/* Writes a chunk of at most CONTROL bytes again, at its old place. */
static bool patch_chunk(gd_animation *a, long place, const char *name, const uint8_t *contents, size_t n)
{
    uint8_t chunk[8 + CONTROL + 4];
    head_of(chunk, name, n);
    memcpy(chunk + 8, contents, n);
    put_number(chunk + 8 + n, gi_crc32(0, chunk + 4, 4 + n), 4);
    return gi_output_patch(&a->out, place, chunk, 8 + n + 4);
}

/* ---- The file ------------------------------------------------------------------------------------------ */

static const uint8_t signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };
enum { HEADER = 13, COUNTS = 8, COUNTS_PLACE = sizeof signature + 8 + HEADER + 4 };     /* acTL follows IHDR */

static void counts_of(const gd_animation *a, uint8_t counts[COUNTS])
{
    put_number(counts, a->frames, 4);
    put_number(counts + 4, (uint32_t)a->options.repeat, 4);
}

static bool put_header(gd_animation *a)
{
    uint8_t header[HEADER] = { 0 }, counts[COUNTS];
    put_number(header, (uint32_t)a->width, 4);
    put_number(header + 4, (uint32_t)a->height, 4);
    header[8] = 8;                          /* bits, */
    header[9] = 2;                          /* red, green and blue */
    counts_of(a, counts);
    a->size = sizeof signature;
    return gi_output_put(&a->out, signature, sizeof signature) && put_chunk(a, "IHDR", header, HEADER, NULL, 0) &&
           put_chunk(a, "acTL", counts, COUNTS, NULL, 0);
}

typedef struct part { int left, top, width, height; } part;

static bool put_control(gd_animation *a, part changed)
{
    uint8_t *c = a->control;
    memset(c, 0, CONTROL);                  /* the last two: the frame stays, and replaces what it covers */
    put_number(c, a->numbered++, 4);
    put_number(c + 4, (uint32_t)changed.width, 4);
    put_number(c + 8, (uint32_t)changed.height, 4);
    put_number(c + 12, (uint32_t)changed.left, 4);
    put_number(c + 16, (uint32_t)changed.top, 4);
    put_number(c + 20, (uint32_t)a->options.delay_ms, 2);
    put_number(c + 22, 1000, 2);            /* the delay is in parts of a second, so many */
    a->place = a->size;
    return put_chunk(a, "fcTL", c, CONTROL, NULL, 0);
}

/* The compressed pixels in a PNG file: the contents of its IDAT chunks, moved together to its beginning. */
static size_t data_of(uint8_t *png, size_t size)
{
    size_t n = 0;
    for (size_t at = sizeof signature; at + 12 <= size;) {
        size_t length = number_at(png + at);
        if (memcmp(png + at + 4, "IDAT", 4) == 0) {
            memmove(png + n, png + at + 8, length);
            n += length;
        }
        at += 12 + length;
    }
    return n;
}

/* ---- Frames -------------------------------------------------------------------------------------------- */

/* Where the two pictures differ; at least one pixel, as a frame may not be empty. */
static part difference(const uint8_t *a, const uint8_t *b, int width, int height)
{
    int left = width, top = height, right = 0, bottom = 0;
    for (int y = 0; y < height; y++) {
        const uint8_t *p = a + (size_t)y * (size_t)width * 3, *q = b + (size_t)y * (size_t)width * 3;
        if (memcmp(p, q, (size_t)width * 3) == 0)
            continue;
        int first = 0, last = width - 1;
        while (memcmp(p + 3 * first, q + 3 * first, 3) == 0)
            first++;
        while (memcmp(p + 3 * last, q + 3 * last, 3) == 0)
            last--;
        left = first < left ? first : left;
        right = last >= right ? last + 1 : right;
        top = y < top ? y : top;
        bottom = y + 1;
    }
    return bottom ? (part){ left, top, right - left, bottom - top } : (part){ 0, 0, 1, 1 };
}

/* The part of a picture as compressed pixels; free them.  NULL after a message. */
static uint8_t *compressed(const char *who, const uint8_t *pixels, int width, part p, size_t *size)
{
    size_t row = 3 * (size_t)p.width;
    uint8_t *rows = gi_memory_new(GI_PLOTS, row * (size_t)p.height);
    for (int y = 0; rows && y < p.height; y++)
        memcpy(rows + (size_t)y * row, pixels + 3 * ((size_t)(p.top + y) * (size_t)width + (size_t)p.left), row);
    uint8_t *png = rows ? gi_png_encode(who, rows, p.width, p.height, size) : NULL;
    gi_memory_free(rows);
    *size = png ? data_of(png, *size) : 0;
    return png;
}

/* Takes over the pixels, also when it fails. */
static bool add_pixels(const char *who, gd_animation *a, uint8_t *pixels, int width, int height)
{
    part all = { 0, 0, width, height };
    part changed = a->pixels ? difference(a->pixels, pixels, width, height) : all;
    size_t size;
    uint8_t number[4], *data = compressed(who, pixels, width, changed, &size);
    if (!data) {
        gi_memory_free(pixels);
        return false;
    }
    a->out.function = who;
    a->width = width;
    a->height = height;
    if (!a->pixels)
        put_header(a);
    gi_memory_free(a->pixels);
    a->pixels = pixels;
    put_control(a, changed);
    put_number(number, a->numbered, 4);
    bool good = a->frames == 0 ? put_chunk(a, "IDAT", data, size, NULL, 0)
                               : put_chunk(a, "fdAT", number, sizeof number, data, size);
    a->numbered += a->frames > 0;
    a->frames++;
    gi_memory_free(data);
    return good;
}

/* Is the page as large as the first frame?  Then its pixels are added; the page is stopped in any case. */
static bool add_page(const char *who, gd_animation *a, gi_page *page)
{
    int width = page->canvas.width, height = page->canvas.height;
    bool fits = !a->pixels || (width == a->width && height == a->height);
    uint8_t *pixels = fits ? gi_memory_new(GI_PLOTS, 3 * (size_t)width * (size_t)height) : NULL;
    if (!fits)
        gd_fail("%s: the frame has %d x %d pixels: %d x %d as in the first frame expected", who, width, height,
                a->width, a->height);
    if (pixels && !gi_canvas_bytes(&page->canvas, pixels)) {
        gi_memory_free(pixels);
        pixels = NULL;
    }
    gi_page_stop(page);
    return pixels && add_pixels(who, a, pixels, width, height);
}

static bool can_go_on(const char *who, gd_animation *a)
{
    return gi_given(who, "a", a) && a->out.good;
}

bool gd_animation_frame(gd_animation *a, gd_plot *p)
{
    const char *who = "gd_animation_frame";
    gi_page page;
    return can_go_on(who, a) && gi_given(who, "p", p) && gi_page_plot(who, &page, p, NULL) && add_page(who, a, &page);
}

bool gd_animation_grid(gd_animation *a, gd_plot *const panels[], int rows, int columns, const char *title)
{
    const char *who = "gd_animation_grid";
    gi_page page;
    return can_go_on(who, a) && gi_page_grid(who, &page, panels, rows, columns, title, NULL) &&
           add_page(who, a, &page);
}

/* ---- Beginning and end --------------------------------------------------------------------------------- */

static bool check_options(const char *who, gd_animation_options options)
{
    const struct { const char *name; int value, most; } fields[] = {
        { "delay_ms", options.delay_ms, LONGEST_DELAY }, { "last_ms", options.last_ms, LONGEST_DELAY },
        { "repeat", options.repeat, INT32_MAX }
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].value < 0 || fields[i].value > fields[i].most)
            return gd_fail("%s: %s = %d must lie in [0, %d]", who, fields[i].name, fields[i].value, fields[i].most);
    return true;
}

gd_animation *gd_animation_new(const char *path, gd_animation_options options)
{
    const char *who = "gd_animation_new";
    if (!gi_animation_path(who, path) || !check_options(who, options))
        return NULL;
    gd_animation *a = gi_memory_new(GI_PLOTS, sizeof *a);
    if (!a)
        return NULL;
    memset(a, 0, sizeof *a);
    a->options = options;
    a->options.delay_ms = options.delay_ms ? options.delay_ms : DELAY;
    bool good = gi_output_begin(&a->out, who, path);
    if (good) {
        strcpy(a->path, path);              /* the caller's may be gone when it is needed again */
        a->out.path = a->path;
        return a;
    }
    gi_output_end(&a->out);
    gi_memory_free(a);
    return NULL;
}

bool gd_animation_end(gd_animation *a)
{
    const char *who = "gd_animation_end";
    uint8_t counts[COUNTS];
    if (!gi_given(who, "a", a))
        return false;
    a->out.function = who;
    if (a->out.good && !a->frames)
        a->out.good = gd_fail("%s: %s: there is no frame: at least one call of gd_animation_frame expected", who,
                              a->path);
    counts_of(a, counts);
    if (a->options.last_ms)
        put_number(a->control + 20, (uint32_t)a->options.last_ms, 2);
    if (a->out.good)
        put_chunk(a, "IEND", NULL, 0, NULL, 0);
    patch_chunk(a, COUNTS_PLACE, "acTL", counts, COUNTS);
    patch_chunk(a, a->place, "fcTL", a->control, CONTROL);
    bool good = gi_output_end(&a->out);
    gi_memory_free(a->pixels);
    gi_handle_free(a);
    return good;
}
