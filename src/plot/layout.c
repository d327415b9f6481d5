/* layout.c - the ranges of the axes, and the position of everything on a panel.
 *
 * Not here: drawing (panel.c, legend.c), ticks (axis.c). */
#include <math.h>
#include <stdbool.h>

#include "picture.h"


/* ---- What the axes must show --------------------------------------------------------------------------- */

typedef struct range { double low, high; } range;

static void include(range *r, double value)
{
    r->low = fmin(r->low, value);
    r->high = fmax(r->high, value);
}

static bool shows(const gi_ends *ends, double value)
{
    return isfinite(value) && (!ends->log || value > 0);
}

static bool inside(const gi_ends *ends, double value)
{
    return !(value < ends->low) && !(value > ends->high);      /* a NaN end is no end */
}

/* Ranges of the points that can be drawn; with one axis fixed, of those within its limits. */
static void data_range(const gd_plot *p, bool within, range *x, range *y)
{
    *x = *y = (range){ INFINITY, -INFINITY };
    for (int i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->series[i].count; k++) {
            gi_xy at = p->series[i].points[k];
            if (!shows(&p->x, at.x) || !shows(&p->y, at.y) ||
                (within && (!inside(&p->x, at.x) || !inside(&p->y, at.y))))
                continue;
            include(x, at.x);
            include(y, at.y);
        }
}

static bool check_ends(const char *who, const gd_plot *p, const char *name, const gi_ends *ends)
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

/* Why nothing can be drawn: a run that has diverged still gets a picture, which shows the reason. */
static const char *reason_for_nothing(const gd_plot *p)
{
    if (!p->count)
        return "no points";
    if (!has_finite_point(p))
        return "no finite point";
    return !p->y.log ? "no point with x > 0" : p->x.log ? "no point with x > 0 and y > 0" : "no point with y > 0";
}

