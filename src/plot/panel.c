/* panel.c - one plot on the canvas, as layout.c has planned it.
 *
 * Order of drawing: contours, grid, series, frame and ticks, texts, legend. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/message.h"
#include "picture.h"


static const gi_rgb frame_colour = { 60, 60, 60 }, grid_colour = { 229, 229, 229 };

/* ---- Drawing the axes ---------------------------------------------------------------------------------- */

static void rule(const gi_panel *panel, double x0, double y0, double x1, double y1)
{
    double half = gi_hairline(panel) / 2;
    gi_mask_box(panel->canvas, (gi_box){ fmin(x0, x1) - half, fmin(y0, y1) - half,
                                         fmax(x0, x1) + half, fmax(y0, y1) + half });
}

static double tick_x(const gi_panel *panel, int i)
{
    gi_box f = panel->frame;
    return gi_crisp(panel, f.left + gi_axis_at(&panel->x, panel->x.ticks[i].value) * (f.right - f.left));
}

static double tick_y(const gi_panel *panel, const gi_axis *axis, int i)
{
    gi_box f = panel->frame;
    return gi_crisp(panel, f.bottom - gi_axis_at(axis, axis->ticks[i].value) * (f.bottom - f.top));
}

static void draw_grid(const gi_panel *panel)
{
    gi_box f = panel->frame;
    if (panel->plot->heat.z)
        return;                             /* its cells are the grid */
    for (int i = 0; i < panel->x.n && !gi_x_names(panel->plot)->n; i++)
        if (panel->x.ticks[i].major) {
            double x = tick_x(panel, i);
            rule(panel, x, f.top, x, f.bottom);
        }
    for (int i = 0; i < panel->y.n; i++)
        if (panel->y.ticks[i].major) {
            double y = tick_y(panel, &panel->y, i);
            rule(panel, f.left, y, f.right, y);
        }
    bool field = panel->plot->field.z != NULL;
    gi_paint(panel->canvas, field ? (gi_rgb){ 255, 255, 255 } : grid_colour, field ? 0.35 : 1);
}

static void draw_frame(const gi_panel *panel)
{
    gi_box f = panel->frame;
    rule(panel, f.left, f.top, f.right, f.top);
    rule(panel, f.left, f.bottom, f.right, f.bottom);
    rule(panel, f.left, f.top, f.left, f.bottom);
    rule(panel, f.right, f.top, f.right, f.bottom);
    for (int i = 0; i < panel->x.n; i++) {
        const gi_tick *t = &panel->x.ticks[i];
        double x = tick_x(panel, i);
        rule(panel, x, f.bottom, x, f.bottom + floor((t->major ? 5 : 3) * panel->u));
    }
    for (int i = 0; i < panel->y.n; i++) {
        const gi_tick *t = &panel->y.ticks[i];
        double y = tick_y(panel, &panel->y, i);
        rule(panel, f.left - floor((t->major ? 5 : 3) * panel->u), y, f.left, y);
    }
    for (int i = 0; i < panel->second.n; i++) {
        const gi_tick *t = &panel->second.ticks[i];
        double y = tick_y(panel, &panel->second, i);
        rule(panel, f.right, y, f.right + floor((t->major ? 5 : 3) * panel->u), y);
    }
    gi_paint(panel->canvas, frame_colour, 1);
}

static void draw_numbers(const gi_panel *panel)
{
    gi_box f = panel->frame;
    gi_canvas *c = panel->canvas;
    double u = panel->u;
    gi_type type = gi_type_of(GI_NUMBER_SIZE * u, GI_CENTRE);
    double cap = gi_text_cap(type);

    for (int i = 0; i < panel->x.n; i++)
        if (panel->x.ticks[i].major && gi_x_names(panel->plot)->text)
            gi_draw_name_x(panel, (int)panel->x.ticks[i].value, tick_x(panel, i));
        else if (panel->x.ticks[i].major)
            gi_text_mask(c, tick_x(panel, i), f.bottom + 9 * u + cap, panel->x.ticks[i].label, type, 0);
    type.align = GI_RIGHT;
    for (int i = 0; i < panel->y.n; i++)
        if (panel->y.ticks[i].major && gi_y_names(panel->plot)->text)
            gi_draw_name_y(panel, (int)panel->y.ticks[i].value, tick_y(panel, &panel->y, i));
        else if (panel->y.ticks[i].major)
            gi_text_mask(c, f.left - 9 * u, tick_y(panel, &panel->y, i) + cap / 2, panel->y.ticks[i].label, type, 0);
    gi_text_mask(c, f.right, f.bottom + 9 * u + 2 * cap + 11 * u, panel->x.note, type, 0);
    type.align = GI_LEFT;
    gi_text_mask(c, f.left, f.top - 7 * u, panel->y.note, type, 0);
    for (int i = 0; i < panel->second.n; i++)
        if (panel->second.ticks[i].major)
            gi_text_mask(c, f.right + 9 * u, tick_y(panel, &panel->second, i) + cap / 2,
                         panel->second.ticks[i].label, type, 0);
    double note = f.right - gi_text_width(panel->second.note, type);
    if (*panel->y.note)                     /* where both are long, the second one further right */
        note = fmax(note, f.left + gi_text_width(panel->y.note, type) + 12 * u);
    gi_text_mask(c, note, f.top - 7 * u, panel->second.note, type, 0);
    if (panel->plot->left_out) {
        char text[80];
        size_t n = panel->plot->left_out;
        snprintf(text, sizeof text, "%zu value%s %sfinite", n, gi_plural((int64_t)n),
                 panel->plot->x.log ? "not positive or not " : "not ");
        type.align = GI_RIGHT;
        gi_text_mask(c, f.right, f.top - 7 * u, text, type, 0);
    }
    gi_paint_letters(c, type.colour);
}

