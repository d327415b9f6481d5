/* algorithms.h - the built-in optimizers: for each its rule, its options with their defaults (the number in
 * the code is the documentation), its dialects and its constructor.
 *
 * Rprop and L-BFGS, for whole data sets rather than minibatches, are in full_batch.h; Adafactor is in recent.h.
 *
 * Letters: w parameter, g gradient, t the step, from 1; m and v first and second moment.  All functions of
 * vectors are elementwise.  Before anything else g = -g if maximize, then g = g + weight_decay w where decay
 * is of the kind L2.  The files src/optim/NAME.c have sources and variants.
 *
 * Initialise options with gd_NAME_defaults() or gd_NAME_dialect(d) (see gradus.h): (gd_adam_options){ .lr = 0.01 } is
 * refused.
 *
 * Algorithms that square g clamp it to +-2^56 in float, +-2^480 in double, so that v does not overflow: an infinite v
 * would stop the weight for good.  An infinite or NaN g makes w NaN: see gd_check_finite.
 * Where eps^2 is below the smallest normal number, that number is added inside the root: with eps = 0 a weight all of
 * whose gradients were 0 stays where it is, and gradients whose squares underflow (1e-22 in float) make small steps. */
#ifndef GRADUS_ALGORITHMS_H
#define GRADUS_ALGORITHMS_H

#include "dialects.h"
#include "optimizer.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Choices that several algorithms share -------------------------------------------------------------- */

/* Where eps stands in the step d, with the bias corrections c1 = 1 - beta1^t and c2 = 1 - beta2^t. */
typedef enum gd_eps_mode {
    GD_EPS_AFTER_BC,                        /* d = lr m/c1 / (sqrt(v/c2) + eps) */
    GD_EPS_INSIDE_SQRT,                     /* d = lr m/c1 / sqrt(v/c2 + eps) */
    GD_EPS_BEFORE_BC,                       /* d = lr m sqrt(c2)/c1 / (sqrt(v) + eps): a larger eps at first */
    GD_EPS_AS_PRINTED                       /* d = lr m/c1 / sqrt(v/c2) - eps: an erratum, for teaching only */
} gd_eps_mode;

typedef enum gd_bias_correction {           /* which of c1 and c2 are used; 1 stands for the other */
    GD_CORRECT_BOTH, GD_CORRECT_M, GD_CORRECT_V, GD_CORRECT_NONE      /* both; c1; c2; neither */
} gd_bias_correction;

typedef enum gd_step_counter {              /* what t counts */
    GD_PER_PARAM,                           /* the gradients that this parameter has seen */
    GD_GLOBAL,                              /* the steps of the optimizer */
    GD_STAYS_ONE                            /* nothing, t = 1: an erratum of a printed listing, for teaching only */
} gd_step_counter;

typedef enum gd_wd_mode {
    GD_WD_L2,                               /* g = g + weight_decay w */
    GD_WD_DECOUPLED,                        /* w = (1 - lr weight_decay) w, apart from the gradient */
    GD_WD_DECOUPLED_NO_LR                   /* w = (1 - weight_decay) w */
} gd_wd_mode;

typedef enum gd_wd_when { GD_WD_BEFORE, GD_WD_AFTER } gd_wd_when;      /* the step; for decoupled decay */

/* ---- SGD: w = w - lr g, with momentum ---------------------------------------------------------------------- */

typedef enum gd_momentum_form {
    GD_LR_OUTSIDE,                          /* b = momentum b + (1 - dampening) g;  w = w - lr b */
    GD_LR_INSIDE,                           /* b = momentum b - lr g;               w = w + b */
    GD_MOMENTUM_EMA                         /* b = momentum b + (1 - momentum) g;   w = w - lr b */
} gd_momentum_form;

