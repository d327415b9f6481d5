/* line_search.c - a step length that satisfies the strong Wolfe conditions.
 *
 * Nocedal and Wright, Numerical Optimization, 2nd ed. (2006): Algorithm 3.5 finds an interval that holds one,
 * Algorithm 3.6 (zoom) shrinks it; trial points by cubic interpolation, eq. 3.59, kept away from the ends.  A
 * loss that is NaN or infinite counts as too large: the interval shrinks towards the start.
 *
 * Near a minimum the decrease that is asked for is less than the loss can show.  Where the loss is the same up to
 * rounding, its change is taken from the slopes, a (f'(0) + f'(a))/2.  The first condition becomes the approximate one
 * of Hager and Zhang, "A new conjugate gradient method with guaranteed descent and an efficient line search" (2005),
 * eq. 4.1, and the search can tell on which side of a point the minimum lies. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "busy.h"
#include "finite.h"
#include "gradus/tensor.h"
#include "kernels/real.h"
#include "line_search.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

#include "kernels/sums.h"
#include "kernels/terms.h"

/* ---- Parameters as one vector ----------------------------------------------------------------------------------- */

#ifdef GD_DOUBLE
double gi_dot(int64_t n, const gd_real *a, const gd_real *b)
{
    return real_dot(n, a, b);
}
#else
enum { LANES = TERM_LANES };

