/* whole_tensor.h - optimizers whose step for one weight depends on the whole tensor that it is in: LAMB on its length.
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

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
