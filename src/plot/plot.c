/* plot.c - the contents of a plot: series, limits, looks, remarks.
 *
 * Not here: drawing (panel.c, lines.c, contour.c, legend.c) and files (save.c). */
#include "base/memory.h"
#include "base/start.h"
#include "gradus/charts.h"
#include "gradus/tensor.h"
#include "picture.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/shape.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>


/* ---- Beginning and end --------------------------------------------------------------------------------- */

/* NULL is copied as "". */
char *gi_copy_string(const char *text)
{
    size_t size = text ? strlen(text) + 1 : 1;
    char *copy = gi_memory_new(GI_PLOTS, size);
    if (copy)
        memcpy(copy, text ? text : "", size);
    return copy;
}

gd_plot *gd_plot_new(const char *title, const char *x_label, const char *y_label)
{
    gd_plot *p = gi_memory_new(GI_PLOTS, sizeof *p);
    if (!p)
        return NULL;
    memset(p, 0, sizeof *p);
    p->x = p->y = p->second = p->z = (gi_ends){ NAN, NAN, false };
    p->scale = 1;
    p->title = gi_copy_string(title);
    p->x_label = gi_copy_string(x_label);
    p->y_label = gi_copy_string(y_label);
    if (!p->title || !p->x_label || !p->y_label) {
        gd_plot_free(p);
        return NULL;
    }
    return p;
}

void gd_plot_free(gd_plot *p)
{
    if (!p || !gi_given("gd_plot_free", "p", p))
        return;
    for (int i = 0; i < p->count; i++) {
        gi_memory_free(p->series[i].name);
        gi_memory_free(p->series[i].points);
        gi_memory_free(p->series[i].band);
        gi_memory_free(p->series[i].values);
    }
    for (int i = 0; i < p->remarks_count; i++)
        gi_memory_free(p->remarks[i].text);
    gi_memory_free(p->series);
    gi_memory_free(p->remarks);
    gi_memory_free(p->field.z);
    gi_memory_free(p->field.levels);
    gi_memory_free(p->title);
    gi_memory_free(p->x_label);
    gi_memory_free(p->y_label);
    gi_memory_free(p->second_label);
    gi_memory_free(p->z_label);
    gi_free_heat(&p->heat);
    gi_free_images(&p->images);
    gi_free_names(&p->x_names);
    gi_handle_free(p);
}

/* ---- Points -------------------------------------------------------------------------------------------- */

/* The series of that name, created if it is new; NULL when memory is out. */
static gi_series *series_named(gd_plot *p, const char *name)
{
    if (p->latest < p->count && strcmp(p->series[p->latest].name, name) == 0)
        return &p->series[p->latest];
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->series[i].name, name) == 0) {
            p->latest = i;
            return &p->series[i];
        }
    if (p->count == p->capacity) {
        int capacity = p->capacity ? 2 * p->capacity : 4;
        gi_series *more = gi_memory_resize(GI_PLOTS, p->series, (size_t)capacity * sizeof *more);
        if (!more)
            return NULL;
        p->series = more;
        p->capacity = capacity;
    }
    char *copy = gi_copy_string(name);
    if (!copy)
        return NULL;
    p->latest = p->count++;
    p->series[p->latest] = (gi_series){ .name = copy };
    return &p->series[p->latest];
}

/* Reserves memory for `more` points; the capacity doubles, so that n points cost O(n). */
bool gi_reserve(gi_series *s, size_t more)
{
    if (more <= s->capacity - s->count)
        return true;
    size_t capacity = s->capacity ? 2 * s->capacity : 64;
    while (capacity - s->count < more)
        capacity *= 2;
    gi_xy *points = gi_memory_resize(GI_PLOTS, s->points, capacity * sizeof *points);
    if (!points)
        return false;
    s->points = points;
    s->capacity = capacity;
    return true;
}

gi_series *gi_series_for(const char *who, gd_plot *p, const char *series)
{
    if (!gi_given(who, "p", p))
        return NULL;
    return series ? series_named(p, series) : gd_fail("%s: series is NULL: a name was expected", who);
}

gi_series *gi_curve_for(const char *who, gd_plot *p, const char *series)
{
    gi_series *s = gi_series_for(who, p, series);
    if (s && s->shape != GI_CURVE) {
        gd_fail("%s: the series \"%s\" has bars: another name expected", who, series);
        return NULL;
    }
    return s;
}

bool gd_plot_point(gd_plot *p, const char *series, double x, double y)
{
    gi_series *s = gi_curve_for("gd_plot_point", p, series);
    if (!s || !gi_reserve(s, 1))
        return false;
    s->points[s->count++] = (gi_xy){ x, y };
    return true;
}

bool gd_plot_tensor(gd_plot *p, const char *series, const gd_tensor *x, const gd_tensor *y)
{
    gi_not_captured("gd_plot_tensor", GI_READS_NUMBERS);
    const char *who = "gd_plot_tensor";
    if (!gi_given(who, "p", p) || !gi_given(who, "y", y) || !gi_alive(who, "x", x) || !gi_alive(who, "y", y))
        return false;
    if (y->ndim != 1 || (x && (x->ndim != 1 || x->shape[0] != y->shape[0]))) {
        gd_fail("%s: x is %s and y is %s: both must be [n]", who, x ? gi_text_of(x).s : "NULL", gi_text_of(y).s);
        return false;
    }
    gi_series *s = gi_curve_for(who, p, series);
    if (!s || !gi_reserve(s, (size_t)y->shape[0]))
        return false;
    for (int64_t i = 0; i < y->shape[0]; i++)
        s->points[s->count++] = (gi_xy){ x ? (double)x->data[i * x->stride[0]] : (double)i,
                                         (double)y->data[i * y->stride[0]] };
    return true;
}

