/* muon.c - Muon: momentum whose matrices are made orthogonal before the step, for hidden layers; and AdamW, in groups
 * of the same optimizer, for all other parameters.
 *
 *     m = m + (1 - momentum) (g - m)
 *     u = (1 - momentum) g + momentum m                       Nesterov's, or m
 *     O = U V',  where u = U S V': by Newton and Schulz's iteration on u/max(|u|, eps), see newton_schulz.c
 *     w = (1 - lr weight_decay) w - lr scale O
 *
 * A gradient of a layer has few large singular values and many small ones; in O all are about 1, so that the step moves
 * the layer's output in every direction alike.  The scale sqrt(max(1, rows/columns)) goes with weights [out, in];
 * 0.2 sqrt(max(rows, columns)) makes the elements of the step about as large as AdamW's, whose lr and decay then fit.
 *
 * Jordan, Jin, Boza, You, Cesista, Newhouse and Bernstein, "Muon: an optimizer for hidden layers in neural networks"
 * (2024), and for the second scale Liu, Su and others, "Muon is scalable for LLM training" (2025).  The default is
 * torch.optim.Muon, which computes O in bfloat16; here it is gd_real.  GD_PAPER is Jordan's program but for |u| + eps
 * there (eps_added), a difference of 1e-7.  optax corrects the bias of the mean, m by the next step's, divides by
 * |u| + eps, and takes rows for inputs: its scale for a weight [out, in] is sqrt(max(1, columns/rows)). */
#include "base/threads.h"
#include "busy.h"
#include "groups.h"
#include "length.h"
#include "newton_schulz.h"
#include "nn/params.h"
#include "rule.h"
#include "slots.h"
#include "tensor/shape.h"

enum { BUFFER, M, V };                      /* the states: Muon's m, then AdamW's m and v */

/* ---- Which parameters ------------------------------------------------------------------------------------------- */

static bool serves(const gd_tensor *w, const gd_muon_options *o)
{
    return o->adamw || w->ndim == 2 || (w->ndim > 2 && o->flatten);
}

static bool accepts(const gd_tensor *w, const void *options)
{
    return serves(w, options) ||
           gd_fail("gd_muon: %s is %s and no matrix: put it into a group with adamw (see gd_muon_others)%s", w->name,
                   gi_shape_text(w->ndim, w->shape).s, w->ndim > 2 ? ", or set flatten" : "");
}

/* With flatten, all axes but the first count as one. */
static int64_t rows_of(const gd_tensor *w)
{
    return w->shape[0];
}

static int64_t columns_of(const gd_tensor *w)
{
    return w->numel == 0 ? 0 : w->numel / w->shape[0];
}

static size_t work_bytes(const gd_tensor *w, const void *options)
{
    const gd_muon_options *o = options;
    const int64_t numbers = w->numel + gi_newton_schulz_work(rows_of(w), columns_of(w));
    return o->adamw ? 0 : (size_t)numbers * sizeof(gd_real);
}

/* ---- Once a step ------------------------------------------------------------------------------------------------ */

typedef struct factors {
    double of_m, of_g;                      /* Muon: u = of_m m + of_g g */
    double c1, c2;                          /* AdamW: the bias corrections */
} factors;

static double correction(const void *options, int k, int64_t t)
{
    const gd_muon_options *o = options;
    if (k == BUFFER)
        return gi_correction(o->momentum, t, o->corrected);
    return gi_correction(k == M ? o->beta1 : o->beta2, t, true);
}

static void prepare(const gd_update *u, void *result)
{
    const gd_muon_options *o = u->options;
    const double now = correction(o, BUFFER, u->t), next = correction(o, BUFFER, u->t + 1);
    *(factors *)result = (factors){
        .of_m = o->nesterov ? o->momentum / next : 1 / now, .of_g = o->nesterov ? (1 - o->momentum) / now : 0,
        .c1 = correction(o, M, u->t), .c2 = correction(o, V, u->t)
    };
}

