/* bars.c - bars with names, and histograms. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/charts.h"
#include "gradus/tensor.h"
#include "picture.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/shape.h"


enum { MOST_BARS = 1000, MOST_BINS = 10000, MOST_AUTOMATIC = 200 };

/* A series without points, as bars are all of a series. */
static gi_series *new_series(const char *who, gd_plot *p, const char *name, size_t n)
{
    gi_series *s = gi_series_for(who, p, name);
    if (s && s->count) {
        gd_fail("%s: the series \"%s\" has points or bars already: another name expected", who, name);
        return NULL;
    }
    return s && gi_reserve(s, n) ? s : NULL;
}

/* ---- Bars ---------------------------------------------------------------------------------------------------- */

static bool same_names(const char *who, const gd_plot *p, const char *const *names, int n)
{
    if (!p->x_names.n)
        return true;
    if (p->x_names.n != n) {
        gd_fail("%s: %d value%s for %d name%s", who, n, gi_plural(n), p->x_names.n, gi_plural(p->x_names.n));
        return false;
    }
    for (int i = 0; names && p->x_names.text && i < n; i++)
        if (strcmp(names[i], p->x_names.text[i]) != 0) {
            gd_fail("%s: names[%d] is \"%s\", but \"%s\" in the call before", who, i, names[i], p->x_names.text[i]);
            return false;
        }
    return true;
}

bool gd_plot_bar(gd_plot *p, const char *series, const char *const *names, const gd_tensor *values)
{
    gi_not_captured("gd_plot_bar", GI_READS_NUMBERS);
    const char *who = "gd_plot_bar";
    if (!gi_given(who, "p", p) || !gi_given(who, "values", values) || !gi_alive(who, "values", values))
        return false;
    if (values->ndim != 1 || values->shape[0] < 1 || values->shape[0] > MOST_BARS) {
        gd_fail("%s: values is %s: [n] expected, with n from 1 to %d", who, gi_text_of(values).s, (int)MOST_BARS);
        return false;
    }
    int n = (int)values->shape[0];
    if (!gi_names_given(who, "names", names, n) || !same_names(who, p, names, n))
        return false;
    gi_series *s = new_series(who, p, series, (size_t)n);
    if (!s || ((names ? !p->x_names.text : !p->x_names.n) && !gi_set_names(&p->x_names, names, n)))
        return false;
    s->shape = GI_BARS;
    for (int i = 0; i < n; i++)
        s->points[s->count++] = (gi_xy){ i, (double)values->data[i * values->stride[0]] };
    return true;
}

/* ---- Histograms ---------------------------------------------------------------------------------------------- */

typedef struct sample {
    double *at;                             /* ascending */
    size_t  n, left_out;
} sample;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The elements that count; false when memory is out. */
static bool take_sample(const gd_tensor *t, bool log, sample *s)
{
    size_t all = (size_t)gd_numel(t);
    *s = (sample){ .at = gi_memory_new(GI_PLOTS, (all + 1) * sizeof *s->at) };
    if (!s->at)
        return false;
    int64_t index[GD_MAX_DIMS] = { 0 };
    for (size_t k = 0; k < all; k++) {
        int64_t offset = 0;
        for (int d = 0; d < t->ndim; d++)
            offset += index[d] * t->stride[d];
        double value = (double)t->data[offset];
        if (isfinite(value) && (!log || value > 0))
            s->at[s->n++] = log ? log10(value) : value;
        else
            s->left_out++;
        for (int d = t->ndim - 1; d >= 0 && ++index[d] == t->shape[d]; d--)
            index[d] = 0;
    }
    qsort(s->at, s->n, sizeof *s->at, ascending);
    return true;
}

/* Half a quantile, whose differences do not overflow, with linear interpolation between the elements. */
static double half_quantile(const sample *s, double part)
{
    double at = part * (double)(s->n - 1);
    size_t i = (size_t)at;
    return i + 1 < s->n ? s->at[i] / 2 + (at - (double)i) * (s->at[i + 1] / 2 - s->at[i] / 2) : s->at[s->n - 1] / 2;
}

static int bins_for(const sample *s)
{
    double range = s->at[s->n - 1] / 2 - s->at[0] / 2, n = (double)s->n;
    double width = 2 * (half_quantile(s, 0.75) - half_quantile(s, 0.25)) / cbrt(n);
    double bins = width > 0 ? ceil(range / width) : ceil(log2(n)) + 1;
    return bins < 1 ? 1 : bins > MOST_AUTOMATIC ? MOST_AUTOMATIC : (int)bins;
}

/* Edges and counts: points (edge, count of the bin that begins there), the last one with the last edge. */
static void count_bins(gi_series *s, const sample *of, int bins, bool log)
{
    double low = of->at[0], high = of->at[of->n - 1];
    if (!(high / 2 > low / 2)) {            /* one value: a bin around it */
        double half = fmax(fabs(low) / 20, 1e-300);
        low -= log || low == 0 ? 0.5 : half;
        high += log || high == 0 ? 0.5 : half;
    }
    for (int k = 0; k <= bins; k++) {
        double part = (double)k / bins, edge = (1 - part) * low + part * high;
        s->points[k] = (gi_xy){ log ? pow(10, edge) : edge, k < bins ? 0 : NAN };
    }
    for (size_t i = 0; i < of->n; i++) {
        double at = (of->at[i] / 2 - low / 2) / (high / 2 - low / 2) * bins;
        s->points[at >= bins ? bins - 1 : (int)at].y++;
    }
    s->count = (size_t)bins + 1;
    s->shape = GI_BINS;
}

