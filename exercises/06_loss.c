/* 06_loss - half the mean squared error, and shapes that fit too well.
 *
 *     loss = 1/n sum_i (prediction_i - y_i)^2 / 2
 *
 * prediction is [n, 1], as a linear model with one output gives it; y is [n], as a column of a table is.  Mind that the
 * difference of [n, 1] and [n] is broadcast: what shape has it?  gd_reshape(y, shape) shows the same numbers in another
 * shape.
 *
 *     make grade-06                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

gd_tensor *half_mse(gd_tensor *prediction, gd_tensor *y)
{
    not_yet();
}