/* ---- Muon: two loops over a matrix, each on several threads, and its products between them ---------------------- */

GI_KERNEL static void average(int64_t n, const gd_real *restrict grad, gd_real *restrict m, gd_real *restrict x,
                              const gd_muon_options *o, const factors *f)
{
    const gd_real sign = gi_sign(o->maximize), rest = REAL(1 - o->momentum);
    GI_EACH(i, n, (grad, m, x), {
        const gd_real g = gi_bounded(sign * grad[i]);
        m[i] = m[i] + rest * (g - m[i]);
        x[i] = REAL(f->of_m) * m[i] + REAL(f->of_g) * g;
    });
}

GI_KERNEL static void divide(int64_t n, gd_real *x, gd_real divisor)
{
    for (int64_t i = 0; i < n; i++)
        x[i] /= divisor;
}

GI_KERNEL static void move(int64_t n, gd_real *restrict w, const gd_real *restrict x, gd_real keep, gd_real rate)
{
    GI_EACH(i, n, (w, x), {
        w[i] = keep * w[i] - rate * x[i];
    });
}

static double scale_of(const gd_muon_options *o, double rows, double columns)
{
    if (o->muon_scale == GD_MUON_MATCH_RMS_ADAMW)
        return 0.2 * sqrt(fmax(rows, columns));
    return sqrt(fmax(1, o->rows_are_inputs ? columns / rows : rows / columns));
}

typedef struct matrix_step {
    const gd_update *of;
    gd_real         *x;                     /* u, then O */
    gd_real          keep, rate;            /* w = keep w - rate x */
} matrix_step;

static void average_part(void *context, int64_t begin, int64_t end)
{
    const matrix_step *s = context;
    average(end - begin, s->of->g + begin, s->of->state[BUFFER] + begin, s->x + begin, s->of->options, s->of->scalars);
}

static void move_part(void *context, int64_t begin, int64_t end)
{
    const matrix_step *s = context;
    move(end - begin, s->of->w + begin, s->x + begin, s->keep, s->rate);
}

static void muon(const gd_update *of)
{
    const gd_muon_options *o = of->options;
    const int64_t rows = rows_of(of->parameter), columns = columns_of(of->parameter);
    matrix_step s = { .of = of, .x = of->work, .keep = REAL(1 - of->lr * o->weight_decay),
                      .rate = REAL(of->lr * scale_of(o, (double)rows, (double)columns)) };
    gi_parallel(of->n, GI_PART_ELEMENTS, average_part, &s);
    const double length = gi_length(of->n, s.x), divisor = o->eps_added ? length + o->eps : fmax(length, o->eps);
    if (divisor != 0)                       /* all of u is 0, and so is O; NaN goes on into w */
        divide(of->n, s.x, REAL(divisor));
    const gi_quintic polynomial = { o->ns_a, o->ns_b, o->ns_c };
    s.x = gi_newton_schulz(polynomial, o->ns_steps, rows, columns, s.x, s.x + of->n);
    gi_parallel(of->n, GI_PART_ELEMENTS, move_part, &s);
}

/* ---- AdamW, as in adam.c ---------------------------------------------------------------------------------------- */

GI_KERNEL static void adamw(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                            gd_real *restrict v, const gd_muon_options *o, double lr, const factors *f)
{
    const double beta1 = o->beta1, beta2 = o->beta2;
    const gi_eps eps = gi_eps_of(GD_EPS_AFTER_BC, o->eps, 0);
    const gd_real sign = gi_sign(o->maximize), keep = REAL(1 - lr * o->weight_decay);
    GI_EACH(i, n, (w, grad, m, v), {
        const gd_real g = gi_bounded(sign * grad[i]);
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        v[i] = REAL(beta2) * v[i] + REAL(1 - beta2) * g * g;
        w[i] = keep * w[i] - REAL(lr / f->c1) * m[i] / (real_sqrt(v[i] * REAL(1 / f->c2) + eps.inside) + eps.outside);
    });
}

