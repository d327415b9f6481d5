/* 14_layer - a layer of your own, with parameters.
 *
 *     y = x + relu(x weight + bias)        x [n, width], weight [width, width], bias [width]
 *
 * residual_new adds the two parameters to net (gd_param), under "NAME.weight" and "NAME.bias", where NAME is name: only
 * what is in net is trained and saved.  weight is random, normal with deviation 1/sqrt(width); bias is zero.
 * residual_apply computes y.
 *
 *     make grade-14                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

residual residual_new(gd_params *net, const char *name, int64_t width)
{
    not_yet();
}

gd_tensor *residual_apply(const residual *layer, gd_tensor *x)
{
    not_yet();
}
