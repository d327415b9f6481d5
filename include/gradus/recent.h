/* recent.h - optimizers published since the book: Adafactor and schedule-free AdamW.
 * Letters, options and dialects are as in algorithms.h. */
#ifndef GRADUS_RECENT_H
#define GRADUS_RECENT_H

#include "algorithms.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Adafactor: Adam's second moment of an n x m matrix from the means R of rows and C of columns of g^2, in n + m
 *      numbers instead of n m.  Of a parameter with more axes, the last two are the matrix; one with fewer keeps v.
 *      k = t^beta2_decay;  R = (1 - k) R + k (row means of g^2);  C likewise;  v = R C/mean(R);  u = g/sqrt(v);
 *      w = w - max(eps2, rms(w)) min(lr, 1/sqrt(t)) u/max(1, rms(u)/clip);  rms(x) = sqrt(mean(x^2)) --------------- */

typedef struct gd_adafactor_options {
    double lr;                              /* the most that a weight moves, as a share of rms(w) */
    double beta2_decay;                     /* -0.8: the memory of g^2 grows with t; 0: the last g^2 alone */
    double eps1;                            /* v is at least eps1^2, mean(R) at least eps1 */
    double eps2;                            /* where rms(w) is smaller, it counts as this */
    bool   eps1_added;                      /* eps1 is added to g^2 instead, as in the paper */
    double clip;                            /* d in the paper; INFINITY: never */
    double weight_decay;                    /* w = (1 - lr weight_decay) w before the step */
    gd_step_counter step_counter;
    bool   maximize;
} gd_adafactor_options;

static inline gd_adafactor_options gd_adafactor_defaults(void)
{
    gd_adafactor_options o = { .lr = 1e-2, .beta2_decay = -0.8,
                               .eps1 = sizeof(gd_real) == sizeof(float) ? 1.1920928955078125e-7    /* epsilon */
                                                                        : 2.220446049250313e-16,
                               .eps2 = 1e-3, .eps1_added = false, .clip = 1, .weight_decay = 0,
                               .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
gd_adafactor_options gd_adafactor_dialect(gd_dialect dialect);      /* TORCH, PAPER */
gd_optimizer        *gd_adafactor(gd_params *p, gd_adafactor_options options);

/* ---- Schedule-free AdamW: Adam's steps move z, the gradient is taken at y, and x, the average of all z, is to be
 *      evaluated.  y is the parameter; gd_optimizer_swap puts x in its place and y back.
 *      v = beta2 v + (1 - beta2) g^2;  z = z - lr (g/(sqrt(v/(1 - beta2^t)) + eps) + weight_decay y);
 *      x = (1 - c) x + c z,  c = lr^2/(sum of all lr^2);  y = beta1 x + (1 - beta1) z ------------------------------ */

typedef struct gd_schedule_free_options {
    double lr;                              /* constant, perhaps after a warm-up */
    double beta1, beta2;                    /* beta1 > 0: y is nearer to x the larger it is */
    double eps;
    double weight_decay;
    bool   largest_lr;                      /* c from the largest lr so far instead of the present one, as in optax */
    gd_step_counter step_counter;
    bool   maximize;
} gd_schedule_free_options;
typedef gd_schedule_free_options gd_schedule_free_adamw_options;

static inline gd_schedule_free_options gd_schedule_free_adamw_defaults(void)
{
    gd_schedule_free_options o = { .lr = 2.5e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0,
                                   .largest_lr = false, .step_counter = GD_PER_PARAM, .maximize = false };
    return o;
}
static inline gd_schedule_free_options gd_schedule_free_defaults(void)      /* the same, by the name of the struct */
{
    return gd_schedule_free_adamw_defaults();
}
gd_schedule_free_options gd_schedule_free_adamw_dialect(gd_dialect dialect);        /* OPTAX */
gd_optimizer            *gd_schedule_free_adamw(gd_params *p, gd_schedule_free_options options);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
