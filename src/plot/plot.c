/* plot.c - a plot as its user fills it: series, limits, looks, remarks.
 *
 * Not here: drawing (panel.c, lines.c, contour.c, legend.c) and files (save.c). */
#include "picture.h"

#include <limits.h>

#include "../tensor/core.h"

/* ---- Beginning and end --------------------------------------------------------------------------------- */

char *gd_copy_string(const char *text)
{
    size_t size = text ? strlen(text) + 1 : 1;
    char *copy = gd_memory_new(GD_PLOTS, size);
    if (copy)
        memcpy(copy, text ? text : "", size);
    return copy;
}

gd_plot *gd_plot_new(const char *title, const char *x_label, const char *y_label)
{
    gd_plot *p = gd_memory_new(GD_PLOTS, sizeof *p);
    if (!p)
        return NULL;
    memset(p, 0, sizeof *p);
    p->x = p->y = (gd_ends){ NAN, NAN, false };
    p->scale = 1;
    p->title = gd_copy_string(title);
    p->x_label = gd_copy_string(x_label);
    p->y_label = gd_copy_string(y_label);
    if (!p->title || !p->x_label || !p->y_label) {
        gd_plot_free(p);
        return NULL;
    }
    return p;
}

void gd_plot_free(gd_plot *p)
{
    if (!p || !gd_given("gd_plot_free", "p", p))
        return;
    for (int i = 0; i < p->count; i++) {
        gd_memory_free(p->series[i].name);
        gd_memory_free(p->series[i].points);
    }
    for (int i = 0; i < p->remarks_count; i++)
        gd_memory_free(p->remarks[i].text);
    gd_memory_free(p->series);
    gd_memory_free(p->remarks);
    gd_memory_free(p->field.z);
    gd_memory_free(p->field.levels);
    gd_memory_free(p->title);
    gd_memory_free(p->x_label);
    gd_memory_free(p->y_label);
    gd_handle_free(p);
}

/* ---- Points -------------------------------------------------------------------------------------------- */

gd_series *gd_series_named(gd_plot *p, const char *name)
{
    if (p->latest < p->count && strcmp(p->series[p->latest].name, name) == 0)
        return &p->series[p->latest];
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->series[i].name, name) == 0) {
            p->latest = i;
            return &p->series[i];
        }
    if (p->count == p->room) {
        int room = p->room ? 2 * p->room : 4;
        gd_series *more = gd_memory_resize(GD_PLOTS, p->series, (size_t)room * sizeof *more);
        if (!more)
            return NULL;
        p->series = more;
        p->room = room;
    }
    char *copy = gd_copy_string(name);
    if (!copy)
        return NULL;
    p->latest = p->count++;
    p->series[p->latest] = (gd_series){ .name = copy };
    return &p->series[p->latest];
}

/* Room for `more` points; the array doubles, so that n points cost O(n). */
static bool make_room(gd_series *s, size_t more)
{
    if (more <= s->room - s->count)
        return true;
    size_t room = s->room ? 2 * s->room : 64;
    while (room - s->count < more)
        room *= 2;
    gd_xy *points = gd_memory_resize(GD_PLOTS, s->points, room * sizeof *points);
    if (!points)
        return false;
    s->points = points;
    s->room = room;
    return true;
}

static gd_series *series_for(const char *who, gd_plot *p, const char *series)
{
    if (!gd_given(who, "p", p))
        return NULL;
    return series ? gd_series_named(p, series) : gd_fail("%s: series is NULL: a name was expected", who);
}

bool gd_plot_point(gd_plot *p, const char *series, double x, double y)
{
    gd_series *s = series_for("gd_plot_point", p, series);
    if (!s || !make_room(s, 1))
        return false;
    s->points[s->count++] = (gd_xy){ x, y };
    return true;
}

bool gd_plot_tensor(gd_plot *p, const char *series, const gd_tensor *x, const gd_tensor *y)
{
    const char *who = "gd_plot_tensor";
    if (!gd_given(who, "p", p) || !gd_given(who, "y", y) || !gd_alive(who, "x", x) || !gd_alive(who, "y", y))
        return false;
    if (y->ndim != 1 || (x && (x->ndim != 1 || x->shape[0] != y->shape[0]))) {
        gd_fail("%s: x is %s and y is %s: both must be [n]", who, x ? gd_text_of(x).s : "NULL", gd_text_of(y).s);
        return false;
    }
    gd_series *s = series_for(who, p, series);
    if (!s || !make_room(s, (size_t)y->shape[0]))
        return false;
    for (int64_t i = 0; i < y->shape[0]; i++)
        s->points[s->count++] = (gd_xy){ x ? (double)x->data[i * x->stride[0]] : (double)i,
                                         (double)y->data[i * y->stride[0]] };
    return true;
}

/* ---- Axes and size ------------------------------------------------------------------------------------- */

