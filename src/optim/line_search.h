/* line_search.h - all parameters as one vector, and a step length along a direction. */
#ifndef GRADUS_LINE_SEARCH_H
#define GRADUS_LINE_SEARCH_H

#include "inside.h"

/* The loss f and its gradient g as functions of the step length a:  w = x + a d. */
typedef struct gd_vectors {
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
} gd_vectors;

/* gd_dot - a . b, added up in double, so that in float neither products nor sums overflow.
 * gd_vectors_begin - n, and memory for x, g and g_best in the current scope.
 * gd_vectors_start - the loss and g where the parameters are now; NaN when the closure failed.
 * gd_vectors_hold - x = the parameters as they are now; d = 0 where there is no gradient.
 * gd_vectors_place - the parameters become x + a d.
 * gd_vectors_evaluate - the same, then loss, g, and the slope g . d there. */
double gd_dot(int64_t n, const gd_real *a, const gd_real *b);
bool   gd_vectors_begin(gd_vectors *v);
double gd_vectors_start(gd_vectors *v);
void   gd_vectors_hold(gd_vectors *v);
void   gd_vectors_place(gd_vectors *v, double a);
double gd_vectors_evaluate(gd_vectors *v, double a, double *slope);

/* gd_strong_wolfe - a step length a > 0 with
 *     f(a) <= f(0) + c1 a f'(0)  and  |f'(a)| <= c2 |f'(0)|,
 * or the best one found when 25 evaluations were not enough; 0 when none of them decreased f enough, or the closure
 * failed before one did.  The parameters and g are then at x + a d, and *loss is the loss there.  first: where to
 * look first; slope: f'(0) < 0. */
double gd_strong_wolfe(gd_vectors *v, double first, double *loss, double slope, const gd_lbfgs_options *options);

#endif
