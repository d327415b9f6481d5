/* schedule.h - learning rates as functions of the step.
 *
 *     gd_schedule s = gd_lr_cosine(0.3, 0.01, 95);         from 0.3 to 0.01 in 95 steps
 *     s = gd_lr_warmup(s, 5, 0);                           after 5 steps of warm-up from 0
 *     gd_set_schedule(&adam->first, s);                    gd_step takes lr from it
 *     .. or by hand:  adam->lr = gd_lr_at(s, step);
 *
 * A schedule is a value without state: gd_lr_at(s, step) can be called for any step, in any order.  A "step" may also
 * be an epoch.  The plateau rule, which reacts to a loss, has state, in a gd_plateau.
 *
 * Errors: a constructor given a number out of range leaves a message and returns a schedule whose learning
 * rate is NaN; gd_lr_at gives NaN, and gd_step refuses it. */
#ifndef GRADUS_SCHEDULE_H
#define GRADUS_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

enum { GD_MAX_MILESTONES = 16 };            /* of gd_lr_multistep */

typedef double gd_lr_function(int64_t step, const void *context);      /* for gd_lr_custom */

typedef struct gd_schedule {                /* made by the functions below */
    int     kind;                           /* 0: no schedule */
    double  base, final;                    /* learning rates; final is stop in gd_lr_factor */
    double  steps;                          /* every, in gd_lr_step; stable, in gd_lr_wsd */
    double  gamma;                          /* gd_lr_step, gd_lr_multistep, gd_lr_exponential; gd_lr_factor's factor */
    double  power;                          /* gd_lr_polynomial */
    double  peak;                           /* gd_lr_inverse_sqrt: its warmup; gd_lr_wsd: its decay */
    double  start, div;                     /* gd_lr_one_cycle */
    bool    linear;
    int     count;                          /* of milestones; of phases */
    double  milestone[GD_MAX_MILESTONES];
    double  warmup, warmup_from;            /* gd_lr_warmup */
    double  period, growth;                 /* gd_lr_restarts */
    gd_lr_function *function;
    const void     *context;
} gd_schedule;

/* gd_lr_at - the learning rate of step t = 0, 1, 2, ..; NaN, with a message, for t < 0. */
double gd_lr_at(gd_schedule schedule, int64_t t);

/* ---- Shapes: lr as a function of t -------------------------------------------------------------------- */

gd_schedule gd_lr_none(void);                                   /* no schedule: lr is what the user assigns */
gd_schedule gd_lr_constant(double base);                        /* base */
gd_schedule gd_lr_step(double base, int64_t every, double gamma);           /* base gamma^floor(t / every) */
gd_schedule gd_lr_multistep(double base, const int64_t *milestones, int n, double gamma);
                                                                /* base gamma^(how many milestones are <= t) */
gd_schedule gd_lr_factor(double base, double factor, double stop);          /* max(stop, base factor^(t+1)) */
gd_schedule gd_lr_exponential(double base, double gamma);       /* base gamma^t */
gd_schedule gd_lr_inverse_sqrt(double base, double warmup);     /* base min((t+1)/warmup, sqrt(warmup/(t+1)));
                                                                   warmup 1: base/sqrt(t+1) */
/* From base to final in the given number of steps, and final from there on; u = min(t, steps)/steps. */
gd_schedule gd_lr_linear(double base, double final, int64_t steps);         /* base + (final - base) u */
gd_schedule gd_lr_polynomial(double base, double final, int64_t steps, double power);
                                                                /* final + (base - final)(1 - u)^power */
gd_schedule gd_lr_cosine(double base, double final, int64_t steps);
                                                                /* final + (base - final)(1 + cos(pi u))/2 */

/* Warm-up, stable, decay: from 0 to base in warmup steps, base for the stable ones, then in a straight line to final
 * in the steps of the decay, and final from there on.  The run can go on from the end of the stable phase, and its
 * decay be made whenever a result is wanted (Hu and others, "MiniCPM", 2024).  Each of the three may be 0. */
