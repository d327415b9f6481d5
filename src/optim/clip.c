/* clip.c - gradients that are too long are made shorter.
 * Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (ICML 2013). */
#include <math.h>

#include "base/compiler.h"
#include "base/scopes.h"
#include "base/start.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "dialect.h"
#include "gradus/clip.h"
#include "kernels/real.h"
#include "length.h"
#include "nn/params.h"
#include "options.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"

typedef struct pass {
    double norm, scale;                     /* scale: what each g is divided by before it is raised to a power */
    double sum, rest, largest;              /* rest: what rounding has taken from sum */
    gd_real factor, bound;
} pass;

/* ---- Loops over a gradient of any strides ----------------------------------------------------------------------- */

static void largest_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    pass *now = (pass *)(uintptr_t)context;
    gd_real most = (gd_real)now->largest;
    for (int64_t i = 0; i < n; i++)
        most = real_max(most, real_abs(p[0][i * step[0]]));         /* takes a NaN, too */
    now->largest = (double)most;
}

/* sum + rest += x, with twice the digits (Knuth's TwoSum). */
static void add_power(pass *now, double x)
{
    const double all = now->sum + x, added = all - now->sum;
    now->rest += (now->sum - (all - added)) + (x - added);
    now->sum = all;
}

static void power_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    pass *now = (pass *)(uintptr_t)context;
    const double scale = 1 / now->scale;
    for (int64_t i = 0; i < n; i++) {
        const double g = (double)p[0][i * step[0]] * scale;
        add_power(now, now->norm == 2 ? g * g : pow(fabs(g), now->norm));
    }
}

static void scale_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    gd_real factor = ((const pass *)context)->factor;
    for (int64_t i = 0; i < n; i++)
        p[0][i * step[0]] *= factor;
}

static void clamp_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    gd_real bound = ((const pass *)context)->bound;
    for (int64_t i = 0; i < n; i++)
        p[0][i * step[0]] = real_min(real_max(p[0][i * step[0]], -bound), bound);
}

static void run(const gd_tensor *g, gi_inner_loop *inner, const pass *now)
{
    if (g->numel == 0)
        return;
    gi_nest nest;
    const int64_t *const strides[] = { g->stride };
    gi_nest_init(&nest, g->ndim, g->shape, 1, strides);
    gd_real *const start[] = { g->data };
    gi_nest_run(&nest, 1, start, inner, now);
}

static gd_tensor *grad_at(const gd_params *p, int i)
{
    return p->entries[i].buffer ? NULL : p->entries[i].tensor->grad;
}

/* ---- The fast path: contiguous gradients, by several threads ---------------------------------------------------- */

GI_KERNEL static void scale(int64_t n, gd_real *g, gd_real factor)
{
    for (int64_t i = 0; i < n; i++)
        g[i] *= factor;
}

typedef struct scaling {
    gd_real *g;
    gd_real  factor;
} scaling;

static void scale_elements(void *context, int64_t begin, int64_t end)
{
    const scaling *s = context;
    scale(end - begin, s->g + begin, s->factor);
}

/* The norm where the squares neither overflow nor vanish; NaN where the careful way must be gone: first the
 * largest element, then the powers of all elements divided by it. */
static double norm_of_contiguous(const gd_params *p)
{
    double sum = 0;
    for (int i = 0; i < p->count; i++) {
        const gd_tensor *g = grad_at(p, i);
        if (g && !g->contiguous)
            return NAN;
        if (g)
            sum += gi_squares(g->numel, g->data);
    }
    return sum > 1e-280 && sum < INFINITY ? sqrt(sum) : NAN;
}

/* ---- All gradients ---------------------------------------------------------------------------------------------- */

static void run_over_all(const gd_params *p, gi_inner_loop *inner, const pass *now, bool changes)
{
    for (int i = 0; i < p->count; i++) {
        gd_tensor *g = grad_at(p, i);
        if (!g)
            continue;
        if (inner == scale_inner && g->contiguous) {
            scaling all = { g->data, now->factor };
            gi_parallel(g->numel, GI_PART_ELEMENTS, scale_elements, &all);
        } else {
            run(g, inner, now);
        }
        if (changes)
            gi_overwritten(g);
    }
}