static void adamw_part(void *context, int64_t begin, int64_t end)
{
    const gd_update *u = context;
    adamw(end - begin, u->w + begin, u->g + begin, u->state[M] + begin, u->state[V] + begin, u->options, u->lr,
          u->scalars);
}

static void update(const gd_update *u)
{
    const gd_muon_options *o = u->options;
    gd_update of = *u;
    if (o->adamw)
        gi_parallel(u->n, GI_PART_ELEMENTS, adamw_part, &of);
    else if (u->n > 0)
        muon(u);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_muon_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(momentum, "[)", 0, 1),
    OPTION(nesterov, "[]", 0, 1),
    OPTION(ns_steps, "[]", 1, 99),
    OPTION(ns_a, "()", -INFINITY, INFINITY),
    OPTION(ns_b, "()", -INFINITY, INFINITY),
    OPTION(ns_c, "()", -INFINITY, INFINITY),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(muon_scale, "[]", 0, GD_MUON_MATCH_RMS_ADAMW),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(corrected, "[]", 0, 1),
    OPTION(eps_added, "[]", 0, 1),
    OPTION(rows_are_inputs, "[]", 0, 1),
    OPTION(flatten, "[]", 0, 1),
    OPTION(adamw, "[]", 0, 1),
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(step_counter, "[]", 0, GD_GLOBAL),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static bool check(const void *options)
{
    const gd_muon_options *o = options;
    return !o->adamw || o->beta1 != 0 || o->beta2 != 0 ||
           gd_fail("gd_muon: beta1 and beta2 of a group with adamw are 0: begin with gd_muon_adamw_defaults(), which "
                   "sets what is not given");
}

static bool keeps(const void *options, int k)
{
    return ((const gd_muon_options *)options)->adamw == (k != BUFFER);
}

static const gd_range ranges[] = {
    GI_FINITE("momentum_buffer"),
    GI_FINITE("exp_avg"),
    { "exp_avg_sq", false, "[)", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_muon", .options_size = sizeof(gd_muon_options), .options = fields,
    .zeros = { "ns_a ns_b ns_c" },
    .states = { "momentum_buffer", "exp_avg", "exp_avg_sq" },
    .check = check, .keeps = keeps, .prepare = prepare, .update = update, .correction = correction, .ranges = ranges,
    .accepts = accepts, .work_bytes = work_bytes
};

gd_optimizer *gd_muon(gd_params *p, gd_muon_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_group *gd_muon_others(gd_optimizer *o, gd_muon_options options)
{
    static const char function[] = "gd_muon_others";
    if (!gi_given(function, "o", o) || !gi_model_alive(function, o))
        return NULL;
    if (o->algorithm != &algorithm)
        return gd_fail("%s: o is %s, not gd_muon", function, o->algorithm->name);
    if (!gi_refused_dialect(options.lr) && !options.adamw)
        return gd_fail("%s: adamw is false: begin with gd_muon_adamw_defaults()", function);
    gd_group *group = gd_optimizer_group(o, NULL, &options);
    for (int i = 0; group && i < o->inside->count; i++) {
        const struct gi_slot *slot = o->inside->slots[i];
        if (slot && !serves(slot->w, slot->group->options))
            gd_group_add(group, slot->w);
    }
    return group;
}

/* ---- Dialects: what differs from gd_muon_defaults() ------------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_muon_options, field, value)
static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_OPTAX, { SET(eps, 1e-8), SET(weight_decay, 0), SET(corrected, true), SET(eps_added, true),
                  SET(rows_are_inputs, true), SET(step_counter, GD_GLOBAL) } },
    { GD_PAPER, { SET(lr, 0.02), SET(weight_decay, 0) } },
};

gd_muon_options gd_muon_dialect(gd_dialect dialect)
{
    gd_muon_options o = gd_muon_defaults();
    GI_APPLY_DIALECT("gd_muon_dialect", dialects, dialect, &o);
    return o;
}
