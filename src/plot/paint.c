/* paint.c - painting masks in linear light; cells; the page as bytes.
 *
 * sRGB to light and back: IEC 61966-2-1. */
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "mask.h"
#include "svg.h"


#define CONTRAST    0.55f                   /* of letters: a thin stem between two pixels stays dark */
#define LIGHT_STEPS 16384                   /* fine enough to preserve each of the 256 sRGB values */

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

/* SVG mixes sRGB values.  The colour that gives there over white, at this opacity, what mixed light gives here. */
static uint8_t mixed_as_srgb(uint8_t value, double opacity)
{
    double here = 255 * srgb_of(1 + opacity * (light_of(value / 255.0) - 1));
    return (uint8_t)fmax(0, fmin(255, floor(255 - (255 - here) / opacity + 0.5)));
}

static void paint_svg(gi_canvas *c, gi_rgb colour, double opacity)
{
    if (opacity > 0 && opacity < 1)
        colour = (gi_rgb){ mixed_as_srgb(colour.r, opacity), mixed_as_srgb(colour.g, opacity),
                           mixed_as_srgb(colour.b, opacity) };
    gi_svg_paint(c->svg, colour, opacity, c->clip);
}

static void paint(gi_canvas *c, gi_rgb colour, double opacity, kind kind_of_mask)
{
    if (c->svg)
        paint_svg(c, colour, opacity);
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

/* ---- Cells ---------------------------------------------------------------------------------------------- */

/* The cells of one direction that the pixel `at` .. `at` + 1 overlaps, and by how much the first and the last. */
typedef struct overlap { int first, last; double low, high; } overlap;

static overlap overlap_of(int at, double from, double to, int cells)
{
    double size = (to - from) / cells, low = (fmax(at, from) - from) / size, high = (fmin(at + 1, to) - from) / size;
    overlap o = { .first = gi_clamped(floor(low + 1e-9), 0, cells - 1), .low = low, .high = high };
    o.last = gi_clamped(ceil(high - 1e-9) - 1, o.first, cells - 1);
    return o;
}

static double share_of(overlap o, int cell)
{
    return fmin(o.high, cell + 1) - fmax(o.low, cell);
}

/* The mean light of the cells that a pixel overlaps. */
static void mean_of(overlap across, overlap down, const gi_rgb *cells, int columns, double mean[3])
{
    double total = 0;
    mean[0] = mean[1] = mean[2] = 0;
    for (int i = down.first; i <= down.last; i++)
        for (int j = across.first; j <= across.last; j++) {
            float cell[3];
            double share = fmax(share_of(down, i) * share_of(across, j), 1e-12);
            lights(cells[(size_t)i * (size_t)columns + (size_t)j], cell);
            for (int k = 0; k < 3; k++)
                mean[k] += share * (double)cell[k];
            total += share;
        }
    for (int k = 0; k < 3; k++)
        mean[k] /= total;
}

/* A document gets no more cells than there are pixels, as they could not be told apart. */
static void write_cells(gi_canvas *c, gi_box box, const gi_rgb *cells, int rows, int columns)
{
    int wide = (int)fmin(columns, ceil(box.right - box.left)), high = (int)fmin(rows, ceil(box.bottom - box.top));
    if (wide == columns && high == rows) {
        gi_svg_cells(c->svg, box, cells, rows, columns, c->clip);
        return;
    }
    gi_rgb *fewer = gi_memory_new(GI_PLOTS, (size_t)wide * (size_t)high * sizeof *fewer);
    if (!fewer) {
        c->svg->out.failed = true;
        return;
    }
    for (int i = 0; i < high; i++)
        for (int j = 0; j < wide; j++) {
            double mean[3];
            mean_of(overlap_of(j, 0, wide, columns), overlap_of(i, 0, high, rows), cells, columns, mean);
            fewer[(size_t)i * (size_t)wide + (size_t)j] = (gi_rgb){ (uint8_t)(255 * srgb_of(mean[0]) + 0.5),
                (uint8_t)(255 * srgb_of(mean[1]) + 0.5), (uint8_t)(255 * srgb_of(mean[2]) + 0.5) };
        }
    gi_svg_cells(c->svg, box, fewer, high, wide, c->clip);
    gi_memory_free(fewer);
}

void gi_canvas_image(gi_canvas *c, gi_box box, const gi_rgb *cells, int rows, int columns)
{
    if (!(box.right > box.left && box.bottom > box.top))
        return;
    int left = gi_clamped(floor(box.left), c->clip[0], c->clip[2]);
    int right = gi_clamped(ceil(box.right), c->clip[0], c->clip[2]);
    int top = gi_clamped(floor(box.top), c->clip[1], c->clip[3]);
    int bottom = gi_clamped(ceil(box.bottom), c->clip[1], c->clip[3]);
    if (c->svg)
        write_cells(c, box, cells, rows, columns);
    for (int y = top; y < bottom; y++) {
        overlap down = overlap_of(y, box.top, box.bottom, rows);
        double high = fmin(y + 1, box.bottom) - fmax(y, box.top);
        for (int x = left; x < right; x++) {
            double covered = high * (fmin(x + 1, box.right) - fmax(x, box.left)), mean[3];
            float *light = &c->light[3 * ((size_t)y * (size_t)c->width + (size_t)x)];
            mean_of(overlap_of(x, box.left, box.right, columns), down, cells, columns, mean);
            for (int k = 0; k < 3; k++)     /* the box covers only a part of the pixels on its sides */
                light[k] += (float)covered * ((float)mean[k] - light[k]);
        }
    }
}

/* ---- The page ------------------------------------------------------------------------------------------- */

double gi_ink(const gi_canvas *c, gi_box box)
{
    int left = gi_clamped(box.left, 0, c->width), right = gi_clamped(box.right, 0, c->width);
    int top = gi_clamped(box.top, 0, c->height), bottom = gi_clamped(box.bottom, 0, c->height);
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
