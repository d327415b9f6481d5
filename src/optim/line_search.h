/* line_search.h - all parameters as one vector, and a step length along a direction. */
#ifndef GRADUS_LINE_SEARCH_H
#define GRADUS_LINE_SEARCH_H

#include <stdbool.h>

#include "gradus/full_batch.h"
#include "gradus/tensor.h"

/* The loss f and its gradient g as functions of the step length a:  w = x + a d. */
typedef struct gi_vectors {
    gd_optimizer *optimizer;
    gd_closure   *closure;
    void         *context;
    int64_t       n;                        /* elements of all parameters, */
    int           slots;                    /* of those that o had when the step began */
    gd_real      *x, *d;                    /* where the line starts, and where it goes */
    gd_real      *g;                        /* gradient of the last evaluation */
    gd_real      *g_best;                   /* gradient at the best point of a line search */
    int64_t       evaluations;
    bool          failed;                   /* the closure failed and left a message: the step ends */
} gi_vectors;

/* gi_dot - a . b, added up in double, so that in float neither products nor sums overflow.
 * gi_vectors_begin - n, and memory for x, g and g_best in the current scope.
 * gi_vectors_start - the loss and g where the parameters are now; NaN when the closure failed.
 * gi_vectors_hold - x = the parameters as they are now; d = 0 where there is no gradient.
 * gi_vectors_place - the parameters become x + a d.
 * gi_vectors_evaluate - the same, then loss, g, and the slope g . d there. */
double gi_dot(int64_t n, const gd_real *a, const gd_real *b);
bool   gi_vectors_begin(gi_vectors *v);
double gi_vectors_start(gi_vectors *v);
void   gi_vectors_hold(gi_vectors *v);
void   gi_vectors_place(gi_vectors *v, double a);
double gi_vectors_evaluate(gi_vectors *v, double a, double *slope);

/* gi_strong_wolfe - a step length a > 0 with
 *     f(a) <= f(0) + c1 a f'(0)  and  |f'(a)| <= c2 |f'(0)|,
 * or the best one found when 25 evaluations were not enough; 0 when none of them decreased f enough, or the closure
 * failed before one did.  The parameters and g are then at x + a d, and *loss is the loss there.  first: where to
 * look first; slope: f'(0) < 0. */
double gi_strong_wolfe(gi_vectors *v, double first, double *loss, double slope, const gd_lbfgs_options *options);

#endif