typedef struct gd_sgd_options {
    double lr;
    double momentum;                        /* 0: plain descent, which keeps no state */
    double dampening;                       /* not applied to the first gradient */
    bool   nesterov;                        /* w = w - lr (g + momentum b); needs momentum, no dampening */
    gd_momentum_form momentum_form;         /* all give the same steps while lr is constant, up to its scale.  Change
                                               it in a run only where b is 0: each form scales b differently */
    double weight_decay;                    /* L2 */
    bool   maximize;
} gd_sgd_options;

static inline gd_sgd_options gd_sgd_defaults(void)
{
    gd_sgd_options o = { .lr = 1e-3, .momentum = 0, .dampening = 0, .nesterov = false,
                         .momentum_form = GD_LR_OUTSIDE, .weight_decay = 0, .maximize = false };
    return o;
}
gd_sgd_options gd_sgd_dialect(gd_dialect dialect);                  /* TORCH, D2L, KERAS, OPTAX */
gd_optimizer  *gd_sgd(gd_params *p, gd_sgd_options options);

/* ---- Adagrad:  s = s + g^2;  w = w - lr/(1 + (t - 1) lr_decay) g / (sqrt(s) + eps) -------------------------- */

typedef struct gd_adagrad_options {
    double lr, lr_decay;
    double eps;
    gd_eps_mode eps_mode;                   /* AFTER_BC: sqrt(s) + eps; INSIDE_SQRT: sqrt(s + eps) */
    double init_v;                          /* what s starts from */
    double weight_decay;                    /* L2 */
    gd_step_counter step_counter;
    bool   maximize;
} gd_adagrad_options;

