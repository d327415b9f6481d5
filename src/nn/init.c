/* init.c - initial values of weights, after Glorot and Bengio, He et al., and Saxe et al.; see nn.h. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "gradus/nn.h"
#include "tensor/check.h"
#include "tensor/shape.h"

/* fan_in and fan_out of a weight [out, in, ..]. */
static bool fans(const char *function, gd_shape shape, double gain, double *in, double *out)
{
    bool good = shape.ndim >= 2 && shape.ndim <= GD_MAX_DIMS;
    double field = 1;
    for (int i = 0; i < shape.ndim && good; i++) {
        good = shape.size[i] > 0;
        field *= i < 2 ? 1 : (double)shape.size[i];
    }
    if (!good)
        return gd_fail("%s: shape %s: at least two axes, none of them empty, are expected", function,
                       gi_shape_text(shape.ndim, shape.size).s);
    if (!(gain > 0 && gain < (double)INFINITY))
        return gd_fail("%s: gain = %g must be positive", function, gain);
    if (isinf((gd_real)(10 * gain)))        /* no weight is larger than that */
        return gd_fail("%s: gain = %g is too large for weights in " GI_REAL_NAME, function, gain);
    *in = (double)shape.size[1] * field;
    *out = (double)shape.size[0] * field;
    return true;
}

/* A uniform distribution in +-bound has the variance bound^2 / 3. */
static gd_tensor *uniform_with(gd_shape shape, double std)
{
    double bound = sqrt(3) * std;
    return gd_uniform(shape, -bound, bound);
}

gd_tensor *gd_xavier_uniform(gd_shape shape, double gain)
{
    double in = 1, out = 1;
    if (!fans("gd_xavier_uniform", shape, gain, &in, &out))
        return NULL;
    return uniform_with(shape, gain * sqrt(2 / (in + out)));
}

gd_tensor *gd_xavier_normal(gd_shape shape, double gain)
{
    double in = 1, out = 1;
    if (!fans("gd_xavier_normal", shape, gain, &in, &out))
        return NULL;
    return gd_normal(shape, 0, gain * sqrt(2 / (in + out)));
}

gd_tensor *gd_kaiming_uniform(gd_shape shape, double gain)
{
    double in = 1, out = 1;
    return fans("gd_kaiming_uniform", shape, gain, &in, &out) ? uniform_with(shape, gain / sqrt(in)) : NULL;
}

gd_tensor *gd_kaiming_normal(gd_shape shape, double gain)
{
    double in = 1, out = 1;
    return fans("gd_kaiming_normal", shape, gain, &in, &out) ? gd_normal(shape, 0, gain / sqrt(in)) : NULL;
}

/* ---- Orthogonal --------------------------------------------------------------------------------------------- */

/* Makes count vectors of n numbers orthonormal, each against those before it (Gram and Schmidt, done twice, which
 * is enough: W. Kahan in B. Parlett, The Symmetric Eigenvalue Problem, 1980, section 6-9).  Element i of vector k
 * is q[k line + i step].  Normal numbers give uniformly distributed orthogonal
 * matrices. */
static void orthonormalize(double *q, int64_t count, int64_t n, int64_t line, int64_t step)
{
    for (int64_t k = 0; k < count; k++) {
        double *v = q + k * line, size = 0;
        for (int twice = 0; twice < 2; twice++)
            for (int64_t j = 0; j < k; j++) {
                const double *u = q + j * line;
                double dot = 0;
                for (int64_t i = 0; i < n; i++)
                    dot += u[i * step] * v[i * step];
                for (int64_t i = 0; i < n; i++)
                    v[i * step] -= dot * u[i * step];
            }
        for (int64_t i = 0; i < n; i++)
            size += v[i * step] * v[i * step];
        size = sqrt(size);
        for (int64_t i = 0; i < n; i++)
            v[i * step] /= size;
    }
}

gd_tensor *gd_orthogonal(gd_shape shape, double gain)
{
    double in = 1, out = 1;
    gd_tensor *w = fans("gd_orthogonal", shape, gain, &in, &out) ? gd_normal(shape, 0, 1) : NULL;
    double *q = w ? gi_memory_new(GI_PROGRAM, (size_t)w->numel * sizeof *q) : NULL;
    if (!q)
        return NULL;
    for (int64_t i = 0; i < w->numel; i++)
        q[i] = (double)w->data[i];
    int64_t rows = shape.size[0], columns = w->numel / rows;
    if (rows <= columns)
        orthonormalize(q, rows, columns, columns, 1);
    else
        orthonormalize(q, columns, rows, 1, columns);
    for (int64_t i = 0; i < w->numel; i++)
        w->data[i] = (gd_real)(gain * q[i]);
    gi_memory_free(q);
    return w;
}
