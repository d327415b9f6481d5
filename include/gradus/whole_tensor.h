/* whole_tensor.h - optimizers whose step for one weight depends on the whole tensor that it is in: LAMB on its length,
 * Muon on its singular values.
 *
 * Letters and conventions as in algorithms.h; the files src/optim/NAME.c have sources and variants. */
#ifndef GRADUS_WHOLE_TENSOR_H
#define GRADUS_WHOLE_TENSOR_H

#include "algorithms.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- LAMB: Adam whose step u is as long as the tensor, times lr:  w = w - lr |w|/|u| u,
 *      u = m/(1 - beta1^t) / (sqrt(v/(1 - beta2^t)) + eps) + weight_decay w ----------------------------------- */

typedef struct gd_lamb_options {
    double lr;
    double beta1, beta2;
    double eps;
    double weight_decay;
    double most_length;                     /* |w| counts as at most this; 0: there is no limit */
    gd_bias_correction bias_correction;
    gd_step_counter step_counter;
    bool   maximize;
} gd_lamb_options;

static inline gd_lamb_options gd_lamb_defaults(void)
{
    gd_lamb_options o = { .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-6, .weight_decay = 0, .most_length = 0,
                          .bias_correction = GD_CORRECT_BOTH, .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_lamb_options gd_lamb_dialect(gd_dialect dialect);                /* OPTAX, TFA, PAPER */
gd_optimizer   *gd_lamb(gd_params *p, gd_lamb_options options);

/* ---- Muon, for the matrices of hidden layers:  m = m + (1 - momentum) (g - m);
 *      u = (1 - momentum) g + momentum m;  w = (1 - lr weight_decay) w - lr scale O,
 *      O being u with its singular values replaced by numbers about 1.  And AdamW, for all other parameters.
 *
 *     gd_optimizer *muon = gd_muon(net, gd_muon_defaults());
 *     gd_group *others = gd_muon_others(muon, gd_muon_adamw_defaults());      the vectors, by AdamW;
 *     gd_group_add(others, letters.weight);                                   embeddings and heads as well
 *     gd_group_add(others, output.weight);
 *     ..
 *     gd_step(muon);
 *
 * The option adamw of a group decides: gd_optimizer_group(muon, "output.", &adamw_options) does it by names. ---- */

typedef enum gd_muon_scale {
    GD_MUON_ORIGINAL,                       /* sqrt(max(1, rows/columns)) */
    GD_MUON_MATCH_RMS_ADAMW                 /* 0.2 sqrt(max(rows, columns)): lr and decay as for AdamW */
} gd_muon_scale;

typedef struct gd_muon_options {
    double lr;
    double momentum;
    bool   nesterov;                        /* false: u = m */
    int    ns_steps;                        /* so many iterations  A = X X', X = a X + (b A + c A A) X */
    double ns_a, ns_b, ns_c;
    double eps;                             /* the iteration begins at X = u/max(|u|, eps); AdamW's in its groups */
    gd_muon_scale muon_scale;
    double weight_decay;
    bool   corrected;                       /* optax: m is divided by 1 - momentum^(t + 1), and g by 1 - momentum^t */
    bool   eps_added;                       /* optax: X = u/(|u| + eps) */
    bool   rows_are_inputs;                 /* optax: GD_MUON_ORIGINAL is sqrt(max(1, columns/rows)) */
    bool   flatten;                         /* convolutions count as matrices [shape[0], all the rest]; else refused */
    bool   adamw;                           /* AdamW steps this group, with beta1, beta2, eps and weight_decay */
    double beta1, beta2;
    gd_step_counter step_counter;
    bool   maximize;
} gd_muon_options;

static inline gd_muon_options gd_muon_defaults(void)
{
    gd_muon_options o = { .lr = 1e-3, .momentum = 0.95, .nesterov = true, .ns_steps = 5, .ns_a = 3.4445,
                          .ns_b = -4.7750, .ns_c = 2.0315, .eps = 1e-7, .muon_scale = GD_MUON_ORIGINAL,
                          .weight_decay = 0.1, .corrected = false, .eps_added = false, .rows_are_inputs = false,
                          .flatten = false, .adamw = false, .beta1 = 0.9, .beta2 = 0.999,
                          .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_muon_options gd_muon_dialect(gd_dialect dialect);                /* TORCH, OPTAX, PAPER */

/* gd_muon - the optimizer.  gd_step fails, and names the parameter, where one with a gradient is no matrix and belongs
 * to a group without adamw. */
gd_optimizer *gd_muon(gd_params *p, gd_muon_options options);

/* gd_muon_adamw_defaults - options of a group that AdamW steps, as gd_adamw_defaults: lr 1e-3, betas 0.9 and 0.999, eps
 * 1e-8, weight_decay 0.01. */
static inline gd_muon_options gd_muon_adamw_defaults(void)
{
    gd_muon_options o = gd_muon_defaults();
    o.adamw = true;
    o.eps = 1e-8;
    o.weight_decay = 1e-2;
    return o;
}

/* gd_muon_others - a new group with these options, into which every parameter goes that is not a matrix: vectors,
 * scalars, and tensors of more axes in groups without flatten.  Only those that the model has now.  NULL, with a
 * message: o is not Muon, adamw is false, an option is out of range, memory is out. */
gd_group *gd_muon_others(gd_optimizer *o, gd_muon_options options);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
