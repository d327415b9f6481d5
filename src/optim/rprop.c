/* rprop.c - Rprop: steps that look at the signs of a gradient only, and adapt their size by them.
 *
 *     g g_before > 0:  d = min(eta_plus d, step_max)
 *     g g_before < 0:  d = max(eta_minus d, step_min), and g = 0: this weight waits for a step
 *     w = w - d sign(g);  g_before = g
 *
 * Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm"
 * (1993), in the variant iRprop- of Igel and Huesken (2000), as in torch.optim.Rprop.  It needs gradients over
 * the whole data set: the sign of a minibatch's gradient changes by chance. */
#include "gradus/full_batch.h"
#include "rule.h"

enum { BEFORE, D };                         /* the states */

GI_KERNEL static void rprop(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict before,
                            gd_real *restrict d, const gd_rprop_options *o)
{
    const gd_real minus = REAL(o->eta_minus), plus = REAL(fmin(o->eta_plus, GI_REAL_MAX));
    const gd_real low = REAL(fmin(o->step_min, GI_REAL_MAX)), high = REAL(fmin(o->step_max, GI_REAL_MAX));
    const gd_real sign = gi_sign(o->maximize);
    GI_EACH(i, n, (w, grad, before, d), {
        gd_real g = sign * grad[i], agree = real_sign(g) * real_sign(before[i]);
        const gd_real grown = agree > 0 ? plus : 1, factor = agree < 0 ? minus : grown;
        d[i] = real_min(real_max(factor * d[i], low), high);
        g = agree < 0 ? 0 : g;
        w[i] -= d[i] * real_sign(g);
        before[i] = g;
    });
}

static void update(const gd_update *u)
{
    rprop(u->n, u->w, u->g, u->state[BEFORE], u->state[D], u->options);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_rprop_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(eta_minus, "()", 0, 1),
    OPTION(eta_plus, "()", 1, INFINITY),
    OPTION(step_min, "[)", 0, INFINITY),
    OPTION(step_max, "()", 0, INFINITY),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static bool check(const void *options)
{
    const gd_rprop_options *o = options;
    return o->step_min <= o->step_max ||
           gd_fail("gd_rprop: step_min = %g must not be above step_max = %g", o->step_min, o->step_max);
}

static void start(const gd_update *u)
{
    for (int64_t i = 0; i < u->n; i++)
        u->state[D][i] = (gd_real)u->lr;
}

static const gd_range ranges[] = {
    GI_NUMBERS("prev"),
    { "step_size", false, "[]", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_rprop", .options_size = sizeof(gd_rprop_options), .options = fields,
    .zeros = { "eta_minus eta_plus" },
    .states = { "prev", "step_size" },
    .check = check, .start = start, .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_rprop(gd_params *p, gd_rprop_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_rprop_defaults() ------------------------------------------------------------ */

static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
};

gd_rprop_options gd_rprop_dialect(gd_dialect dialect)
{
    gd_rprop_options o = gd_rprop_defaults();
    GI_APPLY_DIALECT("gd_rprop_dialect", dialects, dialect, &o);
    return o;
}
