/* random.c - creating tensors of random numbers.  The generator is in base/random.c. */
#include <inttypes.h>
#include <math.h>

#include "base/random.h"
#include "base/start.h"
#include "check.h"
#include "gradus/tensor.h"
#include "new.h"

static bool uniform_compute(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)x;
    const double *bounds = attributes, low = bounds[0], high = bounds[1];
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < t->numel; i++) {
        const double unit = gi_random_unit(state), width = high - low;
        gd_real number = (gd_real)(isinf(width) ? low * (1 - unit) + high * unit : low + width * unit);
        t->data[i] = number < (gd_real)high ? number : (gd_real)low;    /* rounding may reach high */
    }
    return true;
}

gd_tensor *gd_uniform(gd_shape shape, double low, double high)
{
    if (!(low <= high))
        return gd_fail("gd_uniform: low = %g must not be above high = %g", low, high);
    if (!isfinite(low) || !isfinite(high))
        return gd_fail("gd_uniform: low = %g and high = %g must be finite", low, high);
    if (!gi_fits("gd_uniform", "low", low) || !gi_fits("gd_uniform", "high", high))
        return NULL;
    gd_tensor *t = gi_new("gd_uniform", shape.ndim, shape.size);
    const double bounds[] = { low, high };
    return t && gi_start("gd_uniform", uniform_compute, t, NULL, 0, bounds, sizeof bounds) ? t : NULL;
}

static bool normal_compute(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)x;
    const double *parameters = attributes, mean = parameters[0], std = parameters[1];
    uint64_t *state = gi_random_state();
    const double two_pi = 6.283185307179586;
    for (int64_t i = 0; i < t->numel; i += 2) {
        double radius = std * sqrt(-2 * log(1 - gi_random_unit(state))), angle = two_pi * gi_random_unit(state);
        t->data[i] = (gd_real)(mean + radius * cos(angle));
        if (i + 1 < t->numel)
            t->data[i + 1] = (gd_real)(mean + radius * sin(angle));
    }
    return true;
}

gd_tensor *gd_normal(gd_shape shape, double mean, double std)
{
    if (!(std >= 0))
        return gd_fail("gd_normal: std = %g must not be negative", std);
    const double farthest = fabs(mean) + std * sqrt(-2 * log(0x1p-53));     /* the largest that can be drawn */
    if (!isfinite((gd_real)farthest))
        return gd_fail("gd_normal: mean = %g and std = %g: the numbers must be finite in " GI_REAL_NAME, mean, std);
    gd_tensor *t = gi_new("gd_normal", shape.ndim, shape.size);
    const double parameters[] = { mean, std };
    return t && gi_start("gd_normal", normal_compute, t, NULL, 0, parameters, sizeof parameters) ? t : NULL;
}

/* Fisher and Yates, the inside-out variant. */
static bool permutation_compute(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)x, (void)attributes;
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < t->numel; i++) {
        int64_t j = (int64_t)gi_random_below(state, (uint64_t)i + 1);
        t->data[i] = (gd_real)i;
        gd_real swap = t->data[j];
        t->data[j] = t->data[i];
        t->data[i] = swap;
    }
    return true;
}

gd_tensor *gd_permutation(int64_t n)
{
    gd_tensor *t = gi_countable("gd_permutation", "the elements", n) ? gi_new("gd_permutation", 1, &n) : NULL;
    return t && gi_start("gd_permutation", permutation_compute, t, NULL, 0, NULL, 0) ? t : NULL;
}
