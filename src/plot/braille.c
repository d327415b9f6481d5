/* braille.c - dots in characters. */
#include "braille.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

bool gi_braille_start(gi_braille *b, int columns, int rows)
{
    size_t n = (size_t)columns * (size_t)rows;
    *b = (gi_braille){ .columns = columns, .rows = rows };
    b->dots = gi_memory_new(GI_PLOTS, 2 * n);
    if (!b->dots)
        return false;
    b->colour = b->dots + n;
    memset(b->dots, 0, 2 * n);
    return true;
}

void gi_braille_stop(gi_braille *b)
{
    gi_memory_free(b->dots);
    *b = (gi_braille){ 0 };
}

static void set(gi_braille *b, double x, double y, uint8_t colour)
{
    /* dots 1 to 3 are the left column, 4 to 6 the right one, 7 and 8 the last row (Unicode, chapter 21) */
    static const uint8_t bits[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
    if (!(x >= 0 && x < b->columns && y >= 0 && y < b->rows))
        return;
    int across = (int)(2 * x), down = (int)(4 * y), at = down / 4 * b->columns + across / 2;
    b->dots[at] |= bits[down % 4][across % 2];
    b->colour[at] = colour;
}

/* Points far outside are moved nearer: differences of their coordinates would lose the digits that matter. */
static double near(double v)
{
    return fmax(-1e7, fmin(1e7, v));
}

/* Cuts t0 .. t1 to where a + t d lies in 0 .. most. */
static void cut(double a, double d, double most, double *t0, double *t1)
{
    if (fabs(d) < 1e-12)
        return;
    double ta = -a / d, tb = (most - a) / d;
    *t0 = fmax(*t0, fmin(ta, tb));
    *t1 = fmin(*t1, fmax(ta, tb));
}

void gi_braille_line(gi_braille *b, double x0, double y0, double x1, double y1, int every, uint8_t colour)
{
    x0 = near(x0);
    y0 = near(y0);
    double t0 = 0, t1 = 1, dx = near(x1) - x0, dy = near(y1) - y0;
    cut(x0, dx, b->columns, &t0, &t1);
    cut(y0, dy, b->rows, &t0, &t1);
    if (!(t0 <= t1))
        return;
    int steps = (int)ceil((t1 - t0) * fmax(fabs(2 * dx), fabs(4 * dy)));
    for (int i = 0; i <= steps; i++) {
        double t = steps ? t0 + (t1 - t0) * i / steps : t0;
        if (i % every == 0)
            set(b, x0 + t * dx, y0 + t * dy, colour);
    }
}

void gi_braille_utf8(const gi_braille *b, int row, int column, char out[4])
{
    unsigned dots = b->dots[row * b->columns + column];
    if (!dots) {
        strcpy(out, " ");
        return;
    }
    out[0] = (char)0xE2;                    /* U+2800 + dots */
    out[1] = (char)(0xA0 | dots >> 6);
    out[2] = (char)(0x80 | (dots & 0x3F));
    out[3] = '\0';
}
