/* images.c - a grid of images with captions, instead of axes. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/charts.h"
#include "gradus/tensor.h"
#include "picture.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/shape.h"


enum { MOST_IMAGES = 10000, MOST_SIDE = 4096, MOST_PIXELS = 64000000 };

static const gi_rgb vermillion = { 213, 94, 0 };

/* ---- What it holds ------------------------------------------------------------------------------------------- */

void gi_free_images(gi_images *images)
{
    gi_memory_free(images->cells);
    gi_memory_free(images->marked);
    gi_free_names(&images->captions);
    *images = (gi_images){ 0 };
}

/* Images [n, channels, h, w] of any strides. */
typedef struct source {
    const gd_tensor *t;
    int64_t n, channels, h, w;
    int64_t step[4];                        /* strides */
} source;

static bool read_shape(const char *who, const gd_tensor *t, source *s)
{
    bool flat = t->ndim == 3, colour = t->ndim == 4 && t->shape[1] == 3;
    if (!flat && !(t->ndim == 4 && (t->shape[1] == 1 || colour))) {
        gd_fail("%s: images is %s: [n, h, w], [n, 1, h, w] or [n, 3, h, w] expected", who, gi_text_of(t).s);
        return false;
    }
    int d = t->ndim;
    *s = (source){ .t = t, .n = t->shape[0], .channels = colour ? 3 : 1, .h = t->shape[d - 2], .w = t->shape[d - 1],
                   .step = { t->stride[0], flat ? 0 : t->stride[1], t->stride[d - 2], t->stride[d - 1] } };
    if (s->n < 1 || s->h < 1 || s->w < 1 || s->n > MOST_IMAGES || s->h > MOST_SIDE || s->w > MOST_SIDE ||
        s->n * s->h * s->w > MOST_PIXELS) {
        gd_fail("%s: images is %s: 1 to %d images of 1 to %d pixels in a direction expected, %d million in all", who,
                gi_text_of(t).s, (int)MOST_IMAGES, (int)MOST_SIDE, MOST_PIXELS / 1000000);
        return false;
    }
    return true;
}

static double value_at(const source *s, int64_t k, int64_t channel, int64_t i, int64_t j)
{
    return (double)s->t->data[k * s->step[0] + channel * s->step[1] + i * s->step[2] + j * s->step[3]];
}

/* The extremes of the finite values of one image. */
static void extremes(const source *s, int64_t k, double *low, double *high)
{
    for (int64_t c = 0; c < s->channels; c++)
        for (int64_t i = 0; i < s->h; i++)
            for (int64_t j = 0; j < s->w; j++) {
                double value = value_at(s, k, c, i, j);
                if (isfinite(value)) {
                    *low = fmin(*low, value);
                    *high = fmax(*high, value);
                }
            }
}

/* 0 .. 255; an image of one value is grey. */
static uint8_t level(double value, double low, double high)
{
    double part = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
    return (uint8_t)(255 * fmin(fmax(part, 0), 1) + 0.5);
}

static gi_rgb pixel_of(const source *s, int64_t k, int64_t i, int64_t j, double low, double high)
{
    double v[3];
    for (int64_t c = 0; c < 3; c++) {
        v[c] = value_at(s, k, c < s->channels ? c : 0, i, j);
        if (!isfinite(v[c]))
            return vermillion;
    }
    return (gi_rgb){ level(v[0], low, high), level(v[1], low, high), level(v[2], low, high) };
}

static void read_pixels(const source *s, const gd_image_look *look, gi_rgb *cells)
{
    bool given = look->low != 0 || look->high != 0;
    double low = given ? look->low : INFINITY, high = given ? look->high : -INFINITY;
    for (int64_t k = 0; k < s->n && look->together && !given; k++)
        extremes(s, k, &low, &high);
    for (int64_t k = 0; k < s->n; k++) {
        double own_low = low, own_high = high;
        if (!given && !look->together)
            extremes(s, k, &own_low, &own_high);
        for (int64_t i = 0; i < s->h; i++)
            for (int64_t j = 0; j < s->w; j++)
                cells[(k * s->h + i) * s->w + j] = pixel_of(s, k, i, j, own_low, own_high);
    }
}

static bool check_look(const char *who, const gd_image_look *look, int n)
{
    if (look->columns < 0) {
        gd_fail("%s: columns = %d: a number >= 0 expected", who, look->columns);
        return false;
    }
    bool given = look->low != 0 || look->high != 0;
    if (given && !(isfinite(look->low) && isfinite(look->high) && look->low < look->high)) {
        gd_fail("%s: low = %g and high = %g: low < high expected, finite", who, look->low, look->high);
        return false;
    }
    return gi_names_given(who, "captions", look->captions, n);
}

bool gd_plot_images(gd_plot *p, const gd_tensor *images, gd_image_look look)
{
    gi_not_captured("gd_plot_images", GI_READS_NUMBERS);
    const char *who = "gd_plot_images";
    source s;
    if (!gi_given(who, "p", p) || !gi_given(who, "images", images) || !gi_alive(who, "images", images) ||
        !read_shape(who, images, &s) || !check_look(who, &look, (int)s.n))
        return false;
    gi_images made = { .n = (int)s.n, .h = (int)s.h, .w = (int)s.w, .columns = look.columns };
    made.cells = gi_memory_new(GI_PLOTS, (size_t)(s.n * s.h * s.w) * sizeof *made.cells);
    made.marked = gi_memory_new(GI_PLOTS, (size_t)s.n * sizeof *made.marked);
    if (!made.cells || !made.marked || (look.captions && !gi_set_names(&made.captions, look.captions, made.n))) {
        gi_free_images(&made);
        return false;
    }
    for (int i = 0; i < made.n; i++)
        made.marked[i] = look.marked && look.marked[i];
    read_pixels(&s, &look, made.cells);
    gi_free_images(&p->images);
    p->images = made;
    return true;
}