bool gd_plot_histogram(gd_plot *p, const char *series, const gd_tensor *values, int bins)
{
    gi_not_captured("gd_plot_histogram", GI_READS_NUMBERS);
    const char *who = "gd_plot_histogram";
    sample s;
    if (!gi_given(who, "p", p) || !gi_given(who, "values", values) || !gi_alive(who, "values", values))
        return false;
    if (bins < 0 || bins > MOST_BINS) {
        gd_fail("%s: bins = %d: 0 (automatic) to %d expected", who, bins, (int)MOST_BINS);
        return false;
    }
    if (!take_sample(values, p->x.log, &s))
        return false;
    bool ok = s.n > 0;
    if (!ok)
        gd_fail("%s: values is %s and has no %s element to count", who, gi_text_of(values).s,
                p->x.log ? "finite positive" : "finite");
    bins = ok && !bins ? bins_for(&s) : bins;
    gi_series *to = ok ? new_series(who, p, series, (size_t)bins + 1) : NULL;
    if (to) {
        count_bins(to, &s, bins, p->x.log);
        p->left_out += s.left_out;
    }
    gi_memory_free(s.at);
    return to != NULL;
}

/* ---- Drawing ------------------------------------------------------------------------------------------------- */

/* Which of the series with bars this is, and how many there are. */
static void find_group(const gd_plot *p, const gi_series *series, int *which, int *of)
{
    *which = *of = 0;
    for (int i = 0; i < p->count; i++)
        if (p->series[i].shape == GI_BARS) {
            if (&p->series[i] == series)
                *which = *of;
            ++*of;
        }
}

bool gi_bar_box(const gi_panel *panel, const gi_series *s, size_t k, gi_box *box)
{
    const gi_axis *y = gi_y_axis(panel, s);
    double from = s->points[k].x, to = from, value = s->points[k].y;
    if (!isfinite(value) || (y->log && value <= 0) || (s->shape == GI_BINS && k + 1 == s->count))
        return false;
    if (s->shape == GI_BINS) {
        to = s->points[k + 1].x;
    } else {
        int which, of;
        find_group(panel->plot, s, &which, &of);
        from += 0.8 * ((double)which / of - 0.5);
        to += 0.8 * ((double)(which + 1) / of - 0.5);
    }
    gi_xy a = gi_series_pixel(panel, s, (gi_xy){ from, y->log ? y->low : 0 });
    gi_xy b = gi_series_pixel(panel, s, (gi_xy){ to, value });
    *box = (gi_box){ fmin(a.x, b.x), fmin(a.y, b.y), fmax(a.x, b.x), fmax(a.y, b.y) };
    return true;
}

/* An outline of this width, inside the box. */
static void mask_outline(gi_canvas *c, gi_box b, double width)
{
    double w = fmin(width, (b.right - b.left) / 2), h = fmin(width, (b.bottom - b.top) / 2);
    gi_mask_box(c, (gi_box){ b.left, b.top, b.right, b.top + h });
    gi_mask_box(c, (gi_box){ b.left, b.bottom - h, b.right, b.bottom });
    gi_mask_box(c, (gi_box){ b.left, b.top, b.left + w, b.bottom });
    gi_mask_box(c, (gi_box){ b.right - w, b.top, b.right, b.bottom });
}

/* Edges on whole pixels; a gap between bars side by side where they are wide enough for one. */
static gi_box crisp(const gi_panel *panel, const gi_series *s, gi_box b)
{
    double gap = s->shape == GI_BARS && b.right - b.left > 8 * panel->u ? panel->u : 0;
    gi_box out = { floor(b.left + 0.5), b.top, floor(b.right + 0.5) - floor(gap + 0.5), b.bottom };
    if (out.right - out.left < 1)           /* thinner than a pixel: as it is */
        out = (gi_box){ b.left, b.top, fmax(b.right, b.left + 0.5), b.bottom };
    return out;
}

void gi_draw_bars(const gi_panel *panel, int series)
{
    const gi_series *s = &panel->plot->series[series];
    gi_rgb colour = gi_pen_of(panel, series).colour;
    gi_box b;
    for (size_t k = 0; k < s->count; k++)
        if (gi_bar_box(panel, s, k, &b))
            gi_mask_box(panel->canvas, crisp(panel, s, b));
    if (s->shape == GI_BARS) {
        gi_paint_data(panel->canvas, colour, 1);
        return;
    }
    gi_paint_data(panel->canvas, colour, 0.45);
    for (size_t k = 0; k < s->count; k++)
        if (gi_bar_box(panel, s, k, &b) && b.bottom - b.top > 0.5 && b.right - b.left > 3 * panel->u)
            mask_outline(panel->canvas, crisp(panel, s, b), gi_hairline(panel));
    gi_paint(panel->canvas, colour, 0.8);
}

void gi_draw_bar_sample(const gi_panel *panel, int series, double left, double right, double y)
{
    bool bins = panel->plot->series[series].shape == GI_BINS;
    gi_rgb colour = gi_pen_of(panel, series).colour;
    double u = panel->u;
    gi_box box = { floor(left + 4 * u), floor(y - 6 * u), floor(right - 4 * u), floor(y + 6 * u) };
    gi_mask_box(panel->canvas, box);
    gi_paint(panel->canvas, colour, bins ? 0.45 : 1);
    if (bins) {
        mask_outline(panel->canvas, box, gi_hairline(panel));
        gi_paint(panel->canvas, colour, 0.8);
    }
}