gd_schedule gd_lr_wsd(double base, double final, int64_t warmup, int64_t stable, int64_t decay);

/* From 0 to base in warmup steps, then in a straight line to final at the given step, and final from there on: with
 * final = 0 the schedule that BERT was trained with (Devlin and others, 2019).  Error: warmup is not below steps. */
gd_schedule gd_lr_linear_warmup(double base, double final, int64_t steps, int64_t warmup);

/* One cycle of L. Smith and N. Topin, "Super-convergence" (2017), with PyTorch's phases: up from max/div to max
 * in the first start of the steps (0.3: 30 %), down to max/div/final_div at the last one.  three_phase: down
 * to max/div first, as long as the way up took. */
typedef struct gd_one_cycle_options {
    double start;
    double div, final_div;
    bool   linear;                          /* straight lines instead of half cosines */
    bool   three_phase;
} gd_one_cycle_options;

static inline gd_one_cycle_options gd_one_cycle_defaults(void)
{
    gd_one_cycle_options o = { .start = 0.3, .div = 25, .final_div = 1e4, .linear = false, .three_phase = false };
    return o;
}
gd_schedule gd_lr_one_cycle(double max, int64_t steps, gd_one_cycle_options options);

/* Your own: function(t, context); context must outlive the schedule. */
gd_schedule gd_lr_custom(gd_lr_function *function, const void *context);

/* ---- Composition ----------------------------------------------------------------------------------------- */

/* gd_lr_warmup - rises linearly in `steps` steps from the learning rate `from` to that of s at step 0; s follows,
 * delayed by these steps.
 * gd_lr_restarts - s starts again after period steps, then after period growth more, period growth^2, ..; each cycle
 * is the first period steps of s, stretched to the length of the cycle.  Warm-up is not repeated.
 * Error: s is gd_lr_none(). */
gd_schedule gd_lr_warmup(gd_schedule s, int64_t steps, double from);
gd_schedule gd_lr_restarts(gd_schedule s, int64_t period, double growth);

/* ---- Plateau: the learning rate is lowered when a loss has stopped falling -------------------------------------
 *
 *     gd_plateau plateau = gd_plateau_start(0.1, gd_plateau_defaults());
 *     ..  adam->lr = gd_plateau_next(&plateau, validation_loss);              once an epoch
 *
 * A loss is an improvement when it is < best - threshold |best|; if absolute, when it is < best - threshold, which
 * suits losses around 0.  After more than patience losses in a row that were not, lr = max(lr factor, min_lr), and
 * the next cooldown losses do not count; a change of lr by 1e-8 or less is not made.  Infinite losses are compared like
 * others.
 *
 * For losses above 0 this is PyTorch's ReduceLROnPlateau in mode "min"; there best (1 - threshold) makes the margin
 * of a loss below 0 negative, so that every loss is an improvement.  For its mode "max" pass -accuracy. */
typedef struct gd_plateau_options {
    double factor, threshold, min_lr;
    int    patience, cooldown;
    bool   absolute;                        /* threshold_mode "abs" in PyTorch */
} gd_plateau_options;

static inline gd_plateau_options gd_plateau_defaults(void)
{
    gd_plateau_options o = { .factor = 0.1, .threshold = 1e-4, .min_lr = 0, .patience = 10, .cooldown = 0,
                             .absolute = false };
    return o;
}

typedef struct gd_plateau {                 /* read only; saved with a checkpoint */
    gd_plateau_options options;
    double lr, best;
    int    bad, cooling;                    /* losses in a row without improvement; losses that do not count */
} gd_plateau;

gd_plateau gd_plateau_start(double lr, gd_plateau_options options);
double     gd_plateau_next(gd_plateau *plateau, double loss);   /* the new lr; a NaN is no improvement */

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
