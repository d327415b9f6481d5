/* canvas.c - coverage by distance, and painting in linear light.
 *
 * The coverage of a pixel by a shape is taken from the distance d of its centre to the edge:
 * clamp(1/2 - d, 0, 1), d negative inside.  It is exact for edges along the pixel grid and close elsewhere.
 * sRGB to light and back: IEC 61966-2-1. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "canvas.h"
#include "base/memory.h"


#define CONTRAST    0.55f                   /* of letters: a thin stem between two pixels stays dark */
#define LIGHT_STEPS 16384                   /* fine enough to preserve each of the 256 sRGB values */

bool gi_canvas_start(gi_canvas *c, int width, int height)
{
    size_t n = (size_t)width * (size_t)height;
    *c = (gi_canvas){ .width = width, .height = height };
    c->light = gi_memory_new(GI_PLOTS, n * 3 * sizeof *c->light);
    c->mask = gi_memory_new(GI_PLOTS, n * sizeof *c->mask);
    c->ink = gi_memory_new(GI_PLOTS, n);
    if (!c->light || !c->mask || !c->ink) {
        gi_canvas_stop(c);
        return false;
    }
    for (size_t i = 0; i < 3 * n; i++)
        c->light[i] = 1;
    memset(c->mask, 0, n * sizeof *c->mask);
    memset(c->ink, 0, n);
    gi_canvas_unclip(c);
    c->dirty[0] = width;
    c->dirty[1] = height;
    return true;
}

void gi_canvas_stop(gi_canvas *c)
{
    gi_memory_free(c->light);
    gi_memory_free(c->mask);
    gi_memory_free(c->ink);
    *c = (gi_canvas){ 0 };
}

/* As int, without overflow for coordinates far outside. */
static int within(double x, int low, int high)
{
    if (!(x > low))
        return low;
    return x < high ? (int)x : high;
}

void gi_canvas_clip(gi_canvas *c, gi_box box)
{
    c->clip[0] = within(floor(box.left), 0, c->width);
    c->clip[1] = within(floor(box.top), 0, c->height);
    c->clip[2] = within(ceil(box.right), 0, c->width);
    c->clip[3] = within(ceil(box.bottom), 0, c->height);
}

void gi_canvas_unclip(gi_canvas *c)
{
    gi_canvas_clip(c, (gi_box){ 0, 0, c->width, c->height });
}

/* ---- Masks --------------------------------------------------------------------------------------------- */

static void touch(gi_canvas *c, int x0, int y0, int x1, int y1)
{
    if (x0 < c->dirty[0]) c->dirty[0] = x0;
    if (y0 < c->dirty[1]) c->dirty[1] = y0;
    if (x1 > c->dirty[2]) c->dirty[2] = x1;
    if (y1 > c->dirty[3]) c->dirty[3] = y1;
}

static void cover(gi_canvas *c, int x, int y, double coverage)
{
    float *at = &c->mask[(size_t)y * (size_t)c->width + (size_t)x];
    if (coverage > (double)*at)
        *at = (float)(coverage < 1 ? coverage : 1);
}

void gi_mask_segment(gi_canvas *c, double x0, double y0, double x1, double y1, double half_width)
{
    double reach = half_width + 0.5;
    double dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy;
    double thin = half_width < 0.5 ? 2 * half_width : 1;    /* a hairline covers no pixel fully */
    int top = within(floor(fmin(y0, y1) - reach), c->clip[1], c->clip[3]);
    int bottom = within(ceil(fmax(y0, y1) + reach), c->clip[1], c->clip[3]);

    for (int y = top; y < bottom; y++) {
        /* t0 .. t1: the part of the segment that comes near this row, and its extent in x */
        double cy = y + 0.5, t0 = 0, t1 = 1;
        if (fabs(dy) > 1e-12) {
            double ta = (cy - reach - y0) / dy, tb = (cy + reach - y0) / dy;
            t0 = fmax(0, fmin(ta, tb));
            t1 = fmin(1, fmax(ta, tb));
            if (t0 > t1)
                continue;
        }
        double xa = x0 + t0 * dx, xb = x0 + t1 * dx;
        int left = within(floor(fmin(xa, xb) - reach), c->clip[0], c->clip[2]);
        int right = within(ceil(fmax(xa, xb) + reach), c->clip[0], c->clip[2]);
        for (int x = left; x < right; x++) {
            double px = x + 0.5 - x0, py = cy - y0;
            double t = length2 > 0 ? (px * dx + py * dy) / length2 : 0;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            double ex = px - t * dx, ey = py - t * dy, d2 = ex * ex + ey * ey;
            if (d2 < reach * reach)
                cover(c, x, y, fmin(reach - sqrt(d2), thin));
        }
        if (left < right)
            touch(c, left, y, right, y + 1);
    }
}

void gi_mask_disc(gi_canvas *c, double x, double y, double radius)
{
    gi_mask_segment(c, x, y, x, y, radius);
}

