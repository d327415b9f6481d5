/* linear_regression.c - the floor of a linear regression step: forward, backward and Adam in one pass. */
#include <math.h>

#include "floor.h"

void floor_linear_step(floor_linear *f, const float *restrict x, const float *restrict y)
{
    float error[LINEAR_BATCH], g[LINEAR_FEATURES + 1] = { 0 }, loss = 0;
    for (int i = 0; i < LINEAR_BATCH; i++) {
        float sum = f->w[LINEAR_FEATURES] - y[i];
        for (int j = 0; j < LINEAR_FEATURES; j++)
            sum += x[i * LINEAR_FEATURES + j] * f->w[j];
        error[i] = sum;
        loss += sum * sum;
    }
    f->loss = loss * (0.5f / LINEAR_BATCH);
    for (int i = 0; i < LINEAR_BATCH; i++) {
        for (int j = 0; j < LINEAR_FEATURES; j++)
            g[j] += error[i] * x[i * LINEAR_FEATURES + j];
        g[LINEAR_FEATURES] += error[i];
    }
    floor_adam *a = &f->adam;
    a->power1 *= (double)a->beta1;
    a->power2 *= (double)a->beta2;
    const float rate = (float)((double)a->lr / (1 - a->power1)), root = (float)(1 / sqrt(1 - a->power2));
    for (int j = 0; j <= LINEAR_FEATURES; j++) {
        const float d = g[j] * (1.0f / LINEAR_BATCH);
        f->m[j] = a->beta1 * f->m[j] + (1 - a->beta1) * d;
        f->v[j] = a->beta2 * f->v[j] + (1 - a->beta2) * d * d;
        f->w[j] -= rate * f->m[j] / (sqrtf(f->v[j]) * root + a->eps);
    }
}
