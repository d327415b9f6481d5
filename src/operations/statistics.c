/* statistics.c - sums and means that pass over NaN; variance and standard deviation of all elements.  Made of other
 * operations. */
#include <inttypes.h>

#include "autograd/record.h"
#include "axes.h"
#include "base/message.h"
#include "gradus/operations.h"
#include "gradus/picking.h"
#include "tensor/alive.h"

/* 1 where x is a number, 0 where it is NaN. */
static gd_tensor *numbers_in(gd_tensor *x)
{
    gd_tensor *seen = gd_detach(x);
    return gd_eq(seen, seen);
}

static gd_tensor *without_nan(gd_tensor *x, gd_tensor *numbers)
{
    return gd_where(numbers, x, gd_scalar(0));
}

gd_tensor *gd_nansum(gd_tensor *x)
{
    return x && gi_alive("gd_nansum", "x", x) ? gd_sum(without_nan(x, numbers_in(x))) : NULL;
}

gd_tensor *gd_nansum_axis(gd_tensor *x, int axis, bool keep)
{
    gi_axes axes;
    if (!x || !gi_axes_one("gd_nansum_axis", x, axis, keep, &axes))
        return NULL;
    return gd_sum_axis(without_nan(x, numbers_in(x)), axis, keep);
}

/* mean(x without NaN) / mean(numbers): of means, so that no sum overflows, and 0 / 0 where there are no numbers. */
gd_tensor *gd_nanmean(gd_tensor *x)
{
    if (!x || !gi_alive("gd_nanmean", "x", x))
        return NULL;
    gd_tensor *numbers = numbers_in(x);
    return gd_div(gd_mean(without_nan(x, numbers)), gd_mean(numbers));
}

gd_tensor *gd_nanmean_axis(gd_tensor *x, int axis, bool keep)
{
    gi_axes axes;
    if (!x || !gi_axes_one("gd_nanmean_axis", x, axis, keep, &axes))
        return NULL;
    gd_tensor *numbers = numbers_in(x);
    return gd_div(gd_mean_axis(without_nan(x, numbers), axis, keep), gd_mean_axis(numbers, axis, keep));
}

static bool degrees_fit(const char *function, const gd_tensor *x, double correction)
{
    return (double)x->numel - correction > 0
           || gd_fail("%s: correction = %g must be below the %" PRId64 " element%s of x", function, correction,
                      x->numel, gi_plural(x->numel));
}

gd_tensor *gd_var(gd_tensor *x, double correction)
{
    if (!x || !gi_alive("gd_var", "x", x) || !degrees_fit("gd_var", x, correction))
        return NULL;
    return gd_var_axes(x, GD_SHAPE(), correction, false);
}

gd_tensor *gd_std(gd_tensor *x, double correction)
{
    if (!x || !gi_alive("gd_std", "x", x) || !degrees_fit("gd_std", x, correction))
        return NULL;
    return gd_std_axes(x, GD_SHAPE(), correction, false);
}