static bool include_remarks(const char *who, const gd_plot *p, range *x, range *y)
{
    for (int i = 0; i < p->remarks_count; i++) {
        const gi_remark *r = &p->remarks[i];
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

static range not_empty(range r, const gi_ends *ends)
{
    return r.low <= r.high ? r : ends->log ? (range){ 1, 10 } : (range){ 0, 1 };
}

static bool find_ranges(const char *who, gi_panel *panel, range *x, range *y)
{
    const gd_plot *p = panel->plot;
    if (!check_ends(who, p, "x", &p->x) || !check_ends(who, p, "y", &p->y))
        return false;
    data_range(p, true, x, y);
    if (x->low > x->high)
        data_range(p, false, x, y);
    if (p->field.z) {
        *x = (range){ p->field.x_low, p->field.x_high };
        *y = (range){ p->field.y_low, p->field.y_high };
    } else if (x->low > x->high) {
        panel->empty = reason_for_nothing(p);
    }
    bool good = include_remarks(who, p, x, y);
    *x = not_empty(*x, &p->x);
    *y = not_empty(*y, &p->y);
    return good;
}

/* ---- Where everything goes ----------------------------------------------------------------------------- */

static double widest_label(const gi_axis *axis, gi_type type)
{
    double widest = 0;
    for (int i = 0; i < axis->n; i++)
        if (axis->ticks[i].major)
            widest = fmax(widest, gi_text_width(axis->ticks[i].label, type));
    return widest;
}

static void choose(gi_panel *panel, bool is_x, range r, int most)
{
    const gd_plot *p = panel->plot;
    const gi_ends *ends = is_x ? &p->x : &p->y;
    bool field = p->field.z != NULL;
    gi_axis_choose(is_x ? &panel->x : &panel->y, r.low, r.high, isnan(ends->low) && field ? r.low : ends->low,
                   isnan(ends->high) && field ? r.high : ends->high, ends->log, is_x ? 0 : 0.03, most);
}

/* As many labels as do not touch each other. */
static void choose_x(gi_panel *panel, range r)
{
    double width = panel->frame.right - panel->frame.left, space = 18 * panel->u;
    gi_type type = gi_type_of(GI_NUMBER_SIZE * panel->u, GI_CENTRE);
    for (int most = (int)(width / (62 * panel->u)) + 1; most >= 2; most--) {
        choose(panel, true, r, most);
        double free = INFINITY, end = -INFINITY;
        for (int i = 0; i < panel->x.n; i++)
            if (panel->x.ticks[i].major) {
                double at = gi_axis_at(&panel->x, panel->x.ticks[i].value) * width;
                double half = gi_text_width(panel->x.ticks[i].label, type) / 2;
                free = fmin(free, at - half - end);
                end = at + half;
            }
        if (free >= space)
            return;
    }
}

/* How far the first and the last number of the x axis extend beyond the frame. */
static void number_overhang(const gi_panel *panel, double *left, double *right)
{
    gi_type type = gi_type_of(GI_NUMBER_SIZE * panel->u, GI_CENTRE);
    double width = panel->frame.right - panel->frame.left;
    *left = *right = 0;
    for (int i = 0; i < panel->x.n; i++)
        if (panel->x.ticks[i].major) {
            double at = gi_axis_at(&panel->x, panel->x.ticks[i].value) * width;
            double half = gi_text_width(panel->x.ticks[i].label, type) / 2;
            *left = fmax(*left, half - at);
            *right = fmax(*right, at + half - width);
        }
}

/* The x axis, and a frame such that its numbers are inside the panel.  A narrower frame may have other numbers, hence
 * the second iteration. */
static void lay_out_x(gi_panel *panel, range x)
{
    gi_box o = panel->outside;
    double rim = 3 * panel->u, left, right;
    for (int look = 0; look < 3; look++) {
        choose_x(panel, x);
        number_overhang(panel, &left, &right);
        double from = o.left + rim + left, to = o.right - rim - right;
        if (panel->frame.left >= from && panel->frame.right <= to)
            return;
        panel->frame.left = gi_crisp(panel, ceil(fmax(panel->frame.left, from)));
        panel->frame.right = gi_crisp(panel, floor(fmin(panel->frame.right, to)) - 1);
    }
}

/* The height of a text's lines, from the top of the first capital to the last baseline. */
static double height_of(const gi_fitted *text, double cap)
{
    return text->n ? cap + (text->n - 1) * floor(GI_LEADING * cap) : 0;
}

/* The y label is beside the frame only, clear of the title and the x label. */
static void fit_y_label(gi_panel *panel, double height)
{
    panel->y_label = gi_fit(panel->plot->y_label, gi_type_of(GI_LABEL_SIZE * panel->u, GI_CENTRE), height, 2);
}

static void fit_texts(gi_panel *panel)
{
    const gd_plot *p = panel->plot;
    double u = panel->u, width = panel->outside.right - panel->outside.left - 16 * u;
    gi_type title = gi_type_of(GI_TITLE_SIZE * u, GI_CENTRE), label = gi_type_of(GI_LABEL_SIZE * u, GI_CENTRE);
    title.bold = true;
    panel->title = gi_fit(p->title, title, width, GI_FIT_LINES);
    panel->x_label = gi_fit(p->x_label, label, width, 2);
}

/* The y axis between top and bottom, with a row above the frame for its note where it has one. */
static void lay_out_y(gi_panel *panel, range y, gi_box *f, double note_row)
{
    double top = f->top, least = panel->outside.top + panel->margin.top, space = 44 * panel->u;
    f->top = fmax(top, least);
    f->bottom = fmin(f->bottom, panel->outside.bottom - panel->margin.bottom);
    choose(panel, false, y, (int)((f->bottom - f->top) / space) + 1);
    if (*panel->y.note) {
        f->top = fmax(top + note_row, least);
        choose(panel, false, y, (int)((f->bottom - f->top) / space) + 1);
    }
}

static void lay_out(gi_panel *panel, range x, range y)
{
    double u = panel->u, number = gi_text_cap(gi_type_of(GI_NUMBER_SIZE * u, GI_LEFT));
    double label = gi_text_cap(gi_type_of(GI_LABEL_SIZE * u, GI_LEFT));
    double title = gi_text_cap(gi_type_of(GI_TITLE_SIZE * u, GI_LEFT));
    gi_box f = panel->outside;

    fit_texts(panel);
    f.top += 12 * u + (panel->title.n ? height_of(&panel->title, title) + 12 * u : 0);
    f.bottom -= 10 * u + number + 10 * u + (panel->x_label.n ? height_of(&panel->x_label, label) + 16 * u : 0);
    f.bottom -= panel->note_row ? number + 8 * u : 0;
    f.right -= 20 * u;
    lay_out_y(panel, y, &f, number + 6 * u);
    fit_y_label(panel, f.bottom - f.top);
    f.left += 12 * u + (panel->y_label.n ? height_of(&panel->y_label, label) + 15 * u : 0) +
              widest_label(&panel->y, gi_type_of(GI_NUMBER_SIZE * u, GI_RIGHT)) + 9 * u;
    f.left = fmax(f.left, panel->outside.left + panel->margin.left);
    gi_plan_legend(panel, f.right - f.left, f.bottom - f.top);
    if (panel->key.outside)
        f.right -= panel->key.width + gi_legend_gap(panel);
    panel->frame = (gi_box){ gi_crisp(panel, f.left), gi_crisp(panel, f.top),
                             gi_crisp(panel, f.right), gi_crisp(panel, f.bottom) };
    lay_out_x(panel, x);
}

double gi_middle_of(const gi_panel *panel, const gi_fitted *text, double middle, double from, double to, gi_type type)
{
    double half = 0;
    for (int i = 0; i < text->n; i++)
        half = fmax(half, gi_text_width(text->line[i], type) / 2 + 6 * panel->u);
    double low = fmin(from + half, (from + to) / 2), high = fmax(to - half, (from + to) / 2);
    return fmax(low, fmin(high, middle));
}

/* The note is at the right, level with the first line of the label; or, where that is too long, in a row above it. */
static bool note_meets_label(const gi_panel *panel)
{
    gi_box f = panel->frame, o = panel->outside;
    double u = panel->u;
    gi_type number = gi_type_of(GI_NUMBER_SIZE * u, GI_RIGHT), label = gi_type_of(GI_LABEL_SIZE * u, GI_CENTRE);
    if (!*panel->x.note || !panel->x_label.n)
        return *panel->x.note;
    double middle = gi_middle_of(panel, &panel->x_label, (f.left + f.right) / 2, o.left, o.right, label);
    return middle + gi_text_width(panel->x_label.line[0], label) / 2 + 10 * u >
           f.right - gi_text_width(panel->x.note, number);
}

/* ---- The plan ------------------------------------------------------------------------------------------ */

bool gi_panel_plan(const char *who, gi_panel *panel)
{
    range x, y;
    if (!find_ranges(who, panel, &x, &y))
        return false;
    for (bool again = true; again;) {
        again = false;
        lay_out(panel, x, y);
        if (!panel->note_row && note_meets_label(panel))
            again = panel->note_row = true;
        else if (!gi_place_legend(panel, &again))
            return false;
        else
            panel->legend_beside |= again;
    }
    gi_box f = panel->frame, o = panel->outside;
    bool fits = f.right - f.left >= 20 * panel->u && f.bottom - f.top >= 20 * panel->u;
    if (!fits)
        gd_fail("%s: plot \"%s\": %.0f x %.0f pixels leave no room for its axes: a larger size, or shorter texts, "
                "expected", who, panel->plot->title, o.right - o.left, o.bottom - o.top);
    return fits;
}