/* ---- Layout -------------------------------------------------------------------------------------------------- */

#define GAP 13.0                            /* between images */

static gi_type caption_type(const gi_panel *panel)
{
    return gi_type_of(12.5 * panel->u, GI_CENTRE);
}

/* The space below an image. */
static double caption_height(const gi_panel *panel)
{
    return panel->plot->images.captions.n ? gi_text_cap(caption_type(panel)) + 6 * panel->u : 0;
}

/* Pixels of the picture for a pixel of an image, with so many columns. */
static double scale_with(const gi_panel *panel, gi_box area, int columns)
{
    const gi_images *m = &panel->plot->images;
    int rows = (m->n + columns - 1) / columns;
    double across = ((area.right - area.left) / columns - GAP * panel->u) / m->w;
    double down = ((area.bottom - area.top) / rows - GAP * panel->u - caption_height(panel)) / m->h;
    double scale = fmin(across, down);
    return scale >= 3 ? floor(scale) : scale;           /* pixels of equal size, where that costs little */
}

static int best_columns(const gi_panel *panel, gi_box area)
{
    const gi_images *m = &panel->plot->images;
    int best = m->columns ? (m->columns < m->n ? m->columns : m->n) : 1;
    for (int c = 1; !m->columns && c <= m->n; c++)
        if (scale_with(panel, area, c) > scale_with(panel, area, best) + 1e-9)
            best = c;
    return best;
}

static double widest_caption(const gi_panel *panel)
{
    const gi_names *captions = &panel->plot->images.captions;
    double most = 0;
    for (int i = 0; i < captions->n; i++)
        most = fmax(most, gi_text_width(captions->text[i], caption_type(panel)));
    return most;
}

bool gi_place_images(const char *who, gi_panel *panel, gi_box area)
{
    const gi_images *m = &panel->plot->images;
    double u = panel->u;
    int columns = best_columns(panel, area), rows = (m->n + columns - 1) / columns;
    double scale = scale_with(panel, area, columns);
    if (!(scale * fmin(m->w, m->h) >= 1 && scale > 0)) {
        gd_fail("%s: plot \"%s\": %.0f x %.0f pixels leave no room for %d images: a larger size expected", who,
                panel->plot->title, panel->outside.right - panel->outside.left,
                panel->outside.bottom - panel->outside.top, m->n);
        return false;
    }
    double wide = fmin((area.right - area.left) / columns, fmax(scale * m->w, widest_caption(panel)) + GAP * u);
    double high = scale * m->h + caption_height(panel) + GAP * u;
    wide = floor(wide);
    high = floor(high);
    double left = floor((area.left + area.right - columns * wide) / 2);
    double top = floor(area.top + fmin((area.bottom - area.top - rows * high) / 2, 12 * u));
    panel->frame = (gi_box){ left, top, left + columns * wide, top + rows * high };
    panel->image_scale = scale;
    panel->x = (gi_axis){ .low = 0, .high = columns };
    panel->y = (gi_axis){ .low = rows, .high = 0 };     /* the first row at the top */
    return true;
}

/* ---- Drawing ------------------------------------------------------------------------------------------------- */

static void draw_frame(const gi_panel *panel, gi_box b, bool marked)
{
    double w = marked ? floor(2.5 * panel->u + 0.5) : gi_hairline(panel);
    gi_canvas *c = panel->canvas;
    gi_mask_box(c, (gi_box){ b.left - w, b.top - w, b.right + w, b.top });
    gi_mask_box(c, (gi_box){ b.left - w, b.bottom, b.right + w, b.bottom + w });
    gi_mask_box(c, (gi_box){ b.left - w, b.top, b.left, b.bottom });
    gi_mask_box(c, (gi_box){ b.right, b.top, b.right + w, b.bottom });
    gi_paint(c, marked ? vermillion : (gi_rgb){ 190, 190, 190 }, 1);
}

static void draw_image(const gi_panel *panel, int k, gi_box tile)
{
    const gi_images *m = &panel->plot->images;
    double u = panel->u, width = panel->image_scale * m->w, height = panel->image_scale * m->h;
    double left = floor((tile.left + tile.right - width) / 2), top = floor(tile.top + GAP * u / 2);
    gi_box box = { left, top, left + width, top + height };
    gi_canvas_image(panel->canvas, box, m->cells + (size_t)k * (size_t)m->h * (size_t)m->w, m->h, m->w);
    draw_frame(panel, box, m->marked[k]);
    if (!m->captions.n)
        return;
    char text[GI_FIT_BYTES];
    gi_type type = caption_type(panel);
    type.colour = m->marked[k] ? (gi_rgb){ 178, 70, 0 } : type.colour;
    gi_fit_middle(text, m->captions.text[k], type, tile.right - tile.left - 3 * u);
    gi_write(panel->canvas, (box.left + box.right) / 2, box.bottom + 5 * u + gi_text_cap(type), text, type);
}

void gi_draw_images(const gi_panel *panel)
{
    const gi_images *m = &panel->plot->images;
    gi_box f = panel->frame;
    int columns = (int)panel->x.high, rows = (int)panel->y.low;
    double wide = (f.right - f.left) / columns, high = (f.bottom - f.top) / rows;
    for (int k = 0; k < m->n; k++) {
        double left = f.left + k % columns * wide, top = f.top + k / columns * high;
        draw_image(panel, k, (gi_box){ left, top, left + wide, top + high });
    }
}
