/* full_batch.h - optimizers for gradients of a whole data set: Rprop and L-BFGS.  Letters and options are as in
 * algorithms.h. */
#ifndef GRADUS_FULL_BATCH_H
#define GRADUS_FULL_BATCH_H

#include "dialects.h"
#include "optimizer.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Rprop: each weight has a step d of its own, which grows by eta_plus while the sign of its gradient stays
 *      and shrinks by eta_minus when it changes;  w = w - d sign(g) ------------------------------------------- */

typedef struct gd_rprop_options {
    double lr;                              /* what each d starts from */
    double eta_minus, eta_plus;
    double step_min, step_max;              /* bounds of d */
    bool   maximize;
} gd_rprop_options;

static inline gd_rprop_options gd_rprop_defaults(void)
{
    gd_rprop_options o = { .lr = 1e-2, .eta_minus = 0.5, .eta_plus = 1.2, .step_min = 1e-6, .step_max = 50,
                           .maximize = false };
    return o;
}
gd_rprop_options gd_rprop_dialect(gd_dialect dialect);              /* TORCH */
gd_optimizer    *gd_rprop(gd_params *p, gd_rprop_options options);

/* ---- L-BFGS: steps along -H g, where H approximates the inverse Hessian from the last changes of w and g.
 *      Deterministic losses only.  Call gd_step_closure: one call makes up to max_iter steps.  One group. ----- */

typedef enum gd_line_search { GD_NO_LINE_SEARCH, GD_STRONG_WOLFE } gd_line_search;

typedef struct gd_lbfgs_options {
    double lr;                              /* the first step length tried; without a line search, the step length */
    int    max_iter;                        /* steps in one call */
    int    max_eval;                        /* evaluations of the loss in one call; 0: 5/4 max_iter */
    double tolerance_grad;                  /* stop when no |g_i| is larger */
    double tolerance_change;                /* stop when the step, or the loss, changes by less */
    int    history_size;                    /* pairs remembered: memory for 2 history_size n numbers */
    gd_line_search line_search;
    double c1, c2;                          /* of the Wolfe conditions, 0 < c1 < c2 < 1 */
} gd_lbfgs_options;

/* PyTorch's defaults, except for the line search, which is off there: without one the method may diverge. */
static inline gd_lbfgs_options gd_lbfgs_defaults(void)
{
    gd_lbfgs_options o = { .lr = 1, .max_iter = 20, .max_eval = 0, .tolerance_grad = 1e-7,
                           .tolerance_change = 1e-9, .history_size = 100, .line_search = GD_STRONG_WOLFE,
                           .c1 = 1e-4, .c2 = 0.9 };
    return o;
}
gd_lbfgs_options gd_lbfgs_dialect(gd_dialect dialect);              /* TORCH: without a line search */
gd_optimizer    *gd_lbfgs(gd_params *p, gd_lbfgs_options options);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
