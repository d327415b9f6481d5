/* panel.c - one plot on the canvas: where everything goes, and the axes.
 *
 * Order of drawing: contours, grid, series, frame and ticks, texts, legend. */
#include "picture.h"

#include "../tensor/core.h"

const gd_rgb gd_text_colour = { 26, 26, 26 }, gd_frame_colour = { 60, 60, 60 }, gd_grid_colour = { 229, 229, 229 };

static const gd_rgb reference_colour = { 40, 40, 40 };

static gd_type type_of(double size, gd_align align)
{
    return (gd_type){ .size = size, .align = align, .colour = gd_text_colour };
}

/* ---- What the axes must show --------------------------------------------------------------------------- */

typedef struct range { double low, high; } range;

static void include(range *r, double value)
{
    r->low = fmin(r->low, value);
    r->high = fmax(r->high, value);
}

static bool shows(const gd_ends *ends, double value)
{
    return isfinite(value) && (!ends->log || value > 0);
}

static bool inside(const gd_ends *ends, double value)
{
    return !(value < ends->low) && !(value > ends->high);      /* a NaN end is no end */
}

/* Ranges of the points that can be drawn; with one axis fixed, of those within its limits. */
static void data_range(const gd_plot *p, bool within, range *x, range *y)
{
    *x = *y = (range){ INFINITY, -INFINITY };
    for (int i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->series[i].count; k++) {
            gd_xy at = p->series[i].points[k];
            if (!shows(&p->x, at.x) || !shows(&p->y, at.y) ||
                (within && (!inside(&p->x, at.x) || !inside(&p->y, at.y))))
                continue;
            include(x, at.x);
            include(y, at.y);
        }
}

static bool check_ends(const char *who, const gd_plot *p, const char *name, const gd_ends *ends)
{
    if (ends->log && (ends->low <= 0 || ends->high <= 0)) {
        gd_fail("%s: plot \"%s\": its %s axis is logarithmic and cannot have an end at %g", who, p->title, name,
                ends->low <= 0 ? ends->low : ends->high);
        return false;
    }
    return true;
}

static bool has_finite_point(const gd_plot *p)
{
    for (int i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->series[i].count; k++)
            if (isfinite(p->series[i].points[k].x) && isfinite(p->series[i].points[k].y))
                return true;
    return false;
}

static bool find_ranges(const char *who, const gd_plot *p, range *x, range *y)
{
    if (!check_ends(who, p, "x", &p->x) || !check_ends(who, p, "y", &p->y))
        return false;
    data_range(p, true, x, y);
    if (x->low > x->high)
        data_range(p, false, x, y);
    if (p->field.z) {
        *x = (range){ p->field.x_low, p->field.x_high };
        *y = (range){ p->field.y_low, p->field.y_high };
    } else if (x->low > x->high) {
        if (!has_finite_point(p))
            gd_fail("%s: plot \"%s\" has no finite point to draw", who, p->title);
        else
            gd_fail("%s: plot \"%s\" has no point with %s for its logarithmic %s", who, p->title,
                    !p->y.log ? "x > 0" : p->x.log ? "x > 0 and y > 0" : "y > 0",
                    p->x.log && p->y.log ? "axes" : "axis");
        return false;
    }
    for (int i = 0; i < p->remarks_count; i++) {
        const gd_remark *r = &p->remarks[i];
        if (!shows(&p->y, r->y) || (!isnan(r->x) && !shows(&p->x, r->x))) {
            gd_fail("%s: plot \"%s\": \"%s\" at %g has no place on a logarithmic axis", who, p->title, r->text,
                    shows(&p->y, r->y) ? r->x : r->y);
            return false;
        }
        if (!p->field.z)
            include(y, r->y);
        if (!p->field.z && !isnan(r->x))
            include(x, r->x);
    }
    return true;
}

/* ---- Where everything goes ----------------------------------------------------------------------------- */

static double hairline(const gd_panel *panel)
{
    return fmax(1, floor(panel->u + 0.5));
}

/* The place nearest to v where the middle of a hairline makes it crisp. */
static double crisp(const gd_panel *panel, double v)
{
    return (int)hairline(panel) % 2 ? floor(v) + 0.5 : floor(v + 0.5);
}

static double widest_label(const gd_axis *axis, gd_type type)
{
    double widest = 0;
    for (int i = 0; i < axis->n; i++)
        if (axis->ticks[i].major)
            widest = fmax(widest, gd_text_width(axis->ticks[i].label, type));
    return widest;
}

static void choose(gd_panel *panel, bool is_x, range r, int most)
{
    const gd_plot *p = panel->plot;
    const gd_ends *ends = is_x ? &p->x : &p->y;
    bool field = p->field.z != NULL;
    gd_axis_choose(is_x ? &panel->x : &panel->y, r.low, r.high, isnan(ends->low) && field ? r.low : ends->low,
                   isnan(ends->high) && field ? r.high : ends->high, ends->log, is_x ? 0 : 0.03, most);
}