/* ---- Axes and size ------------------------------------------------------------------------------------- */

static bool set_ends(const char *who, gd_plot *p, gi_ends *ends, double low, double high)
{
    if (!p)
        return false;
    if (isinf(low) || isinf(high) || low >= high) {
        gd_fail("%s: low = %g and high = %g: low < high expected, finite, or NAN for automatic", who, low, high);
        return false;
    }
    if (high - low < fmax(GI_CLOSEST * fmax(fabs(low), fabs(high)), GI_SMALLEST)) {
        gd_fail("%s: low = %.17g and high = %.17g are too close to each other for an axis", who, low, high);
        return false;
    }
    ends->low = low;
    ends->high = high;
    return true;
}

bool gd_plot_xlim(gd_plot *p, double low, double high)
{
    return gi_given("gd_plot_xlim", "p", p) && set_ends("gd_plot_xlim", p, &p->x, low, high);
}

bool gd_plot_ylim(gd_plot *p, double low, double high)
{
    return gi_given("gd_plot_ylim", "p", p) && set_ends("gd_plot_ylim", p, &p->y, low, high);
}

bool gd_plot_log_x(gd_plot *p, bool on)
{
    if (!gi_given("gd_plot_log_x", "p", p))
        return false;
    p->x.log = on;
    return true;
}

bool gd_plot_log_y(gd_plot *p, bool on)
{
    if (!gi_given("gd_plot_log_y", "p", p))
        return false;
    p->y.log = on;
    return true;
}

static bool replace_text(char **text, const char *by)
{
    char *copy = gi_copy_string(by);
    if (!copy)
        return false;
    gi_memory_free(*text);
    *text = copy;
    return true;
}

bool gd_plot_second_y(gd_plot *p, const char *series, const char *label)
{
    gi_series *s = gi_series_for("gd_plot_second_y", p, series);
    if (!s || (label && !replace_text(&p->second_label, label)))
        return false;
    s->second = true;
    return true;
}

bool gd_plot_second_ylim(gd_plot *p, double low, double high)
{
    return gi_given("gd_plot_second_ylim", "p", p) && set_ends("gd_plot_second_ylim", p, &p->second, low, high);
}

bool gd_plot_second_log_y(gd_plot *p, bool on)
{
    if (!gi_given("gd_plot_second_log_y", "p", p))
        return false;
    p->second.log = on;
    return true;
}

bool gd_plot_zlim(gd_plot *p, double low, double high)
{
    return gi_given("gd_plot_zlim", "p", p) && set_ends("gd_plot_zlim", p, &p->z, low, high);
}

bool gd_plot_log_z(gd_plot *p, bool on)
{
    if (!gi_given("gd_plot_log_z", "p", p))
        return false;
    p->z.log = on;
    return true;
}

bool gd_plot_z_label(gd_plot *p, const char *label)
{
    return gi_given("gd_plot_z_label", "p", p) && replace_text(&p->z_label, label);
}

bool gd_plot_size(gd_plot *p, int width, int height)
{
    if (!gi_given("gd_plot_size", "p", p))
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
    if (!gi_given("gd_plot_scale", "p", p))
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
    if (!gi_given(who, "p", p) || !check_look(who, look))
        return false;
    gi_series *s = gi_series_for(who, p, series);
    if (s)
        s->look = look;
    return s != NULL;
}

bool gd_plot_legend(gd_plot *p, gd_legend place)
{
    if (!gi_given("gd_plot_legend", "p", p))
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
    if (p->remarks_count == p->remarks_capacity) {
        int capacity = p->remarks_capacity ? 2 * p->remarks_capacity : 4;
        gi_remark *more = gi_memory_resize(GI_PLOTS, p->remarks, (size_t)capacity * sizeof *more);
        if (!more)
            return false;
        p->remarks = more;
        p->remarks_capacity = capacity;
    }
    char *copy = gi_copy_string(text);
    if (!copy)
        return false;
    p->remarks[p->remarks_count++] = (gi_remark){ x, y, copy };
    return true;
}

bool gd_plot_hline(gd_plot *p, double y, const char *label)
{
    if (!gi_given("gd_plot_hline", "p", p))
        return false;
    if (!isfinite(y)) {
        gd_fail("gd_plot_hline: y = %g: a finite number expected", y);
        return false;
    }
    return add_remark(p, NAN, y, label);
}

bool gd_plot_note(gd_plot *p, double x, double y, const char *text)
{
    if (!gi_given("gd_plot_note", "p", p))
        return false;
    if (!isfinite(x) || !isfinite(y)) {
        gd_fail("gd_plot_note: (x, y) = (%g, %g): finite numbers expected", x, y);
        return false;
    }
    return add_remark(p, x, y, text);
}
