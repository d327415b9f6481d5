/* clip.c - gradients that are too long are made shorter.
 * Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (ICML 2013). */
#include "inside.h"

typedef struct pass {
    double norm, scale;                     /* scale: what each g is divided by before it is raised to a power */
    double sum, largest;
    gd_real factor, bound;
} pass;

static void largest_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    pass *now = (pass *)(uintptr_t)context;
    double most = now->largest;
    for (int64_t i = 0; i < n; i++) {
        double size = fabs((double)p[0][i * step[0]]);
        most = size <= most ? most : size;  /* takes a NaN, too */
        if (size != size)
            break;
    }
    now->largest = most;
}

static void power_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    pass *now = (pass *)(uintptr_t)context;
    double scale = 1 / now->scale, sum = 0;
    if (now->norm == 2)
        for (int64_t i = 0; i < n; i++) {
            double g = (double)p[0][i * step[0]] * scale;
            sum += g * g;
        }
    else
        for (int64_t i = 0; i < n; i++)
            sum += pow(fabs((double)p[0][i * step[0]]) * scale, now->norm);
    now->sum += sum;
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

static void run(const gd_tensor *g, gd_inner_loop *inner, const pass *now)
{
    if (g->numel == 0)
        return;
    gd_nest nest;
    const int64_t *const strides[] = { g->stride };
    gd_nest_init(&nest, g->ndim, g->shape, 1, strides);
    gd_real *const start[] = { g->data };
    gd_nest_run(&nest, 1, start, inner, now);
}

static gd_tensor *grad_at(const gd_params *p, int i)
{
    return p->entries[i].buffer ? NULL : p->entries[i].tensor->grad;
}

static void run_over_all(const gd_params *p, gd_inner_loop *inner, const pass *now, bool changes)
{
    for (int i = 0; i < p->count; i++) {
        gd_tensor *g = grad_at(p, i);
        if (!g)
            continue;
        run(g, inner, now);
        if (changes)
            gd_overwritten(g);
    }
}

/* Checks the arguments, and finds the largest |g|; false with a sentence where one is not finite. */
static bool look(const char *function, const gd_params *p, double max, pass *now)
{
    if (!gd_given(function, "params", p) || !gd_check_number(function, "max", max, "[]", 0, INFINITY))
        return false;
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

double gd_clip_grad_norm_as(gd_params *p, double max, double norm, gd_dialect dialect)
{
    static const char function[] = "gd_clip_grad_norm";
    pass now = { .norm = norm, .scale = 1 };
    if (dialect != GD_TORCH && dialect != GD_D2L)
        return gd_no_dialect(function, dialect);
    if (!gd_check_number(function, "norm", norm, "(]", 0, INFINITY) || !look(function, p, max, &now))
        return NAN;
    double total = now.largest;
    if (norm < INFINITY && total > 0) {
        now.scale = total;                  /* powers of numbers up to 1 do not overflow */
        run_over_all(p, power_inner, &now, false);
        total *= pow(now.sum, 1 / norm);
    }
    double factor = dialect == GD_TORCH ? max / (total + 1e-6) : total > 0 ? max / total : 1;
    if (factor < 1) {
        now.factor = (gd_real)factor;
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
    pass now = { .norm = INFINITY };
    if (!look("gd_clip_grad_value", p, max, &now))
        return NAN;
    if (now.largest > max) {
        now.bound = (gd_real)max;
        run_over_all(p, clamp_inner, &now, true);
    }
    return now.largest;
}
