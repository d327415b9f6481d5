/* legend.c - the list of series, put where it hides least of the data. */
#include "picture.h"

#include "../tensor/core.h"

#define SAMPLE 30.0                         /* length of a line sample, and the space around the entries */
#define GAP    8.0
#define PAD    10.0
#define ROW    22.0

static bool is_listed(const gd_plot *p, int series)
{
    return !p->series[series].look.no_legend && *p->series[series].name && p->series[series].count > 0;
}

static int entries(const gd_plot *p)
{
    int n = 0;
    for (int i = 0; i < p->count; i++)
        n += is_listed(p, i);
    return n;
}

static gd_type type_of(double u)
{
    return (gd_type){ .size = GD_LEGEND_SIZE * u, .align = GD_LEFT, .colour = gd_text_colour };
}

double gd_legend_width(const gd_plot *p, double u)
{
    double widest = 0;
    for (int i = 0; i < p->count; i++)
        if (is_listed(p, i))
            widest = fmax(widest, gd_text_width(p->series[i].name, type_of(u)));
    return entries(p) ? widest + (SAMPLE + GAP + 2 * PAD) * u : 0;
}

static gd_box box_at(const gd_panel *panel, double across, double down, double width, double height)
{
    gd_box f = panel->frame;
    double inset = 10 * panel->u;
    double left = f.left + inset + across * (f.right - f.left - 2 * inset - width);
    double top = f.top + inset + down * (f.bottom - f.top - 2 * inset - height);
    left = floor(left) + 0.5;
    top = floor(top) + 0.5;
    return (gd_box){ left, top, left + floor(width), top + floor(height) };
}

/* Corners first, then the middles of the sides; a later place must be clearly better. */
static gd_box best_box(const gd_panel *panel, double width, double height)
{
    static const double places[][2] = {
        { 1, 0 }, { 0, 0 }, { 1, 1 }, { 0, 1 }, { 1, 0.5 }, { 0.5, 0 }, { 0.5, 1 }, { 0, 0.5 }, { 0.5, 0.5 }
    };
    gd_box best = { 0 };
    double least = INFINITY;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        gd_box box = box_at(panel, places[i][0], places[i][1], width, height), near = box;
        double rim = 4 * panel->u;
        near = (gd_box){ near.left - rim, near.top - rim, near.right + rim, near.bottom + rim };
        double ink = gd_ink(panel->canvas, near);
        if (ink < 0.9 * least - 4) {
            least = ink;
            best = box;
        }
        if (least <= 0)
            break;
    }
    return best;
}

static gd_box place(const gd_panel *panel, double width, double height)
{
    switch (panel->plot->legend) {
    case GD_LEGEND_TOP_RIGHT:    return box_at(panel, 1, 0, width, height);
    case GD_LEGEND_TOP_LEFT:     return box_at(panel, 0, 0, width, height);
    case GD_LEGEND_BOTTOM_RIGHT: return box_at(panel, 1, 1, width, height);
    case GD_LEGEND_BOTTOM_LEFT:  return box_at(panel, 0, 1, width, height);
    case GD_LEGEND_OUTSIDE: {
        double left = panel->frame.right + floor(12 * panel->u), top = panel->frame.top;
        return (gd_box){ left, top, left + floor(width), top + floor(height) };
    }
    default:                     return best_box(panel, width, height);
    }
}

void gd_draw_legend(const gd_panel *panel)
{
    const gd_plot *p = panel->plot;
    gd_canvas *c = panel->canvas;
    double u = panel->u, rim = fmax(1, floor(u + 0.5)) / 2;
    int n = entries(p);
    if (!n || p->legend == GD_LEGEND_NONE)
        return;
    gd_box box = place(panel, gd_legend_width(p, u), (n * ROW + PAD) * u);

    gd_mask_box(c, (gd_box){ box.left - rim, box.top - rim, box.right + rim, box.bottom + rim });
    gd_paint(c, (gd_rgb){ 204, 204, 204 }, 1);
    gd_mask_box(c, (gd_box){ box.left + rim, box.top + rim, box.right - rim, box.bottom - rim });
    gd_paint(c, (gd_rgb){ 255, 255, 255 }, 1);

    gd_type type = type_of(u);
    double y = box.top + PAD * u / 2 + ROW * u / 2, x = box.left + PAD * u;
    for (int i = 0; i < p->count; i++) {
        if (!is_listed(p, i))
            continue;
        gd_draw_sample(panel, i, x, x + SAMPLE * u, floor(y) + 0.5);
        gd_write(c, x + (SAMPLE + GAP) * u, y + gd_text_cap(type) / 2, p->series[i].name, type);
        y += ROW * u;
    }
}