void gi_mask_polygon(gi_canvas *c, const double (*corners)[2], int n)
{
    double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2; k++) {
            low[k] = fmin(low[k], corners[i][k]);
            high[k] = fmax(high[k], corners[i][k]);
        }
    int left = within(floor(low[0] - 1), c->clip[0], c->clip[2]);
    int top = within(floor(low[1] - 1), c->clip[1], c->clip[3]);
    int right = within(ceil(high[0] + 1), c->clip[0], c->clip[2]);
    int bottom = within(ceil(high[1] + 1), c->clip[1], c->clip[3]);

    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            double d = -INFINITY;           /* signed distance to the outermost edge */
            for (int i = 0; i < n; i++) {
                const double *a = corners[i], *b = corners[(i + 1) % n];
                double ex = b[0] - a[0], ey = b[1] - a[1], length = hypot(ex, ey);
                if (length > 0)
                    d = fmax(d, ((x + 0.5 - a[0]) * ey - (y + 0.5 - a[1]) * ex) / length);
            }
            if (d < 0.5)
                cover(c, x, y, 0.5 - d);
        }
    if (left < right && top < bottom)
        touch(c, left, top, right, bottom);
}

void gi_mask_box(gi_canvas *c, gi_box box)
{
    int left = within(floor(box.left), c->clip[0], c->clip[2]);
    int top = within(floor(box.top), c->clip[1], c->clip[3]);
    int right = within(ceil(box.right), c->clip[0], c->clip[2]);
    int bottom = within(ceil(box.bottom), c->clip[1], c->clip[3]);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            cover(c, x, y, fmax(0, fmin(x + 1, box.right) - fmax(x, box.left)) *
                           fmax(0, fmin(y + 1, box.bottom) - fmax(y, box.top)));
    if (left < right && top < bottom)
        touch(c, left, top, right, bottom);
}

/* ---- Painting ------------------------------------------------------------------------------------------ */

static double light_of(double s)            /* s in 0 .. 1 */
{
    return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}

static double srgb_of(double light)
{
    return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
}

static void lights(gi_rgb colour, float out[3])
{
    out[0] = (float)light_of(colour.r / 255.0);
    out[1] = (float)light_of(colour.g / 255.0);
    out[2] = (float)light_of(colour.b / 255.0);
}

typedef enum kind { PLAIN, DATA, LETTERS } kind;

static void paint(gi_canvas *c, gi_rgb colour, double opacity, kind kind_of_mask)
{
    float paint_light[3], strength = (float)opacity;
    lights(colour, paint_light);
    for (int y = c->dirty[1]; y < c->dirty[3]; y++)
        for (int x = c->dirty[0]; x < c->dirty[2]; x++) {
            size_t i = (size_t)y * (size_t)c->width + (size_t)x;
            float a = c->mask[i];
            if (a <= 0)
                continue;
            a = strength * (kind_of_mask == LETTERS ? a + CONTRAST * a * (1 - a) : a);
            for (int k = 0; k < 3; k++)
                c->light[3 * i + (size_t)k] += a * (paint_light[k] - c->light[3 * i + (size_t)k]);
            if (kind_of_mask == DATA && a > 0.25f)
                c->ink[i] = 1;
            c->mask[i] = 0;
        }
    c->dirty[0] = c->width;
    c->dirty[1] = c->height;
    c->dirty[2] = c->dirty[3] = 0;
}

void gi_paint(gi_canvas *c, gi_rgb colour, double opacity)
{
    paint(c, colour, opacity, PLAIN);
}

void gi_paint_data(gi_canvas *c, gi_rgb colour, double opacity)
{
    paint(c, colour, opacity, DATA);
}

void gi_paint_letters(gi_canvas *c, gi_rgb colour)
{
    paint(c, colour, 1, LETTERS);
}

void gi_canvas_pixel(gi_canvas *c, int x, int y, gi_rgb colour)
{
    if (x >= c->clip[0] && x < c->clip[2] && y >= c->clip[1] && y < c->clip[3])
        lights(colour, &c->light[3 * ((size_t)y * (size_t)c->width + (size_t)x)]);
}

double gi_ink(const gi_canvas *c, gi_box box)
{
    int left = within(box.left, 0, c->width), right = within(box.right, 0, c->width);
    int top = within(box.top, 0, c->height), bottom = within(box.bottom, 0, c->height);
    double sum = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            sum += c->ink[(size_t)y * (size_t)c->width + (size_t)x];
    return sum;
}

bool gi_canvas_bytes(const gi_canvas *c, uint8_t *bytes)
{
    uint8_t *table = gi_memory_new(GI_PLOTS, LIGHT_STEPS + 1);
    if (!table)
        return false;
    for (int i = 0; i <= LIGHT_STEPS; i++)
        table[i] = (uint8_t)(255 * srgb_of((double)i / LIGHT_STEPS) + 0.5);
    size_t n = 3 * (size_t)c->width * (size_t)c->height;
    for (size_t i = 0; i < n; i++) {
        float light = c->light[i] < 0 ? 0 : c->light[i] > 1 ? 1 : c->light[i];
        bytes[i] = table[(int)(light * LIGHT_STEPS + 0.5f)];
    }
    gi_memory_free(table);
    return true;
}
