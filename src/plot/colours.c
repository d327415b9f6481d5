/* colours.c - from values to colours, and the colour bar. */
#include "colours.h"

#include <math.h>


/* viridis (S. van der Walt, N. Smith 2015, public domain) at 0, 1/8, .. 1. */
static const gi_rgb viridis[] = {
    { 68, 1, 84 }, { 71, 45, 123 }, { 59, 82, 139 }, { 44, 114, 142 }, { 33, 145, 140 }, { 40, 174, 128 },
    { 94, 201, 98 }, { 173, 220, 48 }, { 253, 231, 37 }
};

/* White to blue, darker by about the same at each step; the blue is that of Okabe and Ito at 3/4. */
static const gi_rgb blues[] = {
    { 255, 255, 255 }, { 190, 216, 234 }, { 108, 168, 209 }, { 0, 114, 178 }, { 0, 62, 110 }
};

static const gi_rgb missing = { 205, 205, 205 };

static uint8_t mix(uint8_t a, uint8_t b, double t)
{
    return (uint8_t)(a + t * (b - a) + 0.5);
}

static gi_rgb along(const gi_rgb *points, int n, double part)
{
    double at = fmin(fmax(part, 0), 1) * (n - 1);
    int i = at >= n - 1 ? n - 2 : (int)at;
    gi_rgb a = points[i], b = points[i + 1];
    return (gi_rgb){ mix(a.r, b.r, at - i), mix(a.g, b.g, at - i), mix(a.b, b.b, at - i) };
}

gi_rgb gi_heat_colour(double part)
{
    return isnan(part) ? missing : along(viridis, sizeof viridis / sizeof *viridis, part);
}

gi_rgb gi_share_colour(double part)
{
    return along(blues, sizeof blues / sizeof *blues, part);
}

/* By the luma of ITU-R BT.601. */
gi_rgb gi_on(gi_rgb ground)
{
    double luma = 0.299 * ground.r + 0.587 * ground.g + 0.114 * ground.b;
    return luma > 128 ? (gi_rgb){ 26, 26, 26 } : (gi_rgb){ 255, 255, 255 };
}

gi_rgb gi_z_colour(const gi_panel *panel, double value)
{
    const gi_axis *z = &panel->z;
    if (isnan(value) || (z->log && value <= 0))
        return missing;
    return gi_heat_colour(isinf(value) ? value > 0 : gi_axis_at(z, value));
}
