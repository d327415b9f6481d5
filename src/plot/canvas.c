/* canvas.c - the page, and simple shapes by their distance.
 *
 * The coverage of a pixel by a shape is taken from the distance d of its centre to the edge:
 * clamp(1/2 - d, 0, 1), d negative inside.  It is exact for edges along the pixel grid and close elsewhere.
 *
 * Not here: areas of any outline (area.c), painting (paint.c). */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "mask.h"
#include "svg.h"

bool gi_canvas_start(gi_canvas *c, int width, int height)
{
    size_t n = (size_t)width * (size_t)height;
    *c = (gi_canvas){ .width = width, .height = height };
    c->light = gi_memory_new(GI_PLOTS, n * 3 * sizeof *c->light);
    c->mask = gi_memory_new(GI_PLOTS, n * sizeof *c->mask);
    c->ink = gi_memory_new(GI_PLOTS, n);
    c->row = gi_memory_new(GI_PLOTS, ((size_t)width + 2) * sizeof *c->row);
    if (!c->light || !c->mask || !c->ink || !c->row) {
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
    gi_memory_free(c->row);
    *c = (gi_canvas){ 0 };
}

void gi_canvas_clip(gi_canvas *c, gi_box box)
{
    c->clip[0] = gi_clamped(floor(box.left), 0, c->width);
    c->clip[1] = gi_clamped(floor(box.top), 0, c->height);
    c->clip[2] = gi_clamped(ceil(box.right), 0, c->width);
    c->clip[3] = gi_clamped(ceil(box.bottom), 0, c->height);
}

void gi_canvas_unclip(gi_canvas *c)
{
    gi_canvas_clip(c, (gi_box){ 0, 0, c->width, c->height });
}

/* ---- Masks --------------------------------------------------------------------------------------------- */

void gi_mask_segment(gi_canvas *c, double x0, double y0, double x1, double y1, double half_width)
{
    if (c->svg)
        gi_svg_segment(c->svg, x0, y0, x1, y1, half_width);
    double reach = half_width + 0.5;
    double dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy;
    double thin = half_width < 0.5 ? 2 * half_width : 1;    /* a hairline covers no pixel fully */
    int top = gi_clamped(floor(fmin(y0, y1) - reach), c->clip[1], c->clip[3]);
    int bottom = gi_clamped(ceil(fmax(y0, y1) + reach), c->clip[1], c->clip[3]);

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
        int left = gi_clamped(floor(fmin(xa, xb) - reach), c->clip[0], c->clip[2]);
        int right = gi_clamped(ceil(fmax(xa, xb) + reach), c->clip[0], c->clip[2]);
        for (int x = left; x < right; x++) {
            double px = x + 0.5 - x0, py = cy - y0;
            double t = length2 > 0 ? (px * dx + py * dy) / length2 : 0;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            double ex = px - t * dx, ey = py - t * dy, d2 = ex * ex + ey * ey;
            if (d2 < reach * reach)
                gi_cover(c, x, y, fmin(reach - sqrt(d2), thin));
        }
        if (left < right)
            gi_touch(c, left, y, right, y + 1);
    }
}

void gi_mask_disc(gi_canvas *c, double x, double y, double radius)
{
    gi_mask_segment(c, x, y, x, y, radius);
}

void gi_mask_polygon(gi_canvas *c, const double (*corners)[2], int n)
{
    if (c->svg)
        gi_svg_polygon(c->svg, corners, n);
    double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2; k++) {
            low[k] = fmin(low[k], corners[i][k]);
            high[k] = fmax(high[k], corners[i][k]);
        }
    int left = gi_clamped(floor(low[0] - 1), c->clip[0], c->clip[2]);
    int top = gi_clamped(floor(low[1] - 1), c->clip[1], c->clip[3]);
    int right = gi_clamped(ceil(high[0] + 1), c->clip[0], c->clip[2]);
    int bottom = gi_clamped(ceil(high[1] + 1), c->clip[1], c->clip[3]);

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
                gi_cover(c, x, y, 0.5 - d);
        }
    if (left < right && top < bottom)
        gi_touch(c, left, top, right, bottom);
}

void gi_mask_box(gi_canvas *c, gi_box box)
{
    if (c->svg)
        gi_svg_box(c->svg, box);
    int left = gi_clamped(floor(box.left), c->clip[0], c->clip[2]);
    int top = gi_clamped(floor(box.top), c->clip[1], c->clip[3]);
    int right = gi_clamped(ceil(box.right), c->clip[0], c->clip[2]);
    int bottom = gi_clamped(ceil(box.bottom), c->clip[1], c->clip[3]);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            gi_cover(c, x, y, fmax(0, fmin(x + 1, box.right) - fmax(x, box.left)) *
                           fmax(0, fmin(y + 1, box.bottom) - fmax(y, box.top)));
    if (left < right && top < bottom)
        gi_touch(c, left, top, right, bottom);
}

void gi_mask_label(gi_canvas *c, const char *text)
{
    if (c->svg)
        gi_svg_label(c->svg, text);
}
