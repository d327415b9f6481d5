/* lamb.c - LAMB: each tensor moves by a length that is proportional to its own, in the direction of Adam.
 *
 *     m = beta1 m + (1 - beta1) g;    m_hat = m/(1 - beta1^t)
 *     v = beta2 v + (1 - beta2) g^2;  v_hat = v/(1 - beta2^t)
 *     u = m_hat/(sqrt(v_hat) + eps) + weight_decay w
 *     w = w - lr r u,    r = |w|/|u| with the lengths of the whole tensor, 1 where one of them is 0
 *
 * So that no layer is moved by more than a part lr of what it is, which is what large learning rates for large batches
 * need.
 *
 * You, Li, Reddi, Hseu, Kumar, Bhojanapalli, Song, Demmel, Keutzer and Hsieh, "Large batch optimization for deep
 * learning: training BERT in 76 minutes" (ICLR 2020), Algorithm 2.  There |w| is bounded on both sides, by [0, 10] in
 * the authors' program; optax and TensorFlow Addons do not bound it.  The paper names no decay: set one. */
#include "base/threads.h"
#include "length.h"
#include "rule.h"

enum { M, V };                              /* the states */

typedef struct corrections { double c1, c2; } corrections;

/* m, v and u, the direction of the step. */
GI_KERNEL static void direction(int64_t n, const gd_real *restrict w, const gd_real *restrict grad,
                                gd_real *restrict m, gd_real *restrict v, gd_real *restrict u,
                                const gd_lamb_options *o, const corrections *c)
{
    const double beta1 = o->beta1, beta2 = o->beta2;
    const gi_eps eps = gi_eps_of(GD_EPS_AFTER_BC, o->eps, 0);
    const gd_real sign = gi_sign(o->maximize), decay = REAL(o->weight_decay);
    GI_EACH(i, n, (w, grad, m, v, u), {
        const gd_real g = gi_bounded(sign * grad[i]);
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        v[i] = REAL(beta2) * v[i] + REAL(1 - beta2) * g * g;
        u[i] = REAL(1 / c->c1) * m[i] / (real_sqrt(v[i] * REAL(1 / c->c2) + eps.inside) + eps.outside) + decay * w[i];
    });
}

GI_KERNEL static void move(int64_t n, gd_real *restrict w, const gd_real *restrict u, gd_real rate)
{
    GI_EACH(i, n, (w, u), {
        w[i] -= rate * u[i];
    });
}

/* ---- One tensor: two loops over its elements, each on several threads, and the lengths between them ------------- */

typedef struct tensor_step {
    const gd_update *of;
    gd_real         *u;                     /* work memory: n numbers */
    gd_real          rate;                  /* lr r */
} tensor_step;

static void direction_of_part(void *context, int64_t begin, int64_t end)
{
    const tensor_step *s = context;
    const gd_update *of = s->of;
    direction(end - begin, of->w + begin, of->g + begin, of->state[M] + begin, of->state[V] + begin, s->u + begin,
              of->options, of->scalars);
}

static void move_part(void *context, int64_t begin, int64_t end)
{
    const tensor_step *s = context;
    move(end - begin, s->of->w + begin, s->u + begin, s->rate);
}

/* r; NaN where u or w is not finite. */
static double trust_ratio(const gd_lamb_options *o, double length_of_w, double length_of_u)
{
    if (o->most_length > 0 && length_of_w > o->most_length)
        length_of_w = o->most_length;
    return length_of_w == 0 || length_of_u == 0 ? 1 : length_of_w / length_of_u;
}

static void update(const gd_update *of)
{
    tensor_step s = { .of = of, .u = of->work };
    gi_parallel(of->n, GI_PART_ELEMENTS, direction_of_part, &s);
    s.rate = REAL(of->lr * trust_ratio(of->options, gi_length(of->n, of->w), gi_length(of->n, s.u)));
    gi_parallel(of->n, GI_PART_ELEMENTS, move_part, &s);
}

static size_t work_bytes(const gd_tensor *parameter, const void *options)
{
    (void)options;
    return (size_t)parameter->numel * sizeof(gd_real);
}

/* ---- c1 = 1 - beta1^t and c2 = 1 - beta2^t, once a step --------------------------------------------------------- */

static double correction(const void *options, int k, int64_t t)
{
    const gd_lamb_options *o = options;
    if (k == M)
        return gi_correction(o->beta1, t, o->bias_correction <= GD_CORRECT_M);
    return gi_correction(o->beta2, t, o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_V);
}

static void prepare(const gd_update *u, void *result)
{
    *(corrections *)result = (corrections){ correction(u->options, M, u->t), correction(u->options, V, u->t) };
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_lamb_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(most_length, "[)", 0, INFINITY),
    OPTION(bias_correction, "[]", 0, GD_CORRECT_NONE),
    OPTION(step_counter, "[]", 0, GD_GLOBAL),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static const gd_range ranges[] = {
    GI_FINITE("exp_avg"),
    { "exp_avg_sq", false, "[)", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_lamb", .options_size = sizeof(gd_lamb_options), .options = fields,
    .zeros = { "beta1 beta2 eps", "beta2 eps" },
    .states = { "exp_avg", "exp_avg_sq" },
    .prepare = prepare, .update = update, .work_bytes = work_bytes, .correction = correction, .ranges = ranges
};

gd_optimizer *gd_lamb(gd_params *p, gd_lamb_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_lamb_defaults() ------------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_lamb_options, field, value)
static const gi_dialect dialects[] = {
    { GD_OPTAX, { SET(step_counter, GD_GLOBAL) } },
    { GD_TFA,   { SET(step_counter, GD_GLOBAL) } },
    { GD_PAPER, { SET(step_counter, GD_GLOBAL), SET(most_length, 10) } },
};

gd_lamb_options gd_lamb_dialect(gd_dialect dialect)
{
    gd_lamb_options o = gd_lamb_defaults();
    GI_APPLY_DIALECT("gd_lamb_dialect", dialects, dialect, &o);
    return o;
}
