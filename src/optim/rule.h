/* rule.h - shared by the update rules: rounding, the bound on gradients, eps, weight decay, bias correction, ranges of
 * states.
 *
 * A rule is a loop over elements (each.h) in the letters of its paper.  Hyperparameters are doubles; an expression of
 * them is evaluated in double and rounded to gd_real once, before the loop:
 *
 *     GI_EACH(i, n, (w, grad, m), {
 *         m[i] = REAL(beta) * m[i] + REAL(1 - beta) * grad[i];
 *         w[i] -= REAL(lr) * m[i];
 *     }); */
#ifndef GRADUS_OPTIM_RULE_H
#define GRADUS_OPTIM_RULE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "dialect.h"
#include "each.h"
#include "gradus/algorithms.h"
#include "gradus/plug.h"
#include "gradus/tensor.h"
#include "gradus/whole_tensor.h"
#include "kernels/real.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF                /* rounding as written: v - g^2 must be 0 where v is g^2 (Yogi) */
#endif

/* The largest finite gd_real and the smallest normal one. */
#ifdef GD_DOUBLE
#define GI_REAL_MAX DBL_MAX
#define GI_REAL_MIN DBL_MIN
#else
#define GI_REAL_MAX FLT_MAX
#define GI_REAL_MIN FLT_MIN
#endif

/* Step counts are stored as doubles and stay below 2^53, so that they are exact. */
#define GI_MOST_STEPS 9007199254740992.0

/* REAL - a hyperparameter, or an expression of them, rounded to gd_real; the compiler moves it out of the loop. */
#define REAL(x) ((gd_real)(x))

/* ---- The gradient ------------------------------------------------------------------------------------------- */

/* gi_bounded - the gradient, clamped to +-GI_MOST_GRADIENT, so that neither its square nor a running mean of squares
 * after bias correction overflows.  Infinity and NaN become NaN.  The bound is loaded from memory: with a constant, gcc
 * compiles minimum and maximum to branches, in more than twice the instructions. */
#ifdef GD_DOUBLE
#define GI_MOST_GRADIENT 0x1p480
#else
#define GI_MOST_GRADIENT 0x1p56f
#endif

extern const gd_real gi_most_gradient;

REAL_INLINE gd_real gi_bounded(gd_real g)
{
    const gd_real most = gi_most_gradient, least = -most, below = most < g ? most : g;
    return (least > below ? least : below) + (g - g);
}

/* gi_sign - the factor of the gradient: -1 to maximize. */
static inline gd_real gi_sign(bool maximize)
{
    return maximize ? -1 : 1;
}

/* gi_l2 - the factor of w in g = g + weight_decay w.
 * gi_decay - the factor of w in a step with decoupled decay: 1 - lr weight_decay. */
static inline gd_real gi_l2(gd_wd_mode mode, double weight_decay)
{
    return mode == GD_WD_L2 ? REAL(weight_decay) : 0;
}

static inline gd_real gi_decay(gd_wd_mode mode, double weight_decay, double lr)
{
    return mode == GD_WD_DECOUPLED       ? REAL(1 - lr * weight_decay) :
           mode == GD_WD_DECOUPLED_NO_LR ? REAL(1 - weight_decay) : 1;
}

/* ---- The divisor sqrt(v + eps.inside) + eps.outside --------------------------------------------------------- */

typedef struct gi_eps {
    gd_real inside, outside;
    gd_real drift;                          /* GD_EPS_AS_PRINTED adds it to the parameter instead */
} gi_eps;

/* Where outside^2 is below the smallest normal number, inside is at least that number: a weight whose gradients were
 * all 0 stays where it is instead of becoming 0/0, and one whose squared gradients underflowed moves by less than lr
 * instead of by g/0.  root: a second eps, always inside. */
static inline gi_eps gi_eps_of(gd_eps_mode mode, double eps, double root)
{
    const bool printed = mode == GD_EPS_AS_PRINTED;
    const double inside = root + (mode == GD_EPS_INSIDE_SQRT ? eps : 0);
    const double outside = mode == GD_EPS_INSIDE_SQRT || printed ? 0 : eps;
    const double least = outside * outside < GI_REAL_MIN && !printed ? GI_REAL_MIN : 0;
    return (gi_eps){ .inside = REAL(inside > least ? inside : least), .outside = REAL(outside),
                     .drift = REAL(printed ? eps : 0) };
}

/* ---- Bias correction ---------------------------------------------------------------------------------------- */

/* gi_correction - 1 - beta^t, or 1 if on is false.  For large t, beta^t <= e^(-t (1 - beta)) is so small that 1 -
 * beta^t rounds to 1, and pow is not called. */
static inline double gi_correction(double beta, int64_t t, bool on)
{
    return on && (double)t * (1 - beta) < 38 ? 1 - pow(beta, (double)t) : 1;
}

/* ---- Ranges of states: a NaN in a state always comes with a NaN in the parameter, from the same step.  An infinity
 *      may occur in a state alone, where only its sign or its reciprocal enters the parameter. ------------------ */

#define GI_FINITE(name)  { name, false, "()", -INFINITY, INFINITY }
#define GI_NUMBERS(name) { name, false, "[]", -INFINITY, INFINITY }

#endif
