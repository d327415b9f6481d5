/* algorithms.h - the built-in optimizers: for each its rule, its options with their defaults (the number in
 * the code is the documentation), its dialects and its constructor.
 *
 * Letters: w parameter, g gradient, t the step, from 1; m and v first and second moment.  All functions of
 * vectors are elementwise.  Before anything else g = -g if maximize, then g = g + weight_decay w where decay
 * is of the kind L2.  The files src/optim/NAME.c have sources and variants. */
#ifndef GRADUS_ALGORITHMS_H
#define GRADUS_ALGORITHMS_H

#include "optim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Choices that several algorithms share -------------------------------------------------------------- */

/* Where eps stands in the step d, with the bias corrections c1 = 1 - beta1^t and c2 = 1 - beta2^t. */
typedef enum gd_eps_mode {
    GD_EPS_AFTER_BC,                        /* d = lr m/c1 / (sqrt(v/c2) + eps) */
    GD_EPS_BEFORE_BC,                       /* d = lr m sqrt(c2)/c1 / (sqrt(v) + eps): a larger eps at first */
    GD_EPS_INSIDE_SQRT,                     /* d = lr m/c1 / sqrt(v/c2 + eps) */
    GD_EPS_AS_PRINTED                       /* d = lr m/c1 / sqrt(v/c2) - eps: an erratum, for teaching only */
} gd_eps_mode;

typedef enum gd_bias_correction {           /* which of c1 and c2 are used; 1 stands for the other */
    GD_CORRECT_BOTH, GD_CORRECT_M, GD_CORRECT_V, GD_CORRECT_NONE
} gd_bias_correction;

typedef enum gd_step_counter {              /* what t counts */
    GD_PER_PARAM,                           /* the gradients that this parameter has seen */
    GD_GLOBAL,                              /* the steps of the optimizer */
    GD_STAYS_ONE                            /* nothing: a counter that a listing forgot; for teaching */
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
    gd_momentum_form momentum_form;         /* the same while lr is constant, different when it changes */
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

/* ---- Yogi: Adam with  v = v + (1 - beta2) sign(g^2 - v) g^2 -------------------------------------------------- */

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

#ifdef __cplusplus
}
#endif
#endif
