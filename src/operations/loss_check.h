/* loss_check.h - what the weighted losses share: checks of their arguments, and products in which 0 wins. */
#ifndef GRADUS_LOSS_CHECK_H
#define GRADUS_LOSS_CHECK_H

#include <stdbool.h>

#include "gradus/tensor.h"

/* gi_elements_in - false, and a message, when an element of t lies outside [low, high] or is NaN; expected says what it
 * must do: "lie in [0, 1]". */
bool gi_elements_in(const char *function, const char *argument, gd_tensor *t, double low, double high,
                    const char *expected);

/* gi_elements_signs - the same for elements other than -1 and 1. */
bool gi_elements_signs(const char *function, const char *argument, gd_tensor *t);

/* gi_stretches_to - false, and a message, when t, which may be NULL, does not broadcast to the shape of like. */
bool gi_stretches_to(const char *function, const char *argument, const gd_tensor *t, const char *of,
                     const gd_tensor *like);

/* gi_share - y = a b, and 0 where a is 0 even if b is infinite or NaN: a share of nothing takes nothing of a loss.
 * da = dy b, db = dy a.  a and b broadcast. */
gd_tensor *gi_share(gd_tensor *a, gd_tensor *b);

#endif