static bool set_ends(const char *who, gd_plot *p, gd_ends *ends, double low, double high)
{
    if (!p)
        return false;
    if (isinf(low) || isinf(high) || low >= high) {
        gd_fail("%s: low = %g and high = %g: low < high expected, finite, or NAN for automatic", who, low, high);
        return false;
    }
    if (high - low < fmax(GD_CLOSEST * fmax(fabs(low), fabs(high)), GD_SMALLEST)) {
        gd_fail("%s: low = %.17g and high = %.17g are too close to each other for an axis", who, low, high);
        return false;
    }
    ends->low = low;
    ends->high = high;
    return true;
}

bool gd_plot_xlim(gd_plot *p, double low, double high)
{
    return gd_given("gd_plot_xlim", "p", p) && set_ends("gd_plot_xlim", p, &p->x, low, high);
}

bool gd_plot_ylim(gd_plot *p, double low, double high)
{
    return gd_given("gd_plot_ylim", "p", p) && set_ends("gd_plot_ylim", p, &p->y, low, high);
}

bool gd_plot_log_x(gd_plot *p, bool on)
{
    if (!gd_given("gd_plot_log_x", "p", p))
        return false;
    p->x.log = on;
    return true;
}

bool gd_plot_log_y(gd_plot *p, bool on)
{
    if (!gd_given("gd_plot_log_y", "p", p))
        return false;
    p->y.log = on;
    return true;
}

bool gd_plot_size(gd_plot *p, int width, int height)
{
    if (!gd_given("gd_plot_size", "p", p))
        return false;
    if (width < 160 || width > 10000 || height < 120 || height > 10000) {
        gd_fail("gd_plot_size: %d x %d pixels: 160 x 120 to 10000 x 10000 expected", width, height);
        return false;
    }
    p->width = width;
    p->height = height;
    return true;
}

bool gd_plot_scale(gd_plot *p, double factor)
{
    if (!gd_given("gd_plot_scale", "p", p))
        return false;
    if (!(factor >= 0.5 && factor <= 8)) {
        gd_fail("gd_plot_scale: factor = %g must lie in [0.5, 8]", factor);
        return false;
    }
    p->scale = factor;
    return true;
}

/* ---- Looks --------------------------------------------------------------------------------------------- */

static bool check_look(const char *who, gd_plot_look look)
{
    const struct { const char *name; double value; int most; } fields[] = {
        { "line", (int)look.line, GD_NO_LINE }, { "marker", (int)look.marker, GD_RING },
        { "colour", (int)look.colour, GD_GREY }, { "width", look.width, 100 },
        { "marker_size", look.marker_size, 500 }, { "marker_every", look.marker_every, INT_MAX }
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!(fields[i].value >= 0 && fields[i].value <= fields[i].most)) {
            gd_fail("%s: %s = %g must lie in [0, %d]", who, fields[i].name, fields[i].value, fields[i].most);
            return false;
        }
    if (look.line == GD_NO_LINE && look.marker == GD_NO_MARKER && !look.no_legend) {
        gd_fail("%s: line = GD_NO_LINE and marker = GD_NO_MARKER: a series in the legend needs one of them", who);
        return false;
    }
    return true;
}

bool gd_plot_style(gd_plot *p, const char *series, gd_plot_look look)
{
    const char *who = "gd_plot_style";
    if (!gd_given(who, "p", p) || !check_look(who, look))
        return false;
    gd_series *s = series_for(who, p, series);
    if (s)
        s->look = look;
    return s != NULL;
}

bool gd_plot_legend(gd_plot *p, gd_legend place)
{
    if (!gd_given("gd_plot_legend", "p", p))
        return false;
    if (place > GD_LEGEND_OUTSIDE) {
        gd_fail("gd_plot_legend: place = %d is not a gd_legend", (int)place);
        return false;
    }
    p->legend = place;
    return true;
}

static bool add_remark(gd_plot *p, double x, double y, const char *text)
{
    if (p->remarks_count == p->remarks_room) {
        int room = p->remarks_room ? 2 * p->remarks_room : 4;
        gd_remark *more = gd_memory_resize(GD_PLOTS, p->remarks, (size_t)room * sizeof *more);
        if (!more)
            return false;
        p->remarks = more;
        p->remarks_room = room;
    }
    char *copy = gd_copy_string(text);
    if (!copy)
        return false;
    p->remarks[p->remarks_count++] = (gd_remark){ x, y, copy };
    return true;
}

bool gd_plot_hline(gd_plot *p, double y, const char *label)
{
    if (!gd_given("gd_plot_hline", "p", p))
        return false;
    if (!isfinite(y)) {
        gd_fail("gd_plot_hline: y = %g: a finite number expected", y);
        return false;
    }
    return add_remark(p, NAN, y, label);
}

bool gd_plot_note(gd_plot *p, double x, double y, const char *text)
{
    if (!gd_given("gd_plot_note", "p", p))
        return false;
    if (!isfinite(x) || !isfinite(y)) {
        gd_fail("gd_plot_note: (x, y) = (%g, %g): finite numbers expected", x, y);
        return false;
    }
    return add_remark(p, x, y, text);
}
