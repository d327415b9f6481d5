/* schedule_free.c - schedule-free AdamW: an average of the iterates in the place of a falling learning rate.
 *
 * Three points: z, which Adam's steps move; x, the average of all z, which is to be evaluated; and y between them,
 * where the gradient is taken.  y is the parameter, z a state, and x follows from both (gd_optimizer_swap):
 *
 *     v = beta2 v + (1 - beta2) g^2
 *     d = g / (sqrt(v/(1 - beta2^t)) + eps) + weight_decay y
 *     c = lr^2 / (the sum of all lr^2 so far)
 *     x = (y - (1 - beta1) z)/beta1
 *     z = z - lr d                                            z = y before the first step
 *     x = (1 - c) x + c z
 *     y = beta1 x + (1 - beta1) z
 *
 * With a constant lr, c is 1/t, and x the mean of all z.
 *
 * Defazio, Yang, Mehta, Mishchenko, Khaled and Cutkosky, "The road less scheduled" (NeurIPS 2024), Algorithm 1; there
 * lr contains sqrt(1 - beta2^t), and v is not corrected.  GD_OPTAX is optax.contrib.schedule_free_adamw, which puts the
 * largest lr so far into c.  Its own warm-up equals gd_lr_warmup only for z: c sees it one step earlier. */
#include <string.h>

#include "gradus/recent.h"
#include "rule.h"

enum { Z, V };                              /* the states */
enum { LR_SQUARES, LR_MAX };                /* the numbers: the sum that c is a share of; the largest lr */

/* The last three lines of the rule, x being replaced by what it is:
 *     y = (1 - c) (y - (1 - beta1) z) + (beta1 c + 1 - beta1) (z - lr d) */
GI_KERNEL static void schedule_free(int64_t n, gd_real *restrict y, const gd_real *restrict grad, gd_real *restrict z,
                                    gd_real *restrict v, const gd_schedule_free_options *o, double lr, double c2,
                                    double c)
{
    const double beta1 = o->beta1, beta2 = o->beta2;
    const gi_eps eps = gi_eps_of(GD_EPS_AFTER_BC, o->eps, 0);
    const gd_real sign = gi_sign(o->maximize), decay = REAL(o->weight_decay);
    GI_EACH(i, n, (y, grad, z, v), {
        const gd_real g = gi_bounded(sign * grad[i]), before = z[i];
        v[i] = REAL(beta2) * v[i] + REAL(1 - beta2) * g * g;
        const gd_real d = g / (real_sqrt(v[i] * REAL(1 / c2) + eps.inside) + eps.outside) + decay * y[i];
        z[i] = before - REAL(lr) * d;
        y[i] = REAL(1 - c) * (y[i] - REAL(1 - beta1) * before) + REAL(beta1 * c + 1 - beta1) * z[i];
    });
}

static double correction(const void *options, int k, int64_t t)
{
    return gi_correction(((const gd_schedule_free_options *)options)->beta2, t, k == V);
}

static double weight_of(const gd_update *u)
{
    const gd_schedule_free_options *o = u->options;
    const double lr = o->largest_lr ? u->number[LR_MAX] : u->lr;
    return lr * lr;
}

static void advance(const gd_update *u)
{
    u->number[LR_MAX] = fmax(u->number[LR_MAX], u->lr);
    u->number[LR_SQUARES] += weight_of(u);
}

/* c is 0 as long as every lr was: x stays. */
static void update(const gd_update *u)
{
    const double weight = weight_of(u), c = weight > 0 ? weight / u->number[LR_SQUARES] : 0;
    schedule_free(u->n, u->w, u->g, u->state[Z], u->state[V], u->options, u->lr, correction(u->options, V, u->t), c);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_schedule_free_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "(]", 0, 1),              /* with 0, y would not tell x */
    OPTION(beta2, "[)", 0, 1),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(largest_lr, "[]", 0, 1),
    OPTION(step_counter, "[]", 0, GD_GLOBAL),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static void start(const gd_update *u)
{
    if (u->n > 0)
        memcpy(u->state[Z], u->w, (size_t)u->n * sizeof *u->w);
}

static void evaluated(const gd_update *u, gd_real *x)
{
    const gd_schedule_free_options *o = u->options;
    const gd_real *z = u->state[Z], rest = REAL(1 - o->beta1), share = REAL(1 / o->beta1);
    for (int64_t i = 0; i < u->n; i++)
        x[i] = (u->w[i] - rest * z[i]) * share;
}

/* Every step adds the square of an lr that is at most the largest, and one of them is the largest. */
static const char *valid(const gd_kept *kept)
{
    const double sum = kept->number[LR_SQUARES], largest = kept->number[LR_MAX], square = largest * largest;
    if (!kept->state[Z] && (sum != 0 || largest != 0))
        return "lr_squares and lr_max must be 0 before the first gradient";
    return sum < square * (1 - 1e-9) || sum > kept->step * square * (1 + 1e-9)
         ? "lr_squares must lie between lr_max^2 and step lr_max^2" : NULL;
}

static const gd_range ranges[] = {
    GI_FINITE("z"),
    { "exp_avg_sq", false, "[)", 0, INFINITY },
    { "lr_squares", false, "[)", 0, INFINITY },
    { "lr_max", false, "[]", 0, GI_REAL_MAX },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_schedule_free_adamw", .options_size = sizeof(gd_schedule_free_options), .options = fields,
    .zeros = { "beta1 beta2 eps", "beta2 eps" },
    .states = { "z", "exp_avg_sq" }, .numbers = { "lr_squares", "lr_max" },
    .start = start, .advance = advance, .update = update, .by_element = true, .evaluated = evaluated,
    .correction = correction, .ranges = ranges, .valid = valid
};

gd_optimizer *gd_schedule_free_adamw(gd_params *p, gd_schedule_free_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_schedule_free_adamw_defaults() ---------------------------------------------- */

#define SET(field, value) GI_SET(gd_schedule_free_options, field, value)
static const gi_dialect dialects[] = {
    { GD_OPTAX, { SET(largest_lr, true), SET(step_counter, GD_GLOBAL) } },
};

gd_schedule_free_options gd_schedule_free_adamw_dialect(gd_dialect dialect)
{
    gd_schedule_free_options o = gd_schedule_free_adamw_defaults();
    GI_APPLY_DIALECT("gd_schedule_free_adamw_dialect", dialects, dialect, &o);
    return o;
}
