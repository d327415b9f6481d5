/* function.c - the curve of a function: samples that lie closer where it bends, ends or jumps. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "picture.h"
#include "tensor/alive.h"
#include "tensor/check.h"


/* The range is cut into parts, and a part is halved again and again as long as its middle is not where the straight
 * line between its ends would have it: at most so often, and so often in all for one of the parts. */
enum { PARTS = 512, HALVINGS = 44, BUDGET = 180 };

#define FLAT 5e-4                           /* how far the middle may lie off, as part of the y axis: a quarter pixel */
#define JUMP 0.02                           /* a difference across which no line is drawn, */
#define WIDE 1e-9                           /* in a part of the range narrower than this */

typedef struct sampler {
    gd_curve *f;
    void     *context;
    double    low, high;
    bool      log_x, log_y;
    double    bottom, top, scale;           /* of the y axis, about: its ends and its length */
    int       budget;
    gi_xy    *at;
    size_t    n, capacity;
} sampler;

/* x at a part of the range, 0 .. 1. */
static double x_at(const sampler *s, double part)
{
    if (part <= 0 || part >= 1)
        return part <= 0 ? s->low : s->high;
    return s->log_x ? s->low * pow(s->high / s->low, part) : (1 - part) * s->low + part * s->high;
}

/* As the y axis shows it; not finite where it cannot. */
static double height(const sampler *s, double y)
{
    return s->log_y ? log10(y) : y;
}

/* The same; far above and far below the axis all heights are alike. */
static double seen(const sampler *s, double y)
{
    double h = height(s, y);
    return isfinite(h) ? fmin(fmax(h, s->bottom - s->scale), s->top + s->scale) : h;
}

static bool append(sampler *s, double x, double y)
{
    if (s->n == s->capacity) {
        size_t capacity = s->capacity ? 2 * s->capacity : 2 * PARTS;
        gi_xy *more = gi_memory_resize(GI_PLOTS, s->at, capacity * sizeof *more);
        if (!more)
            return false;
        s->at = more;
        s->capacity = capacity;
    }
    s->at[s->n++] = (gi_xy){ x, y };
    return true;
}

/* Does the curve between two samples differ visibly from a straight line? */
static bool bends(const sampler *s, double a, double middle, double b)
{
    bool same = isfinite(a) == isfinite(b) && isfinite(a) == isfinite(middle);
    return !same || (isfinite(a) && fabs(middle - (a / 2 + b / 2)) > FLAT * s->scale);
}

/* The samples after part a up to part b; the one at a is there already. */
static bool refine(sampler *s, double a, double ya, double b, double yb, int halvings)
{
    double middle = (a + b) / 2, x = x_at(s, middle);
    double left = seen(s, ya), right = seen(s, yb);
    if (halvings > 0 && s->budget > 0 && x > x_at(s, a) && x < x_at(s, b)) {
        double y = s->f(x, s->context);
        s->budget--;
        if (bends(s, left, seen(s, y), right))
            return refine(s, a, ya, middle, y, halvings - 1) && refine(s, middle, y, b, yb, halvings - 1);
        return append(s, x, y) && append(s, x_at(s, b), yb);
    }
    if (b - a < WIDE && fabs(right - left) > JUMP * s->scale && !append(s, x, NAN))
        return false;
    return append(s, x_at(s, b), yb);
}

/* The range of y in the first samples, or the limits of the axis where they are set. */
static void find_scale(sampler *s, const double *y, const gi_ends *ends)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i <= PARTS; i++)
        if (isfinite(height(s, y[i]))) {
            low = fmin(low, height(s, y[i]));
            high = fmax(high, height(s, y[i]));
        }
    s->bottom = isfinite(height(s, ends->low)) ? height(s, ends->low) : low;
    s->top = isfinite(height(s, ends->high)) ? height(s, ends->high) : high;
    s->scale = s->top > s->bottom && isfinite(s->top - s->bottom) ? s->top - s->bottom : 1;
}

static bool sample(sampler *s, const gi_ends *ends)
{
    double *y = gi_memory_new(GI_PLOTS, (PARTS + 1) * sizeof *y);
    if (!y)
        return false;
    for (int i = 0; i <= PARTS; i++)
        y[i] = s->f(x_at(s, (double)i / PARTS), s->context);
    find_scale(s, y, ends);
    bool ok = append(s, s->low, y[0]);
    for (int i = 0; ok && i < PARTS; i++) {
        s->budget = BUDGET;
        ok = refine(s, (double)i / PARTS, y[i], (double)(i + 1) / PARTS, y[i + 1], HALVINGS);
    }
    gi_memory_free(y);
    return ok;
}

/* Appends the samples to the series, after a gap where it has points already. */
static bool take(const char *who, gd_plot *p, const char *series, const sampler *s)
{
    bool finite = false;
    for (size_t i = 0; i < s->n && !finite; i++)
        finite = isfinite(s->at[i].y);
    if (!finite) {
        gd_fail("%s: the function has no finite value on x in [%g, %g]", who, s->low, s->high);
        return false;
    }
    gi_series *to = gi_curve_for(who, p, series);
    if (!to || !gi_reserve(to, s->n + 1))
        return false;
    if (to->count)
        to->points[to->count++] = (gi_xy){ NAN, NAN };
    memcpy(to->points + to->count, s->at, s->n * sizeof *s->at);
    to->count += s->n;
    return true;
}

static bool can_sample(const char *who, const char *series, gd_curve *f, double x_low, double x_high)
{
    if (!gi_not_null(who, "series", series))
        return false;
    if (!f) {
        gd_fail("%s: f is NULL: a function was expected", who);
        return false;
    }
    if (!isfinite(x_low) || !isfinite(x_high) || x_low >= x_high) {
        gd_fail("%s: x in [%g, %g]: low < high expected, finite", who, x_low, x_high);
        return false;
    }
    return true;
}

bool gd_plot_function(gd_plot *p, const char *series, gd_curve *f, void *context, double x_low, double x_high)
{
    const char *who = "gd_plot_function";
    if (!gi_given(who, "p", p) || !can_sample(who, series, f, x_low, x_high))
        return false;
    gi_ends ends = p->y;
    for (int i = 0; i < p->count; i++)
        if (p->series[i].second && strcmp(p->series[i].name, series) == 0)
            ends = p->second;
    sampler s = { .f = f, .context = context, .low = x_low, .high = x_high, .log_x = p->x.log && x_low > 0,
                  .log_y = ends.log };
    gi_guest before = gi_guest_enter(GI_GUEST("gd_plot_function", "f"));
    bool good = sample(&s, &ends);
    good = gi_guest_leave(&before, good) && take(who, p, series, &s);
    gi_memory_free(s.at);
    return good;
}
