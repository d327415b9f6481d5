/* optim_divergence.h - problems in one parameter x on which Adam diverges while Yogi and AMSGrad converge, and an
 * optimizer at work on one of them, a gradient a step.
 *
 * After S. Reddi, S. Kale and S. Kumar, "On the convergence of Adam and beyond" (2018): a rare large gradient is
 * outvoted by frequent small ones, since Adam has forgotten its size by then.  The settings are those of the tables
 * golden/optimizers/adam_diverges_NAME.csv; max(x, 0) and |x| have the derivative 0 at 0. */
#ifndef TEST_OPTIM_DIVERGENCE_H
#define TEST_OPTIM_DIVERGENCE_H

#include "support/support.h"

/* ---- The problems: the slope of f_t at x, t = 1, 2, .., and the mean F of all f_t ------------------------------ */

typedef struct problem problem;
struct problem {
    double (*slope)(const problem *p, int64_t t, double x);
    double (*mean)(const problem *p, double x);
    int64_t  n;                             /* the large gradient comes once in n steps, */
    double   c;                             /* and is c */
    bool     last;                          /* at the end of the n steps; else at their beginning */
    bool     clipped;                       /* after each step x is clipped to [-1, 1] */
    double   start;
    uint64_t seed;                          /* of slope_at_random */
};

static inline double sign_of(double x) { return (double)((x > 0) - (x < 0)); }

/* c max(x, 0) once in n steps, else -x. */
static inline double slope_rare(const problem *p, int64_t t, double x)
{
    bool large = p->last ? t % p->n == 0 : (t - 1) % p->n == 0;
    return !large ? -1 : x > 0 ? p->c : 0;
}

static inline double mean_rare(const problem *p, double x)
{
    return (p->c * fmax(x, 0) - (double)(p->n - 1) * x) / (double)p->n;
}

/* The same, where the large gradient comes at random with probability 1/n: splitmix64 (S. Vigna). */
static inline double slope_at_random(const problem *p, int64_t t, double x)
{
    uint64_t z = p->seed + (uint64_t)t * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z = z ^ (z >> 31);
    return (double)(z >> 11) * 0x1p-53 * (double)p->n >= 1 ? -1 : x > 0 ? p->c : 0;
}

/* c |x| once in n steps, else |x - 3|. */
static inline double slope_median(const problem *p, int64_t t, double x)
{
    return (t - 1) % p->n ? sign_of(x - 3) : p->c * sign_of(x);
}

static inline double mean_median(const problem *p, double x)
{
    return (p->c * fabs(x) + (double)(p->n - 1) * fabs(x - 3)) / (double)p->n;
}

/* c x once in n steps, else -x; n = 101 and c = 1010: -10 x. */
static inline double slope_online(const problem *p, int64_t t, double x)
{
    (void)x;
    return t % p->n == 1 ? p->c : p->n == 101 ? -10 : -1;
}

static inline double mean_online(const problem *p, double x)
{
    return (p->c - (double)(p->n - 1) * (p->n == 101 ? 10 : 1)) * x / (double)p->n;
}

/* 3 max(x, 0), -x, -x with n/3 - 1 zeros after each. */
static inline double slope_sparse(const problem *p, int64_t t, double x)
{
    int64_t at = (t - 1) % p->n;
    return at == 0 ? (x > 0 ? 3 : 0) : at % (p->n / 3) ? 0 : -1;
}

static inline double mean_sparse(const problem *p, double x)
{
    return (3 * fmax(x, 0) - 2 * x) / (double)p->n;
}

#define CASE_R { slope_rare, mean_rare, 5000, 10000, false, false, 1, 0 }       /* a problem */

/* ---- An optimizer at work --------------------------------------------------------------------------------------- */

typedef struct setting {
    double lr, beta1, beta2;                /* of adam, yogi, amsgrad; lr of rmsprop too */
    double sgd_lr;
    double eps;                             /* of all three; 0: the book's, 1e-6, for Yogi 1e-3 */
    double adam_eps;                        /* of adam and amsgrad alone; 0: as eps says */
    double falls_from;                      /* not 0: the learning rate is falls_from/sqrt(t) */
} setting;

typedef struct walk {
    const problem *problem;
    gd_params     *params;
    gd_tensor     *x;
    gd_optimizer  *optimizer;
    int64_t        t;
} walk;

/* yogi_s0: Yogi from the mean square of the gradients, c^2/n. */
static inline gd_optimizer *optimizer_named(const char *name, setting s, const problem *p, gd_params *params)
{
    gd_adam_options adam = gd_adam_dialect(GD_D2L);
    gd_yogi_options yogi = gd_yogi_dialect(GD_D2L);
    gd_rmsprop_options rmsprop = gd_rmsprop_dialect(GD_D2L);
    gd_adagrad_options adagrad = gd_adagrad_dialect(GD_D2L);
    gd_sgd_options sgd = gd_sgd_defaults();
    adam.lr = yogi.lr = rmsprop.lr = s.lr;
    adam.beta1 = yogi.beta1 = s.beta1;
    adam.beta2 = yogi.beta2 = s.beta2;
    adam.amsgrad = strcmp(name, "amsgrad") == 0 ? GD_AMSGRAD_RAW : GD_AMSGRAD_OFF;
    yogi.init_v = strcmp(name, "yogi_s0") == 0 ? p->c * p->c / (double)p->n : 0;
    sgd.lr = s.sgd_lr;
    if (s.eps > 0)
        adam.eps = yogi.eps = s.eps;
    if (s.adam_eps > 0)
        adam.eps = s.adam_eps;
    gd_optimizer *o = strcmp(name, "rmsprop") == 0 ? gd_rmsprop(params, rmsprop)
                    : strcmp(name, "adagrad") == 0 ? gd_adagrad(params, adagrad)
                    : strcmp(name, "sgd") == 0     ? gd_sgd(params, sgd)
                    : strncmp(name, "yogi", 4) == 0 ? gd_yogi(params, yogi) : gd_adam(params, adam);
    if (s.falls_from > 0)
        gd_set_schedule(&o->first, gd_lr_inverse_sqrt(s.falls_from, 1));
    return o;
}

static inline walk walk_begin(const problem *p, const char *optimizer, setting s)
{
    gd_params *params = gd_params_new();
    gd_tensor *x = gd_param(params, "x", gd_scalar(p->start));
    GD_SCOPE;
    ck_assert(gd_set_grad(x, gd_scalar(0)));
    return (walk){ p, params, x, optimizer_named(optimizer, s, p, params), 0 };
}

/* One step; the new x. */
static inline double walk_on(walk *w)
{
    w->t++;
    w->x->grad->data[0] = (gd_real)w->problem->slope(w->problem, w->t, (double)w->x->data[0]);
    if (!gd_step(w->optimizer))
        ck_abort_msg("step %lld: %s", (long long)w->t, gd_last_error());
    if (w->problem->clipped) {
        GD_NO_GRAD;
        gd_clamp_to(w->x, -1, 1);
    }
    return (double)w->x->data[0];
}

static inline void walk_end(walk *w)
{
    gd_optimizer_free(w->optimizer);
    gd_params_free(w->params);
}

#endif
