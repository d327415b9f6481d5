/* rare.h - the problem on which Adam diverges, and an optimizer at work on it; for the programs 34 and 35.
 *
 * n examples are visited in order, one a step; f(x) = c max(x, 0) for one of them, -x for the others.  Every f is
 * convex, and so is their mean
 *
 *     F(x) = (c max(x, 0) - (n - 1) x) / n,
 *
 * whose minimum is F(0) = 0 as long as c > n - 1: the one large slope outweighs all the small ones.  After S. Reddi,
 * S. Kale, S. Kumar, "On the convergence of Adam and beyond" (2018), theorem 1, without its constraint on x. */
#ifndef CHAPTER_RARE_H
#define CHAPTER_RARE_H

#include <gradus.h>
#include <math.h>

typedef struct rare {
    int64_t n;
    double  c;
    bool    last;                           /* the large slope comes last in each pass, not first */
} rare;

static inline double rare_slope(rare r, int64_t t, double x)        /* of the f of step t = 1, 2, .. */
{
    bool large = r.last ? t % r.n == 0 : (t - 1) % r.n == 0;
    return !large ? -1 : x > 0 ? r.c : 0;
}

static inline double rare_mean(rare r, double x)                    /* F */
{
    return (r.c * fmax(x, 0) - (double)(r.n - 1) * x) / (double)r.n;
}

/* What is needed to make one of the optimizers. */
typedef struct rare_setting {
    double lr, beta1, beta2, eps;           /* eps 0: the book's, 1e-6, for Yogi 1e-3 */
    double falls_from;                      /* not 0: the learning rate is falls_from/sqrt(t) */
} rare_setting;

typedef gd_optimizer *rare_optimizer(gd_params *parameters, rare_setting s);

static inline gd_optimizer *rare_scheduled(gd_optimizer *o, rare_setting s)
{
    if (s.falls_from > 0)
        gd_set_schedule(&o->first, gd_lr_inverse_sqrt(s.falls_from, 1));
    return o;
}

static inline gd_optimizer *rare_adam(gd_params *parameters, rare_setting s)
{
    gd_adam_options o = gd_adam_dialect(GD_D2L);
    o.lr = s.lr, o.beta1 = s.beta1, o.beta2 = s.beta2, o.eps = s.eps > 0 ? s.eps : o.eps;
    return rare_scheduled(gd_adam(parameters, o), s);
}

static inline gd_optimizer *rare_amsgrad(gd_params *parameters, rare_setting s)
{
    gd_adam_options o = gd_adam_dialect(GD_D2L);
    o.lr = s.lr, o.beta1 = s.beta1, o.beta2 = s.beta2, o.eps = s.eps > 0 ? s.eps : o.eps;
    o.amsgrad = GD_AMSGRAD_RAW;
    return rare_scheduled(gd_adam(parameters, o), s);
}

static inline gd_optimizer *rare_yogi(gd_params *parameters, rare_setting s)
{
    gd_yogi_options o = gd_yogi_dialect(GD_D2L);
    o.lr = s.lr, o.beta1 = s.beta1, o.beta2 = s.beta2, o.eps = s.eps > 0 ? s.eps : o.eps;
    return rare_scheduled(gd_yogi(parameters, o), s);
}

/* What is called with t and x after each step; NULL: nothing. */
typedef void rare_observer(void *context, int64_t t, double x);

/* From x = 1; the last x. */
static inline double rare_run(rare r, rare_optimizer *make, rare_setting s, int64_t steps, rare_observer *see,
                              void *context)
{
    gd_params *parameters = gd_params_new();
    gd_tensor *x = gd_param(parameters, "x", gd_scalar(1));
    gd_optimizer *o = make(parameters, s);
    GD_SCOPE;
    gd_set_grad(x, gd_scalar(0));                       /* the derivative is known: it is written in without a tape */
    for (int64_t t = 1; t <= steps; t++) {
        x->grad->data[0] = (gd_real)rare_slope(r, t, (double)x->data[0]);
        gd_step(o);
        if (see)
            see(context, t, (double)x->data[0]);
    }
    double end = (double)x->data[0];
    gd_optimizer_free(o);
    gd_params_free(parameters);
    return end;
}

#endif
