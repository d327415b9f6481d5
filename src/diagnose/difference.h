/* difference.h - difference quotients of a function of several tensors. */
#ifndef GRADUS_DIFFERENCE_H
#define GRADUS_DIFFERENCE_H

#include <float.h>
#include <stdbool.h>
#include <stdint.h>

#include "gradus/autograd.h"
#include "gradus/tensor.h"

#ifdef GD_DOUBLE
#define GI_ULP DBL_EPSILON
#else
#define GI_ULP ((double)FLT_EPSILON)
#endif

typedef struct gi_check {
    gd_function *function;
    void        *context;
    gd_tensor *const *xs;
    int          n;
    gd_tensor   *weights;                   /* v, of the output's shape */
    gd_real     *first, *up, *down, *far;   /* outputs: for xs as they are, on both sides, and far away */
    double       eps, rtol, atol;
    bool         strict;                    /* atol is the default, and counts only where the quotient is uncertain */
    const char  *name;
} gi_check;

/* gi_call_function - the function of c at its xs, with a message when it returned NULL without any. */
gd_tensor *gi_call_function(const gi_check *c);

/* gi_random_weights - of t's shape, +-[0.5, 1.5), from a generator of its own: the caller's is left alone. */
gd_tensor *gi_random_weights(const gd_tensor *t, uint64_t seed);

/* gi_evaluate - the function's outputs; false, and a message, when it fails.
 * gi_stays_the_same - it gives the same outputs for the same xs, several times; false also when it fails. */
bool gi_evaluate(const gi_check *c, gd_real *outputs);
bool gi_stays_the_same(const gi_check *c);

/* v . (up - down), and bounds of its rounding error: noise from outputs that differ, hidden from those that do not. */
typedef struct gi_measured {
    double by, noise, hidden;
} gi_measured;

gi_measured gi_compared(const gi_check *c);

/* How far an x is moved, in units of eps. */
enum { GI_WITH_LARGE_X, GI_ABSOLUTE, GI_WITH_SMALL_X, GI_STEPS };
double gi_step_size(int step, double x);

typedef struct gi_quotient {
    double slope, noise, hidden;
} gi_quotient;

/* gi_move_one - the quotient of *at moved by `by` to both sides.
 * gi_move_far - finds out which outputs depend on *at, for gi_compared; gi_all_may_change - until then.
 * Both leave *at as it was, and are false when the function failed. */
bool gi_move_one(const gi_check *c, gd_real *at, double by, gi_quotient *q);
bool gi_move_far(const gi_check *c, gd_real *at);
void gi_all_may_change(const gi_check *c);

#endif
