/* band.c - the shaded range of a series, such as the least and the greatest value over several seeds. */
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "picture.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/shape.h"


/* ---- Its ranges ---------------------------------------------------------------------------------------------- */

static bool reserve(gi_series *s, size_t more)
{
    if (more <= s->band_capacity - s->band_count)
        return true;
    size_t capacity = s->band_capacity ? 2 * s->band_capacity : 64;
    while (capacity - s->band_count < more)
        capacity *= 2;
    gi_range *band = gi_memory_resize(GI_PLOTS, s->band, capacity * sizeof *band);
    if (!band)
        return false;
    s->band = band;
    s->band_capacity = capacity;
    return true;
}

bool gd_plot_band_point(gd_plot *p, const char *series, double x, double low, double high)
{
    const char *who = "gd_plot_band_point";
    if (!gi_given(who, "p", p))
        return false;
    if (low > high) {
        gd_fail("%s: low = %g and high = %g at x = %g: low <= high expected", who, low, high, x);
        return false;
    }
    gi_series *s = gi_series_for(who, p, series);
    if (!s || !reserve(s, 1))
        return false;
    s->band[s->band_count++] = (gi_range){ x, low, high };
    return true;
}

static double element(const gd_tensor *t, int64_t i)
{
    return (double)t->data[i * t->stride[0]];
}

static bool are_rows(const char *who, const gd_tensor *x, const gd_tensor *low, const gd_tensor *high)
{
    if (low->ndim == 1 && high->ndim == 1 && low->shape[0] == high->shape[0] &&
        (!x || (x->ndim == 1 && x->shape[0] == low->shape[0])))
        return true;
    gd_fail("%s: x is %s, low is %s and high is %s: all must be [n]", who, x ? gi_text_of(x).s : "NULL",
            gi_text_of(low).s, gi_text_of(high).s);
    return false;
}

bool gd_plot_band(gd_plot *p, const char *series, const gd_tensor *x, const gd_tensor *low, const gd_tensor *high)
{
    gi_not_captured("gd_plot_band", GI_READS_NUMBERS);
    const char *who = "gd_plot_band";
    if (!gi_given(who, "p", p) || !gi_given(who, "low", low) || !gi_given(who, "high", high) ||
        !gi_alive(who, "x", x) || !gi_alive(who, "low", low) || !gi_alive(who, "high", high) ||
        !are_rows(who, x, low, high))
        return false;
    int64_t n = low->shape[0];
    for (int64_t i = 0; i < n; i++)
        if (element(low, i) > element(high, i)) {
            gd_fail("%s: low[%lld] = %g and high[%lld] = %g: low <= high expected", who, (long long)i,
                    element(low, i), (long long)i, element(high, i));
            return false;
        }
    gi_series *s = gi_series_for(who, p, series);
    if (!s || !reserve(s, (size_t)n))
        return false;
    for (int64_t i = 0; i < n; i++)
        s->band[s->band_count++] = (gi_range){ x ? element(x, i) : (double)i, element(low, i), element(high, i) };
    return true;
}

/* ---- Drawing ------------------------------------------------------------------------------------------------- */

gi_xy gi_band_edge(const gi_panel *panel, const gi_series *series, gi_range r, bool high)
{
    const gi_axis *y = gi_y_axis(panel, series);
    if (!isfinite(r.x) || !isfinite(r.low) || !isfinite(r.high) || (panel->x.log && r.x <= 0) ||
        (y->log && r.high <= 0))
        return (gi_xy){ NAN, NAN };
    gi_xy at = { r.x, high ? r.high : r.low };
    if (y->log && at.y <= 0)                /* out of the frame below */
        return (gi_xy){ gi_series_pixel(panel, series, (gi_xy){ r.x, y->low }).x, panel->frame.bottom + 10 };
    return gi_series_pixel(panel, series, at);
}

/* An unbroken stretch of a band: the edges in pixels, both from left to right. */
typedef struct stretch {
    gi_xy *low, *high;
    double (*outline)[2];
    int    n;
} stretch;

/* Of ranges in the same half column of pixels, the lowest and the highest value are kept. */
static void add(stretch *s, gi_xy low, gi_xy high)
{
    if (s->n > 1 && floor(2 * s->low[s->n - 1].x) == floor(2 * low.x) &&
        floor(2 * s->low[s->n - 2].x) == floor(2 * low.x)) {
        s->low[s->n - 1].y = fmax(s->low[s->n - 1].y, low.y);
        s->high[s->n - 1].y = fmin(s->high[s->n - 1].y, high.y);
        return;
    }
    s->low[s->n] = low;
    s->high[s->n++] = high;
}

static void mask_stretch(const gi_panel *panel, stretch *s)
{
    if (s->n == 1) {                        /* a single range: a bar as wide as a line */
        double half = panel->u;
        gi_mask_box(panel->canvas, (gi_box){ s->low[0].x - half, s->high[0].y, s->low[0].x + half, s->low[0].y });
    }
    for (int i = 0; i < s->n; i++) {
        s->outline[i][0] = s->high[i].x;
        s->outline[i][1] = s->high[i].y;
        s->outline[2 * s->n - 1 - i][0] = s->low[i].x;
        s->outline[2 * s->n - 1 - i][1] = s->low[i].y;
    }
    if (s->n > 1)
        gi_mask_area(panel->canvas, (const double (*)[2])s->outline, 2 * s->n);
    s->n = 0;
}

bool gi_draw_band(const gi_panel *panel, int series)
{
    const gi_series *s = &panel->plot->series[series];
    if (!s->band_count)
        return true;
    stretch piece = { .low = gi_memory_new(GI_PLOTS, s->band_count * sizeof *piece.low),
                      .high = gi_memory_new(GI_PLOTS, s->band_count * sizeof *piece.high),
                      .outline = gi_memory_new(GI_PLOTS, 2 * s->band_count * sizeof *piece.outline) };
    bool ok = piece.low && piece.high && piece.outline;
    for (size_t i = 0; ok && i < s->band_count; i++) {
        gi_xy low = gi_band_edge(panel, s, s->band[i], false), high = gi_band_edge(panel, s, s->band[i], true);
        bool gap = isnan(low.x);
        if (gap || (piece.n && low.x < piece.low[piece.n - 1].x))
            mask_stretch(panel, &piece);
        if (!gap)
            add(&piece, low, high);
    }
    if (ok)
        mask_stretch(panel, &piece);
    gi_paint(panel->canvas, gi_pen_of(panel, series).colour, GI_BAND_OPACITY);
    gi_memory_free(piece.low);
    gi_memory_free(piece.high);
    gi_memory_free(piece.outline);
    return ok;
}
