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

typedef struct ranges { range x, y, second; } ranges;

static const range nothing = { INFINITY, -INFINITY };

static bool is_empty(range r)
{
    return r.low > r.high;
}

static void include_point(const gd_plot *p, const gi_series *s, bool within, gi_xy at, ranges *r)
{
    const gi_ends *y = s->second ? &p->second : &p->y;
    if (!shows(&p->x, at.x) || !shows(y, at.y) || (within && (!inside(&p->x, at.x) || !inside(y, at.y))))
        return;
    include(&r->x, at.x);
    include(s->second ? &r->second : &r->y, at.y);
}

/* Bars begin at 0; on a logarithmic axis those of a histogram begin below 1.  The last edge of a histogram has no
 * count. */
static void include_feet(const gd_plot *p, const gi_series *s, ranges *r)
{
    const gi_ends *y = s->second ? &p->second : &p->y;
    if (!s->count || is_empty(r->x))
        return;
    if (!y->log || s->shape == GI_BINS)
        include(s->second ? &r->second : &r->y, y->log ? 0.5 : 0);
    if (shows(&p->x, s->points[s->count - 1].x))
        include(&r->x, s->points[s->count - 1].x);
}

/* Ranges of what can be drawn; with one axis fixed, of what is within its limits. */
static ranges data_ranges(const gd_plot *p, bool within)
{
    ranges r = { nothing, nothing, nothing };
    for (int i = 0; i < p->count; i++) {
        const gi_series *s = &p->series[i];
        for (size_t k = 0; k < s->count; k++)
            include_point(p, s, within, s->points[k], &r);
        if (s->shape != GI_CURVE)
            include_feet(p, s, &r);
        for (size_t k = 0; k < s->band_count; k++)
            if (isfinite(s->band[k].low) && isfinite(s->band[k].high)) {
                include_point(p, s, within, (gi_xy){ s->band[k].x, s->band[k].low }, &r);
                include_point(p, s, within, (gi_xy){ s->band[k].x, s->band[k].high }, &r);
            }
    }
    return r;
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
    for (int i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->series[i].band_count; k++)
            if (isfinite(p->series[i].band[k].low) && isfinite(p->series[i].band[k].high))
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
    bool log_y = p->y.log || p->second.log;
    return !log_y ? "no point with x > 0" : p->x.log ? "no point with x > 0 and y > 0" : "no point with y > 0";
}

static bool include_remarks(const char *who, const gd_plot *p, ranges *all)
{
    for (int i = 0; i < p->remarks_count; i++) {
        const gi_remark *r = &p->remarks[i];
        if (!shows(&p->y, r->y) || (!isnan(r->x) && !shows(&p->x, r->x))) {
            gd_fail("%s: plot \"%s\": \"%s\" at %g has no place on a logarithmic axis", who, p->title, r->text,
                    shows(&p->y, r->y) ? r->x : r->y);
            return false;
        }
        if (!p->field.z)
            include(&all->y, r->y);
        if (!p->field.z && !isnan(r->x))
            include(&all->x, r->x);
    }
    return true;
}

static range not_empty(range r, const gi_ends *ends)
{
    return r.low <= r.high ? r : ends->log ? (range){ 1, 10 } : (range){ 0, 1 };
}

/* A second axis without a series is not drawn. */
static bool has_second(const gd_plot *p)
{
    for (int i = 0; i < p->count; i++)
        if (p->series[i].second)
            return true;
    return false;
}

static bool has_bar(const gd_plot *p)
{
    for (int i = 0; i < p->count; i++)
        if (p->series[i].values)
            return true;
    return p->heat.z && !p->heat.confusion;
}

/* Names and cells lie on linear axes, and images on none. */
static bool check_cells(const char *who, const gd_plot *p)
{
    if (p->images.cells && (p->count || p->heat.z || p->field.z || p->remarks_count)) {
        gd_fail("%s: plot \"%s\" has images and can have nothing else", who, p->title);
        return false;
    }
    bool x = gi_x_names(p)->n && p->x.log, y = gi_y_names(p)->n && p->y.log;
    if (x || y)
        gd_fail("%s: plot \"%s\": its %s axis has names or cells and cannot be logarithmic", who, p->title,
                x ? "x" : "y");
    return !x && !y;
}

