/* loss.h - what all losses share. */
#ifndef GRADUS_LOSS_H
#define GRADUS_LOSS_H

#include <stdbool.h>

#include "autograd/record.h"
#include "gradus/tensor.h"

/* gi_reduced_loss - the losses of the elements averaged, summed or left alone; NULL for NULL. */
gd_tensor *gi_reduced_loss(const char *function, gd_tensor *loss, gd_reduction reduction);

/* gi_same_loss_shape - false, and a message, when prediction and target differ in shape. */
bool gi_same_loss_shape(const char *function, const gd_tensor *prediction, const gd_tensor *target);

/* gi_cross_entropy - gd_cross_entropy of valid arguments, without a reduction.  keep, of the labels' shape, is 0 where
 * a loss does not count; or NULL.  Where such a loss would be NaN, it is 0, and so is its gradient, and so is
 * *readable, which is 1 elsewhere, or NULL without keep.
 * gi_readable_only - the logits, 0 where they are not readable; all of them for NULL. */
gd_tensor *gi_cross_entropy(gd_tensor *logits, gd_tensor *labels, gd_tensor *keep, gd_tensor **readable);
gd_tensor *gi_readable_only(gd_tensor *logits, gd_tensor *readable);

#endif
