/* check.h - checks of arguments: tensors, labels, numbers that must be exact. */
#ifndef GRADUS_CHECK_H
#define GRADUS_CHECK_H

#include <math.h>
#include <stdbool.h>
#include "alive.h"
#include "base/message.h"
#include "gradus/tensor.h"

/* gi_given - false when t, something that the library returns (a tensor, a model, ..), is NULL.  There is a message
 * unless an earlier one stands: then that failure is why t is NULL. */
bool gi_not_given(const char *function, const char *argument);
static inline bool gi_given(const char *function, const char *argument, const void *t)
{
    return t ? gi_not_freed(function, argument, t) : gi_not_given(function, argument);
}

/* gi_given_tensor - the same for a tensor, which may be missing because it was made with the ->grad of a result, which
 * keeps none, as after w = gd_sub(w, ..).  Only the tape tells, so that the engine, once a program uses it, gives the
 * message: gi_explain_missing_with. */
typedef bool gi_explainer(const char *function, const char *argument);
void gi_explain_missing_with(gi_explainer *explain);
bool gi_tensor_not_given(const char *function, const char *argument);
static inline bool gi_given_tensor(const char *function, const char *argument, const gd_tensor *t)
{
    return t ? gi_not_freed(function, argument, t) : gi_tensor_not_given(function, argument);
}

/* gi_labels - the elements of labels, row-major, as integers in [0, classes); otherwise NULL, and a message that names
 * the first bad one.  The memory belongs to the current scope. */
int64_t *gi_labels(const char *function, const char *argument, const gd_tensor *labels, int64_t classes);

/* gi_check_labels - are they integers in [0, classes)?  While a step is captured, each run checks them again. */
bool gi_check_labels(const char *function, const char *argument, gd_tensor *labels, int64_t classes);

/* Integers up to GI_WHOLE_MAX are all exact in gd_real, beyond it only some.  GI_REAL_NAME is for messages. */
#ifdef GD_DOUBLE
#define GI_WHOLE_MAX ((int64_t)1 << 53)
#define GI_REAL_NAME "double"
#else
#define GI_WHOLE_MAX ((int64_t)1 << 24)
#define GI_REAL_NAME "float"
#endif

static inline bool gi_is_exact(int64_t n)
{
    return (n <= GI_WHOLE_MAX && n >= -GI_WHOLE_MAX) || (fabs((double)n) < 0x1p62 && (int64_t)(gd_real)n == n);
}

/* gi_fits - false, and a message, for a finite value that overflows gd_real. */
static inline bool gi_fits(const char *function, const char *argument, double value)
{
    return !isinf((gd_real)value) || isinf(value)
           || gd_fail("%s: %s = %g is beyond the largest " GI_REAL_NAME, function, argument, value);
}

/* gi_countable - false, and a message, when not all of 0 .. n-1, the values of argument, are exact in gd_real. */
bool gi_countable(const char *function, const char *argument, int64_t n);

#endif
