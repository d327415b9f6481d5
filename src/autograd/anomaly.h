/* anomaly.h - the checks of gd_detect_anomaly. */
#ifndef GRADUS_ANOMALY_H
#define GRADUS_ANOMALY_H

#include <stdbool.h>

#include "node.h"

/* gi_finite_result - false, and a message, when y, the result of op, has a NaN, or an infinity that no input had.
 * gi_finite_gradient - the same of the gradients that node's rule has just given. */
bool gi_finite_result(const gd_op *op, const gd_tensor *y, gd_tensor *const inputs[], int n);
bool gi_finite_gradient(const char *function, const gd_node *node);

#endif