/* Side by side in lanes, whose order is the same for every instruction set. */
GI_KERNEL static double dot_in_lanes(int64_t n, const gd_real *a, const gd_real *b)
{
    double lane[LANES] = { 0 }, sum = 0;
    int64_t i = 0;
#define PRODUCT(k) (double)a[k] * (double)b[k]
    ADD_TO_LANES(lane, i, n, PRODUCT)
    for (int l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

double gi_dot(int64_t n, const gd_real *a, const gd_real *b)
{
    return dot_in_lanes(n, a, b);
}
#endif

bool gi_vectors_begin(gi_vectors *v)
{
    gd_optimizer *o = v->optimizer;
    v->n = 0;
    v->slots = o->inside->count;
    for (int i = 0; i < v->slots; i++)
        v->n += o->inside->slots[i] ? o->inside->slots[i]->w->numel : 0;
    size_t bytes = (size_t)v->n * sizeof(gd_real);
    v->x = gi_arena_take(gi_current_scope(), bytes);
    v->g = gi_arena_take(gi_current_scope(), bytes);
    v->g_best = gi_arena_take(gi_current_scope(), bytes);
    return v->x && v->g && v->g_best;
}

/* False, with a message, when a gradient does not fit its parameter. */
static bool gather_gradient(gi_vectors *v)
{
    gd_optimizer *o = v->optimizer;
    gd_real *g = v->g;
    for (int i = 0; i < v->slots; i++) {
        const gd_tensor *w = o->inside->slots[i] ? o->inside->slots[i]->w : NULL;
        if (!w)
            continue;
        if (!gi_alive("gd_step_closure", "the gradient of a parameter", w->grad))
            return false;
        if (w->grad && !gi_same_shape(w, w->grad))
            return gd_fail("gd_step_closure: %s is %s and its gradient is %s: they must have the same shape", w->name,
                           gi_shape_text(w->ndim, w->shape).s, gi_text_of(w->grad).s);
        if (w->grad)
            gi_copy(g, w->grad);
        else
            for (int64_t k = 0; k < w->numel; k++)
                g[k] = 0;
        g += w->numel;
    }
    return true;
}

void gi_vectors_hold(gi_vectors *v)
{
    gd_optimizer *o = v->optimizer;
    int64_t at = 0;
    for (int i = 0; i < v->slots; i++) {
        const gd_tensor *w = o->inside->slots[i] ? o->inside->slots[i]->w : NULL;
        if (!w)
            continue;
        gi_copy(v->x + at, w);
        for (int64_t k = 0; k < w->numel && !w->grad; k++)
            v->d[at + k] = 0;
        at += w->numel;
    }
}

void gi_vectors_place(gi_vectors *v, double a)
{
    gd_optimizer *o = v->optimizer;
    gd_real length = (gd_real)a;
    int64_t at = 0;
    for (int i = 0; i < v->slots; i++) {
        gd_tensor *w = o->inside->slots[i] ? o->inside->slots[i]->w : NULL;
        if (!w)
            continue;
        for (int64_t k = 0; k < w->numel; k++, at++)
            w->data[k] = a == 0 ? v->x[at] : v->x[at] + length * v->d[at];
        gi_overwritten(w);
    }
}

/* A closure that leaves no gradient at all has failed, even if it returns a loss; a message of its own stays. */
static bool has_gradient(const gi_vectors *v, bool told)
{
    const gd_optimizer *o = v->optimizer;
    for (int i = 0; i < v->slots; i++)
        if (o->inside->slots[i] && o->inside->slots[i]->w->grad)
            return true;
    return !told && gi_any_gradient("gd_step_closure", o);
}

double gi_vectors_start(gi_vectors *v)
{
    v->evaluations++;
    unsigned long failures = gi_failures();
    double loss = gi_closure_call(v->optimizer, v->closure, v->context);
    const bool told = gi_failures() != failures;
    v->failed = (isnan(loss) && told) || (!isnan(loss) && !has_gradient(v, told)) || !gather_gradient(v);
    return v->failed ? NAN : loss;
}

double gi_vectors_evaluate(gi_vectors *v, double a, double *slope)
{
    gi_vectors_place(v, a);
    double loss = gi_vectors_start(v);
    *slope = gi_dot(v->n, v->g, v->d);
    return loss;
}

/* ---- The search ------------------------------------------------------------------------------------------------- */

typedef struct point {
    double a, f, slope;                     /* f: the loss less that of the start */
    double loss;
} point;

typedef struct search {
    gi_vectors *v;
    point       start, best;                /* best: the lowest so far that decreases f enough; g_best is there */
    double      c1, c2, smallest;           /* stop when the interval is shorter than smallest */
    int         left;                       /* evaluations */
} search;

static point try(search *s, double a)
{
    const double ulp = sizeof(gd_real) == 4 ? 0x1p-23 : 0x1p-52;
    point p = { .a = a };
    p.loss = gi_vectors_evaluate(s->v, a, &p.slope);
    p.f = p.loss - s->start.loss;
    if (fabs(p.f) <= 2 * ulp * fabs(s->start.loss))         /* not for NaN */
        p.f = a * (s->start.slope + p.slope) / 2;
    s->left = s->v->failed ? 0 : s->left - 1;
    return p;
}

static bool too_high(const search *s, point p)
{
    bool finite = fabs(p.f) < INFINITY && fabs(p.slope) < INFINITY;
    return !finite || !(p.f <= s->c1 * p.a * s->start.slope);
}

static bool flat_enough(const search *s, point p)
{
    return fabs(p.slope) <= -s->c2 * s->start.slope;
}

static void keep(search *s, point p)
{
    s->best = p;
    memcpy(s->v->g_best, s->v->g, (size_t)s->v->n * sizeof(gd_real));
}

/* The minimiser of the cubic with the values and slopes of p and q, eq. 3.59; NaN where it has none. */
static double cubic(point p, point q)
{
    double d1 = p.slope + q.slope - 3 * (p.f - q.f) / (p.a - q.a);
    double d2 = copysign(sqrt(d1 * d1 - p.slope * q.slope), q.a - p.a);
    return q.a - (q.a - p.a) * (q.slope + d2 - d1) / (q.slope - p.slope + 2 * d2);
}

/* Algorithm 3.6.  low is the better end, and f falls from it towards high. */
static void zoom(search *s, point low, point high)
{
    while (s->left > 0 && fabs(high.a - low.a) > s->smallest) {
        double a = cubic(low, high), width = high.a - low.a, part = (a - low.a) / width;
        if (!(part >= 0.1 && part <= 0.9))
            a = low.a + width * (part > 0.9 ? 0.9 : part < 0.1 ? 0.1 : 0.5);
        point p = try(s, a);
        if (too_high(s, p) || p.f >= low.f) {
            high = p;
            continue;
        }
        keep(s, p);
        if (flat_enough(s, p))
            return;
        if (p.slope * width >= 0)
            high = low;
        low = p;
    }
}

/* Algorithm 3.5. */
static void bracket(search *s, double first)
{
    point before = s->start, p = try(s, first);
    for (;;) {
        if (too_high(s, p) || (before.a > 0 && p.f >= before.f)) {
            zoom(s, before, p);
            return;
        }
        keep(s, p);
        if (flat_enough(s, p) || s->left <= 0)
            return;
        if (p.slope >= 0) {
            zoom(s, p, before);
            return;
        }
        double next = cubic(before, p), least = p.a + 0.01 * (p.a - before.a), most = 10 * p.a;
        before = p;
        p = try(s, !(next >= least) ? (isnan(next) ? most : least) : fmin(next, most));
    }
}

double gi_strong_wolfe(gi_vectors *v, double first, double *loss, double slope, const gd_lbfgs_options *options)
{
    gd_real longest = 0;
    for (int64_t i = 0; i < v->n; i++)
        longest = real_max(longest, real_abs(v->d[i]));
    point start = { 0, 0, slope, *loss };
    search s = { .v = v, .start = start, .c1 = options->c1, .c2 = options->c2, .left = 25,
                 .smallest = options->tolerance_change / longest };
    keep(&s, start);                        /* g is the gradient there */
    bracket(&s, first);
    gi_vectors_place(v, s.best.a);
    memcpy(v->g, v->g_best, (size_t)v->n * sizeof *v->g);
    *loss = s.best.loss;
    return s.best.a;
}
