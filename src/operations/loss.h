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

#endif
