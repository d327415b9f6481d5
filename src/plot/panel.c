/* panel.c - one plot on the canvas, as layout.c has planned it.
 *
 * Order of drawing: contours, grid, series, frame and ticks, texts, legend. */
#include "picture.h"

#include "../tensor/core.h"

static const gd_rgb frame_colour = { 60, 60, 60 }, grid_colour = { 229, 229, 229 };

/* ---- Drawing the axes ---------------------------------------------------------------------------------- */

static void rule(const gd_panel *panel, double x0, double y0, double x1, double y1)
{
    double half = gd_hairline(panel) / 2;
    gd_mask_box(panel->canvas, (gd_box){ fmin(x0, x1) - half, fmin(y0, y1) - half,
                                         fmax(x0, x1) + half, fmax(y0, y1) + half });
}

static double tick_x(const gd_panel *panel, int i)
{
    gd_box f = panel->frame;
    return gd_crisp(panel, f.left + gd_axis_at(&panel->x, panel->x.ticks[i].value) * (f.right - f.left));
}

static double tick_y(const gd_panel *panel, int i)
{
    gd_box f = panel->frame;
    return gd_crisp(panel, f.bottom - gd_axis_at(&panel->y, panel->y.ticks[i].value) * (f.bottom - f.top));
}

static void draw_grid(const gd_panel *panel)
{
    gd_box f = panel->frame;
    for (int i = 0; i < panel->x.n; i++)
        if (panel->x.ticks[i].major) {
            double x = tick_x(panel, i);
            rule(panel, x, f.top, x, f.bottom);
        }
    for (int i = 0; i < panel->y.n; i++)
        if (panel->y.ticks[i].major) {
            double y = tick_y(panel, i);
            rule(panel, f.left, y, f.right, y);
        }
    bool field = panel->plot->field.z != NULL;
    gd_paint(panel->canvas, field ? (gd_rgb){ 255, 255, 255 } : grid_colour, field ? 0.35 : 1);
}

static void draw_frame(const gd_panel *panel)
{
    gd_box f = panel->frame;
    rule(panel, f.left, f.top, f.right, f.top);
    rule(panel, f.left, f.bottom, f.right, f.bottom);
    rule(panel, f.left, f.top, f.left, f.bottom);
    rule(panel, f.right, f.top, f.right, f.bottom);
    for (int i = 0; i < panel->x.n; i++) {
        const gd_tick *t = &panel->x.ticks[i];
        double x = tick_x(panel, i);
        rule(panel, x, f.bottom, x, f.bottom + floor((t->major ? 5 : 3) * panel->u));
    }
    for (int i = 0; i < panel->y.n; i++) {
        const gd_tick *t = &panel->y.ticks[i];
        double y = tick_y(panel, i);
        rule(panel, f.left - floor((t->major ? 5 : 3) * panel->u), y, f.left, y);
    }
    gd_paint(panel->canvas, frame_colour, 1);
}

static void draw_numbers(const gd_panel *panel)
{
    gd_box f = panel->frame;
    gd_canvas *c = panel->canvas;
    double u = panel->u;
    gd_type type = gd_type_of(GD_NUMBER_SIZE * u, GD_CENTRE);
    double cap = gd_text_cap(type);

    for (int i = 0; i < panel->x.n; i++)
        if (panel->x.ticks[i].major)
            gd_text_mask(c, tick_x(panel, i), f.bottom + 9 * u + cap, panel->x.ticks[i].label, type, 0);
    type.align = GD_RIGHT;
    for (int i = 0; i < panel->y.n; i++)
        if (panel->y.ticks[i].major)
            gd_text_mask(c, f.left - 9 * u, tick_y(panel, i) + cap / 2, panel->y.ticks[i].label, type, 0);
    gd_text_mask(c, f.right, f.bottom + 9 * u + 2 * cap + 11 * u, panel->x.note, type, 0);
    type.align = GD_LEFT;
    gd_text_mask(c, f.left, f.top - 7 * u, panel->y.note, type, 0);
    gd_paint_letters(c, type.colour);
}

/* Lines one below the other or, upwards, one right of the other, each centred; first is the first baseline. */
static void draw_lines(const gd_panel *panel, const gd_fitted *text, double middle, double from, double to,
                       double first, gd_type type)
{
    double leading = floor(GD_LEADING * gd_text_cap(type));
    middle = gd_middle_of(panel, text, middle, from, to, type);
    for (int i = 0; i < text->n; i++, first += leading)
        gd_write(panel->canvas, type.upwards ? first : middle, type.upwards ? middle : first, text->line[i], type);
}

static void draw_texts(const gd_panel *panel)
{
    gd_box f = panel->frame, o = panel->outside;
    double u = panel->u, across = (f.left + f.right) / 2, down = (f.top + f.bottom) / 2;
    gd_type title = gd_type_of(GD_TITLE_SIZE * u, GD_CENTRE), label = gd_type_of(GD_LABEL_SIZE * u, GD_CENTRE);
    double leading = floor(GD_LEADING * gd_text_cap(label));

    title.bold = true;
    draw_lines(panel, &panel->title, across, o.left, o.right, o.top + 12 * u + gd_text_cap(title), title);
    draw_lines(panel, &panel->x_label, across, o.left, o.right,
               o.bottom - 14 * u - (panel->x_label.n - 1) * leading, label);
    label.upwards = true;
    draw_lines(panel, &panel->y_label, down, o.top, o.bottom, o.left + 12 * u + gd_text_cap(label), label);
    if (panel->empty)
        gd_write(panel->canvas, across, down, panel->empty,
                 (gd_type){ .size = GD_TITLE_SIZE * u, .align = GD_CENTRE, .colour = { 110, 110, 110 } });
}

/* ---- The panel ----------------------------------------------------------------------------------------- */

bool gd_panel_draw(const char *who, gd_panel *panel)
{
    gd_canvas *c = panel->canvas;
    const gd_plot *p = panel->plot;
    if (!gd_panel_plan(who, panel))
        return false;
    gd_box f = panel->frame;
    double half = gd_hairline(panel) / 2;
    gd_canvas_clip(c, (gd_box){ f.left - half, f.top - half, f.right + half, f.bottom + half });
    if (p->field.z)
        gd_fill_field(panel);
    draw_grid(panel);
    bool ok = !p->field.z || gd_draw_contours(panel);
    for (int i = 0; ok && i < p->count; i++)
        ok = gd_draw_series(panel, i);
    gd_canvas_clip(c, panel->outside);
    draw_frame(panel);
    draw_numbers(panel);
    draw_texts(panel);
    ok = ok && gd_draw_remarks(panel);
    gd_draw_legend(panel);
    gd_canvas_unclip(c);
    return ok;
}
