/* area.c - the inside of any outline, by signed areas.
 *
 * Every edge adds to its pixels, and to all pixels right of it, the part of their height that it spans: downwards it
 * counts as positive, upwards as negative.  Within a row the running sum is then the covered part of each pixel,
 * exactly (the accumulation buffer of font rasterizers: Raph Levien, "Inside the fastest font renderer in the world",
 * 2016). */
#include <math.h>
#include <string.h>

#include "mask.h"
#include "svg.h"

/* A piece of an edge within one row and between the sides of the clip: from x0 to x1, through `height` of the row's
 * height, with its sign.  row[i] is what pixel i has more than pixel i - 1. */
static void add_piece(double *row, double x0, double x1, double height)
{
    double low = fmin(x0, x1), high = fmax(x0, x1);
    int first = (int)floor(low), last = (int)ceil(high) - 1;
    if (last <= first) {                    /* within one pixel */
        double right = first + 1 - (low + high) / 2;
        row[first] += height * right;
        row[first + 1] += height * (1 - right);
        return;
    }
    double slope = height / (high - low), before = 0;
    for (int i = first; i <= last; i++) {
        /* the height passed in pixel i, and how much of the pixel lies right of the edge there */
        double a = fmax(low, i), b = fmin(high, i + 1), passed = slope * (b - a), right = i + 1 - (a + b) / 2;
        row[i] += before + passed * right;
        before = passed * (1 - right);
    }
    row[last + 1] += before;
}

/* The same for any x: the part beyond the left side counts as on it, the part beyond the right side not at all. */
static void add_edge(double *row, double x0, double x1, double height, double left, double right)
{
    const double sides[2] = { left, right };
    for (int k = 0; k < 2; k++)
        if ((x0 < sides[k]) != (x1 < sides[k]) && fabs(x1 - x0) > 1e-9) {
            double t = (sides[k] - x0) / (x1 - x0);
            if (t > 1e-12 && t < 1 - 1e-12) {
                add_edge(row, x0, sides[k], height * t, left, right);
                add_edge(row, sides[k], x1, height * (1 - t), left, right);
                return;
            }
        }
    if ((x0 + x1) / 2 < right)
        add_piece(row, fmin(fmax(x0, left), right), fmin(fmax(x1, left), right), height);
}

static void add_outline(double *row, const double (*corners)[2], int n, int y, const int clip[4])
{
    for (int i = 0; i < n; i++) {
        const double *a = corners[i], *b = corners[(i + 1) % n];
        double top = fmax(fmin(a[1], b[1]), y), bottom = fmin(fmax(a[1], b[1]), y + 1);
        if (!(bottom > top))
            continue;
        double slope = (b[0] - a[0]) / (b[1] - a[1]);
        double x0 = a[0] + (top - a[1]) * slope, x1 = a[0] + (bottom - a[1]) * slope;
        add_edge(row, x0, x1, b[1] > a[1] ? top - bottom : bottom - top, clip[0], clip[2]);
    }
}

void gi_mask_area(gi_canvas *c, const double (*corners)[2], int n)
{
    double low = INFINITY, high = -INFINITY;
    if (c->svg)
        gi_svg_polygon(c->svg, corners, n);
    for (int i = 0; i < n; i++) {
        low = fmin(low, corners[i][1]);
        high = fmax(high, corners[i][1]);
    }
    int top = gi_clamped(floor(low), c->clip[1], c->clip[3]), bottom = gi_clamped(ceil(high), c->clip[1], c->clip[3]);
    for (int y = top; y < bottom; y++) {
        double covered = 0;
        memset(c->row, 0, ((size_t)c->width + 2) * sizeof *c->row);
        add_outline(c->row, corners, n, y, c->clip);
        for (int x = c->clip[0]; x < c->clip[2]; x++) {
            covered += c->row[x];
            if (fabs(covered) > 1e-6)
                gi_cover(c, x, y, fabs(covered));
        }
    }
    if (top < bottom)
        gi_touch(c, c->clip[0], top, c->clip[2], bottom);
}