/* As many labels as stand apart from each other. */
static void choose_x(gd_panel *panel, range r)
{
    double width = panel->frame.right - panel->frame.left, room = 18 * panel->u;
    gd_type type = type_of(GD_NUMBER_SIZE * panel->u, GD_CENTRE);
    for (int most = (int)(width / (62 * panel->u)) + 1; most >= 2; most--) {
        choose(panel, true, r, most);
        double free = INFINITY, end = -INFINITY;
        for (int i = 0; i < panel->x.n; i++)
            if (panel->x.ticks[i].major) {
                double at = gd_axis_at(&panel->x, panel->x.ticks[i].value) * width;
                double half = gd_text_width(panel->x.ticks[i].label, type) / 2;
                free = fmin(free, at - half - end);
                end = at + half;
            }
        if (free >= room)
            return;
    }
}

static void lay_out(gd_panel *panel, range x, range y)
{
    const gd_plot *p = panel->plot;
    double u = panel->u, number = gd_text_cap(type_of(GD_NUMBER_SIZE * u, GD_LEFT));
    double label = gd_text_cap(type_of(GD_LABEL_SIZE * u, GD_LEFT));
    double title = gd_text_cap(type_of(GD_TITLE_SIZE * u, GD_LEFT));
    gd_box f = panel->outside;

    f.top += 12 * u + (*p->title ? title + 12 * u : 0);
    f.bottom -= 10 * u + number + 10 * u + (*p->x_label ? label + 16 * u : 0);
    f.right -= 20 * u + (p->legend == GD_LEGEND_OUTSIDE ? gd_legend_width(p, u) + 12 * u : 0);
    choose(panel, false, y, (int)((f.bottom - f.top) / (44 * u)) + 1);
    if (panel->y.exponent) {
        f.top += number + 6 * u;
        choose(panel, false, y, (int)((f.bottom - f.top) / (44 * u)) + 1);
    }
    f.left += 12 * u + (*p->y_label ? label + 15 * u : 0) +
              widest_label(&panel->y, type_of(GD_NUMBER_SIZE * u, GD_RIGHT)) + 9 * u;
    panel->frame = (gd_box){ crisp(panel, f.left), crisp(panel, f.top),
                             crisp(panel, f.right), crisp(panel, f.bottom) };
    choose_x(panel, x);
    if (panel->x.exponent && !*p->x_label)
        panel->frame.bottom -= floor(number + 8 * u);
}

/* ---- Drawing the axes ---------------------------------------------------------------------------------- */

static void rule(const gd_panel *panel, double x0, double y0, double x1, double y1)
{
    double half = hairline(panel) / 2;
    gd_mask_box(panel->canvas, (gd_box){ fmin(x0, x1) - half, fmin(y0, y1) - half,
                                         fmax(x0, x1) + half, fmax(y0, y1) + half });
}

static double tick_x(const gd_panel *panel, int i)
{
    gd_box f = panel->frame;
    return crisp(panel, f.left + gd_axis_at(&panel->x, panel->x.ticks[i].value) * (f.right - f.left));
}

static double tick_y(const gd_panel *panel, int i)
{
    gd_box f = panel->frame;
    return crisp(panel, f.bottom - gd_axis_at(&panel->y, panel->y.ticks[i].value) * (f.bottom - f.top));
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
    gd_paint(panel->canvas, field ? (gd_rgb){ 255, 255, 255 } : gd_grid_colour, field ? 0.35 : 1);
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
    gd_paint(panel->canvas, gd_frame_colour, 1);
}

static void draw_numbers(const gd_panel *panel)
{
    gd_box f = panel->frame;
    gd_canvas *c = panel->canvas;
    double u = panel->u;
    gd_type type = type_of(GD_NUMBER_SIZE * u, GD_CENTRE);
    double cap = gd_text_cap(type);
    char factor[GD_LABEL_MAX];

    for (int i = 0; i < panel->x.n; i++)
        if (panel->x.ticks[i].major)
            gd_text_mask(c, tick_x(panel, i), f.bottom + 9 * u + cap, panel->x.ticks[i].label, type, 0);
    type.align = GD_RIGHT;
    for (int i = 0; i < panel->y.n; i++)
        if (panel->y.ticks[i].major)
            gd_text_mask(c, f.left - 9 * u, tick_y(panel, i) + cap / 2, panel->y.ticks[i].label, type, 0);
    if (panel->x.exponent) {
        gd_factor(factor, panel->x.exponent);
        gd_text_mask(c, f.right, f.bottom + 9 * u + 2 * cap + 11 * u, factor, type, 0);
    }
    type.align = GD_LEFT;
    if (panel->y.exponent) {
        gd_factor(factor, panel->y.exponent);
        gd_text_mask(c, f.left, f.top - 7 * u, factor, type, 0);
    }
    gd_paint_letters(c, gd_text_colour);
}