static bool find_ranges(const char *who, gi_panel *panel, ranges *r)
{
    const gd_plot *p = panel->plot;
    if (!check_cells(who, p) || !check_ends(who, p, "colour", &p->z))
        return false;
    if (!check_ends(who, p, "x", &p->x) || !check_ends(who, p, "y", &p->y) ||
        !check_ends(who, p, "second y", &p->second))
        return false;
    *r = data_ranges(p, true);
    if (is_empty(r->x))
        *r = data_ranges(p, false);
    if (p->field.z) {
        r->x = (range){ p->field.x_low, p->field.x_high };
        r->y = (range){ p->field.y_low, p->field.y_high };
    } else if (is_empty(r->x) && !p->heat.z) {
        panel->empty = reason_for_nothing(p);
    }
    bool good = include_remarks(who, p, r);
    panel->has_second = has_second(p);
    panel->has_bar = has_bar(p);
    panel->only_second = is_empty(r->y) && !is_empty(r->second);
    r->x = not_empty(r->x, &p->x);
    r->y = not_empty(r->y, &p->y);
    r->second = not_empty(r->second, &p->second);
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

static void choose(gi_axis *axis, const gi_ends *ends, range r, bool exact, double margin, int most)
{
    gi_axis_choose(axis, r.low, r.high, isnan(ends->low) && exact ? r.low : ends->low,
                   isnan(ends->high) && exact ? r.high : ends->high, ends->log, margin, most);
}

/* As many labels as do not touch each other. */
static void choose_x(gi_panel *panel, range r)
{
    double width = panel->frame.right - panel->frame.left, space = 18 * panel->u;
    gi_type type = gi_type_of(GI_NUMBER_SIZE * panel->u, GI_CENTRE);
    if (gi_x_names(panel->plot)->n) {
        gi_choose_cells_x(panel);
        return;
    }
    for (int most = (int)(width / (62 * panel->u)) + 1; most >= 2; most--) {
        choose(&panel->x, &panel->plot->x, r, panel->plot->field.z != NULL, 0, most);
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
    if (gi_x_names(panel->plot)->text)
        return;                             /* names are no wider than their cells */
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

/* The y labels are beside the frame only, clear of the title and the x label. */
static void fit_y_labels(gi_panel *panel, double height)
{
    const gd_plot *p = panel->plot;
    gi_type type = gi_type_of(GI_LABEL_SIZE * panel->u, GI_CENTRE);
    panel->y_label = gi_fit(p->y_label, type, height, 2);
    panel->second_label = gi_fit(panel->has_second && p->second_label ? p->second_label : "", type, height, 2);
    panel->z_label = gi_fit(panel->has_bar && p->z_label ? p->z_label : "", type, height, 2);
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

static void choose_y(gi_panel *panel, const ranges *r, double height)
{
    const gd_plot *p = panel->plot;
    int most = (int)(height / (44 * panel->u)) + 1;
    if (gi_y_names(p)->n)
        gi_choose_cells_y(panel, height);
    else
        choose(&panel->y, &p->y, r->y, p->field.z != NULL, 0.03, most);
    if (panel->has_bar)
        gi_choose_z(panel, (int)(height / (34 * panel->u)) + 1);
    if (panel->has_second)
        choose(&panel->second, &p->second, r->second, false, 0.03, most);
    if (panel->only_second) {               /* an axis for nothing: a line without numbers */
        panel->y.n = 0;
        *panel->y.note = '\0';
    }
}

/* The y axes between top and bottom, with a row above the frame for their notes where they have one. */
static void lay_out_y(gi_panel *panel, const ranges *r, gi_box *f, double note_row)
{
    double top = f->top, least = panel->outside.top + panel->margin.top;
    f->top = fmax(top, least);
    f->bottom = fmin(f->bottom, panel->outside.bottom - panel->margin.bottom);
    choose_y(panel, r, f->bottom - f->top);
    if (*panel->y.note || *panel->second.note || *panel->z.note || panel->plot->left_out) {
        f->top = fmax(top + note_row, least);
        choose_y(panel, r, f->bottom - f->top);
    }
}

/* The space that an axis takes beside the frame for its numbers and its label. */
static double width_beside(const gi_panel *panel, const gi_axis *axis, const gi_fitted *label)
{
    double u = panel->u, cap = gi_text_cap(gi_type_of(GI_LABEL_SIZE * u, GI_LEFT));
    return 12 * u + (label->n ? height_of(label, cap) + 15 * u : 0) +
           widest_label(axis, gi_type_of(GI_NUMBER_SIZE * u, GI_RIGHT)) + 9 * u;
}

static void lay_out(gi_panel *panel, const ranges *r)
{
    double u = panel->u, number = gi_text_cap(gi_type_of(GI_NUMBER_SIZE * u, GI_LEFT));
    double label = gi_text_cap(gi_type_of(GI_LABEL_SIZE * u, GI_LEFT));
    double title = gi_text_cap(gi_type_of(GI_TITLE_SIZE * u, GI_LEFT));
    gi_box f = panel->outside;

    fit_texts(panel);
    f.top += 12 * u + (panel->title.n ? height_of(&panel->title, title) + 12 * u : 0);
    panel->x_height = fmax(panel->x_height, number);
    f.bottom -= 10 * u + panel->x_height + 10 * u + (panel->x_label.n ? height_of(&panel->x_label, label) + 16 * u : 0);
    f.bottom -= panel->note_row ? number + 8 * u : 0;
    panel->space.bottom = panel->outside.bottom - f.bottom;
    f.right -= 20 * u;
    lay_out_y(panel, r, &f, number + 6 * u);
    fit_y_labels(panel, f.bottom - f.top);
    panel->space.left = width_beside(panel, &panel->y, &panel->y_label) +
                        (gi_y_names(panel->plot)->text ? panel->y_names_width : 0);
    f.left += panel->space.left;
    panel->second_width = panel->has_second ? width_beside(panel, &panel->second, &panel->second_label) - 6 * u : 0;
    panel->second_width = ceil(panel->second_width);
    panel->beside = panel->second_width;
    if (panel->has_bar)
        panel->beside += ceil((GI_BAR_GAP + GI_BAR_WIDTH - 6) * u + width_beside(panel, &panel->z, &panel->z_label));
    f.right -= fmax(0, panel->beside - 14 * u);
    f.left = fmax(f.left, panel->outside.left + panel->margin.left);
    gi_plan_legend(panel, f.right - f.left, f.bottom - f.top);
    if (panel->key.outside)
        f.right -= panel->key.width + gi_legend_gap(panel);
    panel->frame = (gi_box){ gi_crisp(panel, f.left), gi_crisp(panel, f.top),
                             gi_crisp(panel, f.right), gi_crisp(panel, f.bottom) };
    lay_out_x(panel, r->x);
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

/* A grid of images between the title and the x label. */
static bool plan_images(const char *who, gi_panel *panel)
{
    double u = panel->u;
    gi_type title = gi_type_of(GI_TITLE_SIZE * u, GI_LEFT), label = gi_type_of(GI_LABEL_SIZE * u, GI_LEFT);
    gi_box area = panel->outside;
    fit_texts(panel);
    area.top += 6 * u + (panel->title.n ? height_of(&panel->title, gi_text_cap(title)) + 12 * u : 0);
    area.bottom -= 6 * u + (panel->x_label.n ? height_of(&panel->x_label, gi_text_cap(label)) + 16 * u : 0);
    area.right -= 8 * u;
    fit_y_labels(panel, area.bottom - area.top);
    area.left += 8 * u + (panel->y_label.n ? height_of(&panel->y_label, gi_text_cap(label)) + 15 * u : 0);
    bool good = gi_place_images(who, panel, area);
    panel->space.left = panel->frame.left - panel->outside.left;        /* its labels are at the sides of the panel */
    panel->space.bottom = panel->outside.bottom - panel->frame.bottom;
    return good;
}

bool gi_panel_plan(const char *who, gi_panel *panel)
{
    ranges r;
    if (!find_ranges(who, panel, &r))
        return false;
    if (panel->plot->images.cells) {
        panel->empty = NULL;
        return plan_images(who, panel);
    }
    for (bool again = true; again;) {
        again = false;
        lay_out(panel, &r);
        bool names = gi_x_names(panel->plot)->n && panel->x_rows.height > panel->x_height;
        if (names)
            panel->x_height = panel->x_rows.height;
        if (names)
            again = true;
        else if (!panel->note_row && note_meets_label(panel))
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