static inline gd_adagrad_options gd_adagrad_defaults(void)
{
    gd_adagrad_options o = { .lr = 1e-2, .lr_decay = 0, .eps = 1e-10, .eps_mode = GD_EPS_AFTER_BC, .init_v = 0,
                             .weight_decay = 0, .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_adagrad_options gd_adagrad_dialect(gd_dialect dialect);          /* TORCH, D2L, KERAS, OPTAX */
gd_optimizer      *gd_adagrad(gd_params *p, gd_adagrad_options options);

/* ---- RMSProp:  v = rho v + (1 - rho) g^2;  w = w - lr g / (sqrt(v) + eps) ----------------------------------- */

typedef struct gd_rmsprop_options {
    double lr;
    double rho;                             /* alpha in PyTorch, gamma in the book */
    double eps;
    gd_eps_mode eps_mode;                   /* AFTER_BC: sqrt(v) + eps; INSIDE_SQRT: sqrt(v + eps) */
    bool   centered;                        /* v less the square of the mean gradient: the variance */
    double momentum;                        /* of the scaled gradients d: b = momentum b + d;  w = w - lr b */
    gd_momentum_form momentum_form;         /* GD_LR_INSIDE: b = momentum b + lr d;  w = w - b; no EMA */
    double init_v;                          /* what v starts from */
    double weight_decay;                    /* L2 */
    bool   maximize;
} gd_rmsprop_options;

static inline gd_rmsprop_options gd_rmsprop_defaults(void)
{
    gd_rmsprop_options o = { .lr = 1e-2, .rho = 0.99, .eps = 1e-8, .eps_mode = GD_EPS_AFTER_BC, .centered = false,
                             .momentum = 0, .momentum_form = GD_LR_OUTSIDE, .init_v = 0, .weight_decay = 0,
                             .maximize = false };
    return o;
}
gd_rmsprop_options gd_rmsprop_dialect(gd_dialect dialect);          /* TORCH, D2L, KERAS, OPTAX */
gd_optimizer      *gd_rmsprop(gd_params *p, gd_rmsprop_options options);

/* ---- Adadelta:  s = rho s + (1 - rho) g^2;  d = sqrt(u + eps) / sqrt(s + eps) g;
 *                 u = rho u + (1 - rho) d^2;  w = w - lr d ---------------------------------------------------- */

typedef struct gd_adadelta_options {
    double lr;                              /* 1 is the rule as published; it has no learning rate */
    double rho;
    double eps;
    double weight_decay;                    /* L2 */
    bool   maximize;
} gd_adadelta_options;

static inline gd_adadelta_options gd_adadelta_defaults(void)
{
    gd_adadelta_options o = { .lr = 1, .rho = 0.9, .eps = 1e-6, .weight_decay = 0, .maximize = false };
    return o;
}
gd_adadelta_options gd_adadelta_dialect(gd_dialect dialect);        /* TORCH, D2L, KERAS, OPTAX, PAPER */
gd_optimizer       *gd_adadelta(gd_params *p, gd_adadelta_options options);

/* ---- Adam and AdamW:  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
 *                       w = w - lr m/(1 - beta1^t) / (sqrt(v/(1 - beta2^t)) + eps) -------------------------- */

typedef enum gd_amsgrad {                   /* the largest v so far takes the place of v */
    GD_AMSGRAD_OFF,
    GD_AMSGRAD_RAW,                         /* max(v), then bias correction */
    GD_AMSGRAD_CORRECTED                    /* max(v/(1 - beta2^t)) */
} gd_amsgrad;

typedef struct gd_adam_options {
    double lr;
    double beta1, beta2;
    double eps;
    double eps_root;                        /* a second one, always inside the root: sqrt(v/c2 + eps_root) + eps */
    gd_eps_mode eps_mode;
    gd_bias_correction bias_correction;
    gd_amsgrad amsgrad;
    double weight_decay;
    gd_wd_mode wd_mode;
    gd_wd_when wd_when;
    gd_step_counter step_counter;
    bool   maximize;
} gd_adam_options;
typedef gd_adam_options gd_adamw_options;

static inline gd_adam_options gd_adam_defaults(void)
{
    gd_adam_options o = { .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .eps_root = 0,
                          .eps_mode = GD_EPS_AFTER_BC, .bias_correction = GD_CORRECT_BOTH,
                          .amsgrad = GD_AMSGRAD_OFF, .weight_decay = 0, .wd_mode = GD_WD_L2,
                          .wd_when = GD_WD_BEFORE, .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_adam_options gd_adam_dialect(gd_dialect dialect);    /* TORCH, D2L, KERAS, OPTAX, PAPER, D2L_TF_AS_PRINTED */
gd_optimizer   *gd_adam(gd_params *p, gd_adam_options options);

static inline gd_adamw_options gd_adamw_defaults(void)
{
    gd_adamw_options o = gd_adam_defaults();
    o.weight_decay = 1e-2;
    o.wd_mode = GD_WD_DECOUPLED;
    return o;
}
gd_adamw_options gd_adamw_dialect(gd_dialect dialect);              /* TORCH, KERAS, OPTAX, PAPER */
gd_optimizer    *gd_adamw(gd_params *p, gd_adamw_options options);

/* ---- Yogi: Adam with  v = v + (1 - beta2) sign(g^2 - v) g^2 ------------------------------------------------- */

typedef enum gd_yogi_sign { GD_SIGN_HARD, GD_SIGN_TANH10 } gd_yogi_sign;     /* sign(x) or tanh(10 x) */

typedef struct gd_yogi_options {
    double lr;
    double beta1, beta2;
    double eps;
    double init_m, init_v;                  /* what m and v start from */
    bool   init_v_from_first_grad;          /* v starts from the first g^2; or see gd_yogi_start_from */
    gd_eps_mode eps_mode;
    gd_bias_correction bias_correction;
    gd_yogi_sign yogi_sign;
    double weight_decay;                    /* L2 */
    double prox_l1, prox_l2;                /* a proximal step for prox_l1 |w| + prox_l2 w^2/2 follows */
    gd_step_counter step_counter;
    bool   maximize;
} gd_yogi_options;

static inline gd_yogi_options gd_yogi_defaults(void)
{
    gd_yogi_options o = { .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-3, .init_m = 0, .init_v = 0,
                          .init_v_from_first_grad = false, .eps_mode = GD_EPS_AFTER_BC,
                          .bias_correction = GD_CORRECT_BOTH, .yogi_sign = GD_SIGN_HARD, .weight_decay = 0,
                          .prox_l1 = 0, .prox_l2 = 0, .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_yogi_options gd_yogi_dialect(gd_dialect dialect);    /* D2L, OPTAX, TFA, PAPER, D2L_TF_AS_PRINTED */
gd_optimizer   *gd_yogi(gd_params *p, gd_yogi_options options);

/* gd_yogi_start_from - the start that the paper recommends: v becomes the mean of the squares of the gradients
 * over all calls before the first step.  To be called with ->grad set, once for a large batch or once for each
 * of many examples; then gd_zero_grad and train.  Errors: o is not Yogi; a parameter was stepped already; none has a
 * gradient. */
bool gd_yogi_start_from(gd_optimizer *o);

/* ---- Adamax:  m = beta1 m + (1 - beta1) g;  u = max(beta2 u, |g| + eps);  w = w - lr/(1 - beta1^t) m/u ------ */

typedef enum gd_adamax_eps {
    GD_ADAMAX_EPS_IN_MAX,                   /* u = max(beta2 u, |g| + eps) */
    GD_ADAMAX_EPS_ADDED,                    /* u = max(beta2 u, |g|), and m/(u + eps) */
    GD_ADAMAX_EPS_NONE                      /* u = max(beta2 u, |g|), and m/u, where 0/0 counts as 0 */
} gd_adamax_eps;

typedef struct gd_adamax_options {
    double lr;
    double beta1, beta2;
    double eps;
    gd_adamax_eps adamax_eps;
    double weight_decay;                    /* L2 */
    gd_step_counter step_counter;
    bool   maximize;
} gd_adamax_options;

static inline gd_adamax_options gd_adamax_defaults(void)
{
    gd_adamax_options o = { .lr = 2e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8,
                            .adamax_eps = GD_ADAMAX_EPS_IN_MAX, .weight_decay = 0,
                            .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_adamax_options gd_adamax_dialect(gd_dialect dialect);            /* TORCH, KERAS, OPTAX, PAPER */
gd_optimizer     *gd_adamax(gd_params *p, gd_adamax_options options);

/* ---- NAdam: Adam with Nesterov's momentum.  mu_t = beta1 (1 - 0.96^(t nadam_psi) / 2), P_t = mu_1 .. mu_t;
 *      w = w - lr ((1 - mu_t)/(1 - P_t) g + mu_(t+1)/(1 - P_(t+1)) m) / (sqrt(v/(1 - beta2^t)) + eps) --------- */

typedef struct gd_nadam_options {
    double lr;
    double beta1, beta2;
    double eps;
    double nadam_psi;                       /* rate at which mu grows from beta1/2 to beta1 */
    bool   constant_mu;                     /* mu_t = beta1 instead */
    double weight_decay;
    gd_wd_mode wd_mode;                     /* decoupled decay is applied before the step */
    gd_step_counter step_counter;
    bool   maximize;
} gd_nadam_options;

static inline gd_nadam_options gd_nadam_defaults(void)
{
    gd_nadam_options o = { .lr = 2e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .nadam_psi = 4e-3,
                           .constant_mu = false, .weight_decay = 0, .wd_mode = GD_WD_L2,
                           .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_nadam_options gd_nadam_dialect(gd_dialect dialect);              /* TORCH, KERAS, OPTAX, PAPER */
gd_optimizer    *gd_nadam(gd_params *p, gd_nadam_options options);

/* ---- RAdam: Adam that steps by  lr m/(1 - beta1^t)  until v has seen enough gradients to be trusted --------- */

typedef struct gd_radam_options {
    double lr;
    double beta1, beta2;
    double eps;
    gd_eps_mode eps_mode;                   /* AFTER_BC, INSIDE_SQRT or BEFORE_BC */
    double radam_threshold;                 /* v is used where rho_t, its equivalent number of samples, */
    bool   radam_strict;                    /* is > this (true) or >= this (false) */
    double weight_decay;
    gd_wd_mode wd_mode;                     /* decoupled decay is applied before the step */
    gd_step_counter step_counter;
    bool   maximize;
} gd_radam_options;

static inline gd_radam_options gd_radam_defaults(void)
{
    gd_radam_options o = { .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .eps_mode = GD_EPS_BEFORE_BC,
                           .radam_threshold = 5, .radam_strict = true, .weight_decay = 0, .wd_mode = GD_WD_L2,
                           .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_radam_options gd_radam_dialect(gd_dialect dialect);              /* TORCH, OPTAX, PAPER */
gd_optimizer    *gd_radam(gd_params *p, gd_radam_options options);

/* ---- AdaBelief: Adam with  s = beta2 s + (1 - beta2) (g - m)^2 + eps_root  in the place of v ----------------- */

typedef struct gd_adabelief_options {
    double lr;
    double beta1, beta2;
    double eps;                             /* w = w - lr m/(1 - beta1^t) / (sqrt(s/(1 - beta2^t)) + eps) */
    double eps_root;
    double weight_decay;                    /* w = (1 - lr weight_decay) w before the step */
    bool   old_m;                           /* (g - m)^2 with m as it was before this step, as in optax */
    gd_step_counter step_counter;
    bool   maximize;
} gd_adabelief_options;

static inline gd_adabelief_options gd_adabelief_defaults(void)
{
    gd_adabelief_options o = { .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-16, .eps_root = 1e-16,
                               .weight_decay = 0, .old_m = false, .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_adabelief_options gd_adabelief_dialect(gd_dialect dialect);      /* OPTAX, PAPER */
gd_optimizer        *gd_adabelief(gd_params *p, gd_adabelief_options options);

/* ---- Lion:  w = w - lr sign(beta1 m + (1 - beta1) g);  then  m = beta2 m + (1 - beta2) g -------------------- */

typedef struct gd_lion_options {
    double lr;
    double beta1, beta2;
    double weight_decay;                    /* w = (1 - lr weight_decay) w before the step */
    bool   maximize;
} gd_lion_options;

static inline gd_lion_options gd_lion_defaults(void)
{
    gd_lion_options o = { .lr = 1e-4, .beta1 = 0.9, .beta2 = 0.99, .weight_decay = 0, .maximize = false };
    return o;
}
gd_lion_options gd_lion_dialect(gd_dialect dialect);                /* KERAS, OPTAX, PAPER */
gd_optimizer   *gd_lion(gd_params *p, gd_lion_options options);

/* ---- ASGD: SGD whose result is the average of the iterates after step t0.
 *      eta = lr/(1 + lambd lr (t - 1))^alpha;  w = (1 - lambd eta) w - eta g;
 *      ax = ax + mu (w - ax),  mu = 1/max(1, t - 1 - t0):  gd_optimizer_state(o, w, "ax") --------------------- */

typedef struct gd_asgd_options {
    double lr;
    double lambd, alpha;                    /* how fast the learning rate falls */
    double t0;                              /* averaging starts here; until then ax is w */
    double weight_decay;                    /* L2 */
    bool   maximize;
} gd_asgd_options;

static inline gd_asgd_options gd_asgd_defaults(void)
{
    gd_asgd_options o = { .lr = 1e-2, .lambd = 1e-4, .alpha = 0.75, .t0 = 1e6, .weight_decay = 0,
                          .maximize = false };
    return o;
}
gd_asgd_options gd_asgd_dialect(gd_dialect dialect);                /* TORCH */
gd_optimizer   *gd_asgd(gd_params *p, gd_asgd_options options);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