static void draw_texts(const gd_panel *panel)
{
    const gd_plot *p = panel->plot;
    gd_box f = panel->frame, o = panel->outside;
    double u = panel->u, middle = (f.left + f.right) / 2;
    gd_type title = type_of(GD_TITLE_SIZE * u, GD_CENTRE), label = type_of(GD_LABEL_SIZE * u, GD_CENTRE);

    title.bold = true;
    gd_write(panel->canvas, middle, o.top + 12 * u + gd_text_cap(title), p->title, title);
    gd_write(panel->canvas, middle, o.bottom - 14 * u, p->x_label, label);
    label.upwards = true;
    gd_write(panel->canvas, o.left + 12 * u + gd_text_cap(label), (f.top + f.bottom) / 2, p->y_label, label);
}

/* ---- Reference lines and notes ------------------------------------------------------------------------- */

/* A text over data, in a white halo. */
static void draw_note(const gd_panel *panel, double x, double y, const char *text, gd_type type)
{
    gd_text_mask(panel->canvas, x, y, text, type, 2 * panel->u);
    gd_paint(panel->canvas, (gd_rgb){ 255, 255, 255 }, 0.85);
    gd_write(panel->canvas, x, y, text, type);
}

/* Near the line, above or below, at the place along it where the text hides least data. */
static void label_reference(const gd_panel *panel, double y, const char *text, gd_type type)
{
    gd_box f = panel->frame, best = { 0 };
    double u = panel->u, cap = gd_text_cap(type), width = gd_text_width(text, type), rim = 8 * u, least = INFINITY;
    for (int i = 0; i <= 12; i++) {
        bool below = i % 2;
        double left = f.right - rim - width - (i / 2) / 6.0 * (f.right - f.left - 2 * rim - width);
        double bottom = below ? y + 6 * u + cap : y - 5 * u;
        gd_box box = { left, bottom - cap, left + width, bottom };
        gd_box near = { left - 4 * u, bottom - cap - 4 * u, left + width + 4 * u, bottom + 4 * u };
        double ink = gd_ink(panel->canvas, near);
        if (box.top < f.top + 3 * u || box.bottom > f.bottom - 3 * u || !(ink < 0.8 * least - 2))
            continue;
        best = box;
        least = ink;
    }
    if (isfinite(least))
        draw_note(panel, best.left, best.bottom, text, type);
}

static void draw_reference(const gd_panel *panel, const gd_remark *r, gd_type type)
{
    gd_box f = panel->frame;
    double u = panel->u, half = hairline(panel) / 2;
    double y = crisp(panel, gd_to_pixel(panel, (gd_xy){ panel->x.low, r->y }).y);
    if (y < f.top || y > f.bottom)
        return;
    for (double x = f.left; x < f.right; x += 10 * u)
        gd_mask_box(panel->canvas, (gd_box){ x, y - half, fmin(x + 7 * u, f.right), y + half });
    gd_paint(panel->canvas, reference_colour, 1);
    if (*r->text)
        label_reference(panel, y, r->text, type);
}

static void draw_remarks(const gd_panel *panel)
{
    gd_type type = type_of(GD_NUMBER_SIZE * panel->u, GD_LEFT);
    for (int i = 0; i < panel->plot->remarks_count; i++) {
        const gd_remark *r = &panel->plot->remarks[i];
        gd_xy at = gd_to_pixel(panel, (gd_xy){ isnan(r->x) ? panel->x.low : r->x, r->y });
        if (isnan(r->x))
            draw_reference(panel, r, type);
        else
            draw_note(panel, at.x, at.y, r->text, type);
    }
}

/* ---- The panel ----------------------------------------------------------------------------------------- */

bool gd_panel_plan(const char *who, gd_panel *panel)
{
    range x, y;
    if (!find_ranges(who, panel->plot, &x, &y))
        return false;
    lay_out(panel, x, y);
    gd_box f = panel->frame, o = panel->outside;
    bool fits = f.right - f.left >= 20 * panel->u && f.bottom - f.top >= 20 * panel->u;
    if (!fits)
        gd_fail("%s: plot \"%s\": %.0f x %.0f pixels leave no room for its axes: a larger size, or shorter texts, "
                "expected", who, panel->plot->title, o.right - o.left, o.bottom - o.top);
    return fits;
}

bool gd_panel_draw(const char *who, gd_panel *panel)
{
    gd_canvas *c = panel->canvas;
    const gd_plot *p = panel->plot;
    if (!gd_panel_plan(who, panel))
        return false;
    gd_box f = panel->frame;
    double half = hairline(panel) / 2;
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
    draw_remarks(panel);
    gd_draw_legend(panel);
    gd_canvas_unclip(c);
    return ok;
}