/* Lines one below the other or, upwards, one right of the other, each centred; first is the first baseline. */
static void draw_lines(const gi_panel *panel, const gi_fitted *text, double middle, double from, double to,
                       double first, gi_type type)
{
    double leading = floor(GI_LEADING * gi_text_cap(type));
    middle = gi_middle_of(panel, text, middle, from, to, type);
    for (int i = 0; i < text->n; i++, first += leading)
        gi_write(panel->canvas, type.upwards ? first : middle, type.upwards ? middle : first, text->line[i], type);
}

static void draw_texts(const gi_panel *panel)
{
    gi_box f = panel->frame, o = panel->outside;
    double u = panel->u, across = (f.left + f.right) / 2, down = (f.top + f.bottom) / 2;
    gi_type title = gi_type_of(GI_TITLE_SIZE * u, GI_CENTRE), label = gi_type_of(GI_LABEL_SIZE * u, GI_CENTRE);
    double leading = floor(GI_LEADING * gi_text_cap(label));

    /* in a grid the frame may be farther from the sides of the panel than its own numbers need */
    double below = panel->margin.bottom > 0 ? fmin(o.bottom, floor(f.bottom + panel->space.bottom)) : o.bottom;
    double beside = panel->margin.left > 0 ? fmax(o.left, floor(f.left - panel->space.left)) : o.left;
    title.bold = true;
    draw_lines(panel, &panel->title, across, o.left, o.right, o.top + 12 * u + gi_text_cap(title), title);
    draw_lines(panel, &panel->x_label, across, o.left, o.right,
               below - 14 * u - (panel->x_label.n - 1) * leading, label);
    label.upwards = true;
    draw_lines(panel, &panel->y_label, down, o.top, o.bottom, beside + 12 * u + gi_text_cap(label), label);
    double right = f.right + panel->second_width - 6 * u - (panel->second_label.n - 1) * leading;
    draw_lines(panel, &panel->second_label, down, o.top, o.bottom, right, label);
    right = f.right + panel->beside - 6 * u - (panel->z_label.n - 1) * leading;
    draw_lines(panel, &panel->z_label, down, o.top, o.bottom, right, label);
    if (panel->empty)
        gi_write(panel->canvas, across, down, panel->empty,
                 (gi_type){ .size = GI_TITLE_SIZE * u, .align = GI_CENTRE, .colour = { 110, 110, 110 } });
}

/* ---- The colour bar ------------------------------------------------------------------------------------- */

static void draw_bar(const gi_panel *panel)
{
    gi_box f = panel->frame;
    gi_canvas *c = panel->canvas;
    double u = panel->u, left = gi_crisp(panel, f.right + panel->second_width + GI_BAR_GAP * u);
    gi_box bar = { left, f.top, gi_crisp(panel, left + GI_BAR_WIDTH * u), f.bottom };
    gi_type type = gi_type_of(GI_NUMBER_SIZE * u, GI_LEFT);
    gi_draw_colour_bar(panel, bar);
    rule(panel, bar.left, bar.top, bar.right, bar.top);
    rule(panel, bar.left, bar.bottom, bar.right, bar.bottom);
    rule(panel, bar.left, bar.top, bar.left, bar.bottom);
    rule(panel, bar.right, bar.top, bar.right, bar.bottom);
    for (int i = 0; i < panel->z.n; i++) {
        double y = tick_y(panel, &panel->z, i);
        rule(panel, bar.right, y, bar.right + floor((panel->z.ticks[i].major ? 5 : 3) * u), y);
    }
    gi_paint(c, frame_colour, 1);
    for (int i = 0; i < panel->z.n; i++)
        if (panel->z.ticks[i].major)
            gi_text_mask(c, bar.right + 9 * u, tick_y(panel, &panel->z, i) + gi_text_cap(type) / 2,
                         panel->z.ticks[i].label, type, 0);
    gi_text_mask(c, bar.left, f.top - 7 * u, panel->z.note, type, 0);
    gi_paint_letters(c, type.colour);
}

/* ---- The panel ----------------------------------------------------------------------------------------- */

bool gi_panel_draw(const char *who, gi_panel *panel)
{
    gi_canvas *c = panel->canvas;
    const gd_plot *p = panel->plot;
    if (!gi_panel_plan(who, panel))
        return false;
    gi_box f = panel->frame;
    double half = gi_hairline(panel) / 2;
    gi_canvas_clip(c, (gi_box){ f.left - half, f.top - half, f.right + half, f.bottom + half });
    if (p->images.cells) {
        gi_canvas_clip(c, panel->outside);
        gi_draw_images(panel);
        draw_texts(panel);
        gi_canvas_unclip(c);
        return true;
    }
    if (p->field.z)
        gi_fill_field(panel);
    bool ok = !p->heat.z || gi_draw_heat(panel);
    draw_grid(panel);
    ok = ok && (!p->field.z || gi_draw_contours(panel));
    for (int i = 0; ok && i < p->count; i++)
        ok = gi_draw_band(panel, i);
    for (int i = 0; ok && i < p->count; i++)
        ok = gi_draw_series(panel, i);
    gi_canvas_clip(c, panel->outside);
    draw_frame(panel);
    draw_numbers(panel);
    draw_texts(panel);
    if (panel->has_bar)
        draw_bar(panel);
    ok = ok && gi_draw_remarks(panel);
    gi_draw_legend(panel);
    gi_canvas_unclip(c);
    return ok;
}