static bool check_arguments(const char *function, const gd_params *p, double max)
{
    return gi_given(function, "params", p) && gi_check_number(function, "max", max, "[]", 0, INFINITY);
}

/* Finds the largest |g|; false with a message where one is not finite. */
static bool look(const char *function, const gd_params *p, pass *now)
{
    for (int i = 0; i < p->count; i++) {
        const gd_tensor *g = grad_at(p, i);
        if (!g)
            continue;
        run(g, largest_inner, now);
        if (!(now->largest < INFINITY))
            return gd_fail("%s: the gradient of %s has the value %g: no gradient was changed", function,
                           p->entries[i].tensor->name, now->largest);
    }
    return true;
}

/* The p-norm of all gradients as one vector, for any p; NaN with a message where one is not finite. */
static double norm_of(const char *function, const gd_params *p, double norm)
{
    pass now = { .norm = norm, .scale = 1 };
    if (!look(function, p, &now))
        return NAN;
    if (norm == INFINITY || now.largest == 0)
        return now.largest;
    now.scale = now.largest;                /* powers of numbers up to 1 do not overflow */
    run_over_all(p, power_inner, &now, false);
    return now.largest * pow(now.sum + now.rest, 1 / norm);
}

typedef struct clip_arguments {
    gd_params *p;
    double     max, norm;
    gd_dialect dialect;
    double    *total;
} clip_arguments;

static bool norm_again(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    const clip_arguments *a = attributes;
    *a->total = gd_clip_grad_norm_as(a->p, a->max, a->norm, a->dialect);
    return true;
}

static bool value_again(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    const clip_arguments *a = attributes;
    *a->total = gd_clip_grad_value(a->p, a->max);
    return true;
}

/* While a step is captured. */
static GI_COLD double captured(const char *function, gi_compute *again, clip_arguments a)
{
    a.total = gi_arena_take(gi_current_scope(), sizeof *a.total);
    if (!a.total)
        return NAN;
    *a.total = NAN;
    (void)gi_start_again(function, again, &a, sizeof a);
    return *a.total;
}

double gd_clip_grad_norm_as(gd_params *p, double max, double norm, gd_dialect dialect)
{
    if (gi_capturing())
        return captured("gd_clip_grad_norm", norm_again, (clip_arguments){ p, max, norm, dialect, NULL });
    static const char function[] = "gd_clip_grad_norm";
    if (dialect != GD_TORCH && dialect != GD_D2L)
        return gi_no_dialect(function, dialect);
    if (!gi_check_number(function, "norm", norm, "(]", 0, INFINITY) || !check_arguments(function, p, max))
        return NAN;
    double total = norm == 2 ? norm_of_contiguous(p) : NAN;
    if (isnan(total))
        total = norm_of(function, p, norm);
    double factor = dialect == GD_TORCH ? max / (total + 1e-6) : total > 0 ? max / total : 1;
    if (factor < 1) {                       /* not for NaN */
        pass now = { .factor = (gd_real)factor };
        run_over_all(p, scale_inner, &now, true);
    }
    return total;
}

double gd_clip_grad_norm(gd_params *p, double max)
{
    return gd_clip_grad_norm_as(p, max, 2, GD_TORCH);
}

double gd_clip_grad_value(gd_params *p, double max)
{
    if (gi_capturing())
        return captured("gd_clip_grad_value", value_again, (clip_arguments){ p, max, 0, GD_TORCH, NULL });
    pass now = { .norm = INFINITY };
    if (!check_arguments("gd_clip_grad_value", p, max) || !look("gd_clip_grad_value", p, &now))
        return NAN;
    if (now.largest > max) {
        now.bound = (gd_real)max;
        run_over_all(p, clamp_inner, &now, true);
    }
    return now.largest;
}
