/* scatter.c - points without a line, in the colour of a class or of a value. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/charts.h"
#include "gradus/tensor.h"
#include "picture.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/shape.h"


static double element(const gd_tensor *t, int64_t i)
{
    return (double)t->data[i * t->stride[0]];
}

static bool are_points(const char *who, gd_plot *p, const gd_tensor *x, const gd_tensor *y)
{
    if (!gi_given(who, "p", p) || !gi_given(who, "x", x) || !gi_given(who, "y", y) || !gi_alive(who, "x", x) ||
        !gi_alive(who, "y", y))
        return false;
    if (x->ndim == 1 && y->ndim == 1 && x->shape[0] == y->shape[0])
        return true;
    gd_fail("%s: x is %s and y is %s: both must be [n]", who, gi_text_of(x).s, gi_text_of(y).s);
    return false;
}

/* Is t, with this name, [n] as x is? */
static bool is_for_each(const char *who, const char *name, const gd_tensor *t, const gd_tensor *x)
{
    if (!gi_given(who, name, t) || !gi_alive(who, name, t))
        return false;
    if (t->ndim == 1 && t->shape[0] == x->shape[0])
        return true;
    gd_fail("%s: %s is %s: [%lld] expected, one for each point", who, name, gi_text_of(t).s, (long long)x->shape[0]);
    return false;
}

/* A series for points; what it looks like is not changed if someone has asked for something. */
static gi_series *series_for(const char *who, gd_plot *p, const char *name, size_t more)
{
    gi_series *s = gi_curve_for(who, p, name);
    if (!s || !gi_reserve(s, more))
        return NULL;
    if (s->look.line == GD_LINE_AUTO)
        s->look.line = GD_NO_LINE;
    s->scatter = true;
    return s;
}

bool gd_plot_scatter(gd_plot *p, const char *series, const gd_tensor *x, const gd_tensor *y)
{
    gi_not_captured("gd_plot_scatter", GI_READS_NUMBERS);
    const char *who = "gd_plot_scatter";
    if (!are_points(who, p, x, y))
        return false;
    gi_series *s = series_for(who, p, series, (size_t)x->shape[0]);
    if (!s)
        return false;
    for (int64_t i = 0; i < x->shape[0]; i++)
        s->points[s->count++] = (gi_xy){ element(x, i), element(y, i) };
    return true;
}

/* ---- Classes ------------------------------------------------------------------------------------------------- */

static bool are_classes(const char *who, const gd_tensor *classes, int count)
{
    for (int64_t i = 0; i < classes->shape[0]; i++) {
        double k = element(classes, i);
        if (!(k >= 0 && k < count) || k != floor(k)) {
            gd_fail("%s: classes[%lld] = %g: a class from 0 to %d expected", who, (long long)i, k, count - 1);
            return false;
        }
    }
    return true;
}

static bool add_class(const char *who, gd_plot *p, const gd_tensor *x, const gd_tensor *y, const gd_tensor *classes,
                      int k, const char *name)
{
    static const gd_marker markers[] = { GD_CIRCLE, GD_SQUARE, GD_TRIANGLE, GD_DIAMOND, GD_CROSS, GD_PLUS, GD_RING };
    size_t n = 0;
    for (int64_t i = 0; i < x->shape[0]; i++)
        n += element(classes, i) == k;
    gi_series *s = series_for(who, p, name, n);
    if (!s)
        return false;
    if (s->look.marker == GD_MARKER_AUTO)
        s->look.marker = markers[k % (int)(sizeof markers / sizeof *markers)];
    for (int64_t i = 0; i < x->shape[0]; i++)
        if (element(classes, i) == k)
            s->points[s->count++] = (gi_xy){ element(x, i), element(y, i) };
    return true;
}

bool gd_plot_scatter_classes(gd_plot *p, const gd_tensor *x, const gd_tensor *y, const gd_tensor *classes,
                             const char *const *names, int count)
{
    gi_not_captured("gd_plot_scatter_classes", GI_READS_NUMBERS);
    const char *who = "gd_plot_scatter_classes";
    if (!are_points(who, p, x, y) || !is_for_each(who, "classes", classes, x))
        return false;
    if (count < 1 || count > 1000) {
        gd_fail("%s: count = %d classes: 1 to 1000 expected", who, count);
        return false;
    }
    if (!gi_names_given(who, "names", names, count) || !are_classes(who, classes, count))
        return false;
    for (int k = 0; k < count; k++) {
        char number[16];
        snprintf(number, sizeof number, "%d", k);
        if (!add_class(who, p, x, y, classes, k, names ? names[k] : number))
            return false;
    }
    return true;
}

/* ---- Values -------------------------------------------------------------------------------------------------- */

/* Values for all points so far, NaN where there were none, and for `more` of them. */
static bool reserve_values(gi_series *s, size_t more)
{
    double *values = gi_memory_resize(GI_PLOTS, s->values, (s->count + more + 1) * sizeof *values);
    if (!values)
        return false;
    s->values = values;
    while (s->values_count < s->count)
        s->values[s->values_count++] = NAN;
    return true;
}

bool gd_plot_scatter_values(gd_plot *p, const char *series, const gd_tensor *x, const gd_tensor *y,
                            const gd_tensor *values)
{
    gi_not_captured("gd_plot_scatter_values", GI_READS_NUMBERS);
    const char *who = "gd_plot_scatter_values";
    if (!are_points(who, p, x, y) || !is_for_each(who, "values", values, x))
        return false;
    gi_series *s = series_for(who, p, series, (size_t)x->shape[0]);
    if (!s || !reserve_values(s, (size_t)x->shape[0]))
        return false;
    for (int64_t i = 0; i < x->shape[0]; i++) {
        s->points[s->count++] = (gi_xy){ element(x, i), element(y, i) };
        s->values[s->values_count++] = element(values, i);
    }
    return true;
}
